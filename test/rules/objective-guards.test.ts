/**
 * What objectives must not do, under the real promtool: page for a single failure, take an outage for health, read a
 * bucket that is not there. In steps of 30 s, as the rules are evaluated in practice. Both dialects.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectiveName } from '../../lib/rules/objectives/catalogue';
import type { ObjectiveOptions } from '../../lib/rules/objectives/options';
import { renderObjectives } from '../../lib/rules/objectives/render';
import { SovraInstallation } from '../../lib/sovra/installation';
import { METRIC_DIALECTS, type MetricDialect, type MetricId, metricName } from '../../lib/sovra/metrics';
import { tool } from '../support/tools';

type Series = Readonly<Record<string, string>>;

interface Case {
  readonly what: string;
  readonly series: Series;
  readonly options?: ObjectiveOptions;
  /** By the time: windows whose alert fires. */
  readonly firing?: Readonly<Record<string, readonly string[]>>;
  /** By the time: expressions, and what they are, to a tenth; null for no answer. */
  readonly values?: Readonly<Record<string, Readonly<Record<string, number | null>>>>;
}

/** @returns what promtool has to say against cases of one objective */
function judge(dialect: MetricDialect, objective: ObjectiveName | 'mine', cases: readonly Case[]): string {
  const dir = mkdtempSync(join(tmpdir(), 'sovra-ops-guards-'));
  try {
    const files = cases.map((c, i) => {
      const groups = renderObjectives(new SovraInstallation({ dialect }), c.options).filter((g) =>
        g.name.startsWith(`sovra-slo-${objective}`),
      );
      writeFileSync(join(dir, `${i}.rules.json`), JSON.stringify({ groups }));
      const fired = Object.entries(c.firing ?? {}).map(([eval_time, windows]) => ({
        expr: 'count by (window) (ALERTS{alertstate="firing"})',
        eval_time,
        exp_samples: windows.map((window) => ({ labels: `{window="${window}"}`, value: 1 })),
      }));
      const valued = Object.entries(c.values ?? {}).flatMap(([eval_time, all]) =>
        Object.entries(all).map(([expr, value]) => ({
          expr: `round(sum(${expr}), 0.1)`,
          eval_time,
          exp_samples: value === null ? [] : [{ labels: '{}', value }],
        })),
      );
      const test = {
        name: c.what,
        interval: '30s',
        input_series: Object.entries(c.series).map(([series, values]) => ({ series, values })),
        promql_expr_test: [...fired, ...valued],
      };
      const file = {
        rule_files: [`${i}.rules.json`],
        evaluation_interval: '30s',
        group_eval_order: groups.map((g) => g.name),
        tests: [test],
      };
      writeFileSync(join(dir, `${i}.json`), JSON.stringify(file));
      return `${i}.json`;
    });
    execFileSync(tool('promtool'), ['test', 'rules', ...files], { cwd: dir, stdio: 'pipe' });
    return '';
  } catch (e) {
    const { stdout, stderr, message } = e as { stdout?: Buffer; stderr?: Buffer; message: string };
    return `${stdout ?? ''}${stderr ?? ''}` || message;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const name = (id: MetricId, dialect: MetricDialect) => metricName(id, dialect) as string;
const up = (values: string, pod = 'a') => ({ [`up{job="sovra-api",instance="${pod}"}`]: values });
const requests = (d: MetricDialect, status: string, values: string) => ({
  [`${name('apiRequests', d)}{job="sovra-api",instance="a",status="${status}"}`]: values,
});

/** A counter by the minute, of two samples each: it has grown by one at each of these. */
function at(minutes: readonly number[], until: number): string {
  const values = Array.from({ length: 2 * until + 1 }, (_, i) => minutes.filter((m) => 2 * m <= i).length);
  return values.join(' ');
}
/** So many minutes apart. */
const every = (apart: number, until: number, from = apart) =>
  Array.from({ length: Math.floor((until - from) / apart) + 1 }, (_, i) => from + i * apart);

const ALL = ['1h', '6h', '1d', '3d'];
const BAD = 'sovra_slo:bad_events';
const EVENTS = 'sovra_slo:all_events';

describe.each(METRIC_DIALECTS)('little traffic, in the dialect %s', (dialect) => {
  /** Requests that succeed, and those that fail, by the minutes in which they come, in an hour and a half. */
  const traffic = (good: readonly number[], bad: readonly number[]): Series => ({
    ...up('1x180'),
    ...requests(dialect, '200', at(good, 90)),
    ...requests(dialect, '503', at(bad, 90)),
  });
  const one: Series = traffic(every(5, 90), [71]);
  const asked = (minimumBadEvents: number): ObjectiveOptions => ({
    objectives: { availability: { minimumBadEvents } },
  });
  const last = (count: number) => every(1, 71, 72 - count);

  it('one failure among a dozen requests an hour pages nobody; the budget counts it all the same', () => {
    expect(
      judge(dialect, 'availability', [
        {
          what: 'as it is',
          series: one,
          firing: { '72m': [], '75m': [], '90m': [] },
          // One of 14, in percent.
          values: { '75m': { '100 * sovra_slo:error_ratio:1h': 7 } },
        },
        { what: 'without the guard it would', series: one, options: asked(0), firing: { '72m': ALL } },
        { what: 'or with one that asks for one', series: one, options: asked(1), firing: { '72m': [], '75m': ALL } },
      ]),
    ).toBe('');
  });

  it('ten failures page, nine do not', () => {
    expect(
      judge(dialect, 'availability', [
        { what: 'ten', series: traffic(every(1, 90), last(10)), firing: { '75m': ALL } },
        { what: 'nine', series: traffic(every(1, 90), last(9)), firing: { '71m': [], '75m': [], '90m': [] } },
        {
          what: 'twenty are asked for',
          series: traffic(every(1, 90), last(19)),
          options: asked(20),
          firing: { '75m': [] },
        },
      ]),
    ).toBe('');
  });

  it('is not hidden where everything fails', () => {
    expect(
      judge(dialect, 'availability', [{ what: 'all', series: traffic([1, 2], last(15)), firing: { '72m': ALL } }]),
    ).toBe('');
  });

  it('of slow requests is the same', () => {
    const histogram = (slow: number): Series => ({
      ...up('1x180'),
      [`${name('apiLatency', dialect)}_count{job="sovra-api",instance="a"}`]: at([...every(5, 60), ...last(slow)], 90),
      [`${name('apiLatency', dialect)}_bucket{job="sovra-api",instance="a",le="0.1"}`]: at(every(5, 60), 90),
    });
    expect(
      judge(dialect, 'api-latency', [
        { what: 'nine of them', series: histogram(9), firing: { '75m': [] } },
        { what: 'ten of them', series: histogram(10), firing: { '75m': ['6h', '1d', '3d'] } },
      ]),
    ).toBe('');
  });
});

describe.each(METRIC_DIALECTS)('an outage, in the dialect %s', (dialect) => {
  /** One request a second for two hours, nothing for ten minutes, one a second again. */
  const outage: Series = {
    ...up('1x240 0x19 1x60'),
    ...requests(dialect, '200', '0+30x240 _x20 0+30x60'),
  };

  it('costs what the requests would have been, from its first moment on, and no more when it is over', () => {
    expect(
      judge(dialect, 'availability', [
        {
          what: 'ten minutes',
          series: outage,
          firing: { '120m': [], '126m': ALL, '165m': ['1d', '3d'] },
          values: {
            '119m': { [BAD]: 0, [EVENTS]: 1 },
            '121m': { [BAD]: 1, [EVENTS]: 1, 'sovra_slo:error_ratio:5m': 1 },
            '129m': { [BAD]: 1, [EVENTS]: 1 },
            '136m': { [BAD]: 0, [EVENTS]: 1 },
          },
        },
      ]),
    ).toBe('');
  });

  it('is one too where the targets are gone, and none while a replica answers', () => {
    expect(
      judge(dialect, 'availability', [
        {
          what: 'no target any more',
          series: { ...up('1x240'), ...requests(dialect, '200', '0+30x240') },
          values: { '129m': { [BAD]: 1, [EVENTS]: 1 } },
        },
        {
          what: 'one of two replicas',
          series: { ...outage, ...up('1x400', 'b') },
          values: { '122m': { [BAD]: 0 }, '129m': { [BAD]: null } },
        },
      ]),
    ).toBe('');
  });

  it('is not invented: without a past nothing is known, and where nobody asks nothing is lost', () => {
    expect(
      judge(dialect, 'availability', [
        {
          what: 'never up',
          series: up('0x100'),
          firing: { '50m': [] },
          values: { '50m': { [BAD]: null, [EVENTS]: null } },
        },
        {
          what: 'nobody asks',
          series: { ...up('1x240 0x40'), ...requests(dialect, '200', '7x240') },
          firing: { '130m': [] },
          values: { '130m': { [BAD]: 0, [EVENTS]: 0 } },
        },
      ]),
    ).toBe('');
  });
});

describe.each(METRIC_DIALECTS)('another limit for the latency, in the dialect %s', (dialect) => {
  const of = (le: string): Series => ({
    ...up('1x60'),
    [`${name('apiLatency', dialect)}_count{job="sovra-api",instance="a"}`]: '0+300x60',
    [`${name('apiLatency', dialect)}_bucket{job="sovra-api",instance="a",le="0.1"}`]: '0+30x60',
    [`${name('apiLatency', dialect)}_bucket{job="sovra-api",instance="a",le="${le}"}`]: '0+240x60',
  });
  const limit = (threshold: number): ObjectiveOptions => ({ objectives: { 'api-latency': { threshold } } });

  it('reads the bucket of that bound, however it is written', () => {
    const expected = { '20m': { [BAD]: 2, [EVENTS]: 10 } };
    expect(
      judge(dialect, 'api-latency', [
        { what: '0.25 s', series: of('0.25'), options: limit(0.25), values: expected },
        { what: '1 s', series: of('1'), options: limit(1), values: expected },
        { what: '1 s, as Prometheus 3 writes it', series: of('1.0'), options: limit(1), values: expected },
        { what: '100 ms, the default', series: of('0.25'), values: { '20m': { [BAD]: 9, [EVENTS]: 10 } } },
      ]),
    ).toBe('');
  });
});

describe('an objective of your own', () => {
  const total = 'rate(sovra_api_requests_total{job="sovra-api"}[5m])';
  const bad = `sum(rate(sovra_api_requests_total{job="sovra-api",status="503"}[5m])) or 0 * sum(${total})`;
  const of = (all: string): ObjectiveOptions => ({ own: [{ name: 'mine', title: 'Mine', target: 0.99, bad, all }] });
  const series = { ...up('1x60'), ...requests('guide', '200', '0x60'), ...requests('guide', '503', '0+30x60') };

  it('whose events keep labels on one side only has no ratio, and says so', () => {
    const ratio = 'sovra_slo:error_ratio:5m';
    const missing = 'ALERTS{alertstate="firing",alertname="ObjectiveDataMissing"}';
    expect(
      judge('guide', 'mine', [
        {
          what: 'as it should be',
          series,
          options: of(`sum(${total})`),
          values: { '25m': { [ratio]: 1, [missing]: null } },
        },
        { what: 'without its sum', series, options: of(total), values: { '25m': { [ratio]: null, [missing]: 1 } } },
      ]),
    ).toBe('');
  });
});
