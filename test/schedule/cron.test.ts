import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cronOf, parseCron } from '../../lib/schedule/cron';
import { schedule as scheduleRule } from '../../lib/validate';
import fc from '../support/fast-check';
import { cronerRuns } from './croner';
import { offsetAt, runsBetween, schedules, utc, ZONES } from './reference';

interface Golden {
  readonly parsed: readonly [schedule: string, accepted: boolean][];
  readonly runs: readonly [schedule: string, zone: string, from: string, to: string, runs: number[]][];
}
const robfig = JSON.parse(readFileSync(join(__dirname, 'golden', 'robfig.json'), 'utf8')) as Golden;

const error = (text: string): string => {
  const result = parseCron(text);
  if (result.ok) throw new Error(`${text} was accepted`);
  return result.error;
};

describe('what is accepted', () => {
  test.each(robfig.parsed)('%j: as the CronJob controller does (%j)', (schedule, accepted) => {
    expect(parseCron(schedule).ok).toBe(accepted);
  });

  test.each([
    ['@every 5m', '@every counts from the start of the controller, not from the clock; write the minutes or hours'],
    ['@every', '@every counts from'],
    ['@reboot', 'a cluster does not reboot'],
    ['@Daily', 'the only words are @yearly'],
    ['@constructor', 'the only words are @yearly'],
    ['TZ=Europe/Zurich 0 3 * * *', 'the time zone stands beside the schedule'],
    ['CRON_TZ=Etc/UTC 0 3 * * *', 'the time zone stands beside the schedule'],
    ['0 0 3 * * *', 'got 6 fields; there is no field for seconds or years'],
    ['0 3 * *', 'got 4 fields'],
    ['', 'got 0 fields'],
    ['60 * * * *', 'minute: "60" is out of range, 0 to 59'],
    ['* 24 * * *', 'hour: "24" is out of range, 0 to 23'],
    ['* * 0 * *', 'day of month: "0" is out of range, 1 to 31'],
    ['* * * 13 *', 'month: "13" is out of range, 1 to 12'],
    ['* * * * 7', 'day of week: "7" is out of range, 0 to 6 (0 is Sunday, 7 is not taken)'],
    ['5-1 * * * *', 'minute: the range "5-1" runs backwards'],
    ['1,,2 * * * *', 'minute: an entry of the list is empty'],
    [', * * * *', 'minute: an entry of the list is empty'],
    ['*/0 * * * *', 'minute: the step of "*/0" is not positive'],
    ['*-5 * * * *', 'minute: "*-5" is a range of everything'],
    ['1-2-3 * * * *', 'more than one "-"'],
    ['1/2/3 * * * *', 'more than one "/"'],
    ['0 0 * foo *', 'month: "foo" is not a number or one of jan'],
    ['0 0 31 2 *', 'a date that exists; day 31 is in none of the months 2'],
    ['0 0 30,31 2 *', 'a date that exists'],
    ['0 0 31 4,6,9,11 *', 'a date that exists'],
  ])('%j is refused: %s', (schedule, reason) => {
    expect(error(schedule)).toContain(reason);
  });

  test('29 February exists, and a weekday rescues 31 February', () => {
    expect(parseCron('0 0 29 2 *').ok).toBe(true);
    expect(parseCron('0 0 31 2 1').ok).toBe(true);
  });

  test('what is not a text is refused, not thrown at', () => {
    for (const given of [undefined, null, 5, {}, ['0 3 * * *']]) expect(parseCron(given as string).ok).toBe(false);
  });

  test('never throws, whatever is written', () => {
    const part = fc.string({ unit: fc.constantFrom(...'0123456789*/-,?@ aTZ=nsu\t'), maxLength: 30 });
    fc.assert(
      fc.property(part, (text) => typeof parseCron(text).ok === 'boolean'),
      { numRuns: 2000 },
    );
  });

  test('the rule of the library tells the reason', () => {
    expect(scheduleRule('0 0 31 2 *')?.allowed).toContain('a date that exists');
  });
});

test('descriptors are written out', () => {
  expect(cronOf('@weekly').fields).toEqual(['0', '0', '*', '*', '0']);
  expect(() => cronOf('@never')).toThrow('not a schedule: @never');
});

test('values are sorted and once each', () => {
  expect(cronOf('30,0,5-7,*/30 * * * *').minutes).toEqual([0, 5, 6, 7, 30]);
  expect(cronOf('0 0 * mar,1 Sat,mon-tue').daysOfWeek).toEqual([1, 2, 6]);
  expect(cronOf('0 0 * mar,1 *').months).toEqual([1, 3]);
});

describe('when it fires: at every real minute at which the wall clock matches', () => {
  // Two things are beyond robfig's clock, which steps by whole hours from midnight: a change by half an hour (Lord Howe),
  // and, where days are restricted, a change at midnight (Cairo). It loses runs of the day after; we say that they come.
  const restricted = (schedule: string) => !schedule.startsWith('@') && !schedule.endsWith(' * * *');
  const beyond = (schedule: string, zone: string) =>
    zone === 'Australia/Lord_Howe' || (zone === 'Africa/Cairo' && restricted(schedule));
  const clear = robfig.runs.filter(([schedule, zone]) => !beyond(schedule, zone));

  test(`as the CronJob controller does, over changes of the clock (${clear.length} stretches)`, () => {
    expect(clear.length).toBeGreaterThan(600);
    for (const [schedule, zone, from, to, runs] of clear) {
      const start = utc(from);
      const ours = runsBetween(cronOf(schedule), zone, start, utc(to)).map((m) => m - start);
      expect({ schedule, zone, from, runs: ours }).toEqual({ schedule, zone, from, runs });
    }
  });

  test('as croner does, over two years in several zones, away from changes of the clock', () => {
    const start = fc.integer({ min: 0, max: 729 });
    fc.assert(
      fc.property(schedules, fc.constantFrom(...ZONES), start, (schedule, zone, day) => {
        const from = utc('2024-01-01') + day * 1440;
        const to = from + 10 * 1440;
        const calm = (minute: number) => offsetAt(zone, minute - 240) === offsetAt(zone, minute + 240);
        const ours = runsBetween(cronOf(schedule), zone, from, to).filter(calm);
        expect(ours).toEqual(cronerRuns(schedule, zone, from, to).filter(calm));
      }),
      { numRuns: 60 },
    );
  });

  test('hours that are left out do not fire, hours that come twice fire twice', () => {
    const half = cronOf('30 2 * * *');
    expect(runsBetween(half, 'Europe/Zurich', utc('2025-03-30'), utc('2025-03-31'))).toEqual([]);
    expect(runsBetween(half, 'Europe/Zurich', utc('2025-10-26'), utc('2025-10-27'))).toEqual([
      utc('2025-10-26T00:30'),
      utc('2025-10-26T01:30'),
    ]);
  });
});
