// What backups and restores cost, and how a repository grows. Started by tools/bench-backups.mjs, inside the namespaces of
// test/jobs/run.mjs.
import { cpus } from 'node:os';
import { benchGrowth } from './growth';
import { load, print } from './report';
import { benchThroughput } from './throughput';
import { benchWorld } from './world';

interface Arguments {
  readonly mebibytes: number;
  readonly rounds: number;
  readonly days: number;
}

/** Neither syncs nor vacuums by itself come in between; a log that is large enough for one restore. */
const SETTINGS = { autovacuum: 'off', max_wal_size: '8GB', shared_buffers: '256MB' };

async function main([mebibytes, rounds, days]: readonly number[]): Promise<void> {
  const given = { mebibytes, rounds, days } as Arguments;
  print(`${cpus().length} cores of ${cpus()[0]?.model.trim()}, ${load()} at the start\n`);
  if (given.rounds > 0) {
    const world = await benchWorld(SETTINGS);
    try {
      await benchThroughput(world, given.mebibytes, given.rounds);
    } finally {
      await world.stop();
    }
  }
  if (given.days > 0) await benchGrowth(SETTINGS, given.days);
}

main(process.argv.slice(2).map(Number)).catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
