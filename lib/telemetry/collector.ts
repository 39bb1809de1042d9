import type { StatementGroup } from './ottl';
import { redactionMetrics } from './redaction';

type Parts = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface Pipeline {
  readonly receivers: readonly string[];
  readonly processors: readonly string[];
  readonly exporters: readonly string[];
}

/** The collector's configuration file as plain data, for version 0.160. */
export interface CollectorConfig {
  readonly extensions: Parts;
  readonly receivers: Parts;
  readonly processors: Parts;
  readonly connectors: Parts;
  readonly exporters: Parts;
  readonly service: {
    readonly extensions: readonly string[];
    readonly telemetry: Readonly<Record<string, unknown>>;
    readonly pipelines: Readonly<Record<string, Pipeline>>;
  };
}

/** Ports of both collectors: OTLP of the gateway, and of its replicas among themselves, the collector's own metrics, its health. */
export const COLLECTOR_PORTS = { otlpGrpc: 4317, otlpHttp: 4318, peers: 4319, telemetry: 8888, health: 13133 } as const;
/** Where offsets and the queue lie; a volume has to be mounted there that outlives the process. */
export const STORAGE_PATH = '/var/lib/otelcol';
/** Where the kubelet keeps the logs of containers. */
export const POD_LOGS_PATH = '/var/log/pods';
/** Environment variable with the name of the pod: the label by which the series of several collectors stay apart. */
export const POD_NAME_ENV = 'POD_NAME';
/**
 * Of the collector's command line, `--feature-gates=`. Without the first, what was read lies in memory for a moment after
 * its place in the file is noted: a killed process would lose up to 100 lines of each file. The second lets the links of
 * spans be dropped; without it, spans with links are.
 */
export const COLLECTOR_FEATURE_GATES = 'stanza.synchronousLogEmitter,ottl.set.allowNil';

export const MEMORY_LIMITER = 'memory_limiter';
export const REMOTE_WRITE = 'prometheus_remote_write';
export const STORAGE = 'file_storage';

export interface Common {
  readonly remoteWriteEndpoint: string;
  readonly memoryLimitMiB: number;
  readonly storagePath: string;
}

/** Memory of the containers, in MiB, where nothing else is given. */
export const MEMORY_MIB = { agent: { request: 128, limit: 384 }, gateway: { request: 256, limit: 512 } } as const;
/** Of a container's memory, what a Go program may use itself; the rest is for what is mapped and what the kernel holds. */
const OWN_SHARE = 0.8;
/** By this a Go program knows where its memory ends; else it asks for twice of what it holds. */
export const goMemoryLimit = (memoryLimitMiB: number) => ({
  GOMEMLIMIT: `${Math.floor(memoryLimitMiB * OWN_SHARE)}MiB`,
});

/** What the runtime of the collector is told: it collects garbage half as often, and more often as the limit comes near. */
export const goEnvironment = (memoryLimitMiB: number): Readonly<Record<string, string>> => ({
  GOGC: '200',
  ...goMemoryLimit(memoryLimitMiB),
});

/** Refuses data where the collector has used up its share: refused data waits in its file, or at its sender. */
export const memoryLimiter = (memoryLimitMiB: number) => ({
  check_interval: '1s',
  limit_mib: Math.floor(memoryLimitMiB * OWN_SHARE),
  spike_limit_mib: Math.floor(memoryLimitMiB * 0.2),
});

/** How much is sent at once: from so much on, and never more. */
export interface BatchSize {
  readonly sizer: 'items' | 'bytes';
  readonly min_size: number;
  readonly max_size: number;
}

/** A queue on disk that is tried for ever, and that holds its senders back when it is full rather than dropping. */
export const durableExporter = (endpoint: string, batches: number, batch: BatchSize) => ({
  endpoint,
  compression: 'gzip',
  timeout: '30s',
  retry_on_failure: { enabled: true, initial_interval: '1s', max_interval: '30s', max_elapsed_time: '0s' },
  sending_queue: {
    enabled: true,
    storage: STORAGE,
    num_consumers: 4,
    queue_size: batches,
    block_on_overflow: true,
    batch: { ...batch, flush_timeout: '1s' },
  },
});

/** Metrics that the collectors make go into Prometheus by its remote-write receiver: nothing scrapes them. */
export const remoteWrite = (endpoint: string) => ({
  endpoint,
  external_labels: { pod: `\${env:${POD_NAME_ENV}}` },
  target_info: { enabled: false },
  disable_scope_info: true,
  timeout: '10s',
  retry_on_failure: { enabled: true, initial_interval: '1s', max_interval: '30s', max_elapsed_time: '5m' },
});

/** Offsets and queue. A database that a crash broke is set aside rather than stopping the collector. */
export const storage = (directory: string) => ({
  directory,
  create_directory: true,
  recreate: true,
  timeout: '10s',
  compaction: { on_start: true, on_rebound: true, directory, cleanup_on_start: true },
});

export const transform = (groups: Readonly<Record<string, readonly StatementGroup[]>>) => ({
  // An error names the statement and the record: with `ignore` it would stand in the collector's own log, unmasked.
  error_mode: 'silent',
  ...groups,
});

/**
 * The collector's own metrics, and logs that say little. Units and `_total` are asked for: left out, which is the default,
 * Prometheus would see other names than people who look at the page.
 */
export const telemetry = () => ({
  logs: { level: 'warn', encoding: 'json', disable_stacktrace: true },
  metrics: {
    level: 'normal',
    readers: [
      {
        pull: {
          exporter: {
            prometheus: {
              host: '0.0.0.0',
              port: COLLECTOR_PORTS.telemetry,
              without_type_suffix: false,
              without_units: false,
              without_scope_info: true,
            },
          },
        },
      },
    ],
  },
});

export const extensions = (directory: string): CollectorConfig['extensions'] => ({
  [STORAGE]: storage(directory),
  health_check: { endpoint: `0.0.0.0:${COLLECTOR_PORTS.health}` },
});

/** From counts of single batches to one series for each class, sent every 15 s. */
export const countProcessors = () => ({
  'transform/redactions': transform({ metric_statements: redactionMetrics() }),
  delta_to_cumulative: { max_stale: '24h' },
  interval: { interval: '15s' },
});

export const redactionPipeline = (): Pipeline => ({
  receivers: ['count'],
  processors: ['transform/redactions', 'delta_to_cumulative', 'interval'],
  exporters: [REMOTE_WRITE],
});

/** A property that is there without a value is left to its default. */
export const withoutUndefined = <T extends object>(given: T): T =>
  Object.fromEntries(Object.entries(given).filter(([, v]) => v !== undefined)) as T;
