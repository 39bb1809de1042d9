import type { SftpRepositoryProps } from '../../lib/backup/repository';
import { SovraBackupSchedule } from '../../lib/backup/sovra-backup-schedule';
import { SovraRestore } from '../../lib/backup/sovra-restore';
import type { KubeObject } from '../../lib/checks/model';
import { ObjectSet } from '../../lib/checks/model';
import { blockedBy } from '../../lib/checks/reach';
import { SovraUpgradeGate } from '../../lib/operations/sovra-upgrade-gate';
import { SovraInstallation } from '../../lib/sovra/installation';
import { containerOf, environmentOf } from '../operations/pods';
import { find, objectsOf, refusal } from '../support/synth';
import { make, password, sovra } from './made';

/** Made for this test. */
const ED25519 = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKTU2Nh7xnnYxr5jzFFjMJGGt+K7RvCyEyEgKa4ZUqIt';
const NAME = 'sovra-backup-sftp';
const sftp: SftpRepositoryProps = {
  host: 'nas.example.com',
  user: 'sovra',
  path: '/backups/sovra',
  hostKeys: [ED25519],
  privateKey: { secret: 'nas', key: 'id_ed25519' },
  credentials: { secret: 'gateway' },
  tls: { secret: 'gateway-tls' },
  certificateAuthority: { secret: 'gateway-ca', key: 'ca.crt' },
  peers: [{ cidrs: ['192.0.2.7/32'] }],
};
const pruner = { credentials: { secret: 'gateway-pruner', usernameKey: 'u' } };
const withSftp = (more: Partial<SftpRepositoryProps> = {}, props: object = {}) =>
  make({ repository: { sftp: { ...sftp, ...more } }, pruner, ...props });
const podOf = (objects: readonly KubeObject[], name = NAME) =>
  find([...objects], 'Deployment', name).spec.template.spec as {
    containers: (Parameters<typeof environmentOf>[0] & { args: string[]; command: string[] })[];
    volumes: { name: string }[];
  };

describe('the gateway before an SFTP server', () => {
  const { objects, cronJob, backup } = withSftp();
  const [writer, remover] = podOf(objects).containers;

  test('one listener takes what is new, the other one deletes, each for an account of its own', () => {
    expect(podOf(objects).containers.map((c) => c.name)).toEqual(['writer', 'pruner']);
    expect(writer?.args).toEqual([
      '--append-only',
      '--addr=:8443',
      '--cert=/etc/gateway/tls/tls.crt',
      '--key=/etc/gateway/tls/tls.key',
      '--min-tls-version=tls1.2',
      '--cache-objects=false',
      ':sftp:/backups/sovra',
    ]);
    expect(remover?.args).not.toContain('--append-only');
    expect(remover?.args).toContain('--addr=:8444');
    expect(writer && environmentOf(writer)).toMatchObject({
      RCLONE_USER: 'gateway/username',
      RCLONE_PASS: 'gateway/password',
      RCLONE_SFTP_HOST: 'nas.example.com',
      RCLONE_SFTP_PORT: '22',
      RCLONE_SFTP_USER: 'sovra',
      RCLONE_SFTP_KEY_FILE: '/etc/gateway/ssh/key',
      RCLONE_SFTP_KNOWN_HOSTS_FILE: '/etc/gateway/hosts/known_hosts',
      RCLONE_SFTP_HOST_KEY_ALGORITHMS: 'ssh-ed25519',
    });
    expect(remover && environmentOf(remover)).toMatchObject({
      RCLONE_USER: 'gateway-pruner/u',
      RCLONE_PASS: 'gateway-pruner/password',
    });
  });

  test('the jobs know nothing of SFTP: backups are sent to the one port, the pruner to the other', () => {
    const url = `https://${NAME}.sovra.svc`;
    expect(environmentOf(containerOf(cronJob('sovra-backup-postgres'), 'pg-dump'))).toMatchObject({
      RESTIC_REPOSITORY: `rest:${url}:8443/`,
      RESTIC_REST_USERNAME: 'gateway/username',
      RESTIC_CACERT: '/etc/restic-ca/ca.crt',
    });
    expect(environmentOf(containerOf(cronJob('sovra-backup-prune'), 'prune'))).toMatchObject({
      RESTIC_REPOSITORY: `rest:${url}:8444/`,
      RESTIC_REST_USERNAME: 'gateway-pruner/u',
    });
    for (const o of objects.filter((o) => o.kind === 'CronJob')) expect(JSON.stringify(o)).not.toContain('nas.example');
  });

  test('only the key of the server that is known is in the ConfigMap, for its port', () => {
    expect(find(objects, 'ConfigMap', NAME)).toHaveProperty('data', { known_hosts: `nas.example.com ${ED25519}\n` });
    const other = withSftp({ port: 2222 }).objects;
    expect(find(other, 'ConfigMap', NAME)).toHaveProperty('data.known_hosts', `[nas.example.com]:2222 ${ED25519}\n`);
    const hash = (all: readonly KubeObject[]) => find([...all], 'Deployment', NAME).spec.template.metadata.annotations;
    expect(hash(other)).not.toEqual(hash(objects));
  });

  test('backups and evidence reach its writer, only the pruner its other port, and it only the server', () => {
    const set = new ObjectSet(objects, []);
    const pod = (kind: string, name: string) => {
      const o = find(objects, kind, name);
      const template = kind === 'CronJob' ? o.spec.jobTemplate.spec.template : o.spec.template;
      return { namespace: o.metadata.namespace as string, labels: template.metadata.labels };
    };
    const gateway = pod('Deployment', NAME);
    const jobs = objects.filter((o) => o.kind === 'CronJob').map((o) => o.metadata.name);
    expect(jobs.length).toBeGreaterThan(6);
    for (const name of jobs) {
      const from = pod('CronJob', name);
      const prunes = name === 'sovra-backup-prune';
      expect([name, blockedBy(set, from, gateway, 8443) === undefined]).toEqual([name, !prunes]);
      expect([name, blockedBy(set, from, gateway, 8444) === undefined]).toEqual([name, prunes]);
    }
    expect(blockedBy(set, pod('Deployment', 'sovra-backup-evidence'), gateway, 8443)).toBeUndefined();
    expect(blockedBy(set, { namespace: 'sovra', labels: { app: 'x' } }, gateway, 8443)).toContain('ingress');
    expect(find(objects, 'NetworkPolicy', NAME).spec.egress.slice(1)).toEqual([
      { to: [{ ipBlock: { cidr: '192.0.2.7/32' } }], ports: [{ protocol: 'TCP', port: 22 }] },
    ]);
    expect(backup.sftpGateway).toBeDefined();
  });

  test('without a pruner nothing listens that could delete', () => {
    const { objects: without } = withSftp({}, { pruner: undefined });
    expect(podOf(without).containers.map((c) => c.name)).toEqual(['writer']);
    expect(find(without, 'Service', NAME).spec.ports).toHaveLength(1);
    expect(find(without, 'NetworkPolicy', NAME).spec.ingress).toHaveLength(1);
  });

  test('it can be elsewhere, from a mirror, with other limits', () => {
    const { objects: moved, cronJob: job } = withSftp(
      {
        gateway: { namespace: 'edge', resources: { cpu: '1', memory: '1Gi', cpuLimit: '2', memoryLimit: '2Gi' } },
        tls: { secret: 't', certificateKey: 'c', privateKeyKey: 'k' },
      },
      { sovra: new SovraInstallation({ images: { registry: 'mirror.example/x' } }) },
    );
    expect(find(moved, 'Deployment', NAME).metadata.namespace).toBe('edge');
    const [container] = podOf(moved).containers;
    expect(container?.image).toMatch(/^mirror\.example\/x\/rclone\/rclone:\d/);
    expect(container?.resources?.limits).toMatchObject({ cpu: '2', memory: '2Gi' });
    expect(podOf(moved).volumes.find((v) => v.name === 'tls')).toMatchObject({
      secret: {
        secretName: 't',
        items: [
          { key: 'c', path: 'tls.crt' },
          { key: 'k', path: 'tls.key' },
        ],
      },
    });
    expect(environmentOf(containerOf(job('sovra-backup-verify'), 'verify')).RESTIC_REPOSITORY).toBe(
      'rest:https://sovra-backup-sftp.edge.svc:8443/',
    );
  });

  test('a key of RSA is asked for with signatures that are safe', () => {
    const field = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
    const blob = [Buffer.from('ssh-rsa'), Buffer.from([1, 0, 1]), Buffer.alloc(32, 7)].map(field);
    const rsa = `ssh-rsa ${Buffer.concat(blob).toString('base64')}`;
    const [container] = podOf(withSftp({ hostKeys: [rsa, ED25519] }).objects).containers;
    expect(container && environmentOf(container).RCLONE_SFTP_HOST_KEY_ALGORITHMS).toBe(
      'rsa-sha2-512 rsa-sha2-256 ssh-ed25519',
    );
  });
});

describe('beside other constructs', () => {
  const at = '2026-11-24T10:00:00Z';

  test('a restore has a gateway of its own, with nothing that deletes, which no restore brings back', () => {
    const objects = objectsOf(
      (chart) =>
        new SovraRestore(chart, 'restore', {
          ...{ sovra, password, at, repository: { sftp } },
          ...{ vaults: [{ edgeNode: 'edge-1' }], namespaces: [{ namespace: 'sovra-edge' }] },
        }),
    );
    const name = 'sovra-restore-sftp';
    expect(podOf(objects, name).containers.map((c) => c.name)).toEqual(['writer']);
    const set = new ObjectSet(objects, []);
    const { metadata, spec } = find(objects, 'Deployment', name);
    expect(metadata.labels).toMatchObject({ 'app.kubernetes.io/component': 'restore' });
    const gateway = { namespace: metadata.namespace as string, labels: spec.template.metadata.labels };
    const jobs = objects.filter((o) => o.kind === 'Job');
    expect(jobs).toHaveLength(3);
    for (const job of jobs) {
      const from = { namespace: job.metadata.namespace as string, labels: job.spec.template.metadata.labels };
      expect(blockedBy(set, from, gateway, 8443)).toBeUndefined();
      expect(JSON.stringify(job)).toContain('rest:https://sovra-restore-sftp.sovra.svc:8443/');
    }
  });

  test.each([
    [{ postgres: false as const, vaults: [{ edgeNode: 'edge-1' }] }, 'sovra-edge'],
    [{ postgres: false as const, namespaces: [{ namespace: 'monitoring' }] }, 'monitoring'],
  ])('of what is restored %j it is beside the first', (what, namespace) => {
    const objects = objectsOf(
      (chart) => new SovraRestore(chart, 'restore', { sovra, password, at, repository: { sftp }, ...what }),
    );
    expect(find(objects, 'Deployment', 'sovra-restore-sftp').metadata.namespace).toBe(namespace);
  });

  test('a gate starts the same tasks', () => {
    const objects = objectsOf((chart) => {
      const { tasks } = new SovraBackupSchedule(chart, 'backup', { sovra, password, repository: { sftp } });
      new SovraUpgradeGate(chart, 'gate', { sovra, run: tasks.filter((t) => t.name === 'sovra-backup-postgres') });
    });
    expect(JSON.stringify(find(objects, 'CronJob', 'sovra-upgrade-gate'))).toContain('cronjob/sovra-backup-postgres');
  });
});

describe('what is refused', () => {
  const cut = ED25519.slice(0, -4);
  test.each<[object, string, string]>([
    [{ host: undefined }, 'host', 'there is no default'],
    [{ host: 'sftp://nas' }, 'host', 'DNS-1123'],
    [{ host: '::1' }, 'host', 'DNS-1123'],
    [{ port: 0 }, 'port', '65535'],
    [{ user: 'a b' }, 'user', 'name of an account'],
    [{ path: 'a/../b' }, 'path', 'a folder'],
    [{ path: '/' }, 'path', 'a folder'],
    [{ hostKeys: [] }, 'hostKeys', 'at least one key'],
    [{ hostKeys: undefined }, 'hostKeys', 'there is no default'],
    [{ hostKeys: [`nas.example.com ${ED25519}`] }, 'hostKeys[0]', 'kind and base64 only'],
    [{ hostKeys: [ED25519, cut] }, 'hostKeys[1]', 'public key of the server'],
    [{ hostKeys: [ED25519.replace('ssh-ed25519', 'ssh-rsa')] }, 'hostKeys[0]', 'public key of the server'],
    [{ hostKeys: [`${ED25519} root@nas`] }, 'hostKeys[0]', 'kind and base64 only'],
    [{ privateKey: undefined }, 'privateKey', 'there is no default'],
    [{ privateKey: { secret: 'nas' } }, 'privateKey.key', 'a text'],
    [{ credentials: {} }, 'credentials.secret', 'a text'],
    [{ tls: {} }, 'tls.secret', 'a text'],
    [{ tls: { secret: 'a', certificateKey: '..' } }, 'tls.certificateKey', 'a key of a Secret'],
    [{ certificateAuthority: undefined }, 'certificateAuthority', 'there is no default'],
    [{ peers: [] }, 'peers', 'at least one peer'],
    [{ gateway: { namespace: 'A' } }, 'gateway.namespace', 'DNS-1123'],
  ])('%j', (more, property, allowed) => {
    const { problems } = refusal(() => withSftp(more as Partial<SftpRepositoryProps>));
    expect(problems.map((p) => p.property)).toEqual([`repository.sftp.${property}`]);
    expect(problems[0]?.allowed).toContain(allowed);
  });

  test('a private key that was written down is not shown again', () => {
    const key = '-----BEGIN OPENSSH PRIVATE KEY----- b3BlbnNzaC1rZXk';
    const error = refusal(() => withSftp({ privateKey: key as unknown as SftpRepositoryProps['privateKey'] }));
    expect(error.problems.map((p) => p.property)).toEqual(['repository.sftp.privateKey']);
    expect(error.message).not.toContain('b3Blbn');
  });

  test('a pruner with the account of the backups', () => {
    const { problems } = refusal(() => withSftp({}, { pruner: { credentials: { secret: 'gateway' } } }));
    expect(problems.map((p) => p.property)).toEqual(['pruner.credentials']);
  });
});
