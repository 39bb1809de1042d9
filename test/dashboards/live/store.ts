import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { number } from '../../sim/exposition';
import { tool } from '../../support/tools';
import type { StoredSample } from './scrape';

/** One answer of an instant query; a constant has no labels. */
export interface Row {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Samples with their time, as a text that promtool makes blocks of. */
export class Recording {
  readonly #lines: string[] = [];

  add(time: number, samples: readonly StoredSample[], more: Readonly<Record<string, string>> = {}): void {
    for (const s of samples) this.#lines.push(`${s.name}${labels({ ...more, ...said(s) })} ${number(s.value)} ${time}`);
  }

  get text(): string {
    return `${this.#lines.join('\n')}\n# EOF\n`;
  }
}

/** A label that a series has already is kept, as Prometheus keeps it from its external labels; an empty one is none. */
function said({ labels }: StoredSample): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''));
}

function labels(set: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(set).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** The real Prometheus over what was recorded; it scrapes nothing. */
export class Store {
  static async open(recording: Recording): Promise<Store> {
    const folder = mkdtempSync(join(tmpdir(), 'sovra-dashboards-'));
    try {
      const input = join(folder, 'samples.txt');
      const data = join(folder, 'data');
      mkdirSync(data);
      writeFileSync(input, recording.text);
      execFileSync(tool('promtool'), ['tsdb', 'create-blocks-from', 'openmetrics', '-q', input, data], {
        stdio: 'pipe',
      });
      writeFileSync(join(folder, 'prometheus.yml'), '{}\n');
      const server = spawn(
        tool('prometheus'),
        [
          `--config.file=${join(folder, 'prometheus.yml')}`,
          `--storage.tsdb.path=${data}`,
          '--storage.tsdb.retention.time=100y',
          '--web.listen-address=127.0.0.1:0',
          // Blocks hold no marks of series that ended; two scrapes without one stand in for them.
          '--query.lookback-delta=1m',
        ],
        { stdio: ['ignore', 'ignore', 'pipe'] },
      );
      return new Store(folder, server, await address(server));
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  private constructor(
    readonly folder: string,
    readonly server: ChildProcess,
    readonly url: string,
  ) {}

  async query(expr: string, time: number): Promise<Row[]> {
    const { result } = (await this.#get('query', { query: expr, time: String(time) })) as {
      result: { metric: Record<string, string>; value: [number, string] }[];
    };
    return result.map((r) => ({ labels: r.metric, value: Number(r.value[1]) }));
  }

  /** The values of a label, as Grafana asks for those of a variable. */
  async values(label: string, selector: string, from: number, until: number): Promise<string[]> {
    const data = await this.#get(`label/${label}/values`, {
      'match[]': selector,
      start: String(from),
      end: String(until),
    });
    return data as string[];
  }

  async close(): Promise<void> {
    const ended = once(this.server, 'exit');
    this.server.kill('SIGKILL');
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #get(path: string, parameters: Record<string, string>): Promise<unknown> {
    const response = await fetch(`${this.url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const body = (await response.json()) as { status: string; error?: string; data: unknown };
    if (body.status !== 'success') throw new Error(`${parameters.query ?? path}: ${body.error}`);
    return body.data;
  }
}

/** Where the server listens, once it is ready; what it said until then is the error otherwise. */
async function address(server: ChildProcess): Promise<string> {
  const said: string[] = [];
  let [found, ready] = ['', false];
  for await (const line of createInterface({ input: server.stderr as NodeJS.ReadableStream })) {
    said.push(line);
    found ||= /msg="Listening on".*address=(\S+)/.exec(line)?.[1] ?? '';
    // Two parts of it say so, in any order.
    ready ||= line.includes('Server is ready to receive web requests');
    if (found !== '' && ready) {
      // The pipe must not fill up.
      (server.stderr as NodeJS.ReadableStream).resume();
      return `http://${found}`;
    }
  }
  throw new Error(`Prometheus did not start:\n${said.join('\n')}`);
}
