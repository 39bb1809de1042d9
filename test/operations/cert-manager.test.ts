import { SovraScheduledTasks, type SovraScheduledTasksProps } from '../../lib/operations/sovra-scheduled-tasks';
import { SovraInstallation } from '../../lib/sovra/installation';
import { find, objectsOf, refusedProperties } from '../support/synth';

const sovra = new SovraInstallation({
  edgeNodes: [{ id: 'edge-1', vault: { replicas: 2 } }, { id: 'edge-2', vault: { namespace: 'other' } }, { id: 'far' }],
});
const issuer = { name: 'vault-issuer' };
const make = (certManager: unknown, more: Partial<SovraScheduledTasksProps> = {}) => {
  let tasks: SovraScheduledTasks | undefined;
  const objects = objectsOf((chart) => {
    const props = { sovra, certificateRotation: { certManager }, ...more } as SovraScheduledTasksProps;
    tasks = new SovraScheduledTasks(chart, 'tasks', props);
  });
  return { tasks: tasks as SovraScheduledTasks, objects };
};

describe('a rotation by cert-manager', () => {
  const { tasks, objects } = make({ issuer });

  test('is no task, and has no alerts of a task', () => {
    expect(tasks.tasks.map((t) => t.name)).toEqual(['sovra-audit-export', 'sovra-health-check']);
    expect(find(objects, 'PrometheusRule', 'sovra-scheduled-tasks').spec.groups[0].rules).toHaveLength(6);
  });

  test('is a Certificate for the Vault of each edge node of this cluster', () => {
    const certificates = objects.filter((o) => o.kind === 'Certificate');
    expect(certificates.map((o) => [o.apiVersion, o.metadata.namespace, o.metadata.name])).toEqual([
      ['cert-manager.io/v1', 'sovra-edge', 'vault-tls'],
      ['cert-manager.io/v1', 'other', 'vault-tls'],
    ]);
    expect(tasks.certificates).toHaveLength(2);
    expect(certificates[0]?.spec).toEqual({
      secretName: 'vault-tls',
      duration: '2160h',
      renewBefore: '960h',
      dnsNames: [
        'vault.sovra-edge.svc',
        'vault',
        'vault.sovra-edge',
        'vault.sovra-edge.svc.cluster.local',
        'vault-active',
        'vault-active.sovra-edge',
        'vault-active.sovra-edge.svc',
        'vault-active.sovra-edge.svc.cluster.local',
        'vault-0.vault',
        'vault-0.vault.sovra-edge.svc',
        'vault-0.vault.sovra-edge.svc.cluster.local',
        'vault-1.vault',
        'vault-1.vault.sovra-edge.svc',
        'vault-1.vault.sovra-edge.svc.cluster.local',
      ],
      ipAddresses: ['127.0.0.1'],
      usages: ['server auth', 'client auth'],
      privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
      issuerRef: { name: 'vault-issuer', kind: 'Issuer', group: 'cert-manager.io' },
    });
  });

  test('issuer, times and more certificates', () => {
    const made = make({
      issuer: { name: 'corp', kind: 'ClusterIssuer', group: 'issuers.example.org' },
      duration: '1d2h3m4s',
      renewBefore: '90m',
      more: [{ secret: 'api-tls', namespace: 'sovra', dnsNames: ['api.example.org'] }],
    });
    const api = find(made.objects, 'Certificate', 'api-tls');
    expect(api.spec).toMatchObject({
      secretName: 'api-tls',
      duration: '26h3m4s',
      renewBefore: '1h30m',
      dnsNames: ['api.example.org'],
      issuerRef: { name: 'corp', kind: 'ClusterIssuer', group: 'issuers.example.org' },
    });
    expect(api.spec).not.toHaveProperty('ipAddresses');
  });

  test('a short life is renewed after two thirds of it', () => {
    expect(make({ issuer, duration: '3h' }).objects.find((o) => o.kind === 'Certificate')?.spec.renewBefore).toBe('1h');
  });

  test('has the task beside it where Sovra issues certificates too', () => {
    const task = { schedule: '0 1 * * *' };
    const certificateRotation = { certManager: { issuer }, task };
    const made = make(undefined, { certificateRotation });
    expect(find(made.objects, 'CronJob', 'sovra-certificate-rotation').spec.schedule).toBe('0 1 * * *');
    expect(made.tasks.certificates).toHaveLength(2);
    const broken = { certificateRotation: { ...certificateRotation, task: { schedule: 'daily' } } };
    expect(refusedProperties(() => make(undefined, broken))).toEqual(['certificateRotation.task.schedule']);
  });

  test('without it there is no Certificate', () => {
    expect(make(undefined, { certificateRotation: {} }).objects.some((o) => o.kind === 'Certificate')).toBe(false);
    expect(make(undefined, { certificateRotation: {} }).tasks.certificates).toEqual([]);
  });
});

test.each<[unknown, string]>([
  [undefined, 'certificateRotation.certManager'],
  [{}, 'certificateRotation.certManager.issuer'],
  [{ issuer: { name: 'A B' } }, 'certificateRotation.certManager.issuer.name'],
  [{ issuer: { name: 'a', kind: 'Vault' } }, 'certificateRotation.certManager.issuer.kind'],
  [{ issuer: { name: 'a', group: 'A B' } }, 'certificateRotation.certManager.issuer.group'],
  [{ issuer, duration: '59m' }, 'certificateRotation.certManager.duration'],
  [{ issuer, duration: 'long' }, 'certificateRotation.certManager.duration'],
  [{ issuer, renewBefore: '4m' }, 'certificateRotation.certManager.renewBefore'],
  [{ issuer, renewBefore: '90d' }, 'certificateRotation.certManager.renewBefore'],
  [{ issuer, renewBefore: '300001ms' }, 'certificateRotation.certManager.renewBefore'],
  [
    { issuer, more: [{ secret: 'a', namespace: 'b', dnsNames: [] }] },
    'certificateRotation.certManager.more[0].dnsNames',
  ],
  [
    { issuer, more: [{ secret: 'vault-tls', namespace: 'sovra-edge', dnsNames: ['a'] }] },
    'certificateRotation.certManager.more[0].secret',
  ],
])('%j is refused', (certManager, property) => {
  expect(refusedProperties(() => make(certManager))).toEqual([property]);
});

test('a rotation of nothing is refused', () => {
  const none = new SovraInstallation();
  expect(refusedProperties(() => make({ issuer }, { sovra: none }))).toEqual(['certificateRotation.certManager.more']);
});
