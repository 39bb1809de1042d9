import { METRICS, type MetricJob, TARGET_LABELS } from '../sovra/metrics';
import { OBJECTIVES } from '../sovra/objectives';
import type { Query } from './model';

/**
 * The clusters that are chosen. A Prometheus puts its external label `cluster` on what it sends elsewhere, never on its
 * own series: there the variable has no values, and "All", which is `.*`, matches series without the label as well.
 */
export const CLUSTER = 'cluster=~"$cluster"';
/** Series of the control plane. */
export const API = `job="sovra-api",${CLUSTER}`;
/** Probes of `/v1/sys/health`: of the Vault pods here and of edge nodes elsewhere. */
export const HEALTH = `job=~"vault-health|edge-probe",${CLUSTER}`;
/** Vault's own series. It sets a label `cluster` itself, its own name: the choice of a cluster must not be held against it. */
export const VAULT = 'job="vault"';
/** Series of CronJobs and Jobs, in whatever namespace. */
export const KUBE = `job="kube-state-metrics",${CLUSTER}`;
/** The same, in the namespaces that are chosen. */
export const TASKS = `${KUBE},namespace=~"$namespace"`;
/** What the repository of the backups says. */
export const REPOSITORY = `job="sovra-backup",${CLUSTER},namespace=~"$namespace"`;
export const POSTGRES = `job="postgres",${CLUSTER}`;
export const PROMETHEUS = `job="prometheus",${CLUSTER}`;
export const ALERTMANAGER = `job="alertmanager",${CLUSTER}`;
/** Jobs of logging and tracing. */
const TELEMETRY: readonly MetricJob[] = ['otel-agent', 'otel-gateway', 'loki', 'tempo'];
/** Every job of ours: where others are scraped by the same Prometheus, they are not our concern. */
export const OURS = `job=~"${jobs().join('|')}"`;
/** Labels that the scrape adds; what is left without them is what the exporter says. */
export const SCRAPE_LABELS = TARGET_LABELS.join(', ');
/** The window for rates in graphs: Grafana makes it long enough for four scrapes. Numbers and tables use fixed ones. */
export const RATE = '$__rate_interval';

/** Share of requests that may fail. */
export const ERROR_BUDGET = Math.round((1 - OBJECTIVES.availability) * 1e6) / 1e6;

/** Nothing where there are no requests; 0 where there are and none fails. */
export function errorRatio(requests: string, window: string): string {
  const failed = `sum(rate(${requests}{${API},status=~"5.."}[${window}]))`;
  return `(${failed} or vector(0)) / sum(rate(${requests}{${API}}[${window}]))`;
}

export function quantile(q: number, histogram: string, window: string): string {
  return `histogram_quantile(${q}, sum by (le) (rate(${histogram}_bucket{${API}}[${window}])))`;
}

/** Median, 95th and 99th percentile as lines of one graph. */
export function quantiles(histogram: string): Query[] {
  return [0.5, 0.95, 0.99].map((q) => ({ expr: quantile(q, histogram, RATE), legend: `p${q * 100}` }));
}

function jobs(): MetricJob[] {
  const named = Object.values(METRICS)
    .flatMap(({ job }) => (job === 'any' ? [] : job))
    // Only where there is logging or tracing, which bring a dashboard of their own.
    .filter((job) => !TELEMETRY.includes(job));
  // These serve no metric that a rule reads, so they are in no entry of the catalogue; their targets matter all the same.
  return [...new Set<MetricJob>([...named, 'opa', 'blackbox-exporter', 'grafana'])].sort();
}
