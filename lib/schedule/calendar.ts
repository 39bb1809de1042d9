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
const EVERY_DATE = Array.from({ length: 31 }, (_, i) => i + 1);

/** What is computed of a schedule when it is asked for first, and remembered for as long as the schedule lives. */
export function once<T>(compute: (cron: Cron) => T): (cron: Cron) => T {
  const memo = new WeakMap<Cron, { readonly value: T }>();
  return (cron) => {
    let known = memo.get(cron);
    if (known === undefined) {
      known = { value: compute(cron) };
      memo.set(cron, known);
    }
    return known.value;
  };
}

/** Minutes of the day, 0 to 1439, at which a schedule fires on a day that matches; in order. */
export const timesOfDay = once((cron): readonly number[] =>
  cron.hours.flatMap((h) => cron.minutes.map((m) => h * 60 + m)),
);

/** The same, to look one up. */
export const timeSet = once((cron): ReadonlySet<number> => new Set(timesOfDay(cron)));

/** The schedule fires on every day of the calendar. */
export function isDaily(cron: Cron): boolean {
  return dayPeriod(cron) === 1;
}

/** The schedule tells the days of the week apart, and nothing else. */
export function isWeekly(cron: Cron): boolean {
  return dayPeriod(cron) === 7;
}

/**
 * After how many days the days of a schedule come again: 1, 7, or all of the reference years. Each divides the next, so
 * the longer of two periods shows everything that two schedules do together.
 */
export const dayPeriod = once((cron): number => {
  const [everyWeekday, everyDate] = [cron.daysOfWeek.length === 7, cron.daysOfMonth.length === 31];
  if (cron.months.length < 12) return CYCLE_DAYS;
  if (cron.eitherDay ? everyDate || everyWeekday : everyDate && everyWeekday) return 1;
  return everyDate ? 7 : CYCLE_DAYS;
});

/** The days of the first period on which a schedule fires, in order; never empty. */
const matchingDays = once((cron): readonly number[] => {
  if (isDaily(cron)) return [0];
  if (isWeekly(cron)) return [0, 1, 2, 3, 4, 5, 6].filter((day) => cron.daysOfWeek.includes(weekday(day)));
  return datesOfCycle(cron);
});

/** By what they depend on: schedules that differ only in their minute have the same days. */
const cycles = new Map<string, readonly number[]>();

function datesOfCycle(cron: Cron): readonly number[] {
  const key = `${cron.daysOfMonth}|${cron.months}|${cron.daysOfWeek}|${cron.eitherDay}`;
  let days = cycles.get(key);
  if (days === undefined) {
    days = computeDates(cron);
    cycles.set(key, days);
  }
  return days;
}

function computeDates(cron: Cron): number[] {
  // Where weekdays only narrow dates down, no other date has to be looked at.
  const candidates = cron.eitherDay ? EVERY_DATE : cron.daysOfMonth;
  const days: number[] = [];
  let first = 0;
  for (let year = FIRST_YEAR; year < FIRST_YEAR + YEARS; year++) {
    for (let month = 1; month <= 12; month++) {
      const length = monthLength(year, month);
      const dates = cron.months.includes(month) ? candidates : [];
      for (const date of dates) if (date <= length && fires(cron, date, first + date - 1)) days.push(first + date - 1);
      first += length;
    }
  }
  return days;
}

/** Whether a schedule fires on a candidate, which is a date and a day of the reference years. */
function fires(cron: Cron, date: number, day: number): boolean {
  return cron.daysOfWeek.includes(weekday(day)) || (cron.eitherDay && cron.daysOfMonth.includes(date));
}

function weekday(day: number): number {
  return (MONDAY + day) % 7;
}

/** No century falls into the reference years, so every fourth year is a leap year. */
function monthLength(year: number, month: number): number {
  return month === 2 && year % 4 === 0 ? 29 : (MONTH_DAYS[month - 1] ?? 0);
}

/** The first day, from a day on, on which a schedule fires; beyond the reference years they begin anew. */
export function dayFrom(cron: Cron, day: number): number {
  const [days, start] = [matchingDays(cron), periodStart(cron, day)];
  return start + (days[lowerBound(days, day - start)] ?? (days[0] ?? 0) + dayPeriod(cron));
}

/** The last day before a day on which a schedule fires. */
export function dayBefore(cron: Cron, day: number): number {
  const [days, start] = [matchingDays(cron), periodStart(cron, day)];
  return start + (days[lowerBound(days, day - start) - 1] ?? (days.at(-1) ?? 0) - dayPeriod(cron));
}

function periodStart(cron: Cron, day: number): number {
  return Math.floor(day / dayPeriod(cron)) * dayPeriod(cron);
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
