// Everything that `make test` runs, in the order in which a failure is cheapest to find. Goes on after a failure, ends
// with one line "N passed, N failed", and exits non-zero if anything failed or if no test ran.
import { spawnSync } from 'node:child_process';
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

/** A jest run: its own counts are what is added up; a run that breaks before it counts is one failure. */
function jest(title, command, args) {
  const report = join(scratch, `${title.replace(/\W+/g, '-')}.json`);
  step(title, () => {
    const ok = run(command, [...args, '--json', `--outputFile=${report}`]);
    let counts;
    try {
      counts = JSON.parse(readFileSync(report, 'utf8'));
    } catch {
      counts = { numPassedTests: 0, numFailedTests: 0, numFailedTestSuites: 1, numPendingTests: 0 };
    }
    passed += counts.numPassedTests;
    // A skipped test must not read as a pass, a suite that cannot be loaded not as an empty one.
    const bad =
      counts.numFailedTests + counts.numPendingTests ||
      counts.numFailedTestSuites ||
      (ok && counts.numPassedTests > 0 ? 0 : 1);
    failed += bad;
    return bad === 0;
  });
}

check('lint and format', 'npx', ['biome', 'check', '--error-on-warnings', '.']);
check('types', 'npx', ['tsc', '-p', 'tsconfig.json', '--noEmit']);
check('build', 'npx', ['tsc', '-p', 'tsconfig.build.json']);
check('synth', 'node', ['build/stacks/main.js']);
const tools = check('tools', 'node', ['tools/build.mjs']);
jest('unit tests', 'npx', ['jest', '--selectProjects', 'unit', '--silent']);
if (tools) jest('real servers', 'node', ['test/cluster/run.mjs']);
rmSync(scratch, { recursive: true, force: true });
print(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
