import { SovraInstallation } from '../../lib/sovra/installation';
import { containerOf, containersOf, environmentOf, podOf, shortcomings } from '../operations/pods';
import { find } from '../support/synth';
import { make, pruner, schedulesOf, sovra } from './made';

describe('by default', () => {
  const { backup, objects, cronJob, schedules } = make({ pruner });
  // The objects of Kubernetes and the restores for trial have tests of their own.
  const names = Object.keys(schedules).filter((name) => /^sovra-backup-(postgres|vault|prune|verify|init)/.test(name));

  test('the database every five minutes, each Vault every two, pruning once a day, verification once a week', () => {
    expect(Object.fromEntries(names.map((name) => [name, schedules[name]]))).toEqual({
      'sovra-backup-postgres': '*/5 * * * *',
      'sovra-backup-vault-edge-1': '*/2 * * * *',
      'sovra-backup-vault-edge-2': '1-59/2 * * * *',
      'sovra-backup-prune': '0 5 * * *',
      'sovra-backup-verify': '0 6 * * 3',
      'sovra-backup-init': '0 0 1 1 *',
    });
    expect(backup.moves).toEqual([]);
  });

  test('every pod passes Pod Security restricted and shows no secret', () => {
    for (const name of names) expect(shortcomings(cronJob(name))).toEqual([]);
  });

  test('no secret on a command line, and a shell reads only scripts of ours: the rest are its arguments', () => {
    const scripts = new Set<string | undefined>();
    for (const name of names) {
      for (const { command = [], args = [] } of containersOf(cronJob(name))) {
        expect(['restic', 'cp', 'psql', 'vault', '/tools/restic', '/bin/sh']).toContain(command[0]);
        expect([...command, ...args].join(' ')).not.toMatch(/password[= ](?!file|-|$)|AKIA/i);
        if (command[0] === '/bin/sh') scripts.add(command[2]);
        else expect(args).toEqual([]);
      }
    }
    // The same for every installation, whatever it is called.
    const other = make({
      sovra: new SovraInstallation({ name: 'other', edgeNodes: [{ id: 'X.1', vault: {} }] }),
      pruner: { ...pruner, keep: { daily: 7 }, keepVerified: 9 },
    });
    for (const job of other.objects.filter(
      (o) => o.kind === 'CronJob' && /backup-(postgres|vault|prune)/.test(o.metadata.name),
    ))
      for (const { command = [] } of containersOf(job))
        if (command[0] === '/bin/sh') expect(scripts).toContain(command[2]);
    // Of a Vault's backup two, and the pruner's.
    expect(scripts.size).toBe(3);
  });

  test('every job first removes locks that nobody holds; the one that makes the repository cannot yet', () => {
    for (const name of names.filter((n) => n !== 'sovra-backup-init')) {
      const [first] = containersOf(cronJob(name));
      expect(first?.name).toBe('unlock');
      expect(first?.command?.join(' ')).toContain('restic unlock');
    }
    expect(containersOf(cronJob('sovra-backup-init')).map((c) => c.name)).toEqual(['init']);
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
    expect(rules).toHaveLength(3 * backup.tasks.length);
    const own = rules.filter((r) => names.includes(r.labels.task));
    const late = own.filter((r) => r.alert === 'ScheduledTaskLate').map((r) => [r.labels.task, r.labels.level]);
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

  test('is dumped by the program of its image, started by restic, which a container before it brings', () => {
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
        '60s',
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

  test('is refused when it has no tables, before anything is stored', () => {
    const guard = containerOf(job, 'has-tables');
    expect(podOf(job).initContainers?.map((c) => c.name)).toEqual(['unlock', 'has-tables', 'restic-binary']);
    expect(guard.command?.slice(0, -1)).toEqual([
      ...['psql', '--no-psqlrc', '--no-password', '--quiet', '--set', 'ON_ERROR_STOP=1', '--command'],
    ]);
    expect(guard.command?.at(-1)).toContain('RAISE EXCEPTION');
    // The kubelet would make one of two: `$$` quotes nothing here.
    expect(guard.command?.at(-1)).not.toContain('$$');
    expect(environmentOf(guard)).toMatchObject({ PGHOST: 'postgres.sovra.svc.cluster.local', PGSSLMODE: 'require' });
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
        schedule: '*/6 * * * *',
        activeDeadline: '2m',
        retries: 0,
        resources: { cpu: '1', memory: '1Gi', cpuLimit: '2', memoryLimit: '8Gi' },
      },
    });
    const pod = tuned('sovra-backup-postgres');
    expect(pod.spec).toMatchObject({
      schedule: '*/6 * * * *',
      jobTemplate: { spec: { activeDeadlineSeconds: 120, backoffLimit: 0 } },
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
    expect(pod.initContainers?.slice(1).map((c) => [c.name, c.command])).toEqual([
      ['snapshot', ['vault', 'operator', 'raft', 'snapshot', 'save', '/staging/vault.snap']],
      ['inspect', ['vault', 'operator', 'raft', 'snapshot', 'inspect', '/staging/vault.snap']],
    ]);
    expect(containerOf(job, 'store').command?.slice(3)).toEqual([
      ...['store', '/staging/taken', '--retry-lock', '60s', '--host', 'sovra-edge-1'],
      ...['--tag', 'sovra-installation=sovra', '--tag', 'vault', '/staging/vault.snap'],
    ]);
    expect(pod.volumes).toContainEqual({ name: 'staging', emptyDir: { sizeLimit: '2Gi' } });
  });

  test('has the time at which it was asked for, not the later one at which it is stored', () => {
    expect(containerOf(job, 'unlock').command?.[2]).toMatch(/^restic unlock && date -u .*>"\$1"$/);
    expect(containerOf(job, 'unlock').command?.at(-1)).toBe('/staging/taken');
    expect(containerOf(job, 'store').command?.[2]).toContain('--time "$taken"');
    expect(environmentOf(containerOf(job, 'store')).TZ).toBe('UTC');
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
    ).toEqual(['unlock', 'store']);
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
    const jobs = Object.keys(schedulesOf({ sovra: own })).filter((n) => n.startsWith('sovra-backup-vault'));
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
