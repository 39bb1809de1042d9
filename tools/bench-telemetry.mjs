// What the agent's configuration costs beside the collector's own pass-through, and what a back end that is away for ten
// minutes costs. Figures go to docs/telemetry.md.
//
//   node tools/bench-telemetry.mjs                 both
//   node tools/bench-telemetry.mjs throughput      lines a second of one core, ours beside the pass-through, in one run;
//                                                  fails where ours is slower than half of it
//   node tools/bench-telemetry.mjs outage [min]    the back end away for so many minutes (10)
import { execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const load = (path) => createRequire(import.meta.url)(join(here, '..', 'build', 'lib', path));
const { agentConfig } = load('telemetry/agent-config.js');
const { COLLECTOR_FEATURE_GATES, goEnvironment, MEMORY_MIB } = load('telemetry/collector.js');
const { toYaml } = load('yaml.js');
const program = execFileSync(process.execPath, [join(here, 'build.mjs'), '--path', 'otel-collector'], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
}).trim();

const LINES = 100_000;
const ROUNDS = 5;
/** Of the pass-through's lines a second, what ours has to reach. */
const SHARE = 0.5;
const PORTS = { sink: 24318, telemetry: 28888, health: 23133 };
const print = (line) => process.stdout.write(`${line}\n`);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

const MESSAGES = [
  'request completed',
  'policy evaluated',
  'key rotated',
  'audit event delivered',
  'edge heartbeat received',
];
const hex = (i, digits) =>
  (BigInt(i + 1) * 0x9e3779b97f4a7c15n * 0xd1b54a32d192ed03n).toString(16).padStart(digits, 'a').slice(-digits);

/** A line as Sovra writes it; one in twenty has a field that is dropped, one in fifty a text that has to be masked. */
function line(i, more = {}) {
  return JSON.stringify({
    level: i % 50 ? 'info' : 'warn',
    time: '2026-11-24T10:00:00.123Z',
    msg: MESSAGES[i % MESSAGES.length],
    component: ['api-gateway', 'policy', 'keys', 'federation'][i % 4],
    request_id: `${hex(i, 8)}-1c2d-4e3f-8a9b-${hex(i * 7, 12)}`,
    trace_id: hex(i, 32),
    span_id: hex(i * 3, 16),
    method: i % 2 ? 'POST' : 'GET',
    path: '/v1/keys/{id}/rotate',
    status: i % 50 ? 200 : 503,
    duration_ms: (i % 1000) / 10,
    ...(i % 20 === 0 ? { user_id: `user-${i}` } : {}),
    ...(i % 50 === 0 ? { error: `dial tcp 10.0.3.${i % 250}:5432: connect: connection refused` } : {}),
    ...more,
  });
}
const head = (i) => `${new Date(1_795_514_400_000 + i).toISOString().replace('Z', '123456Z')} stdout F `;

/** A back end; `take` gets each body. */
function sink(take) {
  const state = { status: 200 };
  const server = createServer((request, response) => {
    const parts = [];
    request.on('data', (d) => parts.push(d));
    request.on('end', () => {
      if (state.status === 200 && request.url.endsWith('/v1/logs')) take(Buffer.concat(parts));
      response.writeHead(state.status, { 'content-type': request.headers['content-type'] });
      response.end(request.headers['content-type'] === 'application/json' ? '{}' : '');
    });
  });
  return new Promise((done) => server.listen(PORTS.sink, '127.0.0.1', () => done({ server, state })));
}

const scratch = () => mkdtempSync(join(tmpdir(), 'sovra-ops-bench-telemetry-'));
const url = `http://127.0.0.1:${PORTS.sink}`;

/** Our configuration on this machine's addresses. */
function ours(dir, exporter = {}) {
  const config = JSON.parse(
    JSON.stringify(
      agentConfig({
        lokiEndpoint: url,
        remoteWriteEndpoint: `${url}/write`,
        storagePath: join(dir, 'storage'),
        podLogsPath: join(dir, 'pods'),
      }),
    ),
  );
  Object.assign(config.service.telemetry.metrics.readers[0].pull.exporter.prometheus, {
    host: '127.0.0.1',
    port: PORTS.telemetry,
  });
  config.extensions.health_check.endpoint = `127.0.0.1:${PORTS.health}`;
  Object.assign(config.exporters.otlp_http, exporter);
  return config;
}

/** The same reader, queue and exporter, with the collector's own operators between them and nothing of ours. */
function own(dir, operators) {
  const config = ours(dir);
  return {
    extensions: config.extensions,
    receivers: { file_log: { ...config.receivers.file_log, operators } },
    exporters: { otlp_http: config.exporters.otlp_http },
    service: {
      ...config.service,
      pipelines: { logs: { receivers: ['file_log'], processors: [], exporters: ['otlp_http'] } },
    },
  };
}

/** What the container runtime wrote, byte for byte: no time, no stream, and lines that were cut stay cut. */
const bytes = (dir) => own(dir, []);
/** The collector's own reading of containers' files: time, stream, cut lines put together, pod and container; the text as it is. */
const CONTAINER = { type: 'container', format: 'containerd' };
const passThrough = (dir) => own(dir, [CONTAINER]);
/** The same with what the collector has for JSON: all fields, the level, the message. */
const ownJson = (dir) =>
  own(dir, [
    CONTAINER,
    { type: 'json_parser', parse_from: 'body', parse_to: 'attributes', severity: { parse_from: 'attributes.level' } },
    { type: 'move', from: 'attributes.msg', to: 'body' },
  ]);

/** The same records, read into the same fields, with nothing looked at, taken out or counted. */
function fieldsOnly(dir) {
  const config = ours(dir);
  const { receivers, processors } = config.service.pipelines.logs;
  return {
    extensions: config.extensions,
    receivers: config.receivers,
    processors: Object.fromEntries(Object.entries(config.processors).filter(([name]) => UNLOOKED.includes(name))),
    exporters: { otlp_http: config.exporters.otlp_http },
    service: {
      ...config.service,
      pipelines: {
        logs: { receivers, processors: processors.filter((name) => UNLOOKED.includes(name)), exporters: ['otlp_http'] },
      },
    },
  };
}
const UNLOOKED = ['memory_limiter', 'transform/parse', 'filter/unwanted'];

async function start(dir, config) {
  const file = join(dir, 'config.yaml');
  writeFileSync(file, toYaml(config));
  const child = spawn(program, [`--config=${file}`, `--feature-gates=${COLLECTOR_FEATURE_GATES}`], {
    stdio: 'ignore',
    env: { ...process.env, ...goEnvironment(MEMORY_MIB.agent.limit), POD_NAME: 'bench' },
  });
  while (
    !(await fetch(`http://127.0.0.1:${PORTS.health}/`).then(
      (r) => r.ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null) throw new Error('the collector ended');
    await sleep(50);
  }
  return child;
}

async function stop(child) {
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  await ended;
}

function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
const peakMiB = (pid) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

/** Without what is mapped from the queue's file: the kernel takes that back when the limit is near. */
const ownMiB = (pid) => Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

async function metric(name) {
  const text = await (await fetch(`http://127.0.0.1:${PORTS.telemetry}/metrics`)).text();
  return [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))].reduce((a, m) => a + Number(m[1]), 0);
}

const podFile = (dir) => {
  const folder = join(
    dir,
    'pods',
    'sovra_sovra-api-gateway-7d9c5b6f4-x2x9z_0f8fad5b-d9cb-469f-a165-70867728950e',
    'api',
  );
  mkdirSync(folder, { recursive: true });
  return join(folder, '0.log');
};

/** CPU time from the first line to the last, without that of starting. */
async function measure(make, text) {
  const dir = scratch();
  const child = await start(dir, make(dir));
  await sleep(500);
  const before = cpuSeconds(child.pid);
  writeFileSync(podFile(dir), text);
  while ((await metric('otelcol_exporter_sent_log_records_total')) < LINES) await sleep(100);
  const cpu = cpuSeconds(child.pid) - before;
  const peak = peakMiB(child.pid);
  await stop(child);
  rmSync(dir, { recursive: true, force: true });
  return { rate: LINES / cpu, peak };
}

async function throughput() {
  const { server } = await sink(() => {});
  const text = Array.from({ length: LINES }, (_, i) => `${head(i)}${line(i)}\n`).join('');
  const kinds = [
    ['bytes of the file', bytes],
    ['pass-through', passThrough],
    ['with its own JSON', ownJson],
    ['ours, unlooked', fieldsOnly],
    ['ours', ours],
  ];
  const runs = new Map(kinds.map(([name]) => [name, []]));
  for (let i = 0; i < ROUNDS; i++) {
    for (const [name, make] of kinds) runs.get(name).push(await measure(make, text));
  }
  server.close();
  const rate = (name) => median(runs.get(name).map((r) => r.rate));
  const per = Math.round(Buffer.byteLength(text) / LINES);
  print(`throughput: ${LINES} lines of ${per} bytes, ${ROUNDS} rounds, medians`);
  for (const [name] of kinds) {
    const peak = Math.round(Math.max(...runs.get(name).map((r) => r.peak)));
    print(`  ${name.padEnd(20)}${Math.round(rate(name))} lines/s of one core, at most ${peak} MiB`);
  }
  const share = (name) => rate('ours') / rate(name);
  for (const [name] of kinds.slice(0, -1)) print(`  ours is at ${share(name).toFixed(2)} of: ${name}`);
  if (share('pass-through') < SHARE) {
    print(`  ours is slower than ${SHARE} of the pass-through`);
    process.exitCode = 1;
  }
}

async function outage(minutes) {
  const RATE = 1000;
  const seen = new Map();
  const { server, state } = await sink((body) => {
    for (const [, n] of body.toString().matchAll(/"seq","value":\{"\w+Value":"?(\d+)/g))
      seen.set(n, (seen.get(n) ?? 0) + 1);
  });
  const dir = scratch();
  const file = podFile(dir);
  const child = await start(dir, ours(dir, { encoding: 'json', compression: 'none' }));
  let written = 0;
  const write = (n) => {
    const lines = Array.from({ length: n }, () => `${head(written)}${line(written, { seq: ++written })}\n`);
    appendFileSync(file, lines.join(''));
  };
  state.status = 503;
  const end = Date.now() + minutes * 60_000;
  let own = 0;
  while (Date.now() < end) {
    write(RATE / 10);
    own = Math.max(own, ownMiB(child.pid));
    await sleep(100);
  }
  const storage = join(dir, 'storage');
  const disk = readdirSync(storage).reduce((a, f) => a + statSync(join(storage, f)).size, 0) / 2 ** 20;
  const waiting = await metric('otelcol_exporter_queue_size\\{data_type="logs".*\\}').catch(() => 0);
  state.status = 200;
  const back = Date.now();
  while (seen.size < written && Date.now() - back < 600_000) {
    own = Math.max(own, ownMiB(child.pid));
    await sleep(250);
  }
  const doubled = [...seen.values()].reduce((a, n) => a + n - 1, 0);
  print(`outage: ${minutes} minutes of 503 at ${RATE} lines/s`);
  print(`  written ${written}, lost ${written - seen.size}, doubled ${doubled}`);
  print(
    `  on disk ${Math.round(disk)} MiB (${waiting} bunches), at most ${Math.round(own)} MiB of memory, ${Math.round(peakMiB(child.pid))} MiB with the mapped queue; the limit is ${MEMORY_MIB.agent.limit} MiB`,
  );
  print(`  all there ${((Date.now() - back) / 1000).toFixed(0)} s after the back end came back`);
  await stop(child);
  server.closeAllConnections();
  server.close();
  rmSync(dir, { recursive: true, force: true });
  if (seen.size < written) process.exitCode = 1;
}

const [what, minutes] = process.argv.slice(2);
if (what === undefined || what === 'throughput') await throughput();
if (what === undefined || what === 'outage') await outage(Number(minutes ?? 10));
