import { METRICS } from '../../sovra/metrics';
import { OBJECTIVES } from '../../sovra/objectives';
import type { RuleContext } from '../alert';
import { anyOf, expectsEdgeNodes, hasControlPlane } from '../context';
import { type Indicator, MINIMUM_BAD_EVENTS, type ObjectiveDefinition, SLO_SERIES } from './objective';

const API = 'job="sovra-api"';

/**
 * Counts downtime. While no replica answers, nobody counts requests: an outage would cost nothing, and the worst month look
 * like the best. So each moment of it counts as many events as usual, by the mean of the last day, all of them bad. That
 * weighs an outage by the traffic that it hits; without any traffic in a day there is nothing to lose, and `SovraApiDown`
 * alone tells.
 */
function countingDowntime(c: RuleContext, slo: string, { bad, all }: Pick<Indicator, 'bad' | 'all'>): Indicator {
  const up = `${c.metric('up')}{${API}}`;
  const answers = `on () max(${up} == 1)`;
  const lost = `absent(${up} == 1) * on () max(avg_over_time(${SLO_SERIES.all}{slo="${slo}"}[1d]))`;
  return { all: `${all} and ${answers}\nor ${lost}`, bad: `(${bad}) and ${answers}\nor ${lost}`, over: '5m' };
}

/** The text of a bound: a whole one was written `1` until Prometheus 3, which writes `1.0`. */
function bound(seconds: number): string {
  return Number.isInteger(seconds) ? `le=~"${seconds}|${seconds}[.]0"` : `le="${seconds}"`;
}

/** The guide's objectives. Where it gives a limit and no share ("below 60 s"), the share is ours: 99 % of the time. */
export const OBJECTIVE_CATALOGUE = {
  availability: {
    title: 'Availability of the API',
    description: () =>
      'A request that is answered with a 5xx status is bad; while no replica answers, as many requests as usual are.',
    target: OBJECTIVES.availability,
    component: 'control-plane',
    metrics: ['apiRequests', 'up'],
    minimumBadEvents: MINIMUM_BAD_EVENTS,
    appliesTo: hasControlPlane,
    indicator: (c) => {
      const requests = c.metric('apiRequests');
      const all = `sum(rate(${requests}{${API}}[5m]))`;
      // A counter of errors appears with the first error.
      const bad = `sum(rate(${requests}{${API},status=~"5.."}[5m])) or 0 * ${all}`;
      return countingDowntime(c, 'availability', { bad, all });
    },
    source: 'Guide, Service Level Objectives: availability 99.9 %.',
  },
  'api-latency': {
    title: 'Latency of the API',
    description: (threshold) => `A request that takes longer than ${threshold * 1000} ms is bad.`,
    target: 0.95,
    component: 'control-plane',
    metrics: ['apiLatency'],
    threshold: { default: OBJECTIVES.apiLatencyP95, buckets: METRICS.apiLatency.buckets },
    minimumBadEvents: MINIMUM_BAD_EVENTS,
    appliesTo: hasControlPlane,
    indicator: (c) => {
      const histogram = c.metric('apiLatency');
      const all = `sum(rate(${histogram}_count{${API}}[5m]))`;
      const fast = `sum(rate(${histogram}_bucket{${API},${bound(c.threshold)}}[5m]))`;
      return { all, bad: `${all} - ${fast}`, over: '5m' };
    },
    source: 'Guide, Service Level Objectives: API latency (p95) below 100 ms.',
  },
  'edge-heartbeat': {
    title: 'Heartbeats of edge nodes',
    description: () =>
      `A node that was not heard from for ${OBJECTIVES.edgeHeartbeat} s, or that the control plane does not know, is bad.`,
    target: 0.99,
    component: 'edge',
    metrics: ['edgeHeartbeat', 'up'],
    appliesTo: expectsEdgeNodes,
    indicator: (c) => {
      const ids = c.sovra.edgeNodes.map((n) => n.id);
      const heartbeat = `${c.metric('edgeHeartbeat')}{${API},node_id=~"${anyOf(ids)}"}`;
      // By name: a node that nobody described must not stand in for one that is missing. While the API answers, no
      // heartbeat at all is the worst that can be, and not missing data.
      const all = `${ids.length} * max(${c.metric('up')}{${API}} == 1)`;
      const well = `count(min by (node_id) (${heartbeat}) <= ${OBJECTIVES.edgeHeartbeat})`;
      return { all, bad: `${all}\n- (${well} or vector(0))`, over: 'now' };
    },
    source: 'Guide, Service Level Objectives: edge node heartbeat below 60 s.',
  },
  'audit-delivery': {
    title: 'Delivery of audit events',
    description: () => `A moment at which the delivery lags by more than ${OBJECTIVES.auditDelivery} s is bad.`,
    target: 0.99,
    component: 'audit',
    metrics: ['auditLag'],
    appliesTo: hasControlPlane,
    indicator: (c) => {
      const lag = `max(${c.metric('auditLag')}{${API}})`;
      return { all: `count(${lag})`, bad: `${lag} > bool ${OBJECTIVES.auditDelivery}`, over: 'now' };
    },
    source: 'Guide, Service Level Objectives: audit log delivery below 5 min.',
  },
} as const satisfies Record<string, ObjectiveDefinition>;

export type ObjectiveName = keyof typeof OBJECTIVE_CATALOGUE;
export const OBJECTIVE_NAMES = Object.keys(OBJECTIVE_CATALOGUE) as readonly ObjectiveName[];
