import type { PlannedTask, TaskTuning } from '../operations/task-set';
import type { SovraInstallation } from '../sovra/installation';
import type { RepositoryAccess, RestCredentials, S3Credentials } from './repository';
import { installationTag, MAINTENANCE_LOCK_WAIT, resticContainer } from './restic';

/** How many snapshots of each kind stay; a snapshot that any of these keeps is kept. */
export interface KeepPolicy {
  /** @default 24 */
  readonly hourly?: number;
  /** @default 30 */
  readonly daily?: number;
  /** @default 8 */
  readonly weekly?: number;
  /** @default 12 */
  readonly monthly?: number;
  /** @default 3 */
  readonly yearly?: number;
}

export interface PrunerProps extends TaskTuning {
  /**
   * Credentials that may delete, in a Secret of their own; of the kind that the repository takes. Left out for a volume,
   * which has none.
   */
  readonly credentials?: S3Credentials | RestCredentials;
  /** Only what differs from the defaults. @default 24 hourly, 30 daily, 8 weekly, 12 monthly, 3 yearly */
  readonly keep?: KeepPolicy;
}

export interface VerificationProps extends TaskTuning {
  /** Share of the stored data that each run reads and verifies, in percent, above 0 and at most 100. @default 10 */
  readonly readDataPercent?: number;
}

export const KEEP: Required<KeepPolicy> = { hourly: 24, daily: 30, weekly: 8, monthly: 12, yearly: 3 };
/** Both have the repository to themselves while they run. */
export const REPOSITORY_USES = ['repository'];
export const PRUNE = 'sovra-backup-prune';
export const VERIFY = 'sovra-backup-verify';
export const INIT = 'sovra-backup-init';
const PRUNE_SCHEDULE = '0 5 * * 0';
const VERIFY_SCHEDULE = '0 5 * * 3';

/** Removes what the policy does not keep, of this installation only, and what nothing refers to any more. */
export function pruneTask(
  sovra: SovraInstallation,
  namespace: string,
  access: RepositoryAccess,
  pruner: PrunerProps,
): PlannedTask {
  const keep = { ...KEEP, ...pruner.keep };
  const args = [
    ...[
      'forget',
      '--prune',
      '--retry-lock',
      MAINTENANCE_LOCK_WAIT,
      '--tag',
      installationTag(sovra),
      '--group-by',
      'host,paths',
    ],
    ...(Object.keys(KEEP) as (keyof KeepPolicy)[]).flatMap((k) => [`--keep-${k}`, String(keep[k] ?? KEEP[k])]),
  ];
  return {
    id: 'prune',
    property: 'pruner',
    schedule: PRUNE_SCHEDULE,
    tuning: pruner,
    props: {
      ...onRepository(namespace, access),
      name: PRUNE,
      purpose:
        'Old snapshots are not removed; the repository grows until its store is full, and then no backup succeeds.',
      levels: { ScheduledTaskFailed: 'P3', ScheduledTaskLate: 'P3', ScheduledTaskMissing: 'P3' },
      containers: [resticContainer(sovra, access, 'prune', args, pruner.resources)],
    },
  };
}

/** Verifies the structure of the repository, and reads a share of its data, another one each time. */
export function verifyTask(
  sovra: SovraInstallation,
  namespace: string,
  access: RepositoryAccess,
  verification: VerificationProps,
): PlannedTask {
  const args = [
    'check',
    '--retry-lock',
    MAINTENANCE_LOCK_WAIT,
    `--read-data-subset=${verification.readDataPercent ?? 10}%`,
  ];
  return {
    id: 'verify',
    property: 'verification',
    schedule: VERIFY_SCHEDULE,
    tuning: verification,
    props: {
      ...onRepository(namespace, access),
      name: VERIFY,
      purpose: 'Nobody knows whether what is in the repository can be read back.',
      containers: [resticContainer(sovra, access, 'verify', args, verification.resources)],
    },
  };
}

/**
 * Makes the repository; suspended, to be started once by hand. Not a step of each backup: one that finds no repository
 * has to fail, because making a new one would hide that the old one is gone.
 */
export function initProps(sovra: SovraInstallation, namespace: string, access: RepositoryAccess) {
  return {
    ...onRepository(namespace, access),
    name: INIT,
    schedule: '0 0 1 1 *',
    suspend: true,
    retries: 0,
    purpose: 'Started by hand, once, to make the repository.',
    images: sovra.images,
    containers: [resticContainer(sovra, access, 'init', ['init'])],
  };
}

function onRepository(namespace: string, access: RepositoryAccess) {
  return { namespace, component: 'backup', uses: REPOSITORY_USES, egress: access.egress, volumes: access.volumes };
}
