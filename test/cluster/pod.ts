import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Container, Pod } from 'kubernetes-types/core/v1';
import type { ApiClient } from './api';
import { ContainerProcess } from './container';
import { createPodNetwork, type PodNetwork } from './network';
import { readEnvironment } from './pod-fields';
import { PodVolumes } from './pod-volumes';
import { runProbe } from './probes';
import type { Output, Server } from './process';
import type { Programs } from './programs';

export interface PodContext {
  readonly api: ApiClient;
  readonly programs: Programs;
  /** Where the pods' files and logs go. */
  readonly dir: string;
}

export interface PodOptions {
  /** Programs that stand in for further images, by the last part of the image's name. */
  readonly binaries?: Readonly<Record<string, string>>;
  /** Names of containers that are left out. */
  readonly skip?: readonly string[];
}

interface Running {
  readonly spec: Container;
  readonly process: ContainerProcess;
  readonly server: Server;
}

/** "quay.io/prometheus/prometheus:v3.1.0" -> "prometheus" */
export const imageName = (image: string) => /([^/:@]+)(?:[:@][^/]*)?$/.exec(image)?.[1] ?? image;

function findBinary(container: Container, { programs }: PodContext, { binaries = {} }: PodOptions): string {
  const image = imageName(container.image ?? '');
  const binary = binaries[image] ?? (programs as Readonly<Record<string, { path: string }>>)[image]?.path;
  if (binary === undefined) {
    throw new Error(`no program stands in for ${container.image} (container ${container.name}): add it or skip it`);
  }
  return binary;
}

/**
 * A pod whose containers really run, in the place of the kubelet that kwok only pretends to be. The pod is the one in
 * the API server: its address, service account, volumes, arguments, security context and probes are used as they are.
 */
export class RunningPod {
  private readonly running: Running[] = [];

  private constructor(
    readonly pod: Pod,
    private readonly context: PodContext,
    private readonly options: PodOptions,
    private readonly network: PodNetwork,
    private readonly volumes: PodVolumes,
  ) {}

  static async start(context: PodContext, pod: Pod, options: PodOptions = {}): Promise<RunningPod> {
    const address = pod.status?.podIP;
    if (address === undefined) throw new Error(`pod ${pod.metadata?.name} has no address`);
    const volumes = new PodVolumes(context.api, pod, join(podDir(context, pod), 'volumes'));
    await volumes.sync();
    const running = new RunningPod(pod, context, options, await createPodNetwork(address), volumes);
    try {
      await running.startContainers();
    } catch (error) {
      await running.stop();
      throw error;
    }
    return running;
  }

  get name(): string {
    return this.pod.metadata?.name ?? '';
  }

  get address(): string {
    return this.pod.status?.podIP ?? '';
  }

  /** Runs another program inside a container: it sees the same files and has the same user. */
  exec(container: string, binary: string, args: readonly string[]): Promise<Output> {
    const found = this.running.find(({ spec }) => spec.name === container);
    if (found === undefined) throw new Error(`pod ${this.name} has no running container ${container}`);
    return found.process.exec(binary, args);
  }

  /** Brings changed Secrets and ConfigMaps into the volumes, as a kubelet does within a minute. */
  syncVolumes(): Promise<void> {
    return this.volumes.sync();
  }

  async stop(): Promise<void> {
    await Promise.all(this.running.map(({ server }) => server.stop()));
    this.running.length = 0;
    await this.network.remove();
  }

  private async startContainers(): Promise<void> {
    for (const spec of this.selected(this.pod.spec?.initContainers)) {
      const started = await this.startContainer(spec);
      if (spec.restartPolicy === 'Always') await this.waitForProbes(started);
      else await started.server.completed();
    }
    const started = [];
    for (const spec of this.selected(this.pod.spec?.containers)) started.push(await this.startContainer(spec));
    await Promise.all(started.map((container) => this.waitForProbes(container)));
  }

  private selected(containers: readonly Container[] = []): readonly (Container & { restartPolicy?: string })[] {
    return containers.filter(({ name }) => !this.options.skip?.includes(name));
  }

  private async startContainer(spec: Container): Promise<Running> {
    const binary = findBinary(spec, this.context, this.options);
    if (!existsSync(binary)) throw new Error(`${binary}, which stands in for ${spec.image}, does not exist`);
    const process = new ContainerProcess(spec, {
      pod: this.pod,
      network: this.network,
      volumes: this.volumes,
      environment: await readEnvironment(this.context.api, this.pod, spec),
      binary,
      dir: podDir(this.context, this.pod),
    });
    const started = { spec, process, server: process.start() };
    this.running.push(started);
    return started;
  }

  /** Ready means what the pod says it means; a liveness probe that fails would have it restarted for ever. */
  private async waitForProbes({ spec, process, server }: Running): Promise<void> {
    for (const probe of [spec.startupProbe, spec.readinessProbe, spec.livenessProbe]) {
      if (probe) await server.ready(() => runProbe(this.address, spec, probe, process));
    }
  }
}

const podDir = (context: PodContext, pod: Pod) =>
  join(context.dir, 'pods', `${pod.metadata?.namespace}.${pod.metadata?.name}.${pod.metadata?.uid?.slice(0, 8)}`);
