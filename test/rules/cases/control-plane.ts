import type { CONTROL_PLANE_ALERTS } from '../../../lib/rules/alerts/control-plane';
import {
  ALWAYS,
  api,
  everythingMissing,
  healthyApi,
  histogram,
  missingMetric,
  series,
  silentApi,
  slowCases,
} from './series';
import type { AlertCases, Fires, Names } from './types';

const up = (a: string, b?: string) => ({
  [series('up', api('a'))]: a,
  ...(b && { [series('up', api('b'))]: b }),
});
const probed = (values: string) => ({ [series('probe_success', { job: 'sovra-api-probe' })]: values });
const requests = (m: Names, ok: string, failed: string, pod = 'a') => ({
  [series(m('apiRequests'), { status: '200', path: '/v1/keys', ...api(pod) })]: ok,
  [series(m('apiRequests'), { status: '503', path: '/v1/keys', ...api(pod) })]: failed,
});
const bothRequests = (m: Names, ok: string, failed: string) => ({
  ...requests(m, ok, failed),
  ...requests(m, ok, failed, 'b'),
});
/** Attempts to sign in on both replicas, by their result. */
const attempts = (m: Names, results: Record<string, string>) =>
  Object.fromEntries(
    ['a', 'b'].flatMap((pod) =>
      Object.entries(results).map(([result, v]) => [
        series(m('authAttempts'), { method: 'jwt', result, ...api(pod) }),
        v,
      ]),
    ),
  );
const silentExporter: Fires = {
  what: 'the exporter is silent',
  series: () => ({ [series('up', api())]: '1x150' }),
  after: '30m',
  alerts: everythingMissing,
};
const latency = (m: Names, values: { fast: string; total: string }, pod?: string) =>
  histogram(m('apiLatency'), { threshold: 0.1, above: 0.25 }, values, { path: '/v1/keys' }, pod);

export const CONTROL_PLANE_CASES = {
  SovraApiDown: {
    level: 'P0',
    fires: [{ what: 'no replica of two answers', series: () => up('0x20', '0x20'), after: '1m' }],
    silent: [{ what: 'one replica of two answers', series: () => up('1x20', '0x20'), until: '5m' }],
    resolves: { what: 'a replica is back', series: () => up('0x8 1x20'), firing: '2m', resolved: '2m15s' },
    missing: { what: 'no target at all', series: () => ({}), after: '1m' },
  },
  SovraApiProbeFailed: {
    level: 'P1',
    fires: [{ what: 'the probe fails', series: () => probed('0x20'), after: '2m' }],
    silent: [
      { what: 'the probe succeeds', series: () => probed('1x20'), until: '5m' },
      {
        what: 'one of two probes succeeds',
        series: () => ({ ...probed('1x20'), [series('probe_success', { job: 'sovra-api-probe', pod: 'b' })]: '0x20' }),
        until: '5m',
      },
    ],
    resolves: { what: 'healthy again', series: () => probed('0x12 1x20'), firing: '3m', resolved: '3m15s' },
    missing: {
      what: 'the probe is not known to Prometheus',
      series: () => ({ [series('up', { job: 'prometheus' })]: '1x100' }),
      after: '10m',
      alerts: [{ job: 'sovra-api-probe' }],
    },
  },
  SovraApiDegraded: {
    level: 'P2',
    fires: [
      { what: 'one of two answers', series: () => up('1x40', '0x40'), after: '5m' },
      { what: 'there is only one', series: () => up('1x40'), after: '5m' },
      {
        what: 'two of three answer',
        series: () => ({ ...up('1x40', '1x40'), [series('up', api('c'))]: '0x40' }),
        after: '5m',
      },
    ],
    silent: [
      { what: 'two of two answer', series: () => up('1x40', '1x40'), until: '10m' },
      { what: 'none answers: that is an outage', series: () => up('0x40', '0x40'), until: '10m' },
    ],
    resolves: { what: 'the second is back', series: () => up('1x80', '0x24 1x40'), firing: '6m', resolved: '6m15s' },
    missing: { what: 'no target at all', series: () => ({}), after: '1m' },
  },
  SovraApiErrorRateHigh: {
    level: 'P1',
    fires: [
      {
        what: '5.1 % fail, of both replicas',
        series: (m) => bothRequests(m, '0+474.5x60', '0+25.5x60'),
        after: '5m15s',
      },
      { what: 'just enough to judge by, all fail', series: (m) => bothRequests(m, '0x60', '0+0.755x60'), after: '10m' },
    ],
    silent: [
      { what: '4.9 % fail', series: (m) => bothRequests(m, '0+475.5x60', '0+24.5x60'), until: '12m' },
      {
        what: 'clients are refused (4xx)',
        series: (m) => ({ [series(m('apiRequests'), { status: '404', ...api() })]: '0+500x60' }),
        until: '12m',
      },
      {
        what: 'not quite enough to judge by, all fail',
        series: (m) => bothRequests(m, '0x70', '0+0.745x70'),
        until: '16m',
      },
    ],
    resolves: {
      what: 'no more failures',
      series: (m) => requests(m, '0+949x80', '0+51x30 1530x50'),
      firing: '7m30s',
      resolved: '8m',
    },
    missing: {
      what: 'up, and counts no requests',
      series: (m) => healthyApi(m, ['apiRequests'], '1x150'),
      after: '30m',
      alerts: missingMetric('apiRequests'),
    },
  },
  SovraApiLatencyHigh: {
    level: 'P2',
    ...slowCases(latency),
    missing: {
      what: 'up, without the histogram',
      series: (m) => healthyApi(m, ['apiLatency'], '1x150'),
      after: '30m',
      alerts: missingMetric('apiLatency'),
    },
  },
  AuthenticationFailing: {
    level: 'P2',
    fires: [
      {
        what: '20.1 % fail, in two ways',
        series: (m) => attempts(m, { success: '0+799x80', failure: '0+101x80', expired: '0+100x80' }),
        after: '10m15s',
      },
      { what: 'just enough to judge by', series: (m) => attempts(m, { failure: '0+0.755x100' }), after: '15m' },
    ],
    silent: [
      {
        what: '19.9 % fail',
        series: (m) => attempts(m, { success: '0+801x100', failure: '0+199x100' }),
        until: '22m',
      },
      { what: 'not quite enough to judge by', series: (m) => attempts(m, { failure: '0+0.745x100' }), until: '22m' },
    ],
    resolves: {
      what: 'no more failures',
      series: (m) => attempts(m, { success: '0+700x90', failure: '0+300x50 15000x40' }),
      firing: '12m30s',
      resolved: '16m',
    },
    missing: silentExporter,
  },
  AuthenticationFailuresSpike: {
    level: 'P2',
    step: '1m',
    fires: [
      {
        what: 'a little more than one a second, and nothing before',
        series: (m) => attempts(m, { failure: '0+30.5x60' }),
        after: '10m',
      },
      {
        what: '10.5 times the mean of the day before',
        series: (m) => attempts(m, { success: '0+600x1920', failure: '0+6x1859 11160+63x60' }),
        after: '31h9m',
      },
    ],
    silent: [
      { what: 'less than one a second', series: (m) => attempts(m, { failure: '0+29.5x60' }), until: '50m' },
      {
        what: '9.5 times the mean of the day before',
        series: (m) => attempts(m, { success: '0+600x1920', failure: '0+6x1859 11160+57x60' }),
        until: '31h50m',
      },
      { what: 'many succeed', series: (m) => attempts(m, { success: '0+600x60' }), until: '50m' },
    ],
    resolves: {
      what: 'they stop',
      series: (m) => attempts(m, { failure: '0+120x20 2400x40' }),
      firing: '15m',
      resolved: '25m',
    },
    missing: { ...silentExporter, series: () => ({ [series('up', api())]: '1x50' }) },
  },
  SovraMetricsMissing: {
    level: 'P2',
    step: '1m',
    fires: ALWAYS.map(
      (id): Fires => ({
        what: `without ${id}`,
        series: (m) => healthyApi(m, [id]),
        after: '30m',
        alerts: missingMetric(id),
        ...(['auditQueue', 'databaseConnectionsActive'].includes(id) && { dialect: '2026.3' }),
      }),
    ) as [Fires, ...Fires[]],
    silent: [
      { what: 'all exported', series: (m) => healthyApi(m), until: '1h' },
      { what: 'the API is down', series: () => ({ [series('up', api())]: '0x100' }), until: '1h' },
    ],
    resolves: {
      what: 'exported after all',
      series: (m) => ({ ...healthyApi(m, ['auditLag']), [series(m('auditLag'), api())]: '_x40 1x20' }),
      firing: '39m',
      resolved: '41m',
      alerts: missingMetric('auditLag'),
    },
    missing: { what: 'up, and nothing else', series: silentApi, after: '30m', alerts: everythingMissing },
  },
} satisfies Record<keyof typeof CONTROL_PLANE_ALERTS, AlertCases>;
