import { EPOCH_MINUTE, FIRST_YEAR, YEARS } from './calendar';

/** A stretch of time in which a zone's distance to UTC does not change. */
export interface ZoneSegment {
  /** First minute, UTC, counted from 1 January 2024. */
  readonly from: number;
  /** Minutes that the wall clock is ahead of UTC. */
  readonly offset: number;
}

/** Two weeks: Morocco suspends daylight saving for as little as a month. */
const STEP = 14 * 1440;
const END = Date.UTC(FIRST_YEAR + YEARS, 0, 1) / 60_000 - EPOCH_MINUTE;

const memo = new Map<string, readonly ZoneSegment[]>();

/**
 * The offsets of a time zone over the reference years, from the zone data of the running Node: the rules of today, put
 * forward. One segment for a zone without daylight saving.
 */
export function zoneSegments(timeZone: string): readonly ZoneSegment[] {
  let segments = memo.get(timeZone);
  if (segments === undefined) {
    segments = /^(Etc\/)?(UTC|GMT|UCT|Zulu)$/.test(timeZone) ? [{ from: 0, offset: 0 }] : computeSegments(timeZone);
    memo.set(timeZone, segments);
  }
  return segments;
}

function computeSegments(timeZone: string): ZoneSegment[] {
  const offsetAt = offsetReader(timeZone);
  const segments: ZoneSegment[] = [{ from: 0, offset: offsetAt(0) }];
  let offset = offsetAt(0);
  for (let minute = 0; minute < END; minute += STEP) {
    const next = offsetAt(Math.min(minute + STEP, END));
    if (next === offset) continue;
    segments.push({ from: firstWith(offsetAt, next, minute, minute + STEP), offset: next });
    offset = next;
  }
  return segments;
}

/** The first minute that has an offset, in a stretch at whose end it holds. */
function firstWith(offsetAt: (minute: number) => number, offset: number, from: number, to: number): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offsetAt(middle) === offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

function offsetReader(timeZone: string): (minute: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset', year: 'numeric' });
  return (minute) => {
    const match = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(format.format((EPOCH_MINUTE + minute) * 60_000));
    const size = Number(match?.[2] ?? 0) * 60 + Number(match?.[3] ?? 0);
    return match?.[1] === '-' ? -size : size;
  };
}
