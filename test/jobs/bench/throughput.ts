import type { JobResult } from '../pods';
import { fillMixed, makeDatabase } from './data';
import { load, MIB, median, mib, percent, print, printTable, seconds, timed } from './report';
import type { BenchWorld } from './world';

const DATABASE = 'sovra';
const BACKUP = 'sovra-backup-postgres';
/** As `lib/backup/postgres-task.ts` has them, but for the wait for a lock: here nobody holds one. */
const DUMP = 'pg_dump --format=custom --compress=0 --no-password';
const STORE = `restic backup --host bare --tag sovra-installation=sovra --tag postgres --stdin-filename sovra.dump`;
/** As `lib/backup/restore-scripts.ts` has them. */
const LOAD =
  'pg_restore --no-password --exit-on-error --single-transaction --no-owner --no-privileges --no-subscriptions --dbname=sovra';

const ALONE = 'pg_dump > /dev/null';

type Times = Map<string, number[]>;
const note = (times: Times, what: string, value: number) => times.set(what, [...(times.get(what) ?? []), value]);
const of = (times: Times, what: string) => median(times.get(what) ?? []);
/** What others do at the same time only ever adds: the best round is the nearest to what it costs by itself. */
const best = (times: Times, what: string) => Math.min(...(times.get(what) ?? []));
/** By the medians, and by the best rounds. */
const longer = (times: Times, what: string) => [
  percent(of(times, what) / of(times, 'bare')),
  percent(best(times, what) / best(times, 'bare')),
];
const taken = (times: Times, what: string) => [seconds(of(times, what)), seconds(best(times, what))];
const TAKEN = ['median', 'best'];
const LONGER = ['over bare, median', 'over bare, best'];
const cpu = (times: Times, what: string) => (times.has(`${what}: cpu`) ? seconds(of(times, `${what}: cpu`)) : '');

/** Everything side by side in each round, in turn first: what else the machine does hits both. */
export async function benchThroughput(world: BenchWorld, mebibytes: number, rounds: number): Promise<void> {
  const { database, bare } = world;
  await fillMixed(database, DATABASE, mebibytes);
  const writer = world.store.writer;
  const size = Number(await bare.shell(writer, database.backupRole, `${DUMP} | wc -c`));
  print(`## Throughput: a dump of ${mib(size)}, half of it text, half of it random bytes; ${rounds} rounds\n`);

  const times: Times = new Map();
  const alone = async () => {
    await take(times, ALONE, () => bare.shell(writer, database.backupRole, `${DUMP} > /dev/null`));
  };
  const backUpBare = async () => {
    await world.emptyRepository();
    const line = `${STORE} --stdin-from-command -- ${DUMP}`;
    await take(times, 'bare', () => bare.shell(writer, database.backupRole, line));
  };
  const backUpJob = async () => {
    await world.emptyRepository();
    noteJob(times, await take(times, 'job', () => world.run(BACKUP)), 'pg-dump');
  };
  for (let round = 0; round < rounds; round++) {
    await alone();
    for (const step of round % 2 === 0 ? [backUpBare, backUpJob] : [backUpJob, backUpBare]) await step();
    tell(`backup, round ${round + 1}`, times);
  }
  // The restore wants the snapshot of the job.
  if (rounds % 2 === 0) await backUpJob();
  const stored = world.repositorySize();

  const restores: Times = new Map();
  const empty = () => makeDatabase(database, DATABASE);
  const line = `restic dump --no-lock latest /sovra.dump | ${LOAD}`;
  const steps = [
    async () => {
      await empty();
      bare.forget();
      await take(restores, 'bare', () => bare.shell(writer, database.superuser, line));
    },
    async () => {
      await empty();
      noteJob(restores, await take(restores, 'job', () => world.restore('empty')), 'restore');
    },
    // What is there is what the last one restored.
    async () => {
      await take(restores, 'job, replacing', () => world.restore('full'));
    },
  ];
  for (let round = 0; round < rounds; round++) {
    for (const step of round % 2 === 0 ? steps : [...steps].reverse()) await step();
    tell(`restore, round ${round + 1}`, restores);
  }
  reportBackup(times, size, stored);
  reportRestore(restores, size);
}

const tell = (what: string, times: Times) =>
  process.stderr.write(
    `${what} (${load()}): ${[...times].map(([k, v]) => `${k} ${v.at(-1)?.toFixed(2)}`).join(', ')}\n`,
  );

async function take<T>(times: Times, what: string, work: () => Promise<T>): Promise<T> {
  const { seconds: taken, cpu, result } = await timed(work);
  note(times, what, taken);
  note(times, `${what}: cpu`, cpu);
  return result;
}

function noteJob(times: Times, { last, seconds: whole }: JobResult, main: string): void {
  for (const container of last.containers) note(times, `job: ${container.name}`, container.seconds);
  note(times, 'job: fixed', whole - last.container(main).seconds);
}

function reportBackup(times: Times, size: number, stored: number): void {
  const row = (what: string, key: string) => [
    what,
    ...taken(times, key),
    `${(size / MIB / best(times, key)).toFixed(1)} MiB/s`,
    ...longer(times, key),
    cpu(times, key),
  ];
  printTable([
    ['Backup, everything new', ...TAKEN, 'best, of the dump', ...LONGER, 'CPU time'],
    row('bare `restic backup … -- pg_dump`', 'bare'),
    row('the shipped Job, all its containers', 'job'),
    row('in it, the container `pg-dump`', 'job: pg-dump'),
    row('`pg_dump` alone, into nothing', ALONE),
  ]);
  const fixed = ['unlock', 'has-tables', 'restic-binary'].map((n) => `${n} ${seconds(of(times, `job: ${n}`))}`);
  print(`\nFixed cost of a Job: ${seconds(of(times, 'job: fixed'))} (${fixed.join(', ')}), whatever its size.`);
  print(`The repository then has ${mib(stored)}.\n`);
}

function reportRestore(times: Times, size: number): void {
  const row = (what: string, key: string) => [
    what,
    ...taken(times, key),
    `${((best(times, key) / size) * 2 ** 30).toFixed(1)} s/GiB`,
    ...longer(times, key),
    cpu(times, key),
  ];
  printTable([
    ['Restore', ...TAKEN, 'best, for each GiB', ...LONGER, 'CPU time'],
    row('bare `restic dump \\| pg_restore`, into an empty database', 'bare'),
    row('the shipped Job, all its containers, into an empty database', 'job'),
    row('in it, the container `restore`', 'job: restore'),
    row('the shipped Job, in the place of what is there', 'job, replacing'),
  ]);
  const fixed = ['guard', 'fetch', 'restic-binary'].map((n) => `${n} ${seconds(of(times, `job: ${n}`))}`);
  print(`\nFixed cost of a Job: ${seconds(of(times, 'job: fixed'))} (${fixed.join(', ')}), whatever its size.\n`);
}
