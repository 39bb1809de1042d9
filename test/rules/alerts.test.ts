import { ALERT_NAMES, type AlertName } from '../../lib/rules/catalogue';
import { alertNames } from '../../lib/rules/render';
import { METRIC_DIALECTS } from '../../lib/sovra/metrics';
import { CASES } from './cases';
import type { AlertCases } from './cases/types';
import { behaviour, distinct, installation, run } from './promtool';

const ALL = ALERT_NAMES.flatMap((name) =>
  METRIC_DIALECTS.filter((d) => alertNames(installation(CASES[name], d)).includes(name)).map((d) => behaviour(name, d)),
);
const SUITES = distinct(ALL);

describe('every alert under promtool: it fires, is silent, resolves, and answers missing data', () => {
  let verdicts: Map<string, string>;
  beforeAll(async () => {
    verdicts = await run(SUITES);
  });

  test.each(SUITES.map((s) => s.name))('%s', (name) => {
    expect(verdicts.get(name)).toBe('SUCCESS');
  });
});

describe('the gate', () => {
  test.each(ALERT_NAMES)('%s has cases of every kind', (name: AlertName) => {
    const cases: AlertCases = CASES[name];
    expect(cases.fires.length).toBeGreaterThan(0);
    expect(cases.missing.what).not.toBe('');
    if (name === 'Watchdog') return;
    expect(cases.resolves).not.toBe('never');
    expect(cases.silent === 'never' ? 0 : cases.silent.length).toBeGreaterThan(0);
  });

  test('every alert is tested in some dialect', () => {
    const tested = new Set(ALL.map((s) => s.name.split('.')[0]));
    expect(ALERT_NAMES.filter((n) => !tested.has(n))).toEqual([]);
  });
});
