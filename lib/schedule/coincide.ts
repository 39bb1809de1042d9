import { CYCLE_DAYS, DAY, dayFrom, dayPeriod, lowerBound, timeSet, timesOfDay } from './calendar';
import type { Cron } from './cron';
import { type ZoneSegment, zoneSegments } from './zone';

/** When a task runs. */
export interface ZonedCron {
  readonly cron: Cron;
  /** @default the same zone as that of the other one */
  readonly timeZone?: string;
}

/** True when there is a minute at which both fire. */
export function sharesMinute(a: ZonedCron, b: ZonedCron): boolean {
  if (a.timeZone === b.timeZone || a.timeZone === undefined || b.timeZone === undefined) {
    return meets(a.cron, b.cron, 0, { from: -Infinity, to: Infinity });
  }
  return distances(a.timeZone, b.timeZone).some((s) => meets(a.cron, b.cron, s.distance, s.wall));
}

/** Stretches of A's wall clock in which B's clock is a fixed number of minutes ahead of it. */
function distances(zoneA: string, zoneB: string): { distance: number; wall: { from: number; to: number } }[] {
  const [segmentsA, segmentsB] = [zoneSegments(zoneA), zoneSegments(zoneB)];
  const starts = [...new Set([...segmentsA, ...segmentsB].map((s) => s.from))].sort((x, y) => x - y);
  return starts.map((from, i) => {
    const [offsetA, offsetB] = [offsetAt(segmentsA, from), offsetAt(segmentsB, from)];
    const to = starts[i + 1] ?? CYCLE_DAYS * DAY;
    return { distance: offsetB - offsetA, wall: { from: from + offsetA, to: to + offsetA } };
  });
}

function offsetAt(segments: readonly ZoneSegment[], minute: number): number {
  return (
    segments[
      lowerBound(
        segments.map((s) => s.from),
        minute + 1,
      ) - 1
    ]?.offset ?? 0
  );
}

/** Whether B, whose clock is `distance` minutes ahead, fires together with A within a stretch of A's wall clock. */
function meets(a: Cron, b: Cron, distance: number, wall: { from: number; to: number }): boolean {
  const timesB = timeSet(b);
  return timesOfDay(a).some((time) => {
    const there = time + distance;
    return (
      timesB.has(modulo(there, DAY)) &&
      meetsOnADay(a, b, Math.floor(there / DAY), (wall.from - time) / DAY, (wall.to - time) / DAY)
    );
  });
}

/** Whether a day of A from `from` to before `to` is, `shift` days later, a day of B. */
function meetsOnADay(a: Cron, b: Cron, shift: number, from: number, to: number): boolean {
  const start = Math.max(0, Math.ceil(from));
  // After the longer of both periods, everything comes again.
  const end = Math.min(to, CYCLE_DAYS, start + Math.max(dayPeriod(a), dayPeriod(b)));
  for (let day = dayFrom(a, start); day < end; day = dayFrom(a, day + 1)) {
    if (dayFrom(b, day + shift) === day + shift) return true;
  }
  return false;
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
