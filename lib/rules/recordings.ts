import type { SovraInstallation } from '../sovra/installation';
import { WATCHERS, type Watcher } from './alert';

/**
 * What ought to be there. A series that vanished leaves no trace in Prometheus; these constants, recorded from the
 * description of the installation, are what it is missed by.
 */
export const EDGE_NODE_EXPECTED = 'sovra_ops:edge_node_expected';
/** How many targets of a job (of an edge node, where it has one) should be discovered. */
export const TARGETS_EXPECTED = 'sovra_ops:targets_expected';

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels: Record<string, string>;
}

/**
 * An instant query looks back 5 minutes for a sample. Recorded every minute, a constant survives four missed
 * evaluations; recorded every 5 minutes it would be gone for a moment each time, and with it every alert on absence.
 */
export const RECORDING_INTERVAL = '1m';

/** Recordings per group and object: about 50 KiB of YAML, far below what an object in etcd may weigh. */
export const RECORDINGS_PER_GROUP = 300;

/** One series for each edge node that the control plane should hear from. */
export function expectedEdgeNodes(sovra: SovraInstallation): RecordingRule[] {
  if (sovra.controlPlane === undefined) return [];
  return sovra.edgeNodes.map(({ id }) => ({ record: EDGE_NODE_EXPECTED, expr: 'vector(1)', labels: { node_id: id } }));
}

/** One series for each group of targets whose absence no other alert would notice. */
export function expectedTargets(sovra: SovraInstallation, watched: readonly Watcher[] = WATCHERS): RecordingRule[] {
  return [
    ...(watched.includes('prometheus') ? [targets(1, { job: 'prometheus' })] : []),
    ...(sovra.controlPlane ? [targets(1, { job: 'sovra-api-probe' })] : []),
    ...sovra.edgeNodes.flatMap((node) => [
      ...(node.vault
        ? ['vault', 'vault-health'].map((job) => targets(node.vault?.replicas ?? 1, { edge_node: node.id, job }))
        : []),
      ...(node.healthUrls.length > 0
        ? [targets(node.healthUrls.length, { edge_node: node.id, job: 'edge-probe' })]
        : []),
      ...(node.policyAgent ? [targets(1, { edge_node: node.id, job: 'opa' })] : []),
    ]),
  ];
}

function targets(count: number, labels: Record<string, string>): RecordingRule {
  return { record: TARGETS_EXPECTED, expr: `vector(${count})`, labels };
}

/** How many of the expected targets are discovered, for each group that has fewer than it should. */
export function tooFewTargets(up: string, jobs: string): string {
  const expected = `${TARGETS_EXPECTED}{job=~"${jobs}"}`;
  return (
    `(count by (edge_node, job) (${up}{job=~"${jobs}"}) or on (edge_node, job) 0 * ${expected})\n` +
    `< on (edge_node, job) ${expected}`
  );
}
