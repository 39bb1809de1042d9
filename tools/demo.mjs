// Sovra's operations on this machine, without a cluster: the real Prometheus, Alertmanager and blackbox exporter with the
// rules, probes and routes of the default stack, against the simulated Sovra of the tests. Break something, and be paged.
//
//   node tools/demo.mjs                                  reads commands: "help" lists them
//   node tools/demo.mjs --break api-down                 breaks that first
//   node tools/demo.mjs --break api-down --until-page    ends with 0 when the page arrives, with 1 after --limit SECONDS
//
// Prometheus scrapes and evaluates every 3 s instead of 15 s. How long an alert has to hold is as it is deployed.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { alertmanagerConfig, blackboxConfig, INTERVAL, prometheusConfig, ruleFiles } from './demo/config.mjs';
import { serveKubeState } from './demo/kube-state.mjs';
import { defaultStack, simulation, toYaml } from './demo/manifests.mjs';
import { pageText, servePager } from './demo/pages.mjs';
import { findPrograms, freePort, Servers, until } from './demo/programs.mjs';

const say = (text) => process.stdout.write(`${text}\n`);

const HELP = `break FAULT [node=ID] [pod=N] [partner=ID] [value=X]   let a fault strike; without a place, where it shows best
cure FAULT | cure all                                  end it
list                                                   the faults that there are
active                                                 the faults that are there
alerts                                                 what is pending or firing
quit                                                   end everything`;

/** Where a fault strikes when nobody says where. */
const PLACES = {
  'api-pod': ['pod=1'],
  'vault-pod': ['node=edge-1', 'pod=1'],
  vault: ['node=edge-1'],
  'opa-pod': ['node=edge-1'],
  'edge-node': ['node=edge-2'],
};

function options() {
  const { values } = parseArgs({
    options: {
      break: { type: 'string' },
      'until-page': { type: 'boolean', default: false },
      limit: { type: 'string', default: '600' },
      help: { type: 'boolean', default: false },
    },
  });
  const limit = Number(values.limit);
  if (!(limit > 0)) throw new Error(`--limit: got "${values.limit}"; allowed: a number of seconds`);
  const fault = values.break;
  if (values['until-page'] && fault === undefined) throw new Error('--until-page waits for the page of --break FAULT');
  if (fault !== undefined && !(fault.split(' ')[0] in simulation.FAULTS))
    throw new Error(`--break: got "${fault}"; allowed: ${simulation.FAULT_NAMES.join(', ')}`);
  return { fault, untilPage: values['until-page'], limit, help: values.help };
}

class Demo {
  #folder = mkdtempSync(join(tmpdir(), 'sovra-ops-demo-'));
  #servers = new Servers(this.#folder);
  #listeners = [];
  #sovra;
  #brokenAt;
  #prometheus;

  /** @param onPage called after a page was printed */
  async start(onPage) {
    const programs = findPrograms('prometheus', 'alertmanager', 'blackbox-exporter');
    const objects = defaultStack(join(this.#folder, 'dist'));
    this.#sovra = await simulation.SimulatedSovra.start({
      addresses: {
        api: ['127.0.0.1', '127.0.0.1'],
        vault: { 'edge-1': ['127.0.0.1', '127.0.0.1', '127.0.0.1'], 'edge-2': ['127.0.0.1'] },
        opa: { 'edge-1': ['127.0.0.1', '127.0.0.1'] },
        postgresExporter: ['127.0.0.1'],
        grafana: ['127.0.0.1'],
      },
      anyPort: true,
    });
    const pager = await servePager((alert) => this.#page(alert, onPage));
    const kubeState = await serveKubeState(objects.kind('CronJob'));
    this.#listeners = [pager.server, kubeState.server];
    const [prometheus, alertmanager, blackbox] = await Promise.all(
      [0, 0, 0].map(async () => `127.0.0.1:${await freePort()}`),
    );
    const at = { prometheus, alertmanager, blackbox, kubeState: kubeState.address };
    this.#writeFiles(objects, { ...at, endpoints: this.#sovra.endpoints, ca: this.#sovra.ca }, pager.address);
    await this.#startServers(programs, at);
    this.#prometheus = `http://${prometheus}`;
    say(`Prometheus    http://${prometheus}/api/v1/alerts (built without its web pages: the API only)`);
    say(`Alertmanager  http://${alertmanager}`);
    await until('every target to be up', () => this.#allUp());
    say(`Everything is well. Scraped and evaluated every ${INTERVAL}; alerts wait as long as in a cluster.`);
  }

  #writeFiles(objects, at, pager) {
    const write = (name, content) => writeFileSync(join(this.#folder, name), content);
    mkdirSync(join(this.#folder, 'rules'));
    for (const { name, content } of ruleFiles(objects)) write(`rules/${name}.yml`, toYaml(content));
    write('prometheus.yml', toYaml(prometheusConfig(objects, at)));
    write('alertmanager.yml', toYaml(alertmanagerConfig(objects, `http://${pager}`)));
    write('blackbox.yml', blackboxConfig(objects, at.ca));
  }

  async #startServers(programs, at) {
    const start = (name, address, ...args) =>
      this.#servers.start(
        name,
        programs[name].path,
        [...args, `--web.listen-address=${address}`],
        `http://${address}/-/${name === 'blackbox-exporter' ? 'healthy' : 'ready'}`,
      );
    // Prometheus last: what it misses at its first look it would report.
    await Promise.all([
      start(
        'alertmanager',
        at.alertmanager,
        '--config.file=alertmanager.yml',
        '--storage.path=alertmanager',
        '--cluster.listen-address=',
      ),
      start('blackbox-exporter', at.blackbox, '--config.file=blackbox.yml'),
    ]);
    await start('prometheus', at.prometheus, '--config.file=prometheus.yml', '--storage.tsdb.path=prometheus');
  }

  async #ask(path) {
    const response = await fetch(`${this.#prometheus}/api/v1/${path}`);
    return (await response.json()).data;
  }

  async #allUp() {
    const { activeTargets } = await this.#ask('targets?state=active');
    return activeTargets.length > 0 && activeTargets.every((t) => t.health === 'up');
  }

  #page(alert, onPage) {
    // With several faults nobody can say of which one it tells.
    const [fault, ...more] = this.#sovra.faults;
    const since =
      fault && more.length === 0 ? `${Math.round((Date.now() - this.#brokenAt) / 1000)} s after ${fault.name}` : '';
    say(`\n${pageText(alert, since)}`);
    if (alert.status === 'firing') onPage();
  }

  async break(words) {
    const [name, ...place] = words;
    const fault = simulation.FAULTS[name];
    const value = place.filter((w) => w.startsWith('value='));
    const said = fault && place.length === value.length ? [...(PLACES[fault.target] ?? []), ...value] : place;
    await simulation.command(this.#sovra, ['inject', name, ...said].join(' '));
    this.#brokenAt = Date.now();
    say(`broken: ${[name, ...said].join(' ')}. ${fault.description}`);
  }

  async cure(words) {
    await simulation.command(this.#sovra, ['cure', ...words].join(' '));
    say(`cured: ${words.join(' ')}. The page is over when Alertmanager says so, up to 5 minutes later.`);
  }

  active() {
    return simulation.command(this.#sovra, 'active');
  }

  async alerts() {
    const { alerts } = await this.#ask('alerts');
    const others = alerts.filter((a) => a.labels.alertname !== 'Watchdog');
    return others.map((a) => `${a.state}  ${a.labels.level}  ${a.annotations.summary}`).join('\n') || 'none';
  }

  async stop() {
    await this.#servers.stop();
    for (const server of this.#listeners) {
      server.closeAllConnections();
      server.close();
    }
    await this.#sovra?.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** @returns whether to go on */
async function carryOut(demo, line) {
  const [verb, ...words] = line.trim().split(/\s+/);
  if (verb === 'quit') return false;
  const verbs = {
    break: () => demo.break(words),
    cure: () => demo.cure(words),
    list: () => say(simulation.faultList()),
    active: async () => say(await demo.active()),
    alerts: async () => say(await demo.alerts()),
    help: () => say(HELP),
    '': () => undefined,
  };
  if (Object.hasOwn(verbs, verb)) await verbs[verb]();
  else throw new Error(`There is no command "${verb}"; there are:\n${HELP}`);
  return true;
}

/** Reads commands until "quit" or the end of the input. A line that cannot be carried out ends nothing. */
async function converse(demo, input) {
  say(`\n${HELP}\n\nFor example: break vault-sealed`);
  input.setPrompt('demo> ');
  if (process.stdin.isTTY) input.prompt();
  for await (const line of input) {
    const goOn = await carryOut(demo, line).catch((e) => {
      say(e.message);
      return true;
    });
    if (!goOn) return;
    if (process.stdin.isTTY) input.prompt();
  }
}

async function run({ fault, untilPage, limit }) {
  const demo = new Demo();
  const stopped = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => stopped.abort());
  const ended = new Promise((resolve) => stopped.signal.addEventListener('abort', () => resolve(130)));
  const paged = Promise.withResolvers?.() ?? withResolvers();
  const work = async () => {
    await demo.start(() => paged.resolve(0));
    if (fault !== undefined) await demo.break(fault.split(' '));
    if (untilPage) return Promise.race([paged.promise, tooLate(limit)]);
    const input = createInterface({ input: process.stdin, output: process.stdin.isTTY ? process.stdout : undefined });
    input.on('SIGINT', () => stopped.abort());
    stopped.signal.addEventListener('abort', () => input.close());
    await converse(demo, input);
    input.close();
    return 0;
  };
  try {
    return await Promise.race([work(), ended]);
  } finally {
    await demo.stop();
  }
}

function withResolvers() {
  const made = {};
  made.promise = new Promise((resolve) => {
    made.resolve = resolve;
  });
  return made;
}

function tooLate(seconds) {
  return new Promise((resolve) => {
    setTimeout(() => {
      say(`no page within ${seconds} s`);
      resolve(1);
    }, seconds * 1000).unref();
  });
}

try {
  const chosen = options();
  if (chosen.help) say(`node tools/demo.mjs [--break FAULT [--until-page [--limit SECONDS]]]\n\n${HELP}`);
  else process.exit(await run(chosen));
} catch (error) {
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 1;
}
