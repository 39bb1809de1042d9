import { type App, Chart } from 'cdk8s';
import type { Construct, IConstruct } from 'constructs';
import * as alerts from '../alerts/sovra-alerts';
import * as slos from '../alerts/sovra-slos';
import type { SovraApp } from '../app';
import type { KeptPromise } from '../backup/plan';
import * as backup from '../backup/sovra-backup-schedule';
import * as restore from '../backup/sovra-restore';
import type { PrometheusRef } from '../kube/prometheus-ref';
import * as dashboards from '../monitoring/grafana-dashboards';
import * as monitoring from '../monitoring/sovra-monitoring';
import * as onCall from '../oncall/sovra-on-call';
import * as task from '../operations/scheduled-task';
import * as reviews from '../operations/sovra-reviews';
import * as tasks from '../operations/sovra-scheduled-tasks';
import * as gate from '../operations/sovra-upgrade-gate';
import type { TaskDescription } from '../operations/task';
import { SovraInstallation } from '../sovra/installation';
import * as logging from '../telemetry/sovra-logging';
import * as tracing from '../telemetry/sovra-tracing';
import { type ComponentOptions, ObjectsComponent } from './component';
import type { Inputs } from './inputs';
import type { LateValues } from './late-values';

/**
 * Any cdk8s charts as one component: those of an app that is there already, or whatever a function puts below the app
 * that it is given. In such a function Outputs may stand in the objects as they are; where a construct wants a plain
 * value, `carry(scope, output)` gives it one.
 *
 * @example
 * new Cdk8sApp('web', (app) => new WebChart(app, 'web', { image: carry(app, repository.imageUri) }));
 */
export class Cdk8sApp<T = unknown> extends ObjectsComponent<T> {
  /** @throws {SovraOpsError} as a synth, and for an Output that stands where none can */
  constructor(name: string, charts: App | ((app: SovraApp) => T), opts?: ComponentOptions) {
    super('Cdk8sApp', name, charts, (c) => c.node.path, opts);
  }
}

/** One construct of this library as a component of the same name, with the same props. */
abstract class ConstructComponent<T extends Construct, P> extends ObjectsComponent<T> {
  protected constructor(
    type: string,
    name: string,
    props: Inputs<P>,
    make: (scope: Construct, id: string, props: P) => T,
    opts?: ComponentOptions,
  ) {
    const build = (app: SovraApp, late: LateValues): T =>
      make(new Chart(app, type), name, withInstallation(late.mark(props, '')) as P);
    // Errors say `SovraMonitoring/NAME/...`; the URN has the type already.
    super(type, name, build, pathBelowConstruct, opts);
  }
}

const pathBelowConstruct = (c: IConstruct): string => c.node.path.split('/').slice(2).join('/');

/** An installation that was given as its props is made here, where Outputs in it have become markers. */
function withInstallation(props: unknown): unknown {
  if (typeof props !== 'object' || props === null || !('sovra' in props)) return props;
  const { sovra } = props;
  return sovra instanceof SovraInstallation || sovra === undefined
    ? props
    : { ...props, sovra: new SovraInstallation(sovra as object) };
}

/** `SovraMonitoring` for Pulumi. */
export class SovraMonitoring extends ConstructComponent<monitoring.SovraMonitoring, monitoring.SovraMonitoringProps> {
  /** @throws {SovraOpsError} listing every property that cannot work */
  constructor(name: string, props: Inputs<monitoring.SovraMonitoringProps>, opts?: ComponentOptions) {
    super('SovraMonitoring', name, props, (s, id, p) => new monitoring.SovraMonitoring(s, id, p), opts);
  }

  /** The Prometheus that rules and monitors are meant for; hand it to `SovraAlerts` and the others. */
  get prometheusRef(): Inputs<PrometheusRef> {
    return this.reveal(this.construct.prometheusRef);
  }
}

/** `SovraAlerts` for Pulumi. */
export class SovraAlerts extends ConstructComponent<alerts.SovraAlerts, alerts.SovraAlertsProps> {
  /** @throws {SovraOpsError} listing every property that cannot work */
  constructor(name: string, props: Inputs<alerts.SovraAlertsProps>, opts?: ComponentOptions) {
    super('SovraAlerts', name, props, (s, id, p) => new alerts.SovraAlerts(s, id, p), opts);
  }
}

/** `SovraSlos` for Pulumi. */
export class SovraSlos extends ConstructComponent<slos.SovraSlos, slos.SovraSlosProps> {
  /** @throws {SovraOpsError} listing every property that cannot work */
  constructor(name: string, props: Inputs<slos.SovraSlosProps>, opts?: ComponentOptions) {
    super('SovraSlos', name, props, (s, id, p) => new slos.SovraSlos(s, id, p), opts);
  }
}

/** `SovraBackupSchedule` for Pulumi. */
export class SovraBackupSchedule extends ConstructComponent<
  backup.SovraBackupSchedule,
  backup.SovraBackupScheduleProps
> {
  /** @throws {SovraOpsError} listing every property that cannot work */
  constructor(name: string, props: Inputs<backup.SovraBackupScheduleProps>, opts?: ComponentOptions) {
    super('SovraBackupSchedule', name, props, (s, id, p) => new backup.SovraBackupSchedule(s, id, p), opts);
  }

  /** The recovery points that the schedules keep, with what can be lost at worst. */
  get promises(): Inputs<readonly KeptPromise[]> {
    return this.reveal(this.construct.promises);
  }

  /** Hand them to `apartFrom` of other sets. */
  get tasks(): Inputs<readonly TaskDescription[]> {
    return this.reveal(this.construct.tasks);
  }
}

/**
 * `SovraRestore` for Pulumi. Beside a stack that lives rather than in it: another point makes other Jobs, and those of the
 * point before would be deleted.
 */
export class SovraRestore extends ConstructComponent<restore.SovraRestore, restore.SovraRestoreProps> {
  /** @throws {SovraOpsError} listing every property that cannot work */
  constructor(name: string, props: Inputs<restore.SovraRestoreProps>, opts?: ComponentOptions) {
    super('SovraRestore', name, props, (s, id, p) => new restore.SovraRestore(s, id, p), opts);
  }
}

/** `SovraScheduledTasks` for Pulumi. */
export class SovraScheduledTasks extends ConstructComponent<tasks.SovraScheduledTasks, tasks.SovraScheduledTasksProps> {
  /** @throws {SovraOpsError} listing every property that cannot work */
  constructor(name: string, props: Inputs<tasks.SovraScheduledTasksProps>, opts?: ComponentOptions) {
    super('SovraScheduledTasks', name, props, (s, id, p) => new tasks.SovraScheduledTasks(s, id, p), opts);
  }

  /** Hand them to `apartFrom` of other sets. */
  get tasks(): Inputs<readonly TaskDescription[]> {
    return this.reveal(this.construct.tasks);
  }
}

/** `SovraReviews` for Pulumi. The scan knows the images of this component; name others in `cveScan.moreImages`. */
export class SovraReviews extends ConstructComponent<reviews.SovraReviews, reviews.SovraReviewsProps> {
  /** @throws {SovraOpsError} listing every property that cannot work */
  constructor(name: string, props: Inputs<reviews.SovraReviewsProps>, opts?: ComponentOptions) {
    super('SovraReviews', name, props, (s, id, p) => new reviews.SovraReviews(s, id, p), opts);
  }

  /** Hand them to `apartFrom` of other sets. */
  get tasks(): Inputs<readonly TaskDescription[]> {
    return this.reveal(this.construct.tasks);
  }
}

/** `SovraUpgradeGate` for Pulumi. */
export class SovraUpgradeGate extends ConstructComponent<gate.SovraUpgradeGate, gate.SovraUpgradeGateProps> {
  /** @throws {SovraOpsError} listing every property that cannot work */
  constructor(name: string, props: Inputs<gate.SovraUpgradeGateProps>, opts?: ComponentOptions) {
    super('SovraUpgradeGate', name, props, (s, id, p) => new gate.SovraUpgradeGate(s, id, p), opts);
  }
}

/** `ScheduledTask` for Pulumi. */
export class ScheduledTask extends ConstructComponent<task.ScheduledTask, task.ScheduledTaskProps> {
  /** @throws {SovraOpsError} listing every property that cannot work */
  constructor(name: string, props: Inputs<task.ScheduledTaskProps>, opts?: ComponentOptions) {
    super('ScheduledTask', name, props, (s, id, p) => new task.ScheduledTask(s, id, p), opts);
  }
}

/** `GrafanaDashboards` for Pulumi. */
export class GrafanaDashboards extends ConstructComponent<
  dashboards.GrafanaDashboards,
  dashboards.GrafanaDashboardsProps
> {
  /** @throws {SovraOpsError} listing every property that cannot work */
  constructor(name: string, props: Inputs<dashboards.GrafanaDashboardsProps>, opts?: ComponentOptions) {
    super('GrafanaDashboards', name, props, (s, id, p) => new dashboards.GrafanaDashboards(s, id, p), opts);
  }
}

/** `SovraOnCall` for Pulumi. */
export class SovraOnCall extends ConstructComponent<onCall.SovraOnCall, onCall.SovraOnCallProps> {
  /** @throws {SovraOpsError} listing every property that cannot work */
  constructor(name: string, props: Inputs<onCall.SovraOnCallProps>, opts?: ComponentOptions) {
    super('SovraOnCall', name, props, (s, id, p) => new onCall.SovraOnCall(s, id, p), opts);
  }
}

/** `SovraLogging` for Pulumi. */
export class SovraLogging extends ConstructComponent<logging.SovraLogging, logging.SovraLoggingProps> {
  /** @throws {SovraOpsError} listing every property that cannot work */
  constructor(name: string, props: Inputs<logging.SovraLoggingProps>, opts?: ComponentOptions) {
    super('SovraLogging', name, props, (s, id, p) => new logging.SovraLogging(s, id, p), opts);
  }
}

/** `SovraTracing` for Pulumi. */
export class SovraTracing extends ConstructComponent<tracing.SovraTracing, tracing.SovraTracingProps> {
  /** @throws {SovraOpsError} listing every property that cannot work */
  constructor(name: string, props: Inputs<tracing.SovraTracingProps>, opts?: ComponentOptions) {
    super('SovraTracing', name, props, (s, id, p) => new tracing.SovraTracing(s, id, p), opts);
  }
}
