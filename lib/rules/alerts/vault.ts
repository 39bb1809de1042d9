import {
  type AlertContext,
  type CatalogueEntry,
  HEALTH_PROBES,
  hasLocalVault,
  hasVaultProbe,
  heldBackTogether,
  ONE_VAULT,
} from '../context';
import { TARGETS_EXPECTED } from '../recordings';
import {
  VAULT_INACTIVE,
  VAULT_LEADERLESS,
  VAULT_NODES_IN_TROUBLE,
  VAULT_TARGETS_TOO_FEW,
  VAULT_UNWELL,
} from '../troubles';

/**
 * One alert for each, unless so many edge nodes have some trouble with their Vaults that one speaks for all. It stands
 * innermost, so that what is held back costs no aggregation.
 */
const heldBack = (c: AlertContext, trouble: string): string =>
  heldBackTogether(c, 'VaultsDownTogether', trouble, VAULT_NODES_IN_TROUBLE);

/**
 * Vault's own gauge `vault_core_unsealed` is not asked: after unsealing it says 0 and 1 at once, and half a minute after
 * sealing it says nothing. The status of the health endpoint is right in both cases.
 */
const answers = (status: number): string => `${VAULT_INACTIVE} == ${status}`;

const ofVault = (trouble: string): string => `max by (${ONE_VAULT}) (${trouble})`;

/** Without the label that says which trouble it is. */
const ofNode = (trouble: string): string => `max by (edge_node, job) (${trouble})`;

export const VAULT_ALERTS = {
  VaultsDownTogether: {
    level: 'P0',
    component: 'vault',
    metrics: ['probeSuccess', 'probeHttpStatus', 'up'],
    appliesTo: hasVaultProbe,
    expr: (c) => `${VAULT_NODES_IN_TROUBLE} > ${c.thresholds.edgeNodesTogether}`,
    for: '2m',
    summary: 'The Vaults of {{ $value }} edge nodes are sealed, down or out of sight at once',
    description:
      'In {{ $value }} edge nodes some Vault is sealed, down, without an active one beside it, or not probed any more. So many do not fail by themselves: look for what they share, which is the network, a certificate authority, the seal, a release, or the probes and their exporter. The alerts of single Vaults are held back meanwhile.',
    missingData: 'fires',
    source: 'Guide, level P0, complete outage; thousands of pages help nobody.',
  },
  VaultLeaderless: {
    level: 'P0',
    component: 'vault',
    metrics: ['probeHttpStatus'],
    appliesTo: hasVaultProbe,
    expr: (c) => ofNode(heldBack(c, VAULT_LEADERLESS)),
    for: '1m',
    summary: 'Edge node {{ $labels.edge_node }} has no active Vault',
    description:
      'None of the Vault nodes of edge node {{ $labels.edge_node }} is active: all are sealed, down or without a leader. Its users cannot use a single key. It has to be back within 30 minutes.',
    missingData: {
      coveredBy: 'VaultTargetMissing',
      because: 'Vault nodes that are not probed are fewer targets than the description asks for',
    },
    source: 'Guide, level P0, complete outage; disaster recovery: one edge node lost, RTO 30 min.',
  },
  VaultSealed: {
    level: 'P1',
    component: 'vault',
    metrics: ['probeHttpStatus'],
    appliesTo: hasVaultProbe,
    expr: (c) => ofVault(heldBack(c, answers(503))),
    for: '1m',
    summary: 'Vault {{ or $labels.pod $labels.instance }} of edge node {{ $labels.edge_node }} is sealed',
    description:
      'The health endpoint answers 503: this Vault holds its data but cannot read it until enough key holders unseal it. A node that nobody restarted seals itself only for a reason; find it.',
    missingData: {
      coveredBy: 'VaultTargetMissing',
      because: 'a Vault that is not probed is a target that is expected and not there',
    },
    source: 'Guide, Key Metrics: vault_core_unsealed, seen from outside because a sealed Vault exports nothing.',
  },
  VaultNotInitialised: {
    level: 'P1',
    component: 'vault',
    metrics: ['probeHttpStatus'],
    appliesTo: hasVaultProbe,
    expr: (c) => ofVault(heldBack(c, answers(501))),
    for: '5m',
    summary: 'Vault {{ or $labels.pod $labels.instance }} of edge node {{ $labels.edge_node }} is not initialised',
    description:
      'The health endpoint answers 501: this Vault has no data. In a running edge node that means that it lost its volume or never joined the raft cluster. Do not initialise it: join it.',
    missingData: {
      coveredBy: 'VaultTargetMissing',
      because: 'a Vault that is not probed is a target that is expected and not there',
    },
    source: 'Vault, /v1/sys/health: 501; a pod that came back with an empty volume.',
  },
  VaultDown: {
    level: 'P2',
    component: 'vault',
    metrics: ['probeSuccess', 'probeHttpStatus'],
    appliesTo: hasVaultProbe,
    expr: (c) => `${ofVault(heldBack(c, VAULT_UNWELL))}\nunless on (${ONE_VAULT}) (${answers(501)} or ${answers(503)})`,
    for: '3m',
    summary: 'Vault {{ or $labels.pod $labels.instance }} of edge node {{ $labels.edge_node }} does not answer',
    description:
      'The health endpoint gives no answer that makes sense: the process is gone, its certificate is not accepted, or the network is closed. The others of its raft cluster carry the load while there is a majority.',
    missingData: {
      coveredBy: 'VaultTargetMissing',
      because: 'a Vault that is not probed is a target that is expected and not there',
    },
    source: 'Guide, level P2, minor degradation: a raft cluster of three outlives the loss of one.',
  },
  VaultPeerLost: {
    level: 'P1',
    component: 'vault',
    metrics: ['probeSuccess'],
    appliesTo: hasVaultProbe,
    expr: (c) =>
      `sum by (edge_node, job) (${heldBack(c, `${c.metric('probeSuccess')}{${HEALTH_PROBES}}`)})\n` +
      `< on (edge_node, job) ${TARGETS_EXPECTED}{${HEALTH_PROBES}}`,
    for: '10m',
    summary: 'Edge node {{ $labels.edge_node }} runs on {{ $value }} unsealed Vault node(s)',
    description:
      'For ten minutes, only {{ $value }} Vault node(s) of edge node {{ $labels.edge_node }} have been unsealed and well. Its raft cluster has no reserve: with the next loss nobody there can use a key.',
    missingData: {
      coveredBy: 'VaultTargetMissing',
      because: 'Vault nodes that are not probed are fewer targets than the description asks for',
    },
    source: 'Guide, level P1; the shipped edge node is a raft cluster of three that tolerates one loss.',
  },
  VaultTargetMissing: {
    level: 'P1',
    component: 'vault',
    metrics: ['up'],
    appliesTo: hasVaultProbe,
    expr: (c) => ofNode(heldBack(c, VAULT_TARGETS_TOO_FEW)),
    for: '5m',
    summary: 'Prometheus sees {{ $value }} Vault target(s) of edge node {{ $labels.edge_node }}, fewer than it should',
    description:
      'Job {{ $labels.job }} has {{ $value }} target(s) for edge node {{ $labels.edge_node }}, fewer than the description of the installation says. Either pods are gone, or a monitor no longer selects them and a sealed Vault would go unseen.',
    missingData: 'fires',
    source: 'A monitor that selects nothing reports nothing; guide, Key Metrics: edge nodes.',
  },
  VaultMetricsMissing: {
    level: 'P3',
    component: 'vault',
    metrics: ['probeSuccess', 'vaultAllocBytes'],
    appliesTo: hasLocalVault,
    expr: (c) =>
      `max by (edge_node, namespace, pod) (${c.metric('probeSuccess')}{job="vault-health"} == 1)\n` +
      `unless on (edge_node, namespace, pod) ${c.metric('vaultAllocBytes')}{job="vault"}`,
    for: '15m',
    summary: 'Vault {{ $labels.pod }} of edge node {{ $labels.edge_node }} is well but exports no metrics',
    description:
      'The health endpoint of this Vault answers, /v1/sys/metrics does not: a network policy, the certificate or its telemetry settings are in the way. Users notice nothing; its memory is not watched.',
    missingData: 'fires',
    source: 'Guide, Key Metrics: edge nodes; a missing series looks healthy.',
  },
  VaultMemoryGrowing: {
    level: 'P3',
    component: 'vault',
    metrics: ['vaultAllocBytes'],
    appliesTo: hasLocalVault,
    // Averages of an hour: the garbage collector makes a saw-tooth of the gauge.
    expr: (c) => {
      const bytes = `${c.metric('vaultAllocBytes')}{job="vault"}`;
      const hour = (offset: string) => `max by (edge_node, namespace, pod) (avg_over_time(${bytes}[1h]${offset}))`;
      return (
        `${hour('')} > ${c.thresholds.vaultMemoryGrowth} * ${hour(' offset 1d')}\n` +
        `and ${hour('')} > ${c.thresholds.vaultMemoryFloor}`
      );
    },
    for: '1h',
    summary:
      'Vault {{ $labels.pod }} of edge node {{ $labels.edge_node }} uses {{ $value | humanize1024 }}B, far more than a day ago',
    description:
      'This Vault has {{ $value | humanize1024 }}B allocated, averaged over an hour, and had far less at this time yesterday. If it goes on, the kernel kills it at its limit and it comes back sealed.',
    missingData: {
      coveredBy: 'VaultMetricsMissing',
      because: 'a Vault that answers its probe and does not export this gauge is reported',
    },
    source: 'Guide, Key Metrics: vault_runtime_alloc_bytes.',
  },
} as const satisfies Record<string, CatalogueEntry>;
