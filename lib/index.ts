/** The public API of `sovra-ops`: re-exports only. Nothing here, or reachable from here, loads Pulumi. */
export { SovraAlerts, type SovraAlertsProps } from './alerts/sovra-alerts';
export { SovraApp, type SovraAppProps } from './app';
export type { PrunerProps, VerificationProps } from './backup/maintenance-tasks';
export type {
  RepositoryProps,
  RestRepositoryProps,
  S3RepositoryProps,
  VolumeRepositoryProps,
} from './backup/repository';
export { SovraBackupSchedule, type SovraBackupScheduleProps } from './backup/sovra-backup-schedule';
export { enableChecks, runChecks } from './checks/enable';
export { declareFacts, type Facts, type KnownPods } from './checks/facts';
export { type DashboardOptions, dashboards, type SovraDashboard } from './dashboards';
export { type Problem, SovraOpsError } from './errors';
export type { ClusterNetworkProps, Opening, Peer } from './kube/network';
export type { Resources } from './kube/pod';
export {
  type KubePrometheusStackProps,
  kubePrometheusStack,
  type PrometheusRef,
  SOVRA_PROMETHEUS,
} from './kube/prometheus-ref';
export type { AlertmanagerProps } from './monitoring/alertmanager';
export type { BlackboxExporterProps } from './monitoring/blackbox-exporter';
export { Grafana, type GrafanaOptions, type GrafanaProps } from './monitoring/grafana';
export { GrafanaDashboards, type GrafanaDashboardsProps } from './monitoring/grafana-dashboards';
export type { KubeStateMetricsProps } from './monitoring/kube-state-metrics';
export type { PostgresExporterProps } from './monitoring/postgres-exporter';
export type { PrometheusProps, StorageProps } from './monitoring/prometheus';
export {
  type ExistingKubeStateMetrics,
  SovraMonitoring,
  type SovraMonitoringProps,
} from './monitoring/sovra-monitoring';
export { ScheduledTask, type ScheduledTaskProps } from './operations/scheduled-task';
export { SovraScheduledTasks, type SovraScheduledTasksProps } from './operations/sovra-scheduled-tasks';
export type { TaskDescription } from './operations/task';
export { ALERTS, type AlertName } from './rules/catalogue';
export type { AlertOptions } from './rules/options';
export { IMAGES, type ImageId, type ImageProps } from './sovra/images';
export {
  type CliProps,
  type ControlPlaneProps,
  type DatabaseProps,
  type EdgeNodeProps,
  type ExtraMetric,
  type FederationPartnerProps,
  type Labels,
  type PolicyAgentProps,
  type SecretKeyRef,
  SovraInstallation,
  type SovraInstallationProps,
  type VaultProps,
  type VaultTlsProps,
} from './sovra/installation';
export { LEVEL_POLICIES, LEVELS, type Level, type LevelPolicy, type Severity } from './sovra/levels';
export { METRICS, type Metric, type MetricDialect, type MetricId } from './sovra/metrics';
export { OBJECTIVE_WINDOW, OBJECTIVES } from './sovra/objectives';
