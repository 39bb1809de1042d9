import { type Problem, SovraOpsError } from './errors';
import { isHelpText, isMarker, isOutput, judgeLater, NO_OUTPUT_HERE, TEXT_OF_OUTPUT } from './markers';
import { parseCron } from './schedule/cron';
import { parseDuration } from './schedule/duration';

/** What is allowed instead, and how to mend it. */
type Refusal = Pick<Problem, 'allowed' | 'remedy'>;

/** A rule for one value: undefined when it holds. */
export type Rule<T = string> = ((value: T) => Refusal | undefined) & {
  /** The type of what it judges; a value of any other type is refused before it is asked. @default 'string' */
  readonly takes?: 'number' | 'boolean';
  /**
   * True where the value is computed with, compared or branched on at synth: an Output cannot stand in for it. Of others
   * the marker of an Output is taken for valid; where it ends up in the objects decides. @default false
   */
  readonly known?: boolean;
  /** What the value of an Output has to fulfil beside, where a value that is known would be escaped. @default nothing */
  readonly late?: (value: T) => Refusal | undefined;
};

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_NAME = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)$/;
const QUANTITY = /^[+]?(\d+(\.\d*)?|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?$/;
/** The kubelet keeps `..data` and its like for itself. */
const SECRET_KEY = /^(?!\.$|\.\.)[-._a-zA-Z0-9]{1,253}$/;

const rule =
  <T>(holds: (v: T) => boolean, allowed: string, remedy: string): Rule<T> =>
  (v) =>
    holds(v) ? undefined : { allowed, remedy };

/** The same rule for a value that has to be known at synth. */
export const known = <T>(r: Rule<T>): Rule<T> =>
  Object.assign((v: T) => r(v), { takes: r.takes, known: true } as const);
const AT_SYNTH: Refusal = {
  allowed: 'a plain value: it has to be known before anything is created',
  remedy: 'Take it from the code or from the configuration of the stack (`new pulumi.Config().require(...)`).',
};

const asNumber = { takes: 'number' } as const;
/** A rule for numbers. They are mostly computed with, so they have to be known. */
export const numberRule = (holds: (v: number) => boolean, allowed: string, remedy: string): Rule<number> =>
  known(Object.assign(rule(holds, allowed, remedy), asNumber));
/** True or false, and nothing that JavaScript takes for one of them: the text "false" would count as true. */
export const flag: Rule<boolean> = known(Object.assign((_: boolean) => undefined, { takes: 'boolean' } as const));

/** What plain JavaScript can give although the types forbid it. */
const WRONG_TYPE: Readonly<Record<'string' | 'number' | 'boolean' | 'object' | 'list', Refusal>> = {
  string: { allowed: 'a text', remedy: 'Put it in quotes, or leave it out.' },
  number: { allowed: 'a number', remedy: 'Write it without quotes, or leave it out.' },
  boolean: { allowed: 'true or false', remedy: 'Write it without quotes, or leave it out.' },
  object: { allowed: 'an object with properties', remedy: 'Write { ... }, or leave it out.' },
  list: { allowed: 'a list', remedy: 'Write [ ... ], or leave it out.' },
};

const wrongType = (type: keyof typeof WRONG_TYPE, given: unknown): Refusal => {
  if (isOutput(given)) return { ...WRONG_TYPE[type], remedy: NO_OUTPUT_HERE };
  return isMarker(given) ? { ...WRONG_TYPE[type], remedy: NOT_AS_A_WHOLE } : WRONG_TYPE[type];
};
/** What is in an object or list decides what is made. */
const NOT_AS_A_WHOLE = 'An Output cannot be all of it: write it out, with an Output in the place of a text in it.';

/** DNS-1123 label: names of namespaces, Services and containers. */
export const dnsLabel = rule<string>(
  (v) => DNS_LABEL.test(v),
  'a DNS-1123 label: lower-case letters, digits and "-", at most 63 characters, starting and ending with a letter or digit',
  'Rename it, for example "sovra-prod".',
);
/** DNS-1123 subdomain: names of most objects. */
export const dnsSubdomain = rule<string>(
  (v) => v.length <= 253 && DNS_SUBDOMAIN.test(v),
  'a DNS-1123 subdomain: lower-case letters, digits, "-" and ".", at most 253 characters',
  'Rename it, for example "sovra-prod".',
);
/** CronJob names leave 11 characters for the suffix that Kubernetes gives to each Job. */
export const cronJobName = rule<string>(
  (v) => v.length <= 52 && DNS_LABEL.test(v),
  'a DNS-1123 label of at most 52 characters (Kubernetes adds 11 for each Job)',
  'Give a shorter name.',
);
export const labelValue = rule<string>(
  (v) => v === '' || LABEL_NAME.test(v),
  'a label value: letters, digits, "-", "_" and ".", at most 63 characters, starting and ending with a letter or digit',
  'Shorten it or replace the other characters by "-".',
);
export const labelKey = rule<string>(
  (v) => {
    const [name, prefix, ...rest] = v.split('/').reverse();
    return (
      rest.length === 0 &&
      name !== undefined &&
      LABEL_NAME.test(name) &&
      (prefix === undefined || (prefix.length <= 253 && DNS_SUBDOMAIN.test(prefix)))
    );
  },
  'a label key: an optional DNS prefix and "/", then at most 63 letters, digits, "-", "_" and "."',
  'For example "app.kubernetes.io/name".',
);
export const metricNameRule = rule<string>(
  (v) => /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(v),
  'a metric name: letters, digits, "_" and ":"',
  'Take the name as /metrics prints it.',
);
export const secretKey = rule<string>(
  (v) => SECRET_KEY.test(v),
  'a key of a Secret or ConfigMap: letters, digits, "-", "_" and "."',
  'Use the key as `kubectl describe secret` prints it.',
);
export const quantity = rule<string>(
  (v) => QUANTITY.test(v) && Number.parseFloat(v) > 0,
  'a positive Kubernetes quantity such as "500m", "2", "512Mi" or "50Gi"',
  'Write a number with a unit that Kubernetes knows.',
);
export const port: Rule<number> = Object.assign(
  rule<number>(
    (v) => Number.isInteger(v) && v >= 1 && v <= 65535,
    'a port: a whole number from 1 to 65535',
    'Give the number of the port.',
  ),
  asNumber,
);
export const positiveInteger = numberRule(
  (v) => Number.isInteger(v) && v >= 1,
  'a whole number of at least 1',
  'Give a positive whole number.',
);
export const duration = known(
  rule<string>(
    (v) => parseDuration(v) !== undefined,
    'a Prometheus duration such as "15s", "5m", "1h30m" or "35d"',
    'Write whole numbers with the units ms, s, m, h, d, w or y, the largest first.',
  ),
);
export const timeZone = known(
  rule<string>(
    isTimeZone,
    'a time zone of the IANA database such as "Etc/UTC" or "Europe/Zurich"',
    'Take the name from the tz database; abbreviations and offsets do not follow daylight saving.',
  ),
);
/** Of a date that was read before. To `Date`, 30 February is 2 March: a slip would become a later moment than any that was meant. */
export const isDay = (date: string): boolean => new Date(date).toISOString().startsWith(date);
/** The five-field form that the CronJob controller accepts (no seconds, no time zone inside). */
export const schedule: Rule = known((v) => {
  const cron = parseCron(v);
  return cron.ok
    ? undefined
    : {
        allowed: `a cron schedule of five fields (${cron.error})`,
        remedy: 'For example "0 3 * * *" for every day at 03:00.',
      };
});
/** Ports and hosts are read from addresses, so they have to be known; an Output may be carried as the host of one. */
export const url = (...protocols: readonly string[]): Rule =>
  known(
    rule<string>(
      (v) => isUrl(v, protocols),
      `an absolute URL with ${protocols.map((p) => `${p}://`).join(' or ')}, without user name or password`,
      'Write the whole address; credentials belong in a Secret.',
    ),
  );
/** Any text, an empty one too. */
export const anyText: Rule = () => undefined;
/** What people read. */
export const text = rule<string>(
  (v) => v.trim() !== '',
  'a text that is not empty',
  'Leave it out to keep the text that there is.',
);
/** Host and port, path, tag, digest; as a container runtime takes it. */
const IMAGE =
  /^([a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?\/)?[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*(:[A-Za-z0-9_][\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/;
/** An image reference that names one build: a tag other than `latest`, or a digest. */
export const pinnedImage = rule<string>(
  (v) => IMAGE.test(v) && !/:latest$/.test(v) && /[:@][^/]*$/.test(v),
  'an image with a fixed tag or a sha256 digest',
  'Name the version: "latest" changes under a running cluster.',
);
/** Where images can be moved to: a host, an optional port, an optional path. */
export const registry = rule<string>(
  (v) => /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?(\/[a-z0-9][a-z0-9._-]*)*$/.test(v),
  'a registry such as "registry.example.com:5000/mirror", without scheme and without a "/" at the end',
  'Drop "https://" and the trailing slash.',
);

/** Regions of the tz database that hold names of zones. */
const ZONE =
  /^(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Etc|Europe|Indian|Mexico|Pacific|US)(\/[A-Z][A-Za-z0-9_+-]*)+$/;
/** Small words inside of names: Port_of_Spain, Dar_es_Salaam, Port-au-Prince. */
const ZONE_WORD = /^([A-Z0-9+].*|of|es|au|)$/;

function isTimeZone(v: string): boolean {
  // Node also takes offsets ("+02:00") and abbreviations ("EST"); Kubernetes loads a file of that name, so they must be names.
  // The first use of Intl's zones costs milliseconds; the default zone needs no look-up.
  if (v === 'UTC' || v === 'Etc/UTC') return true;
  if (!ZONE.test(v) || !v.split(/[/_-]/).every((word) => ZONE_WORD.test(word))) return false;
  let known = zones.get(v);
  if (known === undefined) {
    known = isKnownZone(v);
    zones.set(v, known);
  }
  return known;
}

/** Answers of Intl, which is slow: a stack asks for the same few zones again and again. */
const zones = new Map<string, boolean>();

function isKnownZone(v: string): boolean {
  try {
    const known = new Intl.DateTimeFormat('en', { timeZone: v }).resolvedOptions().timeZone;
    // Node does not mind capitals, but a file of that name has to be there. An old name resolves to another one.
    return known === v || known.toLowerCase() !== v.toLowerCase();
  } catch {
    return false;
  }
}

function isUrl(v: string, protocols: readonly string[]): boolean {
  let u: URL;
  try {
    u = new URL(v);
  } catch {
    return false;
  }
  return (
    protocols.includes(u.protocol.slice(0, -1)) &&
    // "https:host" and "https:/host" are read as the same; nobody else reads them so.
    /^[a-z]+:\/\/[^/]/i.test(v) &&
    u.hostname !== '' &&
    u.username === '' &&
    u.password === '' &&
    !/\s/.test(v)
  );
}

/**
 * Collects the problems of one construct's props, so that a user sees all of them at once. Nothing is thrown until
 * `done()`; a value of `undefined` is always left to the default.
 */
export class Checker {
  private readonly problems: Problem[] = [];

  constructor(private readonly construct: string) {}

  /** Holds a value against a rule. */
  value<T>(property: string, given: T | undefined, holds: Rule<T>): this {
    if (given === undefined) return this;
    if (isMarker(given)) return this.late(property, given, holds);
    const type = holds.takes ?? 'string';
    // Before the rule says what to do about a text that nobody has written.
    if (typeof given === 'string' && isHelpText(given))
      return this.add({
        property,
        given: 'the help text that Pulumi writes for an Output in a text',
        ...TEXT_OF_OUTPUT,
      });
    const broken = typeof given === type ? holds(given) : wrongType(type, given);
    return broken ? this.add({ property, given, ...broken }) : this;
  }

  /** The rule waits for the value of an Output, unless that is too late for it. */
  private late<T>(property: string, marker: string, holds: Rule<T>): this {
    if (holds.known) return this.add({ property, given: marker, ...AT_SYNTH });
    judgeLater(marker, (value) => {
      const type = holds.takes ?? 'string';
      const broken = typeof value === type ? (holds(value as T) ?? holds.late?.(value as T)) : WRONG_TYPE[type];
      // The value may be a secret.
      if (broken) throw new SovraOpsError(this.construct, [{ property, given: 'the value of an Output', ...broken }]);
    });
    return this;
  }

  /** Holds each value of a list against a rule. */
  each<T>(property: string, given: readonly T[] | null | undefined, holds: Rule<T>): this {
    this.list(property, given).forEach((v, i) => {
      this.item(`${property}[${i}]`, v, holds);
    });
    return this;
  }

  /** An object of properties as it was given; undefined where there is none, or something else. */
  part<T>(property: string, given: T | null | undefined): T | undefined {
    const fits = typeof given === 'object' && given !== null && !Array.isArray(given);
    if (fits || given === undefined) return given;
    this.add({ property, given, ...wrongType('object', given) });
    return undefined;
  }

  /** The entries of a list; none where there is no list. */
  list<T>(property: string, given: readonly T[] | null | undefined): readonly T[] {
    if (given === undefined) return [];
    if (Array.isArray(given)) return given;
    this.add({ property, given, ...wrongType('list', given) });
    return [];
  }

  /** The objects of a list, each with its place; whatever is no object is a problem. */
  parts<T>(property: string, given: readonly T[] | null | undefined): { readonly at: string; readonly entry: T }[] {
    return this.list(property, given).flatMap((e, i) => {
      const at = `${property}[${i}]`;
      const entry = this.part(at, e ?? null);
      return entry ? [{ at, entry }] : [];
    });
  }

  /** What has no default. */
  given(property: string, given: unknown, remedy: string): this {
    return this.require(given !== undefined, { property, given, allowed: 'a value; there is no default', remedy });
  }

  /** The props as a whole; without them nothing else can be looked at. @throws {SovraOpsError} */
  props(given: unknown): this {
    this.part('props', given ?? null);
    this.done();
    return this;
  }

  /** Kubernetes labels: each key and each value. */
  labels(property: string, given: Readonly<Record<string, string>> | null | undefined): this {
    for (const [k, v] of Object.entries(this.part(property, given) ?? {})) {
      this.value(`${property}[${JSON.stringify(k)}]`, k, labelKey);
      this.item(`${property}[${JSON.stringify(k)}]`, v, labelValue);
    }
    return this;
  }

  /** Labels that select something: without any, they would select everything. */
  selector(property: string, given: Readonly<Record<string, string>> | null | undefined): this {
    return this.labels(property, given).require(
      given === undefined || given === null || Object.keys(given).length > 0,
      {
        property,
        given,
        allowed: 'at least one label (an empty selector would match everything)',
        remedy: 'Give the labels that are there, or leave the property out.',
      },
    );
  }

  /** Holds an entry of a list or of an object against a rule: it cannot be left to a default. */
  item<T>(property: string, given: T, holds: Rule<T>): this {
    return this.value(property, given ?? (null as T), holds);
  }

  /** No two entries may share a key. */
  unique(property: string, keys: readonly (string | undefined)[]): this {
    return this.distinct(keys.map((key, i) => ({ at: `${property}[${i}]`, key })));
  }

  /** The same for entries of several lists. */
  distinct(entries: readonly { readonly at: string; readonly key: string | undefined }[]): this {
    const seen = new Map<string, string>();
    for (const { at, key } of entries) {
      if (key === undefined) continue;
      const first = seen.get(key);
      if (first === undefined) seen.set(key, at);
      else
        this.add({
          property: at,
          given: key,
          allowed: `a name that is used once (also at ${first})`,
          remedy: 'Give each entry a name of its own.',
        });
    }
    return this;
  }

  /** Adds a problem that no rule describes, when the condition does not hold. */
  require(holds: boolean, problem: Problem): this {
    if (!holds) this.add(problem);
    return this;
  }

  add(problem: Problem): this {
    this.problems.push(problem);
    return this;
  }

  /** Throws if anything was found. @throws {SovraOpsError} */
  done(): void {
    if (this.problems.length > 0) throw new SovraOpsError(this.construct, this.problems);
  }
}
