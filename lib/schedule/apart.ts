import { type Problem, SovraOpsError } from '../errors';
import { sharesMinute, type ZonedCron } from './coincide';
import { cronOf } from './cron';
import { shift } from './shift';

/** A task as far as its time is concerned. */
export interface PlacedTask {
  readonly name: string;
  /** Five-field cron. */
  readonly schedule: string;
  /** IANA name. */
  readonly timeZone: string;
  /** What it has to itself while it runs: no two tasks that use the same thing start in the same minute. */
  readonly uses: readonly string[];
}

export interface TaskToPlace extends PlacedTask {
  /** The time was chosen by the user and stays. @default false */
  readonly fixed?: boolean;
}

/** A task that does not run at the time that it was given first. */
export interface Move {
  readonly task: string;
  readonly from: string;
  readonly to: string;
  /** How much later it runs, in minutes. */
  readonly minutes: number;
  /** The task that has the earlier time, and what both use. */
  readonly because: { readonly task: string; readonly uses: string };
}

/** A quarter of an hour apart; closer only for tasks that run as often as that themselves. In minutes. */
const STEPS = [15, 5, 1];
const LONGEST_MOVE = 1440;

/**
 * Moves tasks apart that use the same thing at the same minute. Fixed tasks have their time first, then the others in
 * the order given, which is the order of importance: each keeps its time if it can, else it is moved later by 15
 * minutes (by 5, then by 1, where quarters of an hour cannot help), by a day at most. The same tasks in the same order
 * always get the same times.
 *
 * @param occupied tasks of other sets that are where they are
 * @param construct who is named in errors
 * @throws {SovraOpsError} if fixed tasks collide, or no time within a day is free
 */
export function apart<T extends TaskToPlace>(
  tasks: readonly T[],
  construct: string,
  occupied: readonly PlacedTask[] = [],
): { readonly tasks: readonly T[]; readonly moves: readonly Move[] } {
  const placed: Entry[] = occupied.map(entry);
  const schedules = new Map<T, string>();
  const moves: Move[] = [];
  const problems: Problem[] = [];
  for (const task of [...tasks.filter((t) => t.fixed), ...tasks.filter((t) => !t.fixed)]) {
    const found = place(task, placed);
    if ('problem' in found) problems.push(found.problem);
    else {
      placed.push(entry({ ...task, schedule: found.schedule }));
      schedules.set(task, found.schedule);
      if (found.move) moves.push(found.move);
    }
  }
  if (problems.length > 0) throw new SovraOpsError(construct, problems);
  return { tasks: tasks.map((t) => ({ ...t, schedule: schedules.get(t) ?? t.schedule })), moves };
}

interface Entry extends PlacedTask {
  readonly zoned: ZonedCron;
}

function entry(task: PlacedTask): Entry {
  return { ...task, zoned: { cron: cronOf(task.schedule), timeZone: task.timeZone } };
}

function place(task: TaskToPlace, placed: readonly Entry[]): { schedule: string; move?: Move } | { problem: Problem } {
  const rivals = placed.flatMap((other) => {
    const shared = other.uses.find((u) => task.uses.includes(u));
    return shared === undefined ? [] : [{ other, shared }];
  });
  const rivalAt = (schedule: string) => {
    const zoned = { cron: cronOf(schedule), timeZone: task.timeZone };
    return rivals.find(({ other }) => sharesMinute(zoned, other.zoned));
  };
  const rival = rivalAt(task.schedule);
  if (rival === undefined) return { schedule: task.schedule };
  const because = { task: rival.other.name, uses: rival.shared };
  const free = task.fixed ? undefined : firstFree(task.schedule, (s) => rivalAt(s) === undefined);
  if (free === undefined) return { problem: collision(task, rival.other, rival.shared) };
  return {
    schedule: free.schedule,
    move: { task: task.name, from: task.schedule, to: free.schedule, minutes: free.minutes, because },
  };
}

function firstFree(
  schedule: string,
  isFree: (schedule: string) => boolean,
): { schedule: string; minutes: number } | undefined {
  // What runs every few minutes has few other times.
  const tried = new Set([schedule]);
  for (const step of STEPS) {
    for (let minutes = step; minutes < LONGEST_MOVE; minutes += step) {
      const moved = shift(schedule, minutes);
      if (moved === undefined || tried.has(moved)) continue;
      tried.add(moved);
      if (isFree(moved)) return { schedule: moved, minutes };
    }
  }
  return undefined;
}

function collision(task: TaskToPlace, other: PlacedTask, shared: string): Problem {
  return {
    property: `schedule of ${task.name}`,
    given: task.schedule,
    allowed: `a time at which no other task uses "${shared}"; ${other.name} runs at "${other.schedule}" (${other.timeZone})`,
    remedy: task.fixed
      ? 'Choose another time for one of the two.'
      : 'No time within a day is free: run one of them less often.',
  };
}
