import { METRICS, type Metric, type MetricDialect } from '../sovra/metrics';
import { blindness } from './blindness';
import type { Diagnosis, MetricState } from './diagnosis';
import type { Evidence, LoadedTarget } from './evidence';
import type { Expected } from './expected';
import { diagnoseRules } from './loaded';
import { dialectPoints, METRIC_IDS, seriesName } from './questions';
import { selectorsOf } from './sight';

/** What is wrong, from what the manifests ask for and what Prometheus said. */
export function diagnose(expected: Expected, evidence: Evidence, dialect: MetricDialect): Diagnosis {
  const rules = diagnoseRules(expected, evidence);
  const targets = diagnoseTargets(expected, evidence);
  const expressions = blindness(expected, evidence, dialect);
  const watchdogFires = evidence.rules.some((r) => r.name === 'Watchdog' && r.state === 'firing');
  const alerting = {
    watchdogFires,
    alertmanagers: evidence.alertmanagers,
    notificationErrors: evidence.notificationErrors,
  };
  const looksLike = otherDialect(evidence, dialect);
  const wrong = [
    ...[rules.notLoaded, rules.different, rules.failing, targets.down, targets.missing],
    ...[expressions.blind, expressions.unreadable],
  ];
  const well =
    wrong.every((list) => list.length === 0) &&
    evidence.configurationTaken &&
    watchdogFires &&
    evidence.alertmanagers > 0 &&
    evidence.notificationErrors === 0;
  return {
    well,
    prometheus: {
      url: evidence.url,
      version: evidence.version,
      configurationTaken: evidence.configurationTaken,
    },
    dialect: { expected: dialect, ...(looksLike && { looksLike }) },
    metrics: metricStates(expected, evidence, dialect),
    expressions,
    rules,
    targets,
    alerting,
  };
}

function otherDialect({ series }: Evidence, dialect: MetricDialect): MetricDialect | undefined {
  const points = dialectPoints(series.keys());
  const other = dialect === 'guide' ? '2026.3' : 'guide';
  return points[other] > points[dialect] ? other : undefined;
}

function metricStates(expected: Expected, { series, carriers }: Evidence, dialect: MetricDialect): MetricState[] {
  const used = expected.viewers.map((v) => new Set((v.sight ? selectorsOf(v.sight) : []).map((s) => s.name)));
  return METRIC_IDS.flatMap((metric) => {
    const name = seriesName(metric, dialect);
    if (name === null) return [];
    const { labels, help, type, optional = false }: Metric = METRICS[metric];
    const count = series.get(name) ?? 0;
    const base = name.replace(/_bucket$/, '');
    const all = type === 'histogram' ? [name, `${base}_sum`, `${base}_count`] : [name];
    const usedBy = used.filter((u) => all.some((n) => u.has(n))).length;
    if (optional && count === 0 && usedBy === 0) return [];
    return {
      metric,
      name,
      help,
      series: count,
      missingLabels: count === 0 ? [] : labels.filter((l) => !carriers.get(l)?.has(name)),
      usedBy,
    };
  });
}

/** Jobs of the catalogue, where the manifests do not say which targets there should be. */
const CATALOGUE_JOBS: ReadonlySet<string> = new Set(
  METRIC_IDS.flatMap((id): readonly string[] => {
    const { job }: Metric = METRICS[id];
    return job === 'any' ? [] : job;
  }),
);

function diagnoseTargets(expected: Expected, { targets }: Evidence): Diagnosis['targets'] {
  const jobs = new Set([...CATALOGUE_JOBS, ...expected.targets.map((t) => t.job)]);
  const ours = targets.filter((t) => jobs.has(t.job));
  const others = targets.filter((t) => !jobs.has(t.job));
  const with_ = (health: LoadedTarget['health'], list = ours) => list.filter((t) => t.health === health);
  return {
    up: with_('up').length,
    down: with_('down'),
    missing: expected.targets
      .map((e) => ({ ...e, found: targets.filter((t) => serves(t, e)).length }))
      .filter((e) => e.found < e.count),
    waiting: with_('unknown').length,
    othersDown: with_('down', others).length,
  };
}

function serves(t: LoadedTarget, { job, edgeNode }: { job: string; edgeNode?: string }): boolean {
  return t.job === job && (edgeNode === undefined || t.labels.edge_node === edgeNode);
}
