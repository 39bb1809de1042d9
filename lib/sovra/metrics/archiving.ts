import { type Metric, same } from './metric';

/** What is known of the log of PostgreSQL on its way into a store: by its exporter, or by CloudNativePG. */
export const ARCHIVING_METRICS = {
  pgArchived: {
    name: same('pg_stat_archiver_archived_count'),
    type: 'counter',
    labels: ['server'],
    job: ['postgres'],
    help: 'Pieces of the log that were stored; 0 where nothing is archived',
    optional: true,
  },
  pgArchiveFailures: {
    name: same('pg_stat_archiver_failed_count'),
    type: 'counter',
    labels: ['server'],
    job: ['postgres'],
    help: 'Tries to store a piece of the log that failed',
    optional: true,
  },
  pgArchiveAge: {
    name: same('pg_stat_archiver_last_archive_age'),
    type: 'gauge',
    labels: ['server'],
    job: ['postgres'],
    help: 'Seconds since a piece of the log was last stored',
    optional: true,
  },
  cnpgArchived: {
    name: same('cnpg_pg_stat_archiver_archived_count'),
    type: 'counter',
    labels: [],
    job: 'any',
    help: 'CloudNativePG: pieces of the log that were stored',
    optional: true,
  },
  cnpgArchiveAge: {
    name: same('cnpg_pg_stat_archiver_seconds_since_last_archival'),
    type: 'gauge',
    labels: [],
    job: 'any',
    help: 'CloudNativePG: seconds since a piece of the log was last stored; -1 if none ever was',
    optional: true,
  },
  cnpgWaiting: {
    name: same('cnpg_collector_pg_wal_archive_status'),
    type: 'gauge',
    labels: ['value'],
    job: 'any',
    help: 'CloudNativePG: pieces of the log, by state; `ready` ones wait to be stored',
    optional: true,
  },
  cnpgBaseBackup: {
    name: same('barman_cloud_cloudnative_pg_io_last_available_backup_timestamp'),
    type: 'gauge',
    labels: [],
    job: 'any',
    help: 'CloudNativePG: when the newest base backup was made (Unix time); 0 before the first',
    optional: true,
  },
} as const satisfies Record<string, Metric>;
