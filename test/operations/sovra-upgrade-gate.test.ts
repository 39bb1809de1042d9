import { ApiObject, App, Chart } from 'cdk8s';
import type { PodSpec } from 'kubernetes-types/core/v1';
import { SovraApp } from '../../lib/app';
import { SovraUpgradeGate, type SovraUpgradeGateProps } from '../../lib/operations/sovra-upgrade-gate';
import { SovraInstallation } from '../../lib/sovra/installation';
import { STACKS } from '../../stacks/stacks';
import { find, objectsOf, refusal, refusedProperties } from '../support/synth';
import { podOf } from './pods';

const sovra = new SovraInstallation();
const run = [
  { name: 'sovra-backup-postgres', namespace: 'sovra', activeDeadlineSeconds: 150 },
  { name: 'sovra-backup-vault', namespace: 'sovra-edge', activeDeadlineSeconds: 60 },
  { name: 'sovra-backup-verify', namespace: 'sovra', activeDeadlineSeconds: 14_400 },
];
const make = (more: Partial<SovraUpgradeGateProps> = {}) => {
  let gate: SovraUpgradeGate | undefined;
  const objects = objectsOf((chart) => {
    gate = new SovraUpgradeGate(chart, 'gate', { sovra, run, ...more });
  });
  return { gate: gate as SovraUpgradeGate, objects };
};
const commands = (pod: PodSpec) => [...(pod.initContainers ?? []), ...pod.containers].map((c) => c.args?.join(' '));

describe('the gate', () => {
  const { gate, objects } = make();
  const cronJob = find(objects, 'CronJob', 'sovra-upgrade-gate');

  test('starts each task when the one before has succeeded, and waits for the last one too', () => {
    const at = (namespace: string) => `--namespace ${namespace} --cache-dir=/nowhere`;
    expect(commands(podOf(cronJob))).toEqual([
      `${at('sovra')} create job gate-$(POD_UID)-0 --from=cronjob/sovra-backup-postgres`,
      `${at('sovra')} wait --for=condition=complete job/gate-$(POD_UID)-0 --timeout=270s`,
      `${at('sovra-edge')} create job gate-$(POD_UID)-1 --from=cronjob/sovra-backup-vault`,
      `${at('sovra-edge')} wait --for=condition=complete job/gate-$(POD_UID)-1 --timeout=180s`,
      `${at('sovra')} create job gate-$(POD_UID)-2 --from=cronjob/sovra-backup-verify`,
      `${at('sovra')} wait --for=condition=complete job/gate-$(POD_UID)-2 --timeout=14520s`,
    ]);
    expect(podOf(cronJob).containers.map((c) => c.name)).toEqual(['wait-2']);
    expect(podOf(cronJob).containers[0]?.env).toEqual([
      { name: 'POD_UID', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
    ]);
  });

  test('runs when somebody starts it, once, and has longer than what it waits for', () => {
    expect(cronJob.spec).toMatchObject({ suspend: true, concurrencyPolicy: 'Forbid' });
    expect(cronJob.spec.jobTemplate.spec).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 15_090 });
    expect(gate.deadlineSeconds).toBe(15_090);
    expect(objects.some((o) => o.kind === 'PrometheusRule')).toBe(false);
  });

  test('may read the CronJobs that are named, and make and watch Jobs where those are', () => {
    const roles = objects.filter((o) => o.kind === 'Role');
    expect(roles.map((r) => [r.metadata.namespace, r.rules[0].resourceNames])).toEqual([
      ['sovra', ['sovra-backup-postgres', 'sovra-backup-verify']],
      ['sovra-edge', ['sovra-backup-vault']],
    ]);
    for (const role of roles) {
      expect(role.rules.map((r: { verbs: string[] }) => r.verbs)).toEqual([
        ['get'],
        ['create', 'get', 'list', 'watch'],
      ]);
    }
    expect(objects.filter((o) => o.kind === 'RoleBinding').map((b) => [b.metadata.namespace, b.subjects])).toEqual(
      ['sovra', 'sovra-edge'].map((namespace) => [
        namespace,
        [{ kind: 'ServiceAccount', name: 'sovra-upgrade-gate', namespace: 'sovra' }],
      ]),
    );
    expect(objects.some((o) => o.kind.startsWith('Cluster'))).toBe(false);
  });

  test('has a token for the API server, may reach that and nothing else, and is hardened', () => {
    expect(podOf(cronJob)).toMatchObject({
      automountServiceAccountToken: true,
      serviceAccountName: 'sovra-upgrade-gate',
    });
    for (const c of [...(podOf(cronJob).initContainers ?? []), ...podOf(cronJob).containers])
      expect(c.securityContext).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
    const { egress } = find(objects, 'NetworkPolicy', 'sovra-upgrade-gate').spec;
    expect(egress[1].ports.map((p: { port: number }) => p.port)).toEqual([443, 6443]);
    expect(egress).toHaveLength(2);
  });
});

test.each([
  ['argo-cd', 'argocd.argoproj.io/hook', 'PreSync', 'argocd.argoproj.io/hook-delete-policy', 'BeforeHookCreation'],
  ['helm', 'helm.sh/hook', 'pre-upgrade', 'helm.sh/hook-delete-policy', 'before-hook-creation'],
] as const)('as a hook of %s it is a Job that is made anew', (startedBy, hook, when, policy, deletion) => {
  const { gate, objects } = make({ startedBy });
  const job = find(objects, 'Job', 'sovra-upgrade-gate');
  expect(job.metadata.annotations).toEqual({ [hook]: when, [policy]: deletion });
  expect(job.spec).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 15_090 });
  expect(job.spec).not.toHaveProperty('suspend');
  const manual = podOf(find(make().objects, 'CronJob', 'sovra-upgrade-gate'));
  expect(job.spec.template.spec).toEqual(manual);
  // Whatever the hook needs is there before it: none of these is a hook itself.
  for (const kind of ['ServiceAccount', 'NetworkPolicy'])
    expect(find(objects, kind, 'sovra-upgrade-gate').metadata.annotations).toBeUndefined();
  expect([gate.task, gate.job?.kind]).toEqual([undefined, 'Job']);
});

test('takes the tasks of the backups as they are', () => {
  const stack = STACKS['control-plane']?.(new SovraApp());
  const tasks = stack?.backup.tasks ?? [];
  const { objects } = make({ run: tasks });
  expect(podOf(find(objects, 'CronJob', 'sovra-upgrade-gate')).initContainers).toHaveLength(2 * tasks.length - 1);
});

test('another name, namespace and API server', () => {
  const { objects } = make({ name: 'gate', namespace: 'ops', network: { apiServer: { cidrs: ['10.0.0.1/32'] } } });
  expect(find(objects, 'CronJob', 'gate').metadata.namespace).toBe('ops');
  expect(find(objects, 'NetworkPolicy', 'gate').spec.egress[1].to).toEqual([{ ipBlock: { cidr: '10.0.0.1/32' } }]);
  expect(objects.filter((o) => o.kind === 'RoleBinding').map((b) => b.subjects[0].namespace)).toEqual(['ops', 'ops']);
});

describe('what is refused', () => {
  const [first] = run;
  test.each<[object, string]>([
    [{ run: undefined }, 'run'],
    [{ run: [] }, 'run'],
    [{ run: [first, first] }, 'run[1]'],
    [{ run: [{ ...first, name: 'A B' }] }, 'run[0].name'],
    [{ run: [{ ...first, namespace: '' }] }, 'run[0].namespace'],
    [{ run: [{ ...first, activeDeadlineSeconds: 0 }] }, 'run[0].activeDeadlineSeconds'],
    [{ name: 'x'.repeat(53) }, 'name'],
    [{ namespace: 'A B' }, 'namespace'],
    [{ startedBy: 'flux' }, 'startedBy'],
    [{ network: { apiServer: { cidrs: [] } } }, 'network.apiServer.cidrs'],
  ])('%j', (more, property) => {
    expect(refusedProperties(() => make(more))).toEqual([property]);
  });

  test('nothing is made half-way', () => {
    const chart = new Chart(new App(), 'test');
    refusal(() => new SovraUpgradeGate(chart, 'gate', { sovra, run: [] }));
    expect(chart.node.findAll().filter((c) => c instanceof ApiObject)).toEqual([]);
  });
});
