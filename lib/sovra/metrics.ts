import { ARCHIVING_METRICS } from './metrics/archiving';
import { BACKUP_METRICS } from './metrics/backups';
import { CONTROL_PLANE_METRICS } from './metrics/control-plane';
import type { Metric, MetricDialect } from './metrics/metric';
import { MONITORING_METRICS } from './metrics/monitoring';
import { SURROUNDINGS_METRICS } from './metrics/surroundings';
import { TASK_METRICS } from './metrics/tasks';
import { TELEMETRY_METRICS } from './metrics/telemetry';

export {
  METRIC_DIALECTS,
  type Metric,
  type MetricDialect,
  type MetricJob,
  type MetricType,
  TARGET_LABELS,
} from './metrics/metric';

/**
 * Every metric that a rule or a panel may use: what it means, what it is called in each dialect, its type and labels.
 * The synth checks hold every expression against this table; an expression that asks for anything else cannot ship.
 */
export const METRICS = {
  ...CONTROL_PLANE_METRICS,
  ...SURROUNDINGS_METRICS,
  ...TASK_METRICS,
  ...BACKUP_METRICS,
  ...ARCHIVING_METRICS,
  ...MONITORING_METRICS,
  ...TELEMETRY_METRICS,
} as const satisfies Record<string, Metric>;

export type MetricId = keyof typeof METRICS;

/** The name of a metric in a dialect, or null where that dialect does not export it. */
export function metricName(id: MetricId, dialect: MetricDialect): string | null {
  return METRICS[id].name[dialect];
}

/** The catalogue by exported name, for the checks: `_bucket`, `_sum` and `_count` of histograms included. */
export function metricsByName(
  dialect: MetricDialect,
): ReadonlyMap<string, { id: MetricId; metric: Metric; series: 'plain' | 'bucket' | 'sum' | 'count' }> {
  const byName = new Map<string, { id: MetricId; metric: Metric; series: 'plain' | 'bucket' | 'sum' | 'count' }>();
  for (const id of Object.keys(METRICS) as MetricId[]) {
    const metric: Metric = METRICS[id];
    const name = metric.name[dialect];
    if (name === null) continue;
    if (metric.type !== 'histogram') byName.set(name, { id, metric, series: 'plain' });
    else
      for (const series of ['bucket', 'sum', 'count'] as const) byName.set(`${name}_${series}`, { id, metric, series });
  }
  return byName;
}
