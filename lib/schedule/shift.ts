import { DAY, isDaily, isWeekly, timesOfDay } from './calendar';
import { type Cron, parseCron } from './cron';

/**
 * The schedule that fires so many minutes later (earlier, if negative) than another one, or undefined where one cron
 * line cannot say it: `0,30 2 * * *` and 45 minutes would be 02:45 and 03:15, and nothing can be moved over the end of
 * a month.
 */
export function shift(schedule: string, minutes: number): string | undefined {
  const parsed = parseCron(schedule);
  if (!parsed.ok || !Number.isInteger(minutes)) return undefined;
  const { cron } = parsed;
  const times = timesOfDay(cron).map((t) => t + minutes);
  const days = movedDays(cron, new Set(times.map((t) => Math.floor(t / DAY))));
  const wall = times.map((t) => ((t % DAY) + DAY) % DAY);
  const [minute, hour] = [distinct(wall.map((t) => t % 60)), distinct(wall.map((t) => Math.floor(t / 60)))];
  if (days === undefined || minute.length * hour.length !== wall.length) return undefined;
  return [write(minute, cron.minutes, cron.fields[0], 60), write(hour, cron.hours, cron.fields[1], 24), ...days].join(
    ' ',
  );
}

/** The three fields of days, when runs move by these numbers of days. */
function movedDays(cron: Cron, byDays: ReadonlySet<number>): string[] | undefined {
  const unchanged = cron.fields.slice(2);
  if (isDaily(cron)) return unchanged;
  const [by, ...others] = [...byDays];
  if (by === undefined || others.length > 0) return undefined;
  if (by === 0) return unchanged;
  if (!isWeekly(cron)) return undefined;
  return [...cron.fields.slice(2, 4), distinct(cron.daysOfWeek.map((d) => (((d + by) % 7) + 7) % 7)).join(',')];
}

function distinct(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

const LONGEST_LIST = 6;

/** The shortest way to write a field; as it was written before, where it says the same. */
function write(values: readonly number[], before: readonly number[], text: string, size: number): string {
  if (values.join() === before.join()) return text;
  if (values.length === size) return '*';
  const step = size / values.length;
  const start = values[0] ?? 0;
  if (values.length < 3 || !Number.isInteger(step) || !values.every((v, i) => v === start + i * step)) {
    return values.join(',');
  }
  if (start === 0) return `*/${step}`;
  // A short list is easier to read than a range with a step.
  return values.length > LONGEST_LIST ? `${start}-${size - 1}/${step}` : values.join(',');
}
