import type { PlacedTask } from '../schedule/apart';
import { cronOf } from '../schedule/cron';
import { largestGap, smallestGap } from '../schedule/gaps';
import type { Level } from '../sovra/levels';
import type { TaskAlertName } from './task-alerts';

/** What is known of a task without looking at its objects; alerts, dashboards and checks are made of it. */
export interface TaskDescription extends PlacedTask, TaskTiming {
  /** Name of the CronJob. */
  readonly name: string;
  readonly namespace: string;
  /** What is missed while it does not run; a sentence for the person on call. */
  readonly purpose: string;
  /** The guide's level of each of its alerts. */
  readonly levels: Readonly<Record<TaskAlertName, Level>>;
}

/** All in seconds. */
export interface TaskTiming {
  /** The shortest time between two runs, changes of the clock included. */
  readonly smallestGapSeconds: number;
  /** The longest time between two runs, changes of the clock included. */
  readonly largestGapSeconds: number;
  /** How late a run may start and still be started. */
  readonly startingDeadlineSeconds: number;
  /** How long a run may take before it is ended. */
  readonly activeDeadlineSeconds: number;
  /** The oldest that the last success can be while all is well. */
  readonly maxAgeSeconds: number;
}

/** The controller looks at CronJobs every 10 s; with less than a minute to start, it skips runs on a busy cluster. */
export const SHORTEST_STARTING_DEADLINE = 60;
const LONGEST_STARTING_DEADLINE = 6 * 3600;
const LONGEST_ACTIVE_DEADLINE = 4 * 3600;
/** Between the end of a Job and the moment at which Prometheus knows: status, scrape, evaluation. */
const SLACK = 300;

/**
 * Deadlines that follow from a schedule. A run may start late by a quarter of the period (a minute at least, 6 h at
 * most): a controller that was away for an hour still makes the daily backup. A run ends after four fifths of the
 * period (4 h at most), so a hung one never keeps the next from starting.
 *
 * @param activeDeadlineSeconds how long a run may take, where that is known better
 */
export function taskTiming(schedule: string, timeZone: string, activeDeadlineSeconds?: number): TaskTiming {
  const cron = cronOf(schedule);
  const [smallest, largest] = [smallestGap(cron, timeZone), largestGap(cron, timeZone)];
  const start = Math.max(SHORTEST_STARTING_DEADLINE, Math.min(Math.floor(smallest / 4), LONGEST_STARTING_DEADLINE));
  const active = activeDeadlineSeconds ?? Math.min(Math.floor(smallest * 0.8), LONGEST_ACTIVE_DEADLINE);
  return {
    smallestGapSeconds: smallest,
    largestGapSeconds: largest,
    startingDeadlineSeconds: start,
    activeDeadlineSeconds: active,
    maxAgeSeconds: largest + start + active + SLACK,
  };
}
