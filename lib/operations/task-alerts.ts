import type { PrometheusRuleSpec } from '../kube/crds/prometheus-rule';
import type { AlertDefinition } from '../rules/alert';
import { alertRule, literal } from '../rules/alert-rule';
import { commonName, NO_INSTALLATION } from '../rules/no-installation';
import type { AlertOverride } from '../rules/overrides';
import { formatDuration } from '../schedule/duration';
import type { TaskDescription } from './task';

/** The alerts that every scheduled task has. */
export type TaskAlertName = 'ScheduledTaskFailed' | 'ScheduledTaskLate' | 'ScheduledTaskMissing';
export const TASK_ALERT_NAMES: readonly TaskAlertName[] = [
  'ScheduledTaskFailed',
  'ScheduledTaskLate',
  'ScheduledTaskMissing',
];

/** By name; `false` leaves the alert out. */
export type TaskAlertOverrides = Partial<Readonly<Record<TaskAlertName, false | AlertOverride>>>;

export type TaskAlertDefinition = AlertDefinition<TaskAlertName>;
export type TaskRule = NonNullable<NonNullable<PrometheusRuleSpec['groups']>[number]['rules']>[number];

const SOURCE = 'Operations guide, "Automation, Scheduled Tasks"';
const HOUR = 3600;

/** The alerts of one task. Thresholds stand in the expressions as figures, to be read at three in the morning. */
export function taskAlerts(task: TaskDescription): Readonly<Record<TaskAlertName, TaskAlertDefinition>> {
  return { ScheduledTaskFailed: failed(task), ScheduledTaskLate: late(task), ScheduledTaskMissing: missing(task) };
}

/**
 * A Job of the CronJob gave up, and no Job that ended later succeeded. It clears by itself with the next success, also
 * of a Job that was started by hand. The verdict is the Job's own: a pod that is being tried again is not a failure yet,
 * and a Job that could make no pod at all before its deadline is one, though it has no failed pod.
 */
function failed(task: TaskDescription): TaskAlertDefinition {
  const jobs = selector({ job: 'kube-state-metrics', namespace: task.namespace });
  const own = selector({
    job: 'kube-state-metrics',
    namespace: task.namespace,
    owner_kind: 'CronJob',
    owner_name: task.name,
  });
  const gaveUp = selector({ job: 'kube-state-metrics', namespace: task.namespace, condition: 'true' });
  return {
    level: task.levels.ScheduledTaskFailed,
    component: 'tasks',
    metrics: ['jobStart', 'jobFailed', 'jobOwner', 'cronJobLastSuccess'],
    expr: () =>
      `max(${commonName('jobStart')}${jobs}\n` +
      `  and on (job_name) ${commonName('jobFailed')}${gaveUp} == 1\n` +
      `  and on (job_name) ${commonName('jobOwner')}${own})\n` +
      `> (max(${commonName('cronJobLastSuccess')}${ofCronJob(task)}) or vector(0))`,
    // What runs every few minutes may stumble once; the next run tells.
    for: task.smallestGapSeconds < HOUR ? formatDuration(2 * task.smallestGapSeconds) : '1m',
    summary: `Scheduled task ${task.name} failed`,
    description:
      `The run of ${task.namespace}/${task.name} that started at {{ $value | humanizeTimestamp }} failed, and none has succeeded since. ` +
      `${literal(task.purpose)} Look: kubectl -n ${task.namespace} logs -l app.kubernetes.io/name=${task.name} --all-containers --prefix`,
    missingData: {
      coveredBy: 'ScheduledTaskLate',
      because: 'a task whose Jobs are not seen to fail is not seen to succeed either',
    },
    source: SOURCE,
  };
}

/** The last success is older than it can be while all is well; for a task that never succeeded, its creation counts. */
function late(task: TaskDescription): TaskAlertDefinition {
  const allowed = formatDuration(task.maxAgeSeconds);
  return {
    level: task.levels.ScheduledTaskLate,
    component: 'tasks',
    metrics: ['cronJobLastSuccess', 'cronJobCreated'],
    expr: () =>
      `time() - (max(${commonName('cronJobLastSuccess')}${ofCronJob(task)}) or max(${commonName('cronJobCreated')}${ofCronJob(task)}))\n` +
      `> ${task.maxAgeSeconds}`,
    for: '5m',
    summary: `Scheduled task ${task.name} is late`,
    description:
      `${task.namespace}/${task.name} has not succeeded for {{ $value | humanizeDuration }}; it runs at "${task.schedule}" (${task.timeZone}) ` +
      `and should never be older than ${allowed}. ${literal(task.purpose)} ` +
      `Run it now: kubectl -n ${task.namespace} create job --from=cronjob/${task.name} ${task.name}-manual`,
    missingData: {
      coveredBy: 'ScheduledTaskMissing',
      because: 'without any series of the CronJob, its absence is what fires',
    },
    source: `${SOURCE}; a failing backup that nobody sees is the common way to lose data`,
  };
}

/** The CronJob is gone, or nothing tells of it any more: either way nobody would learn that it does not run. */
function missing(task: TaskDescription): TaskAlertDefinition {
  return {
    level: task.levels.ScheduledTaskMissing,
    component: 'tasks',
    metrics: ['cronJobCreated'],
    expr: () => `absent(${commonName('cronJobCreated')}${ofCronJob(task)})`,
    for: '15m',
    summary: `Scheduled task ${task.name} is gone or not watched`,
    description:
      `No series of CronJob ${task.namespace}/${task.name}: it was deleted, or kube-state-metrics is down, not scraped or may not read the namespace. ` +
      `While that lasts, no other alert of this task can fire. ${literal(task.purpose)} ` +
      `Look: kubectl -n ${task.namespace} get cronjob ${task.name}`,
    missingData: 'fires',
    source: SOURCE,
  };
}

function ofCronJob(task: TaskDescription): string {
  return selector({ job: 'kube-state-metrics', namespace: task.namespace, cronjob: task.name });
}

/** The values are DNS names: nothing in them has to be escaped. */
function selector(labels: Readonly<Record<string, string>>): string {
  return `{${Object.entries(labels)
    .map(([k, v]) => `${k}="${v}"`)
    .join(', ')}}`;
}

export interface TaskRuleOptions {
  /** Changes for every task of the set. @default none */
  readonly alerts?: TaskAlertOverrides;
  /** Changes for single tasks, by the name of the CronJob; they win over `alerts`. @default none */
  readonly perTask?: Readonly<Record<string, TaskAlertOverrides | undefined>>;
  /** Where the folder of runbooks is served, without a slash at its end. @default DEFAULT_RUNBOOK_BASE_URL */
  readonly runbookBaseUrl?: string;
  /** Address of the Grafana with the dashboards of this project; see `PrometheusRef`. @default that of the Prometheus reference, if it has one */
  readonly grafanaUrl?: string;
}

/** The rules of a set of tasks, in the order of the tasks. Pure. */
export function taskRules(tasks: readonly TaskDescription[], options: TaskRuleOptions = {}): TaskRule[] {
  return tasks.flatMap((task) => {
    const definitions = taskAlerts(task);
    return TASK_ALERT_NAMES.flatMap((alert) => {
      const override = merged(options.alerts?.[alert], options.perTask?.[task.name]?.[alert]);
      return override === false ? [] : [rule(task, alert, definitions[alert], override, options)];
    });
  });
}

function merged(set: false | AlertOverride | undefined, own: false | AlertOverride | undefined): false | AlertOverride {
  if (own === undefined) return set ?? {};
  if (own === false || set === false || set === undefined) return own;
  return {
    ...set,
    ...own,
    labels: { ...set.labels, ...own.labels },
    annotations: { ...set.annotations, ...own.annotations },
  };
}

function rule(
  task: TaskDescription,
  name: TaskAlertName,
  d: TaskAlertDefinition,
  override: AlertOverride,
  { runbookBaseUrl, grafanaUrl }: TaskRuleOptions,
): TaskRule {
  // Two installations in one cluster have tasks of the same name.
  const labels = { task: task.name, namespace: task.namespace };
  return alertRule({ ...d, name, expr: d.expr(NO_INSTALLATION), labels }, override, { runbookBaseUrl, grafanaUrl });
}
