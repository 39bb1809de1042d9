/** An axis of numbers: where it begins and ends, and how far its lines are apart. */
export interface Scale {
  readonly min: number;
  readonly max: number;
  readonly interval: number;
}

/** Lines of a graph, at most. */
const LINES = 5;

const BY_TIME = [
  ...[1, 2, 5, 10, 15, 20, 30],
  ...[1, 2, 5, 10, 15, 20, 30].map((m) => m * 60),
  ...[1, 2, 3, 6, 12].map((h) => h * 3600),
  ...[1, 2, 7, 14, 28].map((d) => d * 86_400),
];

/** Steps that read well in a unit, from some size on; below and beyond, the round ones of ten. */
const ROUND: Readonly<Record<string, readonly number[]>> = {
  s: BY_TIME,
  ms: BY_TIME.map((s) => s * 1000),
  d: [1, 2, 7, 14, 28, 56, 91, 182],
};

const BINARY = /^(bytes|bits|binBps|binbps|[kmg]bytes)$/;

/** An axis that holds all values, with a line for each round figure. */
export function scaleOf(values: readonly number[], unit: string, soft: { min?: number; max?: number } = {}): Scale {
  const all = [...values, soft.min, soft.max].filter((v) => v !== undefined);
  let min = Infinity;
  let max = -Infinity;
  for (const v of all) {
    min = Math.min(min, v);
    max = Math.max(max, v);
  }
  if (all.length === 0) [min, max] = [0, 1];
  // A flat line needs an axis too.
  if (min === max) [min, max] = min === 0 ? [0, 1] : min > 0 ? [0, max] : [min, 0];
  const interval = nice((max - min) / LINES, unit);
  const down = Math.floor(round(min / interval)) * interval;
  const up = Math.ceil(round(max / interval)) * interval;
  return { min: round(down), max: round(up), interval };
}

/** The smallest round figure that is not below another. */
function nice(least: number, unit: string): number {
  if (BINARY.test(unit)) return 2 ** Math.ceil(Math.log2(least));
  const own = ROUND[unit];
  if (own && least > (own[0] ?? 0) && least <= (own.at(-1) ?? 0)) return own.find((s) => s >= least) ?? least;
  const ten = 10 ** Math.floor(Math.log10(least));
  return round(([1, 2, 5, 10].find((f) => f * ten >= least * (1 - 1e-9)) ?? 10) * ten);
}

const round = (v: number) => Number(v.toPrecision(12));
