import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { CronJob } from 'kubernetes-types/batch/v1';
import type { ServiceAccount } from 'kubernetes-types/core/v1';
import { checkNetwork } from '../kube/check-network';
import { commonLabels } from '../kube/labels';
import { type ClusterNetworkProps, networkPolicy, toDns } from '../kube/network';
import { kubeObject } from '../kube/object';
import { checkPrometheusRef, type PrometheusRef } from '../kube/prometheus-ref';
import { checkRunbookBaseUrl, level } from '../rules/overrides';
import { parseCron } from '../schedule/cron';
import { formatDuration, parseDuration } from '../schedule/duration';
import { smallestGap } from '../schedule/gaps';
import { checkImages } from '../sovra/check-installation';
import type { ImageProps } from '../sovra/images';
import type { Level } from '../sovra/levels';
import {
  anyText,
  Checker,
  cronJobName,
  dnsLabel,
  duration,
  flag,
  known,
  labelKey,
  labelValue,
  numberRule,
  schedule,
  text,
  timeZone,
} from '../validate';
import { checkTaskAlerts } from './alert-overrides';
import { type TaskDescription, taskTiming } from './task';
import { TaskAlertRules } from './task-alert-rules';
import { TASK_ALERT_NAMES, type TaskAlertName, type TaskAlertOverrides } from './task-alerts';
import { checkTaskPod, TASK_SELECTOR, type TaskPodProps, taskPod } from './task-pod';

export interface ScheduledTaskProps extends TaskPodProps {
  /** Name of the CronJob, its ServiceAccount and its NetworkPolicy; at most 52 characters. */
  readonly name: string;
  readonly namespace: string;
  /** Five-field cron, read in `timeZone`. */
  readonly schedule: string;
  /** IANA name. Never left to the controller, whose own zone is an accident. @default 'Etc/UTC' */
  readonly timeZone?: string;
  /** What is missed while it does not run; a sentence that the alerts carry. */
  readonly purpose: string;
  /** The label `app.kubernetes.io/component`. @default 'tasks' */
  readonly component?: string;
  /** Keep the controller from starting it. It then becomes late like any task that does not run. @default false */
  readonly suspend?: boolean;
  /**
   * How long a run may take, as a duration; shorter than the shortest time between two runs, so that a hung run never
   * blocks the next. @default four fifths of that time, at most 4h
   */
  readonly activeDeadline?: string;
  /** How often a run that failed is tried again at once, 0 to 6. @default 2 */
  readonly retries?: number;
  /** What it has to itself while it runs; tasks that share something are moved apart. @default nothing */
  readonly uses?: readonly string[];
  /** The guide's level of each alert. @default P2 */
  readonly levels?: Partial<Readonly<Record<TaskAlertName, Level>>>;
  /** Pull secrets for the pods. @default none */
  readonly images?: ImageProps;
  /** Where name resolution is. @default CoreDNS in kube-system */
  readonly network?: ClusterNetworkProps;
  /** Annotations of the CronJob. @default none */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Changes to its alerts; 'shared' where `TaskAlertRules` of a whole set has them. @default the three alerts in a PrometheusRule of its own */
  readonly alerts?: TaskAlertOverrides | 'shared';
  /** The Prometheus that has to evaluate the alerts. @default SOVRA_PROMETHEUS */
  readonly prometheus?: PrometheusRef;
  /** Where the folder of runbooks is served. @default DEFAULT_RUNBOOK_BASE_URL */
  readonly runbookBaseUrl?: string;
}

/**
 * One CronJob fit for production: in a time zone, never twice at once, started late rather than skipped, ended before
 * it can block the next run, kept long enough to be looked at, without a token for the API server, with the network
 * closed but for what it needs, and with alerts for when it fails, is late or is gone.
 *
 * Finished Jobs stay until newer ones push them out (3 good, 3 bad): a time to live would remove a failed Job, and with
 * it the alert, before anybody has read its log.
 *
 * @throws {SovraOpsError} listing every property that cannot work
 */
export class ScheduledTask extends Construct {
  readonly cronJob: ApiObject;
  readonly serviceAccount: ApiObject;
  readonly policy: ApiObject;
  /** Undefined where the alerts are shared. */
  readonly alertRules?: TaskAlertRules;
  readonly task: TaskDescription;

  constructor(scope: Construct, id: string, props: ScheduledTaskProps) {
    super(scope, id);
    const checker = new Checker(this.node.path).props(props);
    checkScheduledTask(checker, '', props);
    checker.done();
    this.task = describeTask(props);
    const labels = commonLabels(props.name, props.component ?? 'tasks');
    const metadata = { name: props.name, namespace: props.namespace, labels };
    this.serviceAccount = kubeObject<ServiceAccount>(this, 'service-account', 'v1', 'ServiceAccount', metadata, {
      automountServiceAccountToken: false,
    });
    this.cronJob = kubeObject<CronJob>(
      this,
      'cron-job',
      'batch/v1',
      'CronJob',
      { ...metadata, ...(props.annotations && { annotations: { ...props.annotations } }) },
      { spec: cronJobSpec(props, this.task, labels) },
    );
    this.policy = networkPolicy(this, 'network-policy', {
      name: props.name,
      namespace: props.namespace,
      component: props.component ?? 'tasks',
      podLabels: Object.fromEntries(TASK_SELECTOR.map((key) => [key, labels[key] as string])),
      egress: [toDns(props.network ?? {}), ...props.egress],
    });
    if (props.alerts === 'shared') return;
    this.alertRules = new TaskAlertRules(this, 'alerts', {
      name: props.name,
      tasks: [this.task],
      prometheus: props.prometheus,
      runbookBaseUrl: props.runbookBaseUrl,
      alerts: props.alerts,
    });
  }
}

/** What is known of a task before its objects are made. */
export function describeTask(props: ScheduledTaskProps): TaskDescription {
  const zone = props.timeZone ?? 'Etc/UTC';
  const deadline = props.activeDeadline === undefined ? undefined : parseDuration(props.activeDeadline);
  return {
    name: props.name,
    namespace: props.namespace,
    schedule: props.schedule,
    timeZone: zone,
    uses: props.uses ?? [],
    purpose: props.purpose,
    levels: { ScheduledTaskFailed: 'P2', ScheduledTaskLate: 'P2', ScheduledTaskMissing: 'P2', ...props.levels },
    ...taskTiming(props.schedule, zone, deadline),
  };
}

function cronJobSpec(
  props: ScheduledTaskProps,
  task: TaskDescription,
  labels: Record<string, string>,
): NonNullable<CronJob['spec']> {
  return {
    schedule: props.schedule,
    timeZone: task.timeZone,
    ...(props.suspend && { suspend: true }),
    concurrencyPolicy: 'Forbid',
    startingDeadlineSeconds: task.startingDeadlineSeconds,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 3,
    jobTemplate: {
      metadata: { labels },
      spec: {
        backoffLimit: props.retries ?? 2,
        activeDeadlineSeconds: task.activeDeadlineSeconds,
        template: {
          metadata: { labels: { ...labels, ...props.podLabels } },
          spec: taskPod(props, props.name, props.images ?? {}),
        },
      },
    },
  };
}

/** Holds the props of a task against what can work. */
export function checkScheduledTask(c: Checker, at: string, props: ScheduledTaskProps): void {
  c.item(`${at}name`, props.name, cronJobName)
    .item(`${at}namespace`, props.namespace, dnsLabel)
    .given(`${at}schedule`, props.schedule, 'Say when it runs, for example "0 3 * * *".')
    .value(`${at}component`, props.component, labelValue)
    .value(`${at}suspend`, props.suspend, flag)
    .each(`${at}uses`, props.uses, text)
    // Alerts carry it, and what Prometheus would take for a template of its own is written otherwise there.
    .value(`${at}purpose`, typeof props.purpose === 'string' ? props.purpose : undefined, known(anyText))
    .require(typeof props.purpose === 'string' && props.purpose.trim() !== '', {
      property: `${at}purpose`,
      given: props.purpose,
      allowed: 'a sentence',
      remedy: 'Say what is missed while the task does not run; the person on call reads it.',
    });
  checkTaskTimes(c, at, props);
  checkTaskPod(c, at, props);
  checkLevels(c, `${at}levels`, props.levels);
  checkAnnotations(c, `${at}annotations`, props.annotations);
  checkImages(c, `${at}images`, props.images);
  checkNetwork(c, `${at}network`, props.network);
  checkPrometheusRef(c, `${at}prometheus`, props.prometheus);
  if (props.alerts !== 'shared') checkTaskAlerts(c, `${at}alerts`, props.alerts, true);
  checkRunbookBaseUrl(c, 'runbookBaseUrl', props.runbookBaseUrl);
}

const retries = numberRule(
  (v) => Number.isInteger(v) && v >= 0 && v <= 6,
  'a whole number from 0 to 6',
  'Each retry waits twice as long as the one before; 2 is enough for a short outage.',
);

function checkLevels(c: Checker, at: string, given: ScheduledTaskProps['levels']): void {
  const levels = c.part(at, given);
  for (const alert of TASK_ALERT_NAMES) c.value(`${at}.${alert}`, levels?.[alert], level);
}

function checkAnnotations(c: Checker, at: string, given: ScheduledTaskProps['annotations']): void {
  for (const [key, value] of Object.entries(c.part(at, given) ?? {})) {
    c.value(`${at}[${JSON.stringify(key)}]`, key, labelKey).item(`${at}[${JSON.stringify(key)}]`, value, anyText);
  }
}

/** What a user may say about the times of a task, here and in the constructs that make tasks. */
export interface TaskTimes {
  readonly schedule?: string;
  readonly timeZone?: string;
  readonly activeDeadline?: string;
  readonly retries?: number;
}

export function checkTaskTimes(c: Checker, at: string, times: TaskTimes): void {
  c.value(`${at}schedule`, times.schedule, schedule)
    .value(`${at}timeZone`, times.timeZone, timeZone)
    .value(`${at}activeDeadline`, times.activeDeadline, duration)
    .value(`${at}retries`, times.retries, retries);
  checkDeadline(c, at, times);
}

function checkDeadline(c: Checker, at: string, { schedule: given, timeZone: zone, activeDeadline }: TaskTimes): void {
  const cron = typeof given === 'string' ? parseCron(given) : undefined;
  const deadline = typeof activeDeadline === 'string' ? parseDuration(activeDeadline) : undefined;
  // Whatever is not readable was reported already.
  if (!cron?.ok || deadline === undefined || (zone !== undefined && (typeof zone !== 'string' || timeZone(zone))))
    return;
  const gap = smallestGap(cron.cron, zone ?? 'Etc/UTC');
  c.require(deadline < gap && Number.isInteger(deadline), {
    property: `${at}activeDeadline`,
    given: activeDeadline,
    allowed: `whole seconds, less than ${formatDuration(gap)}, the shortest time between two runs of "${given}"${zone === undefined ? '' : ` in ${zone}, changes of the clock included`}`,
    remedy: 'Shorten it or run the task less often: a run that hangs must end before the next is due.',
  });
}
