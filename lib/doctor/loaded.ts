import { parseDuration } from '../schedule/duration';
import type { Diagnosis, Difference, RuleName } from './diagnosis';
import type { Evidence, LoadedRule } from './evidence';
import type { Expected, ExpectedRule } from './expected';

/** Each rule of the manifests with the loaded one that it became, if any. No loaded rule is taken twice. */
export function pairs(
  expected: readonly ExpectedRule[],
  loaded: readonly LoadedRule[],
): Map<ExpectedRule, LoadedRule | undefined> {
  const free = new Map<string, LoadedRule[]>();
  for (const rule of loaded) {
    const key = keyOf(rule);
    const list = free.get(key);
    if (list) list.push(rule);
    else free.set(key, [rule]);
  }
  const found = new Map<ExpectedRule, LoadedRule | undefined>(expected.map((r) => [r, undefined]));
  // The closest first: a rule that is as it should be must not be taken for one that was changed.
  for (const fits of CLOSENESS) {
    for (const rule of expected) {
      const candidates = free.get(keyOf(rule)) ?? [];
      const at = found.get(rule) === undefined ? candidates.findIndex((l) => fits(rule, l)) : -1;
      if (at >= 0) found.set(rule, candidates.splice(at, 1)[0]);
    }
  }
  return found;
}

const keyOf = ({ type, name }: { type: string; name: string }) => `${type} ${name}`;

const sameGroup = (e: ExpectedRule, l: LoadedRule) => e.group === l.group;
/** Whoever loads a rule may add labels. */
const labelled = (e: ExpectedRule, l: LoadedRule) => Object.entries(e.labels).every(([k, v]) => l.labels[k] === v);
const CLOSENESS: readonly ((e: ExpectedRule, l: LoadedRule) => boolean)[] = [
  (e, l) => sameGroup(e, l) && labelled(e, l) && squeezed(e.expr) === squeezed(l.expr),
  (e, l) => sameGroup(e, l) && labelled(e, l),
  labelled,
  sameGroup,
];

/** An expression without the white space that means nothing. */
export function squeezed(expr: string): string {
  return expr.replace(/("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)|\s+/g, (_, text?: string) => text ?? '');
}

/** Expressions of which only Prometheus can say whether they mean the same. */
export function doubtful(found: ReadonlyMap<ExpectedRule, LoadedRule | undefined>): string[] {
  const texts = [...found].flatMap(([e, l]) =>
    l === undefined || squeezed(e.expr) === squeezed(l.expr) ? [] : [e.expr, l.expr],
  );
  return [...new Set(texts)];
}

export function diagnoseRules(expected: Expected, evidence: Evidence): Diagnosis['rules'] {
  const found = pairs(expected.rules, evidence.rules);
  const which = new Map(expected.viewers.map((v) => [`${v.object} ${v.name} ${v.expr}`, v.which]));
  const nameOf = ({ name, group, object, expr }: ExpectedRule): RuleName => ({
    name,
    which: which.get(`${object} ${name} ${expr}`) ?? '',
    group,
    object,
  });
  const loaded = [...found].flatMap(([e, l]) => (l === undefined ? [] : [[e, l] as const]));
  return {
    total: expected.rules.length,
    notLoaded: [...found].filter(([, l]) => l === undefined).map(([e]) => nameOf(e)),
    different: loaded.flatMap(([e, l]) => differences(e, l, evidence).map((d) => ({ ...nameOf(e), ...d }))),
    failing: loaded
      .filter(([, l]) => l.health === 'err')
      .map(([e, l]) => ({ ...nameOf(e), error: l.lastError || 'it does not say why' })),
    waiting: loaded.filter(([, l]) => l.health === 'unknown').length,
  };
}

type Change = Pick<Difference, 'property' | 'expected' | 'loaded'>;

function differences(e: ExpectedRule, l: LoadedRule, { formatted }: Evidence): Change[] {
  const inItsWords = (expr: string) => formatted.get(expr) ?? squeezed(expr);
  const same = squeezed(e.expr) === squeezed(l.expr) || inItsWords(e.expr) === inItsWords(l.expr);
  const time = (property: string, expected: string, loaded: number): Change[] =>
    (parseDuration(expected) ?? 0) === loaded ? [] : [{ property, expected, loaded: `${loaded}s` }];
  return [
    ...(same ? [] : [{ property: 'expr', expected: e.expr, loaded: l.expr }]),
    ...time('for', e.for, l.for),
    ...time('keep_firing_for', e.keepFiringFor, l.keepFiringFor),
    ...Object.entries(e.labels)
      .filter(([k, v]) => l.labels[k] !== v)
      .map(([k, v]) => ({ property: `labels.${k}`, expected: v, loaded: l.labels[k] ?? '' })),
  ];
}
