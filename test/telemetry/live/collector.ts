import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  COLLECTOR_FEATURE_GATES,
  type CollectorConfig,
  goEnvironment,
  MEMORY_MIB,
} from '../../../lib/telemetry/collector';
import { toYaml } from '../../../lib/yaml';
import { waitFor } from '../../cluster/wait';
import { freePort } from '../../support/ports';
import { tool } from '../../support/tools';

export const scratch = (): string => mkdtempSync(join(tmpdir(), 'sovra-ops-telemetry-'));
export const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

export const MINUTE = 60_000;

/** Waits until something holds. What does not hold may throw: the last that it said is in the error. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, timeout = MINUTE): Promise<void> {
  await waitFor(what, holds, { timeout, interval: 50 });
}

type Mutable = { -readonly [K in keyof CollectorConfig]: Record<string, unknown> };

interface Ports {
  readonly telemetry: number;
  readonly health: number;
  readonly otlp: number;
  /** Where other replicas send to. */
  readonly peers: number;
}

/** The same configuration on addresses of this machine, and with a receiver that reads JSON. Nothing else is changed. */
export function moved(config: CollectorConfig, ports: Ports): unknown {
  const c = JSON.parse(JSON.stringify(config)) as Mutable;
  const { metrics } = c.service.telemetry as {
    metrics: { readers: { pull: { exporter: { prometheus: Record<string, unknown> } } }[] };
  };
  Object.assign(metrics.readers[0]?.pull.exporter.prometheus ?? {}, { host: '127.0.0.1', port: ports.telemetry });
  c.extensions.health_check = { endpoint: `127.0.0.1:${ports.health}` };
  c.exporters.otlp_http = { ...(c.exporters.otlp_http as object), encoding: 'json', compression: 'none' };
  if (c.receivers.otlp) c.receivers.otlp = { protocols: { http: { endpoint: `127.0.0.1:${ports.otlp}` } } };
  if (c.receivers['otlp/peers'])
    Object.assign((c.receivers['otlp/peers'] as { protocols: { http: object } }).protocols.http, {
      endpoint: `127.0.0.1:${ports.peers}`,
    });
  return c;
}

export class Collector {
  private child?: ChildProcess;
  private said = '';

  private constructor(
    private readonly file: string,
    readonly ports: Ports,
  ) {}

  static async of(config: CollectorConfig, dir: string, peers?: number): Promise<Collector> {
    const [telemetry, health, otlp] = [await freePort(), await freePort(), await freePort()];
    const ports = { telemetry, health, otlp, peers: peers ?? (await freePort()) };
    const file = join(dir, 'collector.yaml');
    writeFileSync(file, toYaml(moved(config, ports)));
    return new Collector(file, ports);
  }

  async start(): Promise<this> {
    const child = spawn(
      tool('otel-collector'),
      [`--config=${this.file}`, `--feature-gates=${COLLECTOR_FEATURE_GATES}`],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, ...goEnvironment(MEMORY_MIB.agent.limit), POD_NAME: 'collector-under-test' },
      },
    );
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (d) => (this.said += d));
    const ended = () => child.exitCode !== null || child.signalCode !== null;
    const healthy = async () => (await fetch(`http://127.0.0.1:${this.ports.health}/`)).ok;
    await until('the collector to be healthy', async () => ended() || healthy(), 2 * MINUTE).catch((e: Error) => {
      throw new Error(`${e.message}; it said: ${this.said.slice(-2000)}`);
    });
    if (ended()) throw new Error(`the collector ended: ${this.said.slice(0, 3000)}`);
    return this;
  }

  /** Ends it as a full node or the kernel does, or as the kubelet does. */
  async stop(signal: 'SIGKILL' | 'SIGTERM' = 'SIGTERM'): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill(signal);
    await ended;
  }

  /** What it wrote about itself so far. */
  get output(): string {
    return this.said;
  }

  /** The most memory that it ever had, in MiB. */
  get peakMiB(): number {
    const status = readFileSync(`/proc/${this.child?.pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
  }

  /** The page of its own metrics. */
  async metrics(): Promise<string> {
    return (await fetch(`http://127.0.0.1:${this.ports.telemetry}/metrics`)).text();
  }

  /** Whether all that it has read is sent and taken: what is on its way counts as queued. */
  async idle(): Promise<boolean> {
    return /^otelcol_exporter_queue_size\{[^}]*exporter="otlp_http"[^}]*\} 0$/m.test(await this.metrics());
  }

  /** A metric of its own, summed over its labels. */
  async metric(name: string): Promise<number> {
    const text = await this.metrics();
    return [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))].reduce((a, m) => a + Number(m[1]), 0);
  }
}

/** A container's log as containerd writes it. */
export class PodLog {
  readonly file: string;

  constructor(root: string, pod = 'sovra-api-gateway-7d9c5b6f4-x2x9z', container = 'api-gateway', namespace = 'sovra') {
    const dir = join(root, `${namespace}_${pod}_0f8fad5b-d9cb-469f-a165-70867728950e`, container);
    mkdirSync(dir, { recursive: true });
    this.file = join(dir, '0.log');
  }

  append(lines: readonly string[], tag: 'F' | 'P' = 'F', second = 0): void {
    const time = new Date(Date.UTC(2026, 10, 24, 10, 0, second)).toISOString().replace('Z', '123456Z');
    writeFileSync(this.file, lines.map((l) => `${time} stdout ${tag} ${l}\n`).join(''), { flag: 'a' });
  }
}

export const remove = (dir: string) => rmSync(dir, { recursive: true, force: true });
