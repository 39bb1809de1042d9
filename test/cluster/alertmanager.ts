import type { RunningPod } from './pod';
import type { Programs } from './programs';
import { type Leaf, parseRoutes, walk } from './routes';

export interface ReceivedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly status: {
    readonly state: 'unprocessed' | 'active' | 'suppressed';
    /** Fingerprints of the alerts that silence it. */
    readonly inhibitedBy: readonly string[];
  };
  readonly fingerprint: string;
  readonly receivers: readonly { readonly name: string }[];
}

/** A real Alertmanager that runs as its pods say, with the configuration that the real operator wrote. */
export class Alertmanager {
  constructor(
    readonly pods: readonly RunningPod[],
    private readonly programs: Programs,
  ) {}

  get url(): string {
    return `http://${this.pods[0]?.address}:9093`;
  }

  async alerts(): Promise<readonly ReceivedAlert[]> {
    return this.ask<readonly ReceivedAlert[]>('alerts');
  }

  /** Names of the members of its cluster, itself included. */
  async peers(): Promise<readonly string[]> {
    const status = await this.ask<{ cluster: { peers?: readonly { name: string }[] } }>('status');
    return (status.cluster.peers ?? []).map(({ name }) => name);
  }

  /** Names of the receivers that an alert with these labels reaches, by the real routing tree. */
  async route(labels: Readonly<Record<string, string>>): Promise<readonly string[]> {
    const args = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
    const { stdout } = await this.amtool(['config', 'routes', 'test', `--config.file=${config}`, ...args]);
    return stdout.trim().split(',');
  }

  /**
   * The routes that an alert with these labels takes, with their times, by the configuration that is loaded now.
   *
   * @throws {Error} where amtool names other receivers
   */
  async leaves(labels: Readonly<Record<string, string>>): Promise<readonly Leaf[]> {
    const found = walk(parseRoutes(await this.config()), labels);
    const [own, amtool] = [found.map(({ receiver }) => receiver).join(), (await this.route(labels)).join()];
    if (own !== amtool) throw new Error(`amtool sends ${JSON.stringify(labels)} to ${amtool}, the routes to ${own}`);
    return found;
  }

  /** The configuration that is loaded now, as YAML. */
  async config(): Promise<string> {
    return (await this.ask<{ config: { original: string } }>('status')).config.original;
  }

  /** How many notifications it has held back for this reason: "inhibition", "active_time_interval". */
  async heldBack(reason: string): Promise<number> {
    const metrics = await (await fetch(`${this.url}/metrics`, { signal: AbortSignal.timeout(30_000) })).text();
    const line = metrics
      .split('\n')
      .find((l) => l.startsWith(`alertmanager_notifications_suppressed_total{reason="${reason}"}`));
    return Number(line?.split(' ').at(-1) ?? 0);
  }

  /** amtool's opinion of the configuration, inside the pod, where the files that it refers to are. */
  async checkConfig(): Promise<string> {
    return (await this.amtool(['check-config', config])).stdout;
  }

  async stop(): Promise<void> {
    await Promise.all(this.pods.map((pod) => pod.stop()));
  }

  private amtool(args: readonly string[]) {
    return (this.pods[0] as RunningPod).exec('alertmanager', this.programs.amtool.path, args);
  }

  private async ask<T>(path: string): Promise<T> {
    const response = await fetch(`${this.url}/api/v2/${path}`, { signal: AbortSignal.timeout(30_000) });
    if (!response.ok) throw new Error(`Alertmanager answered ${response.status} to ${path}`);
    return (await response.json()) as T;
  }
}

const config = '/etc/alertmanager/config_out/alertmanager.env.yaml';
