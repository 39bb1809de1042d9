import { readFileSync, statfsSync } from 'node:fs';
import type { CronJob } from 'kubernetes-types/batch/v1';
import { make } from '../backup/made';
import { waitFor } from '../cluster/wait';
import { type BackupWorld, backupWorld, nextSecond, PASSWORD, password, repository, sovra } from './backup-world';
import { alertsOfEvidence } from './fault-alerts';
import { RepositoryReader, runOutOfTime, type Snapshot, whileTruncated } from './fault-repository';
import { BACKUP_FAULTS } from './fault-table';
import { type JobResult, runJob } from './pods';
import type { Fault, JobOptions, RunningContainers } from './pods/types';
import { Gate } from './servers';

/** Every fault of the table, on the real parts: what the run says, what is in the repository afterwards, which alert tells. */
const POSTGRES = 'sovra-backup-postgres';
const VAULT = 'sovra-backup-vault-edge-1';
const PRUNE = 'sovra-backup-prune';
const VERIFY = 'sovra-backup-verify';
const DRILL = 'sovra-restore-drill';
const props = {
  pruner: { credentials: { secret: 'pruner-s3' }, keepVerified: 1 },
  verification: { readDataPercent: 100 },
} as const;
const COPY = '{source="postgres",host="sovra",path="/sovra.dump"}';
const TIME = `sovra_backup_snapshot_timestamp_seconds${COPY}`;
const SIZE = `sovra_backup_snapshot_bytes${COPY}`;
const VAULT_TIME =
  'sovra_backup_snapshot_timestamp_seconds{source="vault",host="sovra-edge-1",path="/staging/vault.snap"}';

let world: BackupWorld;
let reader: RepositoryReader;
/** The good snapshot that every fault has to leave alone, and what is in it. */
let good: { readonly snapshot: Snapshot; readonly hash: string; readonly bytes: number };
/** PostgreSQL says it after a start, and after a recovery. */
const READY = 'database system is ready to accept connections';
const evidence = () => reader.evidence(['sovra-edge-1']);
const sql = (text: string, database = 'sovra') => world.database.query(text, { database });

/** About 5 MB that no earlier dump holds. */
const refill = (seed: number, rows = 40_000) =>
  sql(`drop table if exists bulk;
    create table bulk as select n, decode(md5('${seed}a' || n) || md5('${seed}b' || n) || md5('${seed}c' || n) || md5('${seed}d' || n), 'hex') as b
      from generate_series(1, ${rows}) n`);

beforeAll(async () => {
  world = await backupWorld(props);
  reader = new RepositoryReader(world.store, PASSWORD);
  await refill(0);
  await Promise.all([world.run(POSTGRES), world.run(VAULT)]);
  const snapshot = (await reader.snapshots()).find((s) => s.tags.includes('postgres')) as Snapshot;
  good = { snapshot, hash: await reader.hashOf(snapshot), bytes: (await evidence())[SIZE] as number };
});
afterAll(() => world?.stop());

/** The Job as it is synthesized, with its secrets. */
const jobOf = (name: string, more: JobOptions = {}, job = world.job(name)): Promise<JobResult> =>
  runJob(job, { ...world.options, ...more, secrets: { ...world.options.secrets, ...more.secrets } });
const once: JobOptions = { backoffLimit: 0 };
const attempt = (name: string, more: JobOptions = {}) => jobOf(name, { ...once, ...more });

interface HeldUp {
  readonly container: string;
  /** @default restic is there */
  readonly when?: Fault['when'];
  readonly heldUp: (pod: RunningContainers) => boolean;
}
const BEGINS = { process: /restic / };
/** The fault of the store has met somebody, who has tried again. */
const metTwice = () => world.store.struck > 1;
/** The store is well again after that. */
const healed = async () => {
  await waitFor('the fault to meet somebody who tries again', metTwice, { interval: 20 });
  world.store.fault(undefined);
};

/**
 * A run that does not get on. Its time is up a while after what holds it up has come to pass, and not so many seconds after it
 * began: a slow machine would not have come that far.
 */
async function atItsDeadline(
  { container, when = BEGINS, heldUp }: HeldUp,
  volumeSizes: JobOptions['volumeSizes'] = {},
): Promise<JobResult> {
  const action = async (pod: RunningContainers) => {
    await waitFor('what holds the run up', () => heldUp(pod), { interval: 20 });
    await runOutOfTime(pod);
  };
  const done = await attempt(POSTGRES, { volumeSizes, faults: [{ container, when, action }] });
  expect([done.reason, done.last.reason]).toEqual(['DeadlineExceeded', 'DeadlineExceeded']);
  // It is this step that stands still, and not the way there.
  expect(done.last.containers.at(-1)?.name).toBe(container);
  return done;
}

/** The job with one word of its command, or one variable of its last container, replaced. */
function changed(name: string, replace: Readonly<Record<string, string>>) {
  const job = structuredClone(world.job(name)) as unknown as CronJob;
  const [container] = job.spec?.jobTemplate.spec?.template.spec?.containers ?? [];
  if (!container) throw new Error('no container');
  const { command = [] } = container;
  container.command = command.map((word, i) => replace[command[i - 1] ?? ''] ?? word);
  container.env = container.env?.map((e) => ({ ...e, ...(e.name in replace && { value: replace[e.name] }) }));
  return job as unknown as ReturnType<BackupWorld['job']>;
}

/** In the largest table; what is left of it is more than the connection holds on its way. */
const MID_DUMP = 20_000_000;

/**
 * A dump of 70 MB, which PostgreSQL keeps as almost nothing. When it has given a part of that, it is held back, and something
 * happens: what, is there to be looked at for as long as that takes.
 */
async function inMidDump(happens: (pod: RunningContainers, backend: number) => unknown, more: JobOptions = once) {
  await sql(`create table wide as select repeat(md5(n::text), 300000) as t from generate_series(1, 7) n`);
  const gate = await Gate.start(world.database);
  const dump = gate.hold(MID_DUMP);
  const action = async (pod: RunningContainers) => {
    try {
      await waitFor('the dump to be in the middle', () => dump.came);
      const backend = await waitFor('the dump to be in its largest table', async () => {
        const [[pid] = []] = await sql(
          `select pid from pg_stat_activity where usename = '${world.database.backupRole.user}' and query like 'COPY public.wide%'`,
        );
        return pid === undefined ? undefined : Number(pid);
      });
      await happens(pod, backend);
    } finally {
      dump.letGo();
    }
  };
  const hosts = { ...world.options.hosts, ...gate.hosts };
  try {
    return await jobOf(POSTGRES, {
      ...{ ...more, hosts },
      faults: [{ container: 'pg-dump', when: { process: /^pg_dump / }, action }],
    });
  } finally {
    await gate.stop();
    await sql('drop table wide');
  }
}

/** A pruner at work; `then` is called when it has the repository to itself, and writes what it has tagged. */
async function prune(then: (pod: RunningContainers) => unknown, env: Readonly<Record<string, string>> = {}) {
  const tagging = world.store.hold('PUT', /\/snapshots\//);
  const action = async (pod: RunningContainers) => {
    try {
      await waitFor('the pruner to write', () => tagging.came);
      expect(world.store.keys('locks/')).toHaveLength(1);
      await then(pod);
    } finally {
      tagging.letGo();
    }
  };
  const faults = [{ container: 'prune', when: { process: /^restic tag / }, action }];
  try {
    return await jobOf(PRUNE, { ...once, faults }, changed(PRUNE, { PAUSE: '0', ALONE: '600', ...env }));
  } finally {
    // Nobody may have come: then it is not there for whoever comes next.
    tagging.letGo();
  }
}

/** Its lock stays behind. */
async function killPruner() {
  if (world.store.keys('locks/').length > 0) return;
  const killed = await prune((pod) => pod.signal('SIGKILL', 'prune'));
  expect(killed.last.container('prune').exitCode).toBe(137);
  expect(world.store.keys('locks/')).toHaveLength(1);
}

/** The largest object that only the newest dump needs. */
let pack: string | undefined;
async function newPack() {
  if (pack !== undefined) return;
  const before = world.store.keys('data/');
  await refill(1);
  await world.run(POSTGRES);
  const added = world.store.keys('data/').filter((key) => !before.includes(key));
  pack = added.sort((a, b) => world.store.size(b) - world.store.size(a))[0];
}
const truncated = (job: string, more?: JobOptions) => ({
  arrange: newPack,
  run: () => whileTruncated(world.store, pack as string, () => attempt(job, more)),
});

interface Case {
  /** Before the repository is looked at. */
  readonly arrange?: () => Promise<unknown>;
  readonly run: () => Promise<JobResult>;
}
const CASES: Readonly<Record<string, Case | (() => Promise<JobResult>)>> = {
  'pg-dump-killed': () => inMidDump((pod) => pod.signal('SIGKILL', 'pg-dump', /^pg_dump /)),
  'postgres-killed': () =>
    inMidDump(async (_, backend) => {
      const starts = () => readFileSync(world.database.logFile, 'utf8').split(READY).length;
      const before = starts();
      process.kill(backend, 'SIGKILL');
      // All of its sessions are ended, and it recovers, before the pod hears of it.
      await waitFor('PostgreSQL to recover', () => starts() > before);
      await waitFor('PostgreSQL to answer', () => sql('select 1'));
    }, {}),
  'database-down': async () => {
    await world.database.stop();
    try {
      return await attempt(POSTGRES);
    } finally {
      await world.database.start();
    }
  },
  'database-shrunk': async () => {
    await sql('drop table bulk');
    try {
      return await attempt(POSTGRES);
    } finally {
      await refill(2);
    }
  },
  'repository-password': () => attempt(POSTGRES, { secrets: { backup: { password: 'another one' } } }),
  'database-password': () => {
    const { user } = world.database.backupRole;
    return attempt(POSTGRES, {
      secrets: { 'sovra-secrets': { 'database.username': user, 'database.password': 'another one' } },
    });
  },
  'vault-token': () => attempt(VAULT, { secrets: { 'vault-snapshot': { token: 'hvs.anotherone' } } }),
  'vault-sealed': async () => {
    await world.vault.seal();
    try {
      return await attempt(VAULT);
    } finally {
      await world.vault.unseal();
    }
  },
  'staging-full': () => attempt(VAULT, { volumeSizes: { staging: '8Ki' } }),
  'tmp-full': {
    // Far more than restic reads ahead of what it packs: had it read all, it would say what is wrong and end.
    arrange: () => refill(3, 240_000),
    run: async () => {
      try {
        const heldUp = (pod: RunningContainers) => statfsSync(pod.folder('tmp')).bavail === 0;
        return await atItsDeadline({ container: 'pg-dump', heldUp }, { tmp: '256Ki' });
      } finally {
        await refill(3);
      }
    },
  },
  'cache-full': () => {
    const said = { when: { output: /no space left on device/ }, heldUp: () => true };
    return atItsDeadline({ container: 'pg-dump', ...said }, { cache: '8Ki' });
  },
  'store-denies': () => {
    world.store.fault({ kind: 'deny' });
    return attempt(POSTGRES);
  },
  'store-down': async () => {
    const before = world.store.requests.length;
    world.store.fault({ kind: 'down' });
    const done = await atItsDeadline({ container: 'unlock', heldUp: metTwice });
    // Nobody else is answered either, the one who looks for evidence among them.
    expect(world.store.requests.slice(before)).toEqual([]);
    return done;
  },
  'store-back': () => {
    world.store.fault({ kind: 'down' });
    return attempt(POSTGRES, { faults: [{ when: BEGINS, action: healed }] });
  },
  'store-cuts': {
    arrange: () => refill(4),
    run: async () => {
      world.store.fault({ kind: 'cut', afterBytes: 500_000 });
      return atItsDeadline({ container: 'pg-dump', heldUp: metTwice });
    },
  },
  'store-cuts-once': {
    arrange: () => refill(5),
    run: () => {
      world.store.fault({ kind: 'cut', afterBytes: 500_000 });
      return attempt(POSTGRES, { faults: [{ container: 'pg-dump', when: BEGINS, action: healed }] });
    },
  },
  'store-slow': {
    arrange: () => refill(6),
    run: async () => {
      world.store.fault({ kind: 'slow', bytesPerSecond: 100_000 });
      const uploading = () => world.store.uploaded > 200_000;
      return atItsDeadline({ container: 'pg-dump', heldUp: uploading });
    },
  },
  'object-truncated-verify': truncated(VERIFY),
  'object-truncated-prune': truncated(PRUNE),
  'object-truncated-drill': truncated(DRILL, { volumeSizes: { scratch: '1Gi' } }),
  'lock-fresh': {
    arrange: killPruner,
    run: async () => {
      const done = await jobOf(POSTGRES, once, changed(POSTGRES, { '--retry-lock': '2s' }));
      expect(done.last.container('unlock').exitCode).toBe(0);
      expect(done.last.container('pg-dump').exitCode).toBe(11);
      return done;
    },
  },
  'lock-stale': {
    arrange: async () => {
      await killPruner();
      await reader.ageLock(31);
    },
    run: () => attempt(POSTGRES),
  },
  'two-writers': async () => {
    const [done, other] = await Promise.all([attempt(POSTGRES), attempt(VAULT)]);
    expect(other.ok).toBe(true);
    return done;
  },
  'pruner-holds': async () => {
    const done = await prune((pod) => pod.signal('SIGSTOP', 'prune', /^restic tag /), { ALONE: '8' });
    expect(world.store.keys('locks/')).toEqual([]);
    return done;
  },
  'pruner-beside': async () => {
    let backup: Promise<JobResult> | undefined;
    const pruned = await prune(async (pruner) => {
      pruner.signal('SIGSTOP', 'prune', /^restic tag /);
      const waits = { container: 'pg-dump', when: { output: /already locked/ } };
      const goOn = () => pruner.signal('SIGCONT', 'prune', /^restic tag /);
      backup = attempt(POSTGRES, { faults: [{ ...waits, action: goOn }] });
    });
    const done = await (backup as Promise<JobResult>);
    expect(pruned.ok).toBe(true);
    return done;
  },
  evicted: async () => {
    const done = await inMidDump((pod) => pod.evict(), {});
    expect(done.attempts.map(({ reason }) => reason)).toEqual(['Evicted', undefined]);
    return done;
  },
};

const rows = BACKUP_FAULTS.filter(({ proof }) => proof === undefined);
test('every row has a case, and every case a row', () => {
  expect(Object.keys(CASES).sort()).toEqual(rows.map(({ id }) => id).sort());
});

let shrunk: number | undefined;
test.each(rows.map((row) => [row.id, row] as const))('%s', async (id, row) => {
  const given = CASES[id] as Case | (() => Promise<JobResult>);
  const { arrange, run }: Case = typeof given === 'function' ? { run: given } : given;
  await arrange?.();
  // What is new is told by whole seconds.
  if (row.outcome === 'recovers') await nextSecond();
  const [before, had] = [await evidence(), (await reader.snapshots()).map((s) => s.id)];
  let done: JobResult;
  try {
    done = await run();
  } finally {
    world.store.fault(undefined);
    // As if half an hour had passed: nobody is at the repository, and locks are those of the dead.
    if (id !== 'lock-fresh') for (const lock of world.store.keys('locks/')) world.store.remove(lock);
  }
  expect({ ok: done.ok, log: done.log }).toEqual({
    ok: row.outcome === 'recovers',
    log: expect.stringContaining(row.log ?? ''),
  });

  const source = row.job === VAULT ? 'vault' : 'postgres';
  // One that was tagged has another id, and says which it was.
  const added = (await reader.snapshots()).filter((s) => !had.includes(s.id) && s.original === undefined);
  expect(added.filter((s) => s.tags.includes(source))).toHaveLength(row.outcome === 'recovers' ? 1 : 0);
  expect(await reader.hashOf(good.snapshot)).toBe(good.hash);
  const newest = added.find((s) => s.tags.includes('postgres'));
  if (newest) await reader.hashOf(newest);

  const after = await evidence();
  const stays = (series: string) => after[series] === before[series];
  const shrank = newest !== undefined && (after[SIZE] as number) < good.bytes / 2;
  if (shrank) shrunk = after[SIZE];
  const fires = [
    ...(done.ok ? [] : ['ScheduledTaskFailed']),
    ...(row.job === VAULT && stays(VAULT_TIME) ? ['BackupStale'] : []),
    ...(row.job.startsWith(POSTGRES) && stays(TIME) ? ['BackupStale'] : []),
    ...(row.job === VERIFY && stays('sovra_backup_verification_timestamp_seconds') ? ['BackupVerificationLate'] : []),
    ...(row.job === DRILL && stays('sovra_restore_drill_timestamp_seconds{source="postgres"}')
      ? ['RestoreDrillLate']
      : []),
    ...(shrank ? ['BackupShrank'] : []),
  ];
  // Whoever looks for evidence is as blind as the job: shown by the case itself.
  expect(row.alerts.filter((alert) => alert !== 'BackupEvidenceMissing')).toEqual(fires);
});

test('the shipped alerts fire on what the evidence said: no new dump, and one that has shrunk', () => {
  expect(shrunk).toBeGreaterThan(0);
  const { objects } = make({ sovra, repository, password, ...props });
  expect(alertsOfEvidence(objects, { time: TIME, size: SIZE }, { good: good.bytes, shrunk })).toMatch(/SUCCESS/);
});
