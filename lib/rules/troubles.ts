import type { MetricId } from '../sovra/metrics';
import type { Component } from './alert';
import { type AlertContext, HEALTH_PROBES, ONE_VAULT } from './context';
import { EDGE_NODE_EXPECTED, tooFewTargets } from './recordings';
import { CERTIFICATE_DAYS, DAY_SECONDS } from './thresholds';

export const HEARTBEAT_LATE = 'sovra_ops:edge_heartbeat_late_seconds';
export const HEARTBEAT_LONGEST = 'sovra_ops:edge_heartbeat_late_longest_seconds';
export const NODE_MISSING = 'sovra_ops:edge_node_missing';
export const EDGE_CERTIFICATE_ENDING = 'sovra_ops:edge_certificate_ending_seconds';
export const EDGE_CERTIFICATE_SOONEST = 'sovra_ops:edge_certificate_ending_soonest_seconds';
export const EDGE_CERTIFICATE_UNKNOWN = 'sovra_ops:edge_certificate_unknown';
export const SERVER_CERTIFICATE_ENDING = 'sovra_ops:server_certificate_ending_seconds';
export const VAULT_INACTIVE = 'sovra_ops:vault_inactive_status';
const VAULT_TROUBLE = 'sovra_ops:vault_trouble';
export const VAULT_UNWELL = `${VAULT_TROUBLE}{trouble="unwell"}`;
export const VAULT_LEADERLESS = `${VAULT_TROUBLE}{trouble="leaderless"}`;
export const VAULT_TARGETS_TOO_FEW = `${VAULT_TROUBLE}{trouble="targets"}`;
export const VAULT_NODES_IN_TROUBLE = 'sovra_ops:vault_nodes_in_trouble';

/** A series of what is wrong. */
interface Trouble {
  readonly record: string;
  /** What tells it from others of its name. @default it is the only one */
  readonly labels?: Readonly<Record<string, string>>;
  /** What its value is, and of what. */
  readonly what: string;
  /** The alerts in whose group, and before which, it is recorded. */
  readonly component: Component;
  readonly metrics: readonly MetricId[];
  readonly expr: (c: AlertContext) => string;
}

/** As many as are told one by one, and one more; all of them where the user left out an alert that would speak for the others. */
function worst(c: AlertContext, of: 'topk' | 'bottomk', trouble: string, speakers: readonly string[]): string {
  if (speakers.some((s) => c.leftOut(s))) return trouble;
  return `${of}(${c.thresholds.edgeNodesTogether + 1}, ${trouble})`;
}

/**
 * What is wrong with single edge nodes, found once for all alerts that ask for it. A fleet has tens of thousands of series,
 * of which a healthy one leaves none here: alerts then cost what is wrong, and not what there is. Recorded in the group
 * of its alerts before them, so it is as fresh as they are. A later one may be made of those before it.
 */
export const TROUBLES: readonly Trouble[] = [
  {
    record: HEARTBEAT_LATE,
    what: 'Seconds since the last heartbeat of each edge node that is late.',
    component: 'edge',
    metrics: ['edgeHeartbeat'],
    // The freshest that any replica of the API knows: a heartbeat reaches one of them first.
    expr: (c) => `min by (node_id) (${c.metric('edgeHeartbeat')}{job="sovra-api"}) > ${c.thresholds.heartbeatLate}`,
  },
  {
    record: HEARTBEAT_LONGEST,
    what: 'The longest of them: one more than are told one by one.',
    component: 'edge',
    metrics: [],
    expr: (c) => worst(c, 'topk', HEARTBEAT_LATE, ['EdgeNodesSilentTogether']),
  },
  {
    record: NODE_MISSING,
    what: 'Described edge nodes of which the control plane exports no heartbeat, while it answers.',
    component: 'edge',
    metrics: ['edgeHeartbeat', 'up'],
    // Only while the API answers: when it does not, no node has a heartbeat, and that is one alert and not thousands.
    expr: (c) =>
      `(${EDGE_NODE_EXPECTED} unless on (node_id) ${c.metric('edgeHeartbeat')}{job="sovra-api"})\n` +
      `and on () (${c.metric('up')}{job="sovra-api"} == 1)`,
  },
  {
    record: VAULT_INACTIVE,
    what: 'The answer of each Vault that is not active; 429, a standby, is no trouble by itself.',
    component: 'vault',
    metrics: ['probeHttpStatus'],
    expr: (c) => `${c.metric('probeHttpStatus')}{${HEALTH_PROBES}} != 200`,
  },
  {
    record: VAULT_TROUBLE,
    labels: { trouble: 'unwell' },
    what: 'Vaults whose probe fails: sealed, without data, or without an answer.',
    component: 'vault',
    metrics: ['probeSuccess'],
    expr: (c) => `${c.metric('probeSuccess')}{${HEALTH_PROBES}} == 0`,
  },
  {
    record: VAULT_TROUBLE,
    labels: { trouble: 'leaderless' },
    what: 'Inactive Vaults of each edge node that has no active one.',
    component: 'vault',
    metrics: ['probeHttpStatus'],
    expr: (c) =>
      `count by (edge_node, job) (${VAULT_INACTIVE})\n` +
      `unless on (edge_node, job) (${c.metric('probeHttpStatus')}{${HEALTH_PROBES}} == 200)`,
  },
  {
    record: VAULT_TROUBLE,
    labels: { trouble: 'targets' },
    what: 'Targets of Vaults that are discovered, where they are fewer than expected.',
    component: 'vault',
    metrics: ['up'],
    expr: (c) => tooFewTargets(c.metric('up'), 'vault|vault-health|edge-probe'),
  },
  {
    record: VAULT_NODES_IN_TROUBLE,
    what: 'How many edge nodes have Vaults in one of these troubles.',
    component: 'vault',
    metrics: [],
    expr: () => `count(count by (edge_node) (${VAULT_TROUBLE}))`,
  },
  {
    record: EDGE_CERTIFICATE_ENDING,
    what: 'Seconds that are left to certificates of edge nodes, of those that end within the longest warning.',
    component: 'certificates',
    metrics: ['edgeCertExpiry'],
    expr: (c) =>
      `min by (node_id) (${c.metric('edgeCertExpiry')}{job="sovra-api"} < ${CERTIFICATE_DAYS.P3 * DAY_SECONDS})`,
  },
  {
    record: EDGE_CERTIFICATE_SOONEST,
    what: 'Those of them that end soonest: one more than are told one by one.',
    component: 'certificates',
    metrics: [],
    expr: (c) =>
      worst(
        c,
        'bottomk',
        EDGE_CERTIFICATE_ENDING,
        Object.values(CERTIFICATE_DAYS).map((days) => `EdgeCertificatesExpireTogether${days}d`),
      ),
  },
  {
    record: EDGE_CERTIFICATE_UNKNOWN,
    what: 'Edge nodes that are heard from and whose certificate is not exported; the value is how many replicas hear.',
    component: 'certificates',
    metrics: ['edgeHeartbeat', 'edgeCertExpiry'],
    expr: (c) =>
      `count by (node_id) (${c.metric('edgeHeartbeat')}{job="sovra-api"}\n` +
      `unless on (node_id) ${c.metric('edgeCertExpiry')}{job="sovra-api"})`,
  },
  {
    record: SERVER_CERTIFICATE_ENDING,
    what: 'The same of what Vaults present.',
    component: 'certificates',
    metrics: ['probeCertExpiry'],
    expr: (c) =>
      `min by (${ONE_VAULT}) (${c.metric('probeCertExpiry')}{${HEALTH_PROBES}} < time() + ${CERTIFICATE_DAYS.P3 * DAY_SECONDS}) - time()`,
  },
];
