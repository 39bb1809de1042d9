import type { KubeObject } from '../../../lib/checks/model';
import { change, fillEvents, type Pattern } from './data';
import { load, mib, print, printTable } from './report';
import { type BenchWorld, benchWorld } from './world';

const DATABASE = 'sovra';
const MEBIBYTES = 64;
const BACKUPS_A_DAY = 2;
/** Sundays, as far as this calendar has any. */
const VERIFIED_EVERY = 7;
const TOLD = [1, 2, 5, 10, 20, 30];
const FIRST_DAY = Date.UTC(2026, 0, 1);

interface StoredSnapshot {
  readonly paths: readonly string[];
  readonly summary?: { readonly total_bytes_processed: number; readonly data_added_packed: number };
}

/** Each on servers of its own, at the same time: one run waits a good part of its time for a single core. */
export async function benchGrowth(settings: Readonly<Record<string, string>>, days: number): Promise<void> {
  print(
    `## Growth: a database of ${MEBIBYTES} MiB, ${BACKUPS_A_DAY} backups a day, before each one row in 100 changed and 3 in 1,000 new\n`,
  );
  const patterns: readonly Pattern[] = ['together', 'scattered'];
  const tables = await Promise.all(patterns.map((pattern) => grow(settings, days, pattern)));
  for (const [i, table] of tables.entries()) {
    print(
      patterns[i] === 'together'
        ? 'Changed rows stand side by side:\n'
        : 'Changed rows are scattered over the table:\n',
    );
    printTable(table);
    print();
  }
}

async function grow(settings: Readonly<Record<string, string>>, days: number, pattern: Pattern): Promise<string[][]> {
  const world = await benchWorld(settings);
  try {
    let rows = await fillEvents(world.database, DATABASE, MEBIBYTES);
    await world.emptyRepository();
    const table = [['Day', 'dump', 'added by one backup', 'repository', 'snapshots kept', 'as full compressed dumps']];
    for (let day = 1; day <= days; day++) {
      for (let n = 0; n < BACKUPS_A_DAY; n++) {
        const round = (day - 1) * BACKUPS_A_DAY + n + 1;
        rows = await change(world.database, DATABASE, { rows, round, pattern });
        await backUp(world, FIRST_DAY + ((day - 1) * 24 + (n * 24) / BACKUPS_A_DAY) * 3_600_000);
      }
      if (day % VERIFIED_EVERY === 0) await world.run('sovra-backup-verify');
      await world.run('sovra-backup-prune', withoutPause);
      process.stderr.write(`${pattern}, day ${day} (${load()}): ${mib(world.repositorySize())}\n`);
      if (TOLD.includes(day) || day === days) table.push([String(day), ...(await lineOf(world))]);
    }
    return table;
  } finally {
    await world.stop();
  }
}

/** The shipped job, and then its snapshot is moved to where it belongs in these thirty days. */
async function backUp({ run, bare, store }: BenchWorld, at: number): Promise<void> {
  const { log } = await run('sovra-backup-postgres');
  const [, id] = /snapshot ([0-9a-f]+) saved/.exec(log) ?? [];
  if (id === undefined) throw new Error(`no snapshot was saved\n${log}`);
  const time = new Date(at).toISOString().slice(0, 19).replace('T', ' ');
  await bare.restic(store.pruner, 'rewrite', '--new-time', time, '--forget', id);
}

/** Between its commands it leaves the repository to others for a minute; here are none. */
function withoutPause(job: KubeObject): KubeObject {
  const copy = structuredClone(job);
  const [container] = copy.spec.jobTemplate.spec.template.spec.containers;
  const pause = container.env.find((v: { name: string }) => v.name === 'PAUSE');
  if (pause === undefined) throw new Error('the pruner makes no pause any more: leave this out');
  pause.value = '0';
  return copy;
}

async function lineOf({ bare, store, database, repositorySize }: BenchWorld): Promise<string[]> {
  const all: StoredSnapshot[] = JSON.parse(await bare.restic(store.writer, 'snapshots', '--json', '--no-lock'));
  const dumps = all.filter(({ paths }) => paths[0] === '/sovra.dump');
  const size = (snapshot: StoredSnapshot | undefined) => snapshot?.summary?.total_bytes_processed ?? Number.NaN;
  const newest = dumps.at(-1);
  const gzipped = await bare.shell(store.writer, database.backupRole, 'pg_dump --format=custom --no-password | wc -c');
  const ratio = Number(gzipped) / size(newest);
  const whole = dumps.reduce((sum, dump) => sum + size(dump) * ratio, 0);
  const added = newest?.summary?.data_added_packed ?? Number.NaN;
  return [mib(size(newest)), mib(added), mib(repositorySize()), String(dumps.length), mib(whole)];
}
