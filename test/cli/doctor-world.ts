/** A real Prometheus with the alerts of a small installation, against the simulated Sovra: what the doctor examines. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SovraAlerts } from '../../lib/alerts/sovra-alerts';
import type { KubeObject } from '../../lib/checks/model';
import { SovraInstallation } from '../../lib/sovra/installation';
import { METRICS, type Metric, type MetricDialect } from '../../lib/sovra/metrics';
import { toYaml, toYamlDocuments } from '../../lib/yaml';
import { Server } from '../cluster/process';
import { waitFor } from '../cluster/wait';
import { type Part, SimulatedSovra } from '../sim';
import { METRICS_PATH, SERVER_NAME } from '../sim/testing/snapshot';
import { freePort } from '../support/ports';
import { objectsOf } from '../support/synth';
import { tool } from '../support/tools';

export const installation = (dialect: MetricDialect = 'guide') =>
  new SovraInstallation({
    dialect,
    edgeNodes: [{ id: 'edge-1', vault: {} }],
    federationPartners: [{ id: 'partner-1' }],
  });

/** The rules of the construct, as it makes them. */
export function alertObjects(dialect: MetricDialect = 'guide'): KubeObject[] {
  return objectsOf((chart) => new SovraAlerts(chart, 'alerts', { sovra: installation(dialect) }));
}

/** A dashboard with one panel for each expression, by title. */
export function dashboardObject(panels: Readonly<Record<string, string>>): KubeObject {
  const json = { panels: Object.entries(panels).map(([title, expr]) => ({ title, targets: [{ expr }] })) };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'dashboard', namespace: 'monitoring' },
    data: { 'keys.json': JSON.stringify(json) },
  };
}

/** A rule of the manifests, changed. */
export function changed(objects: readonly KubeObject[], alert: string, change: object): KubeObject[] {
  const copy = structuredClone(objects) as KubeObject[];
  const rules = copy.flatMap((o) => o.spec?.groups ?? []).flatMap((g) => g.rules) as { alert?: string }[];
  const rule = rules.find((r) => r.alert === alert);
  if (!rule) throw new Error(`there is no alert ${alert}`);
  Object.assign(rule, change);
  return copy;
}

const CATALOGUE: readonly Metric[] = Object.values(METRICS);
/** Jobs that the simulation serves, or Prometheus itself. */
const SERVED: readonly string[] = ['sovra-api', 'vault', 'opa', 'postgres', 'grafana', 'prometheus'];
/** All others: each has one sample of every metric of its job. */
const OTHERS: readonly string[] = [
  ...new Set<string>([...CATALOGUE.flatMap((m) => (m.job === 'any' ? [] : m.job)), 'blackbox-exporter']),
].filter((job) => !SERVED.includes(job));

function samples(job: string): string {
  return CATALOGUE.filter((m) => m.job !== 'any' && (m.job as readonly string[]).includes(job))
    .map((m) => {
      const histogram = m.type === 'histogram';
      const labels = [...m.labels, ...(histogram ? ['le'] : [])].map((l) => `${l}="${l === 'le' ? '+Inf' : 'x'}"`);
      return `${m.name.guide}${histogram ? '_bucket' : ''}{${labels.join(',')}} 1\n`;
    })
    .join('');
}

export const listen = (server: HttpServer): Promise<string> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(`127.0.0.1:${(server.address() as AddressInfo).port}`));
  });

export interface RunningPrometheus {
  readonly url: string;
  ask<T>(path: string): Promise<T>;
  stop(): Promise<void>;
}

/** Starts Prometheus with a configuration, in a folder of its own. */
export async function startPrometheus(
  path: string,
  config: (address: string) => object,
  rules: readonly object[],
): Promise<RunningPrometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'sovra-ops-doctor-'));
  const write = (name: string, value: object) => writeFileSync(join(folder, name), toYaml(value));
  mkdirSync(join(folder, 'rules'));
  for (const [i, groups] of rules.entries()) write(`rules/${i}.yml`, groups);
  const address = `127.0.0.1:${await freePort()}`;
  write('prometheus.yml', { rule_files: [join(folder, 'rules/*.yml')], ...config(address) });
  const args = [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=${address}`,
  ];
  const logFile = join(folder, 'log');
  const server = Server.start({ name: 'prometheus', command: path, args, logFile });
  await server
    .ready(async () => (await fetch(`http://${address}/-/ready`)).ok)
    .catch(async (error) => {
      await server.stop();
      throw error;
    });
  return {
    url: `http://${address}`,
    async ask<T>(path: string) {
      return ((await (await fetch(`http://${address}/api/v1/${path}`)).json()) as { data: T }).data;
    },
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type RawTarget = Readonly<Record<'health' | 'scrapeUrl' | 'lastError', string>>;
type RawRule = Readonly<Record<'lastEvaluation' | 'name', string>>;
interface RawSeries {
  readonly metric: { readonly job?: string };
}

/** A target may take two seconds to answer: this machine has other work. */
const SCRAPE = 2;
const OFTEN = { scrape_interval: `${SCRAPE}s`, scrape_timeout: `${SCRAPE}s`, evaluation_interval: '1s' };
const WAIT = { timeout: 110_000 };

export class World {
  /** Jobs of which a test has taken a target down. */
  down: readonly string[] = [];

  private constructor(
    readonly sovra: SimulatedSovra,
    readonly prometheus: RunningPrometheus,
    private readonly others: HttpServer,
  ) {}

  /** @param objects whose rules are loaded, evaluated every second */
  static async start(objects: readonly KubeObject[]): Promise<World> {
    const path = tool('prometheus');
    const others = createServer((request, response) => {
      response.setHeader('content-type', 'text/plain; version=0.0.4');
      response.end(samples(request.url?.split('/')[2] ?? ''));
    });
    const address = await listen(others);
    const sovra = await SimulatedSovra.start();
    const groups = objects.flatMap((o) => o.spec?.groups ?? []).map((g) => ({ ...g, interval: '1s' }));
    const prometheus = await startPrometheus(path, (own) => configuration(sovra, address, own), [{ groups }]);
    const world = new World(sovra, prometheus, others);
    try {
      await world.settled();
    } catch (error) {
      // What is left running would keep the tests from ending.
      await world.stop();
      throw error;
    }
    return world;
  }

  /**
   * Every target scraped, also by its samples, which come a moment later; every rule evaluated after that, twice: the first
   * time may see nothing of what others record.
   */
  private async settled(): Promise<void> {
    await waitFor('Prometheus to have seen every target', () => this.allUp(), WAIT);
    for (const turn of ['once', 'again']) {
      const since = Date.now();
      await waitFor(`every rule to be evaluated ${turn}`, () => this.evaluatedSince(since), WAIT);
    }
  }

  private async allUp(): Promise<boolean> {
    const { activeTargets } = await this.prometheus.ask<{ activeTargets: RawTarget[] }>('targets');
    const { activeAlertmanagers } = await this.prometheus.ask<{ activeAlertmanagers: object[] }>('alertmanagers');
    const samples = (await this.query('up == 1')).length;
    const open = activeTargets.filter((t) => t.health !== 'up').map((t) => `${t.scrapeUrl} ${t.lastError}`);
    if (open.length === 0 && activeTargets.length > 15 && samples === activeTargets.length)
      return activeAlertmanagers.length === 1;
    throw new Error([`${activeTargets.length} targets, ${samples} up by their samples`, ...open].join('; '));
  }

  private async evaluatedSince(since: number): Promise<boolean> {
    const { groups } = await this.prometheus.ask<{ groups: { rules: RawRule[] }[] }>('rules');
    const rules = groups.flatMap((g) => g.rules);
    const open = rules.filter((r) => Date.parse(r.lastEvaluation) < since).map((r) => r.name);
    if (open.length === 0) return rules.length > 0;
    throw new Error(open.join('; '));
  }

  private async query(expr: string): Promise<RawSeries[]> {
    return (await this.prometheus.ask<{ result: RawSeries[] }>(`query?query=${encodeURIComponent(expr)}`)).result;
  }

  /** Waits until a query answers with so many series. */
  seen(query: string, count: number): Promise<unknown> {
    return waitFor(
      `${query} to have ${count} series`,
      async () => {
        const found = (await this.query(query)).length;
        if (found === count) return true;
        throw new Error(`it has ${found}`);
      },
      WAIT,
    );
  }

  /**
   * What is said of a Prometheus whose targets are as the tests have them. Where this machine stood still so long that
   * others were down, which is for Prometheus to say, it is asked again.
   */
  async calmly<T>(question: () => Promise<T>): Promise<T> {
    for (let left = 10; left > 0; left--) {
      await waitFor('no target to be down that no test has taken down', () => this.wasCalm(0), WAIT);
      const since = Date.now();
      const answer = await question();
      if (await this.wasCalm(Date.now() - since)) return answer;
    }
    throw new Error('this machine stands still too often');
  }

  /** Whether no other target was down for so many milliseconds, and the time of a scrape before that. */
  private async wasCalm(milliseconds: number): Promise<boolean> {
    const seconds = Math.ceil(milliseconds / 1000) + 2 * SCRAPE;
    const query = `min_over_time(up[${seconds}s]) == 0 or up == 0`;
    const down = (await this.query(query)).map((s) => s.metric.job ?? '');
    return [...down].sort().join() === [...this.down].sort().join();
  }

  async stop(): Promise<void> {
    await this.prometheus.stop();
    await this.sovra.stop();
    this.others.closeAllConnections();
    this.others.close();
  }
}

function configuration(sovra: SimulatedSovra, others: string, own: string): object {
  const hosts = (part: Part) => sovra.endpoints.filter((e) => e.part === part).map((e) => new URL(e.url).host);
  const job = (name: string, targets: readonly string[], more: object = {}) => ({
    job_name: name,
    static_configs: [{ targets, labels: { edge_node: 'edge-1' } }],
    ...more,
  });
  const vaults = hosts('vault');
  const [path = '', format = ''] = METRICS_PATH.vault.split('?format=');
  const other = (name: string) =>
    job(name, name === 'vault-health' ? vaults : [others], {
      metrics_path: `/metrics/${name}`,
      relabel_configs: [
        { source_labels: ['__address__'], target_label: 'instance' },
        { target_label: '__address__', replacement: others },
      ],
    });
  return {
    global: OFTEN,
    // One that is given up would count as an error for five minutes.
    alerting: { alertmanagers: [{ timeout: '1m', static_configs: [{ targets: [others] }] }] },
    scrape_configs: [
      job('sovra-api', hosts('api')),
      job('vault', vaults, {
        scheme: 'https',
        metrics_path: path,
        params: { format: [format] },
        tls_config: { ca_file: sovra.ca, server_name: SERVER_NAME },
      }),
      job('opa', hosts('opa')),
      job('postgres', hosts('postgres-exporter')),
      job('grafana', hosts('grafana')),
      ...OTHERS.map(other),
      job('prometheus', [own]),
    ],
  };
}

/** Manifests in a folder that is removed with `remove`. */
export function written(objects: readonly KubeObject[]): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'sovra-ops-manifests-'));
  writeFileSync(join(path, 'all.k8s.yaml'), toYamlDocuments(objects));
  return { path, remove: () => rmSync(path, { recursive: true }) };
}
