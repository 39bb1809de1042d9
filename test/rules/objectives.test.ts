/**
 * Objectives under the real promtool: every window of every objective above and below its threshold, resolved, with the
 * data missing; what is recorded, as numbers. Both dialects.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ALERTS, type AlertName } from '../../lib/rules/catalogue';
import { burnRate } from '../../lib/rules/objectives/burn-rate';
import { OBJECTIVE_CATALOGUE, OBJECTIVE_NAMES, type ObjectiveName } from '../../lib/rules/objectives/catalogue';
import { SLO_INHIBITIONS } from '../../lib/rules/objectives/inhibitions';
import { BURN_RATE_WINDOWS } from '../../lib/rules/objectives/objective';
import type { ObjectiveOptions } from '../../lib/rules/objectives/options';
import { renderObjectives } from '../../lib/rules/objectives/render';
import { SovraInstallation } from '../../lib/sovra/installation';
import { METRIC_DIALECTS, type MetricDialect, type MetricId, metricName } from '../../lib/sovra/metrics';
import { toYaml } from '../../lib/yaml';
import { tool } from '../support/tools';

const NODES = 100;
const edgeNodes = Array.from({ length: NODES }, (_, i) => ({ id: `n${i}` }));
const installation = (dialect: MetricDialect) => new SovraInstallation({ dialect, edgeNodes });

type Series = Record<string, string>;
const UP: Series = { 'up{job="sovra-api",instance="a"}': '1x2000' };
const name = (id: MetricId, dialect: MetricDialect) => metricName(id, dialect) as string;

/** A run of shares of bad events, each for so many minutes, with so many events a minute. */
interface Phase {
  readonly minutes: number;
  readonly share: number;
  readonly perMinute?: number;
}

/** A counter that grows by what a function makes of each phase. */
function counter(phases: readonly Phase[], per: (p: Required<Phase>) => number): string {
  let value = 0;
  return phases
    .map(({ minutes, share, perMinute = 6000 }) => {
      const step = per({ minutes, share, perMinute });
      const run = `${value}+${step}x${minutes - 1}`;
      value += step * minutes;
      return run;
    })
    .join(' ');
}

/** What the exporter would show of each objective. Minute by minute. */
const EXPORTED: Readonly<Record<ObjectiveName, (d: MetricDialect, phases: readonly Phase[]) => Series>> = {
  availability: (d, phases) => ({
    [`${name('apiRequests', d)}{job="sovra-api",instance="a",status="200"}`]: counter(
      phases,
      (p) => p.perMinute * (1 - p.share),
    ),
    [`${name('apiRequests', d)}{job="sovra-api",instance="a",status="503"}`]: counter(
      phases,
      (p) => p.perMinute * p.share,
    ),
  }),
  'api-latency': (d, phases) => ({
    [`${name('apiLatency', d)}_count{job="sovra-api",instance="a"}`]: counter(phases, (p) => p.perMinute),
    [`${name('apiLatency', d)}_bucket{job="sovra-api",instance="a",le="0.1"}`]: counter(
      phases,
      (p) => p.perMinute * (1 - p.share),
    ),
  }),
  'edge-heartbeat': (d, phases) =>
    Object.fromEntries(
      edgeNodes.map(({ id }, i) => [
        `${name('edgeHeartbeat', d)}{job="sovra-api",instance="a",node_id="${id}"}`,
        phases.map((p) => `${i < Math.round(p.share * NODES) ? 61 : 60}x${p.minutes - 1}`).join(' '),
      ]),
    ),
  // One figure: a share of bad time, at the end of each phase.
  'audit-delivery': (d, phases) => ({
    [`${name('auditLag', d)}{job="sovra-api",instance="a"}`]: phases
      .flatMap((p) => {
        const bad = Math.round(p.minutes * p.share);
        return [...(p.minutes > bad ? [`300x${p.minutes - bad - 1}`] : []), ...(bad > 0 ? [`301x${bad - 1}`] : [])];
      })
      .join(' '),
  }),
};
/** Shares that an hour of minutes, or the number of nodes, can show. */
const STEP: Partial<Record<ObjectiveName, number>> = { 'edge-heartbeat': 1 / NODES, 'audit-delivery': 1 / 60 };

interface Check {
  readonly what: string;
  readonly series: Series;
  readonly at: string;
  /** Windows whose alert fires, or 'missing' for ObjectiveDataMissing. */
  readonly firing?: readonly string[];
  /** What an expression is, to four digits. */
  readonly value?: { readonly expr: string; readonly is: number };
}

/** Runs checks of one objective as one file of promtool. @returns what it has to say against them */
function judge(
  dialect: MetricDialect,
  objective: ObjectiveName,
  checks: readonly Check[],
  options: ObjectiveOptions = {},
  step = '1m',
): string {
  const dir = mkdtempSync(join(tmpdir(), 'sovra-ops-objectives-'));
  try {
    const groups = renderObjectives(installation(dialect), options).filter((g) =>
      g.name.startsWith(`sovra-slo-${objective}`),
    );
    expect(groups).toHaveLength(2);
    writeFileSync(join(dir, 'rules.yaml'), toYaml({ groups }));
    const tests = sameSeries(checks).map((same) => ({
      name: same.map((c) => c.what).join('; '),
      interval: '1m',
      input_series: Object.entries((same[0] as Check).series).map(([series, values]) => ({ series, values })),
      promql_expr_test: same.map((c) =>
        c.value
          ? {
              expr: `round(${c.value.expr}, 0.0001)`,
              eval_time: c.at,
              exp_samples: [{ labels: '{}', value: c.value.is }],
            }
          : {
              expr: 'count by (alertname, window) (ALERTS{alertstate="firing"})',
              eval_time: c.at,
              exp_samples: (c.firing ?? []).map((w) => ({ labels: labelsOf(w), value: 1 })),
            },
      ),
    }));
    writeFileSync(
      join(dir, 'tests.yaml'),
      toYaml({
        rule_files: ['rules.yaml'],
        evaluation_interval: step,
        // As they are evaluated in practice, one after the other; promtool would take any order.
        group_eval_order: groups.map((g) => g.name),
        tests,
      }),
    );
    execFileSync(tool('promtool'), ['test', 'rules', 'tests.yaml'], { cwd: dir, stdio: 'pipe' });
    return '';
  } catch (e) {
    const { stdout, stderr, message } = e as { stdout?: Buffer; stderr?: Buffer; message: string };
    return `${stdout ?? ''}${stderr ?? ''}` || message;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Checks by their series: one evaluation of the rules, which is nearly all of the work, answers all that is asked of it. */
function sameSeries(checks: readonly Check[]): Check[][] {
  const groups = new Map<string, Check[]>();
  for (const c of checks) groups.set(JSON.stringify(c.series), [...(groups.get(JSON.stringify(c.series)) ?? []), c]);
  return [...groups.values()];
}

function labelsOf(window: string): string {
  if (window === 'missing') return '{alertname="ObjectiveDataMissing"}';
  const fast = BURN_RATE_WINDOWS.find((w) => w.long === window)?.level === 'P1';
  return `{alertname="ErrorBudgetBurns${fast ? 'Fast' : 'Slowly'}",window="${window}"}`;
}

const WINDOWS = BURN_RATE_WINDOWS.map((w) => w.long);
const budgetOf = (objective: ObjectiveName) => 1 - OBJECTIVE_CATALOGUE[objective].target;
const thresholds = (objective: ObjectiveName, period = '30d') =>
  BURN_RATE_WINDOWS.map((w) => burnRate(w, period) * budgetOf(objective));
/** The windows that burn too fast at a share that lasts. */
const burning = (objective: ObjectiveName, share: number, period?: string) =>
  WINDOWS.filter((_, i) => share > (thresholds(objective, period)[i] as number) + 1e-9);

/** The next share that can be shown above a threshold, and the last that is not above it. */
function around(objective: ObjectiveName, threshold: number): [above: number, below: number] {
  const step = STEP[objective];
  if (step === undefined) return [threshold * 1.001, threshold * 0.999];
  const below = Math.floor(threshold / step + 1e-9);
  return [(below + 1) * step, below * step];
}

/** An hour of one share: of all that there is, every window sees the same. */
const lasting = (dialect: MetricDialect, objective: ObjectiveName, share: number): Series => ({
  ...UP,
  ...EXPORTED[objective](dialect, [{ minutes: 60, share }]),
});

function thresholdChecks(dialect: MetricDialect, objective: ObjectiveName, period?: string): Check[] {
  return thresholds(objective, period).flatMap((threshold, i) =>
    around(objective, threshold).map((share, side) => ({
      what: `${WINDOWS[i]} ${side === 0 ? 'above' : 'not above'}`,
      series: lasting(dialect, objective, share),
      at: '59m',
      firing: burning(objective, share, period),
    })),
  );
}

/** Often enough where a share lasts for long, in half of the time. */
const EVERY_OTHER_MINUTE = '2m';
const EACH = METRIC_DIALECTS.flatMap((d) => OBJECTIVE_NAMES.map((o) => [d, o] as const));

describe('every window of every objective', () => {
  it.each(EACH)('%s %s: fires just above its threshold, and is silent at it', (dialect, objective) => {
    const checks = thresholdChecks(dialect, objective);
    // The gate: each window is seen to fire in one case and to be silent in the next one.
    for (const window of WINDOWS) {
      const [above, below] = ['above', 'not above'].map((side) => checks.find((c) => c.what === `${window} ${side}`));
      expect(above?.firing).toContain(window);
      expect(below?.firing).not.toContain(window);
    }
    // Bad time is counted, by the minute.
    const step = objective === 'audit-delivery' ? '1m' : EVERY_OTHER_MINUTE;
    expect(judge(dialect, objective, checks, {}, step)).toBe('');
  });

  it.each(EACH)('%s %s: each is over when its short window is clean, the quickest first', (dialect, objective) => {
    const series = {
      ...UP,
      ...EXPORTED[objective](dialect, [
        { minutes: 120, share: objective === 'audit-delivery' ? 1 : 0.9 },
        { minutes: 420, share: 0 },
      ]),
    };
    const minutesAfter = (minutes: number, firing: readonly string[]): Check => ({
      what: `${minutes} min`,
      series,
      at: `${118 + minutes}m`,
      firing,
    });
    const checks = [
      minutesAfter(0, WINDOWS),
      minutesAfter(10, ['6h', '1d', '3d']),
      minutesAfter(38, ['1d', '3d']),
      minutesAfter(130, ['3d']),
      minutesAfter(370, []),
    ];
    expect(judge(dialect, objective, checks, {}, EVERY_OTHER_MINUTE)).toBe('');
  });

  const EXPECTED = ['edge-heartbeat'];
  it.each(EACH.filter(([, o]) => !EXPECTED.includes(o)))(
    '%s %s: no data is an alert, and not health',
    (dialect, objective) => {
      const gone = EXPORTED[objective](dialect, [{ minutes: 20, share: 0 }]);
      const down = { 'up{job="sovra-api",instance="a"}': '0x100' };
      expect(
        judge(dialect, objective, [
          { what: 'never there', series: UP, at: '14m', firing: [] },
          { what: 'never there, longer', series: UP, at: '16m', firing: ['missing'] },
          { what: 'gone', series: { ...UP, ...gone }, at: '50m', firing: ['missing'] },
          { what: 'there again', series: { ...UP, ...withGap(gone) }, at: '70m', firing: [] },
          { what: 'the API is down, which is SovraApiDown', series: down, at: '60m', firing: [] },
        ]),
      ).toBe('');
    },
  );
});

describe('data that is missing in part', () => {
  it.each(METRIC_DIALECTS)(
    '%s: without any heartbeat every described node is bad, while the API answers',
    (dialect) => {
      const bad = lasting(dialect, 'edge-heartbeat', 0.5);
      const down = { ...bad, 'up{job="sovra-api",instance="a"}': '1x10 0x100' };
      expect(
        judge(dialect, 'edge-heartbeat', [
          { what: 'none', series: UP, at: '20m', firing: WINDOWS },
          { what: 'none, in numbers', series: UP, at: '20m', value: { expr: 'sum(sovra_slo:bad_events)', is: NODES } },
          { what: 'down', series: down, at: '9m', firing: WINDOWS },
          { what: 'down, nothing is known', series: down, at: '11m', value: { expr: ABSENT, is: 1 } },
          // What was bad before is still in the short windows of these two; nothing is added.
          { what: 'down for long', series: down, at: '59m', firing: ['1d', '3d'] },
        ]),
      ).toBe('');
    },
  );

  it.each(METRIC_DIALECTS)('%s: a node that nobody described does not stand in for one that is missing', (dialect) => {
    const all = lasting(dialect, 'edge-heartbeat', 0);
    const series = Object.fromEntries(Object.entries(all).map(([k, v]) => [k.replace(/"n(\d)"/, '"other$1"'), v]));
    const value = { expr: 'sum(sovra_slo:bad_events)', is: 10 };
    expect(judge(dialect, 'edge-heartbeat', [{ what: 'others', series, at: '20m', value }])).toBe('');
  });

  it.each(METRIC_DIALECTS)('%s: a histogram without the bucket of the objective is missing data', (dialect) => {
    const series = Object.fromEntries(
      Object.entries(lasting(dialect, 'api-latency', 0)).map(([k, v]) => [k.replace('le="0.1"', 'le="0.25"'), v]),
    );
    expect(judge(dialect, 'api-latency', [{ what: 'bucket', series, at: '40m', firing: ['missing'] }])).toBe('');
  });
});

const ABSENT = 'absent(sovra_slo:all_events or sovra_slo:bad_events)';

/** The same values again after 40 minutes. */
const withGap = (series: Series): Series =>
  Object.fromEntries(Object.entries(series).map(([k, v]) => [k, `${v} _x40 ${v}`]));

describe('what is recorded', () => {
  const check = (objective: ObjectiveName, checks: readonly Check[], options?: ObjectiveOptions) =>
    judge('guide', objective, checks, options);
  const of = (series: string) => `sum(sovra_slo:${series}{slo="availability"})`;

  it('a busy hour weighs more than a quiet one', () => {
    const phases = [
      { minutes: 300, share: 0, perMinute: 60 },
      { minutes: 60, share: 0.1, perMinute: 6000 },
    ];
    // 36,000 of 378,000 requests; the mean of the hours' ratios would be 0.017. A rate lags by minutes, hence the margin.
    const expr = `sum(abs(sovra_slo:error_ratio:6h{slo="availability"} - ${36_000 / 378_000}) < bool 0.002)`;
    const series = { ...UP, ...EXPORTED.availability('guide', phases) };
    expect(check('availability', [{ what: 'weighted', series, at: '359m', value: { expr, is: 1 } }])).toBe('');
  });

  it('half of the budget is left when half of what is allowed fails', () => {
    const series = lasting('guide', 'availability', 0.0005);
    const value = { expr: of('error_budget_left:ratio'), is: 0.5 };
    expect(check('availability', [{ what: 'left', series, at: '59m', value }])).toBe('');
  });

  it('more than the budget may be spent', () => {
    const series = lasting('guide', 'availability', 0.003);
    const value = { expr: of('error_budget_left:ratio'), is: -2 };
    expect(check('availability', [{ what: 'overspent', series, at: '59m', value }])).toBe('');
  });

  it('without any error, the whole budget is left', () => {
    const { [`${name('apiRequests', 'guide')}{job="sovra-api",instance="a",status="503"}`]: _, ...series } = lasting(
      'guide',
      'availability',
      0,
    );
    const value = { expr: of('error_budget_left:ratio'), is: 1 };
    expect(check('availability', [{ what: 'whole', series, at: '59m', value }])).toBe('');
  });

  it('an edge node that is described and unknown is bad', () => {
    const all = lasting('guide', 'edge-heartbeat', 0);
    const series = Object.fromEntries(Object.entries(all).filter(([k]) => !/node_id="n\d"/.test(k)));
    const value = { expr: 'sum(sovra_slo:error_ratio:1h{slo="edge-heartbeat"})', is: 10 / NODES };
    expect(check('edge-heartbeat', [{ what: 'unknown', series, at: '59m', value }])).toBe('');
  });
});

describe('another period, another target', () => {
  it.each(['7d', '28d', '90d'])('%s moves the thresholds', (period) => {
    expect(
      judge('guide', 'availability', thresholdChecks('guide', 'availability', period), { period }, EVERY_OTHER_MINUTE),
    ).toBe('');
  });

  it('no burn rate is below the one that the budget allows', () => {
    expect(BURN_RATE_WINDOWS.map((w) => burnRate(w, '30d'))).toEqual([14.4, 6, 3, 1]);
    expect(BURN_RATE_WINDOWS.map((w) => burnRate(w, '7d'))).toEqual([3.36, 1.4, 1, 1]);
  });

  it('a window that can never be above its threshold has no alert', () => {
    const groups = renderObjectives(installation('guide'), { objectives: { availability: { target: 0.9 } } });
    const alerts = groups.filter((g) => g.name.startsWith('sovra-slo-availability')).flatMap((g) => g.rules ?? []);
    expect(alerts.flatMap((r) => (r.labels?.window ? [r.labels.window] : []))).toEqual(['6h', '1d', '3d']);
  });
});

describe('inhibitions', () => {
  const rules = renderObjectives(installation('guide')).flatMap((g) => g.rules ?? []);
  const levelsOf = (alert: string) =>
    alert in ALERTS
      ? [ALERTS[alert as AlertName].level]
      : rules.filter((r) => r.alert === alert).map((r) => r.labels?.level ?? '');

  it.each(SLO_INHIBITIONS.flatMap((i) => i.targets.map((t) => [i.source, t, i] as const)))(
    '%s over %s: the one that is sent is at least as urgent, and about the same',
    (source, target, { equal, where }) => {
      expect(levelsOf(source).length * levelsOf(target).length).toBeGreaterThan(0);
      for (const s of levelsOf(source)) for (const t of levelsOf(target)) expect(s <= t).toBe(true);
      // Without either, one objective would silence all others.
      expect(equal.length + (where?.values.length ?? 0)).toBeGreaterThan(0);
      for (const name of where?.values ?? []) expect(OBJECTIVE_NAMES).toContain(name);
    },
  );

  it('an outage that fails the requests is not told a second time by their budgets', () => {
    for (const source of ['SovraApiDown', 'DatabaseDown'])
      expect(SLO_INHIBITIONS).toContainEqual(
        expect.objectContaining({
          source,
          targets: ['ErrorBudgetBurnsFast', 'ErrorBudgetBurnsSlowly'],
          where: { label: 'slo', values: ['availability', 'api-latency'] },
        }),
      );
  });

  it('no data is never silenced', () => {
    expect(SLO_INHIBITIONS.flatMap((i) => i.targets)).not.toContain('ObjectiveDataMissing');
  });
});
