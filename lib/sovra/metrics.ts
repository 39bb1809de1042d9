/**
 * Every metric that a rule or a panel may use: what it means, what it is called in each dialect, its type and labels.
 * The synth checks hold every expression against this table; an expression that asks for anything else cannot ship.
 */

/** The names in the operations guide, or those that the released exporter (calendar versions, 2026.3.x) uses. */
export type MetricDialect = 'guide' | '2026.3';
export const METRIC_DIALECTS: readonly MetricDialect[] = ['guide', '2026.3'];

export type MetricType = 'counter' | 'gauge' | 'histogram';

/** Which scrape serves it; the value is the `job` label that our monitors set. */
export type MetricJob =
  | 'sovra-api'
  | 'vault'
  | 'vault-health'
  | 'sovra-api-probe'
  | 'edge-probe'
  | 'opa'
  | 'postgres'
  | 'kube-state-metrics'
  | 'blackbox-exporter'
  | 'prometheus'
  | 'alertmanager'
  | 'grafana';

export interface Metric {
  /** The name in each dialect; `null` where that dialect does not export it. */
  readonly name: Readonly<Record<MetricDialect, string | null>>;
  readonly type: MetricType;
  /** Labels that the exporter sets in every dialect, without those that the scrape adds. */
  readonly labels: readonly string[];
  readonly job: readonly MetricJob[] | 'any';
  readonly help: string;
  /** Bounds of a histogram, where an objective has to fall on one. */
  readonly buckets?: readonly number[];
}

/** Labels that a scrape adds to each series; our monitors set `component` and `edge_node` by relabelling. */
export const TARGET_LABELS = [
  'job',
  'instance',
  'namespace',
  'pod',
  'service',
  'container',
  'endpoint',
  'component',
  'edge_node',
  'prometheus',
  'cluster',
] as const;

const CLIENT_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const POLICY_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

const same = (name: string) => ({ guide: name, '2026.3': name });
const api = { job: ['sovra-api'] } as const;

export const METRICS = {
  apiRequests: {
    ...api,
    name: { guide: 'sovra_api_requests_total', '2026.3': 'sovra_api_gateway_http_requests_total' },
    type: 'counter',
    labels: ['method', 'path', 'status'],
    help: 'API requests',
  },
  apiLatency: {
    ...api,
    name: { guide: 'sovra_api_request_duration_seconds', '2026.3': 'sovra_api_gateway_http_request_duration_seconds' },
    type: 'histogram',
    labels: ['method', 'path'],
    help: 'API latency',
    buckets: CLIENT_BUCKETS,
  },
  apiInFlight: {
    ...api,
    name: { guide: 'sovra_api_active_connections', '2026.3': 'sovra_api_gateway_http_active_requests' },
    type: 'gauge',
    labels: [],
    help: 'API requests in flight',
  },
  apiErrors: {
    ...api,
    name: { guide: 'sovra_api_errors_total', '2026.3': 'sovra_api_gateway_errors_total' },
    type: 'counter',
    labels: ['type'],
    help: 'API errors',
  },
  authAttempts: {
    ...api,
    name: { guide: null, '2026.3': 'sovra_api_gateway_auth_attempts_total' },
    type: 'counter',
    labels: ['method', 'result'],
    help: 'Authentication attempts',
  },
  policyEvaluations: {
    ...api,
    name: same('sovra_policy_evaluations_total'),
    type: 'counter',
    labels: ['result'],
    help: 'Policy evaluations',
  },
  policyLatency: {
    ...api,
    name: same('sovra_policy_evaluation_duration_seconds'),
    type: 'histogram',
    labels: [],
    help: 'Policy evaluation latency',
    buckets: POLICY_BUCKETS,
  },
  policyCacheHits: {
    ...api,
    name: same('sovra_policy_cache_hits_total'),
    type: 'counter',
    labels: [],
    help: 'Policy cache hits',
  },
  policyCacheMisses: {
    ...api,
    name: same('sovra_policy_cache_misses_total'),
    type: 'counter',
    labels: [],
    help: 'Policy cache misses',
  },
  auditEvents: {
    ...api,
    name: same('sovra_audit_events_total'),
    type: 'counter',
    labels: ['event_type'],
    help: 'Audit events',
  },
  auditLag: {
    ...api,
    name: { guide: 'sovra_audit_lag_seconds', '2026.3': 'sovra_audit_sync_lag_seconds' },
    type: 'gauge',
    labels: [],
    help: 'Audit delivery lag',
  },
  auditQueue: {
    ...api,
    name: { guide: null, '2026.3': 'sovra_audit_queue_depth' },
    type: 'gauge',
    labels: [],
    help: 'Audit events waiting for delivery',
  },
  federationLinks: {
    ...api,
    name: { guide: 'sovra_federation_connections', '2026.3': 'sovra_federation_connections_active' },
    type: 'gauge',
    labels: ['status'],
    help: 'Federation links by status',
  },
  federationErrors: {
    ...api,
    name: { guide: null, '2026.3': 'sovra_federation_errors_total' },
    type: 'counter',
    labels: ['type'],
    help: 'Federation errors',
  },
  keyOperations: {
    ...api,
    name: { guide: null, '2026.3': 'sovra_keys_operations_total' },
    type: 'counter',
    labels: ['operation', 'result'],
    help: 'Key operations',
  },
  edgeHeartbeat: {
    ...api,
    name: { guide: 'sovra_edge_heartbeat_seconds', '2026.3': 'sovra_edge_heartbeat_age_seconds' },
    type: 'gauge',
    labels: ['node_id'],
    help: 'Seconds since the last heartbeat of an edge node',
  },
  edgeCertExpiry: {
    ...api,
    name: same('sovra_edge_cert_expiry_seconds'),
    type: 'gauge',
    labels: ['node_id'],
    help: 'Seconds until the certificate of an edge node expires',
  },
  edgeNodes: {
    ...api,
    name: { guide: null, '2026.3': 'sovra_edge_nodes_total' },
    type: 'gauge',
    labels: ['status'],
    help: 'Edge nodes by status',
  },
  databaseLatency: {
    ...api,
    name: { guide: 'sovra_database_query_duration_seconds', '2026.3': 'sovra_db_query_duration_seconds' },
    type: 'histogram',
    labels: ['operation'],
    help: 'Database query latency',
    buckets: CLIENT_BUCKETS,
  },
  databaseConnectionsActive: {
    ...api,
    name: { guide: null, '2026.3': 'sovra_db_connections_active' },
    type: 'gauge',
    labels: [],
    help: 'Database connections in use by the control plane',
  },
  databaseConnectionsIdle: {
    ...api,
    name: { guide: null, '2026.3': 'sovra_db_connections_idle' },
    type: 'gauge',
    labels: [],
    help: 'Idle database connections of the control plane',
  },

  vaultUnsealed: {
    name: same('vault_core_unsealed'),
    type: 'gauge',
    labels: [],
    job: ['vault'],
    help: '1 when unsealed; two series with different `cluster` after unsealing, none 30 s after sealing',
  },
  vaultAllocBytes: {
    name: same('vault_runtime_alloc_bytes'),
    type: 'gauge',
    labels: [],
    job: ['vault'],
    help: 'Memory allocated by Vault',
  },

  up: { name: same('up'), type: 'gauge', labels: [], job: 'any', help: '1 when the last scrape succeeded' },
  probeSuccess: {
    name: same('probe_success'),
    type: 'gauge',
    labels: [],
    job: ['vault-health', 'sovra-api-probe', 'edge-probe'],
    help: '1 when the probe got an answer that its module accepts',
  },
  probeHttpStatus: {
    name: same('probe_http_status_code'),
    type: 'gauge',
    labels: [],
    job: ['vault-health', 'sovra-api-probe', 'edge-probe'],
    help: 'HTTP status of the probe; 0 without an answer',
  },
  probeDuration: {
    name: same('probe_duration_seconds'),
    type: 'gauge',
    labels: [],
    job: ['vault-health', 'sovra-api-probe', 'edge-probe'],
    help: 'How long the probe took',
  },
  probeCertExpiry: {
    name: same('probe_ssl_earliest_cert_expiry'),
    type: 'gauge',
    labels: [],
    job: ['vault-health', 'edge-probe', 'sovra-api-probe'],
    help: 'Unix time at which the first certificate of the chain expires',
  },

  pgUp: {
    name: same('pg_up'),
    type: 'gauge',
    labels: [],
    job: ['postgres'],
    help: '1 when the exporter could query PostgreSQL',
  },
  pgConnections: {
    name: same('pg_stat_activity_count'),
    type: 'gauge',
    labels: [
      'datname',
      'server',
      'state',
      'usename',
      'application_name',
      'backend_type',
      'wait_event',
      'wait_event_type',
    ],
    job: ['postgres'],
    help: 'Connections by state',
  },
  pgMaxConnections: {
    name: same('pg_settings_max_connections'),
    type: 'gauge',
    labels: ['server'],
    job: ['postgres'],
    help: 'Configured limit of connections',
  },
  pgDatabaseSize: {
    name: same('pg_database_size_bytes'),
    type: 'gauge',
    labels: ['datname'],
    job: ['postgres'],
    help: 'Size of a database',
  },

  cronJobCreated: {
    name: same('kube_cronjob_created'),
    type: 'gauge',
    labels: ['cronjob'],
    job: ['kube-state-metrics'],
    help: 'When the CronJob was created (Unix time)',
  },
  cronJobSuspended: {
    name: same('kube_cronjob_spec_suspend'),
    type: 'gauge',
    labels: ['cronjob'],
    job: ['kube-state-metrics'],
    help: '1 when the CronJob is suspended',
  },
  cronJobLastSchedule: {
    name: same('kube_cronjob_status_last_schedule_time'),
    type: 'gauge',
    labels: ['cronjob'],
    job: ['kube-state-metrics'],
    help: 'When the CronJob last started a Job (Unix time)',
  },
  cronJobLastSuccess: {
    name: same('kube_cronjob_status_last_successful_time'),
    type: 'gauge',
    labels: ['cronjob'],
    job: ['kube-state-metrics'],
    help: 'When a Job of the CronJob last succeeded (Unix time)',
  },
  cronJobActive: {
    name: same('kube_cronjob_status_active'),
    type: 'gauge',
    labels: ['cronjob'],
    job: ['kube-state-metrics'],
    help: 'Jobs of the CronJob that run now',
  },
  jobFailed: {
    name: same('kube_job_status_failed'),
    type: 'gauge',
    labels: ['job_name', 'reason'],
    job: ['kube-state-metrics'],
    help: 'Failed pods of a Job',
  },
  jobOwner: {
    name: same('kube_job_owner'),
    type: 'gauge',
    labels: ['job_name', 'owner_kind', 'owner_name', 'owner_is_controller'],
    job: ['kube-state-metrics'],
    help: 'Which CronJob a Job belongs to',
  },
  jobStart: {
    name: same('kube_job_status_start_time'),
    type: 'gauge',
    labels: ['job_name'],
    job: ['kube-state-metrics'],
    help: 'When a Job started (Unix time)',
  },

  promRuleFailures: {
    name: same('prometheus_rule_evaluation_failures_total'),
    type: 'counter',
    labels: ['rule_group'],
    job: ['prometheus'],
    help: 'Rule evaluations that failed',
  },
  promReloadOk: {
    name: same('prometheus_config_last_reload_successful'),
    type: 'gauge',
    labels: [],
    job: ['prometheus'],
    help: '1 when the last reload succeeded',
  },
  promNotificationsDropped: {
    name: same('prometheus_notifications_dropped_total'),
    type: 'counter',
    labels: [],
    job: ['prometheus'],
    help: 'Alerts that could not be handed to an Alertmanager',
  },
  promAlertmanagers: {
    name: same('prometheus_notifications_alertmanagers_discovered'),
    type: 'gauge',
    labels: [],
    job: ['prometheus'],
    help: 'Alertmanagers that Prometheus knows',
  },
  promHeadSeries: {
    name: same('prometheus_tsdb_head_series'),
    type: 'gauge',
    labels: [],
    job: ['prometheus'],
    help: 'Series in memory',
  },
  amNotificationsFailed: {
    name: same('alertmanager_notifications_failed_total'),
    type: 'counter',
    labels: ['integration', 'reason', 'receiver_name'],
    job: ['alertmanager'],
    help: 'Notifications that were not delivered',
  },
  amNotifications: {
    name: same('alertmanager_notifications_total'),
    type: 'counter',
    labels: ['integration', 'receiver_name'],
    job: ['alertmanager'],
    help: 'Notifications that were attempted',
  },
  amReloadOk: {
    name: same('alertmanager_config_last_reload_successful'),
    type: 'gauge',
    labels: [],
    job: ['alertmanager'],
    help: '1 when the last reload succeeded',
  },
} as const satisfies Record<string, Metric>;

export type MetricId = keyof typeof METRICS;

/** The name of a metric in a dialect, or null where that dialect does not export it. */
export function metricName(id: MetricId, dialect: MetricDialect): string | null {
  return METRICS[id].name[dialect];
}

/** The catalogue by exported name, for the checks: `_bucket`, `_sum` and `_count` of histograms included. */
export function metricsByName(
  dialect: MetricDialect,
): ReadonlyMap<string, { id: MetricId; metric: Metric; series: 'plain' | 'bucket' | 'sum' | 'count' }> {
  const byName = new Map<string, { id: MetricId; metric: Metric; series: 'plain' | 'bucket' | 'sum' | 'count' }>();
  for (const id of Object.keys(METRICS) as MetricId[]) {
    const metric: Metric = METRICS[id];
    const name = metric.name[dialect];
    if (name === null) continue;
    if (metric.type !== 'histogram') byName.set(name, { id, metric, series: 'plain' });
    else
      for (const series of ['bucket', 'sum', 'count'] as const) byName.set(`${name}_${series}`, { id, metric, series });
  }
  return byName;
}
