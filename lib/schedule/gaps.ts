import { CYCLE_DAYS, DAY, isDaily, lowerBound, matchingDays, timesOfDay } from './calendar';
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

/** The longest time from a run of one schedule to the next run of another, by the same wall clock, in seconds. */
export function longestWait(from: Cron, to: Cron): number {
  // Where every day is like the other, one of them shows everything.
  const days = isDaily(from) && isDaily(to) ? [0] : matchingDays(from);
  let longest = 0;
  for (const day of days) {
    for (const time of timesOfDay(from)) {
      const run = day * DAY + time;
      longest = Math.max(longest, runFrom(to, run + 1) - run);
    }
  }
  return 60 * longest;
}

/** Each length of time, in minutes, that lies between two runs by the wall clock. */
function wallGaps(cron: Cron): number[] {
  const times = timesOfDay(cron);
  const overnight = DAY + (times[0] ?? 0) - (times.at(-1) ?? 0);
  const gaps = new Set(times.slice(1).map((t, i) => t - (times[i] ?? 0)));
  if (isDaily(cron)) return [...gaps.add(overnight)];
  const days = matchingDays(cron);
  days.forEach((day, i) => {
    const next = days[i + 1] ?? (days[0] ?? 0) + CYCLE_DAYS;
    gaps.add((next - day - 1) * DAY + overnight);
  });
  return [...gaps];
}

/** The time, in minutes, between the last run before each change of the clock and the first one after it. */
function clockChangeGaps(cron: Cron, timeZone: string | undefined): number[] {
  if (timeZone === undefined) return [];
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
  const [day, minute] = [Math.floor(wall / DAY), ((wall % DAY) + DAY) % DAY];
  const times = timesOfDay(cron);
  const days = matchingDays(cron);
  const at = lowerBound(days, day);
  const later = times[lowerBound(times, minute)];
  if (days[at] === day && later !== undefined) return day * DAY + later;
  const next = days[days[at] === day ? at + 1 : at] ?? (days[0] ?? 0) + CYCLE_DAYS;
  return next * DAY + (times[0] ?? 0);
}

/** The last run before a wall-clock minute of the reference years. */
function runBefore(cron: Cron, wall: number): number {
  const [day, minute] = [Math.floor(wall / DAY), ((wall % DAY) + DAY) % DAY];
  const times = timesOfDay(cron);
  const days = matchingDays(cron);
  const at = lowerBound(days, day);
  const earlier = times[lowerBound(times, minute) - 1];
  if (days[at] === day && earlier !== undefined) return day * DAY + earlier;
  const previous = days[at - 1] ?? (days.at(-1) ?? 0) - CYCLE_DAYS;
  return previous * DAY + (times.at(-1) ?? 0);
}
