import { createHash } from 'node:crypto';
import type { Behaviour } from '../endpoint';
import { CONTENT_TYPE } from '../exposition';
import type { Episode, FaultLog } from '../fault-log';
import type { FaultName } from '../faults';
import { type Answer, json, NOT_FOUND, type Request } from '../listener';
import type { Moment } from '../moment';
import type { SimulatedSovraSettings } from '../options';
import { Page } from '../page';

interface VaultPod {
  readonly node: string;
  readonly pod: number;
  /** Pods of the same raft. */
  readonly peers: number;
  readonly settings: SimulatedSovraSettings;
}

type VaultState = 'active' | 'standby' | 'sealed' | 'uninitialised';

/** What `/v1/sys/health` says, and the parameter by which a caller may ask for another status. */
const HEALTH: Readonly<Record<VaultState, { status: number; parameter: string }>> = {
  active: { status: 200, parameter: 'activecode' },
  standby: { status: 429, parameter: 'standbycode' },
  sealed: { status: 503, parameter: 'sealedcode' },
  uninitialised: { status: 501, parameter: 'uninitcode' },
};

/** Faults during which Vault holds no key. */
const SEALING = ['vault-sealed', 'vault-silent', 'vault-uninitialised'] as const satisfies readonly FaultName[];

/** One Vault of a raft. */
export function vault(settings: SimulatedSovraSettings, node: string, pod: number, peers: number): Behaviour {
  const self: VaultPod = { settings, node, pod, peers };
  return {
    answer: (request, moment) =>
      moment.faults.active('vault-silent', self) ? 'silence' : answer(request, moment, self),
  };
}

function answer(request: Request, m: Moment, v: VaultPod): Answer {
  switch (request.path) {
    case '/v1/sys/metrics':
      return metrics(request, m, v);
    case '/v1/sys/health':
      return health(request, v, state(m.faults, v));
    default:
      return NOT_FOUND;
  }
}

function state(faults: FaultLog, v: VaultPod): VaultState {
  if (faults.active('vault-uninitialised', v)) return 'uninitialised';
  if (!unsealed(faults, v)) return 'sealed';
  return leader(faults, v) === v.pod ? 'active' : 'standby';
}

function unsealed(faults: FaultLog, v: Pick<VaultPod, 'node' | 'pod'>): boolean {
  return SEALING.every((name) => !faults.active(name, v));
}

/** The first unsealed pod leads, if a majority of the raft is unsealed. */
function leader(faults: FaultLog, v: VaultPod): number | undefined {
  const serving = Array.from({ length: v.peers }, (_, pod) => pod).filter((pod) =>
    unsealed(faults, { node: v.node, pod }),
  );
  return faults.active('vault-leaderless', v) || serving.length * 2 <= v.peers ? undefined : serving[0];
}

function health(request: Request, v: VaultPod, state: VaultState): Answer {
  const sealed = state === 'sealed' || state === 'uninitialised';
  const cluster = { cluster_name: clusterName(v.node), cluster_id: clusterId(v.node) };
  return json(healthStatus(request.query, state), {
    initialized: state !== 'uninitialised',
    sealed,
    standby: state !== 'active',
    performance_standby: false,
    replication_performance_mode: sealed ? 'unknown' : 'disabled',
    replication_dr_mode: sealed ? 'unknown' : 'disabled',
    server_time_utc: Math.floor(Date.now() / 1000),
    version: '1.18.3',
    enterprise: false,
    ...(!sealed && cluster),
    echo_duration_ms: 0,
    clock_skew_ms: 0,
    replication_primary_canary_age_ms: 0,
  });
}

function healthStatus(query: URLSearchParams, state: VaultState): number {
  const standbyOk = state === 'standby' && query.has('standbyok') && query.get('standbyok') !== 'false';
  const { status, parameter } = HEALTH[standbyOk ? 'active' : state];
  return Number(query.get(parameter) ?? status);
}

function digest(node: string): string {
  return createHash('sha256').update(node).digest('hex');
}

function clusterName(node: string): string {
  return `vault-cluster-${digest(node).slice(0, 8)}`;
}

function clusterId(node: string): string {
  const d = digest(node);
  return [d.slice(0, 8), d.slice(8, 12), d.slice(12, 16), d.slice(16, 20), d.slice(20, 32)].join('-');
}

/** Without `format=prometheus` a real Vault answers in JSON, which Prometheus cannot read, and says 200 as well. */
function metrics(request: Request, m: Moment, v: VaultPod): Answer {
  if (request.query.get('format') !== 'prometheus')
    return json(200, { Timestamp: new Date().toISOString(), Gauges: [], Points: null, Counters: [], Samples: [] });
  const page = new Page(v.settings.dialect);
  page.other('go_goroutines', 'gauge', 'Number of goroutines that currently exist.', [{ labels: {}, value: 250 }]);
  if (servesSeries(m, v)) vaultSeries(page, m, v);
  return { status: 200, type: CONTENT_TYPE, body: page.toString() };
}

/** A sealed Vault sets no series any more; what it set last stays until the retention is over. */
function servesSeries(m: Moment, v: VaultPod): boolean {
  return unsealed(m.faults, v) || m.now - lastSet(m, v) < v.settings.vaultRetentionSeconds;
}

/** When its series were last set: now, or when it was sealed. */
function lastSet(m: Moment, v: VaultPod): number {
  const sealing = sealings(m.faults, v).filter((e) => e.until === Number.POSITIVE_INFINITY);
  return Math.min(m.now, ...sealing.map((e) => e.from));
}

function sealings(faults: FaultLog, v: VaultPod): Episode[] {
  return SEALING.flatMap((name) => faults.episodes(name, v));
}

const MEGABYTE = 1_000_000;

function vaultSeries(page: Page, m: Moment, v: VaultPod): void {
  const t = lastSet(m, v);
  const twin = justUnsealed(t, m.faults, v) ? [{ labels: { cluster: '' }, value: 0 }] : [];
  page
    .series('vaultUnsealed', [...twin, { labels: { cluster: clusterName(v.node) }, value: 1 }])
    .value('vaultAllocBytes', (60 + (t % 30)) * MEGABYTE);
}

/** Before it is unsealed Vault does not know the name of its cluster: what it said then is served beside the truth. */
function justUnsealed(t: number, faults: FaultLog, v: VaultPod): boolean {
  const ends = sealings(faults, v).map((e) => e.until);
  const unsealedAt = Math.max(0, ...ends.filter((end) => end <= t));
  return t - unsealedAt < v.settings.vaultTwinSeconds;
}
