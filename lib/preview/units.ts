/** A value as text in a unit of Grafana's; `decimals` where a panel states them. */
export type Format = (value: number, decimals?: number) => string;

/**
 * So many decimals, or as many as three figures need, and none for whole numbers.
 */
export function plain(value: number, decimals?: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '-∞';
  const wanted = decimals ?? (Number.isInteger(value) ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))));
  return value.toFixed(Math.min(20, wanted));
}

const withUnit =
  (unit: string): Format =>
  (value, decimals) =>
    plain(value, decimals) + unit;

/** Steps of a scale, the smallest first: from which size on, and what it is divided by and called. */
type Scale = readonly (readonly [size: number, name: string])[];

function scaled(scale: Scale): Format {
  return (value, decimals) => {
    const size = Math.abs(value);
    const [by, name] = scale.filter(([from]) => size >= from).at(-1) ?? scale[0] ?? [1, ''];
    // Nothing is nothing in every unit: it takes that of one.
    const [unit, called] = value === 0 ? (scale.find(([from]) => from === 1) ?? [by, name]) : [by, name];
    return plain(value / unit, decimals) + called;
  };
}

const powers = (base: number, names: readonly string[], unit: string, least = 0): Scale =>
  names.map((name, i) => [base ** (i + least), name + unit] as const);

const THOUSANDS = ['', ' K', ' Mil', ' Bil', ' Tri', ' Quadr'];
const counted = (unit: string) => scaled(powers(1000, ['', 'K', 'M', 'B', 'T'], ` ${unit}`));
const si = (unit: string, from = 1) =>
  scaled(
    powers(1000, [' n', ' µ', ' m', ' ', ' k', ' M', ' G', ' T', ' P'], unit, -3).map(
      ([s, n]) => [s * from, n] as const,
    ),
  );
/** Units of information; `from` of them make the one that a value is in. */
const binary = (unit: string, power = 0) =>
  shifted(scaled(powers(1024, [' ', ' Ki', ' Mi', ' Gi', ' Ti', ' Pi'], unit)), 1024 ** power);
const decimal = (unit: string, power = 0) =>
  shifted(scaled(powers(1000, [' ', ' k', ' M', ' G', ' T', ' P'], unit)), 1000 ** power);

function shifted(format: Format, factor: number): Format {
  return (value, decimals) => format(value * factor, decimals);
}

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const WEEK = 7 * DAY;
const YEAR = 365 * DAY;

const SECONDS: Scale = [
  [1e-9, ' ns'],
  [1e-6, ' µs'],
  [1e-3, ' ms'],
  [1, ' s'],
  [MINUTE, ' min'],
  [HOUR, ' hour'],
  [DAY, ' day'],
  [WEEK, ' week'],
  [YEAR, ' year'],
];

/** A duration in some unit, shown in that one or a larger one; those of a second and less go down too. */
function duration(unit: number): Format {
  const known = unit > 1 ? SECONDS.filter(([size]) => size >= unit) : SECONDS;
  const format = scaled(known);
  const zero = SECONDS.find(([size]) => size === unit)?.[1] ?? '';
  return (value, decimals) => (value === 0 ? plain(0, decimals) + zero : format(value * unit, decimals));
}

const FORMATS: Readonly<Record<string, Format>> = {
  none: plain,
  string: plain,
  short: scaled(powers(1000, THOUSANDS, '')),
  sishort: si(''),
  percent: withUnit('%'),
  percentunit: (value, decimals) => `${plain(round(100 * value), decimals)}%`,
  ns: duration(1e-9),
  µs: duration(1e-6),
  ms: duration(1e-3),
  s: duration(1),
  m: duration(MINUTE),
  h: duration(HOUR),
  d: duration(DAY),
  bytes: binary('B'),
  decbytes: decimal('B'),
  bits: binary('b'),
  decbits: decimal('b'),
  kbytes: binary('B', 1),
  deckbytes: decimal('B', 1),
  mbytes: binary('B', 2),
  decmbytes: decimal('B', 2),
  gbytes: binary('B', 3),
  decgbytes: decimal('B', 3),
  binBps: binary('B/s'),
  Bps: decimal('B/s'),
  binbps: binary('b/s'),
  bps: decimal('b/s'),
  pps: decimal('p/s'),
  hertz: si('Hz'),
  cps: counted('c/s'),
  ops: counted('ops/s'),
  reqps: counted('req/s'),
  rps: counted('rd/s'),
  wps: counted('wr/s'),
  iops: counted('io/s'),
  eps: counted('evt/s'),
  mps: counted('msg/s'),
  opm: counted('ops/m'),
  rpm: counted('rd/m'),
  wpm: counted('wr/m'),
  bool: (value) => (value === 0 ? 'False' : 'True'),
  bool_yes_no: (value) => (value === 0 ? 'No' : 'Yes'),
  bool_on_off: (value) => (value === 0 ? 'Off' : 'On'),
  dateTimeAsIso: (value) => utc(value),
  dateTimeAsSystem: (value) => utc(value),
  dateTimeAsLocal: (value) => utc(value),
};

/** Hundred times a share is not always what it should be: 0.07 gives 7.000000000000001. */
const round = (value: number) => Number(value.toPrecision(12));

/** Milliseconds since 1970 as `2026-01-05 08:30:00`. */
export function utc(milliseconds: number): string {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? plain(milliseconds) : date.toISOString().slice(0, 19).replace('T', ' ');
}

const ROUGHLY: readonly (readonly [below: number, unit: number, one: string, many: string])[] = [
  [45, 1, 'a few seconds', 'a few seconds'],
  [45 * MINUTE, MINUTE, 'a minute', 'minutes'],
  [22 * HOUR, HOUR, 'an hour', 'hours'],
  [26 * DAY, DAY, 'a day', 'days'],
  [320 * DAY, 30.4 * DAY, 'a month', 'months'],
  [Number.POSITIVE_INFINITY, YEAR, 'a year', 'years'],
];

function fromNow(now: number): Format {
  return (value) => {
    if (!Number.isFinite(value)) return plain(value);
    const seconds = Math.abs(value / 1000 - now);
    const [, unit, one, many] = ROUGHLY.find(([below]) => seconds < below) ?? ROUGHLY[0] ?? [0, 1, '', ''];
    const count = Math.max(1, Math.round(seconds / unit));
    const words = one === many ? one : count === 1 ? one : `${count} ${many}`;
    return value / 1000 > now ? `in ${words}` : `${words} ago`;
  };
}

/**
 * How a unit is written; one that is not known stands behind the number, as Grafana does it.
 *
 * @param now seconds since 1970, for units that tell how long ago something was
 */
export function formatOf(unit: string, now: number): Format {
  const [, kind, own = ''] = /^(suffix|prefix):(.*)$/s.exec(unit) ?? [];
  if (kind === 'suffix') return withUnit(own);
  if (kind === 'prefix') return (value, decimals) => own + plain(value, decimals);
  if (unit === 'dateTimeFromNow') return fromNow(now);
  if (unit === '') return FORMATS.short as Format;
  return (Object.hasOwn(FORMATS, unit) ? FORMATS[unit] : undefined) ?? withUnit(` ${unit}`);
}
