import { Cron } from 'croner';

/** Every run in a stretch of time as croner, another implementation, says; in minutes since 1970; it is not fast. */
export function cronerRuns(
  schedule: string,
  zone: string,
  from: number,
  to: number,
  most = Number.POSITIVE_INFINITY,
): number[] {
  const job = new Cron(schedule, { timezone: zone });
  const runs: number[] = [];
  let next = job.nextRun(new Date(from * 60_000 - 1000));
  while (next && next.getTime() < to * 60_000 && runs.length < most) {
    runs.push(next.getTime() / 60_000);
    next = job.nextRun(next);
  }
  return runs;
}

/** On each side of both oceans, some of which change their clocks: by an hour, by half of it, at midnight, in Ramadan. */
export const TEN_ZONES = [
  'Etc/UTC',
  'Europe/Zurich',
  'America/New_York',
  'America/St_Johns',
  'America/Santiago',
  'Africa/Casablanca',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Auckland',
];
