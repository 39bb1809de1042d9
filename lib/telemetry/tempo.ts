import { type ClusterNetworkProps, type Peer, toDns } from '../kube/network';
import type { Resources } from '../kube/pod';
import { TEMPO } from '../kube/telemetry-ref';
import type { StorageProps } from '../monitoring/prometheus';
import { parseDuration } from '../schedule/duration';
import type { SovraInstallation } from '../sovra/installation';
import { type Checker, duration } from '../validate';
import { toYaml } from '../yaml';
import { memoryVariables } from './agent';
import { checkTelemetryStore, positiveNumber, storeAccess, type TelemetryStorage } from './object-store';
import type { StatefulProgramProps } from './stateful-program';
import { TEMPO_DATA, TEMPO_OTLP_PORT, type TraceLimits, tempoConfig } from './tempo-config';

/** Where traces are kept. There is one replica: several of this kind are not supported by Tempo without Kafka. */
export interface TempoProps {
  /**
   * A bucket; the volume then holds only what is not stored yet. Not to be changed where traces are stored already: see
   * "Moving to a bucket" in docs/telemetry.md. @default the volume
   */
  readonly storage?: TelemetryStorage;
  /** How long traces are kept, as a Prometheus duration of at least an hour. @default '14d' */
  readonly retention?: string;
  /** @default 50Gi, with a bucket 10Gi, of the default class */
  readonly volume?: StorageProps;
  /** @default 200m and 512Mi requested, 2 and 2Gi allowed */
  readonly resources?: Resources;
  /** @default TraceLimits' */
  readonly limits?: TraceLimits;
}

export interface TempoParts extends TempoProps {
  readonly sovra: SovraInstallation;
  readonly namespace: string;
  readonly network: ClusterNetworkProps;
  /** Who may ask: Grafana, and Prometheus for metrics. */
  readonly askedBy: readonly Peer[];
  /** Who writes. */
  readonly gateway: Peer;
}

export const DEFAULT_TRACE_RETENTION = '14d';
/** The user of the official image. */
const TEMPO_USER = 10001;
const TEMPO_RESOURCES: Resources = { cpu: '200m', memory: '512Mi', cpuLimit: '2', memoryLimit: '2Gi' };
const HOUR = 3600;

/** Holds the props against what Tempo can do. */
export function checkTempo(c: Checker, at: string, given: TempoProps | undefined): void {
  const p = c.part(at, given);
  if (p === undefined) return;
  checkTelemetryStore(c, at, p);
  const limits = c.part(`${at}.limits`, p.limits);
  c.value(`${at}.retention`, p.retention, duration)
    .value(`${at}.limits.ingestionRateMb`, limits?.ingestionRateMb, positiveNumber)
    .value(`${at}.limits.traceMb`, limits?.traceMb, positiveNumber);
  const kept = typeof p.retention === 'string' ? parseDuration(p.retention) : undefined;
  c.require(kept === undefined || kept >= HOUR, {
    property: `${at}.retention`,
    given: p.retention,
    allowed: 'at least 1h: what is kept is deleted once an hour',
    remedy: `Leave it out for ${DEFAULT_TRACE_RETENTION}.`,
  });
}

/** Tempo as a program with a volume. */
export function tempoProgram(p: TempoParts): StatefulProgramProps {
  const store = p.storage?.s3;
  const access = storeAccess(store);
  const resources = p.resources ?? TEMPO_RESOURCES;
  const config = tempoConfig({ store, retention: p.retention ?? DEFAULT_TRACE_RETENTION, limits: p.limits ?? {} });
  return {
    name: TEMPO.name,
    namespace: p.namespace,
    component: 'tracing',
    image: p.sovra.image('tempo'),
    images: p.sovra.images,
    user: TEMPO_USER,
    replicas: 1,
    args: ['-config.file=/etc/tempo/tempo.yaml', '-target=all'],
    env: [...access.env, ...memoryVariables(resources)],
    ports: [
      { name: 'http', port: TEMPO.port },
      { name: 'otlp-http', port: TEMPO_OTLP_PORT },
    ],
    files: { '/etc/tempo': { 'tempo.yaml': toYaml(config) } },
    volumes: access.volumes,
    mounts: [...access.mounts],
    dataPath: TEMPO_DATA,
    storage: { ...p.volume, size: p.volume?.size ?? (store ? '10Gi' : '50Gi') },
    resources,
    live: { tcpSocket: { port: 'http' } },
    ready: { httpGet: { path: '/ready', port: 'http' } },
    startsWithin: 300,
    stopsWithin: 120,
    ingress: [
      { peers: p.askedBy, ports: [TEMPO.port] },
      { peers: [p.gateway], ports: [TEMPO_OTLP_PORT] },
    ],
    egress: [toDns(p.network), ...access.egress],
  };
}
