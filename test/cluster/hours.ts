/** Business hours for a real Alertmanager, which has no clock but that of the machine. */
import type { OnCallProps } from '../../lib/oncall/on-call';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

type Hours = OnCallProps['businessHours'];

const weekdayOf = (at: number, timeZone: string) =>
  new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'short' }).format(at) as 'Mon';

/** The first minute of the clock that is at least so many milliseconds away: hours begin with a minute. */
export const minuteAfter = (milliseconds: number): number => Math.ceil((Date.now() + milliseconds) / MINUTE) * MINUTE;

/** An hour that begins at a time, in a zone in which it is day now: hours end with the day. */
export function hoursFrom(at: number): Hours {
  const timeZone = new Date(at).getUTCHours() < 12 ? 'Asia/Kolkata' : 'America/St_Johns';
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'short' });
  return { timeZone, days: [weekdayOf(at, timeZone)], from: format.format(at), to: format.format(at + 60 * MINUTE) };
}

/** All day long, on every day of the week but today and its neighbours: it is weekend. */
export function notToday(): Hours {
  const timeZone = 'Etc/UTC';
  const days = [2, 3, 4, 5].map((n) => weekdayOf(Date.now() + n * DAY, timeZone));
  return { timeZone, days, from: '00:00', to: '24:00' };
}
