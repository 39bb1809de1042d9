import { type Checker, known, type Rule, text } from '../validate';
import { ID_FIELDS, ID_SHAPE, LOG_FIELDS, READ_FIELDS, RESOURCE_ATTRIBUTES, SPAN_ATTRIBUTES } from './attributes';
import { cutLong, mayBeLong } from './cut';
import { hideHarmless, showHarmless } from './harmless';
import { hinted, hintsOf, MAY_HINT } from './hints';
import { look, smallOf, textOf, worth } from './needs';
import { literal, literals, type StatementGroup } from './ottl';
import { hostPattern, PATTERNS, type RedactionPattern, SUFFIXES } from './patterns';
import { dotted, PLAIN, plainText } from './plain';
import { isRe2 } from './re2';
import { dropNested, dropSplit, hadNested, SPLIT_CLASS, seeHalfPem, seeSplit } from './split';

/** What a site adds to the built-in rules. Nothing of the built-in rules can be taken away. */
export interface RedactionProps {
  /** Patterns of your own. They are looked for in every text, behind the built-in ones. @default none */
  readonly patterns?: readonly RedactionPattern[];
  /** Suffixes of your hosts that the built-in list lacks: `intern.acme`, `acme.sh`. @default none */
  readonly domains?: readonly string[];
  /** Fields of log lines to keep besides `LOG_FIELDS`; their texts are masked like all others. @default none */
  readonly logFields?: readonly string[];
  /** Attributes of spans to keep besides `SPAN_ATTRIBUTES`; their texts are masked like all others. @default none */
  readonly spanAttributes?: readonly string[];
}

/** The class under which a field is counted that is not on the list of those that are kept. */
export const DROPPED_CLASS = 'field';
/** Counter in Prometheus, with the labels `class`, `signal` (logs or traces) and `pod`. */
export const REDACTIONS_METRIC = 'sovra_redactions_total';
/** The field of a record that names the classes of what was taken out of it, joined by "+". */
export const REDACTED = 'redacted';
/** On a record that is plain, until the others were looked at. */
const PLAIN_MARK = 'sovra.plain';

const RESERVED = new Set([DROPPED_CLASS, SPLIT_CLASS, ...PATTERNS.map((p) => p.name)]);
const NAME = /^[a-z][a-z0-9-]{0,30}$/;
const FIELD = /^[A-Za-z@_][\w@.-]{0,62}$/;
const DOMAIN = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/** It is written into the collector's own language, in which some characters have to be written otherwise. */
const written = (rule: Rule): Rule => known(rule);

/** Holds the user's additions against what the collector can read. */
export function checkRedaction(check: Checker, property: string, given: RedactionProps | undefined): void {
  const props = check.part(property, given);
  for (const { at, entry } of check.parts(`${property}.patterns`, props?.patterns)) {
    check.given(`${at}.name`, entry.name, 'It stands in place of what is found.');
    check.given(`${at}.pattern`, entry.pattern, 'A regular expression as Go reads it.');
    check.value(`${at}.what`, entry.what, text);
    check.value(
      `${at}.name`,
      entry.name,
      written((v) =>
        NAME.test(v) && !RESERVED.has(v)
          ? undefined
          : {
              allowed: `lower-case letters, digits and "-", none of ${[...RESERVED].join(', ')}`,
              remedy: 'Rename it.',
            },
      ),
    );
    check.value(
      `${at}.pattern`,
      entry.pattern,
      written((v) => isRe2(v)),
    );
    check.value(
      `${at}.replacement`,
      entry.replacement,
      written((v) =>
        v.length <= 100
          ? undefined
          : { allowed: 'at most 100 characters', remedy: 'Say what was there, not what it was.' },
      ),
    );
  }
  check.unique(
    `${property}.patterns`,
    check.list(`${property}.patterns`, props?.patterns).map((p) => p?.name),
  );
  check.each(
    `${property}.domains`,
    props?.domains,
    written((v) =>
      DOMAIN.test(v)
        ? undefined
        : { allowed: 'a domain in lower-case letters, without a dot in front', remedy: 'For example "intern.acme".' },
    ),
  );
  for (const name of ['logFields', 'spanAttributes'] as const)
    check.each(
      `${property}.${name}`,
      props?.[name],
      written((v) =>
        FIELD.test(v) && v !== REDACTED && v !== PLAIN_MARK
          ? undefined
          : {
              allowed: 'the name of a field: letters, digits, "_", "-", "." and "@"',
              remedy: 'Write it as the log line has it.',
            },
      ),
    );
}

const ownSuffixes = (props: RedactionProps) => (props.domains ?? []).map((d) => d.replace(/\./g, String.raw`\.`));
const suffixesOf = (props: RedactionProps) => [SUFFIXES, ...ownSuffixes(props)];

/** The patterns in the order in which they are looked for: the built-in ones, the user's hosts, the user's patterns. */
export function patternsOf(props: RedactionProps = {}): readonly RedactionPattern[] {
  const suffixes = ownSuffixes(props);
  const own: RedactionPattern[] =
    suffixes.length === 0
      ? []
      : [
          {
            name: 'host',
            what: 'hosts of the domains that were given',
            pattern: hostPattern(suffixes.join('|')),
            replacement: '[redacted:host]${1}',
          },
        ];
  return [...PATTERNS, ...own, ...(props.patterns ?? [])];
}

/** What is counted, each once. */
export const classesOf = (props: RedactionProps = {}): readonly string[] => [
  ...new Set([DROPPED_CLASS, SPLIT_CLASS, ...patternsOf(props).map((p) => p.name)]),
];

const replacementOf = (p: RedactionPattern) => p.replacement ?? `[redacted:${p.name}]`;

/** Masks the attributes of an owner, pattern by pattern; `asked`: its cache holds all of them in one text. */
const mask = (patterns: readonly RedactionPattern[], owner: string, asked: boolean): string[] =>
  patterns.map((p) => {
    const needed = asked ? worth(p, owner) : undefined;
    const where = needed === undefined ? '' : ` where ${needed}`;
    return `replace_all_patterns(${owner}.attributes, "value", ${literal(p.pattern)}, ${literal(replacementOf(p))})${where}`;
  });

/** Texts stand among the attributes while all of them are masked: each pattern is written once, and tried once. */
const amongAttributes = (owner: string, texts: readonly string[], statements: readonly string[]): string[] => {
  const place = (i: number) => `${owner}.attributes["sovra.text.${i}"]`;
  return [
    ...texts.map((text, i) => `set(${place(i)}, ${text})`),
    ...statements,
    ...texts.flatMap((text, i) => [`set(${text}, ${place(i)})`, `delete_key(${owner}.attributes, "sovra.text.${i}")`]),
  ];
};

/** The text when all is masked. */
const afterOf = (owner: string) => `${owner}.cache["after"]`;

/** One text that holds all of a record: its texts, and then its attributes as JSON. */
const whole = (owner: string, texts: readonly string[], to: string, where = '') =>
  `set(${to}, Concat([${[...texts, `String(${owner}.attributes)`].join(', ')}], "\\n"))${where}`;

/** Names in the record what was taken out of it. A replacement of the user's own may lack the mark, and is not counted. */
const note = (owner: string, classes: readonly string[]): string[] => {
  const field = `${owner}.attributes["${REDACTED}"]`;
  return classes.flatMap((name) => {
    const mark = `Index(${afterOf(owner)}, "[redacted:${name}]") >= 0`;
    const found = name === SPLIT_CLASS ? `(${owner}.cache["${SPLIT_CLASS}"] != nil or ${mark})` : mark;
    return [
      `set(${field}, Concat([${field}, ${literal(name)}], "+")) where ${field} != nil and ${found}`,
      `set(${field}, ${literal(name)}) where ${field} == nil and ${found}`,
    ];
  });
};

/** From texts and attributes of what is not plain, to masked ones. */
const maskAll = (owner: string, patterns: readonly RedactionPattern[], texts: readonly string[]) => [
  whole(owner, texts, textOf(owner)),
  ...dropNested(owner),
  whole(owner, texts, textOf(owner), ` where ${hadNested(owner)}`),
  ...look(owner),
  ...seeSplit(owner),
  ...amongAttributes(owner, texts, [...hideHarmless(owner), ...mask(patterns, owner, true), ...showHarmless(owner)]),
  whole(owner, texts, afterOf(owner)),
  seeHalfPem(owner, afterOf(owner)),
  ...note(owner, [...new Set(patterns.map((p) => p.name))]),
  ...dropSplit(owner, texts, [REDACTED]),
  ...note(owner, [SPLIT_CLASS]),
];

/** Keeps the attributes of a list and says so when there were others. */
const keep = (owner: string, names: readonly string[], read: readonly string[] = []): string[] => {
  const all = `${owner}.attributes`;
  return [
    `set(${owner}.cache["n"], Len(${all}))`,
    `keep_keys(${all}, ${literals([...names, ...read])})`,
    `set(${owner}.cache["dropped"], true) where Len(${all}) < ${owner}.cache["n"]`,
    ...(read.length > 0 ? [`keep_keys(${all}, ${literals(names)})`] : []),
    `set(${all}["${REDACTED}"], "${DROPPED_CLASS}") where ${owner}.cache["dropped"] != nil`,
  ];
};

const stash = ID_FIELDS.flatMap((id) => [
  `set(log.cache["${id}"], log.attributes["${id}"]) where log.attributes["${id}"] != nil`,
  `delete_key(log.attributes, "${id}")`,
]);
const restore = ID_FIELDS.map(
  (id) => `set(log.attributes["${id}"], log.cache["${id}"]) where log.cache["${id}"] != nil`,
);

const resourceGroup = (patterns: readonly RedactionPattern[]): StatementGroup => ({
  context: 'resource',
  statements: [
    `keep_keys(resource.attributes, ${literals(RESOURCE_ATTRIBUTES)})`,
    'stringify_all(resource.attributes)',
    ...mask(patterns, 'resource', false),
  ],
});

/** A scope is the name of a library. Whatever else it carries is nobody's need. */
const scopeGroup = (patterns: readonly RedactionPattern[]): StatementGroup => ({
  context: 'scope',
  statements: [
    'delete_matching_keys(scope.attributes, ".*")',
    ...amongAttributes('scope', ['scope.name', 'scope.version'], mask(patterns, 'scope', false)),
  ],
});

const builtInOf = (props: RedactionProps) => patternsOf(props).filter((p) => !props.patterns?.includes(p));
const fieldsOf = (props: RedactionProps) => [...LOG_FIELDS, ...(props.logFields ?? [])];

/** What the receiver is to look for in whole lines. */
export const logHints = (props: RedactionProps = {}): readonly string[] =>
  hintsOf(builtInOf(props), fieldsOf(props), ID_FIELDS);

/** Whose records are looked at one by one. */
type Owner = 'log' | 'span' | 'spanevent';
/** What has to be looked at all the same, for one of these reasons. */
interface Doubts {
  readonly owner: Owner;
  readonly texts: readonly string[];
  readonly suffixes: readonly string[];
  readonly reasons: readonly string[];
}

/**
 * Marks what is plain. Whatever cannot be judged has no mark, and is looked at: a statement that fails does nothing.
 * The record's text, and the same in small letters, are there for the reasons.
 */
const markPlain = ({ owner, texts, suffixes, reasons }: Doubts): string[] => {
  const matches = (pattern: string) => `IsMatch(${textOf(owner)}, ${literal(pattern)})`;
  const doubts = [matches(dotted(suffixes.join('|'))), ...reasons];
  return [
    `set(${textOf(owner)}, ${plainText(owner, texts)})`,
    `set(${smallOf(owner)}, ToLowerCase(${textOf(owner)}))${owner === 'log' ? ` where ${MAY_HINT}` : ''}`,
    `set(${owner}.attributes["${PLAIN_MARK}"], true) where ${matches(PLAIN)} and not (${doubts.join(' or ')})`,
  ];
};

/** What is done with all that is not plain; and no mark is left. */
const looked = (owner: Owner, statements: readonly string[]): StatementGroup[] => [
  { context: owner, conditions: [`${owner}.attributes["${PLAIN_MARK}"] == nil`], statements },
  {
    context: owner,
    conditions: [`${owner}.attributes["${PLAIN_MARK}"] != nil`],
    statements: [`delete_key(${owner}.attributes, "${PLAIN_MARK}")`],
  },
];

/** Patterns of the user's own are looked for in everything: nobody knows what they find. */
const maskOwn = (owner: Owner, own: readonly RedactionPattern[], texts: readonly string[]) => [
  ...amongAttributes(owner, texts, mask(own, owner, false)),
  whole(owner, texts, afterOf(owner)),
  ...note(
    owner,
    own.map((p) => p.name),
  ),
];

/**
 * The stage for log records whose fields are attributes and whose message is the body: drops fields that are not on the
 * list, masks the rest. Behind it nothing else may add text to a record.
 */
export function redactLogs(props: RedactionProps = {}): readonly StatementGroup[] {
  const own = props.patterns ?? [];
  const hints = logHints(props);
  return [
    {
      context: 'log',
      statements: [
        ...keep('log', fieldsOf(props), READ_FIELDS),
        ...markPlain({
          owner: 'log',
          texts: ['log.body'],
          suffixes: suffixesOf(props),
          reasons: [`(${MAY_HINT} and (${hinted(hints, smallOf('log'))}))`, mayBeLong(textOf('log'))],
        }),
      ],
    },
    ...looked('log', [
      ...ID_FIELDS.map(
        (id) =>
          `delete_key(log.attributes, "${id}") where log.attributes["${id}"] != nil and not IsMatch(log.attributes["${id}"], ${literal(ID_SHAPE)})`,
      ),
      ...stash,
      'set(log.body, String(log.body)) where not IsString(log.body)',
      ...maskAll('log', builtInOf(props), ['log.body']),
      ...restore,
      ...cutLong('log', afterOf('log')),
    ]),
    ...(own.length === 0
      ? []
      : [
          {
            context: 'log',
            statements: [
              ...maskOwn('log', own, ['log.body']),
              // What was put in place of something may be longer.
              ...cutLong('log', afterOf('log')),
            ],
          } as const,
        ]),
    // Its values come from the path of a file, in which Kubernetes allows nothing but names, and from the receiver.
    { context: 'resource', statements: [`keep_keys(resource.attributes, ${literals(RESOURCE_ATTRIBUTES)})`] },
  ];
}

/**
 * The stage for spans: resource, scope, name, status, attributes, events. Links and trace state are dropped: both may
 * carry any text, and the collector cannot mask them. Without the feature gate `ottl.set.allowNil` links would stay:
 * `LINKS_LEFT` drops such spans.
 */
export function redactSpans(props: RedactionProps = {}): readonly StatementGroup[] {
  const patterns = patternsOf(props);
  const names = [...SPAN_ATTRIBUTES, ...(props.spanAttributes ?? [])];
  const [builtIn, own] = [builtInOf(props), props.patterns ?? []];
  const hints = hintsOf(builtIn, names);
  const part = (
    owner: Owner,
    first: readonly string[],
    name: string,
    more: readonly string[] = [],
  ): StatementGroup[] => {
    const texts = [name, ...more];
    return [
      {
        context: owner,
        statements: [
          ...first,
          ...keep(owner, names),
          ...markPlain({ owner, texts, suffixes: suffixesOf(props), reasons: [hinted(hints, smallOf(owner))] }),
        ],
      },
      ...looked(owner, maskAll(owner, builtIn, texts)),
      ...(own.length === 0 ? [] : [{ context: owner, statements: maskOwn(owner, own, texts) }]),
    ];
  };
  return [
    resourceGroup(patterns),
    scopeGroup(patterns),
    ...part('span', ['set(span.links, nil)', 'set(span.trace_state, "")'], 'span.name', ['span.status.message']),
    ...part('spanevent', [], 'spanevent.name'),
  ];
}

/** A condition for the filter processor behind `redactSpans`: fails closed where the feature gate was forgotten. */
export const LINKS_LEFT = 'Len(span.links) > 0';

/**
 * The counting connector: records by what was taken out of them. One metric with one condition, because each condition is
 * asked about each record; a record out of which two classes were taken is counted under both names joined by "+".
 */
export function countRedactions(): Readonly<Record<'logs' | 'spans' | 'spanevents', unknown>> {
  const metric = (owner: string, signal: string) => ({
    [`redactions.${signal}`]: {
      description: 'Records out of which something was taken',
      conditions: [`${owner}.attributes["${REDACTED}"] != nil`],
      attributes: [{ key: REDACTED }],
    },
  });
  return { logs: metric('log', 'logs'), spans: metric('span', 'traces'), spanevents: metric('spanevent', 'events') };
}

/** Statements that give the counted metrics their one name, with the class and the signal as labels. */
export const redactionMetrics = (): readonly StatementGroup[] => [
  // Records of one service are one series, whatever pod and stream they came from.
  { context: 'resource', statements: ['keep_keys(resource.attributes, ["service.name"])'] },
  {
    context: 'datapoint',
    conditions: ['IsMatch(metric.name, "^redactions\\\\.")'],
    statements: [
      // The connector takes the time of the records; lines that waited would be too old for Prometheus.
      'set(datapoint.time, Now())',
      'set(datapoint.start_time_unix_nano, 0)',
      'set(datapoint.attributes["signal"], "logs") where metric.name == "redactions.logs"',
      'set(datapoint.attributes["signal"], "traces") where metric.name != "redactions.logs"',
      `set(datapoint.attributes["class"], datapoint.attributes["${REDACTED}"])`,
      `delete_key(datapoint.attributes, "${REDACTED}")`,
    ],
  },
  {
    context: 'metric',
    conditions: ['IsMatch(metric.name, "^redactions\\\\.")'],
    statements: [`set(metric.name, "${REDACTIONS_METRIC}")`],
  },
];
