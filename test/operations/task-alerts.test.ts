import { describeTask, type ScheduledTaskProps } from '../../lib/operations/scheduled-task';
import { TASK_ALERT_NAMES, taskAlerts, taskRules } from '../../lib/operations/task-alerts';
import { expressionProblems, knownMetrics } from '../../lib/rules/promql';
import { SovraInstallation } from '../../lib/sovra/installation';
import { type PromtoolCase, promtool, promtoolTexts } from './promtool';

const describeNamed = (name: string, schedule: string, more: Partial<ScheduledTaskProps> = {}) =>
  describeTask({
    name,
    namespace: 'sovra',
    schedule,
    purpose: 'Nothing is copied.',
    containers: [],
    egress: [],
    ...more,
  });
const daily = describeNamed('backup', '0 3 * * *', { levels: { ScheduledTaskLate: 'P1' } });
const often = describeNamed('check', '*/5 * * * *');
const rules = taskRules([daily, often]);

const MINUTES_A_DAY = 1440;
const KSM = 'job="kube-state-metrics", namespace="sovra"';
const created = (task: string) => `kube_cronjob_created{${KSM}, cronjob="${task}"}`;
const lastSuccess = (task: string) => `kube_cronjob_status_last_successful_time{${KSM}, cronjob="${task}"}`;
const owner = (job: string, task: string) =>
  `kube_job_owner{${KSM}, job_name="${job}", owner_kind="CronJob", owner_name="${task}", owner_is_controller="true"}`;
const start = (job: string) => `kube_job_status_start_time{${KSM}, job_name="${job}"}`;
/** The Job's own verdict; kube-state-metrics has the series only once there is one. */
const verdict = (job: string, condition = 'true') =>
  `kube_job_failed{${KSM}, job_name="${job}", condition="${condition}"}`;
/** What kube-state-metrics 2.18 exports of a Job that was given up, from a minute on, until another. */
const gaveUp = (job: string, from: number, minutes: number) =>
  Object.fromEntries(
    [
      ['true', 1],
      ['false', 0],
      ['unknown', 0],
    ].map(([condition, value]) => [
      verdict(job, `${condition}`),
      `${from > 0 ? `_x${from} ` : ''}${value}x${minutes - from}`,
    ]),
  );
const failedPods = (job: string, reason?: string) =>
  `kube_job_status_failed{${KSM}, job_name="${job}"${reason === undefined ? '' : `, reason="${reason}"`}}`;
/** A value that holds, for so many minutes. */
const holds = (value: number, minutes: number) => `${value}x${minutes}`;
/** The other task of the set is well throughout. */
const checkIsWell = (minutes: number) => ({
  [created('check')]: holds(0, minutes),
  [lastSuccess('check')]: `0+60x${minutes}`,
});
const at = (minutes: number) => `${minutes}m`;

const DAY = MINUTES_A_DAY;
// A day, 6 h to start, 4 h to run, 5 min until Prometheus knows.
const MAX_AGE_MINUTES = DAY + 6 * 60 + 4 * 60 + 5;

test('the oldest that a good backup can be leaves room beyond a day', () => {
  expect(daily.maxAgeSeconds).toBe(MAX_AGE_MINUTES * 60);
  expect(often.maxAgeSeconds).toBe(300 + 75 + 240 + 300);
});

const late: PromtoolCase[] = [
  {
    name: 'silent: a backup every day, never younger than almost a day when the next one ends',
    series: {
      [created('backup')]: holds(0, 3 * DAY),
      [lastSuccess('backup')]: `${`10800x${DAY} ${10800 + 86400}x${DAY} ${10800 + 2 * 86400}x${DAY - 2}`}`,
      ...checkIsWell(3 * DAY),
    },
    expect: [DAY - 1, DAY, DAY + 190, 2 * DAY, 3 * DAY - 5].map((m) => ({
      at: at(m),
      alert: 'ScheduledTaskLate',
      tasks: [],
    })),
  },
  {
    name: 'fires: the last success is older than allowed, and resolves with the next one',
    series: {
      [created('backup')]: holds(0, 3 * DAY),
      [lastSuccess('backup')]: `0x${MAX_AGE_MINUTES + 60} ${(MAX_AGE_MINUTES + 61) * 60}x${DAY}`,
      ...checkIsWell(3 * DAY),
    },
    expect: [
      { at: at(MAX_AGE_MINUTES), alert: 'ScheduledTaskLate', tasks: [] },
      { at: at(MAX_AGE_MINUTES + 5), alert: 'ScheduledTaskLate', tasks: [] },
      { at: at(MAX_AGE_MINUTES + 6), alert: 'ScheduledTaskLate', tasks: ['backup'] },
      { at: at(MAX_AGE_MINUTES + 60), alert: 'ScheduledTaskLate', tasks: ['backup'] },
      { at: at(MAX_AGE_MINUTES + 61), alert: 'ScheduledTaskLate', tasks: [] },
    ],
  },
  {
    name: 'fires: it never succeeded, but not before it was due for the first time',
    series: { [created('backup')]: holds(0, 3 * DAY), ...checkIsWell(3 * DAY) },
    expect: [
      { at: at(5), alert: 'ScheduledTaskLate', tasks: [] },
      { at: at(DAY + 60), alert: 'ScheduledTaskLate', tasks: [] },
      { at: at(MAX_AGE_MINUTES + 6), alert: 'ScheduledTaskLate', tasks: ['backup'] },
    ],
  },
  {
    name: 'each task by its own figure',
    series: {
      [created('backup')]: holds(0, 60),
      [created('check')]: holds(0, 60),
      [lastSuccess('check')]: holds(0, 60),
    },
    expect: [
      { at: at(15), alert: 'ScheduledTaskLate', tasks: [] },
      { at: at(21), alert: 'ScheduledTaskLate', tasks: ['check'] },
    ],
  },
];

const failed: PromtoolCase[] = [
  {
    name: 'fires: a Job gave up; resolves when a later one succeeds',
    series: {
      [owner('backup-1', 'backup')]: holds(1, 120),
      [start('backup-1')]: holds(600, 120),
      ...gaveUp('backup-1', 10, 120),
      [owner('backup-2', 'backup')]: '_x60 1x60',
      [start('backup-2')]: '_x60 3600x60',
      [lastSuccess('backup')]: '0x69 4140x50',
    },
    expect: [
      { at: at(9), alert: 'ScheduledTaskFailed', tasks: [] },
      { at: at(10), alert: 'ScheduledTaskFailed', tasks: [] },
      { at: at(11), alert: 'ScheduledTaskFailed', tasks: ['backup'] },
      { at: at(65), alert: 'ScheduledTaskFailed', tasks: ['backup'] },
      { at: at(70), alert: 'ScheduledTaskFailed', tasks: [] },
      { at: at(110), alert: 'ScheduledTaskFailed', tasks: [] },
    ],
  },
  {
    name: 'fires: the first Job of all could not make a pod before its deadline, so that no pod failed',
    series: {
      [owner('backup-1', 'backup')]: holds(1, 20),
      [start('backup-1')]: holds(0.5, 20),
      [failedPods('backup-1')]: holds(0, 20),
      ...gaveUp('backup-1', 3, 20),
    },
    expect: [
      { at: at(3), alert: 'ScheduledTaskFailed', tasks: [] },
      { at: at(4), alert: 'ScheduledTaskFailed', tasks: ['backup'] },
    ],
  },
  {
    name: 'fires: given up for a reason that kube-state-metrics has no name for',
    series: {
      [owner('backup-1', 'backup')]: holds(1, 20),
      [start('backup-1')]: holds(600, 20),
      [failedPods('backup-1', '')]: holds(1, 20),
      ...gaveUp('backup-1', 3, 20),
    },
    expect: [{ at: at(5), alert: 'ScheduledTaskFailed', tasks: ['backup'] }],
  },
  {
    name: 'fires: also where kube-state-metrics runs twice',
    series: {
      ...Object.fromEntries(
        ['a', 'b'].flatMap((i) =>
          [owner('backup-1', 'backup'), start('backup-1'), verdict('backup-1')].map((s) => [
            s.replace('{', `{instance="${i}", `),
            holds(1, 20),
          ]),
        ),
      ),
    },
    expect: [{ at: at(5), alert: 'ScheduledTaskFailed', tasks: ['backup'] }],
  },
  {
    name: 'silent: a pod failed and is tried again, or was tried again with success',
    series: {
      [owner('backup-1', 'backup')]: holds(1, 20),
      [start('backup-1')]: holds(600, 20),
      [failedPods('backup-1', '')]: holds(1, 20),
      [lastSuccess('backup')]: holds(0, 20),
    },
    expect: [{ at: at(15), alert: 'ScheduledTaskFailed', tasks: [] }],
  },
  {
    name: 'silent: the verdict is that it has not failed, or is not known yet',
    series: {
      [owner('backup-1', 'backup')]: holds(1, 20),
      [start('backup-1')]: holds(600, 20),
      [verdict('backup-1')]: holds(0, 20),
      [verdict('backup-1', 'false')]: holds(1, 20),
      [verdict('backup-1', 'unknown')]: holds(1, 20),
    },
    expect: [{ at: at(15), alert: 'ScheduledTaskFailed', tasks: [] }],
  },
  {
    name: 'silent: another CronJob, a Job of nobody, and a Job of that name in another namespace',
    series: {
      [owner('x-1', 'other')]: holds(1, 20),
      [start('x-1')]: holds(600, 20),
      ...gaveUp('x-1', 0, 20),
      [start('backup-1')]: holds(600, 20),
      ...gaveUp('backup-1', 0, 20),
      [owner('y-1', 'backup').replace('namespace="sovra"', 'namespace="elsewhere"')]: holds(1, 20),
      [start('y-1')]: holds(600, 20),
      ...gaveUp('y-1', 0, 20),
    },
    expect: [{ at: at(15), alert: 'ScheduledTaskFailed', tasks: [] }],
  },
  {
    name: 'what runs every five minutes may stumble once',
    series: {
      [owner('check-1', 'check')]: holds(1, 60),
      [start('check-1')]: holds(300, 60),
      ...gaveUp('check-1', 6, 60),
      [lastSuccess('check')]: '0x10 640x50',
      [owner('check-2', 'check')]: '_x20 1x40',
      [start('check-2')]: '_x20 1200x40',
      ...gaveUp('check-2', 21, 60),
    },
    expect: [
      { at: at(9), alert: 'ScheduledTaskFailed', tasks: [] },
      { at: at(15), alert: 'ScheduledTaskFailed', tasks: [] },
      { at: at(30), alert: 'ScheduledTaskFailed', tasks: [] },
      { at: at(31), alert: 'ScheduledTaskFailed', tasks: ['check'] },
    ],
  },
];

const missing: PromtoolCase[] = [
  {
    name: 'fires: nothing is known of any task; the other two are silent, which is why this one is there',
    series: { 'up{job="kube-state-metrics"}': holds(0, 60) },
    expect: [
      { at: at(14), alert: 'ScheduledTaskMissing', tasks: [] },
      { at: at(15), alert: 'ScheduledTaskMissing', tasks: ['backup', 'check'] },
      { at: at(60), alert: 'ScheduledTaskLate', tasks: [] },
      { at: at(60), alert: 'ScheduledTaskFailed', tasks: [] },
    ],
  },
  {
    name: 'fires: one CronJob was deleted; resolves when it is back',
    series: { [created('check')]: holds(0, 90), [created('backup')]: '0x9 _x50 0x30' },
    expect: [
      { at: at(9), alert: 'ScheduledTaskMissing', tasks: [] },
      { at: at(40), alert: 'ScheduledTaskMissing', tasks: ['backup'] },
      { at: at(62), alert: 'ScheduledTaskMissing', tasks: [] },
    ],
  },
  {
    name: 'silent: there, though it never ran',
    series: { [created('check')]: holds(0, 60), [created('backup')]: holds(0, 60) },
    expect: [{ at: at(60), alert: 'ScheduledTaskMissing', tasks: [] }],
  },
  {
    name: 'data of Jobs is missing: Failed is silent, Late fires',
    series: {
      [created('backup')]: holds(0, 2 * DAY),
      [lastSuccess('backup')]: holds(0, 2 * DAY),
      ...checkIsWell(2 * DAY),
    },
    expect: [
      { at: at(MAX_AGE_MINUTES + 6), alert: 'ScheduledTaskFailed', tasks: [] },
      { at: at(MAX_AGE_MINUTES + 6), alert: 'ScheduledTaskLate', tasks: ['backup'] },
    ],
  },
];

describe('the alerts of tasks under the real promtool', () => {
  test.each([...late, ...failed, ...missing].map((c) => [c.name, c] as const))('%s', (_, c) => {
    expect(promtool(rules, [c])).toContain('SUCCESS');
  });

  test('a case that expects the wrong thing is noticed', () => {
    expect(
      promtool(rules, [
        { name: 'wrong', series: {}, expect: [{ at: '20m', alert: 'ScheduledTaskMissing', tasks: [] }] },
      ]),
    ).toContain('FAILED');
  });

  test('the person on call reads what happened, for how long, what it means and what to do', () => {
    const texts = promtoolTexts(rules, {
      series: { [created('backup')]: holds(0, 3 * DAY), ...checkIsWell(3 * DAY) },
      at: at(MAX_AGE_MINUTES + 6),
      alert: 'ScheduledTaskLate',
      task: 'backup',
      annotations: {
        summary: 'Scheduled task backup is late',
        description:
          'sovra/backup has not succeeded for 1d 10h 11m 0s; it runs at "0 3 * * *" (Etc/UTC) and should never be older than 1d10h5m. ' +
          'Nothing is copied. Run it now: kubectl -n sovra create job --from=cronjob/backup backup-manual',
        runbook_url: 'https://github.com/sovra-ops/sovra-ops/blob/main/docs/runbooks/ScheduledTaskLate.md',
        response_time: '1 hour',
      },
    });
    expect(texts).toContain('SUCCESS');
    const failure = promtoolTexts(rules, {
      series: {
        [owner('backup-1', 'backup')]: holds(1, 20),
        [start('backup-1')]: holds(600, 20),
        ...gaveUp('backup-1', 5, 20),
      },
      at: at(15),
      alert: 'ScheduledTaskFailed',
      task: 'backup',
      annotations: {
        summary: 'Scheduled task backup failed',
        description:
          'The run of sovra/backup that started at 1970-01-01 00:10:00 +0000 UTC failed, and none has succeeded since. Nothing is copied. ' +
          'Look: kubectl -n sovra logs -l app.kubernetes.io/name=backup --all-containers --prefix',
        runbook_url: 'https://github.com/sovra-ops/sovra-ops/blob/main/docs/runbooks/ScheduledTaskFailed.md',
        response_time: '4 hours',
      },
    });
    expect(failure).toContain('SUCCESS');
  });
});

describe('the rules', () => {
  test('carry level, severity, component, task and namespace', () => {
    expect(rules).toHaveLength(6);
    expect(rules[1]).toMatchObject({
      alert: 'ScheduledTaskLate',
      labels: { level: 'P1', severity: 'critical', component: 'tasks', task: 'backup', namespace: 'sovra' },
    });
    expect(rules[4]).toMatchObject({
      alert: 'ScheduledTaskLate',
      labels: { level: 'P2', severity: 'warning', task: 'check' },
    });
  });

  test('say their threshold as a figure', () => {
    expect(rules[1]?.expr).toContain(`> ${daily.maxAgeSeconds}`);
    expect(rules[0]?.for).toBe('1m');
    expect(rules[3]?.for).toBe('10m');
  });

  test('ask only what the catalogue has, in every dialect', () => {
    for (const dialect of ['guide', '2026.3'] as const) {
      const known = knownMetrics([new SovraInstallation({ dialect })]);
      for (const rule of rules) expect(expressionProblems(String(rule.expr), known)).toEqual([]);
    }
  });

  test('declare the metrics that they use, and answer for missing data', () => {
    const definitions = taskAlerts(daily);
    expect(definitions.ScheduledTaskMissing.missingData).toBe('fires');
    for (const name of TASK_ALERT_NAMES) {
      const { missingData, metrics, source } = definitions[name];
      expect(metrics.length).toBeGreaterThan(0);
      expect(source).toContain('Operations guide');
      if (missingData !== 'fires') expect(TASK_ALERT_NAMES).toContain(missingData.coveredBy);
    }
  });

  test('can be changed and left out, for all tasks and for one', () => {
    const changed = taskRules([daily, often], {
      runbookBaseUrl: 'https://wiki.example.com/runbooks',
      alerts: {
        ScheduledTaskFailed: { level: 'P3', for: '0s', keepFiringFor: '10m', labels: { team: 'keys' } },
        ScheduledTaskMissing: false,
      },
      perTask: {
        check: {
          ScheduledTaskLate: false,
          ScheduledTaskMissing: {
            summary: 'gone',
            description: 'is gone',
            runbookUrl: 'https://example.com/x',
            annotations: { note: 'n' },
          },
          ScheduledTaskFailed: { labels: { extra: 'yes' }, expr: 'vector(1)' },
        },
      },
    });
    expect(changed.map((r) => `${r.alert} ${r.labels?.task}`)).toEqual([
      'ScheduledTaskFailed backup',
      'ScheduledTaskLate backup',
      'ScheduledTaskFailed check',
      'ScheduledTaskMissing check',
    ]);
    expect(changed[0]).toMatchObject({
      labels: { level: 'P3', severity: 'info', team: 'keys' },
      keep_firing_for: '10m',
      annotations: { runbook_url: 'https://wiki.example.com/runbooks/ScheduledTaskFailed.md' },
    });
    expect(changed[0]).not.toHaveProperty('for');
    expect(changed[2]).toMatchObject({ expr: 'vector(1)', labels: { team: 'keys', extra: 'yes', level: 'P3' } });
    expect(changed[3]).toMatchObject({
      for: '15m',
      annotations: { summary: 'gone', description: 'is gone', runbook_url: 'https://example.com/x', note: 'n' },
    });
  });

  test('braces in a purpose are no template', () => {
    const [rule] = taskRules([describeNamed('x', '0 3 * * *', { purpose: 'Fills {{ .Values }}.' })]);
    expect(rule?.annotations?.description).toContain('Fills {{ "{{" }} .Values }}.');
  });
});
