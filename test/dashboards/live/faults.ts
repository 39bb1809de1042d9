import type { FaultName } from '../../sim';

/** How a fault of the simulator is seen. */
export interface Sight {
  /** Where it strikes, as `inject` takes it. */
  readonly detail?: object;
  /** The panel that is meant for it. */
  readonly panel: readonly [dashboard: string, id: number];
  /** The colour that the panel has then; "no data" where nobody can look any more. */
  readonly shows: 'yellow' | 'orange' | 'red' | 'no data';
}

/** Each fault of the simulator, and the panel that it moves. */
export const SIGHTS: Readonly<Record<FaultName, Sight>> = {
  'api-down': { panel: ['sovra-overview', 101], shows: 'red' },
  'api-replica-down': { detail: { pod: 1 }, panel: ['sovra-overview', 101], shows: 'orange' },
  'api-erroring': { panel: ['sovra-overview', 103], shows: 'red' },
  'api-slow': { panel: ['sovra-overview', 104], shows: 'orange' },
  'auth-failing': { panel: ['sovra-overview', 603], shows: 'orange' },
  'auth-guessed': { panel: ['sovra-overview', 604], shows: 'orange' },
  'vault-sealed': { detail: { node: 'edge-1', pod: 2 }, panel: ['sovra-vault', 103], shows: 'red' },
  'vault-uninitialised': { detail: { node: 'edge-1', pod: 2 }, panel: ['sovra-vault', 104], shows: 'orange' },
  'vault-silent': { detail: { node: 'edge-1', pod: 2 }, panel: ['sovra-vault', 105], shows: 'red' },
  'vault-leaderless': { detail: { node: 'edge-1' }, panel: ['sovra-vault', 106], shows: 'red' },
  'heartbeat-late': { detail: { node: 'edge-2' }, panel: ['sovra-edge-nodes', 103], shows: 'orange' },
  'heartbeat-lost': { detail: { node: 'edge-2' }, panel: ['sovra-edge-nodes', 104], shows: 'red' },
  'heartbeat-missing': { detail: { node: 'edge-2' }, panel: ['sovra-edge-nodes', 102], shows: 'red' },
  'edge-cert-expiring': { detail: { node: 'edge-2' }, panel: ['sovra-edge-nodes', 106], shows: 'red' },
  'fleet-certs-expiring': { panel: ['sovra-edge-nodes', 303], shows: 'red' },
  'audit-late': { panel: ['sovra-audit', 101], shows: 'orange' },
  'audit-queue-growing': { panel: ['sovra-audit', 102], shows: 'yellow' },
  'federation-down': { panel: ['sovra-federation', 102], shows: 'red' },
  'policy-slow': { panel: ['sovra-overview', 302], shows: 'orange' },
  'policy-errors': { panel: ['sovra-overview', 304], shows: 'red' },
  'database-down': { panel: ['sovra-database', 101], shows: 'red' },
  'database-exporter-down': { panel: ['sovra-database', 101], shows: 'no data' },
  'database-slow': { panel: ['sovra-database', 201], shows: 'orange' },
  'connections-exhausted': { panel: ['sovra-database', 102], shows: 'red' },
  'volume-filling': { panel: ['sovra-monitoring', 501], shows: 'red' },
  'opa-down': { detail: { node: 'edge-1', pod: 0 }, panel: ['sovra-monitoring', 106], shows: 'yellow' },
};

/** A panel that shows nothing while nothing is wrong. */
export interface RightlyEmpty {
  readonly panel: readonly [dashboard: string, id: number];
  readonly because: string;
  /** A fault that fills it; without one, the case of `behaviour.test.ts` that does is about it. */
  readonly filledBy?: FaultName;
}

export const RIGHTLY_EMPTY: readonly RightlyEmpty[] = [
  { panel: ['sovra-overview', 804], because: 'lists alerts that fire, and none does' },
  { panel: ['sovra-edge-nodes', 204], because: 'lists edge nodes that are described and unknown: there is none' },
  {
    panel: ['sovra-edge-nodes', 402],
    because: 'lists Vault nodes of which the probe failed: there is none',
    filledBy: 'vault-sealed',
  },
  {
    panel: ['sovra-vault', 108],
    because: 'lists Vault nodes that neither lead nor follow: there is none',
    filledBy: 'vault-silent',
  },
  { panel: ['sovra-tasks', 202], because: 'lists Jobs that were given up: there is none' },
  { panel: ['sovra-tasks', 302], because: 'draws tasks that run: none does at that moment' },
  {
    panel: ['sovra-monitoring', 202],
    because: 'lists targets that do not answer: there is none',
    filledBy: 'opa-down',
  },
  { panel: ['sovra-monitoring', 302], because: 'draws groups of rules that fail: there is none' },
];
