import type { RunningPod } from './pod';
import type { Programs } from './programs';

export interface ReceivedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly status: { readonly state: 'unprocessed' | 'active' | 'suppressed' };
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
    const response = await fetch(`${this.url}/api/v2/${path}`);
    if (!response.ok) throw new Error(`Alertmanager answered ${response.status} to ${path}`);
    return (await response.json()) as T;
  }
}

const config = '/etc/alertmanager/config_out/alertmanager.env.yaml';
