import { SovraInstallation } from '../../lib/sovra/installation';
import { containerOf, containersOf, environmentOf, podOf, shortcomings } from '../operations/pods';
import { find } from '../support/synth';
import { make, pruner, schedulesOf, sovra } from './made';

describe('by default', () => {
  const { backup, objects, cronJob, schedules } = make({ pruner });
  const names = Object.keys(schedules);

  test('the database at three, then each Vault a quarter of an hour later, maintenance once a week', () => {
    expect(schedules).toEqual({
      'sovra-backup-postgres': '0 3 * * *',
      'sovra-backup-vault-edge-1': '15 3 * * *',
      'sovra-backup-vault-edge-2': '30 3 * * *',
      'sovra-backup-prune': '0 5 * * 0',
      'sovra-backup-verify': '0 5 * * 3',
      'sovra-backup-init': '0 0 1 1 *',
    });
    expect(backup.moves).toEqual([]);
  });

  test('every pod passes Pod Security restricted and shows no secret', () => {
    for (const name of names) expect(shortcomings(cronJob(name))).toEqual([]);
  });

  test('no shell, and no secret on a command line', () => {
    for (const name of names) {
      for (const c of containersOf(cronJob(name))) {
        expect(c.args).toBeUndefined();
        expect(['restic', 'cp', 'vault', '/tools/restic']).toContain(c.command?.[0]);
        expect(c.command?.join(' ')).not.toMatch(/password[= ](?!file)(?!$)\S*[^-\s]|token|secret|AKIA/i);
      }
    }
  });

  test('backups run where their Secrets are', () => {
    expect(backup.namespaces).toEqual(['sovra', 'sovra-edge']);
    expect(names.map((n) => cronJob(n).metadata.namespace)).toEqual([
      'sovra',
      'sovra-edge',
      'sovra-edge',
      'sovra',
      'sovra',
      'sovra',
    ]);
  });

  test('all but the one that makes the repository have alerts, and a late backup is a P1', () => {
    const rules: { alert: string; labels: { task: string; level: string } }[] = find(
      objects,
      'PrometheusRule',
      'sovra-backup',
    ).spec.groups[0].rules;
    expect(rules).toHaveLength(15);
    const late = rules.filter((r) => r.alert === 'ScheduledTaskLate').map((r) => [r.labels.task, r.labels.level]);
    expect(late).toEqual([
      ['sovra-backup-postgres', 'P1'],
      ['sovra-backup-vault-edge-1', 'P1'],
      ['sovra-backup-vault-edge-2', 'P1'],
      ['sovra-backup-prune', 'P3'],
      ['sovra-backup-verify', 'P2'],
    ]);
    expect(backup.tasks.map((t) => t.name)).not.toContain('sovra-backup-init');
  });

  test('the repository is made by hand, never by a backup', () => {
    expect(cronJob('sovra-backup-init').spec.suspend).toBe(true);
    expect(containerOf(cronJob('sovra-backup-init'), 'init').command).toEqual(['restic', 'init']);
    expect(backup.initTask.task.name).toBe('sovra-backup-init');
    for (const name of names.filter((n) => n !== 'sovra-backup-init'))
      for (const c of containersOf(cronJob(name))) expect(c.command).not.toContain('init');
  });
});

describe('PostgreSQL', () => {
  const { cronJob, objects } = make();
  const job = cronJob('sovra-backup-postgres');
  const dump = containerOf(job, 'pg-dump');

  test('is dumped by the program of its image, started by restic, which the first container brings', () => {
    expect(containerOf(job, 'restic-binary')).toMatchObject({
      image: sovra.image('restic'),
      command: ['cp', '/usr/bin/restic', '/tools/restic'],
    });
    expect(dump.image).toBe(sovra.image('postgres'));
    expect(dump.command).toEqual([
      ...[
        '/tools/restic',
        'backup',
        '--retry-lock',
        '15m',
        '--host',
        'sovra',
        '--tag',
        'sovra-installation=sovra',
        '--tag',
        'postgres',
      ],
      ...[
        '--stdin-filename',
        'sovra.dump',
        '--stdin-from-command',
        '--',
        'pg_dump',
        '--format=custom',
        '--compress=0',
        '--no-password',
      ],
    ]);
  });

  test('is reached with TLS, and with what is in the Secret of the installation', () => {
    expect(environmentOf(dump)).toEqual({
      RESTIC_REPOSITORY: 's3:https://s3.example.com:9000/sovra-backup/prod/a',
      RESTIC_PASSWORD_FILE: '/etc/restic/password',
      RESTIC_CACHE_DIR: '/cache',
      TMPDIR: '/tmp',
      AWS_ACCESS_KEY_ID: 'backup-s3/AWS_ACCESS_KEY_ID',
      AWS_SECRET_ACCESS_KEY: 'backup-s3/AWS_SECRET_ACCESS_KEY',
      AWS_DEFAULT_REGION: 'eu-1',
      PGHOST: 'postgres.sovra.svc.cluster.local',
      PGPORT: '5432',
      PGDATABASE: 'sovra',
      PGSSLMODE: 'require',
      PGCONNECT_TIMEOUT: '30',
      PGAPPNAME: 'sovra-backup-postgres',
      PGUSER: 'sovra-secrets/database.username',
      PGPASSWORD: 'sovra-secrets/database.password',
    });
    expect(podOf(job).volumes).toContainEqual({
      name: 'restic-password',
      secret: { secretName: 'backup', defaultMode: 0o440, items: [{ key: 'password', path: 'password' }] },
    });
  });

  test('may reach the database and the store', () => {
    const ports = find(objects, 'NetworkPolicy', 'sovra-backup-postgres').spec.egress.map(
      (e: { ports: { port: number }[] }) => e.ports.map((p) => p.port),
    );
    expect(ports).toEqual([[53, 53], [5432], [9000]]);
  });

  test('with a certificate authority and pods that can be named', () => {
    const own = new SovraInstallation({
      database: { sslMode: 'verify-full', caSecret: { secret: 'pg-ca', key: 'root.crt' }, podLabels: { app: 'pg' } },
    });
    const made = make({ sovra: own });
    const pod = made.cronJob('sovra-backup-postgres');
    expect(environmentOf(containerOf(pod, 'pg-dump'))).toMatchObject({
      PGSSLMODE: 'verify-full',
      PGSSLROOTCERT: '/etc/postgres-ca/ca.crt',
    });
    expect(podOf(pod).volumes).toContainEqual({
      name: 'postgres-ca',
      secret: { secretName: 'pg-ca', defaultMode: 0o440, items: [{ key: 'root.crt', path: 'ca.crt' }] },
    });
    expect(find(made.objects, 'NetworkPolicy', 'sovra-backup-postgres').spec.egress[1].to[0].podSelector).toEqual({
      matchLabels: { app: 'pg' },
    });
    expect(shortcomings(pod)).toEqual([]);
  });

  test('tuning', () => {
    const { cronJob: tuned } = make({
      postgres: {
        schedule: '0 1 * * *',
        activeDeadline: '20h',
        retries: 0,
        resources: { cpu: '1', memory: '1Gi', cpuLimit: '2', memoryLimit: '8Gi' },
      },
    });
    const pod = tuned('sovra-backup-postgres');
    expect(pod.spec).toMatchObject({
      schedule: '0 1 * * *',
      jobTemplate: { spec: { activeDeadlineSeconds: 72_000, backoffLimit: 0 } },
    });
    expect(containerOf(pod, 'pg-dump').resources?.limits).toEqual({
      cpu: '2',
      memory: '8Gi',
      'ephemeral-storage': '3456Mi',
    });
  });
});

describe('Vault', () => {
  const { cronJob, objects } = make();
  const job = cronJob('sovra-backup-vault-edge-1');

  test('saves a snapshot, reads it back, and then restic stores it', () => {
    const pod = podOf(job);
    expect(pod.initContainers?.map((c) => [c.name, c.command])).toEqual([
      ['snapshot', ['vault', 'operator', 'raft', 'snapshot', 'save', '/staging/vault.snap']],
      ['inspect', ['vault', 'operator', 'raft', 'snapshot', 'inspect', '/staging/vault.snap']],
    ]);
    expect(pod.containers.map((c) => c.command)).toEqual([
      [
        'restic',
        'backup',
        '--retry-lock',
        '15m',
        '--host',
        'sovra-edge-1',
        '--tag',
        'sovra-installation=sovra',
        '--tag',
        'vault',
        '/staging/vault.snap',
      ],
    ]);
    expect(pod.volumes).toContainEqual({ name: 'staging', emptyDir: { sizeLimit: '2Gi' } });
  });

  test('asks the active node over TLS, under the name that its certificate carries', () => {
    expect(environmentOf(containerOf(job, 'snapshot'))).toEqual({
      HOME: '/tmp',
      VAULT_ADDR: 'https://vault-active.sovra-edge.svc:8200',
      VAULT_CACERT: '/etc/vault-ca/ca.crt',
      VAULT_TLS_SERVER_NAME: 'vault.sovra-edge.svc',
      VAULT_CLIENT_TIMEOUT: '30m',
      VAULT_TOKEN: 'vault-snapshot/token',
    });
  });

  test('never mounts the private key, and only one container has the token', () => {
    expect(podOf(job).volumes).toContainEqual({
      name: 'vault-ca',
      secret: { secretName: 'vault-tls', defaultMode: 0o440, items: [{ key: 'ca.crt', path: 'ca.crt' }] },
    });
    expect(JSON.stringify(podOf(job))).not.toContain('tls.key');
    expect(
      containersOf(job)
        .filter((c) => c.env?.some((e) => e.name === 'VAULT_TOKEN'))
        .map((c) => c.name),
    ).toEqual(['snapshot']);
    expect(
      containersOf(job)
        .filter((c) => c.env?.some((e) => e.name === 'AWS_SECRET_ACCESS_KEY'))
        .map((c) => c.name),
    ).toEqual(['store']);
  });

  test('carries the label by which the shipped policies let it in, and our own policy still selects it', () => {
    const labels = job.spec.jobTemplate.spec.template.metadata.labels;
    expect(labels['app.kubernetes.io/part-of']).toBe('sovra');
    const policy = find(objects, 'NetworkPolicy', 'sovra-backup-vault-edge-1').spec;
    for (const [key, value] of Object.entries(policy.podSelector.matchLabels)) expect(labels[key]).toBe(value);
    expect(policy.egress[1]).toEqual({
      to: [
        {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'sovra-edge' } },
          podSelector: { matchLabels: { vault: 'v1' } },
        },
      ],
      ports: [{ protocol: 'TCP', port: 8200 }],
    });
  });

  test('identifiers that are no names get one, and two of them never the same', () => {
    const own = new SovraInstallation({
      edgeNodes: ['Edge.1', 'edge_1'].map((id, i) => ({ id, vault: { labels: { v: `${i}` } } })),
    });
    const jobs = Object.keys(schedulesOf({ sovra: own })).filter((n) => n.includes('vault'));
    expect(new Set(jobs).size).toBe(2);
    for (const name of jobs) expect(name).toMatch(/^sovra-backup-vault-edge-1-[0-9a-f]{6}$/);
  });

  test('room for the snapshot', () => {
    expect(podOf(make({ vault: { stagingSize: '20Gi' } }).cronJob('sovra-backup-vault-edge-1')).volumes).toContainEqual(
      { name: 'staging', emptyDir: { sizeLimit: '20Gi' } },
    );
  });
});

test('the same props give the same objects', () => {
  expect(make({ pruner }).objects).toEqual(make({ pruner }).objects);
});
