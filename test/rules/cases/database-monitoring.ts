import type { DATABASE_ALERTS } from '../../../lib/rules/alerts/database';
import type { MONITORING_ALERTS } from '../../../lib/rules/alerts/monitoring';
import { healthyApi, histogram, missingMetric, series, slowCases } from './series';
import type { AlertCases, Fires, Names } from './types';

const pg = (instance = 'x') => ({ job: 'postgres', instance });
const pgUp = (values: string, instance?: string) => ({ [series('pg_up', pg(instance))]: values });
const connections = (active: number, idle: number, instance = 'x') => ({
  [series('pg_stat_activity_count', { datname: 'sovra', state: 'active', ...pg(instance) })]: `${active}x60`,
  [series('pg_stat_activity_count', { datname: 'sovra', state: 'idle', ...pg(instance) })]: `${idle}x60`,
  [series('pg_settings_max_connections', { server: 'postgres:5432', ...pg(instance) })]: '100x60',
});
const queries = (m: Names, values: { fast: string; total: string }, pod?: string) =>
  histogram(m('databaseLatency'), { threshold: 0.1, above: 0.25 }, values, { operation: 'select' }, pod);

/**
 * Of 100 connections, 40 of them idle.
 *
 * @param of the most that are none too many; how many are active while they are, in the case in which some are closed
 */
const manyConnections = (level: 'P1' | 'P2', of: { most: number; closing: number; after: string }) =>
  ({
    level,
    fires: [
      {
        what: `${of.most + 1} of 100, as one of two exporters sees it`,
        series: () => ({ ...connections(of.most - 39, 40), ...connections(40, 40, 'y') }),
        after: of.after,
      },
    ],
    silent: [
      { what: `${of.most} of 100`, series: () => connections(of.most - 40, 40), until: '12m' },
      {
        what: 'two exporters that see the same 50',
        series: () => ({ ...connections(25, 25), ...connections(25, 25, 'y') }),
        until: '12m',
      },
    ],
    resolves: {
      what: 'some were closed',
      series: () => ({
        ...connections(of.closing, 40),
        [series('pg_stat_activity_count', { datname: 'sovra', state: 'idle', ...pg() })]: '40x24 5x30',
      }),
      firing: '6m',
      resolved: '6m15s',
    },
    missing: { what: 'no exporter', series: () => ({}), after: '5m', alerts: [{ job: 'postgres' }] },
  }) satisfies AlertCases;

export const DATABASE_CASES = {
  DatabaseDown: {
    level: 'P0',
    fires: [{ what: 'the exporter cannot query', series: () => pgUp('0x20'), after: '1m' }],
    silent: [
      { what: 'it can', series: () => pgUp('1x20'), until: '5m' },
      { what: 'one of two exporters can', series: () => ({ ...pgUp('0x20'), ...pgUp('1x20', 'y') }), until: '5m' },
    ],
    resolves: { what: 'back', series: () => pgUp('0x8 1x20'), firing: '2m', resolved: '2m15s' },
    missing: { what: 'no exporter', series: () => ({}), after: '5m', alerts: [{ job: 'postgres' }] },
  },
  DatabaseExporterDown: {
    level: 'P2',
    fires: [
      {
        what: 'its scrape fails',
        series: () => ({ [series('up', pg())]: '0x40' }),
        after: '5m',
        alerts: [{ job: 'postgres' }],
      },
    ],
    silent: [{ what: 'it reports a database that is down', series: () => pgUp('0x60'), until: '12m' }],
    resolves: {
      what: 'it reports again',
      series: () => pgUp('_x24 1x20'),
      firing: '5m45s',
      resolved: '6m15s',
      alerts: [{ job: 'postgres' }],
    },
    missing: { what: 'no exporter', series: () => ({}), after: '5m', alerts: [{ job: 'postgres' }] },
  },
  DatabaseConnectionsHigh: manyConnections('P2', { most: 80, closing: 41, after: '5m' }),
  DatabaseConnectionsExhausted: manyConnections('P1', { most: 95, closing: 60, after: '2m' }),
  DatabaseSlow: {
    level: 'P2',
    ...slowCases(queries),
    missing: {
      what: 'up, without the histogram',
      series: (m) => healthyApi(m, ['databaseLatency'], '1x150'),
      after: '30m',
      alerts: missingMetric('databaseLatency'),
    },
  },
} satisfies Record<keyof typeof DATABASE_ALERTS, AlertCases>;

const up = (job: string, values: string, pod = 'a') => ({ [series('up', { job, pod })]: values });
const prom = (name: string, values: string, labels = {}) => ({
  [series(name, { ...labels, job: 'prometheus', pod: 'prometheus-0' })]: values,
});
const am = (name: string, values: string, labels = {}) => ({
  [series(name, { ...labels, job: 'alertmanager', pod: 'alertmanager-0' })]: values,
});
const ONCE_IN_5M = '0x19 1x19 2x19 3x19 4x19';
/** The same by each of two Alertmanagers. */
const delivered = (failed: string, all: string) =>
  Object.fromEntries(
    ['alertmanager-0', 'alertmanager-1'].flatMap((pod) => {
      const of = { integration: 'webhook', job: 'alertmanager', pod };
      return [
        [series('alertmanager_notifications_failed_total', { reason: 'other', ...of }), failed],
        [series('alertmanager_notifications_total', of), all],
      ];
    }),
  );
const notWatched = { what: 'no target at all', series: () => ({}) };
const noPrometheus = { ...notWatched, after: '10m', alerts: [{ job: 'prometheus' }, { job: 'sovra-api-probe' }] };
const noAlertmanager = { ...notWatched, after: '2m' };

/** An alert that fires when no target of a job can be scraped. */
const jobDown = (level: 'P1' | 'P2', job: string, after: string) =>
  ({
    level,
    fires: [
      { what: 'none of two can be scraped', series: () => ({ ...up(job, '0x60'), ...up(job, '0x60', 'b') }), after },
    ],
    silent: [{ what: 'one of two can', series: () => ({ ...up(job, '0x60'), ...up(job, '1x60', 'b') }), until: '12m' }],
    resolves: { what: 'back', series: () => up(job, '0x40 1x20'), firing: '10m', resolved: '10m15s' },
    missing: { ...notWatched, after },
  }) satisfies AlertCases;

/** An alert on a reload that failed. */
const reloadFailed = (of: (values: string) => Record<string, string>, pod: string, missing: Fires) =>
  ({
    level: 'P2',
    fires: [{ what: 'the last reload failed', series: () => of('0x60'), after: '10m', alerts: [{ pod }] }],
    silent: [{ what: 'it succeeded', series: () => of('1x80'), until: '18m' }],
    resolves: { what: 'mended', series: () => of('0x48 1x40'), firing: '12m', resolved: '12m15s', alerts: [{ pod }] },
    missing,
  }) satisfies AlertCases;

const WATCHED = [
  'opa',
  'vault-health',
  'sovra-api-probe',
  'edge-probe',
  'blackbox-exporter',
  'kube-state-metrics',
  'prometheus',
  'alertmanager',
  'grafana',
];

export const MONITORING_CASES = {
  MonitoringTargetDown: {
    level: 'P3',
    fires: WATCHED.map(
      (job): Fires => ({
        what: `one of two targets of ${job}`,
        series: () => ({ ...up(job, '0x60'), ...up(job, '1x60', 'b') }),
        after: '10m',
        alerts: [{ job }],
      }),
    ) as [Fires, ...Fires[]],
    silent: [
      { what: 'all can be scraped', series: () => up('grafana', '1x80'), until: '18m' },
      { what: 'a target that is not of this stack', series: () => up('somebody-else', '0x80'), until: '18m' },
    ],
    resolves: {
      what: 'back',
      series: () => up('grafana', '0x48 1x20'),
      firing: '12m',
      resolved: '12m15s',
      alerts: [{ job: 'grafana' }],
    },
    missing: noPrometheus,
  },
  MonitoringTargetMissing: {
    level: 'P2',
    fires: [
      {
        what: 'one of two jobs has no target',
        series: () => up('prometheus', '1x60'),
        after: '10m',
        alerts: [{ job: 'sovra-api-probe' }],
      },
    ],
    silent: [
      {
        what: 'both have, though neither can be scraped',
        series: () => ({ ...up('prometheus', '0x80'), ...up('sovra-api-probe', '0x80') }),
        until: '18m',
      },
    ],
    resolves: {
      what: 'discovered',
      series: () => ({ ...up('prometheus', '1x80'), ...up('sovra-api-probe', '_x48 1x30') }),
      firing: '11m45s',
      resolved: '12m15s',
      alerts: [{ job: 'sovra-api-probe' }],
    },
    missing: noPrometheus,
  },
  PrometheusRuleFailures: {
    level: 'P2',
    fires: [
      {
        what: 'rules fail',
        series: () => prom('prometheus_rule_evaluation_failures_total', '0+1x60', { rule_group: 'g' }),
        after: '10m15s',
        alerts: [{ pod: 'prometheus-0', rule_group: 'g' }],
      },
    ],
    silent: [
      {
        what: 'they failed long ago',
        series: () => prom('prometheus_rule_evaluation_failures_total', '7x80', { rule_group: 'g' }),
        until: '18m',
      },
    ],
    resolves: {
      what: 'no more failures',
      series: () => prom('prometheus_rule_evaluation_failures_total', '0+1x60 60x40', { rule_group: 'g' }),
      firing: '15m',
      resolved: '20m15s',
      alerts: [{ pod: 'prometheus-0', rule_group: 'g' }],
    },
    missing: noPrometheus,
  },
  PrometheusConfigReloadFailed: reloadFailed(
    (v) => prom('prometheus_config_last_reload_successful', v),
    'prometheus-0',
    noPrometheus,
  ),
  PrometheusNotConnectedToAlertmanager: {
    level: 'P1',
    fires: [
      {
        what: 'none is known',
        series: () => prom('prometheus_notifications_alertmanagers_discovered', '0x60'),
        after: '5m',
        alerts: [{ pod: 'prometheus-0' }],
      },
    ],
    silent: [
      {
        what: 'one is known',
        series: () => prom('prometheus_notifications_alertmanagers_discovered', '1x60'),
        until: '12m',
      },
    ],
    resolves: {
      what: 'found',
      series: () => prom('prometheus_notifications_alertmanagers_discovered', '0x24 1x20'),
      firing: '6m',
      resolved: '6m15s',
      alerts: [{ pod: 'prometheus-0' }],
    },
    missing: noPrometheus,
  },
  AlertmanagerDown: jobDown('P1', 'alertmanager', '2m'),
  AlertmanagerNotificationsFailing: {
    level: 'P1',
    fires: [
      {
        what: '10.1 % fail',
        series: () => delivered('0+101x60', '0+1000x60'),
        after: '10m15s',
        alerts: [{ integration: 'webhook' }],
      },
      {
        what: 'nothing is taken, and it is tried once in each group interval of five minutes',
        series: () => delivered(ONCE_IN_5M, ONCE_IN_5M),
        after: '15m',
        alerts: [{ integration: 'webhook' }],
      },
    ],
    silent: [
      { what: '9.9 % fail', series: () => delivered('0+99x80', '0+1000x80'), until: '18m' },
      { what: 'one fails, the next one does not', series: () => delivered('0x19 1x80', ONCE_IN_5M), until: '14m45s' },
    ],
    resolves: {
      what: 'delivered again',
      series: () => delivered('0+11x50 550x40', '0+100x90'),
      firing: '12m30s',
      resolved: '14m',
      alerts: [{ integration: 'webhook' }],
    },
    missing: noAlertmanager,
  },
  AlertmanagerConfigReloadFailed: reloadFailed(
    (v) => am('alertmanager_config_last_reload_successful', v),
    'alertmanager-0',
    noAlertmanager,
  ),
  KubeStateMetricsDown: jobDown('P2', 'kube-state-metrics', '5m'),
  BlackboxExporterDown: jobDown('P1', 'blackbox-exporter', '5m'),
  Watchdog: {
    level: 'P3',
    fires: [{ what: 'always', series: () => ({}), after: '0s' }],
    silent: 'never',
    resolves: 'never',
    missing: { what: 'it needs no data', series: () => ({}), after: '0s' },
  },
} satisfies Record<keyof typeof MONITORING_ALERTS, AlertCases>;
