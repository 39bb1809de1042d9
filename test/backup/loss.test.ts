import { backupTimes, leftBySchedule, lossSummands, type TimedBackup, worstLoss } from '../../lib/backup/promise';
import { cronerRuns, TEN_ZONES } from '../schedule/croner';
import { utc } from '../schedule/reference';
import fc from '../support/fast-check';

/** The sums of lib/backup/promise.ts against runs that are played, at the times that croner says. Times are seconds. */

/** How late a run starts, how long it waits for the pruner, how long it works: each as a share of what is allowed. */
type Delays = (
  backup: TimedBackup,
  run: number,
) => { readonly late: number; readonly wait: number; readonly work: number };
interface Copy {
  readonly start: number;
  readonly end: number;
}

/** Every run, in order; one that is due while the one before is under way starts behind it. */
function play(backup: TimedBackup, runs: readonly number[], exclusive: number, delays: Delays): Copy[] {
  const { start, run } = backupTimes(backup);
  let before = Number.NEGATIVE_INFINITY;
  return runs.map((minute, i) => {
    const { late, wait, work } = delays(backup, i);
    const due = minute * 60;
    const started = Math.max(due + late * start, before);
    // Later than that, the controller would not start it any more.
    expect(started).toBeLessThanOrEqual(due + start);
    before = started + wait * exclusive + work * run;
    return { start: started, end: before };
  });
}

/** From when a copy counts: for a dump, when each Vault has a copy that was begun after the dump had ended. */
function countsFrom(copy: Copy, vaults: readonly (readonly Copy[])[]): number | undefined {
  const ends = vaults.map((copies) => copies.find((v) => v.start > copy.end)?.end);
  return ends.includes(undefined) ? undefined : Math.max(copy.end, ...(ends as number[]));
}

/** The most that would have been lost: just before a copy counts, the newest one that does is oldest. */
function largestLoss(copies: readonly Copy[], vaults: readonly (readonly Copy[])[]): number {
  const points = copies.flatMap((copy) => {
    const from = countsFrom(copy, vaults);
    return from === undefined ? [] : [{ from, data: copy.start }];
  });
  points.sort((a, b) => a.from - b.from);
  let [newest, largest] = [points[0]?.data ?? 0, 0];
  for (const { from, data } of points.slice(1)) {
    largest = Math.max(largest, from - newest);
    newest = Math.max(newest, data);
  }
  return largest;
}

const backup = (
  source: 'postgres' | 'vault',
  schedule: string,
  timeZone: string,
  workSeconds?: number,
): TimedBackup => ({
  ...{ source, subject: source, task: source, property: source, keeps: [], schedule, timeZone },
  workSeconds,
});

function lossOf(
  database: TimedBackup,
  vaults: readonly TimedBackup[],
  exclusive: number,
  days: number[],
  delays: Delays,
) {
  const [from = 0, to = 0] = days;
  const played = [database, ...vaults].map((b) =>
    play(b, cronerRuns(b.schedule, b.timeZone, from, to), exclusive, delays),
  );
  const [dumps = [], ...snapshots] = played;
  const all = [database, ...vaults];
  return {
    database: { real: largestLoss(dumps, snapshots), sum: worstLoss(lossSummands(database, all, exclusive)) },
    vaults: vaults.map((v, i) => ({
      real: largestLoss(snapshots[i] ?? [], []),
      sum: worstLoss(lossSummands(v, all, exclusive)),
    })),
  };
}

/** Hours of the day, when no zone changes its clock: there croner reads a schedule in another way than Kubernetes. */
const byDay = fc.constantFrom('0 5 * * *', '30 6,18 * * *', '15 9 * * 1', '0 7,12,20 * * 1-5');
const often = fc.constantFrom(
  '*/2 * * * *',
  '1-59/2 * * * *',
  '*/5 * * * *',
  '7,37 * * * *',
  '*/7 * * * *',
  '0 * * * *',
);
const shares = fc.infiniteStream(fc.constantFrom(0, 0, 0.3, 1, 1));
const chance = shares.map((stream): Delays => {
  const next = (): number => stream.next().value ?? 0;
  return () => ({ late: next(), wait: next(), work: next() });
});
const share = fc.double({ min: 0, max: 1, noNaN: true });

/** The longest wait that the library allows beside these schedules, or less. */
function exclusiveFor(backups: readonly TimedBackup[], part: number): number {
  return Math.floor(part * Math.min(3600, ...backups.map(leftBySchedule)));
}

describe('what is lost is never more than the sum', () => {
  test.each(TEN_ZONES)('in %s, over two years of days', (zone) => {
    fc.assert(
      fc.property(byDay, byDay, chance, share, (dump, snapshot, delays, part) => {
        const [database, vault] = [backup('postgres', dump, zone), backup('vault', snapshot, zone)];
        const days = [utc('2025-01-01'), utc('2027-01-01')];
        const loss = lossOf(database, [vault], exclusiveFor([database, vault], part), days, delays);
        for (const { real, sum } of [loss.database, ...loss.vaults]) expect(real).toBeLessThanOrEqual(sum);
      }),
      { numRuns: 2 },
    );
  });

  test.each(TEN_ZONES)('in %s, every few minutes', (zone) => {
    fc.assert(
      fc.property(often, often, often, chance, share, (dump, one, other, delays, part) => {
        const database = backup('postgres', dump, zone);
        const vaults = [backup('vault', one, zone), backup('vault', other, zone)];
        const days = [utc('2025-03-29T23:00'), utc('2025-03-30T03:00')];
        const loss = lossOf(database, vaults, exclusiveFor([database, ...vaults], part), days, delays);
        for (const { real, sum } of [loss.database, ...loss.vaults]) expect(real).toBeLessThanOrEqual(sum);
      }),
      { numRuns: 4 },
    );
  });
});

describe('what is lost is the sum when everything goes as slowly as it may', () => {
  const days = [utc('2026-11-24T00:00'), utc('2026-11-24T01:00')];
  /** Everything at once until a minute, then everything as late as it may be. */
  const from =
    (minutes: Readonly<Record<string, number>>): Delays =>
    (b, run) => {
      const share = run >= (minutes[b.source] ?? 0) ? 1 : 0;
      return { late: share, wait: share, work: share };
    };

  test('a Vault: the first run at once, the next one late, waiting and slow', () => {
    const vault = backup('vault', '*/2 * * * *', 'Etc/UTC');
    const loss = lossOf(backup('postgres', '0 0 1 1 *', 'Etc/UTC'), [vault], 50, days, from({ vault: 5 }));
    expect(loss.vaults[0]).toEqual({ real: 290, sum: 290 });
  });

  test('a database: its dump ends just after a Vault was begun, and the next of that Vault is late, waiting and slow', () => {
    // 75 s late, 165 s of work, 60 s of waiting: five minutes, to the second at which the Vault of odd minutes begins.
    const database = backup('postgres', '*/5 * * * *', 'Etc/UTC', 165);
    const vaults = [backup('vault', '1-59/2 * * * *', 'Etc/UTC')];
    // The dump of minute 10 (the third) ends at 15:00; of the odd minutes, 15 is the eighth.
    const loss = lossOf(database, vaults, 60, days, from({ postgres: 2, vault: 8 }));
    expect(loss.database).toEqual({ real: 900, sum: 900 });
  });

  test('over the longest day of the year', () => {
    const vault = backup('vault', '0 5 * * *', 'Europe/Zurich');
    const autumn = [utc('2025-10-20'), utc('2025-10-29')];
    // The run of the 25th is the sixth; clocks go back in the night after it.
    const loss = lossOf(backup('postgres', '0 0 1 1 *', 'Etc/UTC'), [vault], 600, autumn, from({ vault: 6 }));
    expect(loss.vaults[0]?.real).toBe(loss.vaults[0]?.sum);
    expect(loss.vaults[0]?.sum).toBe(25 * 3600 + 5.75 * 3600 + 4 * 3600 + 600);
  });
});
