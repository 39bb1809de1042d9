import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { REPORT_PROGRAM } from '../../lib/backup/evidence';
import { tool } from '../support/tools';
import { type RunningContainers, workFolder } from './pods';
import { seal } from './repository-key';
import type { S3Store } from './servers';

const run = promisify(execFile);
const MUCH = { maxBuffer: 1 << 28 };

export interface Snapshot {
  readonly id: string;
  readonly time: string;
  readonly tags: readonly string[];
  readonly paths: readonly string[];
  /** What it was before it was tagged. */
  readonly original?: string;
}

/** A reader who stands beside the store: restic on its files, past the network, its faults and every lock. */
export class RepositoryReader {
  private readonly dir = mkdtempSync(join(workFolder(), 'reader-'));

  constructor(
    private readonly store: S3Store,
    password: string,
  ) {
    writeFileSync(join(this.dir, 'password'), password, { mode: 0o600 });
    writeFileSync(join(this.dir, 'report.jq'), REPORT_PROGRAM);
  }

  async snapshots(): Promise<Snapshot[]> {
    return JSON.parse((await this.restic('snapshots', '--json')).toString());
  }

  /** Reads all of it back. */
  async hashOf(snapshot: Snapshot): Promise<string> {
    const content = await this.restic('dump', snapshot.id, snapshot.paths[0] as string);
    if (content.length === 0) throw new Error(`snapshot ${snapshot.id} is empty`);
    return createHash('sha256').update(content).digest('hex');
  }

  /** What the evidence makes of it: {series: value}. */
  async evidence(vaults: readonly string[]): Promise<Record<string, number>> {
    const list = join(this.dir, 'snapshots.json');
    writeFileSync(list, await this.restic('snapshots', '--json'));
    const program = ['--raw-output', '--argjson', 'vaults', JSON.stringify(vaults)];
    const { stdout } = await run('jq', [...program, '--from-file', join(this.dir, 'report.jq'), list]);
    const samples = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return Object.fromEntries(samples.map((line) => line.split(/ (?=\S+$)/)).map(([k, v]) => [k, Number(v)]));
  }

  /** Makes the one lock that there is look as old as that: the same lock, with another time, sealed with the repository's key. */
  async ageLock(minutes: number): Promise<void> {
    const [key, more] = this.store.keys('locks/');
    if (key === undefined || more !== undefined) throw new Error('there is not exactly one lock');
    const lock = JSON.parse((await this.restic('cat', 'lock', key.slice('locks/'.length))).toString());
    lock.time = new Date(Date.now() - minutes * 60_000).toISOString();
    const master = JSON.parse((await this.restic('cat', 'masterkey')).toString());
    const sealed = seal(master, Buffer.from(JSON.stringify(lock)));
    this.store.remove(key);
    const name = createHash('sha256').update(sealed).digest('hex');
    writeFileSync(join(this.store.folder, 'locks', name), sealed);
  }

  private async restic(...args: string[]): Promise<Buffer> {
    const where = [
      '--repo',
      this.store.folder,
      '--password-file',
      join(this.dir, 'password'),
      '--no-lock',
      '--no-cache',
    ];
    const { stdout } = await run(tool('restic'), [...where, '--quiet', ...args], { ...MUCH, encoding: 'buffer' });
    return stdout;
  }
}

/**
 * The time of the Job is up, a while after what holds it up has come to pass: long enough for restic to have tried several
 * times, or to have told what is wrong, if it were to.
 */
export async function runOutOfTime(pod: RunningContainers): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 3000));
  pod.expire();
}

/** Takes something from an object of the store, and gives it back. */
export async function whileTruncated<T>(store: S3Store, key: string, action: () => Promise<T>): Promise<T> {
  const file = join(store.folder, key);
  const whole = readFileSync(file);
  store.truncate(key, Math.floor(whole.length / 2));
  try {
    return await action();
  } finally {
    writeFileSync(file, whole);
  }
}
