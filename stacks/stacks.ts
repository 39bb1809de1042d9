import { Chart } from 'cdk8s';
import {
  capacityReportPods,
  SovraAlerts,
  type SovraApp,
  SovraBackupSchedule,
  SovraInstallation,
  SovraLogging,
  SovraMonitoring,
  type SovraMonitoringProps,
  SovraReviews,
  SovraScheduledTasks,
  SovraSlos,
  SovraTracing,
  type TaskDescription,
  type TaskSetProps,
} from '../lib';
import { controlPlaneSettings, edgeSettings, type Settings } from './settings';

/** The constructs of one cluster. */
export interface OperationsStack {
  readonly monitoring: SovraMonitoring;
  readonly alerts: SovraAlerts;
  /** The guide's objectives; only where the control plane is. */
  readonly objectives?: SovraSlos;
  readonly backup: SovraBackupSchedule;
  /** The guide's scheduled tasks; only where the control plane is. */
  readonly tasks?: SovraScheduledTasks;
  /** The guide's reviews; only where the control plane is. */
  readonly reviews?: SovraReviews;
  /** Only where the settings ask for logs. */
  readonly logging?: SovraLogging;
  /** Only where the settings ask for traces. */
  readonly tracing?: SovraTracing;
}

/**
 * Everything that one cluster needs, as charts in the order of applying: monitoring (with its namespace), alerts, the
 * guide's scheduled tasks where the control plane is, backups.
 */
export function operationsStack(app: SovraApp, settings: Settings): OperationsStack {
  const sovra = new SovraInstallation(settings.installation);
  const monitoring = new Chart(app, 'monitoring');
  const observed = new SovraMonitoring(monitoring, 'monitoring', { ...monitoringFor(settings), sovra });
  const prometheus = observed.prometheusRef;
  const shared = { sovra, prometheus, timeZone: settings.timeZone, network: settings.monitoring?.network };

  const chart = (id: string): Chart => {
    const made = new Chart(app, id);
    // Only behind the namespace: alerts and backups must not wait for a Grafana that does not start.
    made.node.addDependency(observed.namespaceObject ?? monitoring);
    return made;
  };
  const knowing = chart('alerts');
  const alerts = new SovraAlerts(knowing, 'alerts', { ...settings.alerts, sovra, prometheus });
  const objectives = sovra.controlPlane
    ? new SovraSlos(knowing, 'objectives', { ...settings.objectives, sovra, prometheus })
    : undefined;
  const backup = new SovraBackupSchedule(chart('backup'), 'backup', { ...settings.backup, ...shared });
  const guided = sovra.controlPlane ? guidedTasks(chart('tasks'), settings, shared, backup.tasks) : {};
  const { logging, tracing } = settings.telemetry ?? {};
  const seeing = { sovra, prometheus, network: shared.network };
  return {
    monitoring: observed,
    alerts,
    objectives,
    backup,
    ...guided,
    ...(logging && { logging: new SovraLogging(chart('logging'), 'logging', { ...logging, ...seeing }) }),
    ...(tracing && { tracing: new SovraTracing(chart('tracing'), 'tracing', { ...tracing, ...seeing }) }),
  };
}

/** The guide's scheduled tasks and reviews, apart from each other and from the backups. */
function guidedTasks(
  scope: Chart,
  settings: Settings,
  shared: TaskSetProps,
  backups: readonly TaskDescription[],
): { tasks: SovraScheduledTasks; reviews: SovraReviews } {
  const tasks = new SovraScheduledTasks(scope, 'tasks', { ...settings.tasks, ...shared, apartFrom: backups });
  const apartFrom = [...backups, ...tasks.tasks];
  return { tasks, reviews: new SovraReviews(scope, 'reviews', { ...settings.reviews, ...shared, apartFrom }) };
}

/** The settings of the monitoring, with what logs, traces and the capacity report need of it. */
function monitoringFor(settings: Settings): Omit<SovraMonitoringProps, 'sovra'> {
  const { installation, monitoring = {}, reviews, telemetry = {} } = settings;
  const { logging: logs, tracing: traces } = telemetry;
  const { prometheus, grafana, kubeStateMetrics } = monitoring;
  const reports = installation.controlPlane !== false && reviews?.capacityReport !== false;
  const asks = reports ? [capacityReportPods(installation.namespace ?? 'sovra')] : [];
  const queriedBy = [...(prometheus && 'queriedBy' in prometheus ? (prometheus.queriedBy ?? []) : []), ...asks];
  const own = <T extends object>(part: T | { readonly existing: unknown } | false | undefined, more: object) =>
    part === false || (part !== undefined && 'existing' in part) ? part : { ...part, ...more };
  return {
    ...monitoring,
    prometheus: own(prometheus, {
      ...(queriedBy.length > 0 && { queriedBy }),
      ...((logs || traces) && { remoteWriteReceiver: true }),
    }),
    grafana: own(grafana, { ...(logs && { logs: true }), ...(traces && { traces: true }) }),
    ...(logs && { kubeStateMetrics: own(kubeStateMetrics, { daemonSets: ['sovra-logging'] }) }),
  } as Omit<SovraMonitoringProps, 'sovra'>;
}

/** The stacks by name, as `node build/stacks/main.js NAME` takes them; the first is the default. */
export const STACKS: Readonly<Record<string, (app: SovraApp) => OperationsStack>> = {
  'control-plane': (app) => operationsStack(app, controlPlaneSettings),
  edge: (app) => operationsStack(app, edgeSettings),
};
