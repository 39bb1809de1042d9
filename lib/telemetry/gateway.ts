import { checkMorePeers } from '../kube/check-network';
import { checkStorage } from '../kube/check-resources';
import { type ClusterNetworkProps, type Opening, type Peer, toDns } from '../kube/network';
import type { Resources } from '../kube/pod';
import { GATEWAY } from '../kube/telemetry-ref';
import type { StorageProps } from '../monitoring/prometheus';
import type { SovraInstallation } from '../sovra/installation';
import { type Checker, numberRule, positiveInteger } from '../validate';
import { toYaml } from '../yaml';
import { checkCollectorResources, collectorArgs, collectorProbes, goVariables } from './agent';
import { COLLECTOR_PORTS, type CollectorConfig, MEMORY_MIB, POD_NAME_ENV, STORAGE_PATH } from './collector';
import { headless, type StatefulProgramProps } from './stateful-program';

/** The collector that takes traces. */
export interface TraceGatewayProps {
  /**
   * Any number: whichever replica gets a span hands it to the one that judges its trace, and keeps it on its volume while
   * that one restarts. @default 1
   */
  readonly replicas?: number;
  /** Traces that took longer are always kept, in milliseconds. @default 500 */
  readonly slowMs?: number;
  /** Share of the other traces that is kept, from 0 to 1. @default 0.25 */
  readonly keepRatio?: number;
  /**
   * Batches of up to 512 spans that wait on its volume while Tempo is away, and as many for other replicas; senders are held back
   * behind it. @default 10000
   */
  readonly queueBatches?: number;
  /** More that may send traces. @default the namespaces of the installation */
  readonly receivesFrom?: readonly Peer[];
  /** @default 5Gi of the default class */
  readonly volume?: StorageProps;
  /** @default 100m and 256Mi requested, 1 and 512Mi allowed */
  readonly resources?: Resources;
}

export const GATEWAY_RESOURCES: Resources = {
  cpu: '100m',
  memory: `${MEMORY_MIB.gateway.request}Mi`,
  cpuLimit: '1',
  memoryLimit: `${MEMORY_MIB.gateway.limit}Mi`,
};
/** The user of the official image. */
const COLLECTOR_USER = 10001;
const share = numberRule((v) => v >= 0 && v <= 1, 'a share from 0 to 1', 'Write a quarter as 0.25.');

export function checkGateway(c: Checker, at: string, given: TraceGatewayProps | undefined): void {
  const p = c.part(at, given);
  if (p === undefined) return;
  c.value(`${at}.replicas`, p.replicas, positiveInteger)
    .value(`${at}.slowMs`, p.slowMs, positiveInteger)
    .value(`${at}.keepRatio`, p.keepRatio, share)
    .value(`${at}.queueBatches`, p.queueBatches, positiveInteger);
  checkMorePeers(c, `${at}.receivesFrom`, p.receivesFrom);
  checkStorage(c, `${at}.volume`, p.volume);
  checkCollectorResources(c, `${at}.resources`, p.resources);
}

export interface TraceGatewayParts extends TraceGatewayProps {
  readonly sovra: SovraInstallation;
  readonly namespace: string;
  readonly network: ClusterNetworkProps;
  readonly senders: readonly Peer[];
  readonly scrapedBy: Peer;
  readonly config: CollectorConfig;
  readonly egress: readonly Opening[];
}

/** Where the replicas find each other; of one alone, nowhere. */
export const gatewayPeers = (namespace: string, replicas = 1): readonly string[] =>
  replicas < 2
    ? []
    : Array.from(
        { length: replicas },
        (_, i) => `${GATEWAY.name}-${i}.${headless(GATEWAY.name)}.${namespace}.svc:${COLLECTOR_PORTS.peers}`,
      );

/** The gateway as a program with a volume for each replica. */
export function gatewayProgram(p: TraceGatewayParts): StatefulProgramProps {
  const given = p.resources ?? GATEWAY_RESOURCES;
  const { readinessProbe, livenessProbe } = collectorProbes();
  const replicas = p.replicas ?? 1;
  const among: readonly Opening[] =
    replicas > 1
      ? [{ peers: [{ namespace: p.namespace, podLabels: GATEWAY.podLabels }], ports: [COLLECTOR_PORTS.peers] }]
      : [];
  return {
    name: GATEWAY.name,
    namespace: p.namespace,
    component: 'tracing',
    image: p.sovra.image('otelCollector'),
    images: p.sovra.images,
    user: COLLECTOR_USER,
    replicas,
    args: collectorArgs('/etc/otelcol'),
    env: [{ name: POD_NAME_ENV, valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }, ...goVariables(given)],
    ports: [
      { name: 'otlp-http', port: COLLECTOR_PORTS.otlpHttp },
      { name: 'otlp-grpc', port: COLLECTOR_PORTS.otlpGrpc },
      { name: 'metrics', port: COLLECTOR_PORTS.telemetry },
    ],
    ...(replicas > 1 && { inside: [{ name: 'peers', port: COLLECTOR_PORTS.peers }] }),
    files: { '/etc/otelcol': { 'config.yaml': toYaml(p.config) } },
    dataPath: STORAGE_PATH,
    storage: { ...p.volume, size: p.volume?.size ?? '5Gi' },
    resources: given,
    live: livenessProbe,
    ready: readinessProbe,
    startsWithin: 120,
    stopsWithin: 60,
    ingress: [
      {
        peers: [...p.senders, ...(p.receivesFrom ?? [])],
        ports: [COLLECTOR_PORTS.otlpHttp, COLLECTOR_PORTS.otlpGrpc],
      },
      { peers: [p.scrapedBy], ports: [COLLECTOR_PORTS.telemetry] },
      ...among,
    ],
    egress: [toDns(p.network), ...p.egress, ...among],
  };
}
