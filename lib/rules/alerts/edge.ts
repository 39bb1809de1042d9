import {
  type AlertContext,
  type CatalogueEntry,
  expectsEdgeNodes,
  hasControlPlane,
  heldBackTogether,
} from '../context';
import { HEARTBEAT_LATE, HEARTBEAT_LONGEST, NODE_MISSING } from '../troubles';

/** For single nodes; the counts are compared one by one, so this holds back less than the one that speaks for all. */
const heldBack = (c: AlertContext, trouble: string): string => heldBackTogether(c, 'EdgeNodesSilentTogether', trouble);

const countOf = (trouble: string): string => `(count(${trouble}) or vector(0))`;

export const EDGE_ALERTS = {
  EdgeNodesSilentTogether: {
    level: 'P0',
    component: 'edge',
    metrics: ['edgeHeartbeat', 'up'],
    appliesTo: hasControlPlane,
    expr: (c) =>
      `${[HEARTBEAT_LATE, ...(c.sovra.edgeNodes.length > 0 ? [NODE_MISSING] : [])].map(countOf).join(' + ')} > ${c.thresholds.edgeNodesTogether}`,
    for: '2m',
    summary: '{{ $value }} edge nodes are silent at once',
    description:
      'The control plane has not heard from {{ $value }} edge nodes for longer than the objective, or does not know them any more. So many do not fail by themselves: look for what they share, which is the network, the ingress, a certificate authority, the time, or the control plane itself. The alerts of single nodes are held back meanwhile.',
    missingData: 'fires',
    source: 'Guide, Service Level Objectives: edge node heartbeat below 60 s; level P0, complete outage.',
  },
  EdgeHeartbeatLate: {
    level: 'P2',
    component: 'edge',
    metrics: ['edgeHeartbeat'],
    // Not bound to the nodes that are described: a node that reports is watched even if nobody wrote it down.
    appliesTo: hasControlPlane,
    expr: (c) => heldBack(c, HEARTBEAT_LONGEST),
    for: '2m',
    summary: 'Edge node {{ $labels.node_id }} was last heard from {{ $value | humanizeDuration }} ago',
    description:
      'The last heartbeat of edge node {{ $labels.node_id }} is {{ $value | humanizeDuration }} old. It may still serve its users, but policies and keys that change now do not reach it.',
    missingData: {
      coveredBy: 'EdgeNodeMissing',
      because: 'a described node without a heartbeat series is missing, which is worse than late',
    },
    source: 'Guide, Service Level Objectives: edge node heartbeat below 60 s.',
  },
  EdgeHeartbeatLost: {
    level: 'P1',
    component: 'edge',
    metrics: ['edgeHeartbeat'],
    appliesTo: hasControlPlane,
    expr: (c) => heldBack(c, `${HEARTBEAT_LONGEST} > ${c.thresholds.heartbeatLost}`),
    for: '1m',
    summary: 'Edge node {{ $labels.node_id }} is lost: no heartbeat for {{ $value | humanizeDuration }}',
    description:
      'Nothing was heard from edge node {{ $labels.node_id }} for {{ $value | humanizeDuration }}. Treat it as lost until somebody has seen it: it has to be back within 30 minutes of the failure.',
    missingData: {
      coveredBy: 'EdgeNodeMissing',
      because: 'a described node without a heartbeat series is missing',
    },
    source: 'Guide, Service Level Objectives: edge node heartbeat; disaster recovery: one edge node lost, RTO 30 min.',
  },
  EdgeNodeMissing: {
    level: 'P1',
    component: 'edge',
    metrics: ['edgeHeartbeat', 'up'],
    appliesTo: expectsEdgeNodes,
    expr: (c) => heldBack(c, NODE_MISSING),
    for: '5m',
    summary: 'The control plane knows nothing of edge node {{ $labels.node_id }}',
    description:
      'Edge node {{ $labels.node_id }} is in the description of this installation, but the control plane exports no heartbeat for it: it never registered, was removed, or is known under another id. Nobody would notice its failure.',
    missingData: 'fires',
    source: 'Guide, Key Metrics: edge nodes; a node that exports nothing cannot be late.',
  },
} as const satisfies Record<string, CatalogueEntry>;
