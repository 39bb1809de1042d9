// Runs the tests of this folder in namespaces of their own, of network, mounts, processes and shared memory: servers listen
// on their natural ports, no packet leaves the machine, file systems that a test mounts are seen by nobody else, and whatever
// a test leaves behind ends with the run.
//
//   node test/jobs/run.mjs [jest arguments]
//   node test/jobs/run.mjs --script FILE.ts [its arguments]     a program instead of the tests
//
// SOVRA_OPS_KEEP=1 keeps the files and logs and says where they are.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const unshare = ['--net', '--mount', '--pid', '--ipc', '--fork', '--kill-child', '--mount-proc'];
const PROGRAMS = {
  ...{ unshare: 'util-linux', setpriv: 'util-linux', mount: 'mount', ip: 'iproute2', perl: 'perl-base' },
  ...{ bash: 'bash', openssl: 'openssl' },
};

/** Milliseconds after which a test counts as hanging: many times what the longest takes on a machine that is busy. */
const HANGS = 900_000;

function whatIsMissing() {
  for (const [program, debian] of Object.entries(PROGRAMS)) {
    if (spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0) {
      return `${program} is missing (Debian: apt-get install ${debian})`;
    }
  }
  const probe = spawnSync('unshare', [...unshare, 'true'], { encoding: 'utf8' });
  if (probe.status === 0) return undefined;
  return `namespaces are not permitted here (run as root): ${probe.stderr.trim().split('\n')[0]}`;
}

function commandOf([first, ...rest]) {
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  if (first === '--script') return [process.execPath, '-r', join(root, 'test/support/typescript.cjs'), ...rest];
  const given = first === undefined ? [] : [first, ...rest];
  return [process.execPath, jest, '--selectProjects=jobs', '--maxWorkers=2', `--testTimeout=${HANGS}`, ...given];
}

function runInside(scratch, command) {
  const env = { ...process.env, SOVRA_OPS_JOBS_DIR: scratch };
  // The shell stays as process 1 and takes in the dead: node would leave every orphan behind as a zombie, and with a thousand
  // of those each look at the processes takes longer than the time between two.
  const inside = ['sh', '-uc', 'ip link set lo up && "$@"; exit $?', 'sh', ...command];
  // Ends everything inside when this process ends, however that happens; it takes a SIGKILL.
  const args = ['--pdeathsig', 'KILL', 'unshare', ...unshare, ...inside];
  const child = spawn('setpriv', args, { cwd: root, env, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill('SIGKILL'));
  return new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
}

/** A script builds what else it needs itself, before it is started here. */
function needs(script) {
  const packages = ['debian.mjs', 'postgresql-15', 'pgbackrest', 'busybox-static', 'jq', 'zstd'];
  const programs = ['build.mjs', 'restic', 'versitygw'];
  const more = script ? [] : ['vault', 'rclone', 'pushgateway', 'etcd', 'kube-apiserver', 'kubectl'];
  return [
    [...packages, 'openssh-client', 'openssh-server'],
    [...programs, ...more],
  ];
}

async function main() {
  const missing = whatIsMissing();
  if (missing) {
    console.error(`error: the jobs cannot run: ${missing}`);
    return 1;
  }
  // Installed and built here, since there is no network inside.
  for (const [script, ...names] of needs(process.argv.includes('--script'))) {
    const made = spawnSync(process.execPath, [join(root, 'tools', script), ...names], { stdio: 'inherit' });
    if (made.status !== 0) return 1;
  }
  const scratch = mkdtempSync(join(tmpdir(), 'sovra-ops-jobs-'));
  // Servers that refuse to be root have their files below.
  chmodSync(scratch, 0o711);
  try {
    return await runInside(scratch, commandOf(process.argv.slice(2)));
  } finally {
    if (process.env.SOVRA_OPS_KEEP) console.error(`files and logs: ${scratch}`);
    else rmSync(scratch, { recursive: true, force: true });
  }
}

process.exitCode = await main();
