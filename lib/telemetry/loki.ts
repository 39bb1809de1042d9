import { type ClusterNetworkProps, type Opening, type Peer, toDns } from '../kube/network';
import { memoryMiB, type Resources } from '../kube/pod';
import { LOKI } from '../kube/telemetry-ref';
import type { StorageProps } from '../monitoring/prometheus';
import { parseDuration } from '../schedule/duration';
import type { SovraInstallation } from '../sovra/installation';
import { type Checker, duration, numberRule, positiveInteger } from '../validate';
import { toYaml } from '../yaml';
import { memoryVariables } from './agent';
import { SMALLEST_BURST_MB } from './agent-config';
import {
  GOSSIP_PORT,
  LOKI_DATA,
  LOKI_GRPC_PORT,
  type LogLimits,
  type LokiConfigOptions,
  lokiConfig,
  REPLICATION,
  RULES_PATH,
  TENANT,
} from './loki-config';
import { checkTelemetryStore, positiveNumber, storeAccess, type TelemetryStorage } from './object-store';
import { headless, type StatefulProgramProps } from './stateful-program';

/** Where the log is kept. */
export interface LokiProps {
  /**
   * A bucket; the volume then holds only what is not stored yet. Not to be changed where lines are stored already: see
   * "Moving to a bucket" in docs/telemetry.md. @default the volume
   */
  readonly storage?: TelemetryStorage;
  /**
   * 1, or at least 3: each line is then written to three replicas, and one may fail. Several need a bucket that they
   * share. @default 1
   */
  readonly replicas?: number;
  /** How long lines are kept, as a Prometheus duration of at least a day. @default '31d' */
  readonly retention?: string;
  /** The same for the audit log; not shorter. @default '400d' */
  readonly auditRetention?: string;
  /** Volume of each replica. @default 50Gi, with a bucket 10Gi, of the default class */
  readonly volume?: StorageProps;
  /** @default 200m and 512Mi requested, 2 and 2Gi allowed */
  readonly resources?: Resources;
  /** @default LogLimits' */
  readonly limits?: LogLimits;
}

export const DEFAULT_LOG_RETENTION = '31d';
export const DEFAULT_AUDIT_RETENTION = '400d';
const LOKI_RESOURCES: Resources = { cpu: '200m', memory: '512Mi', cpuLimit: '2', memoryLimit: '2Gi' };
/** The user of the official image. */
const LOKI_USER = 10001;
const DAY = 86_400;

export interface LokiParts extends LokiProps {
  readonly sovra: SovraInstallation;
  readonly namespace: string;
  readonly network: ClusterNetworkProps;
  /** Who may ask and write: agents, Grafana, and Prometheus for metrics. */
  readonly from: readonly Peer[];
  readonly alertmanager?: { readonly url: string; readonly discover: boolean; readonly edge: Opening };
  /** The file of rules; none where every alert was left out. */
  readonly rules?: string;
}

const burst = numberRule(
  (v) => Number.isFinite(v) && v >= SMALLEST_BURST_MB,
  `at least ${SMALLEST_BURST_MB}: what an agent sends at once has to fit`,
  'Lower ingestionRateMb instead.',
);

/** Holds the props against what Loki can do. */
export function checkLoki(c: Checker, at: string, given: LokiProps | undefined): void {
  const p = c.part(at, given);
  if (p === undefined) return;
  checkTelemetryStore(c, at, p);
  const limits = c.part(`${at}.limits`, p.limits);
  c.value(`${at}.replicas`, p.replicas, positiveInteger)
    .value(`${at}.retention`, p.retention, duration)
    .value(`${at}.auditRetention`, p.auditRetention, duration)
    .value(`${at}.limits.ingestionRateMb`, limits?.ingestionRateMb, positiveNumber)
    .value(`${at}.limits.ingestionBurstMb`, limits?.ingestionBurstMb, burst)
    .value(`${at}.limits.streams`, limits?.streams, positiveInteger);
  checkReplicas(c, at, p);
  checkRetention(c, at, p);
}

function checkReplicas(c: Checker, at: string, { replicas = 1, storage }: LokiProps): void {
  if (!Number.isInteger(replicas) || replicas < 2) return;
  c.require(replicas >= REPLICATION, {
    property: `${at}.replicas`,
    given: replicas,
    allowed: `1, or at least ${REPLICATION}: each line is written to ${REPLICATION} replicas`,
    remedy: 'Two replicas would stop when one of them does.',
  });
  c.require(storage !== undefined, {
    property: `${at}.replicas`,
    given: replicas,
    allowed: '1 without a bucket: replicas read what the others wrote',
    remedy: 'Give the bucket that they share, storage: { s3: { ... } }, or leave one replica.',
  });
}

function checkRetention(c: Checker, at: string, p: LokiProps): void {
  const kept = secondsOf(p.retention ?? DEFAULT_LOG_RETENTION);
  const audit = secondsOf(p.auditRetention ?? DEFAULT_AUDIT_RETENTION);
  // What is no duration was reported already.
  c.require(kept === undefined || kept >= DAY, {
    property: `${at}.retention`,
    given: p.retention,
    allowed: 'at least 1d: what is kept is deleted day by day',
    remedy: `Leave it out for ${DEFAULT_LOG_RETENTION}.`,
  });
  c.require(kept === undefined || audit === undefined || audit >= kept, {
    property: `${at}.auditRetention`,
    given: p.auditRetention,
    allowed: `at least the retention of the rest (${p.retention ?? DEFAULT_LOG_RETENTION})`,
    remedy: 'Keep the audit log longer than the rest, or the rest shorter.',
  });
}

const secondsOf = (given: unknown) => (typeof given === 'string' ? parseDuration(given) : undefined);

/** Loki as a program with a volume. */
export function lokiProgram(p: LokiParts): StatefulProgramProps {
  const replicas = p.replicas ?? 1;
  const resources = p.resources ?? LOKI_RESOURCES;
  const store = p.storage?.s3;
  const access = storeAccess(store);
  const itself: Peer = { namespace: p.namespace, podLabels: LOKI.podLabels };
  const among: Opening[] =
    replicas > 1 ? [{ peers: [itself], ports: [LOKI_GRPC_PORT, GOSSIP_PORT], udpPorts: [GOSSIP_PORT] }] : [];
  const options: LokiConfigOptions = {
    peersName: headless(LOKI.name),
    namespace: p.namespace,
    replicas,
    store,
    retention: p.retention ?? DEFAULT_LOG_RETENTION,
    auditRetention: p.auditRetention ?? DEFAULT_AUDIT_RETENTION,
    limits: p.limits ?? {},
    memoryMiB: memoryMiB(resources),
    cluster: p.sovra.name,
    ...(p.rules !== undefined && p.alertmanager && { alertmanager: p.alertmanager }),
  };
  return {
    name: LOKI.name,
    namespace: p.namespace,
    component: 'logging',
    image: p.sovra.image('loki'),
    images: p.sovra.images,
    user: LOKI_USER,
    replicas,
    args: ['-config.file=/etc/loki/config/loki.yaml', '-target=all'],
    env: [...access.env, ...memoryVariables(resources)],
    ports: [{ name: 'http', port: LOKI.port }],
    inside: [{ name: 'grpc', port: LOKI_GRPC_PORT }, ...(replicas > 1 ? [{ name: 'gossip', port: GOSSIP_PORT }] : [])],
    files: {
      '/etc/loki/config': { 'loki.yaml': toYaml(lokiConfig(options)) },
      ...(p.rules !== undefined && { [`${RULES_PATH}/${TENANT}`]: { 'rules.yaml': p.rules } }),
    },
    volumes: access.volumes,
    mounts: [...access.mounts],
    dataPath: LOKI_DATA,
    storage: { ...p.volume, size: p.volume?.size ?? (store ? '10Gi' : '50Gi') },
    resources,
    live: { tcpSocket: { port: 'http' } },
    ready: { httpGet: { path: '/ready', port: 'http' } },
    startsWithin: 600,
    stopsWithin: 300,
    ingress: [{ peers: p.from, ports: [LOKI.port] }, ...among],
    egress: [
      toDns(p.network),
      ...among,
      ...(p.rules !== undefined && p.alertmanager ? [p.alertmanager.edge] : []),
      ...access.egress,
    ],
  };
}
