import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { Server } from '../../cluster/process';
import { workFolder } from '../pods';

/** An address that no other server of the run has; files of tests run side by side, and know nothing of each other. */
export function claimAddress(): string {
  const dir = join(workFolder(), 'addresses');
  mkdirSync(dir, { recursive: true });
  for (let n = 1; ; n++) {
    const address = `127.20.${Math.floor(n / 250)}.${1 + (n % 250)}`;
    try {
      mkdirSync(join(dir, address));
      return address;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** A server that was killed because it had no time to end has other data than one that ended. */
const PATIENCE = 120_000;

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A real server with an address, names and a folder of its own; stopped and started again, it has the same data. */
export abstract class RealServer {
  readonly address = claimAddress();
  readonly dir: string;
  private server: Server | undefined;

  protected constructor(
    readonly kind: string,
    readonly names: readonly string[],
  ) {
    this.dir = mkdtempSync(join(workFolder(), `${kind}-`));
    // Not every server is root.
    chmodSync(this.dir, 0o755);
  }

  /** For the pods' name resolution. */
  get hosts(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.names.map((name) => [name, this.address]));
  }

  get logFile(): string {
    return join(this.dir, 'server.log');
  }

  get running(): boolean {
    return this.server !== undefined && this.server.ended === undefined;
  }

  async start(): Promise<this> {
    if (this.running) throw new Error(`${this.kind} is running`);
    const command = this.command();
    this.server = Server.start({ name: this.kind, ...command, logFile: this.logFile });
    try {
      await this.server.ready(() => this.ready(), { interval: 50, timeout: PATIENCE });
    } catch (error) {
      await this.stop();
      throw error;
    }
    return this;
  }

  /** Politely, so that what it holds is on the disk. */
  async stop(): Promise<void> {
    await this.server?.stop(PATIENCE);
  }

  /** As a power cut does. */
  async kill(): Promise<void> {
    this.server?.kill();
    await this.server?.completed().catch(() => undefined);
  }

  protected abstract command(): Command;
  protected abstract ready(): Promise<boolean>;
}
