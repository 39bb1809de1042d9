import { type AlertName, CATALOGUE } from '../../lib/rules/catalogue';
import { INHIBITIONS, MATCHED_LABELS } from '../../lib/rules/inhibitions';
import { checkAlertOptions } from '../../lib/rules/options';
import { LEVELS } from '../../lib/sovra/levels';
import { Checker } from '../../lib/validate';
import { refusedProperties } from '../support/synth';
import { CASES } from './cases';
import type { AlertCases, LabelSet } from './cases/types';
import { names } from './promtool';

const PAIRS = INHIBITIONS.flatMap((i) => i.targets.map((target) => ({ ...i, target })));
const TITLED = PAIRS.map((pair) => [`${pair.source} over ${pair.target}`, pair] as const);

/** The labels that an alert carries when it fires; promtool holds each of these sets against the real rule. */
function labelSets(name: AlertName): LabelSet[] {
  const cases: AlertCases = CASES[name];
  return cases.fires.flatMap(({ alerts }) =>
    typeof alerts === 'function' ? alerts(names('2026.3')) : (alerts ?? [{}]),
  );
}

/** Which of some labels an alert carries, over all of its cases: `edge_node pod`. */
function carried(name: AlertName, labels: readonly string[]): Set<string> {
  return new Set(labelSets(name).map((set) => labels.filter((label) => set[label]).join(' ')));
}

describe('inhibitions', () => {
  test.each(TITLED)('%s compares labels that both carry', (_, { source, target, equal }) => {
    const [ofSource, ofTarget] = [carried(source, equal), carried(target, equal)];
    expect(ofTarget).toEqual(ofSource);
    // Alertmanager takes two labels that are both missing for equal: one alert would then silence all others.
    for (const label of equal) expect([...ofSource].join(' ').split(' ')).toContain(label);
    if (equal.length > 0) expect(ofSource).not.toContain('');
  });

  test.each(TITLED)('%s leaves no second place out of sight', (_, { source, target, equal, where }) => {
    // What the source can tell apart is compared; else a fault here would silence one elsewhere.
    const told = new Set(labelSets(source).flatMap((set) => Object.keys(set)));
    const shared = labelSets(target).flatMap((set) => Object.keys(set).filter((label) => told.has(label)));
    const compared = [...equal, ...(where ? [where.label] : []), 'namespace'];
    expect(shared.filter((label) => !compared.includes(label))).toEqual([]);
  });

  test.each(TITLED)('%s: the one that is sent is at least as urgent', (_, { source, target }) => {
    expect(LEVELS.indexOf(CATALOGUE[source].level)).toBeLessThanOrEqual(LEVELS.indexOf(CATALOGUE[target].level));
  });

  test.each(PAIRS.flatMap((p) => (p.where ? [[`${p.source} over ${p.target}`, p.where, p.target] as const] : [])))(
    '%s: every value that it silences is one that the target can have',
    (_, { label, values }, target) => {
      const possible = labelSets(target).map((set) => set[label]);
      expect(values.filter((value) => !possible.includes(value))).toEqual([]);
    },
  );

  test('no alert can silence itself, not by way of others either', () => {
    const silences = (from: AlertName, seen: readonly AlertName[] = []): AlertName[] =>
      PAIRS.filter((p) => p.source === from && !seen.includes(p.target)).flatMap((p) => [
        p.target,
        ...silences(p.target, [...seen, p.target]),
      ]);
    for (const { source } of INHIBITIONS) expect([source, silences(source).includes(source)]).toEqual([source, false]);
  });

  test('say why, and nothing twice', () => {
    for (const { because } of INHIBITIONS) expect(because.length).toBeGreaterThan(20);
    const keys = PAIRS.map(({ source, target }) => `${source} ${target}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('never silence what wakes somebody, nor what proves that alerting works', () => {
    expect(PAIRS.filter((p) => CATALOGUE[p.target].level === 'P0' || p.target === 'Watchdog')).toEqual([]);
  });

  test('nobody can set a label by which alerts are told apart', () => {
    expect([...MATCHED_LABELS].sort()).toEqual([
      'edge_node',
      'instance',
      'job',
      'namespace',
      'node_id',
      'persistentvolumeclaim',
      'pod',
    ]);
    for (const label of MATCHED_LABELS) {
      const refused = refusedProperties(() => {
        const c = new Checker('test');
        checkAlertOptions(c, { alertLabels: { [label]: 'x' }, alerts: { VaultSealed: { labels: { [label]: 'x' } } } });
        c.done();
      });
      expect(refused.sort()).toEqual([`alertLabels.${label}`, `alerts.VaultSealed.labels.${label}`]);
    }
  });

  test('a name that is not in the catalogue does not compile', () => {
    // @ts-expect-error: the catalogue has no alert of this name
    const renamed: (typeof INHIBITIONS)[number]['source'] = 'VaultLeaderLost';
    expect(Object.keys(CATALOGUE)).not.toContain(renamed);
  });
});
