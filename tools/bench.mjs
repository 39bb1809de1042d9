// What a synth costs: CPU time, wall time and peak memory of whole processes, run in turn so that a machine that changes
// its speed changes it for all. The floor is an empty cdk8s app; quote the ratios.
//
//   node tools/bench.mjs [RUNS]         HELM_CHART=/path/to/chart adds `helm template` of it, if helm is installed
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const runs = Number(process.argv[2] ?? 9);
const outdir = mkdtempSync(join(tmpdir(), 'sovra-ops-bench-'));
const print = (line) => process.stdout.write(`${line}\n`);

/** Loaded before the program: says at its end what the process has used. */
const meter = join(root, 'tools', 'bench', 'meter.cjs');

function measure(command, args) {
  const started = process.hrtime.bigint();
  const child = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    env: { ...process.env, CDK8S_OUTDIR: join(outdir, 'out') },
  });
  const wall = Number(process.hrtime.bigint() - started) / 1e6;
  if (child.status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${child.stderr}`);
  const { cpu, memory } = JSON.parse(child.output[3]?.toString() || '{}');
  return { wall, cpu, memory };
}

const deepPaths = ['apps/v1/deployment', 'batch/v1/cronJob', 'core/v1/configMap', 'core/v1/service'].map(
  (path) => `@pulumi/kubernetes/${path}`,
);
const node =
  (file, ...args) =>
  () =>
    measure(process.execPath, ['-r', meter, file, ...args]);
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Runs every program once, then all of them in turn; returns the medians. */
function compare(programs, count) {
  for (const [, run] of programs) run();
  const samples = new Map(programs.map(([name]) => [name, []]));
  for (let i = 0; i < count; i++) for (const [name, run] of programs) samples.get(name).push(run());
  return new Map(
    [...samples].map(([name, list]) => [
      name,
      {
        list,
        cpu: median(list.map((s) => s.cpu)),
        wall: median(list.map((s) => s.wall)),
        memory: median(list.map((s) => s.memory)),
      },
    ]),
  );
}

/** The median of the ratios pair by pair: a slow moment slows both of a pair. */
const ratio = (a, b, key) => median(a.list.map((s, i) => s[key] / b.list[i][key])).toFixed(2);

function row(name, r, floor) {
  const cells = [
    `${r.cpu.toFixed(0)} ms`,
    `${r.wall.toFixed(0)} ms`,
    `${r.memory.toFixed(0)} MiB`,
    `${ratio(r, floor, 'cpu')} x`,
  ];
  print(`${name.padEnd(44)}${cells.map((c) => c.padStart(12)).join('')}`);
}

print(`Node.js ${process.version}, medians of ${runs} runs\n`);
print(`${'program'.padEnd(44)}${['CPU', 'wall', 'peak memory', 'CPU/floor'].map((c) => c.padStart(12)).join('')}`);
const programs = [
  ['empty cdk8s app (the floor)', node('tools/bench/empty.cjs')],
  ['empty cdk8s app with cdk8s-plus-28', node('tools/bench/empty.cjs', 'plus')],
  ['default stack', node('build/stacks/main.js')],
  ['edge stack', node('build/stacks/main.js', 'edge')],
];
const results = compare(programs, runs);
const floor = results.get(programs[0][0]);
for (const [name, r] of results) row(name, r, floor);

print('\nloading, beside @pulumi/pulumi alone');
const loading = compare(
  [
    ['@pulumi/pulumi (the floor)', node('tools/bench/load.cjs', '@pulumi/pulumi')],
    ['sovra-ops', node('tools/bench/load.cjs', './build/lib/index.js')],
    ['sovra-ops/pulumi', node('tools/bench/load.cjs', './build/lib/pulumi/index.js')],
    ['@pulumi/kubernetes, whole', node('tools/bench/load.cjs', '@pulumi/kubernetes')],
    ['@pulumi/kubernetes, four deep paths', node('tools/bench/load.cjs', ...deepPaths)],
  ],
  runs,
);
for (const [name, r] of loading) row(name, r, loading.get('@pulumi/pulumi (the floor)'));

const chart = process.env.HELM_CHART;
if (chart && spawnSync('helm', ['version']).status === 0) {
  const times = Array.from({ length: runs }, () => measureForeign('helm', ['template', 'bench', chart]));
  print(`${`helm template ${chart}`.padEnd(44)}${`${median(times).toFixed(0)} ms`.padStart(12)}`);
} else print('helm template: not measured (no helm, or HELM_CHART names no chart)');

function measureForeign(command, args) {
  const before = process.resourceUsage();
  spawnSync(command, args, { stdio: 'ignore' });
  const after = process.resourceUsage();
  return (after.userCPUTime + after.systemCPUTime - before.userCPUTime - before.systemCPUTime) / 1e3;
}

print('\ngrowth with the number of edge nodes elsewhere, each probed at one address');
print(
  `${'edge nodes'.padEnd(12)}${['CPU', 'wall', 'peak memory', 'CPU above 10'].map((c) => c.padStart(14)).join('')}${'CPU per node above 10'.padStart(24)}`,
);
const sizes = [10, 100, 1000, 10000];
const growth = compare(
  sizes.map((n) => [n, node('tools/bench/edge-nodes.cjs', String(n))]),
  Math.min(3, runs),
);
const base = growth.get(10);
for (const [n, r] of growth) {
  const above = r.cpu - base.cpu;
  const cells = [
    `${r.cpu.toFixed(0)} ms`,
    `${r.wall.toFixed(0)} ms`,
    `${r.memory.toFixed(0)} MiB`,
    `${above.toFixed(0)} ms`,
  ];
  print(
    `${String(n).padEnd(12)}${cells.map((c) => c.padStart(14)).join('')}${(n === 10 ? '' : `${((above * 1e3) / (n - 10)).toFixed(0)} us`).padStart(24)}`,
  );
}
rmSync(outdir, { recursive: true, force: true });
