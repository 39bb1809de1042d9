import { execFileSync } from 'node:child_process';
import type { PolicyRule } from 'kubernetes-types/rbac/v1';
import { APPLIABLE_PROGRAM, type RestoreNamespaceProps } from '../../lib/backup/kubernetes-restore';
import type { KubernetesBackupProps } from '../../lib/backup/kubernetes-task';
import { CHOOSE_PROGRAM } from '../../lib/backup/restore-scripts';
import { SovraRestore } from '../../lib/backup/sovra-restore';
import { SovraInstallation } from '../../lib/sovra/installation';
import { containerOf, containersOf, podOf, shortcomings } from '../operations/pods';
import { find, objectsOf, refusal } from '../support/synth';
import { make, password, pruner, refuse, s3, vaults } from './made';

const NAME = 'sovra-backup-kubernetes-sovra';
const rulesOf = (kubernetes: KubernetesBackupProps = {}): PolicyRule[] =>
  find(make({ kubernetes }).objects, 'Role', NAME).rules as unknown as PolicyRule[];
const listedBy = (kubernetes: KubernetesBackupProps = {}): string[] => {
  const command = containerOf(make({ kubernetes }).cronJob(NAME), 'objects').command ?? [];
  return (command[command.indexOf('get') + 1] ?? '').split(',');
};

describe('the objects of a namespace', () => {
  test('of the control plane and of each edge node here are copied twice an hour, within their recovery point', () => {
    const { schedules, backup } = make({ pruner });
    expect(Object.entries(schedules).filter(([name]) => name.includes('kubernetes'))).toEqual([
      [NAME, '7,37 * * * *'],
      ['sovra-backup-kubernetes-sovra-edge', '7,37 * * * *'],
    ]);
    expect(backup.promises.filter((p) => p.component === 'configuration')).toEqual([
      expect.objectContaining({ subject: 'sovra', worstLossSeconds: 3200, rpoSeconds: 3600, rtoSeconds: 3600 }),
      expect.objectContaining({ subject: 'sovra-edge', worstLossSeconds: 3200 }),
    ]);
  });

  test('can be those of other namespaces, or none', () => {
    const other = make({ kubernetes: { namespaces: ['monitoring', 'n'.repeat(63)] } });
    const names = Object.keys(other.schedules).filter((name) => name.includes('kubernetes'));
    expect(names[0]).toBe('sovra-backup-kubernetes-monitoring');
    expect(names[1]).toMatch(/^sovra-backup-kubernetes-n+-[0-9a-f]{6}$/);
    expect(other.cronJob(names[0] ?? '').metadata.namespace).toBe('monitoring');
    // Pruning and verification stay where they are.
    expect(other.cronJob('sovra-backup-verify').metadata.namespace).toBe('sovra');
    expect(other.backup.namespaces).toContain('monitoring');
    expect(Object.keys(make({ kubernetes: false }).schedules).join()).not.toContain('kubernetes');
  });

  test('the pod is hardened, and asks the API server and the repository only', () => {
    const { cronJob, objects } = make({ network: { apiServer: { cidrs: ['192.0.2.1/32'], ports: [6443] } } });
    const job = cronJob(NAME);
    expect(shortcomings(job)).toEqual([`${NAME} mounts a token`]);
    expect(containersOf(job).map((c) => c.name)).toEqual(['unlock', 'restic-binary', 'namespace-there', 'objects']);
    expect(podOf(job).automountServiceAccountToken).toBe(true);
    expect(JSON.stringify(find(objects, 'NetworkPolicy', NAME).spec.egress)).toContain('192.0.2.1/32');
    // The image holds no shell.
    for (const c of containersOf(job).filter((c) => c.image?.includes('kubectl')))
      expect(['/bin/kubectl', '/tools/restic']).toContain(c.command?.[0]);
  });

  test('the account may list what is listed, read its own namespace, and nothing else', () => {
    const kinds = { kinds: ['prometheusrules.monitoring.coreos.com'] };
    const [own, ...rules] = rulesOf(kinds);
    expect(own).toEqual({ apiGroups: [''], resources: ['namespaces'], resourceNames: ['sovra'], verbs: ['get'] });
    const allowed = rules.flatMap((r) => r.resources?.map((name) => [name, ...(r.apiGroups ?? [])].join('.')) ?? []);
    expect(allowed.map((name) => name.replace(/\.$/, '')).sort()).toEqual(listedBy(kinds).sort());
    for (const rule of rules) expect(rule.verbs).toEqual(['get', 'list']);
    const { roleRef, subjects } = find(make().objects, 'RoleBinding', NAME) as unknown as Record<string, unknown>;
    expect(roleRef).toMatchObject({ kind: 'Role', name: NAME });
    expect(subjects).toEqual([{ kind: 'ServiceAccount', name: NAME, namespace: 'sovra' }]);
  });

  test('Secrets can be left out: then the account cannot read them either', () => {
    expect(listedBy()).toContain('secrets');
    expect(listedBy({ secrets: false })).not.toContain('secrets');
    expect(JSON.stringify(rulesOf({ secrets: false }))).not.toContain('secrets');
  });

  test.each<[object, string, string]>([
    [[], 'kubernetes', 'an object'],
    [{ namespaces: [] }, 'kubernetes.namespaces', 'at least one namespace'],
    [{ namespaces: 'sovra' }, 'kubernetes.namespaces', 'a list'],
    [{ namespaces: ['A'] }, 'kubernetes.namespaces[0]', 'DNS-1123'],
    [{ namespaces: ['a', 'a'] }, 'kubernetes.namespaces[1]', 'used once'],
    [{ kinds: ['pods'] }, 'kubernetes.kinds[0]', 'a resource and its API group'],
    [{ kinds: ['PrometheusRule.monitoring.coreos.com'] }, 'kubernetes.kinds[0]', 'in lower case'],
    [{ kinds: ['widgets.v1beta1.example.org'] }, 'kubernetes.kinds[0]', 'without a version'],
    [{ kinds: ['deployments.apps'] }, 'kubernetes.kinds[0]', 'backed up anyway'],
    [{ kinds: ['a.b', 'a.b'] }, 'kubernetes.kinds[1]', 'used once'],
    [{ kinds: ['a.b,secrets'] }, 'kubernetes.kinds[0]', 'a resource and its API group'],
    [{ secrets: 'false' }, 'kubernetes.secrets', 'true or false'],
    [{ schedule: '0 3 * * *' }, 'kubernetes.schedule', 'recovery.configuration.rpo'],
  ])('%j is refused', (kubernetes, property, allowed) => {
    const { problems } = refusal(refuse({ kubernetes }));
    expect(problems.map((p) => p.property)).toEqual([property]);
    expect(problems[0]?.allowed).toContain(allowed);
  });

  test('a volume belongs to one namespace', () => {
    const { problems } = refusal(refuse({ vault: false, repository: { volume: { claimName: 'b' } } }));
    expect(problems[0]?.remedy).toContain('`kubernetes: { namespaces: [NAMESPACE] }`');
  });
});

describe('a restore of them', () => {
  const sovra = new SovraInstallation({ edgeNodes: vaults(1) });
  const restore = (namespaces: unknown) =>
    objectsOf((chart) => {
      const props = { sovra, repository: { s3 }, password, at: '2026-11-24T10:00:00Z', postgres: false as const };
      new SovraRestore(chart, 'restore', { ...props, namespaces: namespaces as RestoreNamespaceProps[] });
    });
  const job = (given: object) => restore([{ namespace: 'sovra', ...given }]).find((o) => o.kind === 'Job');
  const applies = (given: object) =>
    [...(job(given)?.spec.template.spec.initContainers ?? []), ...(job(given)?.spec.template.spec.containers ?? [])]
      .map((c: { command: string[] }) => c.command)
      .filter((command) => command[1] === 'apply');

  test('tries everything first, and takes fields of others only by the word', () => {
    for (const given of [{}, { overwrite: 'sovra' }]) {
      const [trial = [], real = []] = applies(given);
      expect(trial.filter((word) => word !== '--dry-run=server')).toEqual(real);
      expect(trial).not.toEqual(real);
      expect(real.includes('--force-conflicts')).toBe('overwrite' in given);
    }
  });

  test('is suspended, keeps what it fetched in memory, and may do no more than that in its namespace', () => {
    const objects = restore([{ namespace: 'sovra', kinds: ['widgets.example.org'] }]);
    const name = 'sovra-restore-namespace-sovra-20261124t100000z';
    const { suspend, template } = find(objects, 'Job', name).spec;
    expect(suspend).toBe(true);
    expect(template.spec.volumes).toContainEqual({
      name: 'scratch',
      emptyDir: { medium: 'Memory', sizeLimit: '256Mi' },
    });
    const rules = find(objects, 'Role', name).rules as unknown as PolicyRule[];
    expect([...new Set(rules.flatMap((r) => r.verbs))].sort()).toEqual(['bind', 'create', 'escalate', 'get', 'patch']);
    expect(rules).toContainEqual(expect.objectContaining({ apiGroups: ['example.org'], resources: ['widgets'] }));
  });

  test.each<[unknown, string, string]>([
    [[{ namespace: 'sovra', overwrite: 'yes' }], 'namespaces[0].overwrite', '"sovra", the name of the namespace'],
    [[{ namespace: 'A' }], 'namespaces[0].namespace', 'DNS-1123'],
    [[{}], 'namespaces[0].namespace', 'a text'],
    [[{ namespace: 'a' }, { namespace: 'a' }], 'namespaces[1]', 'used once'],
    [[{ namespace: 'a', kinds: ['pods'] }], 'namespaces[0].kinds[0]', 'a resource and its API group'],
    [[], 'vaults', 'at least one Vault or namespace'],
  ])('%j is refused', (namespaces, property, allowed) => {
    const { problems } = refusal(() => restore(namespaces));
    expect(problems.map((p) => p.property)).toEqual([property]);
    expect(problems[0]?.allowed).toContain(allowed);
  });

  const jq = (program: string, input: unknown, ...args: string[]) =>
    execFileSync('jq', ['--compact-output', '--raw-output', ...args, program], {
      input: JSON.stringify(input),
      encoding: 'utf8',
      stdio: 'pipe',
    })
      .trim()
      .split('\n');

  test('takes the newest snapshot of that namespace by the point, whatever else is there', () => {
    const snapshot = (id: string, time: string, path = '/sovra.json', tag = 'kubernetes') => ({
      id,
      time,
      hostname: 'sovra',
      paths: [path],
      tags: [tag],
    });
    const all = [
      snapshot('newest', '2026-11-24T10:00:00.5Z'),
      snapshot('old', '2026-11-24T09:00:00Z'),
      snapshot('later', '2026-11-24T10:00:01Z'),
      snapshot('other', '2026-11-24T10:00:00Z', '/sovra-edge.json'),
      snapshot('dump', '2026-11-24T10:00:00Z', '/sovra.json', 'postgres'),
    ];
    const at = String(Date.parse('2026-11-24T10:00:00Z') / 1000);
    const given = ['--argjson', 'at', at, '--argjson', 'vaults', '["nobody"]', '--argjson', 'alone', 'false'];
    expect(jq(CHOOSE_PROGRAM, all, ...given, '--arg', 'want', '/sovra.json')[0]).toBe('newest');
    expect(jq(CHOOSE_PROGRAM, all, ...given, '--arg', 'want', '/sovra-edge.json')[0]).toBe('other');
    expect(() => jq(CHOOSE_PROGRAM, all, ...given, '--arg', 'want', '/x.json')).toThrow('holds nothing');
  });

  test('leaves out what is not declared, applies accounts first and quotas last, and keeps the order otherwise', () => {
    const item = (kind: string, name: string, more: object = {}) => ({
      ...{ apiVersion: 'v1', kind, metadata: { name }, ...more },
    });
    const token = (name: string, account: string) =>
      item('Secret', name, {
        type: 'kubernetes.io/service-account-token',
        data: { token: 'x' },
        metadata: {
          name,
          annotations: { 'kubernetes.io/service-account.name': account, 'kubernetes.io/service-account.uid': 'u' },
        },
      });
    const labels = { 'app.kubernetes.io/managed-by': 'sovra-ops', 'app.kubernetes.io/component': 'restore' };
    const items = [
      item('ResourceQuota', 'q'),
      item('Widget', 'w', { status: { x: 1 } }),
      item('ConfigMap', 'b'),
      item('ConfigMap', 'a'),
      token('default-token-x', 'default'),
      token('mine', 'sovra'),
      item('Role', 'sovra-restore-x', { metadata: { name: 'sovra-restore-x', labels } }),
      item('ServiceAccount', 's'),
    ];
    const made = jq(APPLIABLE_PROGRAM, { items }).map((line) => JSON.parse(line));
    expect(made.map((o) => o.metadata.name)).toEqual(['s', 'mine', 'b', 'a', 'w', 'q']);
    // The cluster fills it in anew, for the account that is there now.
    const { data, metadata } = made[1];
    expect([data, metadata.annotations]).toEqual([undefined, { 'kubernetes.io/service-account.name': 'sovra' }]);
    expect(made[4].status).toBeUndefined();
    expect(() => jq(APPLIABLE_PROGRAM, { items: [items[4]] })).toThrow('no object in it can be restored');
  });
});
