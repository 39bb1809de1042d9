import type { Cron } from './cron';

/**
 * The reference years, 2024 to 2051. Weekdays and leap years repeat after 28 years, so whatever a schedule does, it does
 * within them; the clock is never asked. Days are counted from 1 January 2024, wall-clock minutes from its midnight.
 */
export const FIRST_YEAR = 2024;
export const YEARS = 28;
/** Days of the reference years: 1461 whole weeks. */
export const CYCLE_DAYS = 10_227;
export const DAY = 1440;
/** 1 January 2024 in minutes since 1970. */
export const EPOCH_MINUTE = Date.UTC(FIRST_YEAR, 0, 1) / 60_000;

/** Weekday of 1 January 2024. */
const MONDAY = 1;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const times = new WeakMap<Cron, { readonly list: readonly number[]; readonly set: ReadonlySet<number> }>();

/** Minutes of the day, 0 to 1439, at which a schedule fires on a day that matches; in order. */
export function timesOfDay(cron: Cron): readonly number[] {
  return computedTimes(cron).list;
}

/** The same, to look one up. */
export function timeSet(cron: Cron): ReadonlySet<number> {
  return computedTimes(cron).set;
}

function computedTimes(cron: Cron) {
  let known = times.get(cron);
  if (known === undefined) {
    const list = cron.hours.flatMap((h) => cron.minutes.map((m) => h * 60 + m));
    known = { list, set: new Set(list) };
    times.set(cron, known);
  }
  return known;
}

/** The schedule fires on every day of the calendar. */
export function isDaily(cron: Cron): boolean {
  const everyDayOfWeek = cron.daysOfWeek.length === 7;
  const everyDayOfMonth = cron.daysOfMonth.length === 31;
  const days = cron.eitherDay ? everyDayOfMonth || everyDayOfWeek : everyDayOfMonth && everyDayOfWeek;
  return days && cron.months.length === 12;
}

/** Days by what they depend on: most schedules of a stack have the same ones. */
const memo = new Map<string, readonly number[]>();

/** The days of the reference years on which a schedule fires, in order; never empty. */
export function matchingDays(cron: Cron): readonly number[] {
  const key = `${cron.daysOfMonth}|${cron.months}|${cron.daysOfWeek}|${cron.eitherDay}`;
  let days = memo.get(key);
  if (days === undefined) {
    days = computeDays(cron);
    memo.set(key, days);
  }
  return days;
}

function computeDays(cron: Cron): number[] {
  const [inMonth, inMonths, inWeek] = [new Set(cron.daysOfMonth), new Set(cron.months), new Set(cron.daysOfWeek)];
  const days: number[] = [];
  let index = 0;
  for (let year = FIRST_YEAR; year < FIRST_YEAR + YEARS; year++) {
    for (let month = 1; month <= 12; month++) {
      for (let day = 1; day <= monthLength(year, month); day++, index++) {
        const [byDate, byWeekday] = [inMonth.has(day), inWeek.has((MONDAY + index) % 7)];
        if (inMonths.has(month) && (cron.eitherDay ? byDate || byWeekday : byDate && byWeekday)) days.push(index);
      }
    }
  }
  return days;
}

/** No century falls into the reference years, so every fourth year is a leap year. */
function monthLength(year: number, month: number): number {
  return month === 2 && year % 4 === 0 ? 29 : (MONTH_DAYS[month - 1] ?? 0);
}

/** Index of the first entry of a sorted list that is not below a value; the list's length if there is none. */
export function lowerBound(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
