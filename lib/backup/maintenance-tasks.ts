import type { TaskContainer } from '../operations/task-pod';
import type { PlannedTask, TaskTuning } from '../operations/task-set';
import type { SovraInstallation } from '../sovra/installation';
import { VERIFICATION_TAG } from './evidence';
import { PRUNE_SCRIPT } from './prune-script';
import type { RepositoryAccess, RestCredentials, S3Credentials } from './repository';
import { installationTag, PATIENTLY, RESTIC_RESOURCES, resticContainer, unlockContainer } from './restic';

/** How many snapshots of each kind stay; a snapshot that any of these keeps is kept. */
export interface KeepPolicy {
  /** The newest ones, whatever their time; at least `keepVerified`. @default 24 */
  readonly last?: number;
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
  /** Only what differs from the defaults. @default the newest 24, 24 hourly, 30 daily, 8 weekly, 12 monthly, 3 yearly */
  readonly keep?: KeepPolicy;
  /**
   * So many snapshots of each source that were read back have to stay; else it removes nothing and fails. It reads back
   * the newest ones itself, and tags them `verified`. @default 3
   */
  readonly keepVerified?: number;
  /**
   * How long one of its commands may have the repository to itself, as a duration in whole seconds, 30s at least. Backups
   * wait for it, so it is part of what can be lost. @default what the tightest recovery point leaves, at most 1h
   */
  readonly exclusiveFor?: string;
}

export interface VerificationProps extends TaskTuning {
  /** Share of the stored data that each run reads and verifies, in percent, above 0 and at most 100. @default 10 */
  readonly readDataPercent?: number;
}

export const KEEP: Required<KeepPolicy> = { last: 24, hourly: 24, daily: 30, weekly: 8, monthly: 12, yearly: 3 };
export const KEEP_VERIFIED = 3;
/** Between the signals that end a command of the pruner, and until the lock of one that was killed is gone; in seconds. */
const GRACE = 10;
/** restic asks for a lock once a minute at least. */
const LONGEST_PAUSE = 65;
/** Pruning takes away what verification is about to read. Backups exclude nobody, and only pruning excludes them. */
const REPOSITORY_USES = ['repository'];
export const PRUNE = 'sovra-backup-prune';
export const VERIFY = 'sovra-backup-verify';
export const INIT = 'sovra-backup-init';
const PRUNE_SCHEDULE = '0 5 * * *';
const VERIFY_SCHEDULE = '0 6 * * 3';

/**
 * Reads back the newest snapshot of each source, then removes what the policy does not keep, of this installation only,
 * and what nothing refers to any more.
 *
 * @param exclusive how long one command may have the repository to itself, in seconds
 */
export function pruneTask(
  sovra: SovraInstallation,
  namespace: string,
  access: RepositoryAccess,
  pruner: PrunerProps,
  exclusive: number,
): PlannedTask {
  const verified = pruner.keepVerified ?? KEEP_VERIFIED;
  const policy = Object.entries(KEEP).flatMap(([kind, usual]) => {
    // What is there but undefined is not given.
    const count = pruner.keep?.[kind as keyof KeepPolicy] ?? usual;
    return [`--keep-${kind}`, String(kind === 'last' ? Math.max(count, verified) : count)];
  });
  return {
    id: 'prune',
    property: 'pruner',
    schedule: PRUNE_SCHEDULE,
    tuning: pruner,
    props: {
      ...onRepository(namespace, access),
      name: PRUNE,
      purpose:
        'Old snapshots are not removed; the repository grows until its store is full, and then no backup succeeds. Or the newest ones cannot be read back.',
      // Tomorrow is another day, and a failure may mean that the newest snapshots cannot be read.
      retries: 0,
      levels: { ScheduledTaskLate: 'P3', ScheduledTaskMissing: 'P3' },
      initContainers: [unlockContainer(sovra, access)],
      containers: [
        {
          ...resticContainer(sovra, access, 'prune', [], pruner.resources ?? RESTIC_RESOURCES),
          command: ['/bin/sh', '-c', PRUNE_SCRIPT, PRUNE],
          args: ['--tag', installationTag(sovra), '--group-by', 'host,paths', ...policy],
          env: [
            ...access.env,
            { name: 'TZ', value: 'UTC' },
            { name: 'KEEP_VERIFIED', value: String(verified) },
            { name: 'ALONE', value: String(exclusive - GRACE) },
            { name: 'PAUSE', value: String(Math.min(exclusive, LONGEST_PAUSE)) },
          ],
        },
      ],
    },
  };
}

/**
 * Verifies the structure of the repository, and reads a share of its data, another one each time. Without a lock: it
 * changes nothing, and would keep every backup waiting for as long as it reads. It lists the snapshots before anything
 * else, so that those that come in the meantime do not disturb it; the pruner does, and runs at another time.
 */
export function verifyTask(
  sovra: SovraInstallation,
  namespace: string,
  access: RepositoryAccess,
  verification: VerificationProps,
): PlannedTask {
  const args = ['check', '--no-lock', `--read-data-subset=${verification.readDataPercent ?? 10}%`];
  return {
    id: 'verify',
    property: 'verification',
    schedule: VERIFY_SCHEDULE,
    tuning: verification,
    props: {
      ...onRepository(namespace, access),
      name: VERIFY,
      purpose: 'Nobody knows whether what is in the repository can be read back.',
      initContainers: [
        unlockContainer(sovra, access),
        resticContainer(sovra, access, 'verify', args, verification.resources),
      ],
      containers: [verificationEvidence(sovra, access)],
    },
  };
}

/** Leaves a snapshot of a word behind, when everything that was read was good: the repository itself then tells when that was. */
function verificationEvidence(sovra: SovraInstallation, access: RepositoryAccess): TaskContainer {
  const arguments_ = [
    ...['backup', ...PATIENTLY, '--host', sovra.name],
    ...['--tag', installationTag(sovra), '--tag', VERIFICATION_TAG],
    ...['--stdin-filename', 'verification.json', '--stdin-from-command', '--', 'echo', '{"verified":true}'],
  ];
  return resticContainer(sovra, access, 'evidence', arguments_);
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
