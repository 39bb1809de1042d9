import { taskTiming } from '../operations/task';
import { formatDuration, seconds } from '../schedule/duration';
import type { Database, SovraInstallation } from '../sovra/installation';
import type { RecoveryComponent, RecoveryTimes } from '../sovra/recovery';
import { Checker } from '../validate';
import type { ArchivingProps } from './archiving';
import { pgBackRest } from './pgbackrest';
import { CHECK_SCHEDULE, checkSeconds } from './pgbackrest-tasks';

/** What can be lost where the log of the database is archived, as a sum; all in seconds. */
export interface ArchiveSummands {
  /** After so long PostgreSQL hands over a piece of its log that is not full. */
  readonly archiveTimeout: number;
  /** How long its way into the store may take. */
  readonly push: number;
  /** From when a piece is overdue until the alert fires. The check is in it: it also moves the log on after a recovery, when PostgreSQL does not look at its timeout until the next checkpoint. */
  readonly unseen: number;
  /**
   * What a Vault may be older beyond that. The moment to which a database is restored can be chosen, so it is that of the
   * Vault: the larger of both is lost, where dumps have to add them up.
   */
  readonly vaults: number;
}

/** A recovery point that the archive keeps. */
export interface ArchivingPromise extends RecoveryTimes {
  readonly component: RecoveryComponent;
  readonly source: 'postgres';
  readonly subject: string;
  /** The CronJob, or the ScheduledBackup, that it can be looked up by. */
  readonly task: string;
  readonly worstLossSeconds: number;
  readonly summands: ArchiveSummands;
}

/** How long the condition of the alert has to hold. */
export const ARCHIVE_FOR = 180;
/** Until Prometheus has asked, and has evaluated. */
const SEEN = 90;

/** The times that promise and alert are made of, in seconds. */
export interface ArchiveTimes {
  readonly archiveTimeout: number;
  readonly push: number;
  /** The oldest that the last good piece can be while all is well. */
  readonly maxAge: number;
}

export function archiveTimes(
  sovra: SovraInstallation,
  database: Database,
  archiving: ArchivingProps,
  timeZone: string,
): ArchiveTimes {
  if ('cloudNativePg' in archiving) {
    const { archiveTimeout, pushWithin } = archiving.cloudNativePg;
    const times = { archiveTimeout: seconds(archiveTimeout ?? '1m'), push: seconds(pushWithin ?? '1m') };
    return { ...times, maxAge: times.archiveTimeout + times.push };
  }
  const p = pgBackRest(sovra, database, archiving.pgBackRest);
  const { check } = p.props;
  const deadline = checkSeconds(p);
  const timing = taskTiming(check?.schedule ?? CHECK_SCHEDULE, timeZone, deadline);
  // A database in which nothing happens hands over nothing but what the check asks for.
  const idle = timing.largestGapSeconds + timing.startingDeadlineSeconds + deadline;
  const busy = p.archiveTimeoutSeconds + p.pushSeconds;
  return { archiveTimeout: p.archiveTimeoutSeconds, push: p.pushSeconds, maxAge: Math.max(idle, busy) };
}

/** @param vaultLoss the most that a Vault can lose, in seconds; 0 where there is none */
export function archiveSummands(times: ArchiveTimes, vaultLoss: number): ArchiveSummands {
  const { archiveTimeout, push, maxAge } = times;
  const unseen = maxAge - archiveTimeout - push + ARCHIVE_FOR + SEEN;
  return { archiveTimeout, push, unseen, vaults: Math.max(0, vaultLoss - archiveTimeout - push - unseen) };
}

export function archiveLoss(s: ArchiveSummands): number {
  return s.archiveTimeout + s.push + s.unseen + s.vaults;
}

/** One promise for each component; the federation's state lies in the database. */
export function archivingPromises(
  promised: Pick<ArchivingPromise, 'subject' | 'task'> & { readonly keeps: readonly RecoveryComponent[] },
  objectives: Readonly<Record<RecoveryComponent, RecoveryTimes>>,
  summands: ArchiveSummands,
): ArchivingPromise[] {
  const { keeps, subject, task } = promised;
  const worstLossSeconds = archiveLoss(summands);
  return keeps.map((component) => ({
    component,
    source: 'postgres',
    subject,
    task,
    ...objectives[component],
    worstLossSeconds,
    summands,
  }));
}

/** @throws {SovraOpsError} with every summand, the sum, the recovery point, and what can be done */
export function checkArchivingPromises(construct: string, promises: readonly ArchivingPromise[]): void {
  const c = new Checker(construct);
  for (const { component, summands: s, worstLossSeconds, rpoSeconds } of promises) {
    const parts: readonly (readonly [number, string])[] = [
      [s.archiveTimeout, 'until a piece of the log is handed over'],
      [s.push, 'on its way into the store'],
      [s.unseen, 'until somebody is told that it stays away'],
      [s.vaults, 'that a Vault may be older than that'],
    ];
    const sum = parts.filter(([value]) => value > 0).map(([value, what]) => `${formatDuration(value)} ${what}`);
    c.require(worstLossSeconds <= rpoSeconds, {
      property: 'postgres.archiving',
      given: formatDuration(worstLossSeconds),
      allowed: `a loss of at most ${formatDuration(rpoSeconds)} (recovery.${component}.rpo); ${sum.join(' + ')} = ${formatDuration(worstLossSeconds)}`,
      remedy: `Run the check more often (check: { schedule: "*/2 * * * *" }), shorten archiveTimeout or pushWithin, or state the loss that you accept: recovery: { ${component}: { rpo: "${formatDuration(worstLossSeconds)}" } }.`,
    });
  }
  c.done();
}
