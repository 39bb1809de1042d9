// Everything that `make test` runs, in the order in which a failure is cheapest to find. Goes on after a failure, ends
// with one line "N passed, N failed", and exits non-zero if anything failed or if no test ran.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const scratch = mkdtempSync(join(tmpdir(), 'sovra-ops-test-'));
const print = (line) => process.stdout.write(`${line}\n`);
let passed = 0;
let failed = 0;

function run(command, args, env = {}) {
  return spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } }).status === 0;
}

function step(title, work) {
  const started = Date.now();
  print(`\n== ${title}`);
  const ok = work();
  print(`== ${title}: ${ok ? 'ok' : 'FAILED'} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  return ok;
}

/** One check that passes or fails as a whole. */
function check(title, command, args) {
  const ok = step(title, () => run(command, args));
  if (ok) passed += 1;
  else failed += 1;
  return ok;
}

/** What a jest run counted; a run that breaks before it counts is one failure. */
function countsOf(report, ok) {
  let counts;
  try {
    counts = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    counts = { numPassedTests: 0, numFailedTests: 0, numFailedTestSuites: 1, numPendingTests: 0 };
  }
  // A skipped test must not read as a pass, a suite that cannot be loaded not as an empty one.
  const bad =
    counts.numFailedTests + counts.numPendingTests ||
    counts.numFailedTestSuites ||
    (ok && counts.numPassedTests > 0 ? 0 : 1);
  return { good: counts.numPassedTests, bad };
}

/** A process whose output is kept until it ends, so that two at once do not speak into each other. */
function quietly(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => said.push(data));
    child.on('error', (e) => resolve({ ok: false, said: String(e) }));
    child.on('close', (code) => resolve({ ok: code === 0, said: Buffer.concat(said).toString() }));
  });
}

/** Jest runs, all at the same time; their own counts are what is added up. */
async function jest(...runs) {
  await Promise.all(
    runs.map(async ({ title, command, args }, i) => {
      const report = join(scratch, `${i}-${title.replace(/\W+/g, '-')}.json`);
      const started = Date.now();
      const { ok, said } = await quietly(command, [...args, '--json', `--outputFile=${report}`]);
      const { good, bad } = countsOf(report, ok);
      passed += good;
      failed += bad;
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      print(`\n== ${title}\n${said}== ${title}: ${bad === 0 ? 'ok' : 'FAILED'} (${seconds} s)`);
    }),
  );
}

check('lint and format', 'npx', ['biome', 'check', '--error-on-warnings', '.']);
check('types', 'npx', ['tsc', '-p', 'tsconfig.json', '--noEmit']);
check('build', 'npx', ['tsc', '-p', 'tsconfig.build.json']);
check('synth', 'node', ['build/stacks/main.js']);
const tools = check('tools', 'node', ['tools/build.mjs']);
check('tools of Debian', 'node', ['tools/debian.mjs']);
// Each run of real servers has namespaces of its own. Most of them mostly wait, for alerts to be old enough to fire and for
// business hours to begin: the unit tests, which are the longest, use that time. The shortest of them makes room for the
// rest, so that nothing is left to do when the unit tests have ended.
const WAITING = ['stack', 'oncall', '(demo|cluster)'].map((name) => `/${name}\\.test`);
const servers = (title, ...args) => ({ title, command: 'node', args: ['test/cluster/run.mjs', ...args] });
print('\n== unit tests, and what waits on real servers ...');
const chain = async (...runs) => {
  for (const run of runs) await jest(run);
};
const jobs = { title: 'jobs that really run', command: 'node', args: ['test/jobs/run.mjs'] };
const telemetry = {
  title: 'logs and traces through a real collector',
  command: 'npx',
  args: ['jest', '--selectProjects=telemetry'],
};
const waiting = tools
  ? [
      chain(servers('real servers: the stack', `--testPathPatterns=${WAITING[0]}`)),
      chain(servers('real servers: who is told', `--testPathPatterns=${WAITING[1]}`), telemetry),
      chain(
        servers('real servers: the demo and a sample', `--testPathPatterns=${WAITING[2]}`),
        servers('real servers: all others', `--testPathIgnorePatterns=${WAITING.join('|')}`),
      ),
    ]
  : [];
// Servers have deadlines to keep, the unit tests have not.
await jest({
  title: 'unit tests',
  command: 'nice',
  args: ['-n', '10', 'npx', 'jest', '--selectProjects=unit', '--silent'],
});
await Promise.all(waiting);
// Alone: faults are injected at moments, and a machine that is busy with other things misses them.
if (tools) await jest(jobs);
rmSync(scratch, { recursive: true, force: true });
print(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
