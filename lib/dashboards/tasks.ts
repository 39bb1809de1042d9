import { backups } from './backups';
import {
  above,
  countOf,
  countPanel,
  type DashboardContext,
  type DashboardSpec,
  type PanelSpec,
  using,
  type VariableSpec,
} from './model';
import { KUBE, TASKS } from './promql';

const TASK = 'namespace, cronjob';
const TASK_COLUMNS = [
  { field: 'cronjob', title: 'Task' },
  { field: 'namespace', title: 'Namespace' },
];

/** Scheduled tasks: backups, certificate rotation, audit export, health check, and whatever else is a CronJob. */
export function tasks(c: DashboardContext): DashboardSpec {
  return {
    name: 'tasks',
    uid: 'sovra-tasks',
    title: 'Sovra / Scheduled tasks',
    description: 'CronJobs: when each last succeeded, what failed, what runs. Backups: what the repository holds.',
    variables: namespaceVariable(c),
    sections: [
      { id: 100, title: 'Now', panels: now(c) },
      { id: 200, title: 'Tasks', panels: [...list(c), ...failures(c)] },
      { id: 300, title: 'Over time', panels: history(c) },
      { id: 400, title: 'Backups, as the repository tells it', panels: backups(c) },
    ],
  };
}

function namespaceVariable(c: DashboardContext): VariableSpec[] {
  return using(c, ['cronJobCreated'], ({ cronJobCreated }) => ({
    name: 'namespace',
    label: 'Namespace',
    description: 'Namespaces whose tasks are shown.',
    selector: `${cronJobCreated}{${KUBE}}`,
    values: 'namespace',
    all: true,
  }));
}

function now(c: DashboardContext): PanelSpec[] {
  return [
    ...using(c, ['cronJobCreated'], ({ cronJobCreated }) =>
      countPanel(101, 'Tasks', 'CronJobs that exist.', `count(${cronJobCreated}{${TASKS}})`),
    ),
    ...using(c, ['cronJobActive'], ({ cronJobActive }) =>
      countPanel(102, 'Running', 'Jobs that run now.', `sum(${cronJobActive}{${TASKS}})`),
    ),
    ...using(c, ['cronJobCreated', 'cronJobLastSuccess'], ({ cronJobCreated, cronJobLastSuccess }) =>
      countPanel(
        103,
        'Never succeeded',
        'CronJobs of which no Job has ever succeeded. New ones count until their first success.',
        `count(${cronJobCreated}{${TASKS}} unless on (${TASK}) ${cronJobLastSuccess}{${TASKS}}) or 0 * count(${cronJobCreated}{${TASKS}})`,
        above([1, 'orange']),
      ),
    ),
    ...using(c, ['cronJobSuspended'], ({ cronJobSuspended }) =>
      countPanel(
        104,
        'Suspended',
        'CronJobs that somebody has switched off.',
        countOf(`${cronJobSuspended}{${TASKS}}`, '==', 1),
        above([1, 'yellow']),
      ),
    ),
    ...using(c, ['jobFailed', 'jobOwner'], ({ jobFailed, jobOwner }) =>
      countPanel(
        105,
        'Failed Jobs',
        'Jobs that were given up and are still kept. Their logs are there to be read.',
        // A Job that has not failed has no series of the verdict: without the second half, "none" would read as "no data".
        `count(${gaveUp(jobFailed)}) or 0 * count(${jobOwner}{${TASKS}})`,
        above([1, 'orange']),
      ),
    ),
  ];
}

function list(c: DashboardContext): PanelSpec[] {
  return using(
    c,
    ['cronJobLastSuccess', 'cronJobLastSchedule', 'cronJobActive', 'cronJobSuspended'],
    (m): PanelSpec => {
      const latest = (name: string) => `max by (${TASK}) (${name}{${TASKS}})`;
      return {
        id: 201,
        kind: 'table',
        title: 'Tasks',
        description: 'One row for each CronJob. A task without an age has never succeeded.',
        unit: 'none',
        height: 10,
        queries: [
          { expr: `time() - ${latest(m.cronJobLastSuccess)}` },
          { expr: `time() - ${latest(m.cronJobLastSchedule)}` },
          { expr: latest(m.cronJobActive) },
          { expr: latest(m.cronJobSuspended) },
        ],
        columns: [
          ...TASK_COLUMNS,
          { field: 'Value #A', title: 'Last success', unit: 's' },
          { field: 'Value #B', title: 'Last start', unit: 's' },
          { field: 'Value #C', title: 'Running' },
          {
            field: 'Value #D',
            title: 'Suspended',
            values: [
              { value: 0, text: 'no', color: 'green' },
              { value: 1, text: 'yes', color: 'yellow' },
            ],
          },
        ],
        sortBy: { title: 'Last success', descending: true },
      };
    },
  );
}

function failures(c: DashboardContext): PanelSpec[] {
  return using(c, ['jobFailed', 'jobStart', 'jobOwner'], ({ jobFailed, jobStart, jobOwner }): PanelSpec => {
    const age = `time() - max by (namespace, job_name) (${jobStart}{${TASKS}}) and ${gaveUp(jobFailed)}`;
    const owner = `max by (namespace, job_name, owner_name) (${jobOwner}{${TASKS},owner_kind="CronJob"})`;
    return {
      id: 202,
      kind: 'table',
      title: 'Failed Jobs',
      description: 'Jobs that were given up and are still kept, the last fifty, by the task that they belong to.',
      unit: 'none',
      queries: [{ expr: `bottomk(50, (${age}) * on (namespace, job_name) group_left (owner_name) ${owner})` }],
      columns: [
        { field: 'owner_name', title: 'Task' },
        { field: 'namespace', title: 'Namespace' },
        { field: 'job_name', title: 'Job' },
        { field: 'Value', title: 'Started', unit: 's' },
      ],
      sortBy: { title: 'Started', descending: false },
    };
  });
}

/** The Job's own verdict, as the alert asks for it: a pod that is being tried again is not among them. */
function gaveUp(jobFailed: string): string {
  return `max by (namespace, job_name) (${jobFailed}{${TASKS},condition="true"}) == 1`;
}

function history(c: DashboardContext): PanelSpec[] {
  return [
    ...using(
      c,
      ['cronJobLastSuccess'],
      ({ cronJobLastSuccess }): PanelSpec => ({
        id: 301,
        kind: 'graph',
        title: 'Age of the last success',
        description:
          'A saw-tooth for each task, the ten oldest. A tooth that keeps growing is a task that no longer succeeds.',
        unit: 's',
        queries: [
          {
            expr: `topk(10, time() - max by (${TASK}) (${cronJobLastSuccess}{${TASKS}}))`,
            legend: '{{namespace}}/{{cronjob}}',
          },
        ],
      }),
    ),
    ...using(
      c,
      ['cronJobActive'],
      ({ cronJobActive }): PanelSpec => ({
        id: 302,
        kind: 'graph',
        title: 'Running',
        description: 'Jobs that run, the ten busiest tasks. One that never ends keeps its task from starting again.',
        unit: 'short',
        stacked: true,
        queries: [
          { expr: `topk(10, max by (${TASK}) (${cronJobActive}{${TASKS}}) > 0)`, legend: '{{namespace}}/{{cronjob}}' },
        ],
      }),
    ),
  ];
}
