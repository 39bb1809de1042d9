import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { RunningContainer } from './container';
import { commandOf } from './enter';
import { environmentOf } from './environment';
import { Faults } from './faults';
import { imageFor } from './images';
import { readTree } from './processes';
import { imageRoot } from './root';
import { templateOf } from './template';
import {
  type AnyContainer,
  type ContainerResult,
  NotStarted,
  type PodEvent,
  type PodFailure,
  type PodResult,
  type RunOptions,
  type SeenProcess,
  type Template,
} from './types';
import { PodFolders } from './volumes';

/** Where the files of the run go: run.mjs makes it, with the namespaces, and removes it afterwards. */
export function workFolder(): string {
  const dir = process.env.SOVRA_OPS_JOBS_DIR;
  if (dir) return dir;
  throw new Error('jobs run in namespaces of their own: start the tests with node test/jobs/run.mjs');
}

/** Seconds: many times what the longest pod takes on a machine that is busy. */
const HANGS = 600;
const LATE = 'Pod was active on the node longer than the specified deadline';

const SAMPLE_MILLISECONDS = 8;
/** Of the runner's own time, which is the store's and the proxy's, too: a look that takes long is followed by a longer pause. */
const PAUSE_FOR_LOOK = 4;

const seconds = (from: number) => (Date.now() - from) / 1000;

/** Runs the pod once. Rejects when the runner itself, or a fault, did not do what it should have. */
export async function runPod(object: unknown, options: RunOptions = {}): Promise<PodResult> {
  const template = templateOf(object, options.namespace);
  const limits = [
    options.activeDeadlineSeconds ?? template.job.activeDeadlineSeconds,
    template.spec.activeDeadlineSeconds,
  ];
  return runTemplate(template, options, 1, Math.min(...limits.map((limit) => limit ?? Number.POSITIVE_INFINITY)));
}

export async function runTemplate(
  template: Template,
  options: RunOptions,
  attempt: number,
  deadline: number,
  onExpired: () => void = () => undefined,
): Promise<PodResult> {
  const dir = mkdtempSync(join(workFolder(), `pod-${template.metadata.name}-`));
  return new PodRun(template, options, attempt, deadline, onExpired, dir).run();
}

class PodRun {
  private readonly started = Date.now();
  private readonly all: RunningContainer[] = [];
  private readonly results: ContainerResult[] = [];
  private readonly events: PodEvent[] = [];
  private readonly seen = new Map<string, SeenProcess>();
  private readonly faults: Faults;
  private ending: PodFailure | undefined;
  private message: string | undefined;
  private folders: PodFolders | undefined;
  private over = false;
  private hung = false;
  private nextLook: NodeJS.Timeout | undefined;

  constructor(
    private readonly template: Template,
    private readonly options: RunOptions,
    attempt: number,
    private readonly deadline: number,
    private readonly onExpired: () => void,
    private readonly dir: string,
  ) {
    const faults = (options.faults ?? []).filter((fault) => (fault.attempt ?? 1) === attempt);
    const pod = {
      signal: (name: NodeJS.Signals, container?: string, only?: RegExp) => {
        for (const c of this.all) if (container === undefined || c.name === container) c.signal(name, only);
      },
      evict: () => this.end('Evicted', 'The node was low on resource: ephemeral-storage.', true),
      expire: () => this.expire(),
      folder: (volume: string) => (this.folders as PodFolders).find(volume).path,
    };
    this.faults = new Faults(faults, pod, (fault) => {
      const action = typeof fault.action === 'string' ? fault.action : 'function';
      this.tell('Fault', fault.container, action);
    });
  }

  async run(): Promise<PodResult> {
    this.watch();
    const limit = setTimeout(() => this.end('DeadlineExceeded', LATE), milliseconds(this.deadline));
    const patience = setTimeout(
      () => {
        this.hung = true;
        this.end('Error', 'the runner lost its patience', true);
      },
      milliseconds(this.options.timeoutSeconds ?? HANGS),
    );
    try {
      const folders = new PodFolders(this.template, this.options, join(this.dir, 'volumes'));
      this.folders = folders;
      await this.runContainers(folders);
      this.over = true;
      await this.options.inspect?.(folders.emptyDirs);
    } catch (error) {
      if (!(error instanceof NotStarted)) throw error;
      this.end(error.reason, error.message, true);
      await Promise.all(this.all.map((container) => container.ended));
    } finally {
      for (const timer of [this.nextLook, limit, patience]) clearTimeout(timer);
      for (const container of this.all) if (container.running) container.kill();
      this.folders?.remove();
    }
    const result = this.result();
    if (this.hung) throw new Error(`the pod ran longer than ${this.options.timeoutSeconds ?? HANGS} s\n${result.log}`);
    await this.faults.finish().catch((error: Error) => {
      throw new Error(`${error.message}\n${result.log}`);
    });
    return result;
  }

  private async runContainers(folders: PodFolders): Promise<void> {
    const sidecars: RunningContainer[] = [];
    for (const spec of this.template.spec.initContainers ?? []) {
      if (this.ending) break;
      const container = this.start(spec, folders, true);
      if ((spec as AnyContainer).restartPolicy === 'Always') sidecars.push(container);
      else if ((await this.ended(container)).exitCode !== 0) this.ending ??= 'Error';
    }
    if (!this.ending) {
      const main = this.template.spec.containers.map((spec) => this.start(spec, folders, false));
      const ended = await Promise.all(main.map((container) => this.ended(container)));
      if (ended.some(({ exitCode }) => exitCode !== 0)) this.ending ??= 'Error';
    }
    for (const sidecar of sidecars) this.stop(sidecar);
    await Promise.all(sidecars.map((container) => this.ended(container)));
  }

  private start(spec: AnyContainer, folders: PodFolders, init: boolean): RunningContainer {
    const image = imageFor(spec.image ?? '', this.options.images);
    const { template, options } = this;
    const entry = {
      ...{ container: spec, template, image, folders },
      imageRoot: imageRoot(image, workFolder()),
      environment: environmentOf(template, spec, image.env ?? {}, options),
      hosts: options.hosts ?? {},
      dir: join(this.dir, spec.name),
    };
    const container = new RunningContainer(entry, init, (which) => this.faults.onOutput(which));
    this.all.push(container);
    // Its first process may be gone before anybody has looked.
    this.see(spec.name, commandOf(entry), entry.environment);
    this.faults.onStart(container);
    this.tell('Started', spec.name);
    return container;
  }

  private async ended(container: RunningContainer): Promise<ContainerResult> {
    const result = await container.ended;
    this.results.push(result);
    this.tell('Ended', container.name, `exit code ${result.exitCode}`);
    return result;
  }

  /** Ends the pod from outside: the containers that run now, and those that would have come. */
  private end(reason: PodFailure, message: string, atOnce = false): void {
    if (this.ending) return;
    this.ending = reason;
    this.message = message;
    this.tell(reason, undefined, message);
    for (const container of this.all) if (container.running) atOnce ? container.kill() : this.stop(container);
  }

  /** Only what is still running can be late: a pod that has failed before has failed by itself. */
  private expire(): void {
    if (this.over || this.ending) return;
    this.onExpired();
    this.end('DeadlineExceeded', LATE);
  }

  private stop(container: RunningContainer): void {
    container.terminate();
    const patience = setTimeout(() => container.kill(), milliseconds(this.options.gracePeriodSeconds ?? 2));
    container.ended.finally(() => clearTimeout(patience));
  }

  /** Looks again and again, until the run ends. */
  private watch(pause = 0): void {
    const sample = this.options.watchMilliseconds ?? SAMPLE_MILLISECONDS;
    this.nextLook = setTimeout(
      () => {
        const begin = performance.now();
        this.look();
        this.watch(PAUSE_FOR_LOOK * (performance.now() - begin));
      },
      Math.max(sample, pause),
    );
  }

  private look(): void {
    const tree = readTree();
    for (const container of this.all) {
      const processes = container.processes(tree);
      for (const { argv, environment } of processes) {
        this.see(container.name, argv, environment);
      }
      this.faults.onProcesses(container, processes);
    }
    this.faults.onTime();
  }

  private see(container: string, argv: readonly string[], environment: Readonly<Record<string, string>>): void {
    this.seen.set(JSON.stringify([container, argv]), { container, argv, environment });
  }

  private tell(reason: string, container?: string, message?: string): void {
    this.events.push({
      at: seconds(this.started),
      reason,
      ...(container && { container }),
      ...(message && { message }),
    });
  }

  private result(): PodResult {
    const containers = [...this.results].sort((a, b) => a.startedAt.getTime() - b.startedAt.getTime());
    const processes = [...this.seen.values()];
    const log = containers.map(logOf).join('') + (this.message === undefined ? '' : `[pod] ${this.message}\n`);
    return {
      ok: this.ending === undefined,
      ...(this.ending && { reason: this.ending }),
      ...(this.message !== undefined && { message: this.message }),
      seconds: seconds(this.started),
      containers,
      events: this.events,
      processes,
      commandLines: processes.map(({ argv }) => argv.join(' ')),
      log,
      container: (name) => {
        const found = containers.find((container) => container.name === name);
        if (found === undefined) throw new Error(`container ${name} did not run\n${log}`);
        return found;
      },
    };
  }
}

/** Timers hold no more than 24 days, and an endless one fires at once. */
const milliseconds = (limit: number) => Math.min(limit * 1000, 2 ** 31 - 1);

const logOf = ({ name, stdout, stderr, exitCode }: ContainerResult) =>
  `${`${stdout}${stderr}`.replace(/^(?=.)/gm, `[${name}] `).trimEnd()}\n[${name}] ended with ${exitCode}\n`;
