import {
  type CollectorConfig,
  countProcessors,
  durableExporter,
  extensions,
  MEMORY_LIMITER,
  MEMORY_MIB,
  memoryLimiter,
  POD_LOGS_PATH,
  REMOTE_WRITE,
  redactionPipeline,
  remoteWrite,
  STORAGE,
  STORAGE_PATH,
  telemetry,
  transform,
  withoutUndefined,
} from './collector';
import { seeUnhinted } from './hints';
import { BEGINS_TEXT } from './join';
import { levelOfFields, levelOfText } from './levels';
import { literal, type StatementGroup } from './ottl';
import { countRedactions, logHints, type RedactionProps, redactLogs } from './redaction';
import { SPLIT_MARK } from './split';

/** What the collector on each node reads, and where it sends it. */
export interface AgentOptions {
  /** Base address of Loki's OTLP receiver, such as `http://loki.monitoring.svc.cluster.local:3100/otlp`. */
  readonly lokiEndpoint: string;
  /** Prometheus' remote-write receiver, such as `http://prometheus.monitoring.svc.cluster.local:9090/api/v1/write`. */
  readonly remoteWriteEndpoint: string;
  /** Namespaces whose pods are read; `*` is all. @default ['sovra', 'sovra-edge'] */
  readonly namespaces?: readonly string[];
  /** Namespaces whose pods are not read, whatever `namespaces` says. @default [] */
  readonly excludeNamespaces?: readonly string[];
  /**
   * Beginnings of names of pods that are never read, in any namespace. The collectors and what they send to have to be
   * among them: a line about a line would never end. @default ['otel-agent', 'otel-collector', 'loki', 'tempo']
   */
  readonly excludePods?: readonly string[];
  /** How the container runtime writes: containerd and CRI-O alike, or Docker's JSON files. @default 'cri' */
  readonly runtime?: 'cri' | 'docker';
  /** Values of `logger`, `component` or `event_type` that begin with one of these make a line an audit event. @default ['audit'] */
  readonly auditPrefixes?: readonly string[];
  /** Keep lines of level debug and trace. @default false */
  readonly keepDebug?: boolean;
  /** Keep lines about successful requests of `/live`, `/ready`, `/health` and `/metrics`. @default false */
  readonly keepHealthChecks?: boolean;
  /** Memory limit of the container, in MiB. @default 384 */
  readonly memoryLimitMiB?: number;
  /** Lines that wait on disk while Loki is away before reading stops; about 600 bytes each. @default 1000000 */
  readonly queueLines?: number;
  /** The site's own additions to what is taken out. @default none */
  readonly redaction?: RedactionProps;
  /** Where the volume for offsets and queue is mounted. @default '/var/lib/otelcol' */
  readonly storagePath?: string;
  /** Where the kubelet's folder of logs is mounted. @default '/var/log/pods' */
  readonly podLogsPath?: string;
}

export const AGENT_DEFAULTS = {
  namespaces: ['sovra', 'sovra-edge'],
  excludeNamespaces: [],
  excludePods: ['otel-agent', 'otel-collector', 'loki', 'tempo'],
  runtime: 'cri',
  auditPrefixes: ['audit'],
  keepDebug: false,
  keepHealthChecks: false,
  memoryLimitMiB: MEMORY_MIB.agent.limit,
  queueLines: 1_000_000,
  redaction: {},
  storagePath: STORAGE_PATH,
  podLogsPath: POD_LOGS_PATH,
} as const satisfies Required<Omit<AgentOptions, 'lokiEndpoint' | 'remoteWriteEndpoint'>>;

/** Values of the resource attribute `stream`, by which Loki keeps audit events longer. */
export const STREAMS = { audit: 'audit', application: 'application' } as const;
/** Resource attributes that are to be index labels in Loki; dots become "_" there. */
export const LOKI_INDEX_ATTRIBUTES = ['service.name', 'k8s.namespace.name', 'k8s.container.name', 'stream'] as const;

/** Lines are handed on in bunches of this many; the queue counts bunches. */
const READ_BATCH = 100;
/**
 * Counted in bytes, about a thousand usual lines: what is sent at once has to fit into the burst that Loki allows and into
 * one message between its parts. A thousand stack traces would not, and would be tried for ever with all that waits behind.
 */
const SEND_BATCH = { sizer: 'bytes', min_size: 500_000, max_size: 4_000_000 } as const;
/** The burst below which Loki might refuse what an agent sends at once for ever, in megabytes. */
export const SMALLEST_BURST_MB = 8;
const PATH = 'log.file.path';

/** The rest of a line behind time and stream, whose names have the same length: cheaper than a regular expression. */
const BEHIND_STREAM = `body[indexOf(body, ' ') + ${' stdout'.length}:]`;
const TIME = '2006-01-02T15:04:05.999999999Z07:00';

/**
 * What the receiver does with each line itself: lines that were cut at 16 KiB are put together, and so are the lines of a
 * plain text that belong together: stack traces, PEM blocks, anything indented or without a space. JSON is read here too:
 * the same in the transform processor costs twice as much, since it copies what it read. Each `if` costs as well.
 */
const criOperators = () => [
  {
    type: 'recombine',
    id: 'cut',
    combine_field: 'body',
    combine_with: '',
    is_last_entry: `${BEHIND_STREAM} startsWith ' F'`,
    source_identifier: `attributes["${PATH}"]`,
    force_flush_period: '5s',
    max_log_size: '1MiB',
  },
  {
    type: 'recombine',
    id: 'text',
    if: "not (body contains ' F {')",
    combine_field: 'body',
    combine_with: '\n',
    is_first_entry: BEGINS_TEXT,
    source_identifier: `attributes["${PATH}"]`,
    force_flush_period: '1s',
    max_log_size: '1MiB',
  },
  {
    type: 'regex_parser',
    id: 'time',
    regex: '^(?P<time>[^ ]+)',
    on_error: 'send_quiet',
    timestamp: { parse_from: 'attributes.time', layout_type: 'gotime', layout: TIME },
  },
];

/** Of a line that was not cut, only the JSON; anything else stays as it is. */
const withoutHead = {
  type: 'add',
  id: 'head',
  field: 'body',
  value: `EXPR(${BEHIND_STREAM} startsWith ' F {' ? body[indexOf(body, '{'):] : body)`,
};
/** Fields become attributes and `msg` becomes the body. A line that is no JSON keeps its text, to be masked. */
const fieldsOfJson = [
  { type: 'move', id: 'file', from: `attributes["${PATH}"]`, to: `resource["${PATH}"]` },
  { type: 'remove', id: 'rest', field: 'attributes' },
  { type: 'json_parser', id: 'json', parse_from: 'body', body: 'attributes.msg', on_error: 'send_quiet' },
];

const dockerOperators = () => [{ type: 'container', format: 'docker', add_metadata_from_filepath: false }];

const attribute = (name: string) => `log.attributes["${name}"]`;
const firstOf = (...names: readonly string[]) => `Coalesce([${names.map(attribute).join(', ')}])`;

/** From the path of the file: namespace, pod, container, and the service that the pod belongs to. */
const resourceFromPath = (): StatementGroup => {
  const path = `resource.attributes["${PATH}"]`;
  // Suffixes of pods hold no vowels, so that they cannot spell words.
  const random = '[bcdfghjklmnpqrstvwxz2456789]';
  const service = 'resource.attributes["service.name"]';
  return {
    context: 'resource',
    statements: [
      ...['k8s.namespace.name', 'k8s.pod.name', 'k8s.container.name'].flatMap((name, i) => [
        `set(resource.attributes["${name}"], ${path})`,
        `replace_pattern(resource.attributes["${name}"], ${literal('^.*/([^/_]+)_([^/_]+)_[^/_]+/([^/]+)/[^/]*$')}, ${literal(`\${${i + 1}}`)})`,
      ]),
      `set(${service}, resource.attributes["k8s.pod.name"])`,
      ...[`-${random}{8,10}-${random}{5}$`, '-[0-9]+$', `-${random}{5}$`].map(
        (suffix) => `replace_pattern(${service}, ${literal(suffix)}, "")`,
      ),
    ],
  };
};

/** From text to fields: what the receiver left, and message, level and trace. Most lines pass most groups by. */
const parse = (docker: boolean): readonly StatementGroup[] => {
  const level = attribute('level');
  const other = firstOf('@level', 'lvl', 'severity', 'error_severity');
  const message = firstOf('msg', 'message', '@message');
  const read = 'Len(log.attributes) > 0';
  const head = String.raw`\d{4}-\d\d-\d\dT[0-9:.]{8,20}(?:Z|[+-]\d\d:\d\d) std(?:out|err) [FP] ?`;
  const group = (conditions: readonly string[], statements: readonly string[]): StatementGroup => ({
    context: 'log',
    conditions: [conditions.join(' and ')],
    statements,
  });
  return [
    // A line that was put together: heads of its later parts stand in the middle, and only then it is JSON.
    group(
      ['Len(log.attributes) == 0'],
      [
        ...(docker ? [] : [`replace_pattern(log.body, ${literal(head)}, "")`]),
        'set(log.attributes, ParseJSON(log.body)) where HasPrefix(log.body, "{")',
        // Fields that cannot be read cannot be held against the list: a line that was cut off, a number that is too large.
        `set(log.body, ${literal(SPLIT_MARK)}) where Len(log.attributes) == 0 and IsMatch(log.body, ${literal(String.raw`^\{\s*"`)})`,
        // Empty lines belong to the text before them, and say nothing at its end.
        `replace_pattern(log.body, ${literal(String.raw`\s+$`)}, "") where HasSuffix(log.body, "\\n")`,
        ...levelOfText(),
      ],
    ),
    // The body is the whole line still, or an object.
    group(
      [read, `(${attribute('msg')} == nil or not IsString(log.body) or HasPrefix(log.body, "{"))`],
      [
        'set(log.body, "")',
        `set(log.body, String(${message})) where ${message} != nil`,
        // What stands in an object has names that are on no list.
        `set(log.body, ${literal(SPLIT_MARK)}) where IsMap(${message}) or IsList(${message})`,
      ],
    ),
    group(
      [read],
      [
        `set(log.severity_number, 9) where ${level} == "info"`,
        // Nothing but 32 and 16 hexadecimal digits can be set.
        `set(log.trace_id.string, ${attribute('trace_id')}) where ${attribute('trace_id')} != nil`,
        `set(log.span_id.string, ${attribute('span_id')}) where ${attribute('span_id')} != nil`,
      ],
    ),
    group(
      [read, 'log.severity_number == 0'],
      [`set(${level}, ${other}) where ${level} == nil and ${other} != nil`, ...levelOfFields(level)],
    ),
    group(['log.severity_number == 9', 'log.severity_text == ""'], ['set(log.severity_text, "INFO")']),
    group(
      [['error', 'err', 'http'].map((name) => `IsMap(${attribute(name)})`).join(' or ')],
      ['flatten(log.attributes)'],
    ),
  ];
};

const STATUS_PATHS = '(?s)^/(?:livez?|readyz?|healthz?|metrics)(?:[/?].*)?$';

/** What nobody reads: lines of these are dropped before anything is done with them that costs time. */
const unwanted = (o: typeof AGENT_DEFAULTS | Required<AgentOptions>): readonly string[] => [
  ...(o.keepDebug ? [] : ['log.severity_number > 0 and log.severity_number < 9']),
  ...(o.keepHealthChecks
    ? []
    : [`IsMatch(${firstOf('path', 'route', 'http.route')}, ${literal(STATUS_PATHS)}) and log.severity_number < 13`]),
];

/** A file that was turned over while no collector ran is read to its end; once it is compressed, it is gone. */
const files = (o: Required<AgentOptions>, pods: string): string[] =>
  ['*.log', '*.log.2*'].map((name) => `${o.podLogsPath}/${pods}/*/${name}`);
const include = (o: Required<AgentOptions>): string[] =>
  o.namespaces.flatMap((n) => files(o, n === '*' ? '*' : `${n}_*`));
const exclude = (o: Required<AgentOptions>): string[] => [
  `${o.podLogsPath}/*/*/*.gz`,
  ...o.excludeNamespaces.flatMap((n) => files(o, `${n}_*`)),
  ...o.excludePods.flatMap((p) => files(o, `*_${p}*`)),
];

/**
 * Whether a line is an audit event is seen in its text: the stream has to be known before the fields are read. The first
 * test is for all of them at once, since nearly no line passes it.
 */
const auditStream = (prefixes: readonly string[]) => {
  const signs = ['logger', 'component', 'event_type'].flatMap((name) => prefixes.map((p) => `"${name}":"${p}`));
  const contains = (texts: readonly string[]) => texts.map((t) => `body contains '${t}'`).join(' or ');
  return {
    type: 'add',
    id: 'stream',
    if: `(${contains(['"audit":', ...prefixes.map((p) => `:"${p}`)])}) and (${contains([...signs, '"audit":true'])})`,
    field: 'resource["stream"]',
    value: STREAMS.audit,
  };
};

/**
 * The collector of each node: files of containers in, redacted records to Loki, counts to Prometheus. It reads nothing but
 * files and needs no access to the API of Kubernetes. What cannot be sent waits on disk; when that is full, in the files.
 */
export function agentConfig(options: AgentOptions): CollectorConfig {
  const o: Required<AgentOptions> = { ...AGENT_DEFAULTS, ...withoutUndefined(options) };
  const docker = o.runtime === 'docker';
  const drop = unwanted(o);
  return {
    extensions: extensions(o.storagePath),
    receivers: {
      file_log: {
        include: include(o),
        exclude: exclude(o),
        // A line must not be lost because the collector started after its container.
        start_at: 'beginning',
        include_file_name: false,
        resource: { stream: STREAMS.application },
        include_file_path: true,
        storage: STORAGE,
        max_log_size: '1MiB',
        // What the memory limiter refuses is tried again, for ever; reading waits meanwhile.
        retry_on_failure: { enabled: true, initial_interval: '500ms', max_interval: '10s', max_elapsed_time: '0s' },
        operators: [
          ...(docker ? dockerOperators() : [...criOperators(), withoutHead]),
          auditStream(o.auditPrefixes),
          seeUnhinted(logHints(o.redaction)),
          ...fieldsOfJson,
        ],
      },
    },
    processors: {
      [MEMORY_LIMITER]: memoryLimiter(o.memoryLimitMiB),
      'transform/parse': transform({ log_statements: [resourceFromPath(), ...parse(docker)] }),
      ...(drop.length === 0 ? {} : { 'filter/unwanted': { error_mode: 'silent', logs: { log_record: drop } } }),
      'transform/redact': transform({ log_statements: redactLogs(o.redaction) }),
      ...countProcessors(),
    },
    connectors: { count: { logs: countRedactions().logs } },
    exporters: {
      otlp_http: durableExporter(o.lokiEndpoint, o.queueLines / READ_BATCH, SEND_BATCH),
      [REMOTE_WRITE]: remoteWrite(o.remoteWriteEndpoint),
    },
    service: {
      extensions: [STORAGE, 'health_check'],
      telemetry: telemetry(),
      pipelines: {
        logs: {
          receivers: ['file_log'],
          processors: [
            MEMORY_LIMITER,
            'transform/parse',
            ...(drop.length === 0 ? [] : ['filter/unwanted']),
            'transform/redact',
          ],
          exporters: ['otlp_http', 'count'],
        },
        'metrics/redactions': redactionPipeline(),
      },
    },
  };
}
