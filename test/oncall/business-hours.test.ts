/** Business hours as intervals in UTC, held against the clocks of each zone as Node tells them. */

import { type UtcInterval, utcIntervals, WEEKDAYS } from '../../lib/oncall/business-hours';
import type { BusinessHours, Weekday } from '../../lib/oncall/on-call';
import fc from '../support/fast-check';

const minute = 60_000;
const DAY_NAMES = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const MONTH_NAMES = 'january february march april may june july august september october november december'.split(' ');
const clock = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

/** As Alertmanager reads an interval: its fields all hold, of each one entry is enough. */
function contains(i: UtcInterval, at: Date): boolean {
  const within = (names: readonly string[], ranges: readonly string[] | undefined, value: number) =>
    ranges === undefined ||
    ranges.some((r) => {
      const [first = '', last = first] = r.split(':');
      return names.indexOf(first) <= value && value <= names.indexOf(last);
    });
  const time = at.getUTCHours() * 60 + at.getUTCMinutes();
  return (
    within(MONTH_NAMES, i.months, at.getUTCMonth()) &&
    within(DAY_NAMES, i.weekdays, at.getUTCDay()) &&
    (i.daysOfMonth === undefined ||
      i.daysOfMonth.some((d) => d.start <= at.getUTCDate() && at.getUTCDate() <= d.end)) &&
    i.times.some((t) => clock(t.startTime) <= time && time < clock(t.endTime))
  );
}

/** What a clock on the wall of the office shows. */
function isOpen({ timeZone, days, from = '09:00', to = '17:00' }: BusinessHours, at: Date): boolean {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const part = Object.fromEntries(format.formatToParts(at).map((p) => [p.type, p.value]));
  const time = `${part.hour}:${part.minute}`;
  const day = part.weekday as Weekday;
  return (days ?? ['Mon', 'Tue', 'Wed', 'Thu', 'Fri']).includes(day) && from <= time && time < to;
}

const intervals = (hours: BusinessHours) => utcIntervals(hours) as readonly UtcInterval[];

describe('business hours in UTC', () => {
  it('of a zone without daylight saving are one interval', () => {
    const weekdays = ['monday:friday'];
    expect(utcIntervals({ timeZone: 'Etc/UTC' })).toEqual([
      { weekdays, times: [{ startTime: '09:00', endTime: '17:00' }] },
    ]);
    expect(utcIntervals({ timeZone: 'Asia/Kolkata', days: ['Sun', 'Tue', 'Mon'], from: '08:00', to: '24:00' })).toEqual(
      [{ weekdays: ['sunday:tuesday'], times: [{ startTime: '02:30', endTime: '18:30' }] }],
    );
  });

  it('of a zone far from UTC lie on two days', () => {
    expect(utcIntervals({ timeZone: 'Pacific/Kiritimati', days: ['Mon'], from: '09:00', to: '17:00' })).toEqual([
      { weekdays: ['sunday'], times: [{ startTime: '19:00', endTime: '24:00' }] },
      { weekdays: ['monday'], times: [{ startTime: '00:00', endTime: '03:00' }] },
    ]);
  });

  it('follow the clocks through the change', () => {
    const zurich = intervals({ timeZone: 'Europe/Zurich' });
    const open = (at: string) => zurich.some((i) => contains(i, new Date(at)));
    // Summer time ends on Sunday, 25 October 2026.
    expect(['2026-10-23T06:59Z', '2026-10-23T07:00Z', '2026-10-26T07:59Z', '2026-10-26T08:00Z'].map(open)).toEqual([
      false,
      true,
      false,
      true,
    ]);
    expect(['2026-10-24T10:00Z', '2026-10-25T10:00Z'].map(open)).toEqual([false, false]);
  });

  it.each([
    'Europe/Zurich',
    'America/New_York',
    'America/St_Johns',
    'Australia/Lord_Howe',
    'Pacific/Auckland',
    'Pacific/Pago_Pago',
    'Asia/Jerusalem',
    'America/Santiago',
  ])('of %s are those on the wall at any minute', (timeZone) => {
    const begin = Date.UTC(2027, 0, 1) / minute;
    const end = Date.UTC(2046, 0, 1) / minute;
    const hours = fc.record({
      timeZone: fc.constant(timeZone),
      days: fc.option(fc.subarray([...WEEKDAYS], { minLength: 1 }), { nil: undefined }),
      from: fc.constantFrom('00:00', '02:30', '09:00'),
      to: fc.constantFrom('03:15', '17:00', '24:00'),
    });
    fc.assert(
      fc.property(
        hours,
        fc.array(fc.integer({ min: begin, max: end }), { minLength: 40, maxLength: 40 }),
        (h, minutes) => {
          const utc = intervals(h);
          for (const m of minutes) {
            const at = new Date(m * minute);
            expect([at, utc.some((i) => contains(i, at))]).toEqual([at, isOpen(h, at)]);
          }
        },
      ),
      { numRuns: 12 },
    );
  });

  it('are those on the wall on each day around a change of the clocks, at each quarter of an hour', () => {
    const hours: BusinessHours = { timeZone: 'America/New_York', days: WEEKDAYS, from: '00:00', to: '03:00' };
    const utc = intervals(hours);
    for (const start of [Date.UTC(2028, 2, 11), Date.UTC(2031, 10, 1)])
      for (let t = start; t < start + 3 * 86_400_000; t += 15 * minute) {
        const at = new Date(t);
        expect([at, utc.some((i) => contains(i, at))]).toEqual([at, isOpen(hours, at)]);
      }
  });

  it('are few enough to be read, in every zone that there is', () => {
    const sizes = Intl.supportedValuesOf('timeZone').map((timeZone) => [timeZone, utcIntervals({ timeZone })?.length]);
    expect(Math.max(...sizes.map(([, n]) => Number(n ?? 0)))).toBeLessThanOrEqual(30);
    // Their clocks follow the moon.
    expect(sizes.filter(([, n]) => n === undefined).map(([zone]) => zone)).toEqual([
      'Africa/Casablanca',
      'Africa/El_Aaiun',
      'Asia/Gaza',
      'Asia/Hebron',
    ]);
  });
});
