/** Units of a Prometheus duration, in seconds, the largest first (the order in which Prometheus wants them). */
const UNITS = [
  ['y', 365 * 86400],
  ['w', 7 * 86400],
  ['d', 86400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
  ['ms', 0.001],
] as const;

const SHAPE = /^(?=.)(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** Prometheus counts nanoseconds in 63 bits: about 292 years. */
const LONGEST = 2 ** 63 / 1e9;

/** Seconds in a Prometheus duration (`15s`, `1h30m`, `35d`), or undefined if it is not one, is zero or is too long. */
export function parseDuration(text: string): number | undefined {
  const match = SHAPE.exec(text);
  if (!match) return undefined;
  const seconds = UNITS.reduce((sum, [, size], i) => sum + Number(match[i + 1] ?? 0) * size, 0);
  return seconds > 0 && seconds < LONGEST ? seconds : undefined;
}

/** Seconds in a duration that was validated before. @throws {Error} if it was not. */
export function seconds(text: string): number {
  const value = parseDuration(text);
  if (value === undefined) throw new Error(`not a duration: ${text}`);
  return value;
}

/** The shortest Prometheus duration of so many seconds: 90 -> `1m30s`. Weeks and years are written in days. */
export function formatDuration(total: number): string {
  let rest = Math.round(total * 1000) / 1000;
  let text = '';
  for (const [unit, size] of UNITS) {
    if (unit === 'y' || unit === 'w') continue;
    const count = Math.floor(rest / size + 1e-9);
    if (count > 0) text += `${count}${unit}`;
    rest = Math.round((rest - count * size) * 1000) / 1000;
  }
  return text === '' ? '0s' : text;
}
