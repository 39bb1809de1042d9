import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type PgBackRestRestoreProps, pgBackRestRestoreJob } from '../../lib/backup/pgbackrest-restore';
import { waitFor } from '../cluster/wait';
import {
  archive,
  cronJobs,
  DatabasePod,
  emptyClaim,
  initDatabase,
  PASSPHRASE,
  startSurroundings,
  TABLE,
  Writer,
  type Written,
} from './archive';
import { expectNoSecret, type RunOptions, runJob } from './pods';
import type { S3Store } from './servers';

/** Continuous archiving as it is synthesized: PostgreSQL 15, pgBackRest over TLS, an S3 store. Each test goes on where the last one ended. */
let store: S3Store;
let options: RunOptions;
let database: DatabasePod;
let writer: Writer | undefined;
const cronJob = cronJobs();
const run = (name: string, more: RunOptions = {}) => runJob(cronJob(name), { ...options, ...more });

beforeAll(async () => {
  ({ store, options } = await startSurroundings());
  const claim = emptyClaim();
  await initDatabase(claim);
  database = await new DatabasePod(claim, options).start();
  // Six hundred files that nobody asks for; each would be stored, restored and read back on its own.
  for (const name of ['template0', 'template1']) {
    await database.query(`alter database ${name} is_template false`);
    await database.query(`drop database ${name}`);
  }
});
afterAll(async () => {
  writer?.end();
  await database?.kill();
  await store?.stop();
});

const restore = (claim: string, props: Omit<PgBackRestRestoreProps, 'claimName'>) =>
  runJob(pgBackRestRestoreJob('test', archive, { claimName: 'data-postgres-0', ...props }), {
    ...options,
    claims: { 'data-postgres-0': claim },
  });
const rows = async () => {
  const text = await database.query('select id from written order by id');
  return text === '' ? [] : text.split('\n').map(Number);
};
/** Of the archiver: pieces that are stored, tries that failed, the last piece that was stored, and when; seconds since then. */
const archiver = async () => {
  const answer = await database.query(
    `select archived_count, failed_count, last_archived_wal, extract(epoch from last_archived_time),
      extract(epoch from now() - last_archived_time) from pg_stat_archiver`,
  );
  const [archived, failed, piece = '', at, age] = answer.split('|');
  const number = (text = '') => (text === '' ? Number.NaN : Number(text));
  return { archived: number(archived), failed: number(failed), piece, at: number(at), age: number(age) };
};
/** Seconds: less than is promised by far, and more than it takes. */
const USUAL_PUSH = 5;
const PATIENTLY = { timeout: 300_000 };

test('without a repository the check fails; then it is made, and backups of both kinds go into it over TLS', async () => {
  const early = await run('sovra-archive-check');
  expect(early.ok).toBe(false);
  expect(early.log).toContain('has a stanza-create been performed?');

  await database.query(TABLE);
  writer = new Writer();
  for (const name of ['init', 'full', 'differential', 'check']) {
    const done = await run(`sovra-archive-${name}`);
    expect(done.log).toContain('completed successfully');
    expect(done.ok).toBe(true);
    expectNoSecret(done, [PASSPHRASE, store.pruner.secretAccessKey, store.writer.secretAccessKey], {
      manifests: [cronJob(`sovra-archive-${name}`), options.configMaps],
      folders: [store.folder],
    });
  }
  // The database's own account has deleted nothing, though it could not have either.
  const deleted = store.requests.filter((r) => r.method === 'DELETE' || r.path.includes('?delete'));
  expect(deleted.filter((r) => r.accessKeyId === store.writer.accessKeyId)).toEqual([]);
});

test('another passphrase opens nothing', async () => {
  const secrets = { ...options.secrets, archive: { passphrase: 'another-passphrase' } };
  const done = await run('sovra-archive-check', { secrets });
  expect(done.ok).toBe(false);
  expect(done.log).toMatch(/CryptoError|unable to (flush|load info)/);
  const read = await runJob(
    pgBackRestRestoreJob('test', archive, { claimName: 'data-postgres-0', target: { latest: true } }),
    { ...options, secrets, claims: { 'data-postgres-0': emptyClaim() } },
  );
  expect(read.ok).toBe(false);
});

test('nobody gets at the files without the certificate that is let in', async () => {
  const { stranger = {} } = options.secrets ?? {};
  const secrets = { ...options.secrets, [archive.tls.clientSecret]: stranger };
  const done = await run('sovra-archive-check', { secrets });
  expect(done.ok).toBe(false);
  expect(done.log).toContain('access denied');
});

test('while the store refuses, the log stays, the archiver says so and the check fails; then all of it follows', async () => {
  const w = writer as Writer;
  const { failed } = await archiver();
  store.fault({ kind: 'deny' });
  await waitFor('the archiver to fail', async () => (await archiver()).failed > failed, PATIENTLY);
  // One piece after the other: from the first failure on there is no other.
  const stored = await archiver();
  const check = await run('sovra-archive-check');
  expect(check.ok).toBe(false);
  // What the alert looks at: nothing was stored, and the last good one gets older, above what is promised. A check that is
  // refused at once may end before that.
  const old = async () => (await archiver()).age > archive.archiveTimeoutSeconds;
  await waitFor('the last good one to be older than is promised', old, PATIENTLY);
  const refused = await archiver();
  expect([refused.archived, refused.piece]).toEqual([stored.archived, stored.piece]);
  expect(refused.age).toBeGreaterThan(archive.archiveTimeoutSeconds);
  const waiting = await database.query("select count(*) from pg_ls_archive_statusdir() where name like '%.ready'");
  expect(Number(waiting)).toBeGreaterThan(0);
  store.fault(undefined);
  await waitFor(
    'what waited to be stored',
    async () => (await archiver()).archived >= refused.archived + Number(waiting),
    PATIENTLY,
  );
  expect((await archiver()).at).toBeGreaterThan(refused.at);
  // PostgreSQL itself did not mind: no session was ended.
  await w.more(1);
  expect(w.exit).toBeUndefined();
});

test('back to a moment: what was committed before is there, and nothing that came after', async () => {
  const w = writer as Writer;
  // Two rows between which there is a moment: on a machine that stood still, several are committed at once.
  const apart = ({ committed }: Written, i: number, all: readonly Written[]) => (all[i + 1]?.at ?? 0) > committed + 10;
  await w.more(20);
  const before = await waitFor('two rows that are apart', () => w.written.slice(-10).find(apart), PATIENTLY);
  const after = w.written[w.written.indexOf(before) + 1] as Written;
  // The one was known to be committed before it, and the next one was begun after it.
  const moment = new Date(Math.ceil((before.committed + after.at) / 2)).toISOString();
  await w.more(10);
  expect((await run('sovra-archive-check')).ok).toBe(true);
  w.end();
  await database.stop();

  const refused = await restore(database.claim, { target: { at: moment } });
  expect(refused.ok).toBe(false);
  expect(refused.log).toContain('because it contains files');

  const claim = emptyClaim();
  const done = await restore(claim, { target: { at: moment } });
  expect(done.log).toContain('restore command end: completed successfully');
  database = await new DatabasePod(claim, options).start();
  const there = await rows();
  expect(there).toEqual(w.written.filter((row) => row.id <= before.id).map((row) => row.id));
});

test('power and volume are gone: less than was promised is lost', async () => {
  writer = new Writer();
  const first = await rows();
  // After a recovery PostgreSQL does not look at `archive_timeout` until its next checkpoint; the check bridges that.
  const begin = (await archiver()).archived;
  expect((await run('sovra-archive-check')).ok).toBe(true);
  await waitFor('a piece to be stored', async () => (await archiver()).archived > begin, PATIENTLY);
  await database.query('checkpoint');
  const checked = (await archiver()).archived;
  await waitFor('two more pieces', async () => (await archiver()).archived >= checked + 2, PATIENTLY);
  await writer.more(10);
  const { piece } = await archiver();
  // It writes until the end: what is lost is counted up to there.
  await writer.more(1);
  const killed = Date.now();
  await database.kill();
  writer.end();

  const claim = emptyClaim();
  const done = await restore(claim, { target: { latest: true } });
  expect(done.ok).toBe(true);
  database = await new DatabasePod(claim, options).start();
  const there = await rows();
  const restored = writer.written.filter((row) => there.includes(row.id));
  expect(there.length).toBeGreaterThan(first.length);
  expect(restored.map((row) => row.id)).toEqual(writer.written.slice(0, restored.length).map((row) => row.id));
  // Nothing of what was stored: a row that began in the piece before was committed in the last one that was stored at the latest.
  expect(writer.written.slice(restored.length).filter((row) => row.piece < piece)).toEqual([]);
  // Measured: 1.4 s on a machine with a load of 6. What the machine stood still for is seen by the rows, and is nobody's fault.
  const newest = writer.written.slice(restored.length - 1);
  const waits = newest.map(({ committed }, i) => (newest[i + 1]?.committed ?? killed) - committed);
  const stood = waits.reduce((sum, wait) => sum + (wait > 500 ? wait : 0), 0);
  const lost = killed - (newest[0]?.committed ?? 0) - stood;
  expect(lost / 1000).toBeLessThanOrEqual(archive.archiveTimeoutSeconds + USUAL_PUSH);
});

test('verification passes over several lines of time, and finds a piece of the log that is gone', async () => {
  const sound = await run('sovra-archive-verify');
  expect(sound.log).toMatch(/wal start: 00000002/);
  expect(sound.ok).toBe(true);
  const pieces = store.keys('pgbackrest/archive/sovra/15-1/0000000100000000/').filter((key) => key.endsWith('.zst'));
  store.remove(pieces[Math.floor(pieces.length / 2)] as string);
  const gap = await run('sovra-archive-verify');
  expect(gap.ok).toBe(false);
  expect(gap.log).toContain('the log has a hole: archive and line of time 15-1 00000001');
});

test('a volume that is not empty is replaced only by words', async () => {
  await database.kill();
  expect(existsSync(join(database.claim, 'pgdata', 'postmaster.pid'))).toBe(true);
  const overwrite = 'I know that sovra is stopped and will be replaced';
  const done = await restore(database.claim, { target: { latest: true }, overwrite });
  expect(done.log).toContain('restore command end: completed successfully');
});
