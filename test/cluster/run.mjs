// Runs the real-server tests inside network, mount and process namespaces of their own.
//
//   node test/cluster/run.mjs [jest arguments]
//
// SOVRA_OPS_KEEP=1 keeps the files and logs of the servers and says where they are.
//
// - network: every pod and Service address is local to the namespace, ports collide with nothing outside, and no
//   packet leaves the machine;
// - mount: the tests own /etc/hosts (their stand-in for cluster DNS) and /run (names of the pods' networks);
// - process: whatever a test leaves behind ends with the run.
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const unshare = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];

// The ranges are those of network.ts. They go into the main table, so that the more specific route of a pod that
// has a network of its own wins; in the table "local", which is read first, they would hide it.
const setup = `
ip link set lo up
ip addr add 10.95.0.1/32 dev lo
ip route add local 10.244.0.0/16 dev lo table main
ip route add local 10.96.0.0/16 dev lo table main
echo 1 > /proc/sys/net/ipv4/ip_forward
mount -t tmpfs tmpfs /run
mount --bind "$1" /etc/hosts
shift
"$@"
`;

function requirePrograms() {
  for (const program of ['setpriv', 'unshare', 'nsenter', 'ip', 'chroot']) {
    if (spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0) {
      return `${program} is missing (Debian: apt-get install util-linux iproute2 coreutils)`;
    }
  }
  const probe = spawnSync('unshare', [...unshare, 'true'], { encoding: 'utf8' });
  if (probe.status === 0) return undefined;
  return `namespaces are not permitted here (run as root): ${probe.stderr.trim().split('\n')[0]}`;
}

function runTests(scratch, jestArguments) {
  const hosts = join(scratch, 'hosts');
  copyFileSync('/etc/hosts', hosts);
  const jest = [process.execPath, join(root, 'node_modules', 'jest', 'bin', 'jest.js')];
  const options = ['--selectProjects', 'cluster', '--runInBand'];
  const command = [...jest, ...options, ...jestArguments];
  const env = { ...process.env, SOVRA_OPS_CLUSTER_DIR: scratch };
  // unshare ends when this process does, however that happens, and --kill-child then ends everything inside. It takes
  // a SIGKILL: unshare holds back gentler signals while its child runs.
  const namespaces = ['--pdeathsig', 'KILL', 'unshare', ...unshare];
  const inside = ['sh', '-euc', setup, 'sh', hosts, ...command];
  const child = spawn('setpriv', [...namespaces, ...inside], { cwd: root, env, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill('SIGKILL'));
  return new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
}

async function main() {
  const missing = requirePrograms();
  if (missing) {
    console.error(`error: the real-server tests cannot run: ${missing}`);
    return 1;
  }
  // Built here, since there is no network inside.
  const build = spawnSync(process.execPath, [join(root, 'tools', 'build.mjs')], { stdio: 'inherit' });
  if (build.status !== 0) return 1;
  const scratch = mkdtempSync(join(tmpdir(), 'sovra-ops-run-'));
  try {
    return await runTests(scratch, process.argv.slice(2));
  } finally {
    if (process.env.SOVRA_OPS_KEEP) console.error(`files and logs of all servers: ${scratch}`);
    else rmSync(scratch, { recursive: true, force: true });
  }
}

process.exitCode = await main();
