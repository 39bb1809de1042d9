import type { AUDIT_ALERTS } from '../../../lib/rules/alerts/audit';
import type { FEDERATION_ALERTS } from '../../../lib/rules/alerts/federation';
import type { POLICY_ALERTS } from '../../../lib/rules/alerts/policy';
import { api, everythingMissing, healthyApi, histogram, missingMetric, series, silentApi, slowCases } from './series';
import type { AlertCases, Names } from './types';

const latency = (m: Names, values: { fast: string; total: string }, pod?: string) =>
  histogram(m('policyLatency'), { threshold: 0.05, above: 0.1 }, values, {}, pod);
/** The same on both replicas. */
const evaluations = (results: Record<string, string>) =>
  Object.fromEntries(
    ['a', 'b'].flatMap((pod) =>
      Object.entries(results).map(([result, v]) => [
        series('sovra_policy_evaluations_total', { result, ...api(pod) }),
        v,
      ]),
    ),
  );
const opa = (a: string, b: string) => ({
  [series('up', { job: 'opa', edge_node: 'edge-1', pod: 'opa-a' })]: a,
  [series('up', { job: 'opa', edge_node: 'edge-1', pod: 'opa-b' })]: b,
});
const agent = [{ edge_node: 'edge-1', job: 'opa' }];

export const POLICY_CASES = {
  PolicyEvaluationSlow: {
    level: 'P2',
    ...slowCases(latency),
    missing: {
      what: 'up, without the histogram',
      series: (m) => healthyApi(m, ['policyLatency'], '1x150'),
      after: '30m',
      alerts: missingMetric('policyLatency'),
    },
  },
  PolicyEvaluationErrors: {
    level: 'P1',
    fires: [
      {
        what: '1.01 % end in an error',
        series: () => evaluations({ allow: '0+9899x40', error: '0+101x40' }),
        after: '5m15s',
      },
      { what: 'just enough to judge by', series: () => evaluations({ error: '0+0.755x60' }), after: '10m' },
    ],
    silent: [
      {
        what: '0.99 % end in an error',
        series: () => evaluations({ allow: '0+9901x60', error: '0+99x60' }),
        until: '12m',
      },
      { what: 'half is denied', series: () => evaluations({ allow: '0+50x60', deny: '0+50x60' }), until: '12m' },
      { what: 'not quite enough to judge by', series: () => evaluations({ error: '0+0.745x70' }), until: '16m' },
    ],
    resolves: {
      what: 'no more errors',
      series: () => evaluations({ allow: '0+980x80', error: '0+20x30 600x50' }),
      firing: '7m30s',
      resolved: '11m15s',
    },
    missing: {
      what: 'the exporter is silent',
      series: () => ({ [series('up', api())]: '1x150' }),
      after: '30m',
      alerts: everythingMissing,
    },
  },
  PolicyAgentDown: {
    level: 'P1',
    fires: [{ what: 'none of two answers', series: () => opa('0x20', '0x20'), after: '2m', alerts: agent }],
    silent: [{ what: 'one of two answers', series: () => opa('1x40', '0x40'), until: '8m' }],
    resolves: {
      what: 'one is back',
      series: () => opa('0x12 1x20', '0x40'),
      firing: '3m',
      resolved: '3m15s',
      alerts: agent,
    },
    missing: { what: 'no target at all', series: () => ({}), after: '2m', alerts: agent },
  },
} satisfies Record<keyof typeof POLICY_ALERTS, AlertCases>;

const lag = (m: Names, a: string, b: string) => ({
  [series(m('auditLag'), api('a'))]: a,
  [series(m('auditLag'), api('b'))]: b,
});
const queue = (m: Names, values: string, pod = 'a') => ({ [series(m('auditQueue'), api(pod))]: values });

export const AUDIT_CASES = {
  AuditDeliveryLate: {
    level: 'P2',
    fires: [{ what: 'one replica is 301 s late', series: (m) => lag(m, '2x40', '301x40'), after: '5m' }],
    silent: [{ what: '300 s late', series: (m) => lag(m, '2x60', '300x60'), until: '12m' }],
    resolves: {
      what: 'caught up',
      series: (m) => lag(m, '2x60', '900x24 10x30'),
      firing: '6m',
      resolved: '6m15s',
    },
    missing: {
      what: 'up, without the gauge',
      series: (m) => healthyApi(m, ['auditLag'], '1x150'),
      after: '30m',
      alerts: missingMetric('auditLag'),
    },
  },
  AuditQueueGrowing: {
    level: 'P3',
    fires: [
      {
        what: 'above 1000 and growing, on one of two replicas',
        series: (m) => ({ ...queue(m, '1001+1x100'), ...queue(m, '3x100', 'b') }),
        after: '15m15s',
      },
    ],
    silent: [
      {
        what: 'at 1000 on one, growing on the other',
        series: (m) => ({ ...queue(m, '1000x120'), ...queue(m, '0+1x120', 'b') }),
        until: '30m',
      },
      { what: 'long, but not growing', series: (m) => queue(m, '5000x120'), until: '30m' },
    ],
    resolves: {
      what: 'shrinking, though still long',
      series: (m) => queue(m, '2001+1x80 2080-1x80'),
      firing: '20m',
      resolved: '35m',
    },
    missing: {
      what: 'up, without the gauge',
      series: (m) => healthyApi(m, ['auditQueue'], '1x150'),
      after: '30m',
      alerts: missingMetric('auditQueue'),
    },
  },
} satisfies Record<keyof typeof AUDIT_ALERTS, AlertCases>;

const links = (m: Names, statuses: Record<string, string>, pod = 'a', more = {}) =>
  Object.fromEntries(
    Object.entries(statuses).map(([status, v]) => [series(m('federationLinks'), { status, ...more, ...api(pod) }), v]),
  );
/** The same on both replicas. */
const errors = (m: Names, values: string) => ({
  [series(m('federationErrors'), { type: 'timeout', ...api('a') })]: values,
  [series(m('federationErrors'), { type: 'timeout', ...api('b') })]: values,
});

export const FEDERATION_CASES = {
  FederationLinkDown: {
    level: 'P1',
    fires: [
      {
        what: 'a link with a status that is not among the healthy ones',
        series: (m) => ({ ...links(m, { healthy: '1x40', degraded: '1x40' }), ...links(m, { degraded: '0x40' }, 'b') }),
        after: '5m',
        alerts: [{ status: 'degraded' }],
      },
    ],
    silent: [
      {
        what: 'nothing but healthy links',
        series: (m) => links(m, { healthy: '1x60', active: '1x60', connected: '2x60', degraded: '0x60' }),
        until: '12m',
      },
    ],
    resolves: {
      what: 'the link is healthy again',
      series: (m) => links(m, { healthy: '1x24 2x30', unhealthy: '1x24 0x30' }),
      firing: '6m',
      resolved: '6m15s',
      alerts: [{ status: 'unhealthy' }],
    },
    missing: { what: 'up, without any link', series: silentApi, after: '10m' },
  },
  FederationLinkMissing: {
    level: 'P1',
    fires: [
      {
        what: 'one healthy link for two partners, though each of two replicas reports it',
        series: (m) => ({
          ...silentApi(),
          ...links(m, { healthy: '1x60' }, 'a'),
          ...links(m, { healthy: '1x60' }, 'b'),
        }),
        after: '10m',
      },
      {
        what: 'the second is there, but down',
        series: (m) => ({ ...silentApi(), ...links(m, { healthy: '1x60', degraded: '1x60' }) }),
        after: '10m',
      },
    ],
    silent: [
      {
        what: 'two of two, as one replica knows',
        series: (m) => ({ ...silentApi(), ...links(m, { healthy: '2x80' }), ...links(m, { healthy: '1x80' }, 'b') }),
        until: '18m',
      },
      {
        what: 'one healthy, one connected',
        series: (m) => ({ ...silentApi(), ...links(m, { healthy: '1x80', connected: '1x80' }) }),
        until: '18m',
      },
      {
        what: 'a series for each partner',
        dialect: 'guide',
        series: (m) => ({
          ...silentApi(),
          ...links(m, { healthy: '1x80' }, 'a', { partner: 'north' }),
          ...links(m, { healthy: '1x80' }, 'a', { partner: 'south' }),
        }),
        until: '18m',
      },
      {
        what: 'the API is down: that is another alert',
        series: () => ({ [series('up', api())]: '0x80' }),
        until: '18m',
      },
    ],
    resolves: {
      what: 'the second is back',
      series: (m) => ({ ...silentApi(), ...links(m, { healthy: '1x48 2x30' }) }),
      firing: '12m',
      resolved: '12m15s',
    },
    missing: { what: 'up, without any link', series: silentApi, after: '10m' },
  },
  FederationErrors: {
    level: 'P2',
    fires: [
      {
        what: 'more than three a minute',
        series: (m) => errors(m, '0+0.38x120'),
        after: '20m',
        alerts: [{ type: 'timeout' }],
      },
    ],
    silent: [{ what: 'fewer than three a minute', series: (m) => errors(m, '0+0.37x120'), until: '30m' }],
    resolves: {
      what: 'no more errors',
      series: (m) => errors(m, '0+1x100 100x60'),
      firing: '25m',
      resolved: '35m30s',
      alerts: [{ type: 'timeout' }],
    },
    missing: { what: 'the exporter says nothing of federation', series: silentApi, after: '10m' },
  },
} satisfies Record<keyof typeof FEDERATION_ALERTS, AlertCases>;
