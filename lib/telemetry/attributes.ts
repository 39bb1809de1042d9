/**
 * The fields that may leave a node. Whatever is not named here is dropped and counted: nobody can list every name under
 * which a body or a person may be written, but what operations need is a short list.
 */

/** Fields of log lines that are read and then stand elsewhere in the record: body, severity, time, trace. */
export const READ_FIELDS: readonly string[] = [
  'msg',
  'message',
  '@message',
  'level',
  'lvl',
  '@level',
  'severity',
  'error_severity',
  'time',
  'ts',
  'timestamp',
  '@timestamp',
  'trace_id',
  'traceId',
  'span_id',
  'spanId',
  'trace_flags',
];

/** Fields that tie lines together. They have to look like an identifier, and are then left alone. */
export const ID_FIELDS: readonly string[] = ['request_id', 'correlation_id', 'event_id'];

/** UUIDs, 16 or 32 hexadecimal digits, ULIDs, and short ones behind a prefix such as `req-`. */
export const ID_SHAPE =
  '^(?:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]{16}|[0-9a-fA-F]{32}|[0-9A-HJKMNP-TV-Z]{26}|(?:req|evt|corr|op|job)[-_][A-Za-z0-9-]{1,36})$';

/** Fields of log lines that are kept; their texts are masked like the message. */
export const LOG_FIELDS: readonly string[] = [
  ...ID_FIELDS,
  ...['logger', 'component', 'service', 'module', '@module', 'caller', 'version'],
  ...[
    'operation',
    'action',
    'event',
    'event_type',
    'audit',
    'result',
    'outcome',
    'decision',
    'reason',
    'phase',
    'state',
  ],
  ...[
    'error',
    'err',
    'error.message',
    'error.type',
    'error.code',
    'error_code',
    'error_type',
    'code',
    'stacktrace',
    'panic',
  ],
  ...[
    'method',
    'path',
    'route',
    'http.route',
    'http.request.method',
    'http.response.status_code',
    'status',
    'status_code',
  ],
  ...['duration', 'duration_ms', 'duration_seconds', 'latency', 'latency_ms', 'elapsed', 'elapsed_ms', 'took'],
  ...[
    'count',
    'size',
    'size_bytes',
    'bytes',
    'attempt',
    'retries',
    'queue',
    'queue_depth',
    'lag_seconds',
    'age_seconds',
  ],
  ...['node_id', 'workspace', 'policy', 'key_version', 'algorithm', 'table', 'rows', 'task', 'job', 'partner', 'seq'],
];

/** Attributes of spans and of their events that are kept; their texts are masked. */
export const SPAN_ATTRIBUTES: readonly string[] = [
  ...[
    'http.method',
    'http.request.method',
    'http.route',
    'http.status_code',
    'http.response.status_code',
    'http.scheme',
  ],
  ...[
    'url.scheme',
    'url.path',
    'network.protocol.name',
    'network.protocol.version',
    'rpc.system',
    'rpc.service',
    'rpc.method',
  ],
  ...['rpc.grpc.status_code', 'db.system', 'db.system.name', 'db.operation', 'db.operation.name', 'db.collection.name'],
  ...[
    'error.type',
    'exception.type',
    'exception.message',
    'exception.stacktrace',
    'exception.escaped',
    'otel.status_code',
  ],
  ...['component', 'operation', 'result', 'outcome', 'decision', 'policy', 'workspace', 'node_id', 'event_type'],
  ...[
    'key_version',
    'algorithm',
    'attempt',
    'retries',
    'count',
    'size_bytes',
    'cache.hit',
    'request_id',
    'code.function',
  ],
  ...['messaging.system', 'messaging.operation', 'duration_ms', 'queue_depth', 'otel.status_description', 'span.kind'],
];

/** What is said about the process that logs or traces. No host, no address, no instance. */
export const RESOURCE_ATTRIBUTES: readonly string[] = [
  ...['service.name', 'service.version', 'service.namespace', 'deployment.environment', 'deployment.environment.name'],
  ...['telemetry.sdk.language', 'telemetry.sdk.name', 'telemetry.sdk.version'],
  ...['k8s.namespace.name', 'k8s.pod.name', 'k8s.container.name', 'k8s.deployment.name', 'stream'],
];
