/** The public API of `sovra-ops`: re-exports only. Nothing here, or reachable from here, loads Pulumi. */
export { SovraAlerts, type SovraAlertsProps } from './alerts/sovra-alerts';
export { SovraApp, type SovraAppProps } from './app';
export type { KeepPolicy, PrunerProps, VerificationProps } from './backup/maintenance-tasks';
export type {
  RepositoryProps,
  RestCredentials,
  RestRepositoryProps,
  S3Credentials,
  S3RepositoryProps,
  VolumeRepositoryProps,
} from './backup/repository';
export { SovraBackupSchedule, type SovraBackupScheduleProps } from './backup/sovra-backup-schedule';
export type { VaultBackupProps } from './backup/vault-task';
export { enableChecks, runChecks } from './checks/enable';
export { declareFacts, type Facts, type KnownPods } from './checks/facts';
export {
  type DashboardJson,
  type DashboardOptions,
  dashboards,
  type PanelQuery,
  panelQueries,
  type SovraDashboard,
} from './dashboards';
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
export {
  Grafana,
  type GrafanaAdminSecret,
  type GrafanaOptions,
  type GrafanaProps,
  type QueriedServer,
} from './monitoring/grafana';
export { GrafanaDashboards, type GrafanaDashboardsProps } from './monitoring/grafana-dashboards';
export type { KubeStateMetricsProps } from './monitoring/kube-state-metrics';
export type { PostgresExporterProps } from './monitoring/postgres-exporter';
export type { PrometheusProps, StorageProps } from './monitoring/prometheus';
export {
  type ExistingKubeStateMetrics,
  SovraMonitoring,
  type SovraMonitoringProps,
} from './monitoring/sovra-monitoring';
export type { AuditExportProps } from './operations/audit-export';
export { ScheduledTask, type ScheduledTaskProps } from './operations/scheduled-task';
export type { Command } from './operations/sovra-cli';
export {
  type CertificateRotationProps,
  type HealthCheckProps,
  SovraScheduledTasks,
  type SovraScheduledTasksProps,
} from './operations/sovra-scheduled-tasks';
export type { TaskDescription } from './operations/task';
export { TaskAlertRules, type TaskAlertRulesProps } from './operations/task-alert-rules';
export type { TaskAlertName, TaskAlertOverrides } from './operations/task-alerts';
export type { TaskSetProps, TaskTuning } from './operations/task-set';
export { ALERT_NAMES, ALERTS, type AlertName } from './rules/catalogue';
export type { AlertOptions, AlertOverrides } from './rules/options';
export type { AlertOverride } from './rules/overrides';
export { DEFAULT_RUNBOOK_BASE_URL, runbookUrl } from './rules/runbook-url';
export { type AlertThresholds, THRESHOLDS } from './rules/thresholds';
export type { Move, PlacedTask } from './schedule/apart';
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
