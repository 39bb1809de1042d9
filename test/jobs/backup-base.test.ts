import type { CronJob } from 'kubernetes-types/batch/v1';
import type { KubeObject } from '../../lib/checks/model';
import { SovraInstallation } from '../../lib/sovra/installation';
import { make } from '../backup/made';
import { expectNoSecret, type RunOptions, runJob } from './pods';
import { quickKey } from './repository-key';
import { Authority, Postgres, S3Store, Vault } from './servers';

/** The jobs of a backup as they are synthesized, on a real PostgreSQL, Vault and S3 store. */
const PASSWORD = 'correct-horse-battery-staple';
const sovra = new SovraInstallation({
  database: { sslMode: 'verify-full', caSecret: { secret: 'postgres-ca', key: 'ca.crt' } },
  edgeNodes: [{ id: 'edge-1', vault: {} }],
});
let database: Postgres;
let vault: Vault;
let store: S3Store;
let options: RunOptions;
let token: string;

beforeAll(async () => {
  const ca = await Authority.create('sovra test');
  [database, vault, store] = await Promise.all([
    Postgres.start({ names: ['postgres.sovra.svc.cluster.local'], tls: ca }),
    Vault.start({ names: ['vault-active.sovra-edge.svc', 'vault.sovra-edge.svc'], tls: ca }),
    S3Store.start({ names: ['s3.example.com'], tls: ca, bucket: 'sovra-backup' }),
  ]);
  await vault.fill({ keys: 5 });
  token = await vault.snapshotToken();
  const key = (k: { accessKeyId: string; secretAccessKey: string }) => ({
    AWS_ACCESS_KEY_ID: k.accessKeyId,
    AWS_SECRET_ACCESS_KEY: k.secretAccessKey,
  });
  options = {
    hosts: { ...database.hosts, ...vault.hosts, ...store.hosts },
    secrets: {
      backup: { password: PASSWORD },
      's3-ca': { pem: ca.pem },
      'backup-s3': key(store.writer),
      'pruner-s3': key(store.pruner),
      'postgres-ca': { 'ca.crt': ca.pem },
      'sovra-secrets': {
        'database.username': database.backupRole.user,
        'database.password': database.backupRole.password,
      },
      'vault-tls': { 'ca.crt': ca.pem },
      'vault-snapshot': { token },
    },
  };
});
afterAll(() => Promise.all([database?.stop(), vault?.stop(), store?.stop()]));

/** One hour's snapshot is all that stays, but for the newest ones. */
const FEW = { last: 1, hourly: 1, daily: 1, weekly: 1, monthly: 1, yearly: 1 };
const backup = (pruner: object = {}) =>
  make({
    sovra,
    repository: {
      s3: {
        endpoint: 'https://s3.example.com',
        bucket: 'sovra-backup',
        credentials: { secret: 'backup-s3' },
        certificateAuthority: { secret: 's3-ca', key: 'pem' },
      },
    },
    pruner: { credentials: { secret: 'pruner-s3' }, keep: FEW, ...pruner },
    verification: { readDataPercent: 100 },
  });
const run = (job: KubeObject) => runJob(job, options);

/** The job with another environment or other arguments of its one container. */
function changed(job: KubeObject, env: Record<string, string>, args = (given: string[]) => given): KubeObject {
  const copy = structuredClone(job) as unknown as CronJob;
  const [container] = copy.spec?.jobTemplate.spec?.template.spec?.containers ?? [];
  if (!container) throw new Error('no container');
  container.env = [...(container.env ?? []).filter((e) => !(e.name in env)), ...nameAndValue(env)];
  container.args = args(container.args ?? []);
  return copy as unknown as KubeObject;
}
const nameAndValue = (env: Record<string, string>) => Object.entries(env).map(([name, value]) => ({ name, value }));
/** Nobody else is at the repository: the pauses are left out. */
const prune = (pruner: object = {}, args?: (given: string[]) => string[]) =>
  run(changed(backup(pruner).cronJob('sovra-backup-prune'), { PAUSE: '0' }, args));
const snapshots = () => store.keys('snapshots/').length;

test('without a repository a backup fails, and makes none', async () => {
  const done = await run(backup().cronJob('sovra-backup-vault-edge-1'));
  expect(done.ok).toBe(false);
  expect(done.last.container('unlock').exitCode).toBe(10);
  expect(store.keys('')).toEqual([]);
});

test('a database without tables is not backed up; one with tables is, and so is Vault', async () => {
  const { cronJob } = backup();
  const init = await run(cronJob('sovra-backup-init'));
  expect(init.log).toContain('created restic repository');
  await database.query('create database sovra', { database: 'postgres' });
  const empty = await run(cronJob('sovra-backup-postgres'));
  expect(empty.ok).toBe(false);
  expect(empty.last.container('has-tables').stderr).toContain('the database has no tables');
  expect(snapshots()).toBe(0);
  await database.query('drop database sovra', { database: 'postgres' });

  await database.fill('sovra', { rows: 200 });
  for (const name of ['sovra-backup-postgres', 'sovra-backup-vault-edge-1']) {
    const done = await run(cronJob(name));
    expect(done.log).toMatch(/snapshot [0-9a-f]+ saved/);
    expect(done.ok).toBe(true);
    expectNoSecret(done, [PASSWORD, database.backupRole.password, token, store.writer.secretAccessKey], {
      manifests: [cronJob(name)],
      folders: [store.folder],
    });
  }
  expect(snapshots()).toBe(2);
  // So far with the key that restic made.
  await quickKey(store.folder, PASSWORD);
});

test('verification reads everything, and locks nobody out', async () => {
  const { cronJob } = backup();
  const before = store.requests.length;
  const done = await run(cronJob('sovra-backup-verify'));
  expect(done.last.container('verify').stdout).toContain('no errors were found');
  const locks = store.requests.slice(before).filter((r) => r.method === 'PUT' && r.path.includes('/locks/'));
  // Of the snapshot that tells of it, which is a backup like others; reading itself took none.
  expect(locks).toHaveLength(1);
  expect(done.ok).toBe(true);
});

describe('pruning', () => {
  test('removes nothing while it would keep too few that were read back', async () => {
    for (const name of ['sovra-backup-postgres', 'sovra-backup-postgres']) await run(backup().cronJob(name));
    const before = snapshots();
    // As if somebody had changed the policy by hand: the construct would not have written it.
    const done = await prune({ keepVerified: 3 }, (args) =>
      args.map((a, i) => (args[i - 1] === '--keep-last' ? '1' : a)),
    );
    expect(done.ok).toBe(false);
    expect(done.log).toContain('nothing is removed: fewer than 3 verified snapshots would stay of');
    expect(done.log).toContain('sovra /sovra.dump');
    expect(snapshots()).toBe(before);
  });

  test('reads the newest ones back, removes what the policy does not keep, and what stays can be read', async () => {
    const done = await prune({ keepVerified: 2 });
    expect(done.log).toContain('reading back');
    expect(done.ok).toBe(true);
    // Of three dumps two; those of Vault and of the verification are the only ones of their kind.
    expect(snapshots()).toBe(4);
    expect((await run(backup().cronJob('sovra-backup-verify'))).log).toContain('no errors were found');
  });

  test('removes nothing when a snapshot cannot be read back', async () => {
    await database.query('create table added as select generate_series(1, 5000) as n', { database: 'sovra' });
    const packs = store.keys('data/');
    await run(backup().cronJob('sovra-backup-postgres'));
    const added = store.keys('data/').filter((key) => !packs.includes(key));
    expect(added.length).toBeGreaterThan(0);
    for (const key of added) store.corrupt(key);
    const before = snapshots();
    const done = await prune({ keepVerified: 1 });
    expect(done.ok).toBe(false);
    expect(snapshots()).toBe(before);
  });
});
