/** The public API of `sovra-ops`: re-exports only. Nothing here, or reachable from here, loads Pulumi. */
export { SovraAlerts, type SovraAlertsProps } from './alerts/sovra-alerts';
export { type ObjectiveTarget, SovraSlos, type SovraSlosProps } from './alerts/sovra-slos';
export { SovraApp, type SovraAppProps } from './app';
export { type ArchivingProps, DatabaseArchive } from './backup/archiving';
export type { ArchivingPromise } from './backup/archiving-promise';
export type { CloudNativePgProps } from './backup/cloudnativepg';
export type { KubernetesKinds } from './backup/kubernetes-kinds';
export type { RestoreNamespaceProps } from './backup/kubernetes-restore';
export type { KubernetesBackupProps } from './backup/kubernetes-task';
export type { KeepPolicy, PrunerProps, VerificationProps } from './backup/maintenance-tasks';
export { pgBackRestRestoreJob } from './backup/pgbackrest-restore';
export type { KeptPromise } from './backup/plan';
export type { BackupSource, LossSummands, RecoveryPromise } from './backup/promise';
export type {
  GatewayCertificate,
  RepositoryProps,
  RestCredentials,
  RestRepositoryProps,
  S3Credentials,
  S3RepositoryProps,
  SftpGatewayPlaceProps,
  SftpRepositoryProps,
  VolumeRepositoryProps,
} from './backup/repository';
export type { SftpGateway } from './backup/sftp-gateway';
export { SovraBackupSchedule, type SovraBackupScheduleProps } from './backup/sovra-backup-schedule';
export {
  type RestorePostgresProps,
  type RestoreVaultProps,
  SovraRestore,
  type SovraRestoreProps,
} from './backup/sovra-restore';
export type { VaultBackupProps } from './backup/vault-task';
export { enableChecks, runChecks } from './checks/enable';
export type { CheckName, ManifestException } from './checks/exceptions';
export { declareFacts, type Facts, type KnownPods } from './checks/facts';
export { checkManifests, type ManifestFinding } from './checks/foreign';
export type { ExistingPrometheus, ManifestOptions } from './checks/foreign-options';
export type { KubeObject } from './checks/model';
export {
  type DashboardJson,
  type DashboardOptions,
  dashboards,
  type PanelQuery,
  panelQueries,
  type SovraDashboard,
  type TelemetryUids,
} from './dashboards';
export { type Problem, SovraOpsError } from './errors';
export { imagesOfObjects } from './kube/image-list';
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
export { Grafana, type GrafanaAdminSecret, type GrafanaOptions, type GrafanaProps } from './monitoring/grafana';
export {
  GrafanaDashboards,
  type GrafanaDashboardsProps,
  SovraDashboards,
  type SovraDashboardsProps,
} from './monitoring/grafana-dashboards';
export type { KubeStateMetricsProps } from './monitoring/kube-state-metrics';
export type { PostgresExporterProps } from './monitoring/postgres-exporter';
export type { PrometheusProps, StorageProps } from './monitoring/prometheus';
export type { QueriedServer } from './monitoring/queried-server';
export {
  type ExistingKubeStateMetrics,
  SovraMonitoring,
  type SovraMonitoringProps,
} from './monitoring/sovra-monitoring';
export type {
  BusinessHours,
  EmailReceiver,
  OnCallProps,
  OpsgenieReceiver,
  PagerDutyReceiver,
  Receiver,
  SlackReceiver,
  TeamsReceiver,
  WebhookReceiver,
  Weekday,
} from './oncall/on-call';
export { SovraOnCall, type SovraOnCallProps } from './oncall/sovra-on-call';
export type { AuditExportProps } from './operations/audit-export';
export { type CapacityReportProps, capacityReportPods } from './operations/capacity-report';
export type { CertManagerProps, CertManagerRotation, ServerCertificate } from './operations/cert-manager';
export type { CveScanProps, CveSeverity } from './operations/cve-scan';
export type { Findings, ReviewId, ReviewProps, SinceFormat } from './operations/reviews';
export { ScheduledTask, type ScheduledTaskProps } from './operations/scheduled-task';
export type { Command } from './operations/sovra-cli';
export { SovraReviews, type SovraReviewsProps } from './operations/sovra-reviews';
export {
  type CertificateRotationProps,
  type HealthCheckProps,
  SovraScheduledTasks,
  type SovraScheduledTasksProps,
} from './operations/sovra-scheduled-tasks';
export { type GateTask, SovraUpgradeGate, type SovraUpgradeGateProps } from './operations/sovra-upgrade-gate';
export type { TaskDescription } from './operations/task';
export { TaskAlertRules, type TaskAlertRulesProps } from './operations/task-alert-rules';
export type { TaskAlertName, TaskAlertOverrides } from './operations/task-alerts';
export type { TaskSetProps, TaskTuning } from './operations/task-set';
export { ALERT_NAMES, ALERTS, type AlertName } from './rules/catalogue';
export { OBJECTIVE_NAMES, type ObjectiveName } from './rules/objectives/catalogue';
export { SLO_ALERT_NAMES, SLO_SERIES, type SloAlertName } from './rules/objectives/objective';
export type { ObjectiveChange, ObjectiveOptions, OwnObjective } from './rules/objectives/options';
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
  type VolumesProps,
} from './sovra/installation';
export { LEVEL_POLICIES, LEVELS, type Level, type LevelPolicy, type Severity } from './sovra/levels';
export { METRICS, type Metric, type MetricDialect, type MetricId } from './sovra/metrics';
export { OBJECTIVE_WINDOW, OBJECTIVES } from './sovra/objectives';
export { RECOVERY, type RecoveryComponent, type RecoveryObjective, type RecoveryProps } from './sovra/recovery';
export type { LogAgentProps } from './telemetry/agent';
export type { LoggingAlertName, TracingAlertName } from './telemetry/alerts';
export type { TraceGatewayProps } from './telemetry/gateway';
export type { LogRuleName } from './telemetry/log-alerts';
export type { LokiProps } from './telemetry/loki';
export type { LogLimits } from './telemetry/loki-config';
export type { ObjectStoreCredentials, ObjectStoreProps, TelemetryStorage } from './telemetry/object-store';
export type { RedactionPattern } from './telemetry/patterns';
export type { RedactionProps } from './telemetry/redaction';
export { SovraLogging, type SovraLoggingProps } from './telemetry/sovra-logging';
export { SovraTracing, type SovraTracingProps } from './telemetry/sovra-tracing';
export type { TempoProps } from './telemetry/tempo';
export type { TraceLimits } from './telemetry/tempo-config';
export { SovraChecks, type ValidationContext, type Violation } from './validation';
