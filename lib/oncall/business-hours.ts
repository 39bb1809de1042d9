import { EPOCH_MINUTE } from '../schedule/calendar';
import { type ZoneSegment, zoneSegments } from '../schedule/zone';
import type { BusinessHours, Weekday } from './on-call';

/** Hours in UTC, as Alertmanager takes them: all fields of one interval hold at once, and one interval is enough. */
export interface UtcInterval {
  readonly months?: readonly string[];
  readonly daysOfMonth?: readonly { readonly start: number; readonly end: number }[];
  readonly weekdays: readonly string[];
  readonly times: readonly { readonly startTime: string; readonly endTime: string }[];
}

export const WEEKDAYS: readonly Weekday[] = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
export const DEFAULT_DAYS: readonly Weekday[] = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'];
export const DEFAULT_FROM = '09:00';
export const DEFAULT_TO = '17:00';

const DAY = 1440;
/**
 * Years in which each date falls on each weekday (29 February on most of them). The reference years before 2027 are left
 * out: zones have changed their rules in them, and what counts is the rule of now.
 */
const [FIRST, LAST] = [2027, 2051];
const DAY_NAMES = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const MONTH_NAMES = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

/** Minutes of a wall clock: "09:30" is 570. */
export const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/**
 * Business hours as intervals in UTC: an AlertmanagerConfig has no field for a time zone. Clocks change on a weekday of a
 * month ("the last Sunday of March"), so what a UTC date has of the hours follows from its month, its weekday and its
 * day of the month; that is looked up for every date of 25 years and then written in as few intervals as may be.
 *
 * Undefined for a zone whose clocks do not change by the same rule each year, as those of Morocco, which follow the moon.
 */
export function utcIntervals(hours: BusinessHours): readonly UtcInterval[] | undefined {
  const key = [hours.timeZone, hours.days ?? DEFAULT_DAYS, hours.from ?? DEFAULT_FROM, hours.to ?? DEFAULT_TO].join();
  if (!memo.has(key)) {
    const table = hoursByDate(hours);
    memo.set(key, table && intervalsOf(runsOf(table)));
  }
  return memo.get(key);
}

/** Asked once by the check and once by what is made. */
const memo = new Map<string, readonly UtcInterval[] | undefined>();

/** By month, weekday and day of the month: the hours of that date, as a text. */
type Table = (string | undefined)[][][];

function hoursByDate(hours: BusinessHours): Table | undefined {
  const table: Table = MONTH_NAMES.map(() => DAY_NAMES.map(() => []));
  const hoursOn = dailyHours(hours);
  for (const { midnight, month, weekday, dayOfMonth } of dates()) {
    const row = table[month]?.[weekday] as (string | undefined)[];
    const found = hoursOn(midnight);
    if ((row[dayOfMonth] ?? found) !== found) return undefined;
    row[dayOfMonth] = found;
  }
  return table;
}

interface UtcDate {
  /** In minutes from 1 January 2024. */
  readonly midnight: number;
  readonly month: number;
  readonly weekday: number;
  readonly dayOfMonth: number;
}

let allDates: readonly UtcDate[] | undefined;

/** Every date of the years that are looked at, in order; the same for each zone. */
function dates(): readonly UtcDate[] {
  const first = Date.UTC(FIRST, 0, 1) / 60_000 - EPOCH_MINUTE;
  const days = (Date.UTC(LAST + 1, 0, 1) / 60_000 - EPOCH_MINUTE - first) / DAY;
  allDates ??= Array.from({ length: days }, (_, i) => {
    const midnight = first + i * DAY;
    const date = new Date((midnight + EPOCH_MINUTE) * 60_000);
    return { midnight, month: date.getUTCMonth(), weekday: date.getUTCDay(), dayOfMonth: date.getUTCDate() };
  });
  return allDates;
}

/** The hours within a UTC day that begins at a minute, such as "480-960"; asked for one day after the other. */
function dailyHours(hours: BusinessHours): (midnight: number) => string {
  const segments = zoneSegments(hours.timeZone);
  const days = new Set((hours.days ?? DEFAULT_DAYS).map((d) => WEEKDAYS.indexOf(d)));
  const [from, to] = [minutesOf(hours.from ?? DEFAULT_FROM), minutesOf(hours.to ?? DEFAULT_TO)];
  const known = new Map<number, string>();
  let current = 0;

  const work = (midnight: number): string => {
    const ranges: [number, number][] = [];
    // A day on which clocks change has two offsets. A local day that overlaps it is its own, the one before or behind.
    for (let i = current; i < segments.length && startOf(segments, i) < midnight + DAY; i++) {
      const offset = segments[i]?.offset as number;
      const begins = Math.max(startOf(segments, i), midnight) - midnight;
      const ends = Math.min(startOf(segments, i + 1), midnight + DAY) - midnight;
      for (const shift of [-DAY, 0, DAY]) {
        if (!days.has(weekdayOf(midnight + shift))) continue;
        const range: [number, number] = [Math.max(shift + from - offset, begins), Math.min(shift + to - offset, ends)];
        if (range[0] < range[1]) ranges.push(range);
      }
    }
    return joined(ranges.sort(([a], [b]) => a - b))
      .map((r) => r.join('-'))
      .join();
  };

  let next = startOf(segments, 1);
  return (midnight) => {
    while (next <= midnight) next = startOf(segments, ++current + 1);
    if (next < midnight + DAY) return work(midnight);
    // Most days have one offset, and there are only a few of those.
    const key = (segments[current]?.offset as number) * 7 + weekdayOf(midnight);
    const found = known.get(key) ?? work(midnight);
    known.set(key, found);
    return found;
  };
}

const startOf = (segments: readonly ZoneSegment[], i: number): number => segments[i]?.from ?? Number.POSITIVE_INFINITY;

/** 1 January 2024, from which minutes are counted, was a Monday. */
const weekdayOf = (midnight: number): number => (((midnight / DAY + 1) % 7) + 7) % 7;

function joined(ranges: readonly [number, number][]): [number, number][] {
  const out: [number, number][] = [];
  for (const [from, to] of ranges) {
    const last = out.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else out.push([from, to]);
  }
  return out;
}

/** Neighbouring days of a month that have the same hours, on one weekday. */
interface Run {
  readonly month: number;
  readonly weekday: number;
  readonly start: number;
  readonly end: number;
  readonly hours: string;
}

function runsOf(table: Table): Run[] {
  return table.flatMap((weekdays, month) =>
    weekdays.flatMap((row, weekday) => {
      const runs: Run[] = [];
      for (let day = 1; day <= 31; day++) {
        const last = runs.at(-1);
        // A date that does not exist, or that these years do not have on this weekday, goes with the one before.
        const hours = row[day] ?? last?.hours ?? '';
        if (last?.hours === hours) runs[runs.length - 1] = { ...last, end: day };
        else runs.push({ month, weekday, start: day, end: day, hours });
      }
      return runs.filter((r) => r.hours !== '');
    }),
  );
}

function intervalsOf(runs: readonly Run[]): UtcInterval[] {
  const byWeekday = grouped(runs, (r) => [r.month, r.start, r.end, r.hours].join());
  const blocks = byWeekday.map((same) => ({ ...(same[0] as Run), weekdays: same.map((r) => r.weekday) }));
  return grouped(blocks, (b) => [b.weekdays.join('+'), b.start, b.end, b.hours].join()).map((same) => {
    const { start, end, weekdays, hours } = same[0] as (typeof blocks)[number];
    return {
      ...(same.length < 12 && {
        months: ranges(
          same.map((b) => b.month),
          MONTH_NAMES,
        ),
      }),
      ...((start > 1 || end < 31) && { daysOfMonth: [{ start, end }] }),
      weekdays: ranges(weekdays, DAY_NAMES),
      times: hours.split(',').map((range) => {
        const [from = '', to = ''] = range.split('-');
        return { startTime: clock(Number(from)), endTime: clock(Number(to)) };
      }),
    };
  });
}

function grouped<T>(list: readonly T[], key: (entry: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const entry of list) groups.set(key(entry), [...(groups.get(key(entry)) ?? []), entry]);
  return [...groups.values()];
}

/** Numbers in order as names, neighbours as "first:last". */
function ranges(numbers: readonly number[], names: readonly string[]): string[] {
  const out: [number, number][] = [];
  for (const n of numbers) {
    const last = out.at(-1);
    if (last?.[1] === n - 1) last[1] = n;
    else out.push([n, n]);
  }
  return out.map(([a, b]) => (a === b ? `${names[a]}` : `${names[a]}:${names[b]}`));
}

const clock = (minutes: number): string =>
  [Math.floor(minutes / 60), minutes % 60].map((n) => String(n).padStart(2, '0')).join(':');
