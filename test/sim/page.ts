import { METRICS, type Metric, type MetricDialect, type MetricId, type MetricType } from '../../lib/sovra/metrics';
import { exposition, type Family, type LabelSet, type Sample } from './exposition';
import { histogramSamples, type Latencies } from './latency';

/** A sample with labels, where an exporter shows it only after it was counted for the first time. */
export function counted(labels: LabelSet, value: number): Sample[] {
  return value === 0 ? [] : [{ labels, value }];
}

/** A page of metrics: names, types, help texts and buckets come from the catalogue, in one dialect. */
export class Page {
  readonly #families: Family[] = [];

  constructor(readonly dialect: MetricDialect) {}

  /** A counter or a gauge with labels; nothing happens if the dialect does not export it. */
  series(id: MetricId, samples: readonly Sample[]): this {
    const metric: Metric = METRICS[id];
    if (metric.type === 'histogram') throw new Error(`${id} is a histogram`);
    return this.#add(metric, samples);
  }

  /** A counter or a gauge without labels. */
  value(id: MetricId, value: number): this {
    return this.series(id, [{ labels: {}, value }]);
  }

  histogram(id: MetricId, all: readonly Latencies[]): this {
    const metric: Metric = METRICS[id];
    const bounds = metric.buckets;
    if (bounds === undefined) throw new Error(`${id} has no buckets`);
    return this.#add(
      metric,
      all.flatMap((l) => histogramSamples(bounds, l)),
    );
  }

  /** A metric that the real part exports and the catalogue does not need. */
  other(name: string, type: MetricType, help: string, samples: readonly Sample[]): this {
    this.#families.push({ name, type, help, samples });
    return this;
  }

  toString(): string {
    return exposition(this.#families);
  }

  #add(metric: Metric, samples: readonly Sample[]): this {
    const name = metric.name[this.dialect];
    if (name !== null) this.#families.push({ name, type: metric.type, help: metric.help, samples });
    return this;
  }
}
