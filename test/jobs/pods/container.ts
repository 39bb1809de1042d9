import { type ChildProcess, spawn } from 'node:child_process';
import { type Entry, writeEntry } from './enter';
import { firstIn, type Process, processesIn, signal } from './processes';
import type { ContainerResult } from './types';

/** Real pipes, as a container has: the runner's own would be sockets, which a program cannot open as /dev/stdout. */
const WITH_PIPES = 'exec "$@" > >(exec cat) 2> >(exec cat >&2)';
/** Its child is process 1; what this shell itself would say of a child that was killed is not the container's. */
const WAIT = 'exec 3>&2 2>/dev/null; "$@" 2>&3 3>&-; exit $?';
/** Has mount, cp and the others in itself: three dozen steps take a tenth of the time. */
const SHELL = ['/bin/busybox', 'sh', '-eu'];

/** Of half a second each: a machine that stands still for as long as all of them has lost one. */
const PIPES_TURNS = 20;

/** One container while it runs. */
export class RunningContainer {
  readonly name: string;
  readonly startedAt = new Date();
  readonly ended: Promise<ContainerResult>;
  private readonly root: string;
  private readonly child: ChildProcess;
  private readonly said: { out: Buffer[]; err: Buffer[] } = { out: [], err: [] };
  private over = false;

  constructor(
    entry: Entry,
    readonly init: boolean,
    onOutput: (container: RunningContainer) => void,
  ) {
    this.name = entry.container.name;
    const { script, root } = writeEntry(entry);
    this.root = root;
    const namespaces = ['unshare', '--mount', '--pid', '--uts', '--ipc'];
    const command = [...namespaces, 'sh', '-c', WAIT, 'sh', ...SHELL, script];
    const started = process.hrtime.bigint();
    this.child = spawn('bash', ['-c', WITH_PIPES, 'bash', ...command], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    });
    this.child.stdout?.on('data', (data: Buffer) => this.keep('out', data, onOutput));
    this.child.stderr?.on('data', (data: Buffer) => this.keep('err', data, onOutput));
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      const end = (code: number | null) => {
        this.over = true;
        resolve(this.result(code ?? 137, Number(process.hrtime.bigint() - started) / 1e9));
      };
      this.child.once('close', end);
      // Its pipes close a moment later, unless something that outlived it holds them.
      const wait = (code: number | null, turns: number): NodeJS.Timeout =>
        setTimeout(() => {
          if (this.over) return;
          if (turns === 0) end(code);
          else wait(code, turns - 1);
        }, 500).unref();
      this.child.once('exit', (code) => wait(code, PIPES_TURNS));
    });
  }

  get running(): boolean {
    return !this.over;
  }

  get output(): { readonly stdout: string; readonly stderr: string } {
    return { stdout: Buffer.concat(this.said.out).toString(), stderr: Buffer.concat(this.said.err).toString() };
  }

  processes(tree?: ReadonlyMap<number, readonly number[]>): readonly Process[] {
    return this.over || this.child.pid === undefined ? [] : processesIn(this.child.pid, this.root, tree);
  }

  /** To every process, or to those whose command line matches. Process 1 ignores what it has no handler for. */
  signal(name: NodeJS.Signals, only?: RegExp): void {
    if (this.over) return;
    const all = this.processes();
    const chosen = all.filter(({ argv }) => only === undefined || only.test(argv.join(' ')));
    for (const { pid } of chosen) signal(pid, name);
    // It may still be being prepared, or have begun a process since it was looked at: what is killed whole ends with its first.
    if (only === undefined && name === 'SIGKILL') this.kill();
  }

  /** SIGTERM as a kubelet sends it: to process 1 only. */
  terminate(): void {
    for (const { pid, first } of this.processes()) if (first) signal(pid, 'SIGTERM');
  }

  /** Everything in the container ends with its process 1. */
  kill(): void {
    if (this.over || this.child.pid === undefined) return;
    const first = firstIn(this.child.pid);
    if (first === undefined) this.child.kill('SIGKILL');
    else signal(first, 'SIGKILL');
  }

  private keep(stream: 'out' | 'err', data: Buffer, onOutput: (container: RunningContainer) => void): void {
    this.said[stream].push(data);
    onOutput(this);
  }

  private result(exitCode: number, seconds: number): ContainerResult {
    const { name, startedAt, init } = this;
    return { name, init, exitCode, ...this.output, startedAt, seconds };
  }
}
