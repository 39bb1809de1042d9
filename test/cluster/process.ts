import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type WaitOptions, waitFor } from './wait';

export interface ServerOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly logFile: string;
  /** Added to the environment of the tests. */
  readonly env?: Readonly<Record<string, string>>;
}

const running = new Set<Server>();

// For a run that ends without stop(): no server may outlive the tests that started it.
process.once('exit', () => {
  for (const server of running) server.kill();
});

/** A child process that logs to a file and is ended by its own process id. */
export class Server {
  readonly name: string;
  readonly logFile: string;
  private readonly child: ChildProcess;
  private readonly exited: Promise<void>;
  private failure: string | undefined;

  private constructor(options: ServerOptions) {
    this.name = options.name;
    this.logFile = options.logFile;
    mkdirSync(dirname(options.logFile), { recursive: true });
    const log = openSync(options.logFile, 'a');
    this.child = spawn(options.command, options.args, {
      stdio: ['ignore', log, log],
      env: { ...process.env, ...options.env },
    });
    closeSync(log);
    this.exited = new Promise((resolve) => {
      const end = (reason: string) => {
        this.failure ??= reason;
        running.delete(this);
        resolve();
      };
      this.child.once('error', (error) => end(error.message));
      this.child.once('exit', (code, signal) => end(`ended with ${signal ?? code}`));
    });
  }

  static start(options: ServerOptions): Server {
    const server = new Server(options);
    running.add(server);
    return server;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Why the process is no longer there, or undefined while it runs. */
  get ended(): string | undefined {
    return this.failure;
  }

  /** Waits for readiness, and fails at once when the process ends before that. */
  async ready(check: () => Promise<boolean>, options?: WaitOptions): Promise<this> {
    await waitFor(
      `${this.name} to become ready`,
      async () => (this.failure === undefined ? check() : 'ended'),
      options,
    ).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.tail()}`);
    });
    if (this.failure !== undefined) throw new Error(`${this.name} ${this.failure}\n${this.tail()}`);
    return this;
  }

  /** Waits for a process that is meant to end by itself. */
  async completed(): Promise<void> {
    await this.exited;
    if (this.child.exitCode !== 0) throw new Error(`${this.name} ${this.failure}\n${this.tail()}`);
  }

  /** @param milliseconds after which it is killed */
  async stop(milliseconds = 5_000): Promise<void> {
    if (this.failure !== undefined) return;
    this.child.kill('SIGTERM');
    const patience = setTimeout(() => this.child.kill('SIGKILL'), milliseconds);
    await this.exited;
    clearTimeout(patience);
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  tail(lines = 25): string {
    const text = readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
    return `--- last lines of ${this.logFile}\n${text}`;
  }
}

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

export class CommandError extends Error {
  constructor(
    command: string,
    readonly exitCode: number | null,
    readonly output: Output,
  ) {
    super(`${command} ended with ${exitCode}\n${output.stderr}${output.stdout}`.trimEnd());
  }
}

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Milliseconds after which it is killed. @default never */
  readonly timeout?: number;
}

/** Runs a command to its end. Rejects with a CommandError when it does not end with 0. */
export function runCommand(command: string, args: readonly string[], options: CommandOptions = {}): Promise<Output> {
  return new Promise((resolve, reject) => {
    const { timeout } = options;
    const env = { ...process.env, ...options.env };
    const child = spawn(command, args, { env, stdio: 'pipe', killSignal: 'SIGKILL', ...(timeout && { timeout }) });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    // A command that ends without reading its input closes the pipe; its exit code says what happened.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin ?? '');
    child.on('error', reject);
    child.on('close', (code) => {
      const output = { stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
      if (code === 0) resolve(output);
      else reject(new CommandError([command, ...args].join(' '), code, output));
    });
  });
}
