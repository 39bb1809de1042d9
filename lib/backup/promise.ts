import { taskTiming } from '../operations/task';
import type { RecoveryComponent, RecoveryTimes } from '../sovra/recovery';

/**
 * What can be lost, as a sum. Pure arithmetic; all times are whole seconds.
 *
 * A run copies what is there when it starts, and its copy counts from its end. Between two runs that succeed, the newest
 * copy is therefore oldest just before the second one ends: it started up to `start` after its minute, and then took up to
 * `run`, plus up to `exclusive` while the pruner had the repository to itself. The waiting is added to the deadline of the
 * Job, so it never spends the time for the work; and both together end before the next run is due, so no run delays the
 * next one by more than that one may be late anyway. (Without this, a run that waits too long would fail, and the loss
 * would grow by the whole time between two runs.)
 *
 * A run that fails is not in the sum: it is told by an alert, and the next one makes it good.
 */
export interface LossSummands {
  /** The longest time between two runs, changes of the clock included. */
  readonly schedule: number;
  /** How late a run may start. */
  readonly start: number;
  /** How long its work may take. */
  readonly run: number;
  /** How long it may wait while the pruner has the repository to itself; 0 without a pruner. */
  readonly exclusive: number;
  /**
   * From the end of a dump until each Vault has a snapshot that is not older, as long as a Vault's own worst loss; 0 where
   * none belongs to it. A database must never be newer than the Vault that is restored with it: rows refer to keys.
   */
  readonly vaults: number;
}

export type BackupSource = 'postgres' | 'vault' | 'kubernetes';

/** A backup as far as times are concerned. */
export interface TimedBackup {
  readonly source: BackupSource;
  /** What is copied: the database, the id of the edge node, the namespace. */
  readonly subject: string;
  /** Name of the CronJob. */
  readonly task: string;
  /** Under which property of the construct the user finds it. */
  readonly property: string;
  /** What it keeps the recovery point of. Empty: a second line, which is held to none. */
  readonly keeps: readonly RecoveryComponent[];
  readonly schedule: string;
  readonly timeZone: string;
  /** How long its work may take, in seconds. @default half of the shortest time between two runs, at most 4 h */
  readonly workSeconds?: number;
}

/** A recovery point that is kept, with what can be lost at worst. */
export interface RecoveryPromise extends RecoveryTimes {
  readonly component: RecoveryComponent;
  readonly source: BackupSource;
  readonly subject: string;
  /** Name of the CronJob that keeps it. */
  readonly task: string;
  /** The sum of `summands`; never above `rpoSeconds`. */
  readonly worstLossSeconds: number;
  readonly summands: LossSummands;
}

/** What the pruner must have at least: to remove a few snapshots of a small repository takes seconds. */
export const SHORTEST_EXCLUSIVE = 30;
/** More than this it does not take, however much is left. */
const LONGEST_EXCLUSIVE = 3600;
/** Between the deadline of a Job and the next run: its pod has to end. */
export const PAUSE = 10;
const LONGEST_WORK = 4 * 3600;

/** The part of a backup's times that does not depend on others. */
export interface BackupTimes {
  readonly smallestGap: number;
  readonly largestGap: number;
  readonly start: number;
  readonly run: number;
}

export function backupTimes(backup: Pick<TimedBackup, 'schedule' | 'timeZone' | 'workSeconds'>): BackupTimes {
  const timing = taskTiming(backup.schedule, backup.timeZone);
  return {
    smallestGap: timing.smallestGapSeconds,
    largestGap: timing.largestGapSeconds,
    start: timing.startingDeadlineSeconds,
    run: backup.workSeconds ?? Math.min(Math.floor(timing.smallestGapSeconds / 2), LONGEST_WORK),
  };
}

export function worstLoss(s: LossSummands): number {
  return s.schedule + s.start + s.run + s.exclusive + s.vaults;
}

/** The summands of one backup, of all those that are beside it. */
export function lossSummands(backup: TimedBackup, all: readonly TimedBackup[], exclusive: number): LossSummands {
  const { largestGap, start, run } = backupTimes(backup);
  const vaults = backup.source === 'postgres' ? all.filter((b) => b.source === 'vault') : [];
  const own = (vault: TimedBackup) => worstLoss(lossSummands(vault, all, exclusive));
  return { schedule: largestGap, start, run, exclusive, vaults: Math.max(0, ...vaults.map(own)) };
}

/** One promise for each component that a backup keeps the recovery point of. */
export function recoveryPromises(
  backups: readonly TimedBackup[],
  objectives: Readonly<Record<RecoveryComponent, RecoveryTimes>>,
  exclusive: number,
): RecoveryPromise[] {
  return backups.flatMap((backup) => {
    const summands = lossSummands(backup, backups, exclusive);
    const { source, subject, task } = backup;
    return backup.keeps.map((component) => ({
      component,
      source,
      subject,
      task,
      ...objectives[component],
      worstLossSeconds: worstLoss(summands),
      summands,
    }));
  });
}

/**
 * How long the pruner may have the repository to itself: what the tightest recovery point and the tightest schedule
 * leave, an hour at most. Never less than it needs; where that is more than is left, a promise is broken.
 */
export function exclusiveSeconds(
  backups: readonly TimedBackup[],
  objectives: Readonly<Record<RecoveryComponent, RecoveryTimes>>,
): number {
  const left = recoveryPromises(backups, objectives, 0).map((p) => {
    // Where Vaults belong to it, it may have to wait twice: with the dump, and with the snapshot of a Vault.
    const waits = p.summands.vaults > 0 ? 2 : 1;
    return Math.floor((p.rpoSeconds - p.worstLossSeconds) / waits);
  });
  return Math.max(SHORTEST_EXCLUSIVE, Math.min(LONGEST_EXCLUSIVE, ...left, ...backups.map(leftBySchedule)));
}

/** What a run may wait and still end before the next one is due. */
export function leftBySchedule(backup: TimedBackup): number {
  const { smallestGap, run } = backupTimes(backup);
  return smallestGap - run - PAUSE;
}

/** How often something may run, the least often first. */
const SCHEDULES = [
  '0 3 * * *',
  '0 */12 * * *',
  '0 */6 * * *',
  '0 */4 * * *',
  '0 */2 * * *',
  '0 * * * *',
  '*/30 * * * *',
  '*/20 * * * *',
  '*/15 * * * *',
  '*/10 * * * *',
  '*/6 * * * *',
  '*/5 * * * *',
  '*/4 * * * *',
  '*/3 * * * *',
  '*/2 * * * *',
] as const;

/** The schedule with the fewest runs that keeps a recovery point, with the deadlines that follow; undefined if none does. */
export function scheduleFor(
  rpoSeconds: number,
  backup: TimedBackup,
  all: readonly TimedBackup[],
  exclusive: number,
): string | undefined {
  return SCHEDULES.find((schedule) => {
    const other: TimedBackup = { ...backup, schedule, workSeconds: undefined };
    return (
      worstLoss(lossSummands(other, all, exclusive)) <= rpoSeconds &&
      (exclusive === 0 || exclusive <= leftBySchedule(other))
    );
  });
}
