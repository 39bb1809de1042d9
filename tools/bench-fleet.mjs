// What it costs to evaluate all rules of a large fleet: every rule of the default stack with 10,000 edge nodes, in the real
// Prometheus, over the series of that fleet, healthy, with all series of the fleet missing, and with all of it lost.
// Ends with 1 if the groups together take more than a tenth of their intervals.
//
//   node tools/bench-fleet.mjs [NODES] [unprobed]
//
// One edge node is in the cluster of the control plane, all others elsewhere, each probed at one address, or seen by its
// heartbeat only (`unprobed`). Two replicas of the API tell of each. Alerts wait 15 s instead of minutes, so that those that
// can fire do while it is measured. Objectives find 30 days of their recordings. There is no Alertmanager.
import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { listening, serveKubeState } from './demo/kube-state.mjs';
import { simulation } from './demo/manifests.mjs';
import { findPrograms, freePort, Servers, until } from './demo/programs.mjs';

const require = createRequire(import.meta.url);
const { ApiObject } = require('cdk8s');
const { SovraApp } = require('../lib/app.ts');
const { SLO_SERIES } = require('../lib/rules/objectives/objective.ts');
const { operationsStack } = require('../stacks/stacks.ts');
const { controlPlaneSettings } = require('../stacks/settings.ts');
const { surroundings } = require('../test/dashboards/live/surroundings.ts');

const nodes = Number(process.argv[2] ?? 10_000);
if (!(Number.isInteger(nodes) && nodes > 30)) throw new Error(`NODES: got "${process.argv[2]}"; allowed: more than 30`);
const [, , , how = 'probed'] = process.argv;
if (!['probed', 'unprobed'].includes(how)) throw new Error(`got "${how}"; allowed: probed, unprobed`);
const LIMIT = 0.1;
const INTERVAL = 15;
/** Seconds of each state. What is evaluated in the first of them may still see the state before. */
const STATE = { lasts: 80, settles: 20 };
const HISTORY = 30 * 86_400;

const LOCAL = 'edge-1';
const REMOTE = Array.from({ length: nodes - 1 }, (_, i) => `edge-${i + 2}`);
const PROBED = how === 'probed' ? REMOTE : [];
const healthUrl = (id) => `https://${id}.example.org:8200/v1/sys/health`;
const print = (line) => process.stdout.write(`${line}\n`);
const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
const now = () => Date.now() / 1000;

/** The rule and task objects of the default stack with that many edge nodes. */
function stackObjects() {
  const app = new SovraApp();
  const edgeNodes = [
    { id: LOCAL, vault: {} },
    ...REMOTE.map((id) => ({ id, ...(PROBED.length > 0 && { healthUrls: [healthUrl(id)] }) })),
  ];
  const installation = { ...controlPlaneSettings.installation, edgeNodes };
  operationsStack(app, { ...controlPlaneSettings, installation });
  const of = (kind) =>
    app.node
      .findAll()
      .filter((c) => ApiObject.isApiObject(c) && c.kind === kind)
      .map((c) => c.toJson());
  return { rules: of('PrometheusRule'), cronJobs: of('CronJob') };
}

const line = (name, labels, value) =>
  `${name}{${Object.entries(labels)
    .map(([k, v]) => `${k}="${v}"`)
    .join(',')}} ${value}\n`;

/** What Prometheus would have of the edge nodes elsewhere: heartbeats and certificates by the API, and a probe of each. */
function fleetPage({ age, certificate, status }) {
  const parts = [];
  for (const pod of ['sovra-api-gateway-0', 'sovra-api-gateway-1'])
    for (const node_id of REMOTE) {
      const labels = { job: 'sovra-api', namespace: 'sovra', pod, instance: pod, node_id };
      parts.push(line('sovra_edge_heartbeat_seconds', labels, age));
      parts.push(line('sovra_edge_cert_expiry_seconds', labels, certificate));
    }
  for (const edge_node of PROBED) {
    const labels = { job: 'edge-probe', namespace: 'monitoring', instance: healthUrl(edge_node), edge_node };
    parts.push(line('up', labels, 1));
    parts.push(line('probe_success', labels, Number(status === 200)));
    parts.push(line('probe_http_status_code', labels, status));
    parts.push(line('probe_duration_seconds', labels, 0.01));
    // Without an answer there is no certificate to look at.
    if (status > 0) parts.push(line('probe_ssl_earliest_cert_expiry', labels, Math.round(now()) + 300 * 86_400));
  }
  return Buffer.from(parts.join(''));
}

/** What stands in the cluster beside Sovra, all of it well. */
function clusterPage() {
  const own = surroundings(Math.floor(now()))
    .filter((s) => s.name !== 'ALERTS')
    .map((s) => line(s.name, s.labels, s.value));
  for (const pod of ['vault-0', 'vault-1', 'vault-2']) {
    const labels = { job: 'vault-health', namespace: 'sovra-edge', pod, instance: pod, edge_node: LOCAL };
    own.push(line('up', labels, 1), line('probe_success', labels, 1));
    own.push(line('probe_http_status_code', labels, pod === 'vault-0' ? 200 : 429));
    own.push(line('probe_ssl_earliest_cert_expiry', labels, Math.round(now()) + 300 * 86_400));
  }
  return Buffer.from(own.join(''));
}

const STATES = [
  { name: 'healthy', page: fleetPage({ age: 5, certificate: 50 * 86_400, status: 200 }), heartbeats: 2 * nodes },
  { name: 'all series missing', page: Buffer.alloc(0), heartbeats: 2 },
  // Their certificates end as well: nobody renews them.
  { name: 'all lost', page: fleetPage({ age: 4000, certificate: 3600, status: 0 }), heartbeats: 2 * nodes },
];

/** What the objectives recorded in the last 30 days, as blocks. */
async function writeHistory(promtool, groups, dir) {
  const recorded = groups
    .flatMap((g) => g.rules)
    .filter((r) => [SLO_SERIES.bad, SLO_SERIES.all].includes(r.record))
    .sort((a, b) => (a.record < b.record ? -1 : 1));
  const end = Math.floor(now()) - 30;
  const file = join(dir, 'history.om');
  const out = createWriteStream(file);
  const write = (text) => (out.write(text) ? undefined : new Promise((done) => out.once('drain', done)));
  let last;
  for (const { record, labels } of recorded) {
    if (record !== last) await write(`# TYPE ${record} gauge\n`);
    last = record;
    const head = line(record, labels, record === SLO_SERIES.bad ? 0.001 : 40).trimEnd();
    const parts = [];
    for (let t = end - HISTORY; t <= end; t += 30) parts.push(`${head} ${t}\n`);
    await write(parts.join(''));
  }
  await write('# EOF\n');
  await new Promise((done) => out.end(done));
  const args = ['tsdb', 'create-blocks-from', 'openmetrics', '--max-block-duration=72h', file, join(dir, 'data')];
  execFileSync(promtool, args, { stdio: 'pipe' });
  rmSync(file);
}

function configuration(sovra, kubeState, pages) {
  const host = (url) => new URL(url).host;
  const targets = (part, labels) =>
    sovra.endpoints
      .filter((e) => e.part === part)
      .map((e) => ({ targets: [host(e.url)], labels: { ...labels, pod: `${part}-${e.pod}` } }));
  const job = (job_name, static_configs, more = {}) => ({ job_name, static_configs, ...more });
  const edge = { namespace: 'sovra-edge', edge_node: LOCAL };
  return {
    global: { scrape_interval: `${INTERVAL}s`, scrape_timeout: '14s', evaluation_interval: `${INTERVAL}s` },
    rule_files: ['rules/*.yml'],
    scrape_configs: [
      job('sovra-api', targets('api', { namespace: 'sovra' })),
      job('opa', targets('opa', edge)),
      job('postgres', targets('postgres-exporter', { namespace: 'monitoring' })),
      job('vault', targets('vault', edge), {
        scheme: 'https',
        metrics_path: '/v1/sys/metrics',
        params: { format: ['prometheus'] },
        tls_config: { insecure_skip_verify: true },
      }),
      job('kube-state-metrics', [{ targets: [kubeState] }], { honor_labels: true }),
      job('fleet', [{ targets: [pages] }], { honor_labels: true }),
      job('cluster', [{ targets: [pages] }], { honor_labels: true, metrics_path: '/cluster' }),
    ],
  };
}

/** The same rules, whose alerts wait for one interval only. */
const hurried = (groups) =>
  groups.map((g) => ({ ...g, rules: g.rules.map((r) => (r.for ? { ...r, for: `${INTERVAL}s` } : r)) }));

/** Takes down each evaluation of each group, by the metrics of Prometheus about itself. */
class Evaluations {
  groups = new Map();
  #url;
  #timer;

  constructor(url) {
    this.#url = url;
  }

  async look() {
    const text = await (await fetch(`${this.#url}/metrics`)).text();
    const values = (name) =>
      new Map(
        [...text.matchAll(new RegExp(`^${name}\\{rule_group="(.*)"\\} (\\S+)$`, 'gm'))].map((m) => [m[1], +m[2]]),
      );
    const [took, ended, interval] = [
      'last_duration_seconds',
      'last_evaluation_timestamp_seconds',
      'interval_seconds',
    ].map((n) => values(`prometheus_rule_group_${n}`));
    for (const [group, seconds] of took) {
      const known = this.groups.get(group) ?? { interval: interval.get(group), runs: [] };
      this.groups.set(group, known);
      const at = ended.get(group);
      if (at > 0 && known.runs.at(-1)?.at !== at) known.runs.push({ at, seconds });
    }
    const sum = (name) => [...values(`prometheus_${name}`).values()].reduce((a, b) => a + b, 0);
    this.failures = sum('rule_evaluation_failures_total');
    this.missed = sum('rule_group_iterations_missed_total');
    this.cpu = Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1]);
  }

  watch() {
    this.#timer = setInterval(() => this.look().catch(() => {}), 3000);
  }

  end() {
    clearInterval(this.#timer);
  }

  /** Of each group: its evaluations in that time; of one that had none, as long intervals may have, its last one. */
  between(from, to) {
    return [...this.groups].map(([group, { interval, runs }]) => {
      const within = runs.filter((r) => r.at >= from && r.at <= to).map((r) => r.seconds);
      const list = within.length > 0 ? within : runs.slice(-1).map((r) => r.seconds);
      const mean = list.reduce((a, b) => a + b, 0) / list.length;
      return { group: group.split(';').at(-1), interval, mean, most: Math.max(...list), runs: within.length };
    });
  }
}

async function query(url, text) {
  const answer = await (
    await fetch(`${url}/api/v1/query`, { method: 'POST', body: new URLSearchParams({ query: text }) })
  ).json();
  if (answer.status !== 'success') throw new Error(`${text}: ${answer.error}`);
  return answer.data.result.map((r) => ({ labels: r.metric, value: Number(r.value[1]) }));
}

/** One state of the fleet, measured; returns the share of their intervals that all groups take. */
async function measure(url, evaluations, state) {
  await evaluations.look();
  const [from, cpu] = [now(), evaluations.cpu];
  await pause(STATE.lasts);
  await evaluations.look();
  const groups = evaluations.between(from + STATE.settles, now());
  const cores = (evaluations.cpu - cpu) / (now() - from);
  const share = groups.reduce((a, g) => a + g.mean / g.interval, 0);
  const most = groups.reduce((a, g) => a + g.most / g.interval, 0);
  const [heartbeats] = await query(url, 'count(sovra_edge_heartbeat_seconds)');
  if (heartbeats?.value !== state.heartbeats)
    throw new Error(`${state.name}: ${heartbeats?.value} heartbeats, not ${state.heartbeats}`);
  const alerts = await query(url, 'sort_desc(count by (alertname, alertstate) (ALERTS{alertname!="Watchdog"}))');
  const percent = (x) => `${(100 * x).toFixed(1)} %`;
  print(
    `${state.name.padEnd(20)} ${(share * INTERVAL).toFixed(3)} s in ${INTERVAL} s, ${percent(share)}; the slowest of each group together ${percent(most)}; Prometheus in all ${cores.toFixed(2)} cores, load of the machine ${loadavg()[0].toFixed(1)}`,
  );
  const slowest = [...groups].sort((a, b) => b.mean / b.interval - a.mean / a.interval).slice(0, 4);
  for (const g of slowest)
    print(
      `  ${g.group.padEnd(36)} ${g.mean.toFixed(3)} s every ${g.interval} s (${g.runs} evaluations, at most ${g.most.toFixed(3)} s)`,
    );
  const shown = alerts.slice(0, 5).map((a) => `${a.labels.alertname} ${a.value} ${a.labels.alertstate}`);
  print(
    `  alerts: ${alerts.reduce((a, b) => a + b.value, 0)}${shown.length > 0 ? `, most of ${shown.join(', ')}` : ''}`,
  );
  return share;
}

const dir = mkdtempSync(join(tmpdir(), 'sovra-ops-bench-fleet-'));
const servers = new Servers(dir);
const listeners = [];
let [sovra, evaluations] = [];
try {
  const programs = findPrograms('prometheus', 'promtool');
  const { rules, cronJobs } = stackObjects();
  const groups = rules.flatMap((o) => o.spec.groups);
  const count = groups.reduce((a, g) => a + g.rules.length, 0);
  print(
    `${nodes.toLocaleString('en')} edge nodes, ${how}: ${count.toLocaleString('en')} rules in ${groups.length} groups`,
  );
  mkdirSync(join(dir, 'rules'));
  // JSON is YAML too.
  for (const { metadata, spec } of rules) {
    const file = join(dir, 'rules', `${metadata.namespace}-${metadata.name}.yml`);
    writeFileSync(file, JSON.stringify({ groups: hurried(spec.groups) }));
  }
  await writeHistory(programs.promtool.path, groups, dir);

  let page = STATES[0].page;
  const pages = await listening(
    createServer((request, response) => {
      response.setHeader('content-type', 'text/plain; version=0.0.4');
      response.end(request.url === '/cluster' ? clusterPage() : page);
    }),
  );
  const kubeState = await serveKubeState(cronJobs);
  listeners.push(pages.server, kubeState.server);
  sovra = await simulation.SimulatedSovra.start();
  writeFileSync(join(dir, 'prometheus.yml'), JSON.stringify(configuration(sovra, kubeState.address, pages.address)));
  const address = `127.0.0.1:${await freePort()}`;
  await servers.start(
    'prometheus',
    programs.prometheus.path,
    [
      '--config.file=prometheus.yml',
      '--storage.tsdb.path=data',
      '--storage.tsdb.retention.time=35d',
      `--web.listen-address=${address}`,
    ],
    `http://${address}/-/ready`,
  );
  const [url, started] = [`http://${address}`, now()];
  evaluations = new Evaluations(url);
  evaluations.watch();
  await until(
    'the first evaluation of every group of up to a minute',
    async () => {
      const all = [...evaluations.groups.values()];
      // A minute at least: groups of two minutes then have one evaluation when the first state ends.
      const shortOnes = all.length === groups.length && all.every((g) => g.interval > 60 || g.runs.length > 0);
      return shortOnes && now() - started > 60;
    },
    90_000,
  );
  const [series] = await query(url, 'count({__name__=~".+"})');
  print(`${series.value.toLocaleString('en')} series\n`);

  for (const state of STATES) {
    page = state.page;
    const share = await measure(url, evaluations, state);
    if (share > LIMIT) process.exitCode = 1;
  }
  print(`\n${evaluations.failures} failed evaluations, ${evaluations.missed} missed`);
  if (evaluations.failures > 0 || evaluations.missed > 0) process.exitCode = 1;
  print(
    process.exitCode ? `more than ${LIMIT * 100} %, or not all evaluated` : `under ${LIMIT * 100} % in every state`,
  );
} finally {
  evaluations?.end();
  await servers.stop();
  for (const server of listeners) {
    server.closeAllConnections();
    server.close();
  }
  await sovra?.stop();
  rmSync(dir, { recursive: true, force: true });
}
