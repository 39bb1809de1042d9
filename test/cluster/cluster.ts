import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Pod } from 'kubernetes-types/core/v1';
import { Alertmanager } from './alertmanager';
import type { ApiClient } from './api';
import { type ControlPlane, startControlPlane } from './control-plane';
import type { ApplyResult, Kubectl } from './kubectl';
import { addresses, requireNamespaces } from './network';
import { type ConfigOptions, startOperator, waitForAlertmanagerConfig, waitForPrometheusConfig } from './operator';
import { type PodOptions, RunningPod } from './pod';
import type { Server } from './process';
import { findPrograms, type Programs } from './programs';
import { Prometheus } from './prometheus';
import { findRepeatedChanges } from './repeat';
import { ServiceNetwork } from './services';
import { type WaitOptions, waitFor } from './wait';
import { failTask, findPods, readRefusals, triggerCronJobs, waitForWorkloads } from './workloads';

export interface ClusterOptions {
  /** Whether the Prometheus Operator and its definitions are there. @default true */
  readonly operator?: boolean;
}

export interface InstanceOptions extends PodOptions, ConfigOptions {}

export interface PodSelection extends PodOptions {
  readonly namespace: string;
  /** A label selector, such as "app.kubernetes.io/name=blackbox-exporter". */
  readonly selector: string;
}

/** A Kubernetes cluster of real servers. Pods are pretended by kwok, until one of the start methods really runs them. */
export class Cluster {
  private readonly pods = new Set<RunningPod>();

  constructor(
    readonly programs: Programs,
    private readonly controlPlane: ControlPlane,
    readonly services: ServiceNetwork,
    private readonly servers: readonly Server[],
    /** Where the files and logs of all servers are. */
    readonly dir: string,
  ) {}

  get api(): ApiClient {
    return this.controlPlane.api;
  }

  get kubectl(): Kubectl {
    return this.controlPlane.kubectl;
  }

  get kubeconfig(): string {
    return this.controlPlane.kubeconfig;
  }

  /** Applies a file or a directory server-side, under strict validation. */
  async apply(path: string): Promise<ApplyResult> {
    const result = await this.kubectl.apply(path);
    await this.services.sync();
    return result;
  }

  async applyObjects(objects: readonly object[]): Promise<ApplyResult> {
    const result = await this.kubectl.applyObjects(objects);
    await this.services.sync();
    return result;
  }

  /** Applies once more what was applied. Returns the objects that changed by it; there should be none. */
  findRepeatedChanges(path: string): Promise<readonly string[]> {
    return findRepeatedChanges(this.kubectl, path);
  }

  waitForWorkloads(options?: WaitOptions): Promise<readonly string[]> {
    return waitForWorkloads(this.api, options);
  }

  /** Pods that admission refused, with its reason. */
  refusals(): Promise<readonly string[]> {
    return readRefusals(this.api);
  }

  triggerCronJobs(): Promise<readonly string[]> {
    return triggerCronJobs(this.api, this.kubectl);
  }

  /** Lets a scheduled task fail, and returns when it had. */
  failTask(namespace: string, name: string): Promise<number> {
    return failTask(this.api, this.kubectl, namespace, name);
  }

  async podAddresses(namespace: string, selector?: string): Promise<readonly string[]> {
    return (await findPods(this.api, namespace, selector)).map(({ status }) => status?.podIP as string);
  }

  /** Really runs the selected pods: exporters, or anything that a program of the machine can stand in for. */
  async startPods({ namespace, selector, ...options }: PodSelection): Promise<readonly RunningPod[]> {
    const pods = await findPods(this.api, namespace, selector);
    if (pods.length === 0) throw new Error(`no running pod in ${namespace} has the labels ${selector}`);
    return this.runPods(pods, options);
  }

  async startPrometheus(options: InstanceOptions): Promise<Prometheus> {
    await waitForPrometheusConfig(this.api, options);
    const selector = `operator.prometheus.io/name=${options.name},app.kubernetes.io/name=prometheus`;
    return new Prometheus(await this.startPods({ ...options, selector }), this.programs);
  }

  /** Brings what the operator wrote since then into the running pods, until their own reloaders have taken it up. */
  async refreshPrometheus(prometheus: Prometheus, options: InstanceOptions): Promise<void> {
    await waitForPrometheusConfig(this.api, options);
    await refresh(prometheus);
  }

  async startAlertmanager(options: InstanceOptions): Promise<Alertmanager> {
    await waitForAlertmanagerConfig(this.api, options);
    const selector = `alertmanager=${options.name},app.kubernetes.io/name=alertmanager`;
    return new Alertmanager(await this.startPods({ ...options, selector }), this.programs);
  }

  /** The same for what the operator wrote for an Alertmanager. */
  async refreshAlertmanager(alertmanager: Alertmanager): Promise<void> {
    await refresh(alertmanager);
  }

  /** Ends every server by its process id. */
  async stop(): Promise<void> {
    await Promise.all([...this.pods].map((pod) => pod.stop()));
    await this.services.stop();
    await Promise.all(this.servers.map((server) => server.stop()));
    await this.controlPlane.stop();
  }

  /** Together: members of a cluster may wait for each other before they are ready. */
  private async runPods(pods: readonly Pod[], options: PodOptions): Promise<readonly RunningPod[]> {
    await this.services.sync();
    const context = { api: this.api, programs: this.programs, dir: this.dir };
    const results = await Promise.allSettled(pods.map((pod) => RunningPod.start(context, pod, options)));
    const started = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    for (const pod of started) this.pods.add(pod);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    return started;
  }
}

/**
 * A reloader watches its files from its first reload on, which may come seconds after its server is ready. What it misses
 * before that it would look for after three minutes only; so the files are written again until it has seen them.
 */
async function refresh(server: Prometheus | Alertmanager): Promise<void> {
  const before = await server.config();
  let looks = 0;
  await waitFor(
    'the reloader to take up what the operator wrote',
    async () => {
      if (looks % 50 === 0) await Promise.all(server.pods.map((pod) => pod.syncVolumes()));
      looks += 1;
      return (await server.config()) !== before;
    },
    { timeout: 120_000 },
  );
}

/** Ready for manifests in about 15 seconds. When a server does not start, the error ends with its last lines. */
export async function startCluster({ operator = true }: ClusterOptions = {}): Promise<Cluster> {
  const dir = mkdtempSync(join(requireNamespaces(), 'cluster-'));
  const programs = await findPrograms();
  const controlPlane = await startControlPlane(programs, dir);
  const services = new ServiceNetwork(controlPlane.api);
  try {
    const servers = operator ? [await startOperator(programs, controlPlane, dir)] : [];
    await services.sync();
    return new Cluster(programs, controlPlane, services, servers, dir);
  } catch (error) {
    await services.stop();
    await controlPlane.stop();
    throw error;
  }
}

/** For values that manifests of the tests need. */
export { addresses };
