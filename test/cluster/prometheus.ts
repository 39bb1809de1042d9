import type { RunningPod } from './pod';
import type { Programs } from './programs';
import { type WaitOptions, waitFor } from './wait';

type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly metric: Labels;
  readonly value: number;
}

export interface Target {
  readonly scrapePool: string;
  readonly scrapeUrl: string;
  readonly labels: Labels;
  readonly health: 'up' | 'down' | 'unknown';
  readonly lastError: string;
}

export interface Rule {
  readonly name: string;
  readonly query: string;
  readonly type: 'alerting' | 'recording';
  readonly group: string;
  readonly health: 'ok' | 'err' | 'unknown';
  readonly lastError?: string;
  /** Of alerting rules. */
  readonly state?: 'inactive' | 'pending' | 'firing';
}

export interface ActiveAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly state: 'pending' | 'firing';
}

interface RuleGroup {
  readonly name: string;
  readonly rules: readonly Omit<Rule, 'group'>[];
}

interface VectorResult {
  readonly resultType: string;
  readonly result: readonly { readonly metric: Labels; readonly value: readonly [number, string] }[];
}

/** A real Prometheus that runs as its pod says, with the configuration that the real operator wrote. */
export class Prometheus {
  constructor(
    /** One for each replica; questions go to the first. */
    readonly pods: readonly RunningPod[],
    private readonly programs: Programs,
  ) {}

  get url(): string {
    return `http://${this.pods[0]?.address}:9090`;
  }

  /** An instant query. */
  async query(expression: string): Promise<readonly Sample[]> {
    const { resultType, result } = await this.ask<VectorResult>(`query?query=${encodeURIComponent(expression)}`);
    if (resultType !== 'vector') throw new Error(`${expression} is no instant vector but a ${resultType}`);
    return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  async targets(): Promise<readonly Target[]> {
    return (await this.ask<{ activeTargets: readonly Target[] }>('targets?state=active')).activeTargets;
  }

  async rules(): Promise<readonly Rule[]> {
    const { groups } = await this.ask<{ groups: readonly RuleGroup[] }>('rules');
    return groups.flatMap(({ name, rules }) => rules.map((rule) => ({ ...rule, group: name })));
  }

  async alerts(): Promise<readonly ActiveAlert[]> {
    return (await this.ask<{ alerts: readonly ActiveAlert[] }>('alerts')).alerts;
  }

  /** Addresses of the Alertmanagers that it has found. */
  async alertmanagers(): Promise<readonly string[]> {
    const found = await this.ask<{ activeAlertmanagers: readonly { url: string }[] }>('alertmanagers');
    return found.activeAlertmanagers.map(({ url }) => url);
  }

  /** The configuration that is loaded now, as YAML. */
  async config(): Promise<string> {
    return (await this.ask<{ yaml: string }>('status/config')).yaml;
  }

  /** What is wrong with the targets, one line each: down, or not scraped yet. */
  async failedTargets(): Promise<readonly string[]> {
    const failed = (await this.targets()).filter(({ health }) => health !== 'up');
    return failed.map((target) => `${target.scrapePool} ${target.scrapeUrl} ${target.health}: ${target.lastError}`);
  }

  /** What is wrong with the rules, one line each: failed, or not evaluated yet. */
  async failedRules(): Promise<readonly string[]> {
    const failed = (await this.rules()).filter(({ health }) => health !== 'ok');
    return failed.map((rule) => `${rule.group}/${rule.name} ${rule.health}: ${rule.lastError ?? ''}`);
  }

  /** Waits until `check` gives something, or an empty list of faults. */
  waitFor<T>(what: string, check: (self: this) => Promise<T | undefined | false>, options?: WaitOptions): Promise<T> {
    return waitFor(what, () => check(this), { timeout: 60_000, interval: 250, ...options });
  }

  /**
   * At least `atLeast` targets, and every target up: by the page of targets, and by the samples. A target is "up" there
   * a moment before its first sample can be queried.
   */
  async waitForTargets(atLeast = 1, options?: WaitOptions): Promise<void> {
    await this.waitFor(
      `${atLeast} or more targets, all up`,
      async () => {
        const failed = await this.failedTargets();
        const found = await this.targets();
        const seen = (await this.query('up == 1')).length;
        if (failed.length === 0 && found.length >= atLeast && seen >= found.length) return true;
        throw new Error([`${found.length} targets, ${seen} up by their samples`, ...failed].join('\n  '));
      },
      options,
    );
  }

  /** Every rule evaluated without a fault. A group's first turn comes up to one interval of the group after the start. */
  async waitForRules(options?: WaitOptions): Promise<void> {
    await this.waitFor(
      'all rules evaluated',
      async () => {
        const failed = await this.failedRules();
        if (failed.length === 0 && (await this.rules()).length > 0) return true;
        throw new Error(`${failed.length} rules failed or not evaluated\n  ${failed.join('\n  ')}`);
      },
      options,
    );
  }

  waitForAlert(name: string, state: ActiveAlert['state'], options?: WaitOptions): Promise<ActiveAlert> {
    return this.waitFor(
      `alert ${name} to be ${state}`,
      async () => (await this.alerts()).find((alert) => alert.labels.alertname === name && alert.state === state),
      options,
    );
  }

  /**
   * promtool's opinion of the configuration, of all that it refers to, and of the rules: inside the pod, where the
   * files are. Lint findings fail it too. The configuration is the one that the pod's own reloader has written.
   */
  async checkConfig(): Promise<string> {
    const config = '/etc/prometheus/config_out/prometheus.env.yaml';
    const args = ['check', 'config', '--lint=all', '--lint-fatal', config];
    const pod = this.pods[0] as RunningPod;
    const { stdout, stderr } = await pod.exec('prometheus', this.programs.promtool.path, args);
    return stdout + stderr;
  }

  async stop(): Promise<void> {
    await Promise.all(this.pods.map((pod) => pod.stop()));
  }

  private async ask<T>(path: string): Promise<T> {
    const response = await fetch(`${this.url}/api/v1/${path}`, { signal: AbortSignal.timeout(30_000) });
    const answer = (await response.json()) as { status: string; data: T; error?: string };
    if (answer.status === 'success') return answer.data;
    throw new Error(`Prometheus refused ${path}: ${answer.error}`);
  }
}
