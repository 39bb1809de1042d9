import { type LabelSet, number, type Sample } from './exposition';
import type { Episode } from './fault-log';
import { events, type Phase } from './moment';

/**
 * Latencies follow the log-logistic distribution: skewed like real ones, and with a closed form for the share below any
 * bound, so that each bucket is a plain function of time.
 */
const SHAPE = 3;
const MEDIAN_OF_P95 = 19 ** (-1 / SHAPE);
const MEAN_OF_MEDIAN = Math.PI / SHAPE / Math.sin(Math.PI / SHAPE);

/** The share of latencies that are at most `bound`, where 95 % are at most `p95`. */
export function shareBelow(bound: number, p95: number): number {
  return bound === Number.POSITIVE_INFINITY ? 1 : 1 / (1 + ((p95 * MEDIAN_OF_P95) / bound) ** SHAPE);
}

export function meanLatency(p95: number): number {
  return p95 * MEDIAN_OF_P95 * MEAN_OF_MEDIAN;
}

export interface Latencies {
  readonly labels: LabelSet;
  /** Events a second at mean demand. */
  readonly rate: number;
  readonly phases: readonly Phase[];
  readonly p95: (fault?: Episode) => number;
}

/** The samples of one histogram: cumulative buckets with `+Inf`, then the sum and the count. */
export function histogramSamples(bounds: readonly number[], l: Latencies): Sample[] {
  const buckets = [...bounds, Number.POSITIVE_INFINITY].map((bound) => ({
    suffix: '_bucket' as const,
    labels: { ...l.labels, le: number(bound) },
    value: events(l.rate, l.phases, (fault) => shareBelow(bound, l.p95(fault))),
  }));
  const sum = l.phases.reduce((total, p) => total + l.rate * p.work * meanLatency(l.p95(p.fault)), 0);
  const count = events(l.rate, l.phases, () => 1);
  return [
    ...buckets,
    { suffix: '_sum', labels: l.labels, value: sum },
    { suffix: '_count', labels: l.labels, value: count },
  ];
}
