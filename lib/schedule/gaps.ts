import { DAY, dayBefore, dayFrom, dayPeriod, lowerBound, once, timesOfDay } from './calendar';
import type { Cron } from './cron';
import { type ZoneSegment, zoneSegments } from './zone';

/**
 * A CronJob fires at every real minute at which the wall clock of its zone shows a time that matches. So, when clocks
 * are set forward, a time in the hour that is left out does not fire on that day (02:30 daily: 47 h between two runs);
 * when they are set back, a time in the hour that comes twice fires twice (1 h between two runs).
 *
 * Not followed: in zones that change by half an hour, or at midnight (there only with restricted days), the controller
 * loses runs of the day after a change. Such a task is late once or twice a year, and its alert says so.
 *
 * Source: github.com/robfig/cron v3.0.1, spec.go, whose `Next` the CronJob controller calls.
 */

/** The longest time between two runs, in seconds; changes of the clock included where a zone is given. */
export function largestGap(cron: Cron, timeZone?: string): number {
  return 60 * Math.max(...wallGaps(cron), ...clockChangeGaps(cron, timeZone));
}

/** The shortest time between two runs, in seconds; changes of the clock included where a zone is given. */
export function smallestGap(cron: Cron, timeZone?: string): number {
  return 60 * Math.min(...wallGaps(cron), ...clockChangeGaps(cron, timeZone));
}

/** Each length of time, in minutes, that lies between two runs by the wall clock. */
const wallGaps = once((cron): readonly number[] => {
  const times = timesOfDay(cron);
  const overnight = DAY + (times[0] ?? 0) - (times.at(-1) ?? 0);
  const gaps = new Set(times.slice(1).map((t, i) => t - (times[i] ?? 0)));
  let next: number;
  for (let day = dayFrom(cron, 0); day < dayPeriod(cron); day = next) {
    next = dayFrom(cron, day + 1);
    gaps.add((next - day - 1) * DAY + overnight);
  }
  return [...gaps];
});

/** The time, in minutes, between the last run before each change of the clock and the first one after it. */
function clockChangeGaps(cron: Cron, timeZone: string | undefined): readonly number[] {
  if (timeZone === undefined) return [];
  const memo = gapsByZone(cron);
  let gaps = memo.get(timeZone);
  if (gaps === undefined) {
    gaps = computeClockChangeGaps(cron, timeZone);
    memo.set(timeZone, gaps);
  }
  return gaps;
}

const gapsByZone = once(() => new Map<string, readonly number[]>());

function computeClockChangeGaps(cron: Cron, timeZone: string): number[] {
  const segments = zoneSegments(timeZone);
  return segments.slice(1).map((after, i) => {
    const before = segments[i] as ZoneSegment;
    const last = runBefore(cron, after.from + before.offset);
    const first = runFrom(cron, after.from + after.offset);
    return first - after.offset - (last - before.offset);
  });
}

/** The first run at or after a wall-clock minute of the reference years. */
function runFrom(cron: Cron, wall: number): number {
  const times = timesOfDay(cron);
  const today = Math.floor(wall / DAY);
  const later = dayFrom(cron, today) === today ? times[lowerBound(times, wall - today * DAY)] : undefined;
  return later === undefined ? dayFrom(cron, today + 1) * DAY + (times[0] ?? 0) : today * DAY + later;
}

/** The last run before a wall-clock minute of the reference years. */
function runBefore(cron: Cron, wall: number): number {
  const times = timesOfDay(cron);
  const today = Math.floor(wall / DAY);
  const earlier = dayFrom(cron, today) === today ? times[lowerBound(times, wall - today * DAY) - 1] : undefined;
  return earlier === undefined ? dayBefore(cron, today) * DAY + (times.at(-1) ?? 0) : today * DAY + earlier;
}
