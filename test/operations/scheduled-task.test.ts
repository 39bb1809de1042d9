import { ApiObject, App, Chart } from 'cdk8s';
import { SovraOpsError } from '../../lib/errors';
import { kubePrometheusStack } from '../../lib/kube/prometheus-ref';
import { ScheduledTask, type ScheduledTaskProps } from '../../lib/operations/scheduled-task';
import { parseCron } from '../../lib/schedule/cron';
import { parseDuration } from '../../lib/schedule/duration';
import { dailySchedules, ZONES } from '../schedule/reference';
import fc from '../support/fast-check';
import { find, objectsOf, refusal, refusedProperties } from '../support/synth';
import { podOf, shortcomings } from './pods';

const base: ScheduledTaskProps = {
  name: 'sweep',
  namespace: 'sovra',
  schedule: '0 3 * * *',
  purpose: 'Nothing is swept.',
  containers: [
    {
      name: 'sweep',
      image: 'example.com/sweep:1.0',
      command: ['sweep'],
      resources: { cpu: '10m', memory: '16Mi', cpuLimit: '100m', memoryLimit: '64Mi' },
    },
  ],
  egress: [{ peers: [{ namespace: 'sovra', podLabels: { app: 'sovra' } }], ports: [8080] }],
};
const make = (more: Partial<ScheduledTaskProps> = {}) => {
  let task: ScheduledTask | undefined;
  const objects = objectsOf((chart) => {
    task = new ScheduledTask(chart, 'task', { ...base, ...more });
  });
  return { task: task as ScheduledTask, objects, cronJob: find(objects, 'CronJob', more.name ?? 'sweep') };
};
const props = (more: object) => ({ ...base, ...more }) as ScheduledTaskProps;
const refuse = (more: object) => () => objectsOf((chart) => new ScheduledTask(chart, 'task', props(more)));

describe('a task with nothing said about it', () => {
  const { task, objects, cronJob } = make();

  test('is a CronJob that is started late rather than skipped, never twice, and ended in time', () => {
    expect(cronJob.spec).toMatchObject({
      schedule: '0 3 * * *',
      timeZone: 'Etc/UTC',
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds: 6 * 3600,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      jobTemplate: { spec: { backoffLimit: 2, activeDeadlineSeconds: 4 * 3600 } },
    });
    expect(cronJob.spec).not.toHaveProperty('suspend');
    expect(cronJob.spec.jobTemplate.spec).not.toHaveProperty('ttlSecondsAfterFinished');
  });

  test('passes Pod Security restricted, with a service account that has no token', () => {
    expect(shortcomings(cronJob)).toEqual([]);
    expect(find(objects, 'ServiceAccount', 'sweep').automountServiceAccountToken).toBe(false);
  });

  test('reaches name resolution and what it stated, and is reached by nobody', () => {
    const policy = find(objects, 'NetworkPolicy', 'sweep').spec;
    expect(policy.policyTypes).toEqual(['Ingress', 'Egress']);
    expect(policy.ingress).toBeUndefined();
    expect(policy.egress.map((e: { ports: { port: number }[] }) => e.ports.map((p) => p.port))).toEqual([
      [53, 53],
      [8080],
    ]);
    const labels = cronJob.spec.jobTemplate.spec.template.metadata.labels;
    for (const [key, value] of Object.entries(policy.podSelector.matchLabels)) expect(labels[key]).toBe(value);
  });

  test('brings its alerts, where the Prometheus looks and with the labels that it selects', () => {
    const rule = find(objects, 'PrometheusRule', 'sweep');
    expect(rule.metadata).toMatchObject({
      namespace: 'monitoring',
      labels: { 'app.kubernetes.io/part-of': 'sovra-ops' },
    });
    expect(rule.spec.groups[0].rules.map((r: { alert: string }) => r.alert)).toEqual([
      'ScheduledTaskFailed',
      'ScheduledTaskLate',
      'ScheduledTaskMissing',
    ]);
  });

  test('exposes what it made and what is known of it', () => {
    expect(
      [task.cronJob, task.serviceAccount, task.policy, task.alertRules?.rule].every((o) => o instanceof ApiObject),
    ).toBe(true);
    expect(task.task).toEqual({
      name: 'sweep',
      namespace: 'sovra',
      schedule: '0 3 * * *',
      timeZone: 'Etc/UTC',
      uses: [],
      purpose: 'Nothing is swept.',
      levels: { ScheduledTaskFailed: 'P2', ScheduledTaskLate: 'P2', ScheduledTaskMissing: 'P2' },
      smallestGapSeconds: 86_400,
      largestGapSeconds: 86_400,
      startingDeadlineSeconds: 21_600,
      activeDeadlineSeconds: 14_400,
      maxAgeSeconds: 86_400 + 21_600 + 14_400 + 300,
    });
  });
});

describe('what can be said about a task', () => {
  test.each([
    ['*/5 * * * *', 75, 240],
    ['* * * * *', 60, 48],
    ['0 * * * *', 900, 2880],
    ['0 3 * * 0', 21_600, 14_400],
  ])('the schedule %s gives %i s to start and %i s to run', (schedule, start, active) => {
    const { spec } = make({ schedule }).cronJob;
    expect([spec.startingDeadlineSeconds, spec.jobTemplate.spec.activeDeadlineSeconds]).toEqual([start, active]);
  });

  test('time zone, suspension, deadline, retries, component, user, labels, annotations, pull secrets', () => {
    const { cronJob, task } = make({
      timeZone: 'Europe/Zurich',
      suspend: true,
      activeDeadline: '10h',
      retries: 0,
      component: 'backup',
      user: 1000,
      podLabels: { 'app.kubernetes.io/part-of': 'sovra', team: 'keys' },
      annotations: { why: 'because' },
      images: { pullSecrets: ['mirror'] },
      uses: ['disk'],
      levels: { ScheduledTaskLate: 'P1' },
    });
    expect(cronJob.metadata.annotations).toEqual({ why: 'because' });
    expect(cronJob.spec).toMatchObject({
      timeZone: 'Europe/Zurich',
      suspend: true,
      jobTemplate: { spec: { backoffLimit: 0, activeDeadlineSeconds: 36_000 } },
    });
    expect(cronJob.spec.jobTemplate.spec.template.metadata.labels).toMatchObject({
      'app.kubernetes.io/part-of': 'sovra',
      'app.kubernetes.io/component': 'backup',
      team: 'keys',
    });
    expect(podOf(cronJob)).toMatchObject({
      securityContext: { runAsUser: 1000, fsGroup: 1000 },
      imagePullSecrets: [{ name: 'mirror' }],
    });
    expect(task.task).toMatchObject({
      uses: ['disk'],
      levels: { ScheduledTaskLate: 'P1', ScheduledTaskFailed: 'P2' },
      largestGapSeconds: 25 * 3600,
      smallestGapSeconds: 23 * 3600,
    });
    expect(shortcomings(cronJob)).toEqual([]);
  });

  test('another Prometheus, runbooks elsewhere, alerts changed', () => {
    const { objects } = make({
      prometheus: kubePrometheusStack({ release: 'kps', namespace: 'obs' }),
      runbookBaseUrl: 'https://wiki.example.com',
      alerts: { ScheduledTaskLate: { level: 'P0' }, ScheduledTaskMissing: false },
    });
    const rule = find(objects, 'PrometheusRule', 'sweep');
    expect(rule.metadata).toMatchObject({ namespace: 'obs', labels: { release: 'kps' } });
    const [, late] = rule.spec.groups[0].rules;
    expect(rule.spec.groups[0].rules).toHaveLength(2);
    expect(late).toMatchObject({
      labels: { level: 'P0', severity: 'critical' },
      annotations: { runbook_url: 'https://wiki.example.com/ScheduledTaskLate.md' },
    });
  });

  test('rules go where the Prometheus looks, if that is not its own namespace', () => {
    const prometheus = { ...kubePrometheusStack(), namespaces: ['rules'] };
    expect(find(make({ prometheus }).objects, 'PrometheusRule', 'sweep').metadata.namespace).toBe('rules');
  });

  test('no rule where alerts are shared or all left out', () => {
    const off = { ScheduledTaskFailed: false, ScheduledTaskLate: false, ScheduledTaskMissing: false } as const;
    for (const alerts of ['shared', off] as const)
      expect(make({ alerts }).objects.filter((o) => o.kind === 'PrometheusRule')).toEqual([]);
  });

  test('in the hour that comes twice, a run may only take as long as there is until the next', () => {
    const { task } = make({ schedule: '30 2 * * *', timeZone: 'Europe/Zurich' });
    expect(task.task).toMatchObject({
      smallestGapSeconds: 3600,
      largestGapSeconds: 47 * 3600,
      activeDeadlineSeconds: 2880,
    });
  });
});

describe('what is refused', () => {
  test.each<[string, object, string, string]>([
    ['a name that is too long', { name: 'x'.repeat(53) }, 'name', 'at most 52 characters'],
    ['a name with capitals', { name: 'Sweep' }, 'name', 'DNS-1123 label'],
    ['a namespace', { namespace: 'a_b' }, 'namespace', 'DNS-1123 label'],
    ['a schedule', { schedule: '99 foo * * *' }, 'schedule', 'minute: "99" is out of range'],
    ['a schedule with seconds', { schedule: '0 0 3 * * *' }, 'schedule', 'no field for seconds'],
    ['a time zone', { timeZone: 'CET+1' }, 'timeZone', 'IANA'],
    ['a deadline that is none', { activeDeadline: 'soon' }, 'activeDeadline', 'a Prometheus duration'],
    [
      'a deadline as long as the gap',
      { activeDeadline: '1d' },
      'activeDeadline',
      'less than 1d, the shortest time between two runs of "0 3 * * *"',
    ],
    [
      'a deadline beyond the doubled hour',
      { schedule: '30 2 * * *', timeZone: 'Europe/Zurich', activeDeadline: '2h' },
      'activeDeadline',
      'less than 1h, the shortest time between two runs of "30 2 * * *" in Europe/Zurich, changes of the clock included',
    ],
    ['a part of a second', { activeDeadline: '1500ms' }, 'activeDeadline', 'whole seconds'],
    ['too many retries', { retries: 7 }, 'retries', 'from 0 to 6'],
    ['half a retry', { retries: 0.5 }, 'retries', 'from 0 to 6'],
    ['no purpose', { purpose: ' ' }, 'purpose', 'a sentence'],
    ['no container', { containers: [] }, 'containers', 'at least one container'],
    ['root', { user: 0 }, 'user', 'other than root'],
    ['a component', { component: 'a b' }, 'component', 'a label value'],
    ['a label', { podLabels: { 'x y': 'z' } }, 'podLabels["x y"]', 'a label key'],
    [
      "the policy's label",
      { podLabels: { 'app.kubernetes.io/name': 'z' } },
      'podLabels["app.kubernetes.io/name"]',
      'selects its pods by this label',
    ],
    [
      'an unpinned image',
      { containers: [{ ...base.containers[0], image: 'sweep:latest' }] },
      'containers[0].image',
      'fixed tag',
    ],
    [
      'a quantity',
      {
        containers: [
          { ...base.containers[0], resources: { cpu: 'lots', memory: '1Mi', cpuLimit: '1', memoryLimit: '1Mi' } },
        ],
      },
      'containers[0].resources.cpu',
      'quantity',
    ],
    [
      'a volume of the same name',
      {
        volumes: [
          { name: 'a', emptyDir: {} },
          { name: 'a', emptyDir: {} },
        ],
      },
      'volumes[1]',
      'used once',
    ],
    ['a container of the same name', { initContainers: [base.containers[0]] }, 'containers[0]', 'used once'],
    ['a runbook address', { runbookBaseUrl: 'https://x.example/' }, 'runbookBaseUrl', 'without "/" at its end'],
    [
      'an alert that is none',
      { alerts: { TaskLate: false } },
      'alerts.TaskLate',
      'ScheduledTaskFailed, ScheduledTaskLate, ScheduledTaskMissing',
    ],
    ['true for an alert', { alerts: { ScheduledTaskLate: true } }, 'alerts.ScheduledTaskLate', 'false, or an object'],
    ['a level', { alerts: { ScheduledTaskLate: { level: 'P9' } } }, 'alerts.ScheduledTaskLate.level', 'P0, P1, P2, P3'],
    [
      'a duration of an alert',
      { alerts: { ScheduledTaskLate: { for: '5 min' } } },
      'alerts.ScheduledTaskLate.for',
      'a Prometheus duration',
    ],
    [
      'a field of an alert',
      { alerts: { ScheduledTaskLate: { expression: 'x' } } },
      'alerts.ScheduledTaskLate.expression',
      'level, for, keepFiringFor',
    ],
    [
      'a label by which alerts are grouped',
      { alerts: { ScheduledTaskLate: { labels: { task: 'x' } } } },
      'alerts.ScheduledTaskLate.labels.task',
      'any label but',
    ],
    [
      'an empty summary',
      { alerts: { ScheduledTaskLate: { summary: '' } } },
      'alerts.ScheduledTaskLate.summary',
      'not empty',
    ],
  ])('%s', (_, more, property, allowed) => {
    const error = refusal(refuse(more));
    expect(error.construct).toBe('test/task');
    const problem = error.problems.find((p) => p.property === property);
    expect(problem?.allowed).toContain(allowed);
    expect(problem?.remedy).not.toBe('');
  });

  test('a secret in a value, which the message does not repeat', () => {
    const error = refusal(
      refuse({ containers: [{ ...base.containers[0], env: [{ name: 'DB_PASSWORD', value: 'hunter2' }] }] }),
    );
    expect(error.message).toContain('containers[0].env[0] (DB_PASSWORD)');
    expect(error.message).not.toContain('hunter2');
  });

  test('everything that is wrong at once, and nothing is made', () => {
    const chart = new Chart(new App(), 'test');
    const wrong = () =>
      new ScheduledTask(chart, 'task', props({ name: 'Bad', schedule: 'x', timeZone: 'y', retries: -1 }));
    expect(refusedProperties(wrong)).toEqual(['name', 'schedule', 'timeZone', 'retries']);
    expect(chart.node.findAll().filter((c) => c instanceof ApiObject)).toEqual([]);
  });
});

describe('whatever is given', () => {
  const valid = fc.record({
    name: fc.stringMatching(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/),
    schedule: dailySchedules,
    timeZone: fc.constantFrom(...ZONES),
    retries: fc.integer({ min: 0, max: 6 }),
    suspend: fc.boolean(),
  });

  test('a valid task cannot block itself, is never late while all is well, and is the same again', () => {
    fc.assert(
      fc.property(valid, (more) => {
        const { cronJob, task, objects } = make(more);
        const t = task.task;
        expect(cronJob.spec.jobTemplate.spec.activeDeadlineSeconds).toBeLessThan(t.smallestGapSeconds);
        expect(cronJob.spec.startingDeadlineSeconds).toBeGreaterThanOrEqual(60);
        expect(t.maxAgeSeconds).toBeGreaterThan(
          t.largestGapSeconds + t.startingDeadlineSeconds + t.activeDeadlineSeconds,
        );
        expect(shortcomings(cronJob)).toEqual([]);
        expect(make(more).objects).toEqual(objects);
      }),
      { numRuns: 60 },
    );
  });

  test('a broken one is refused with the typed error', () => {
    const broken = fc.oneof(
      fc.record({ name: fc.string().filter((s) => !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(s)) }),
      fc.record({
        schedule: fc.string({ unit: fc.constantFrom(...'abc 99/*'), maxLength: 12 }).filter((s) => !parseCron(s).ok),
      }),
      fc.record({ timeZone: fc.string().filter((s) => !/^[A-Z]/.test(s)) }),
      fc.record({ retries: fc.oneof(fc.integer({ min: 7 }), fc.integer({ max: -1 })) }),
      fc.record({ activeDeadline: fc.string().filter((s) => parseDuration(s) === undefined) }),
    );
    fc.assert(
      fc.property(broken, (more) => {
        expect(refusal(refuse(more))).toBeInstanceOf(SovraOpsError);
      }),
      { numRuns: 300 },
    );
  });
});
