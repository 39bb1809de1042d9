import { METRIC_DIALECTS, type MetricDialect } from '../../lib/sovra/metrics';

/** Addresses of every simulated pod: a pod's index is its place in the list. */
export interface Addresses {
  readonly api?: readonly string[];
  /** By the id of the edge node. */
  readonly vault?: Readonly<Record<string, readonly string[]>>;
  /** By the id of the edge node. */
  readonly opa?: Readonly<Record<string, readonly string[]>>;
  readonly postgresExporter?: readonly string[];
  readonly grafana?: readonly string[];
  /** Kubelets, each with the same volumes; without the TLS that a real one has. */
  readonly kubelet?: readonly string[];
}

export interface SimulatedSovraOptions {
  /** @default 'guide' */
  readonly dialect?: MetricDialect;
  /** Where each pod listens, at the ports that the real one uses. @default one of everything on 127.0.0.1, at any free ports */
  readonly addresses?: Addresses;
  /** Take any free ports instead of the real ones. @default only where `addresses` is left out */
  readonly anyPort?: boolean;
  /** Edge nodes of other clusters, which are seen here by their heartbeats only. @default none */
  readonly remoteEdgeNodes?: readonly string[];
  /** @default ['partner-1'] */
  readonly federationPartners?: readonly string[];
  /** DNS names in the certificate of the Vault pods, which carries their addresses as well. @default ['vault.sovra-edge.svc'] */
  readonly serverNames?: readonly string[];
  /** How long that certificate is valid. @default 365 */
  readonly certificateDays?: number;
  /** For how long Vault still serves series that it no longer sets (`prometheus_retention_time`). @default 30 */
  readonly vaultRetentionSeconds?: number;
  /**
   * For how long after unsealing, and after the start, Vault also serves `vault_core_unsealed{cluster=""} 0`. Infinity is
   * the harshest test of an alert on it. @default vaultRetentionSeconds
   */
  readonly vaultTwinSeconds?: number;
  /** For how long the parts have been running when the simulation starts. @default 3600 */
  readonly uptimeSeconds?: number;
  /** A clock in seconds that never goes back. @default the machine's monotonic clock */
  readonly clock?: () => number;
}

export type SimulatedSovraSettings = Required<SimulatedSovraOptions> & {
  /** Every edge node that the control plane knows. */
  readonly edgeNodes: readonly string[];
};

const LOCALHOST = '127.0.0.1';
const ONE_OF_EACH: Addresses = {
  api: [LOCALHOST, LOCALHOST],
  vault: { 'edge-1': [LOCALHOST, LOCALHOST, LOCALHOST] },
  opa: { 'edge-1': [LOCALHOST, LOCALHOST] },
  postgresExporter: [LOCALHOST],
  grafana: [LOCALHOST],
  kubelet: [LOCALHOST],
};

export function settings(o: SimulatedSovraOptions): SimulatedSovraSettings {
  const addresses = o.addresses ?? ONE_OF_EACH;
  const retention = o.vaultRetentionSeconds ?? 30;
  const local = new Set([...Object.keys(addresses.vault ?? {}), ...Object.keys(addresses.opa ?? {})]);
  const result = {
    dialect: o.dialect ?? 'guide',
    addresses,
    anyPort: o.anyPort ?? o.addresses === undefined,
    remoteEdgeNodes: o.remoteEdgeNodes ?? [],
    federationPartners: o.federationPartners ?? ['partner-1'],
    serverNames: o.serverNames ?? ['vault.sovra-edge.svc'],
    certificateDays: o.certificateDays ?? 365,
    vaultRetentionSeconds: retention,
    vaultTwinSeconds: o.vaultTwinSeconds ?? retention,
    uptimeSeconds: o.uptimeSeconds ?? 3600,
    clock: o.clock ?? (() => performance.now() / 1000),
    edgeNodes: [...local, ...(o.remoteEdgeNodes ?? [])],
  };
  check(o, result);
  return result;
}

function check(o: SimulatedSovraOptions, s: SimulatedSovraSettings): void {
  // A configuration file is not held to the types above.
  const names = Object.keys(s).filter((name) => name !== 'edgeNodes');
  const unknown = Object.keys(o).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`There is no option "${unknown}"; there are: ${names.join(', ')}`);
  if (!METRIC_DIALECTS.includes(s.dialect))
    throw new Error(`dialect: got "${s.dialect}"; allowed: ${METRIC_DIALECTS.join(', ')}`);
  const twice = s.edgeNodes.find((id, i) => s.edgeNodes.indexOf(id) !== i);
  if (twice !== undefined)
    throw new Error(`edge node "${twice}" is given twice; an edge node with an address here is not a remote one`);
}
