// What objectives cost, beside sloth: the same four objectives, the same data (500 edge nodes, three days of samples every
// 15 s), the same Prometheus, one run. For each recording: samples read and seconds spent, as Prometheus' own query
// statistics tell. Also whether both would page at the same moments. Ends with 1 if ours is not five times cheaper, or not alike.
//
//   node tools/bench-objectives.mjs [NODES] [HOURS]
import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
require('../test/support/typescript.cjs');
const { SovraInstallation } = require('../lib/sovra/installation.ts');
const { renderObjectives } = require('../lib/rules/objectives/render.ts');
const { burnRate } = require('../lib/rules/objectives/burn-rate.ts');
const { BURN_RATE_WINDOWS } = require('../lib/rules/objectives/objective.ts');
const { OBJECTIVE_CATALOGUE } = require('../lib/rules/objectives/catalogue.ts');
const { toYaml } = require('../lib/yaml.ts');

const nodes = Number(process.argv[2] ?? 500);
const hours = Number(process.argv[3] ?? 72);
const STEP = 15;
/** How many times cheaper it has to be, in samples and in time. */
const LEAST = 5;
/** Ends at a full hour that is long past: the data does not depend on the day. */
const end = 1_760_000_400;
const start = end - hours * 3600;
const print = (line) => process.stdout.write(`${line}\n`);
const program = (name) =>
  execFileSync('node', [join(root, 'tools/build.mjs'), '--path', name], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
const [promtool, prometheus, sloth] = ['promtool', 'prometheus', 'sloth'].map(program);
const dir = mkdtempSync(join(tmpdir(), 'sovra-ops-bench-objectives-'));

/** Share of requests that fail: a bad hour, a bad afternoon, and otherwise next to nothing. */
function errors(at) {
  const hour = (at - start) / 3600;
  if (hour >= hours - 40 && hour < hours - 39) return 0.08;
  if (hour >= hours - 12 && hour < hours - 6) return 0.004;
  return 0.0001;
}

/** One series after the other, as the format wants it; a counter grows by what each step adds. */
async function writeData(file) {
  const out = createWriteStream(file);
  const write = (text) => (out.write(text) ? undefined : new Promise((done) => out.once('drain', done)));
  const series = async (name, labels, valueAt) => {
    let lines = '';
    for (let t = start; t <= end; t += STEP) lines += `${name}{${labels}} ${valueAt(t)} ${t}\n`;
    await write(lines);
  };
  const counter = (rateAt) => {
    let value = 0;
    return (t) => {
      value += rateAt(t) * STEP;
      return value.toFixed(3);
    };
  };
  await write('# TYPE sovra_api_requests counter\n');
  for (const instance of ['a', 'b'])
    for (const path of ['/keys', '/policies', '/audit', '/nodes', '/health'])
      for (const [status, share] of [
        ['200', (t) => 1 - errors(t)],
        ['404', () => 0.01],
        ['503', errors],
      ])
        await series(
          'sovra_api_requests_total',
          `job="sovra-api",instance="${instance}",path="${path}",status="${status}"`,
          counter((t) => 20 * share(t)),
        );
  await write('# TYPE sovra_api_request_duration_seconds histogram\n');
  const bounds = ['0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1', '2.5', '5', '10', '+Inf'];
  for (const instance of ['a', 'b'])
    for (const path of ['/keys', '/policies', '/audit', '/nodes', '/health']) {
      const labels = `job="sovra-api",instance="${instance}",path="${path}"`;
      for (const [i, le] of bounds.entries())
        await series(
          'sovra_api_request_duration_seconds_bucket',
          `${labels},le="${le}"`,
          counter((t) => 20 * (i < 4 ? 0.2 * i : i === 4 ? 0.98 - errors(t) : 1)),
        );
      await series(
        'sovra_api_request_duration_seconds_count',
        labels,
        counter(() => 20),
      );
    }
  await write('# TYPE sovra_edge_heartbeat_seconds gauge\n');
  for (let n = 0; n < nodes; n++)
    await series('sovra_edge_heartbeat_seconds', `job="sovra-api",instance="a",node_id="n${n}"`, (t) =>
      (t / STEP + n * 7) % 400 < 2 ? 75 : (t / STEP + n) % 30,
    );
  await write('# TYPE up gauge\n');
  await series('up', 'job="sovra-api",instance="a"', () => 1);
  await write('# TYPE sovra_audit_lag_seconds gauge\n');
  await series('sovra_audit_lag_seconds', 'job="sovra-api",instance="a"', (t) => (errors(t) > 0.01 ? 400 : 3));
  await write('# EOF\n');
  await new Promise((done) => out.end(done));
}

/** The same four objectives in the words of sloth, which puts the window in. */
const API = 'job="sovra-api"';
const AGES = `min by (node_id) (sovra_edge_heartbeat_seconds{${API}})`;
const SLOTH = {
  availability: {
    error_query: `sum(rate(sovra_api_requests_total{${API},status=~"5.."}[{{.window}}]))`,
    total_query: `sum(rate(sovra_api_requests_total{${API}}[{{.window}}]))`,
  },
  'api-latency': {
    error_query: `sum(rate(sovra_api_request_duration_seconds_count{${API}}[{{.window}}])) - sum(rate(sovra_api_request_duration_seconds_bucket{${API},le="0.1"}[{{.window}}]))`,
    total_query: `sum(rate(sovra_api_request_duration_seconds_count{${API}}[{{.window}}]))`,
  },
  'edge-heartbeat': {
    error_query: `sum(sum_over_time((${AGES} > bool 60)[{{.window}}:30s]))`,
    total_query: `sum(count_over_time((${AGES})[{{.window}}:30s]))`,
  },
  'audit-delivery': {
    error_query: `sum_over_time((max(sovra_audit_lag_seconds{${API}}) > bool 300)[{{.window}}:30s])`,
    total_query: `count_over_time((max(sovra_audit_lag_seconds{${API}}))[{{.window}}:30s])`,
  },
};

function slothRules() {
  const spec = {
    version: 'prometheus/v1',
    service: 'sovra',
    slos: Object.entries(SLOTH).map(([name, events]) => ({
      name,
      objective: Number((OBJECTIVE_CATALOGUE[name].target * 100).toPrecision(6)),
      sli: { events },
      alerting: { name: 'Burns', page_alert: {}, ticket_alert: {} },
    })),
  };
  writeFileSync(join(dir, 'sloth.yaml'), toYaml(spec));
  execFileSync(sloth, ['generate', '-i', join(dir, 'sloth.yaml'), '-o', join(dir, 'sloth-rules.yaml')], {
    stdio: 'pipe',
  });
  return parseAllDocuments(readFileSync(join(dir, 'sloth-rules.yaml'), 'utf8')).flatMap((d) => d.toJS()?.groups ?? []);
}

let server;
async function startPrometheus() {
  writeFileSync(join(dir, 'prometheus.yml'), 'global: {}\n');
  const address = '127.0.0.1:19597';
  server = spawn(
    prometheus,
    [
      '--config.file',
      join(dir, 'prometheus.yml'),
      '--storage.tsdb.path',
      join(dir, 'data'),
      '--storage.tsdb.retention.time',
      '100y',
      '--web.listen-address',
      address,
      '--log.level',
      'error',
    ],
    { stdio: 'ignore' },
  );
  for (let i = 0; i < 300; i++) {
    const ready = await fetch(`http://${address}/-/ready`).then(
      (r) => r.ok,
      () => false,
    );
    if (ready) return `http://${address}`;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error('Prometheus does not start');
}
const stopPrometheus = () =>
  new Promise((done) => {
    server.once('exit', done);
    server.kill();
  });

/** Writes what rules would have recorded, as Prometheus would have written it. */
function backfill(url, groups, from) {
  writeFileSync(join(dir, 'backfill.yaml'), toYaml({ groups }));
  execFileSync(
    promtool,
    [
      'tsdb',
      'create-blocks-from',
      'rules',
      '--start',
      String(from),
      '--end',
      String(end),
      '--eval-interval',
      '30s',
      '--output-dir',
      join(dir, 'data'),
      '--url',
      url,
      join(dir, 'backfill.yaml'),
    ],
    { stdio: 'pipe' },
  );
}

async function ask(url, query, time) {
  const body = new URLSearchParams({ query, time: String(time), stats: 'all' });
  const answer = await (await fetch(`${url}/api/v1/query`, { method: 'POST', body })).json();
  if (answer.status !== 'success') throw new Error(`${query}: ${answer.error}`);
  const { samples, timings } = answer.data.stats;
  return {
    value: Number(answer.data.result[0]?.value[1]),
    samples: samples.totalQueryableSamples,
    seconds: timings.evalTotalTime,
  };
}
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

/** Per minute of operation: a group that is evaluated every 30 s is evaluated twice. */
async function cost(url, groups) {
  const total = { samples: 0, seconds: 0, rules: 0 };
  for (const group of groups) {
    const times = 60 / (/^(\d+)m$/.test(group.interval ?? '') ? Number.parseInt(group.interval, 10) * 60 : 30);
    for (const rule of group.rules.filter((r) => r.record)) {
      const runs = [];
      for (let i = 0; i < 3; i++) runs.push(await ask(url, rule.expr, end));
      total.samples += times * runs[0].samples;
      total.seconds += times * median(runs.map((r) => r.seconds));
      total.rules++;
    }
  }
  return total;
}

try {
  print(`${nodes} edge nodes, ${hours} h of samples every ${STEP} s`);
  await writeData(join(dir, 'data.om'));
  execFileSync(
    promtool,
    ['tsdb', 'create-blocks-from', 'openmetrics', '--max-block-duration=72h', join(dir, 'data.om'), join(dir, 'data')],
    { stdio: 'pipe' },
  );
  rmSync(join(dir, 'data.om'));
  const installation = new SovraInstallation({ edgeNodes: Array.from({ length: nodes }, (_, i) => ({ id: `n${i}` })) });
  const ours = renderObjectives(installation);
  const theirs = slothRules();

  // What both read from their own recordings has to be there first.
  let url = await startPrometheus();
  const recordings = (groups, is) =>
    groups
      .map((g) => ({ name: g.name, rules: g.rules.filter((r) => r.record && is(r.record)) }))
      .filter((g) => g.rules.length > 0);
  backfill(
    url,
    recordings(ours, (r) => /_events$/.test(r)),
    start,
  );
  backfill(
    url,
    recordings(theirs, (r) => /ratio_rate5m$/.test(r)),
    start,
  );
  await stopPrometheus();
  url = await startPrometheus();

  print('\nrecordings, for each minute of operation');
  const [mine, peer] = [await cost(url, ours), await cost(url, theirs)];
  for (const [name, c] of [
    ['sovra-ops', mine],
    ['sloth', peer],
  ])
    print(
      `${name.padEnd(12)}${String(c.rules).padStart(4)} rules ${Math.round(c.samples).toLocaleString('en').padStart(14)} samples ${c.seconds.toFixed(3).padStart(9)} s`,
    );
  print(
    `sloth / sovra-ops: ${(peer.samples / mine.samples).toFixed(1)} x the samples, ${(peer.seconds / mine.seconds).toFixed(1)} x the time`,
  );
  for (const name of Object.keys(SLOTH)) {
    const [a, b] = [
      await cost(
        url,
        ours.filter((g) => g.name.startsWith(`sovra-slo-${name}`)),
      ),
      await cost(
        url,
        theirs.filter((g) => g.name.includes(name)),
      ),
    ];
    print(
      `  ${name.padEnd(16)} ${(b.samples / a.samples).toFixed(1).padStart(7)} x the samples, ${(b.seconds / a.seconds).toFixed(1).padStart(6)} x the time`,
    );
  }

  print('\nthe same verdicts?');
  let [same, different] = [0, 0];
  for (const name of Object.keys(SLOTH)) {
    for (let at = end - (hours - 30) * 3600; at <= end; at += 3600) {
      const verdicts = await Promise.all(
        [
          (w) =>
            `sum_over_time(sovra_slo:bad_events{slo="${name}"}[${w}]) / sum_over_time(sovra_slo:all_events{slo="${name}"}[${w}])`,
          (w) =>
            `(${SLOTH[name].error_query.replaceAll('{{.window}}', w)}) / (${SLOTH[name].total_query.replaceAll('{{.window}}', w)})`,
        ].map(async (ratio) => {
          const fires = [];
          for (const w of BURN_RATE_WINDOWS.slice(0, 3)) {
            const threshold = burnRate(w, '30d') * (1 - OBJECTIVE_CATALOGUE[name].target);
            const values = [await ask(url, ratio(w.long), at), await ask(url, ratio(w.short), at)];
            if (values.every((v) => v.value > threshold)) fires.push(w.long);
          }
          return fires.join(',');
        }),
      );
      if (verdicts[0] === verdicts[1]) same++;
      else {
        different++;
        print(`  ${name} at ${(at - start) / 3600} h: sovra-ops ${verdicts[0] || '-'}, sloth ${verdicts[1] || '-'}`);
      }
    }
  }
  print(`${same} of ${same + different} moments alike`);
  const cheaper = Math.min(peer.samples / mine.samples, peer.seconds / mine.seconds);
  if (cheaper < LEAST || different > 0) {
    process.exitCode = 1;
    print(`not at least ${LEAST} times cheaper, or not the same verdicts`);
  }
  await stopPrometheus();
} finally {
  server?.kill();
  rmSync(dir, { recursive: true, force: true });
}
