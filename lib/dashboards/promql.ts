import { OBJECTIVES } from '../sovra/objectives';
import type { Query } from './model';

/** Series of the control plane. */
export const API = 'job="sovra-api"';
/** Probes of `/v1/sys/health`: of the Vault pods here and of edge nodes elsewhere. */
export const HEALTH = 'job=~"vault-health|edge-probe"';
/** Series of CronJobs and Jobs, in the namespaces that are chosen. */
export const TASKS = 'job="kube-state-metrics",namespace=~"$namespace"';
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
