import {
  COLLECTOR_PORTS,
  type CollectorConfig,
  countProcessors,
  durableExporter,
  extensions,
  MEMORY_LIMITER,
  MEMORY_MIB,
  memoryLimiter,
  REMOTE_WRITE,
  redactionPipeline,
  remoteWrite,
  STORAGE_PATH,
  telemetry,
  transform,
  withoutUndefined,
} from './collector';
import { countRedactions, LINKS_LEFT, type RedactionProps, redactSpans } from './redaction';
import { PEERS, spreadOver } from './spread';

/** What the collector in the middle receives, keeps and sends. */
export interface GatewayOptions {
  /** Base address of Tempo's OTLP receiver over HTTP, such as `http://tempo.monitoring.svc.cluster.local:4318`. */
  readonly tempoEndpoint: string;
  /** Prometheus' remote-write receiver, such as `http://prometheus.monitoring.svc.cluster.local:9090/api/v1/write`. */
  readonly remoteWriteEndpoint: string;
  /** Traces that took longer are all kept, in milliseconds. The objective of the API is 100 ms. @default 500 */
  readonly slowMs?: number;
  /** Share of the other traces that is kept, from 0 to 1. Sovra itself already sends one in ten. @default 0.25 */
  readonly keepRatio?: number;
  /** How long a trace is waited for, in seconds; spans wait in memory meanwhile. @default 10 */
  readonly decisionWaitSeconds?: number;
  /** Traces in memory at the same time; the oldest are decided early when there are more. @default 50000 */
  readonly tracesInMemory?: number;
  /** Bounds of the latency buckets, in milliseconds. @default 5 10 25 50 100 250 500 1000 2500 10000 */
  readonly bucketsMs?: readonly number[];
  /** Memory limit of the container, in MiB. @default 512 */
  readonly memoryLimitMiB?: number;
  /** Batches of spans that wait on disk while Tempo is away; the senders are held back behind it. @default 10000 */
  readonly queueBatches?: number;
  /** The site's own additions to what is taken out. @default none */
  readonly redaction?: RedactionProps;
  /** Where the volume for the queue is mounted. @default '/var/lib/otelcol' */
  readonly storagePath?: string;
  /** Addresses (`host:port`) of all replicas in their order, this one too, where there are several. @default none: there is one */
  readonly peers?: readonly string[];
}

export const GATEWAY_DEFAULTS = {
  slowMs: 500,
  keepRatio: 0.25,
  decisionWaitSeconds: 10,
  tracesInMemory: 50_000,
  bucketsMs: [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 10_000],
  memoryLimitMiB: MEMORY_MIB.gateway.limit,
  queueBatches: 10_000,
  redaction: {},
  storagePath: STORAGE_PATH,
  peers: [],
} as const satisfies Required<Omit<GatewayOptions, 'tempoEndpoint' | 'remoteWriteEndpoint'>>;

/** Names under which the latency of spans stands in Prometheus. */
export const SPAN_METRICS = {
  calls: 'traces_span_metrics_calls_total',
  duration: 'traces_span_metrics_duration_seconds',
} as const;

const SEND_BATCH = { sizer: 'items', min_size: 512, max_size: 1024 } as const;

/** Whole traces are kept or dropped: errors and slow ones always, a share of the rest. */
const tailSampling = (o: Required<GatewayOptions>) => ({
  decision_wait: `${o.decisionWaitSeconds}s`,
  num_traces: o.tracesInMemory,
  // Spans that come after the decision follow it.
  decision_cache: { sampled_cache_size: o.tracesInMemory * 2, non_sampled_cache_size: o.tracesInMemory * 2 },
  policies: [
    { name: 'errors', type: 'status_code', status_code: { status_codes: ['ERROR'] } },
    { name: 'slow', type: 'latency', latency: { threshold_ms: o.slowMs } },
    { name: 'share', type: 'probabilistic', probabilistic: { sampling_percentage: o.keepRatio * 100 } },
  ],
});

/** Latency of every span that arrives, before any is dropped, with the trace as an exemplar. */
const spanMetrics = (o: Required<GatewayOptions>) => ({
  namespace: 'traces.span.metrics',
  histogram: { unit: 's', explicit: { buckets: o.bucketsMs.map((ms) => `${ms}ms`) } },
  exemplars: { enabled: true, max_per_data_point: 2 },
  metrics_flush_interval: '15s',
  // A name with something variable in it must not fill Prometheus.
  aggregation_cardinality_limit: 2000,
  resource_metrics_key_attributes: ['service.name'],
});

const MASKED = ['transform/redact', 'filter/links'] as const;
const MEASURED = ['span_metrics', 'count'];
const KEPT = ['otlp_http'];

/** From what applications sent to what is measured and kept. */
const pipelinesOfOne = {
  'traces/measure': { receivers: ['otlp'], processors: [MEMORY_LIMITER, ...MASKED], exporters: MEASURED },
  // Decided first, masked then: most spans end here.
  'traces/keep': { receivers: ['otlp'], processors: [MEMORY_LIMITER, 'tail_sampling', ...MASKED], exporters: KEPT },
};

/** The same from what the replicas handed on, which is masked already. */
const pipelinesOfSeveral = {
  'traces/measure': { receivers: [PEERS], processors: [MEMORY_LIMITER], exporters: MEASURED },
  'traces/keep': { receivers: [PEERS], processors: [MEMORY_LIMITER, 'tail_sampling'], exporters: KEPT },
};

/**
 * The collector that applications send their traces to. It has to see every span of a trace; where there are several, each sees
 * those of its own traces. Each way from a receiver of applications to an exporter passes the redaction.
 */
export function gatewayConfig(options: GatewayOptions): CollectorConfig {
  const o: Required<GatewayOptions> = { ...GATEWAY_DEFAULTS, ...withoutUndefined(options) };
  const host = (port: number) => `0.0.0.0:${port}`;
  const spread = o.peers.length > 1 ? spreadOver(o.peers, o.queueBatches, SEND_BATCH, MASKED) : undefined;
  return {
    extensions: extensions(o.storagePath),
    receivers: {
      otlp: {
        protocols: {
          grpc: { endpoint: host(COLLECTOR_PORTS.otlpGrpc) },
          http: { endpoint: host(COLLECTOR_PORTS.otlpHttp) },
        },
      },
      ...spread?.receivers,
    },
    processors: {
      [MEMORY_LIMITER]: memoryLimiter(o.memoryLimitMiB),
      'transform/redact': transform({ trace_statements: redactSpans(o.redaction) }),
      'filter/links': { error_mode: 'propagate', traces: { span: [LINKS_LEFT] } },
      tail_sampling: tailSampling(o),
      ...spread?.processors,
      ...countProcessors(),
    },
    connectors: {
      count: { spans: countRedactions().spans, spanevents: countRedactions().spanevents },
      span_metrics: spanMetrics(o),
    },
    exporters: {
      otlp_http: durableExporter(o.tempoEndpoint, o.queueBatches, SEND_BATCH),
      ...spread?.exporters,
      [REMOTE_WRITE]: remoteWrite(o.remoteWriteEndpoint),
    },
    service: {
      extensions: ['file_storage', 'health_check'],
      telemetry: telemetry(),
      pipelines: {
        ...(spread ? { ...spread.pipelines, ...pipelinesOfSeveral } : pipelinesOfOne),
        'metrics/spans': { receivers: ['span_metrics'], processors: [], exporters: [REMOTE_WRITE] },
        'metrics/redactions': redactionPipeline(),
      },
    },
  };
}
