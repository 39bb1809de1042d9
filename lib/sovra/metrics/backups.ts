import { type Metric, same } from './metric';

const COPY = ['source', 'host', 'path'] as const;

/** What the evidence of `SovraBackupSchedule` reads out of the repository; the gateway beside it serves it. */
export const BACKUP_METRICS = {
  backupSnapshotTime: {
    name: same('sovra_backup_snapshot_timestamp_seconds'),
    type: 'gauge',
    labels: COPY,
    job: ['sovra-backup'],
    help: 'When the newest snapshot of a source was begun (Unix time): what it holds is at least that new',
  },
  backupSnapshotSize: {
    name: same('sovra_backup_snapshot_bytes'),
    type: 'gauge',
    labels: COPY,
    job: ['sovra-backup'],
    help: 'Bytes that the newest snapshot of a source holds, before deduplication and compression',
  },
  backupSnapshots: {
    name: same('sovra_backup_snapshots'),
    type: 'gauge',
    labels: COPY,
    job: ['sovra-backup'],
    help: 'Snapshots of a source in the repository',
  },
  backupVerifiedSnapshots: {
    name: same('sovra_backup_verified_snapshots'),
    type: 'gauge',
    labels: COPY,
    job: ['sovra-backup'],
    help: 'Snapshots of a source that were read back as a whole',
  },
  backupRecoverySetTime: {
    name: same('sovra_backup_recovery_set_timestamp_seconds'),
    type: 'gauge',
    labels: [],
    job: ['sovra-backup'],
    help: 'The newest point of the database (Unix time) for which every Vault has a snapshot that is newer',
  },
  backupVerificationTime: {
    name: same('sovra_backup_verification_timestamp_seconds'),
    type: 'gauge',
    labels: [],
    job: ['sovra-backup'],
    help: 'When the repository was last verified with success (Unix time)',
  },
  restoreDrillTime: {
    name: same('sovra_restore_drill_timestamp_seconds'),
    type: 'gauge',
    labels: ['source'],
    job: ['sovra-backup'],
    help: 'When a source was last restored for trial and found to be equal (Unix time)',
  },
  restoreDrillDuration: {
    name: same('sovra_restore_drill_duration_seconds'),
    type: 'gauge',
    labels: ['source'],
    job: ['sovra-backup'],
    help: 'How long the last restore for trial took',
  },
  restoreDrillSize: {
    name: same('sovra_restore_drill_bytes'),
    type: 'gauge',
    labels: ['source'],
    job: ['sovra-backup'],
    help: 'How much the last restore for trial brought back',
  },
  backupEvidenceTime: {
    name: same('push_time_seconds'),
    type: 'gauge',
    labels: [],
    job: ['sovra-backup'],
    help: 'When the repository was last looked into (Unix time)',
  },
} as const satisfies Record<string, Metric>;
