/** The suites of promtool that the cases of alerts about logging and tracing make. */
import { runbookUrl } from '../../lib/rules/runbook-url';
import { formatDuration, seconds } from '../../lib/schedule/duration';
import { LEVEL_POLICIES } from '../../lib/sovra/levels';
import { METRICS } from '../../lib/sovra/metrics';
import { telemetryRules } from '../../lib/telemetry/alerts';
import type { Fires, LabelSet } from '../rules/cases/types';
import type { Suite } from '../rules/promtool';
import type { AlertSet } from './cases';
import { TEXTS } from './texts';

type Tests = Suite['tests'];
type Check = Tests[number]['checks'][number];
const names = Object.assign((id: keyof typeof METRICS) => METRICS[id].name.guide as string, { has: () => true });

function expected(set: AlertSet, name: string, alerts: Fires['alerts']): Check['exp_alerts'] {
  const { level, component } = set.alerts[name] as AlertSet['alerts'][string];
  const labels = typeof alerts === 'function' ? alerts(names) : (alerts ?? [{}]);
  return labels.map((own: LabelSet) => ({
    exp_labels: { ...own, level, component, severity: LEVEL_POLICIES[level].severity },
  }));
}

const check = (set: AlertSet, name: string, at: string, alerts: Fires['alerts'] | 'none'): Check =>
  ({ eval_time: at, alertname: name, exp_alerts: alerts === 'none' ? [] : expected(set, name, alerts) }) as Check;

/** Fires at that time, and not one step before. */
const firing = (set: AlertSet, name: string, f: Fires, step: string): Check[] => [
  check(set, name, formatDuration(seconds(f.after) - seconds(step)), 'none'),
  check(set, name, f.after, f.alerts),
];

/** Fires, is silent, resolves, and answers missing data. */
export function suiteOf(set: AlertSet, name: string): Suite {
  const cases = set.cases[name] as AlertSet['cases'][string];
  const answer = set.alerts[name]?.missingData;
  const cover = answer === 'fires' ? name : (answer?.coveredBy ?? '');
  const wanted = Object.fromEntries([name, cover].map((n) => [n, set.alerts[n]]));
  const step = cases.step ?? '15s';
  const { silent, resolves, missing } = cases;
  if (silent === 'never' || resolves === 'never') throw new Error(`${name} has no cases`);
  const test = (what: string, series: Record<string, string>, checks: Check[]) => ({ name: what, series, checks });
  const rules = telemetryRules(wanted as AlertSet['alerts'], {}).map(({ annotations, ...rule }) => rule);
  return {
    name: `${set.name}.${name}`,
    groups: [{ name: 'g', rules }],
    step,
    tests: [
      ...cases.fires.map((f) => test(`fires: ${f.what}`, f.series(names), firing(set, name, f, step))),
      ...silent.map((s) => test(`silent: ${s.what}`, s.series(names), [check(set, name, s.until, 'none')])),
      test(`resolves: ${resolves.what}`, resolves.series(names), [
        check(set, name, resolves.firing, resolves.alerts),
        check(set, name, resolves.resolved, 'none'),
      ]),
      test(`missing: ${missing.what}`, missing.series(names), [
        ...firing(set, cover, missing, step),
        ...(cover === name ? [] : [check(set, name, missing.after, 'none')]),
      ]),
    ],
  };
}

/** What a person reads when the first case fires. */
export function textsOf(set: AlertSet, name: string): Suite {
  const [first] = (set.cases[name] as AlertSet['cases'][string]).fires;
  const level = set.alerts[name]?.level ?? 'P3';
  const annotations = {
    ...TEXTS[`${set.name}.${name}`],
    runbook_url: runbookUrl(name),
    response_time: LEVEL_POLICIES[level].responseTime,
  };
  const alerts = expected(set, name, first.alerts).map((a) => ({ ...a, exp_annotations: annotations }));
  return {
    name: `${set.name}.${name}.texts`,
    groups: [{ name: 'g', rules: telemetryRules({ [name]: set.alerts[name] } as AlertSet['alerts'], {}) }],
    step: set.cases[name]?.step ?? '15s',
    tests: [
      {
        name: 'texts',
        series: first.series(names),
        checks: [{ eval_time: first.after, alertname: name, exp_alerts: alerts } as unknown as Check],
      },
    ],
  };
}
