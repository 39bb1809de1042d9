import type { RunningContainer } from './container';
import type { Process } from './processes';
import type { Fault, RunningContainers } from './types';

const SIGNALS = { kill: 'SIGKILL', term: 'SIGTERM', freeze: 'SIGSTOP' } as const;

/** Lets each fault happen once, when its time has come. */
export class Faults {
  private readonly waiting: Set<Fault>;
  private readonly done: Promise<void>[] = [];
  private readonly started = new Map<string, number>();

  constructor(
    faults: readonly Fault[],
    private readonly pod: RunningContainers,
    private readonly tell: (fault: Fault) => void,
  ) {
    this.waiting = new Set(faults);
    this.started.set('', Date.now());
  }

  onStart(container: RunningContainer): void {
    this.started.set(container.name, Date.now());
  }

  onOutput(container: RunningContainer): void {
    for (const fault of this.of(container.name)) {
      if (!('output' in fault.when)) continue;
      const { stdout, stderr } = container.output;
      if (fault.when.output.test(stdout) || fault.when.output.test(stderr)) this.strike(fault, container.name);
    }
  }

  onProcesses(container: RunningContainer, processes: readonly Process[]): void {
    for (const fault of this.of(container.name)) {
      const pattern = 'process' in fault.when ? fault.when.process : undefined;
      if (pattern && processes.some(({ argv }) => pattern.test(argv.join(' ')))) this.strike(fault, container.name);
    }
  }

  onTime(): void {
    for (const fault of [...this.waiting]) {
      const started = this.started.get(fault.container ?? '');
      if (!('seconds' in fault.when) || started === undefined) continue;
      if (Date.now() - started >= fault.when.seconds * 1000) this.strike(fault, fault.container);
    }
  }

  /** After the pod: an action may have failed, and a fault that never came to pass makes the test prove nothing. */
  async finish(): Promise<void> {
    await Promise.all(this.done);
    const [left] = this.waiting;
    if (left === undefined) return;
    const when = Object.entries(left.when).map(([kind, value]) => `${kind} ${value}`);
    throw new Error(`a fault never came to pass: ${left.container ?? 'the pod'}, ${when}`);
  }

  private of(container: string): readonly Fault[] {
    return [...this.waiting].filter((fault) => fault.container === undefined || fault.container === container);
  }

  private strike(fault: Fault, container: string | undefined): void {
    this.waiting.delete(fault);
    this.tell(fault);
    if (typeof fault.action === 'function') this.done.push(Promise.resolve(fault.action(this.pod)));
    else if (fault.action === 'evict') this.pod.evict();
    else
      this.pod.signal(SIGNALS[fault.action], fault.container ?? (fault.process ? container : undefined), fault.process);
  }
}
