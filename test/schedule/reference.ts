import * as fc from 'fast-check';
import type { Cron } from '../../lib/schedule/cron';

/** What the library computes cleverly, done here the slow way: minute by minute, by the wall clock that Node shows. */

export const ZONES = [
  'Etc/UTC',
  'Europe/Zurich',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'America/Santiago',
];

const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, Map<number, number>>();

/** Minutes that a zone's wall clock is ahead of UTC; zones change theirs on a quarter of an hour. */
export function offsetAt(zone: string, minute: number): number {
  const known = offsets.get(zone) ?? new Map<number, number>();
  offsets.set(zone, known);
  const quarter = Math.floor(minute / 15);
  const offset = known.get(quarter) ?? computeOffset(zone, quarter * 15);
  known.set(quarter, offset);
  return offset;
}

function computeOffset(zone: string, minute: number): number {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
    formats.set(zone, format);
  }
  const parts = new Map(format.formatToParts(minute * 60_000).map((p) => [p.type, Number(p.value)]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute')) / 60_000 - minute;
}

/** True when the wall clock shows a day on which the schedule fires. */
function dayMatches(cron: Cron, wall: number): boolean {
  const date = new Date(wall * 60_000);
  const [byDate, byWeekday] = [
    cron.daysOfMonth.includes(date.getUTCDate()),
    cron.daysOfWeek.includes(date.getUTCDay()),
  ];
  return cron.months.includes(date.getUTCMonth() + 1) && (cron.eitherDay ? byDate || byWeekday : byDate && byWeekday);
}

/** Every run in a stretch of time, in minutes since 1970; stretches start and end on a quarter of an hour. */
export function runsBetween(cron: Cron, zone: string, from: number, to: number): number[] {
  const [minutes, hours] = [new Set(cron.minutes), new Set(cron.hours)];
  const runs: number[] = [];
  for (let quarter = from; quarter < to; quarter += 15) {
    const offset = offsetAt(zone, quarter);
    const wall = quarter + offset;
    if (!hours.has(Math.floor(wall / 60) % 24) || !dayMatches(cron, wall)) continue;
    for (let minute = quarter; minute < quarter + 15; minute++)
      if (minutes.has((minute + offset) % 60)) runs.push(minute);
  }
  return runs;
}

/** The longest and the shortest time between runs, in seconds. */
export function countedGaps(runs: readonly number[]): { largest: number; smallest: number } {
  let [largest, smallest] = [0, Number.POSITIVE_INFINITY];
  runs.slice(1).forEach((run, i) => {
    const gap = (run - (runs[i] ?? 0)) * 60;
    largest = Math.max(largest, gap);
    smallest = Math.min(smallest, gap);
  });
  return { largest, smallest };
}

/** Minutes since 1970. */
export function utc(text: string): number {
  return Date.parse(`${text}Z`) / 60_000;
}

const field = (min: number, max: number): fc.Arbitrary<string> => {
  const value = fc.integer({ min, max });
  const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const step = fc.integer({ min: 2, max: Math.max(2, Math.floor((max - min) / 2)) });
  const stepped = fc.tuple(fc.oneof(fc.constant('*'), range), step).map(([r, s]) => `${r}/${s}`);
  const item = fc.oneof({ weight: 4, arbitrary: value.map(String) }, range, stepped);
  return fc.array(item, { minLength: 1, maxLength: 3 }).map((l) => l.join(','));
};
const often = (min: number, max: number) => fc.oneof({ weight: 2, arbitrary: fc.constant('*') }, field(min, max));

/** Schedules that fire at a few minutes of a few hours, on days of every kind. */
export const schedules: fc.Arbitrary<string> = fc
  .tuple(field(0, 59), field(0, 23), often(1, 28), often(1, 12), often(0, 6))
  .map((f) => f.join(' '));

/** Schedules that fire on every day. */
export const dailySchedules: fc.Arbitrary<string> = fc
  .tuple(field(0, 59), field(0, 23))
  .map(([m, h]) => `${m} ${h} * * *`);
