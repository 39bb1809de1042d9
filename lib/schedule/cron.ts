/**
 * Cron schedules as a Kubernetes CronJob reads them: the standard parser of robfig/cron v3. Three things that Kubernetes
 * lets through are refused here, because they never mean what they seem to: `@every` (counted from whenever the
 * controller last started), empty entries of a list (`1,,2`) and ranges of everything (`*-5`, read as `*`).
 *
 * Source: github.com/robfig/cron v3.0.1, parser.go; kubernetes, pkg/apis/batch/validation.
 */
export interface Cron {
  /** The five fields as they were written; descriptors (`@daily`) written out. */
  readonly fields: readonly [minute: string, hour: string, dayOfMonth: string, month: string, dayOfWeek: string];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth: readonly number[];
  readonly months: readonly number[];
  /** 0 is Sunday. */
  readonly daysOfWeek: readonly number[];
  /** Both kinds of days are restricted: a day that matches either of them is enough. */
  readonly eitherDay: boolean;
}

export type CronResult = { readonly ok: true; readonly cron: Cron } | { readonly ok: false; readonly error: string };

interface Bounds {
  readonly field: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const BOUNDS: readonly [Bounds, Bounds, Bounds, Bounds, Bounds] = [
  { field: 'minute', min: 0, max: 59 },
  { field: 'hour', min: 0, max: 23 },
  { field: 'day of month', min: 1, max: 31 },
  { field: 'month', min: 1, max: 12, names: MONTHS },
  { field: 'day of week', min: 0, max: 6, names: WEEKDAYS },
];

const DESCRIPTORS: Readonly<Record<string, Cron['fields']>> = {
  '@yearly': ['0', '0', '1', '1', '*'],
  '@annually': ['0', '0', '1', '1', '*'],
  '@monthly': ['0', '0', '1', '*', '*'],
  '@weekly': ['0', '0', '*', '*', '0'],
  '@daily': ['0', '0', '*', '*', '*'],
  '@midnight': ['0', '0', '*', '*', '*'],
  '@hourly': ['0', '*', '*', '*', '*'],
};

/** The most days that a month can have. */
const LONGEST = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** What is wrong with a field, as a sentence without its end. Never leaves this file. */
class Refusal extends Error {}

/** Schedules that were read: each is asked for when it is checked, placed, described and moved. */
const known = new Map<string, Cron>();

/** Reads a schedule, or says in a few words why a CronJob could not run by it. */
export function parseCron(text: string): CronResult {
  try {
    return { ok: true, cron: known.get(text) ?? remember(text) };
  } catch (e) {
    if (e instanceof Refusal) return { ok: false, error: e.message };
    throw e;
  }
}

function remember(text: string): Cron {
  const cron = read(text);
  known.set(text, cron);
  return cron;
}

/** Reads a schedule that was validated before. @throws {Error} if it was not */
export function cronOf(text: string): Cron {
  const result = parseCron(text);
  if (!result.ok) throw new Error(`not a schedule: ${text} (${result.error})`);
  return result.cron;
}

function read(text: unknown): Cron {
  if (typeof text !== 'string') throw new Refusal('a text');
  const fields = splitFields(text);
  const [minute, hour, dayOfMonth, month, dayOfWeek] = BOUNDS.map((bounds, i) =>
    readField(fields[i] ?? '', bounds),
  ) as [Field, Field, Field, Field, Field];
  const cron: Cron = {
    fields,
    minutes: minute.values,
    hours: hour.values,
    daysOfMonth: dayOfMonth.values,
    months: month.values,
    daysOfWeek: dayOfWeek.values,
    eitherDay: !dayOfMonth.star && !dayOfWeek.star,
  };
  if (!happens(cron)) {
    throw new Refusal(
      `a date that exists; day ${dayOfMonth.values.join(', ')} is in none of the months ${month.values.join(', ')}`,
    );
  }
  return cron;
}

function splitFields(text: string): Cron['fields'] {
  if (/TZ=/.test(text)) throw new Refusal('the time zone stands beside the schedule, in `timeZone`, not inside it');
  if (text.startsWith('@')) return descriptor(text);
  const fields = text.split(/\s+/).filter((f) => f !== '');
  if (fields.length === 5) return fields as unknown as Cron['fields'];
  const more = fields.length > 5 ? '; there is no field for seconds or years' : '';
  throw new Refusal(`minute, hour, day of month, month and day of week; got ${fields.length} fields${more}`);
}

function descriptor(text: string): Cron['fields'] {
  const fields = DESCRIPTORS[text];
  if (fields && Object.hasOwn(DESCRIPTORS, text)) return fields;
  if (text.startsWith('@every'))
    throw new Refusal('@every counts from the start of the controller, not from the clock; write the minutes or hours');
  if (text === '@reboot') throw new Refusal('a cluster does not reboot; @reboot has no time');
  throw new Refusal(`the only words are ${Object.keys(DESCRIPTORS).join(', ')}`);
}

interface Field {
  readonly values: readonly number[];
  /** Written as `*` or `?`, without a step: no restriction. */
  readonly star: boolean;
}

function readField(text: string, bounds: Bounds): Field {
  const parts = text.split(',').map((part) => readRange(part, bounds));
  const values = new Set(parts.flatMap((p) => p.values));
  return { values: [...values].sort((a, b) => a - b), star: parts.some((p) => p.star) };
}

function readRange(text: string, bounds: Bounds): Field {
  const [range = '', stepText, ...moreSteps] = text.split('/');
  const [low = '', high, ...moreHyphens] = range.split('-');
  if (text === '') throw new Refusal(`${bounds.field}: an entry of the list is empty`);
  if (moreSteps.length > 0) throw new Refusal(`${bounds.field}: "${text}" has more than one "/"`);
  if (moreHyphens.length > 0) throw new Refusal(`${bounds.field}: "${text}" has more than one "-"`);
  const any = low === '*' || low === '?';
  if (any && high !== undefined) throw new Refusal(`${bounds.field}: "${text}" is a range of everything`);
  const step = stepText === undefined ? 1 : number(stepText, bounds);
  if (step < 1) throw new Refusal(`${bounds.field}: the step of "${text}" is not positive`);
  const start = any ? bounds.min : numberOrName(low, bounds);
  // "5/10" means from 5 to the end.
  const end = high !== undefined ? numberOrName(high, bounds) : any || stepText !== undefined ? bounds.max : start;
  checkRange(text, start, end, bounds);
  const values: number[] = [];
  for (let v = start; v <= end; v += step) values.push(v);
  return { values, star: any && step === 1 };
}

function checkRange(text: string, start: number, end: number, { field, min, max }: Bounds): void {
  if (start < min || end > max || start > max) {
    throw new Refusal(
      `${field}: "${text}" is out of range, ${min} to ${max}${field === 'day of week' ? ' (0 is Sunday, 7 is not taken)' : ''}`,
    );
  }
  if (start > end) throw new Refusal(`${field}: the range "${text}" runs backwards`);
}

function numberOrName(text: string, bounds: Bounds): number {
  const name = bounds.names?.indexOf(text.toLowerCase()) ?? -1;
  return name < 0 ? number(text, bounds) : bounds.min + name;
}

function number(text: string, bounds: Bounds): number {
  if (/^\+?\d{1,9}$/.test(text)) return Number(text);
  throw new Refusal(
    `${bounds.field}: "${text}" is not a number${bounds.names ? ` or one of ${bounds.names.join(', ')}` : ''}`,
  );
}

/** 31 February never comes; a restricted day of the week always does. */
function happens(cron: Cron): boolean {
  return cron.eitherDay || cron.months.some((m) => cron.daysOfMonth.some((d) => d <= (LONGEST[m - 1] ?? 0)));
}
