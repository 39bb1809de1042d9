import { ApiObject, App, Chart } from 'cdk8s';
import { SovraScheduledTasks, type SovraScheduledTasksProps } from '../../lib/operations/sovra-scheduled-tasks';
import { sharesMinute } from '../../lib/schedule/coincide';
import { cronOf } from '../../lib/schedule/cron';
import { SovraInstallation } from '../../lib/sovra/installation';
import { dailySchedules, ZONES } from '../schedule/reference';
import fc from '../support/fast-check';
import { find, objectsOf, refusal, refusedProperties } from '../support/synth';
import { containerOf, containersOf, environmentOf, podOf, shortcomings } from './pods';

const sovra = new SovraInstallation();
const make = (more: Partial<SovraScheduledTasksProps> = {}) => {
  let tasks: SovraScheduledTasks | undefined;
  const objects = objectsOf((chart) => {
    tasks = new SovraScheduledTasks(chart, 'tasks', { sovra, ...more });
  });
  const cronJob = (name: string) => find(objects, 'CronJob', name);
  return {
    tasks: tasks as SovraScheduledTasks,
    objects,
    cronJob,
    names: objects.filter((o) => o.kind === 'CronJob').map((o) => o.metadata.name),
  };
};
const refuse = (more: object) => () => make(more as Partial<SovraScheduledTasksProps>);

describe("the guide's tasks", () => {
  const { tasks, objects, cronJob, names } = make();

  test.each([
    ['sovra-certificate-rotation', '0 2 * * *'],
    ['sovra-audit-export', '0 4 * * *'],
    ['sovra-health-check', '*/5 * * * *'],
  ])('%s runs at %s', (name, schedule) => {
    expect(cronJob(name).spec.schedule).toBe(schedule);
    expect(cronJob(name).metadata.namespace).toBe('sovra');
  });

  test('pass Pod Security restricted and carry no secret', () => {
    for (const name of names) expect(shortcomings(cronJob(name))).toEqual([]);
  });

  test("run the guide's commands against the API of the installation, the token out of its Secret", () => {
    const rotate = containerOf(cronJob('sovra-certificate-rotation'), 'rotate');
    const url = 'http://sovra-api-gateway.sovra.svc:8080';
    expect(rotate.command).toEqual(['/app/sovra-cli', 'cert', 'rotate', '--all', '--api-url', url]);
    expect(rotate).toMatchObject({ image: sovra.image('sovraCli'), workingDir: '/app' });
    expect(environmentOf(rotate)).toEqual({ SOVRA_TOKEN: 'sovra-cli/token' });
    expect(containersOf(cronJob('sovra-health-check')).map((c) => [c.name, c.command])).toEqual([
      ['control-plane', ['/app/sovra-cli', 'health', 'check', '--api-url', url]],
      ['edge-nodes', ['/app/sovra-cli', 'edge-node', 'status', '--all', '--api-url', url]],
      ['federation', ['/app/sovra-cli', 'federation', 'status', '--all', '--api-url', url]],
    ]);
    expect(podOf(cronJob('sovra-health-check')).securityContext).toMatchObject({ runAsUser: 1000 });
  });

  test('a health check is not tried again; the next one comes soon enough', () => {
    expect(cronJob('sovra-health-check').spec.jobTemplate.spec.backoffLimit).toBe(0);
    expect(cronJob('sovra-certificate-rotation').spec.jobTemplate.spec.backoffLimit).toBe(2);
  });

  test('may reach the API gateway and nothing else', () => {
    for (const name of names) {
      expect(find(objects, 'NetworkPolicy', name).spec.egress[1]).toEqual({
        to: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'sovra' } },
            podSelector: { matchLabels: { app: 'sovra', component: 'api-gateway' } },
          },
        ],
        ports: [{ protocol: 'TCP', port: 8080 }],
      });
      expect(find(objects, 'NetworkPolicy', name).spec.egress).toHaveLength(2);
    }
  });

  test('share one PrometheusRule with three alerts each', () => {
    const rule = find(objects, 'PrometheusRule', 'sovra-scheduled-tasks');
    expect(rule.spec.groups).toHaveLength(1);
    expect(rule.spec.groups[0].rules).toHaveLength(9);
    expect(objects.filter((o) => o.kind === 'PrometheusRule')).toHaveLength(1);
    expect(tasks.alertRules.rule).toBeInstanceOf(ApiObject);
  });

  test('the audit log has a volume', () => {
    expect(find(objects, 'PersistentVolumeClaim', 'sovra-audit-export').spec).toEqual({
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '10Gi' } },
    });
    expect(podOf(cronJob('sovra-audit-export')).volumes).toEqual([
      { name: 'export', persistentVolumeClaim: { claimName: 'sovra-audit-export' } },
    ]);
    expect(environmentOf(containerOf(cronJob('sovra-audit-export'), 'export'))).toMatchObject({
      FOLDER: '/export',
      DAYS: '7',
      EVENT_LIMIT: '10000',
    });
  });

  test('are described for other sets', () => {
    expect(tasks.tasks.map((t) => [t.name, t.uses])).toEqual([
      ['sovra-certificate-rotation', ['certificates', 'vault']],
      ['sovra-audit-export', ['audit', 'postgres']],
      ['sovra-health-check', []],
    ]);
    expect(tasks.moves).toEqual([]);
    expect(tasks.scheduledTasks.map((t) => t.task)).toEqual(tasks.tasks);
  });
});

describe('what can be said about them', () => {
  test('false leaves one out, its volume and its alerts too', () => {
    const { names, objects } = make({ auditExport: false, healthCheck: false });
    expect(names).toEqual(['sovra-certificate-rotation']);
    expect(objects.some((o) => o.kind === 'PersistentVolumeClaim')).toBe(false);
    expect(find(objects, 'PrometheusRule', 'sovra-scheduled-tasks').spec.groups[0].rules).toHaveLength(3);
  });

  test('all of them left out is nothing at all', () => {
    expect(make({ certificateRotation: false, auditExport: false, healthCheck: false }).objects).toEqual([]);
  });

  test('commands', () => {
    const { cronJob } = make({
      certificateRotation: { command: ['/app/sovra-cli', 'rotate'] },
      auditExport: { command: ['/bin/export', 'a b'] },
      healthCheck: { commands: { only: ['/app/sovra-cli', 'edge', 'list'] } },
    });
    expect(containerOf(cronJob('sovra-certificate-rotation'), 'rotate').command).toEqual(['/app/sovra-cli', 'rotate']);
    expect(containerOf(cronJob('sovra-audit-export'), 'export').command?.slice(3)).toEqual([
      'audit-export',
      '/bin/export',
      'a b',
    ]);
    expect(containersOf(cronJob('sovra-health-check')).map((c) => c.command)).toEqual([
      ['/app/sovra-cli', 'edge', 'list'],
    ]);
  });

  test('schedule, zone, suspension, deadline, retries, resources, alerts, volume', () => {
    const { cronJob, objects } = make({
      timeZone: 'Europe/Zurich',
      alerts: { ScheduledTaskMissing: false },
      certificateRotation: {
        schedule: '30 1 * * 0',
        suspend: true,
        activeDeadline: '5h',
        retries: 1,
        resources: { cpu: '1', memory: '1Gi', cpuLimit: '2', memoryLimit: '2Gi' },
        alerts: { ScheduledTaskLate: { level: 'P1' } },
      },
      auditExport: { schedule: '0 4 1 * *', storage: { size: '1Ti', storageClass: 'slow' }, eventLimit: 500 },
    });
    const rotation = cronJob('sovra-certificate-rotation').spec;
    expect(rotation).toMatchObject({
      schedule: '30 1 * * 0',
      timeZone: 'Europe/Zurich',
      suspend: true,
      jobTemplate: { spec: { backoffLimit: 1, activeDeadlineSeconds: 18_000 } },
    });
    expect(containerOf(cronJob('sovra-certificate-rotation'), 'rotate').resources).toEqual({
      requests: { cpu: '1', memory: '1Gi', 'ephemeral-storage': '64Mi' },
      limits: { cpu: '2', memory: '2Gi', 'ephemeral-storage': '256Mi' },
    });
    expect(find(objects, 'PersistentVolumeClaim', 'sovra-audit-export').spec).toMatchObject({
      storageClassName: 'slow',
      resources: { requests: { storage: '1Ti' } },
    });
    expect(environmentOf(containerOf(cronJob('sovra-audit-export'), 'export'))).toMatchObject({
      DAYS: '63',
      EVENT_LIMIT: '500',
    });
    const rules = find(objects, 'PrometheusRule', 'sovra-scheduled-tasks').spec.groups[0].rules;
    expect(
      rules.map(
        (r: { alert: string; labels: { task: string; level: string } }) =>
          `${r.alert} ${r.labels.level} ${r.labels.task}`,
      ),
    ).toEqual([
      'ScheduledTaskFailed P2 sovra-certificate-rotation',
      'ScheduledTaskLate P1 sovra-certificate-rotation',
      'ScheduledTaskFailed P2 sovra-audit-export',
      'ScheduledTaskLate P2 sovra-audit-export',
      'ScheduledTaskFailed P2 sovra-health-check',
      'ScheduledTaskLate P2 sovra-health-check',
    ]);
  });

  test('the program, its token, the image and a mirror come from the installation', () => {
    const own = new SovraInstallation({
      namespace: 'prod',
      cli: { path: '/bin/cli', token: { secret: 's', key: 'k' } },
      images: { registry: 'mirror.example:5000', pullSecrets: ['pull'] },
      controlPlane: { service: 'gw', port: 9000, labels: { a: 'b' } },
    });
    const { cronJob, objects } = make({ sovra: own });
    const rotate = containerOf(cronJob('sovra-certificate-rotation'), 'rotate');
    expect(rotate.command).toEqual(['/bin/cli', 'cert', 'rotate', '--all', '--api-url', 'http://gw.prod.svc:9000']);
    expect(rotate.image).toMatch(/^mirror\.example:5000\/witlox\/sovra:/);
    expect(environmentOf(rotate)).toEqual({ SOVRA_TOKEN: 's/k' });
    expect(podOf(cronJob('sovra-health-check')).imagePullSecrets).toEqual([{ name: 'pull' }]);
    expect(find(objects, 'NetworkPolicy', 'sovra-health-check').spec.egress[1].ports).toEqual([
      { protocol: 'TCP', port: 9000 },
    ]);
  });

  test('tasks that would collide with those of another set are moved, and say so', () => {
    const other = { name: 'backup', schedule: '0 4 * * *', timeZone: 'Etc/UTC', uses: ['postgres'] };
    const { tasks, cronJob } = make({ apartFrom: [other] });
    expect(cronJob('sovra-audit-export').spec.schedule).toBe('15 4 * * *');
    expect(cronJob('sovra-audit-export').metadata.annotations).toEqual({
      'sovra-ops/moved': '15 minutes later than "0 4 * * *": backup also uses postgres then',
    });
    expect(tasks.moves).toEqual([
      {
        task: 'sovra-audit-export',
        from: '0 4 * * *',
        to: '15 4 * * *',
        minutes: 15,
        because: { task: 'backup', uses: 'postgres' },
      },
    ]);
    expect(cronJob('sovra-certificate-rotation').metadata.annotations).toBeUndefined();
  });

  test('a schedule that was chosen is not moved: it is refused', () => {
    const other = { name: 'backup', schedule: '0 4 * * *', timeZone: 'Etc/UTC', uses: ['postgres'] };
    expect(refusedProperties(refuse({ apartFrom: [other], auditExport: { schedule: '0 4 * * *' } }))).toEqual([
      'schedule of sovra-audit-export',
    ]);
  });
});

describe('what is refused', () => {
  test.each<[object, string]>([
    [{ sovra: new SovraInstallation({ controlPlane: false }) }, 'sovra.controlPlane'],
    [{ timeZone: 'nowhere' }, 'timeZone'],
    [{ runbookBaseUrl: 'ftp://x' }, 'runbookBaseUrl'],
    [{ alerts: { Nope: false } }, 'alerts.Nope'],
    [{ alerts: { ScheduledTaskLate: { expr: 'vector(1)' } } }, 'alerts.ScheduledTaskLate.expr'],
    [{ certificateRotation: { schedule: '@reboot' } }, 'certificateRotation.schedule'],
    [{ certificateRotation: { activeDeadline: '24h' } }, 'certificateRotation.activeDeadline'],
    [{ certificateRotation: { command: 'cert rotate' } }, 'certificateRotation.command'],
    [{ certificateRotation: { command: [] } }, 'certificateRotation.command'],
    [{ auditExport: { retries: -1 } }, 'auditExport.retries'],
    [{ auditExport: { storage: { size: 'big' } } }, 'auditExport.storage.size'],
    [{ auditExport: { storage: { storageClass: 'A B' } } }, 'auditExport.storage.storageClass'],
    [{ auditExport: { eventLimit: 0 } }, 'auditExport.eventLimit'],
    [
      { auditExport: { resources: { cpu: '1', memory: 'x', cpuLimit: '1', memoryLimit: '1Gi' } } },
      'auditExport.resources.memory',
    ],
    [{ healthCheck: { commands: {} } }, 'healthCheck.commands'],
    [{ healthCheck: { commands: { 'A B': ['x'] } } }, 'healthCheck.commands["A B"]'],
    [{ healthCheck: { commands: { a: [''] } } }, 'healthCheck.commands["a"]'],
    [
      { healthCheck: { alerts: { ScheduledTaskLate: { level: 'high' } } } },
      'healthCheck.alerts.ScheduledTaskLate.level',
    ],
    [{ healthCheck: { activeDeadline: '5m' } }, 'healthCheck.activeDeadline'],
  ])('%j', (more, property) => {
    expect(refusedProperties(refuse(more))).toEqual([property]);
  });

  test('nothing is made half-way', () => {
    const chart = new Chart(new App(), 'test');
    const error = refusal(
      () => new SovraScheduledTasks(chart, 'tasks', { sovra, healthCheck: { activeDeadline: '10m' } }),
    );
    expect(error.construct).toBe('test/tasks');
    expect(chart.node.findAll().filter((c) => c instanceof ApiObject)).toEqual([]);
  });
});

test('whatever times are chosen: either a typed error, or nobody meets whom it must not, the same each time', () => {
  const tuning = fc.option(fc.record({ schedule: dailySchedules }), { nil: undefined });
  fc.assert(
    fc.property(
      fc.record({
        timeZone: fc.constantFrom(...ZONES),
        certificateRotation: tuning,
        auditExport: tuning,
        healthCheck: tuning,
      }),
      (more) => {
        const { tasks, objects } = make(more);
        for (const a of tasks.tasks) {
          for (const b of tasks.tasks) {
            const rivals = a !== b && a.uses.some((u) => b.uses.includes(u));
            if (rivals)
              expect(
                sharesMinute(
                  { cron: cronOf(a.schedule), timeZone: a.timeZone },
                  { cron: cronOf(b.schedule), timeZone: b.timeZone },
                ),
              ).toBe(false);
          }
        }
        expect(make(more).objects).toEqual(objects);
      },
    ),
    { numRuns: 40 },
  );
});
