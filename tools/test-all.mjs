// Everything that `make test` runs, in the order in which a failure is cheapest to find. Goes on after a failure, ends
// with one line "N passed, N failed", and exits non-zero if anything failed or if no test ran.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { settle, sum, toHearAgain, verdictsOf } from './test/verdicts.cjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const scratch = mkdtempSync(join(tmpdir(), 'sovra-ops-test-'));
const print = (line) => process.stdout.write(`${line}\n`);

/**
 * A process. What it says is kept until it ends, so that two at once do not speak into each other; `output: 'inherit'` shows
 * it at once, of one that may take half an hour.
 */
function start(command, args, output = 'pipe') {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', output, output] });
    const said = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => said.push(data));
    child.on('error', (e) => resolve({ ok: false, said: String(e) }));
    child.on('close', (code) => resolve({ ok: code === 0, said: Buffer.concat(said).toString() }));
  });
}

/** Runs a program, prints what it said, and returns what `judge` makes of how it ended. */
async function step({ title, command, args, output }, judge) {
  const started = Date.now();
  const { ok, said } = await start(command, args, output);
  const verdicts = judge(ok);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  print(`\n== ${title}\n${said}== ${title}: ${sum(verdicts, 'failed') === 0 ? 'ok' : 'FAILED'} (${seconds} s)`);
  return verdicts;
}

const checks = [];

/** One check that passes or fails as a whole. */
async function check(title, command, args, output) {
  const [verdict] = await step({ title, command, args, output }, (ok) => [
    { file: undefined, passed: ok ? 1 : 0, failed: ok ? 0 : 1 },
  ]);
  checks.push(verdict);
  return verdict.failed === 0;
}

function reportIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

let reports = 0;

/** One run of jest, and what it said of each of its files. */
function hear({ title, command, args, filter = [] }) {
  const file = join(scratch, `${reports++}.json`);
  const all = [...args, ...filter, '--json', `--outputFile=${file}`];
  return step({ title, command, args: all }, (ok) => verdictsOf({ report: reportIn(file), ok, root }));
}

const ran = [];

/** A run of jest that shares the machine with others. */
async function jest(run) {
  ran.push({ run, heard: await hear(run) });
}

await check('lint and format', 'npx', ['biome', 'check', '--error-on-warnings', '.']);
await Promise.all([
  check('types', 'npx', ['tsc', '-p', 'tsconfig.json', '--noEmit']),
  check('build', 'npx', ['tsc', '-p', 'tsconfig.build.json']),
]);
await check('synth', 'node', ['build/stacks/main.js']);
const tools = await check('tools', 'node', ['tools/build.mjs'], 'inherit');
await check('tools of Debian', 'node', ['tools/debian.mjs']);
// Each run of real servers has namespaces of its own. Most of them mostly wait, for alerts to be old enough to fire and for
// business hours to begin: the unit tests, which are the longest, use that time.
const WAITING = ['stack', 'oncall', '(demo|cluster)'].map((name) => `/${name}\\.test`);
const servers = (title, ...filter) => ({ title, command: 'node', args: ['test/cluster/run.mjs'], filter });
print('\n== unit tests, and what waits on real servers ...');
const chain = async (...runs) => {
  for (const run of runs) await jest(run);
};
// Faults of jobs wait for what they are about, at any speed: what has deadlines goes first.
const jobs = { title: 'jobs that really run', command: 'nice', args: ['-n', '5', 'node', 'test/jobs/run.mjs'] };
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
      jest(jobs),
    ]
  : [];
// Servers have deadlines to keep, the unit tests have not. They take all that is left, also when the servers have ended.
await jest({
  title: 'unit tests',
  command: 'nice',
  args: ['-n', '10', 'npx', 'jest', '--selectProjects=unit', '--silent', '--maxWorkers=100%'],
});
await Promise.all(waiting);

// Servers that share two cores with the unit tests can miss a moment that a test looks at. What fails for that passes alone;
// what is broken fails again. Both are printed.
const first = [...checks, ...ran.flatMap(({ heard }) => heard)];
const again = toHearAgain(first);
const second = [];
for (const { run, heard } of ran) {
  for (const { file } of heard.filter((v) => again.includes(v.file))) {
    const filter = [`--testPathPatterns=/${file.replace(/[.]/g, '\\.')}$`];
    second.push(...(await hear({ ...run, title: `again, alone: ${file}`, filter })));
  }
}
const verdicts = settle(first, second);
rmSync(scratch, { recursive: true, force: true });

const list = (title, some) => some.length > 0 && print(`\n${title}\n  ${some.map(({ file }) => file).join('\n  ')}`);
const failed = verdicts.filter((v) => v.failed > 0);
list(
  'Failed:',
  failed.filter(({ file }) => file),
);
list(
  'Failed at first, beside others, and passed alone (its first failure is above):',
  second.filter((v) => !failed.includes(v)),
);
print(`\n${sum(verdicts, 'passed')} passed, ${sum(verdicts, 'failed')} failed`);
process.exitCode = failed.length === 0 && sum(verdicts, 'passed') > 0 ? 0 : 1;
