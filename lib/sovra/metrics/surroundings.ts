import { type Metric, same } from './metric';

/** What Vault, the probes, PostgreSQL's exporter and the kubelets tell of the parts around the control plane. */
export const SURROUNDINGS_METRICS = {
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

  // Whoever scrapes kubelets gives the job a name of his own.
  volumeAvailable: {
    name: same('kubelet_volume_stats_available_bytes'),
    type: 'gauge',
    labels: ['persistentvolumeclaim'],
    job: 'any',
    help: 'Bytes that are left on a persistent volume',
    optional: true,
  },
  volumeCapacity: {
    name: same('kubelet_volume_stats_capacity_bytes'),
    type: 'gauge',
    labels: ['persistentvolumeclaim'],
    job: 'any',
    help: 'Size of a persistent volume',
    optional: true,
  },
} as const satisfies Record<string, Metric>;
