import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SftpRepositoryProps } from '../../lib/backup/repository';
import { SovraRestore } from '../../lib/backup/sovra-restore';
import type { KubeObject } from '../../lib/checks/model';
import { SovraInstallation } from '../../lib/sovra/installation';
import { make } from '../backup/made';
import { find, objectsOf } from '../support/synth';
import { runOutOfTime } from './fault-repository';
import { podOnce, RunningPod } from './gateway';
import { expectNoSecret, type Fault, type JobResult, type PodResult, type RunOptions, runJob, runPod } from './pods';
import { quickKey } from './repository-key';
import { Authority, Postgres, SftpServer } from './servers';
import { send } from './servers/request';

/** A repository on a real SFTP server, behind the gateway as it is synthesized. */
const PASSWORD = 'correct-horse-battery-staple';
const WRITER = { username: 'backups', password: 'writers-password-1' };
const PRUNER = { username: 'pruner', password: 'pruners-password-2' };
const BACKUP = 'sovra-backup-sftp';
const LISTENING = /Serving restic REST API/;
const GATEWAYS = [BACKUP, 'sovra-restore-sftp'].map((name) => `${name}.sovra.svc`);
const password = { secret: 'backup', key: 'password' };
const sovra = new SovraInstallation({
  database: { sslMode: 'verify-full', caSecret: { secret: 'postgres-ca', key: 'ca.crt' } },
});

let authority: Authority;
let database: Postgres;
let sftp: SftpServer;
let options: RunOptions;
let objects: KubeObject[];
let gateway: RunningPod | undefined;
let firstDump: string | undefined;
const finished: PodResult[] = [];

const snapshots = () => sftp.files('sovra/prod/snapshots').sort();

const repository = (): SftpRepositoryProps => ({
  host: 'nas.example.com',
  user: sftp.user,
  path: 'sovra/prod',
  hostKeys: [sftp.hostKey()],
  privateKey: { secret: 'nas', key: 'id' },
  credentials: { secret: 'gateway' },
  tls: { secret: 'gateway-tls' },
  certificateAuthority: { secret: 'gateway-ca', key: 'ca.crt' },
});
const synthesize = (change: Partial<SftpRepositoryProps> = {}) =>
  make({
    ...{ sovra, password, vault: false, kubernetes: false },
    repository: { sftp: { ...repository(), ...change } },
    pruner: {
      credentials: { secret: 'gateway-pruner' },
      keep: { last: 1, hourly: 1, daily: 1, weekly: 1, monthly: 1, yearly: 1 },
      keepVerified: 1,
    },
  }).objects;
const deployment = (from = objects, name = BACKUP) => find(from, 'Deployment', name);
const run = async (name: string, more: RunOptions = {}): Promise<JobResult> => {
  const done = await runJob(find(objects, 'CronJob', name), { ...options, ...more });
  if (!done.ok) throw new Error(`${name} failed\n${done.log}`);
  return done;
};
const start = async (of = deployment()) => {
  gateway = await RunningPod.start(of, LISTENING, options);
};
/** restic tries again for a quarter of an hour; it has said why. */
const givenUp = (container: string, output: RegExp): Fault => ({ container, when: { output }, action: runOutOfTime });
const stop = async () => {
  const running = gateway;
  gateway = undefined;
  if (running) finished.push(await running.stop());
};
const ask = (method: string, path: string, user: { username: string; password: string }, port = 8443) => {
  const authorization = `Basic ${Buffer.from(`${user.username}:${user.password}`).toString('base64')}`;
  const headers = { authorization, accept: 'application/vnd.x.restic.rest.v2' };
  return send({ method, url: `https://127.0.0.1:${port}${path}`, headers, authority: authority.pem });
};
const secrets = () => [
  ...[PASSWORD, WRITER.password, PRUNER.password, database.backupRole.password],
  // A line in the middle: what is around it is the same in every key.
  sftp.privateKey.split('\n')[2] as string,
];

beforeAll(async () => {
  authority = await Authority.create('sovra test');
  [database, sftp] = await Promise.all([
    Postgres.start({ names: ['postgres.sovra.svc.cluster.local'], tls: authority }),
    SftpServer.start({ names: ['nas.example.com'] }),
  ]);
  await database.fill('sovra', { rows: 300 });
  const { certFile, keyFile } = await authority.issue([...GATEWAYS, '127.0.0.1']);
  options = {
    hosts: {
      ...{ ...database.hosts, ...sftp.hosts },
      ...Object.fromEntries(GATEWAYS.map((name) => [name, '127.0.0.1'])),
    },
    secrets: {
      backup: { password: PASSWORD },
      nas: { id: sftp.privateKey },
      gateway: WRITER,
      'gateway-pruner': PRUNER,
      'gateway-tls': { 'tls.crt': readFileSync(certFile), 'tls.key': readFileSync(keyFile) },
      'gateway-ca': { 'ca.crt': authority.pem },
      'postgres-ca': { 'ca.crt': authority.pem },
      'sovra-secrets': {
        'database.username': database.backupRole.user,
        'database.password': database.backupRole.password,
      },
    },
  };
  objects = synthesize();
  const { data } = find(objects, 'ConfigMap', BACKUP) as unknown as { data: Record<string, string> };
  options = { ...options, configMaps: { [BACKUP]: data, 'sovra-restore-sftp': data } };
});
afterAll(async () => {
  await stop();
  await Promise.all([database?.stop(), sftp?.stop()]);
});

describe('with the gateway', () => {
  beforeAll(() => start());
  afterAll(stop);

  test('the repository is made, filled and read back, and no secret is seen', async () => {
    const made = [await run('sovra-backup-init')];
    await quickKey(join(sftp.folder, 'sovra/prod'), PASSWORD);
    made.push(await run('sovra-backup-postgres'));
    expect(snapshots()).toHaveLength(1);
    [firstDump] = snapshots();
    // Verification leaves its own note in the repository.
    made.push(await run('sovra-backup-verify'));
    expect(snapshots()).toHaveLength(2);
    expect(made.map((done) => done.attempts.length)).toEqual([1, 1, 1]);
    expect(sftp.files('sovra/prod/data').length).toBeGreaterThan(0);
    for (const done of made) expectNoSecret(done, secrets(), { manifests: objects, folders: [sftp.folder] });
  });

  test('whoever has the credentials of the backups can neither delete nor replace', async () => {
    const all = snapshots();
    const path = `/${firstDump?.slice('sovra/prod/'.length)}`;
    const before = readFileSync(`${sftp.folder}/${firstDump}`);
    expect((await ask('GET', path, WRITER)).status).toBe(200);
    expect((await ask('DELETE', path, WRITER)).status).toBe(403);
    expect((await ask('POST', path, WRITER)).status).toBe(403);
    expect((await ask('DELETE', '/config', WRITER)).status).toBe(403);
    // Only locks may go: not what is called like one, and not by a way around.
    expect((await ask('DELETE', `/locks/..${path}`, WRITER)).status).not.toBe(200);
    expect((await ask('DELETE', `/locks/%2e%2e%2fconfig`, WRITER)).status).not.toBe(200);
    // Each port knows its own account only.
    expect((await ask('DELETE', path, WRITER, 8444)).status).toBe(401);
    expect((await ask('DELETE', path, PRUNER)).status).toBe(401);
    expect((await ask('GET', path, { ...WRITER, password: '' })).status).toBe(401);
    expect(readFileSync(`${sftp.folder}/${firstDump}`)).toEqual(before);
    expect(sftp.files('sovra/prod')).toContain('sovra/prod/config');

    const verify = find(objects, 'CronJob', 'sovra-backup-verify');
    const stolen = structuredClone(verify) as typeof verify;
    const [container] = stolen.spec.jobTemplate.spec.template.spec.containers;
    container.command = ['restic', 'forget', '--prune', 'latest'];
    const tried = await runJob(stolen, { ...options, backoffLimit: 0 });
    expect(tried.ok).toBe(false);
    expect(tried.log).toMatch(/403 Forbidden/);
    expect(snapshots()).toEqual(all);
  });

  test('the pruner can: it removes what is old and leaves what was read back', async () => {
    await run('sovra-backup-postgres');
    expect(snapshots()).toHaveLength(3);
    // Nobody else is at the repository: the pauses are left out.
    const prune = structuredClone(find(objects, 'CronJob', 'sovra-backup-prune'));
    const [{ env }] = prune.spec.jobTemplate.spec.template.spec.containers;
    env.find((e: { name: string }) => e.name === 'PAUSE').value = '0';
    const pruned = await runJob(prune, options);
    expect(pruned.log).toContain('reading back');
    expect(pruned.ok).toBe(true);
    expect(snapshots()).toHaveLength(2);
    expect(snapshots()).not.toContain(firstDump);
    expectNoSecret(pruned, secrets(), { manifests: objects, folders: [sftp.folder] });
    // What the one listener removed is gone for the other.
    await run('sovra-backup-verify');
    await run('sovra-backup-postgres');
  });

  test('a restore for trial reads it too', async () => {
    const drilled = await run('sovra-restore-drill');
    expectNoSecret(drilled, secrets());
  });
});

test('no secret is in what the gateway said, nor on its command line', () => {
  expect(finished.length).toBeGreaterThan(0);
  for (const ended of finished) {
    expect(ended.commandLines.join('\n')).toMatch(/rclone serve restic --append-only/);
    expectNoSecret(ended, secrets(), { manifests: objects });
  }
});

describe('what must not work', () => {
  const once = (change: Partial<SftpRepositoryProps>, more: RunOptions = {}) => {
    const changed = synthesize(change);
    const { data } = find(changed, 'ConfigMap', BACKUP) as unknown as { data: Record<string, string> };
    return runPod(podOnce(deployment(changed)), { ...options, configMaps: { [BACKUP]: data }, ...more });
  };

  test('a server that shows another key than the known one is not talked to', async () => {
    const other = await SftpServer.start({ names: [] });
    try {
      const ended = await once({ hostKeys: [other.hostKey()] });
      expect(ended.ok).toBe(false);
      expect(ended.container('writer').exitCode).not.toBe(0);
      expect(ended.container('writer').stderr).toMatch(/knownhosts: key mismatch/);
      expect(ended.container('pruner').stderr).toMatch(/knownhosts: key mismatch/);
    } finally {
      await other.stop();
    }
  });

  test('a server of another name is unknown', async () => {
    const hosts = { ...options.hosts, 'other.example.com': sftp.address };
    const data = { known_hosts: `nas.example.com ${sftp.hostKey()}\n` };
    const ended = await runPod(podOnce(deployment(synthesize({ host: 'other.example.com' }))), {
      ...{ ...options, hosts, configMaps: { [BACKUP]: data } },
    });
    expect(ended.ok).toBe(false);
    expect(ended.container('writer').stderr).toMatch(/knownhosts: key is unknown/);
  });

  test.each(['ed25519', 'ecdsa', 'rsa'] as const)('a server is known by its %s key alone', async (kind) => {
    const changed = synthesize({ hostKeys: [sftp.hostKey(kind)] });
    const { data } = find(changed, 'ConfigMap', BACKUP) as unknown as { data: Record<string, string> };
    const pod = await RunningPod.start(deployment(changed), LISTENING, {
      ...options,
      configMaps: { [BACKUP]: data },
    });
    await pod.stop();
  });

  test('a key that the server does not know', async () => {
    const ended = await once({}, { secrets: { ...options.secrets, nas: { id: await sftp.strangersKey() } } });
    expect(ended.ok).toBe(false);
    expect(ended.container('writer').stderr).toMatch(/unable to authenticate/);
  });

  test('a Secret without a password: nobody gets in without one', async () => {
    const secrets = {
      ...options.secrets,
      gateway: { ...WRITER, password: '' },
      'gateway-pruner': { ...PRUNER, username: '' },
    };
    const ended = await once({}, { secrets });
    expect(ended.ok).toBe(false);
    expect(ended.container('writer').stderr).toContain('the Secret holds no password');
    expect(ended.container('pruner').stderr).toContain('the Secret holds no user name');
  });

  test('a gateway that is away for a moment holds a backup up, no more', async () => {
    const back: Fault = { when: { output: /connection refused/ }, action: () => start() };
    try {
      const done = await run('sovra-backup-postgres', { faults: [back] });
      expect(done.attempts).toHaveLength(1);
    } finally {
      await stop();
    }
  });

  test('a backup without its gateway fails, and its log says why', async () => {
    const failed = await runJob(find(objects, 'CronJob', 'sovra-backup-postgres'), {
      ...{ ...options, backoffLimit: 0, faults: [givenUp('unlock', /connection refused/)] },
    });
    expect(failed.reason).toBe('DeadlineExceeded');
    expect(failed.log).toMatch(/connection refused/);
  });
});

test('what was replaced in a Secret is seen by the probe that asks for a restart', async () => {
  const pod = podOnce(deployment()) as { spec: { containers: { command: string[]; name: string }[] } };
  const spec = (deployment() as unknown as { spec: { template: { spec: typeof pod.spec } } }).spec.template.spec;
  const [writer] = spec.containers as unknown as { livenessProbe: { exec: { command: string[] } } }[];
  const probe = writer?.livenessProbe.exec.command[2];
  const script = (pod.spec.containers[0]?.command[2] ?? '').replace('exec rclone', 'echo rclone');
  const probed = (before: string) => {
    const container = {
      ...pod.spec.containers[0],
      command: ['/bin/sh', '-c', `${script}\n${before}\n${probe}`, 'writer'],
    };
    return runPod({ ...pod, spec: { ...pod.spec, containers: [container] } }, options);
  };
  expect((await probed('true')).ok).toBe(true);
  const changed = await probed("sed -i '1s/^/x/' /run/gateway/writer");
  expect(changed.ok).toBe(false);
  expect(changed.container('writer').stdout).toContain('rclone serve restic');
});

/** Last: the account of the backups loses its rights with the database that is dropped. */
test('a restore brings a gateway of its own, and everything comes back row for row', async () => {
  const before = await database.fingerprint('sovra');
  const at = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString().replace('.000Z', 'Z');
  const restore = objectsOf(
    (chart) =>
      new SovraRestore(chart, 'restore', { sovra, password, at, repository: { sftp: repository() }, vaults: [] }),
  );
  const [job] = restore.filter((o) => o.kind === 'Job');
  await start(deployment(restore, 'sovra-restore-sftp'));
  try {
    // It has no listener that deletes.
    await expect(ask('GET', '/config', PRUNER, 8444)).rejects.toThrow('ECONNREFUSED');
    await database.query('drop database sovra with (force)', { database: 'postgres' });
    await database.query('create database sovra', { database: 'postgres' });
    const { superuser } = database;
    const owner = { 'database.username': superuser.user, 'database.password': superuser.password };
    const restored = await runJob(job, { ...options, secrets: { ...options.secrets, 'sovra-secrets': owner } });
    expect(restored.log).toMatch(/database sovra has \d+ tables/);
    expect(await database.fingerprint('sovra')).toEqual(before);
    expectNoSecret(restored, secrets(), { manifests: restore });
  } finally {
    await stop();
  }
});
