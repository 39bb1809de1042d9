import type { Component } from './alert';
import type { BackupAlertName } from './backup-inhibitions';
import type { AlertName } from './catalogue';
import type { SloAlertName } from './objectives/objective';

/**
 * Dashboards that alerts lead to, by the last part of their uid. The dashboards themselves are made further up
 * (`lib/dashboards`); a test holds them against this list.
 */
export type DashboardName =
  | 'overview'
  | 'edge-nodes'
  | 'vault'
  | 'database'
  | 'tasks'
  | 'monitoring'
  | 'federation'
  | 'audit'
  | 'objectives';

/** A variable of a dashboard that takes its value from the label of the same name. */
type Choice = 'node_id' | 'edge_node' | 'slo' | 'namespace';

/** Where an alert is seen. */
export interface View {
  readonly dashboard: DashboardName;
  /** The panel that is meant for it. @default the dashboard as a whole */
  readonly panel?: number;
  /** What is chosen in it: the value of this label of the alert. @default nothing */
  readonly choose?: Choice;
}

/** Where an alert of a component is seen that has no place of its own. */
export const COMPONENT_DASHBOARDS: Readonly<Record<Component, DashboardName>> = {
  'control-plane': 'overview',
  policy: 'overview',
  audit: 'audit',
  federation: 'federation',
  edge: 'edge-nodes',
  vault: 'vault',
  certificates: 'edge-nodes',
  database: 'database',
  volumes: 'monitoring',
  tasks: 'tasks',
  monitoring: 'monitoring',
};

const at = (dashboard: DashboardName, panel?: number, choose?: Choice): View => ({
  dashboard,
  ...(panel !== undefined && { panel }),
  ...(choose !== undefined && { choose }),
});

type TaskAlerts = 'ScheduledTaskFailed' | 'ScheduledTaskLate' | 'ScheduledTaskMissing';

/** The place of single alerts; the ids of panels are a contract. */
export const ALERT_VIEWS: Readonly<Partial<Record<AlertName | SloAlertName | TaskAlerts | BackupAlertName, View>>> = {
  SovraApiDown: at('overview', 101),
  SovraApiProbeFailed: at('overview', 102),
  SovraApiDegraded: at('overview', 101),
  SovraApiErrorRateHigh: at('overview', 202),
  SovraApiLatencyHigh: at('overview', 203),
  AuthenticationFailing: at('overview', 603),
  AuthenticationFailuresSpike: at('overview', 604),
  PolicyEvaluationSlow: at('overview', 302),
  PolicyEvaluationErrors: at('overview', 304),
  PolicyAgentDown: at('monitoring', 202),
  AuditDeliveryLate: at('audit', 201),
  AuditQueueGrowing: at('audit', 202),
  FederationLinkDown: at('federation', 202),
  FederationLinkMissing: at('federation', 103),
  FederationErrors: at('federation', 301),
  EdgeNodesSilentTogether: at('edge-nodes', 202),
  EdgeHeartbeatLate: at('edge-nodes', 501, 'node_id'),
  EdgeHeartbeatLost: at('edge-nodes', 501, 'node_id'),
  EdgeNodeMissing: at('edge-nodes', 202),
  VaultsDownTogether: at('vault', 107),
  VaultLeaderless: at('vault', 202, 'edge_node'),
  VaultSealed: at('vault', 202, 'edge_node'),
  VaultNotInitialised: at('vault', 202, 'edge_node'),
  VaultDown: at('vault', 202, 'edge_node'),
  VaultPeerLost: at('vault', undefined, 'edge_node'),
  VaultTargetMissing: at('vault', undefined, 'edge_node'),
  VaultMetricsMissing: at('vault', 204, 'edge_node'),
  VaultMemoryGrowing: at('vault', 204, 'edge_node'),
  EdgeCertificateExpires30d: at('edge-nodes', 502, 'node_id'),
  EdgeCertificateExpires7d: at('edge-nodes', 502, 'node_id'),
  EdgeCertificateExpires1d: at('edge-nodes', 502, 'node_id'),
  EdgeCertificatesExpireTogether30d: at('edge-nodes', 303),
  EdgeCertificatesExpireTogether7d: at('edge-nodes', 303),
  EdgeCertificatesExpireTogether1d: at('edge-nodes', 303),
  EdgeCertificateUnknown: at('edge-nodes', 301),
  ServerCertificateExpires30d: at('edge-nodes', 302),
  ServerCertificateExpires7d: at('edge-nodes', 302),
  ServerCertificateExpires1d: at('edge-nodes', 302),
  ServerCertificatesExpireTogether30d: at('edge-nodes', 304),
  ServerCertificatesExpireTogether7d: at('edge-nodes', 304),
  ServerCertificatesExpireTogether1d: at('edge-nodes', 304),
  DatabaseDown: at('database', 101),
  DatabaseExporterDown: at('database', 101),
  DatabaseConnectionsHigh: at('database', 104),
  DatabaseConnectionsExhausted: at('database', 104),
  DatabaseSlow: at('database', 201),
  VolumeSpaceLow: at('monitoring', 501),
  VolumeAlmostFull: at('monitoring', 501),
  VolumeFullSoon: at('monitoring', 502),
  VolumeMetricsMissing: at('monitoring', 501),
  MonitoringTargetDown: at('monitoring', 202),
  MonitoringTargetMissing: at('monitoring', 201),
  PrometheusRuleFailures: at('monitoring', 302),
  PrometheusConfigReloadFailed: at('monitoring', 104),
  PrometheusNotConnectedToAlertmanager: at('monitoring', 102),
  AlertmanagerDown: at('monitoring', 201),
  AlertmanagerNotificationsFailing: at('monitoring', 402),
  AlertmanagerConfigReloadFailed: at('monitoring', 105),
  KubeStateMetricsDown: at('monitoring', 201),
  BlackboxExporterDown: at('monitoring', 201),
  Watchdog: at('monitoring', 101),
  ObjectiveDataMissing: at('objectives', 301, 'slo'),
  ScheduledTaskFailed: at('tasks', 202, 'namespace'),
  ScheduledTaskLate: at('tasks', 301, 'namespace'),
  ScheduledTaskMissing: at('tasks', undefined, 'namespace'),
  BackupStale: at('tasks', 405, 'namespace'),
  BackupMissing: at('tasks', 401, 'namespace'),
  BackupShrank: at('tasks', 406, 'namespace'),
  RecoverySetIncomplete: at('tasks', 402, 'namespace'),
  BackupEvidenceMissing: at('tasks', undefined, 'namespace'),
  BackupVerificationLate: at('tasks', 403, 'namespace'),
  RestoreDrillLate: at('tasks', 404, 'namespace'),
  RestoreDrillSlow: at('tasks', 404, 'namespace'),
};

/** Where an alert is seen: its own place, or the dashboard of its component. */
export function viewOf(alert: string, component: Component): View {
  const views: Readonly<Record<string, View | undefined>> = ALERT_VIEWS;
  return views[alert] ?? { dashboard: COMPONENT_DASHBOARDS[component] };
}

/**
 * The address of a view, as a template of Prometheus. Without the address of a Grafana there is none: a path alone would
 * be a broken link in every pager, and a guessed host one that leads somebody astray.
 *
 * @param base address of Grafana, without a slash at its end
 */
export function dashboardUrl(view: View, base: string): string {
  const query = [
    ...(view.panel === undefined ? [] : [`viewPanel=${view.panel}`]),
    ...(view.choose === undefined ? [] : [`var-${view.choose}={{ $labels.${view.choose} | urlquery }}`]),
  ];
  return `${base}/d/sovra-${view.dashboard}${query.length > 0 ? `?${query.join('&')}` : ''}`;
}
