import { formatDuration } from '../schedule/duration';
import { Checker } from '../validate';
import {
  backupTimes,
  leftBySchedule,
  PAUSE,
  type RecoveryPromise,
  SHORTEST_EXCLUSIVE,
  scheduleFor,
  type TimedBackup,
} from './promise';

/**
 * Holds the times of the backups against what was promised. Of several Vaults with the same trouble, the worst is named.
 *
 * @throws {SovraOpsError} with every summand, the sum, the recovery point, and what can be done
 */
export function checkPromises(
  construct: string,
  backups: readonly TimedBackup[],
  promises: readonly RecoveryPromise[],
  exclusive: number,
): void {
  const deadlines = new Checker(construct);
  for (const backup of distinct(backups, (b) => b.property)) checkDeadline(deadlines, backup, exclusive);
  // A sum with a deadline in it that cannot be would say nothing.
  deadlines.done();
  const c = new Checker(construct);
  const broken = promises.filter((p) => p.worstLossSeconds > p.rpoSeconds);
  for (const promise of distinct(byLoss(broken), (p) => `${p.component} ${p.source}`)) {
    const backup = backups.find((b) => b.task === promise.task) as TimedBackup;
    c.add({
      property: `${backup.property}.schedule`,
      given: backup.schedule,
      allowed: `a loss of at most ${formatDuration(promise.rpoSeconds)} (recovery.${promise.component}.rpo); ${sum(promise, backup)}`,
      remedy: remedy(promise, backup, backups, exclusive),
    });
  }
  c.done();
}

/** Work and waiting have to be over before the next run is due. */
function checkDeadline(c: Checker, backup: TimedBackup, exclusive: number): void {
  const { smallestGap, run } = backupTimes(backup);
  if (exclusive > 0 ? exclusive <= leftBySchedule(backup) : run < smallestGap) return;
  const [property, given] =
    backup.workSeconds === undefined ? ['schedule', backup.schedule] : ['activeDeadline', formatDuration(run)];
  const waiting = [
    `${formatDuration(run)} for its work`,
    `${formatDuration(exclusive)} while the pruner has the repository to itself`,
    `${formatDuration(PAUSE)} to end = ${formatDuration(run + exclusive + PAUSE)}`,
  ];
  c.add({
    property: `${backup.property}.${property}`,
    given,
    allowed: `less than ${formatDuration(smallestGap)}, the shortest time between two runs of "${backup.schedule}" (${backup.timeZone})${exclusive === 0 ? '' : `; here ${waiting.join(' + ')}`}`,
    remedy: `Run it less often, or give it less time (activeDeadline)${exclusive === 0 ? '' : `, or the pruner (pruner.exclusiveFor, ${SHORTEST_EXCLUSIVE}s at least)`}: a run that hangs must end before the next is due.`,
  });
}

/** What can be lost, as a sum to be checked by hand. */
function sum({ summands: s, worstLossSeconds }: RecoveryPromise, backup: TimedBackup): string {
  const parts: readonly (readonly [number, string])[] = [
    [s.schedule, 'between two runs'],
    [s.start, 'until one starts'],
    [s.run, 'for its work'],
    [s.exclusive, 'while the pruner has the repository to itself'],
    [s.vaults, 'until every Vault has its snapshot'],
  ];
  const text = parts.filter(([value]) => value > 0).map(([value, what]) => `${formatDuration(value)} ${what}`);
  return `"${backup.schedule}" (${backup.timeZone}) can lose ${text.join(' + ')} = ${formatDuration(worstLossSeconds)}`;
}

function remedy(
  promise: RecoveryPromise,
  backup: TimedBackup,
  backups: readonly TimedBackup[],
  exclusive: number,
): string {
  const schedule = scheduleFor(promise.rpoSeconds, backup, backups, exclusive);
  const run =
    schedule === undefined ? 'No schedule of its own is enough:' : `Run it at "${schedule}"${ownDeadline(backup)}, or`;
  const archive = backup.source === 'postgres' ? ' archive the log of the database (postgres.archiving), or' : '';
  const accepted = formatDuration(promise.worstLossSeconds);
  return `${run}${archive} state the loss that you accept: recovery: { ${promise.component}: { rpo: "${accepted}" } }.`;
}

/** The example reckons with the deadline that follows from the schedule. */
const ownDeadline = (backup: TimedBackup): string =>
  backup.workSeconds === undefined ? '' : ' without an activeDeadline';

const byLoss = (promises: readonly RecoveryPromise[]): readonly RecoveryPromise[] =>
  [...promises].sort((a, b) => b.worstLossSeconds - a.worstLossSeconds);

/** The first of each. */
function distinct<T>(all: readonly T[], key: (one: T) => string): T[] {
  return [...new Map([...all].reverse().map((one) => [key(one), one])).values()].reverse();
}
