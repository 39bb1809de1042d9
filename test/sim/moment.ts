import type { Episode, FaultLog } from './fault-log';
import type { FaultName, Where } from './faults';

/** All that a metric depends on. */
export interface Moment {
  /** Seconds since the start of the simulation. */
  readonly now: number;
  /** When the process that is asked started; negative if it had run before the simulation. */
  readonly startedAt: number;
  readonly faults: FaultLog;
}

const PERIOD = 600;
const SWING = 0.2;
const ANGLE = (2 * Math.PI) / PERIOD;

/** How busy users are, around 1: a slow wave, so that graphs look alive. */
export function demand(t: number): number {
  return 1 + SWING * Math.sin(ANGLE * t);
}

/** What that adds up to. In closed form, so that a counter has the same value however often it is asked for. */
function work(from: number, to: number): number {
  return to - from + (SWING / ANGLE) * (Math.cos(ANGLE * from) - Math.cos(ANGLE * to));
}

/** A part of a process's life, during all of which the same fault was there, or none. */
export interface Phase {
  readonly work: number;
  readonly fault?: Episode;
}

/**
 * The life of a process, cut where a fault came and went. Every phase is computed from its own ends, never as a
 * difference of others: one that is over keeps its value to the last bit, and no counter ever steps back.
 */
export function phases(m: Moment, name: FaultName, where: Where = {}): readonly Phase[] {
  const result: Phase[] = [];
  let cursor = m.startedAt;
  for (const fault of m.faults.episodes(name, where)) {
    const from = clamp(fault.from, cursor, m.now);
    const until = clamp(fault.until, from, m.now);
    result.push({ work: work(cursor, from) }, { work: work(from, until), fault });
    cursor = until;
  }
  return [...result, { work: work(cursor, m.now) }];
}

function clamp(x: number, low: number, high: number): number {
  return Math.min(Math.max(x, low), high);
}

/** Work during the whole life of the process. */
export function lifetimeWork(m: Moment): number {
  return work(m.startedAt, m.now);
}

/** Events so far, at `rate` a second times the share that a phase has of them. */
export function events(rate: number, all: readonly Phase[], share: (fault?: Episode) => number): number {
  return Math.floor(all.reduce((sum, p) => sum + rate * p.work * share(p.fault), 0));
}
