import { seconds } from '../schedule/duration';
import { AUTHORITY_FILE, hostOf, type ObjectStoreProps, regionOf } from './object-store';

/** Limits by which Tempo keeps one chatty service from filling it. */
export interface TraceLimits {
  /** Megabytes a second that are taken. @default 15 */
  readonly ingestionRateMb?: number;
  /** Megabytes that one trace may have. @default 5 */
  readonly traceMb?: number;
}

export interface TempoConfigOptions {
  /** @default the volume */
  readonly store?: ObjectStoreProps;
  /** As a Prometheus duration. */
  readonly retention: string;
  readonly limits: TraceLimits;
}

/** Where the volume is mounted. */
export const TEMPO_DATA = '/var/tempo';
export const TEMPO_OTLP_PORT = 4318;

const MEGABYTE = 1_000_000;

/**
 * The configuration of Tempo 3.0, no longer than it has to be: what is left out stays at Tempo's default. Credentials
 * of a bucket do not stand in it: Tempo takes them from its environment.
 */
export function tempoConfig(o: TempoConfigOptions): object {
  const kept = { compaction: { block_retention: `${Math.ceil(seconds(o.retention) / 3600)}h` } };
  const rate = (o.limits.ingestionRateMb ?? 15) * MEGABYTE;
  return {
    server: { http_listen_port: 3200, log_format: 'json' },
    distributor: {
      receivers: { otlp: { protocols: { http: { endpoint: `0.0.0.0:${TEMPO_OTLP_PORT}` } } } },
    },
    storage: {
      trace: {
        backend: o.store ? 's3' : 'local',
        wal: { path: `${TEMPO_DATA}/wal` },
        ...(o.store ? { s3: bucket(o.store) } : { local: { path: `${TEMPO_DATA}/blocks` } }),
      },
    },
    // Both read the figure: the one plans what is deleted, the other deletes it.
    backend_scheduler: { local_work_path: TEMPO_DATA, provider: { compaction: kept } },
    backend_worker: kept,
    overrides: {
      defaults: {
        ingestion: { rate_limit_bytes: rate, burst_size_bytes: 2 * rate },
        global: { max_bytes_per_trace: (o.limits.traceMb ?? 5) * MEGABYTE },
      },
    },
    // Nothing is reported to anybody.
    usage_report: { reporting_enabled: false },
  };
}

function bucket(store: ObjectStoreProps): object {
  return {
    endpoint: hostOf(store),
    bucket: store.bucket,
    region: regionOf(store),
    forcepathstyle: true,
    ...(store.certificateAuthority && { tls_ca_path: AUTHORITY_FILE }),
  };
}
