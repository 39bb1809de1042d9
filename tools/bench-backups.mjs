// What the backup Jobs cost beside the bare tools, and how a repository grows in thirty simulated days. Everything is real
// and on this machine: PostgreSQL 15, restic, an S3 gateway with TLS, and the Jobs as they are synthesized. Under 15
// minutes on two cores; Linux and root.
//
//   node tools/bench-backups.mjs [MEBIBYTES] [ROUNDS] [DAYS]     1024 3 30; 0 rounds or 0 days leaves that part out
//
// Throughput: a dump of so many MiB, half text and half random bytes; in each round the bare tools and the shipped Job, in
// turn first, each into an empty repository, then restores of it into an empty database. The bare tools get the same
// binaries, options, servers and TLS. Times are medians; the CPU time is of the programs without the servers, and hardly
// depends on what else the machine does.
//
// Growth: two backups a day of a small database that changes in between; the snapshot of each is moved to its day with
// `restic rewrite`; each day the pruner runs as by default, each week the verification.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const DEFAULTS = { MEBIBYTES: 1024, ROUNDS: 3, DAYS: 30 };
const given = Object.entries(DEFAULTS).map(([name, normal], i) => {
  const text = process.argv[2 + i] ?? String(normal);
  if (!/^\d+$/.test(text)) throw new Error(`${name}: got "${text}"; allowed: a whole number, 0 or more`);
  return text;
});
const script = ['--script', join(root, 'test/jobs/bench/main.ts'), ...given];
const { status } = spawnSync(process.execPath, [join(root, 'test/jobs/run.mjs'), ...script], { stdio: 'inherit' });
process.exitCode = status ?? 1;
