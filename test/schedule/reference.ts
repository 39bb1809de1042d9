import type { Cron } from '../../lib/schedule/cron';
import fc from '../support/fast-check';

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
const offsets = new Map<string, Map<number, readonly number[]>>();
/** No zone changes its clock and back again in so many minutes. */
const ONE_CHANGE = 4 * 60;

/** Minutes that a zone's wall clock is ahead of UTC; zones change theirs on a quarter of an hour. */
export function offsetAt(zone: string, minute: number): number {
  const quarters = quartersAt(zone, minute);
  return quarters[Math.floor(minute / 15) % quarters.length] as number;
}

/** The offsets of each quarter of an hour of the stretch that a minute lies in. */
function quartersAt(zone: string, minute: number): readonly number[] {
  const known = remembered(offsets, zone, () => new Map<number, readonly number[]>());
  const stretch = Math.floor(minute / ONE_CHANGE);
  return remembered(known, stretch, () => offsetsFrom(zone, stretch * ONE_CHANGE));
}

function remembered<K, V>(memo: Map<K, V>, key: K, compute: () => V): V {
  const known = memo.get(key);
  if (known !== undefined) return known;
  const value = compute();
  memo.set(key, value);
  return value;
}

function offsetsFrom(zone: string, from: number): number[] {
  const [first, next] = [computeOffset(zone, from), computeOffset(zone, from + ONE_CHANGE)];
  return Array.from({ length: ONE_CHANGE / 15 }, (_, i) =>
    first === next ? first : computeOffset(zone, from + 15 * i),
  );
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
  let quarters: readonly number[] | undefined;
  for (let quarter = from; quarter < to; quarter += 15) {
    const i = (quarter % ONE_CHANGE) / 15;
    if (i === 0 || quarters === undefined) quarters = quartersAt(zone, quarter);
    const offset = quarters[i] as number;
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
