import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SovraRestoreProps } from '../../lib/backup/sovra-restore';
import { SovraRestore } from '../../lib/backup/sovra-restore';
import type { KubeObject } from '../../lib/checks/model';
import { objectsOf } from '../support/synth';
import { type BackupWorld, backupWorld, nextSecond, password, repository, sovra, VAULT_NAMES } from './backup-world';
import { expectNoSecret, type JobResult, type RunOptions, runJob } from './pods';
import { Vault } from './servers';

/** Back up, change, destroy, restore to a point, compare: row for row, key for key. */
let world: BackupWorld;
/** The role of the control plane, to which everything belongs. */
let owner: Readonly<Record<string, string>>;
beforeAll(async () => {
  world = await backupWorld();
  const { superuser } = world.database;
  owner = { 'database.username': superuser.user, 'database.password': superuser.password };
});
afterAll(() => world?.stop());

const restores = (props: Omit<SovraRestoreProps, 'sovra' | 'repository' | 'password'>): KubeObject[] =>
  objectsOf((chart) => new SovraRestore(chart, 'restore', { sovra, repository, password, ...props })).filter(
    (o) => o.kind === 'Job',
  );
const letGo = (job: KubeObject | undefined, more: Partial<RunOptions> = {}): Promise<JobResult> => {
  if (!job) throw new Error('no such Job');
  const { secrets, ...options } = world.options;
  return runJob(job, { ...options, ...more, secrets: { ...secrets, 'sovra-secrets': owner, ...more.secrets } });
};
const now = () => new Date(Math.floor(Date.now() / 1000) * 1000).toISOString().replace('.000Z', 'Z');
const backUp = async () => {
  await world.run('sovra-backup-postgres');
  await nextSecond();
  await world.run('sovra-backup-vault-edge-1');
};

test('the database and its Vault come back as they were at a point in time', async () => {
  const { database, vault, store } = world;
  await backUp();
  const [rows, keys] = [await database.fingerprint('sovra'), await vault.fingerprint()];
  await nextSecond();
  const point = now();
  await nextSecond();
  // Life goes on, and is backed up too: none of it may come back.
  await database.query('create table after_the_point as select 1 as n', { database: 'sovra' });
  await vault.fill({ keys: 9, seed: 2 });
  await backUp();

  const [ofVault, ofDatabase] = restores({ at: point, vaults: [{ edgeNode: 'edge-1' }] });

  // The disaster: the database is dropped, and an empty Vault stands in the place of the one that is gone.
  await database.query('drop database sovra with (force)', { database: 'postgres' });
  await database.query('create database sovra', { database: 'postgres' });
  await vault.stop();
  const fresh = await Vault.start({ names: VAULT_NAMES, tls: world.authority, initialize: false });
  try {
    await fresh.initialize();
    const secrets = { 'vault-restore': { token: fresh.rootToken } };
    const hosts = { ...world.options.hosts, ...fresh.hosts };
    const restored = await letGo(ofVault, { secrets, hosts });
    expect(restored.log).toContain('restored; now unseal it');
    expectNoSecret(restored, [...world.secrets, fresh.rootToken], { manifests: [ofVault as KubeObject] });
    // It is the other Vault now: its own keys open it, and nothing else does.
    await fresh.takenOver();
    await fresh.unseal(vault.unsealKeys);
    fresh.rootToken = vault.rootToken;
    expect(await fresh.fingerprint()).toEqual(keys);
  } finally {
    await fresh.stop();
    await vault.start();
    await vault.unseal();
  }
  const restored = await letGo(ofDatabase);
  expect(restored.log).toMatch(/database sovra has \d+ tables/);
  expect(await database.fingerprint('sovra')).toEqual(rows);
  expectNoSecret(restored, [...world.secrets, owner['database.password'] as string], { folders: [store.folder] });
});

describe('disaster-recovery: what the page says is proven', () => {
  /** The step of the page, as it stands there. */
  const giveRights = async () => {
    const page = readFileSync(join(__dirname, '../../docs/runbooks/disaster-recovery.md'), 'utf8');
    const sql = page.match(/```sql\n([\s\S]+?)```/)?.[1] ?? '';
    await world.database.query(sql.replaceAll('<backup-account>', world.database.backupRole.user), {
      database: 'sovra',
    });
  };
  const empty = async () => {
    await world.database.query('drop database sovra with (force)', { database: 'postgres' });
    await world.database.query('create database sovra', { database: 'postgres' });
  };

  test('the database is lost: its newest point comes back, beside a Vault that stays as it is', async () => {
    const { database, vault } = world;
    await giveRights();
    await backUp();
    const rows = await database.fingerprint('sovra');
    const at = now();
    // After the point, and not in the dump: a key that no row asks for does no harm.
    await vault.fill({ keys: 2, seed: 3 });
    const keys = await vault.fingerprint();
    const jobs = restores({ at });
    expect(jobs.map((o) => [o.metadata.namespace, o.spec.suspend])).toEqual([['sovra', true]]);
    await empty();
    const restored = await letGo(jobs[0]);
    expect(restored.log).toMatch(/database sovra has \d+ tables; \d+ s since the restore began/);
    expect(await database.fingerprint('sovra')).toEqual(rows);
    expect(await vault.fingerprint()).toEqual(keys);
    // The next dump needs the rights that no restore brings back.
    const granted = "select count(*) from pg_largeobject_metadata where lomacl::text like '%backup%'";
    expect(await database.query(granted, { database: 'sovra' })).toEqual([['0']]);
    await giveRights();
    await world.run('sovra-backup-postgres');
  });

  test('one edge node is lost: its own newest snapshot by the point, its old keys, the database untouched', async () => {
    const { database, vault } = world;
    // Newer than what belongs to the last dump: with the database it would not be the one that is chosen.
    await vault.fill({ keys: 6, seed: 4 });
    await world.run('sovra-backup-vault-edge-1');
    const keys = await vault.fingerprint();
    await nextSecond();
    const at = now();
    await nextSecond();
    await vault.fill({ keys: 6, seed: 5 });
    await world.run('sovra-backup-vault-edge-1');
    const rows = await database.fingerprint('sovra');

    const jobs = restores({ at, postgres: false, vaults: [{ edgeNode: 'edge-1' }] });
    expect(jobs.map((o) => [o.metadata.namespace, o.spec.suspend])).toEqual([['sovra-edge', true]]);
    await vault.stop();
    const fresh = await Vault.start({ names: VAULT_NAMES, tls: world.authority, initialize: false });
    try {
      await fresh.initialize();
      const secrets = { 'vault-restore': { token: fresh.rootToken } };
      const hosts = { ...world.options.hosts, ...fresh.hosts };
      expect((await letGo(jobs[0], { secrets, hosts })).log).toContain('restored; now unseal it');
      // The keys of the fresh one are refused, those of the lost one open it.
      await fresh.takenOver();
      const [own = ''] = fresh.unsealKeys;
      await fresh.api('PUT', 'sys/unseal', { key: own }).catch(() => undefined);
      expect(await fresh.sealed()).toBe(true);
      await fresh.api('PUT', 'sys/unseal', { reset: true });
      await fresh.unseal(vault.unsealKeys);
      fresh.rootToken = vault.rootToken;
      expect(await fresh.fingerprint()).toEqual(keys);
    } finally {
      await fresh.stop();
      await vault.start();
      await vault.unseal();
    }
    expect(await database.fingerprint('sovra')).toEqual(rows);
  });
});

test('a dump that breaks off in the middle leaves an empty database empty, and the same Job brings it back later', async () => {
  const { database, store } = world;
  const random = "string_agg(sha256((row * 100 + n)::text::bytea), ''::bytea)";
  await database.query(
    `create table bulky as select row, (select ${random} from generate_series(1, 64) as n) from generate_series(1, 3000) as row`,
    { database: 'sovra' },
  );
  await world.run('sovra-backup-postgres');
  await nextSecond();
  await world.run('sovra-backup-vault-edge-1');
  const rows = await database.fingerprint('sovra');
  const [job] = restores({ at: now() });
  await database.query('drop database sovra with (force)', { database: 'postgres' });
  await database.query('create database sovra', { database: 'postgres' });

  const [largest = ''] = [...store.keys('data/')].sort((a, b) => store.size(b) - store.size(a));
  store.corrupt(largest);
  const broken = await letGo(job);
  expect(broken.ok).toBe(false);
  expect(broken.log).toContain('ciphertext verification failed');
  // Mostly it had begun to load what came before; whether restic gave it any of that before it failed is by chance.
  expect(broken.log).toMatch(/pg_restore: error: (could not read from input file|input file is too short)/);
  expect((await database.fingerprint('sovra')).rows).toEqual({});
  // The same byte again: it is what it was.
  store.corrupt(largest);
  let shared: string[] = [];
  const restored = await letGo(job, {
    inspect: ({ scratch = '' }) => {
      shared = readdirSync(scratch).sort();
    },
  });
  expect(restored.log).toMatch(/database sovra has \d+ tables/);
  expect(await database.fingerprint('sovra')).toEqual(rows);
  // The dump never lay on the disk.
  expect(shared).toEqual(['chosen', 'empty', 'snapshots.json', 'started']);
});

describe('what is there is not replaced', () => {
  test('a database that has tables is left alone, until its name is said', async () => {
    const { database } = world;
    const at = now();
    const before = await database.fingerprint('sovra');
    await database.query('create table live as select 1 as n', { database: 'sovra' });
    const live = await database.fingerprint('sovra');
    const refused = await letGo(restores({ at })[0]);
    expect(refused.ok).toBe(false);
    expect(refused.log).toContain('is not touched; to replace what it holds, say so in SovraRestore: overwrite');
    expect(await database.fingerprint('sovra')).toEqual(live);

    let shared: string[] = [];
    const replaced = await letGo(restores({ at, postgres: { overwrite: 'sovra' } })[0], {
      inspect: ({ scratch = '' }) => {
        shared = readdirSync(scratch);
      },
    });
    expect(replaced.ok).toBe(true);
    // All of it was read before the first of it was replaced.
    expect(shared).toContain('stored');
    // What came after the point and is in no way of what comes back stays: nothing is dropped that nobody named.
    const stays = { 'public.live': expect.any(String) };
    expect((await database.fingerprint('sovra')).rows).toEqual({ ...before.rows, ...stays });
    await database.query('drop table live', { database: 'sovra' });
  });

  test('nor is a Vault that holds secrets', async () => {
    const secrets = { 'vault-restore': { token: world.vault.rootToken } };
    const keys = await world.vault.fingerprint();
    const [job] = restores({ at: now(), vaults: [{ edgeNode: 'edge-1' }], postgres: false });
    const refused = await letGo(job, { secrets });
    expect(refused.log).toContain('the Vault of edge-1 holds secrets and is not touched');
    expect(await world.vault.fingerprint()).toEqual(keys);
  });
});

test('a point before the first backup, and one in the future, are refused before anything is touched', async () => {
  for (const [at, why] of [
    ['2020-01-01T00:00:00Z', 'nothing that could be restored to that point'],
    ['2099-01-01T00:00:00Z', 'the point lies in the future'],
  ] as const) {
    const refused = await letGo(restores({ at, postgres: { overwrite: 'sovra' } })[0]);
    expect(refused.ok).toBe(false);
    expect(refused.log).toContain(why);
  }
});
