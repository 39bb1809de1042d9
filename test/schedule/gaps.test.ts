import { sharesMinute } from '../../lib/schedule/coincide';
import { cronOf } from '../../lib/schedule/cron';
import { largestGap, smallestGap } from '../../lib/schedule/gaps';
import { shift } from '../../lib/schedule/shift';
import { zoneSegments } from '../../lib/schedule/zone';
import fc from '../support/fast-check';
import { countedGaps, dailySchedules, offsetAt, runsBetween, schedules, utc, ZONES } from './reference';

const H = 3600;
const D = 24 * H;
const largest = (schedule: string, zone?: string) => largestGap(cronOf(schedule), zone);
const smallest = (schedule: string, zone?: string) => smallestGap(cronOf(schedule), zone);

describe('the time between runs', () => {
  test.each([
    ['* * * * *', 60, 60],
    ['*/5 * * * *', 300, 300],
    ['*/7 * * * *', 7 * 60, 4 * 60],
    ['0 * * * *', H, H],
    ['0 3 * * *', D, D],
    ['0 3,15 * * *', 12 * H, 12 * H],
    ['0 3,4 * * *', 23 * H, H],
    ['0 3 * * 0', 7 * D, 7 * D],
    ['0 3 * * 1-5', 3 * D, D],
    ['0 0 1 * *', 31 * D, 28 * D],
    ['0 0 31 * *', 61 * D, 31 * D],
    ['0 0 1 1 *', 366 * D, 365 * D],
    ['0 0 29 2 *', 4 * 366 * D - 3 * D, 4 * 366 * D - 3 * D],
    ['0 0 1 * 1', 7 * D, D],
  ])('of %s is at most %i s and at least %i s', (schedule, most, least) => {
    expect([largest(schedule), smallest(schedule)]).toEqual([most, least]);
    expect([largest(schedule, 'Etc/UTC'), smallest(schedule, 'Etc/UTC')]).toEqual([most, least]);
  });

  test.each([
    ['0 3 * * *', 'Europe/Zurich', 25 * H, 23 * H],
    ['30 2 * * *', 'Europe/Zurich', 47 * H, H],
    ['30 2 * * 0', 'Europe/Zurich', 14 * D - H, H],
    ['0 * * * *', 'Europe/Zurich', H, H],
    ['0 12 * * *', 'Asia/Kolkata', D, D],
    ['30 0 * * *', 'America/Santiago', 47 * H, D],
    ['15 2 * * *', 'Australia/Lord_Howe', 47.5 * H, D],
  ])('of %s in %s, where clocks change, is at most %i s and at least %i s', (schedule, zone, most, least) => {
    expect([largest(schedule, zone), smallest(schedule, zone)]).toEqual([most, least]);
  });

  test('is what counting the minutes of two years gives, for daily schedules in any zone', () => {
    fc.assert(
      fc.property(dailySchedules, fc.constantFrom(...ZONES), (schedule, zone) => {
        const counted = countedGaps(runsBetween(cronOf(schedule), zone, utc('2025-01-01'), utc('2027-01-01')));
        expect({ largest: largest(schedule, zone), smallest: smallest(schedule, zone) }).toEqual(counted);
      }),
      { numRuns: 12 },
    );
  });

  test('is never exceeded, for any schedule in any zone', () => {
    fc.assert(
      fc.property(schedules, fc.constantFrom(...ZONES), (schedule, zone) => {
        const counted = countedGaps(runsBetween(cronOf(schedule), zone, utc('2025-01-01'), utc('2027-01-01')));
        expect(largest(schedule, zone)).toBeGreaterThanOrEqual(counted.largest);
        expect(smallest(schedule, zone)).toBeLessThanOrEqual(counted.smallest);
      }),
      { numRuns: 25 },
    );
  });
});

describe('zones', () => {
  test.each(ZONES)('%s: the offsets are those of the wall clock', (zone) => {
    const segments = zoneSegments(zone);
    const at = (minute: number) => segments.filter((s) => s.from <= minute).at(-1)?.offset;
    const epoch = utc('2024-01-01');
    for (let minute = 0; minute < 3 * 366 * 1440; minute += 15) {
      if (at(minute) !== offsetAt(zone, epoch + minute))
        throw new Error(`${zone} differs at ${new Date((epoch + minute) * 60_000).toISOString()}`);
    }
    expect(segments[0]?.from).toBe(0);
  });

  // 2024 and 2025 only: what governments decide for later years differs between the zone data of two releases of Node.
  test('Morocco, whose summer time pauses for a month', () => {
    expect(
      zoneSegments('Africa/Casablanca')
        .filter((s) => s.from < (366 + 365) * 1440)
        .map((s) => s.offset),
    ).toEqual([60, 0, 60, 0, 60]);
  });
});

describe('sharing a minute', () => {
  const shares = (a: string, b: string, zoneA?: string, zoneB?: string) =>
    sharesMinute({ cron: cronOf(a), timeZone: zoneA }, { cron: cronOf(b), timeZone: zoneB });

  test.each([
    ['0 3 * * *', '0 3 * * *', true],
    ['0 3 * * *', '15 3 * * *', false],
    ['0 3 * * *', '*/15 * * * *', true],
    ['0 3 * * 1', '0 3 * * 2', false],
    ['0 3 31 * *', '0 3 * 2,4,6 *', false],
    ['0 3 29 2 *', '0 3 * * 1', true],
    ['0 3 1 * *', '0 3 * * 0', true],
  ])('%s and %s: %s', (a, b, expected) => {
    expect([shares(a, b), shares(b, a)]).toEqual([expected, expected]);
  });

  test.each([
    ['0 3 * * *', 'Etc/UTC', '0 4 * * *', 'Europe/Zurich', true],
    ['0 3 * * *', 'Etc/UTC', '0 5 * * *', 'Europe/Zurich', true],
    ['0 3 * * *', 'Etc/UTC', '0 6 * * *', 'Europe/Zurich', false],
    ['0 3 * 7 *', 'Etc/UTC', '0 4 * * *', 'Europe/Zurich', false],
    ['0 23 * * 0', 'Etc/UTC', '0 1 * * 1', 'Europe/Zurich', true],
    ['0 23 * * 0', 'Etc/UTC', '0 1 * * 0', 'Europe/Zurich', false],
    ['0 3 * * *', 'UTC', '0 3 * * *', 'Etc/UTC', true],
    ['30 2 * * *', 'Europe/Zurich', '30 0 * * *', 'Etc/UTC', true],
  ])('%s (%s) and %s (%s): %s', (a, zoneA, b, zoneB, expected) => {
    expect([shares(a, b, zoneA, zoneB), shares(b, a, zoneB, zoneA)]).toEqual([expected, expected]);
  });

  test('is what counting the minutes of two years gives, for daily schedules in any zones', () => {
    fc.assert(
      fc.property(
        dailySchedules,
        dailySchedules,
        fc.constantFrom(...ZONES),
        fc.constantFrom(...ZONES),
        (a, b, zoneA, zoneB) => {
          const runs = new Set(runsBetween(cronOf(a), zoneA, utc('2025-01-01'), utc('2026-01-01')));
          const meet = runsBetween(cronOf(b), zoneB, utc('2025-01-01'), utc('2026-01-01')).some((m) => runs.has(m));
          expect(shares(a, b, zoneA, zoneB)).toBe(meet);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('shifting', () => {
  test.each([
    ['0 3 * * *', 15, '15 3 * * *'],
    ['0 3 * * *', 90, '30 4 * * *'],
    ['50 23 * * *', 15, '5 0 * * *'],
    ['0 3 * * *', -15, '45 2 * * *'],
    ['*/5 * * * *', 15, '*/5 * * * *'],
    ['*/15 * * * *', 5, '5,20,35,50 * * * *'],
    ['5,20,35,50 * * * *', 10, '*/15 * * * *'],
    ['*/2 * * * *', 1, '1-59/2 * * * *'],
    ['1-59/2 * * * *', 1, '*/2 * * * *'],
    ['*/5 * * * *', 7, '2-59/5 * * * *'],
    ['0 */6 * * *', 60, '0 1,7,13,19 * * *'],
    ['0 1,7,13,19 * * *', -60, '0 */6 * * *'],
    ['0 3 * * sun', 15, '15 3 * * sun'],
    ['50 23 * * sun', 15, '5 0 * * 1'],
    ['50 23 * * 6', 15, '5 0 * * 0'],
    ['@daily', 15, '15 0 * * *'],
    ['@weekly', -60, '0 23 * * 6'],
    ['0 3 1 * *', 15, '15 3 1 * *'],
  ])('%s by %i minutes is %s', (schedule, minutes, expected) => {
    expect(shift(schedule, minutes)).toBe(expected);
  });

  test.each([
    ['0,30 2 * * *', 45],
    ['50 23 1 * *', 15],
    ['50 23 * 1 *', 15],
    ['50 0,23 * * 1', 15],
    ['not a schedule', 15],
    ['0 3 * * *', 0.5],
  ])('%s by %f minutes cannot be said in one line', (schedule, minutes) => {
    expect(shift(schedule, minutes)).toBeUndefined();
  });

  test('every run is later by so much, and no other is added', () => {
    fc.assert(
      fc.property(schedules, fc.integer({ min: -1440, max: 1440 }), (schedule, minutes) => {
        const moved = shift(schedule, minutes);
        fc.pre(moved !== undefined);
        const [from, to] = [utc('2024-02-10'), utc('2024-03-10')];
        const before = runsBetween(cronOf(schedule), 'Etc/UTC', from, to).map((m) => m + minutes);
        const after = runsBetween(cronOf(moved as string), 'Etc/UTC', from - 2880, to + 2880);
        expect(after.filter((m) => m >= from + minutes && m < to + minutes)).toEqual(before);
      }),
      { numRuns: 60 },
    );
  });
});
