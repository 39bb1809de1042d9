/** The names in the operations guide, or those that the released exporter (calendar versions, 2026.3.x) uses. */
export type MetricDialect = 'guide' | '2026.3';
export const METRIC_DIALECTS: readonly MetricDialect[] = ['guide', '2026.3'];

export type MetricType = 'counter' | 'gauge' | 'histogram';

/** Which scrape serves it; the value is the `job` label that our monitors set. */
export type MetricJob =
  | 'sovra-api'
  | 'vault'
  | 'vault-health'
  | 'sovra-api-probe'
  | 'edge-probe'
  | 'opa'
  | 'postgres'
  | 'kube-state-metrics'
  | 'blackbox-exporter'
  | 'prometheus'
  | 'alertmanager'
  | 'grafana'
  | 'otel-agent'
  | 'otel-gateway'
  | 'loki'
  | 'tempo'
  | 'sovra-backup';

export interface Metric {
  /** The name in each dialect; `null` where that dialect does not export it. */
  readonly name: Readonly<Record<MetricDialect, string | null>>;
  readonly type: MetricType;
  /** Labels that the exporter sets in every dialect, without those that the scrape adds. */
  readonly labels: readonly string[];
  readonly job: readonly MetricJob[] | 'any';
  readonly help: string;
  /** There only where somebody has said so, such as that kubelets are scraped: nobody misses it elsewhere. @default false */
  readonly optional?: boolean;
  /** Bounds of a histogram, where an objective has to fall on one. */
  readonly buckets?: readonly number[];
}

/** Labels that a scrape adds to each series; our monitors set `component` and `edge_node` by relabelling. */
export const TARGET_LABELS = [
  'job',
  'instance',
  'namespace',
  'pod',
  'service',
  'container',
  'endpoint',
  'component',
  'edge_node',
  'prometheus',
  'cluster',
] as const;

/** A name that is the same in every dialect. */
export const same = (name: string) => ({ guide: name, '2026.3': name });
