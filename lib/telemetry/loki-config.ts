import { seconds } from '../schedule/duration';
import { LOKI_INDEX_ATTRIBUTES, STREAMS } from './agent-config';
import { AUTHORITY_FILE, hostOf, type ObjectStoreProps, regionOf } from './object-store';

/** Limits by which Loki keeps one noisy service from filling it. */
export interface LogLimits {
  /** Megabytes a second of all services together. @default 8 */
  readonly ingestionRateMb?: number;
  /** Megabytes of one burst; what an agent sends at once has to fit, so at least 8. @default 16 */
  readonly ingestionBurstMb?: number;
  /** Streams that are written to at a time: services times containers. @default 5000 */
  readonly streams?: number;
}

export interface LokiConfigOptions {
  /** Name of the headless Service by which replicas find each other. */
  readonly peersName: string;
  readonly namespace: string;
  readonly replicas: number;
  /** @default the volume */
  readonly store?: ObjectStoreProps;
  /** As a Prometheus duration. */
  readonly retention: string;
  readonly auditRetention: string;
  readonly limits: LogLimits;
  /** Limit of the container, in MiB. */
  readonly memoryMiB: number;
  /** Where alerts of logs go, and whether that is a name of which the SRV records name every Alertmanager. */
  readonly alertmanager?: { readonly url: string; readonly discover: boolean };
  /** Label `cluster` of the alerts. */
  readonly cluster: string;
}

/** Where the volume is mounted. */
export const LOKI_DATA = '/var/loki';
/** Where the rules of the one tenant are mounted: Loki calls it so where nobody signs in. */
export const RULES_PATH = '/etc/loki/rules';
export const TENANT = 'fake';
export const LOKI_GRPC_PORT = 9095;
export const GOSSIP_PORT = 7946;
/** The stream that is kept longer. */
export const AUDIT_STREAM = `{stream="${STREAMS.audit}"}`;
/** What a replicated log needs: the loss of one replica loses nothing and stops nothing. */
export const REPLICATION = 3;

/** What the clients of Loki's parts take and send by default. */
const MESSAGE_BYTES = 100 * 2 ** 20;

/** Loki understands hours, and so does everybody who reads the file. */
const hours = (duration: string): string => `${Math.ceil(seconds(duration) / 3600)}h`;

/**
 * The configuration of Loki 3.7, no longer than it has to be: what is left out stays at Loki's default. Credentials
 * of a bucket do not stand in it: Loki takes them from its environment.
 */
export function lokiConfig(o: LokiConfigOptions): object {
  return {
    // One tenant; who may talk to it is decided by the network policy.
    auth_enabled: false,
    server: {
      http_listen_port: 3100,
      grpc_listen_port: LOKI_GRPC_PORT,
      log_format: 'json',
      // What an agent sends at once, and what a search finds, goes in one message to the next part of Loki, which may be
      // in the same process. With the default of 4 MiB, what is larger fails each time it is tried.
      grpc_server_max_recv_msg_size: MESSAGE_BYTES,
      grpc_server_max_send_msg_size: MESSAGE_BYTES,
    },
    common: {
      path_prefix: LOKI_DATA,
      storage: o.store ? { s3: bucket(o.store) } : { filesystem: { chunks_directory: `${LOKI_DATA}/chunks` } },
      ...ring(o),
    },
    ...(o.replicas > 1 && {
      memberlist: { join_members: [`${o.peersName}.${o.namespace}.svc.cluster.local:${GOSSIP_PORT}`] },
    }),
    schema_config: {
      configs: [
        {
          from: '2024-04-01',
          store: 'tsdb',
          object_store: o.store ? 's3' : 'filesystem',
          schema: 'v13',
          // Retention works with tables of one day only.
          index: { prefix: 'index_', period: '24h' },
        },
      ],
    },
    // Half of the memory: what was not stored yet is read again after a crash, and with the default of 4 GB a smaller
    // container is killed again before it has read all of it, for ever.
    ingester: { wal: { replay_memory_ceiling: `${Math.max(1, Math.floor(o.memoryMiB / 2))}MB` } },
    compactor: {
      working_directory: `${LOKI_DATA}/compactor`,
      retention_enabled: true,
      delete_request_store: o.store ? 's3' : 'filesystem',
    },
    limits_config: limits(o),
    ...(o.alertmanager && { ruler: ruler(o, o.alertmanager) }),
    // Nothing is reported to anybody.
    analytics: { reporting_enabled: false },
  };
}

function bucket(store: ObjectStoreProps): object {
  return {
    endpoint: hostOf(store),
    bucketnames: store.bucket,
    region: regionOf(store),
    s3forcepathstyle: true,
    ...(store.certificateAuthority && { http_config: { ca_file: AUTHORITY_FILE } }),
  };
}

function ring({ replicas }: LokiConfigOptions): object {
  return replicas > 1
    ? { replication_factor: REPLICATION, ring: { kvstore: { store: 'memberlist' } } }
    : { replication_factor: 1, ring: { instance_addr: '127.0.0.1', kvstore: { store: 'inmemory' } } };
}

function limits(o: LokiConfigOptions): object {
  return {
    retention_period: hours(o.retention),
    retention_stream: [{ selector: AUDIT_STREAM, priority: 1, period: hours(o.auditRetention) }],
    // Nobody deletes lines by request, an auditor's least of all.
    deletion_mode: 'disabled',
    // An auditor may ask about all that is kept.
    max_query_length: hours(o.auditRetention),
    ingestion_rate_mb: o.limits.ingestionRateMb ?? 8,
    ingestion_burst_size_mb: o.limits.ingestionBurstMb ?? 16,
    max_global_streams_per_user: o.limits.streams ?? 5000,
    max_label_names_per_series: 8,
    max_line_size: '64KB',
    max_line_size_truncate: true,
    // What waited on a node is as old as the outage. Without the first, a line that is an hour older than the newest one
    // of its stream is refused, and all replicas of a service are one stream: the node that was cut off would lose its log.
    shard_streams: { time_sharding_enabled: true },
    // As long as it would be kept: a quiet container's file holds lines of months when an agent first reads it.
    reject_old_samples_max_age: hours(o.retention),
    otlp_config: {
      resource_attributes: {
        ignore_defaults: true,
        // Everything else stays beside each line.
        attributes_config: [{ action: 'index_label', attributes: [...LOKI_INDEX_ATTRIBUTES] }],
      },
    },
  };
}

function ruler({ replicas, cluster }: LokiConfigOptions, to: { url: string; discover: boolean }): object {
  return {
    storage: { type: 'local', local: { directory: RULES_PATH } },
    rule_path: `${LOKI_DATA}/rules-temp`,
    alertmanager_url: to.url,
    ...(to.discover && { enable_alertmanager_discovery: true }),
    external_labels: { cluster },
    // Each rule is evaluated by one replica.
    ...(replicas > 1 && { enable_sharding: true }),
  };
}
