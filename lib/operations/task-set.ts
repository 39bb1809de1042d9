import type { Construct } from 'constructs';
import { declareFacts } from '../checks/facts';
import { checkNetwork } from '../kube/check-network';
import { checkResources } from '../kube/check-resources';
import type { ClusterNetworkProps } from '../kube/network';
import type { Resources } from '../kube/pod';
import { checkPrometheusRef, type PrometheusRef } from '../kube/prometheus-ref';
import { checkRunbookBaseUrl } from '../rules/overrides';
import { apart, type Move, type PlacedTask } from '../schedule/apart';
import { checkInstallation } from '../sovra/check-installation';
import type { SovraInstallation } from '../sovra/installation';
import { Checker, dnsLabel, flag, known, type Rule, schedule, text, timeZone } from '../validate';
import { checkTaskAlerts } from './alert-overrides';
import { checkScheduledTask, checkTaskTimes, ScheduledTask, type ScheduledTaskProps } from './scheduled-task';
import type { TaskDescription } from './task';
import { TaskAlertRules } from './task-alert-rules';
import type { TaskAlertOverrides } from './task-alerts';

/** What constructs that make a set of tasks have in common. */
export interface TaskSetProps {
  /** What is operated. */
  readonly sovra: SovraInstallation;
  /** IANA zone in which every schedule is read. @default 'Etc/UTC' */
  readonly timeZone?: string;
  /** Tasks of other sets, which have their times already: `tasks` of those constructs. @default none */
  readonly apartFrom?: readonly PlacedTask[];
  /** Changes to the alerts of all tasks, by name; `false` leaves one out. @default none */
  readonly alerts?: TaskAlertOverrides;
  /** The Prometheus that has to evaluate the alerts. @default SOVRA_PROMETHEUS, the one that SovraMonitoring makes */
  readonly prometheus?: PrometheusRef;
  /**
   * Ends the names of what is put beside the Prometheus: rules, monitors and their way. For the second set of one kind that
   * one Prometheus watches, of another installation or namespace; without it, it would take the place of the first one's.
   * @default none
   */
  readonly suffix?: string;
  /** Where the folder of runbooks is served, without a slash at its end. @default DEFAULT_RUNBOOK_BASE_URL */
  readonly runbookBaseUrl?: string;
  /** What network policies cannot know. @default CoreDNS in kube-system */
  readonly network?: ClusterNetworkProps;
}

/** What can be said about one task of a set. */
export interface TaskTuning {
  /** Five-field cron, in the time zone of the set. A schedule that is given stays; one that is not may be moved. @default the guide's */
  readonly schedule?: string;
  /** Keep the controller from starting it; it then becomes late. @default false */
  readonly suspend?: boolean;
  /** How long a run may take, as a duration; shorter than the shortest time between two runs. @default four fifths of that time, at most 4h */
  readonly activeDeadline?: string;
  /** How often a run that failed is tried again at once, 0 to 6. @default 2 */
  readonly retries?: number;
  /** Of each container that does the work. @default small, see the task */
  readonly resources?: Resources;
  /** Changes to the alerts of this task, by name; `false` leaves one out. @default none */
  readonly alerts?: TaskAlertOverrides;
}

/** A task of a set: what it runs, and what the user said about it. */
export interface PlannedTask {
  readonly id: string;
  /** What errors call it: the property under which the user finds it. */
  readonly property: string;
  readonly props: Omit<
    ScheduledTaskProps,
    | 'schedule'
    | 'timeZone'
    | 'alerts'
    | 'prometheus'
    | 'runbookBaseUrl'
    | 'network'
    | 'images'
    | 'suspend'
    | 'activeDeadline'
    | 'retries'
  > & { readonly retries?: number };
  /** The guide's schedule. */
  readonly schedule: string;
  readonly tuning: TaskTuning;
}

export interface MadeTasks {
  readonly scheduledTasks: readonly ScheduledTask[];
  readonly tasks: readonly TaskDescription[];
  readonly moves: readonly Move[];
  readonly alertRules: TaskAlertRules;
}

/** The name of something that is put beside the Prometheus. */
export function besidePrometheus(name: string, { suffix }: Pick<TaskSetProps, 'suffix'>): string {
  return suffix === undefined ? name : `${name}-${suffix}`;
}

/**
 * The tasks of a set at the times that they get, in the order given.
 *
 * @throws {SovraOpsError} if they cannot be moved apart
 */
export function placeTasks(construct: string, planned: readonly PlannedTask[], set: TaskSetProps) {
  const toPlace = planned.map((p) => ({
    planned: p,
    name: p.props.name,
    schedule: p.tuning.schedule ?? p.schedule,
    timeZone: set.timeZone ?? 'Etc/UTC',
    uses: p.props.uses ?? [],
    fixed: p.tuning.schedule !== undefined,
  }));
  return apart(toPlace, construct, set.apartFrom);
}

/**
 * Moves the tasks of a set apart, makes them, and their alerts. Every task is checked before the first object is made.
 *
 * @param name of the PrometheusRule
 * @throws {SovraOpsError} if tasks cannot be moved apart, or one cannot work at the time that it got
 */
export function makeTasks(
  scope: Construct,
  name: string,
  planned: readonly PlannedTask[],
  set: TaskSetProps,
): MadeTasks {
  const zone = set.timeZone ?? 'Etc/UTC';
  const placed = placeTasks(scope.node.path, planned, set);
  const all = placed.tasks.map((t) => ({
    id: t.planned.id,
    property: t.planned.property,
    props: taskProps(t.planned, t.schedule, zone, set, placed.moves),
  }));
  const c = new Checker(scope.node.path);
  c.unique(
    'tasks',
    all.map(({ props }) => `${props.namespace}/${props.name}`),
  );
  for (const { property, props } of all) checkScheduledTask(c, `${property}.`, props);
  c.done();
  const scheduledTasks = all.map(({ id, props }) => new ScheduledTask(scope, id, props));
  const tasks = scheduledTasks.map((t) => t.task);
  const perTask = Object.fromEntries(planned.map((p) => [p.props.name, p.tuning.alerts]));
  const alertRules = new TaskAlertRules(scope, 'alerts', {
    name: besidePrometheus(name, set),
    tasks,
    perTask,
    prometheus: set.prometheus,
    alerts: set.alerts,
    runbookBaseUrl: set.runbookBaseUrl,
  });
  declareFacts(scope, { sovra: set.sovra });
  return { scheduledTasks, tasks, moves: placed.moves, alertRules };
}

function taskProps(
  planned: PlannedTask,
  schedule: string,
  zone: string,
  set: TaskSetProps,
  moves: readonly Move[],
): ScheduledTaskProps {
  const { suspend, activeDeadline, retries } = planned.tuning;
  const move = moves.find((m) => m.task === planned.props.name);
  return {
    ...planned.props,
    schedule,
    timeZone: zone,
    suspend,
    activeDeadline,
    retries: retries ?? planned.props.retries,
    images: set.sovra.images,
    network: set.network,
    alerts: 'shared',
    ...(move && {
      annotations: {
        'sovra-ops/moved': `${move.minutes} minutes later than "${move.from}": ${move.because.task} also uses ${move.because.uses} then`,
      },
    }),
  };
}

/** With it, the longest name is still one that a label can hold. */
const suffix: Rule = known((v) =>
  dnsLabel(v) === undefined && v.length <= 30
    ? undefined
    : { allowed: 'lower-case letters, digits and "-", at most 30 characters', remedy: 'For example "staging".' },
);

/** Holds what is common to sets against what can work. */
export function checkTaskSet(c: Checker, set: TaskSetProps, taskCount: number): void {
  checkInstallation(c, set.sovra);
  c.value('timeZone', set.timeZone, timeZone).value('suffix', set.suffix, suffix);
  for (const { at, entry } of c.parts('apartFrom', set.apartFrom)) {
    c.item(`${at}.name`, entry.name, text)
      .item(`${at}.schedule`, entry.schedule, schedule)
      .item(`${at}.timeZone`, entry.timeZone, timeZone)
      .each(`${at}.uses`, entry.uses ?? null, text);
  }
  checkPrometheusRef(c, 'prometheus', set.prometheus);
  checkNetwork(c, 'network', set.network);
  checkRunbookBaseUrl(c, 'runbookBaseUrl', set.runbookBaseUrl);
  checkTaskAlerts(c, 'alerts', set.alerts, taskCount === 1);
}

/**
 * Holds what a user said about a task against what can work.
 *
 * @param single it is said about one task, not about one for each edge node
 */
export function checkTuning(c: Checker, at: string, given: TaskTuning | undefined, single = true): void {
  const tuning = c.part(at, given);
  if (tuning === undefined) return;
  checkTaskTimes(c, `${at}.`, { ...tuning, timeZone: undefined });
  c.value(`${at}.suspend`, tuning.suspend, flag);
  checkResources(c, `${at}.resources`, tuning.resources);
  checkTaskAlerts(c, `${at}.alerts`, tuning.alerts, single);
}
