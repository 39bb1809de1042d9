/** `make demo`: whoever tries it is paged by the real servers, and nothing is left behind. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { waitFor } from './wait';

const minute = 60_000;
const DEMO = join(__dirname, '..', '..', 'tools', 'demo.mjs');

class Run {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly ended: Promise<number | null>;
  said = '';

  constructor(...args: string[]) {
    this.child = spawn(process.execPath, [DEMO, ...args]);
    for (const stream of [this.child.stdout, this.child.stderr])
      stream.on('data', (data: Buffer) => {
        this.said += data;
      });
    this.ended = new Promise((resolve) => this.child.once('close', resolve));
  }

  /** Its exit code. */
  end(): Promise<number | null> {
    return this.ended;
  }

  type(line: string): void {
    this.child.stdin.write(`${line}\n`);
  }

  interrupt(): void {
    this.child.kill('SIGINT');
  }

  sees(text: string | RegExp): Promise<unknown> {
    const check = () => {
      if (new RegExp(text).test(this.said)) return true;
      throw new Error(`it said:\n${this.said}`);
    };
    return waitFor(`${text}`, check, { timeout: 3 * minute });
  }

  /** The servers that it showed, of which none is to be there any more. */
  async gone(): Promise<void> {
    const urls = [...this.said.matchAll(/(Prometheus|Alertmanager) +(http:\/\/[\d.:]+)/g)].map(
      ([, , url]) => url ?? '',
    );
    expect(urls).toHaveLength(2);
    for (const url of urls) await expect(fetch(url)).rejects.toThrow();
  }
}

test(
  'a fault arrives as a page with its level, summary and runbook; it may be asked, and leaves nothing behind',
  async () => {
    // The alert that waits least: one minute, and as P0 another 10 seconds for others of its group.
    const paged = new Run('--break', 'api-down', '--until-page', '--limit', '240');
    const asked = new Run();
    await asked.sees('Everything is well');
    const refused = new Run('--break', 'nonsense');
    asked.type('break nonsense');
    asked.type('break vault-sealed');
    asked.type('cure all');
    asked.type('alerts');
    await asked.sees(/There is no fault "nonsense"; there are: api-down,.*cured: all/s);
    asked.type('quit');
    expect(await asked.end()).toBe(0);
    expect(asked.said).toContain('broken: vault-sealed node=edge-1 pod=1.');
    await asked.gone();
    expect(await refused.end()).toBe(1);
    expect(refused.said).toContain('--break: got "nonsense"; allowed: api-down,');

    const interrupted = new Run();
    await interrupted.sees('For example');
    interrupted.interrupt();
    expect(await interrupted.end()).toBe(130);
    await interrupted.gone();

    expect(await paged.end()).toBe(0);
    const page = paged.said.slice(paged.said.indexOf('PAGE'));
    expect(page).toMatch(/^PAGE {2}P0 critical {2}SovraApiDown {2}\d+ s after api-down$/m);
    expect(page).toContain('The Sovra API is down: no replica answers');
    expect(page).toContain('Affected: control-plane, cluster=sovra');
    expect(page).toMatch(/^First five minutes \(docs\/runbooks\/SovraApiDown\.md\):\n1\. \S/m);
    expect(page).not.toContain('##');
    await paged.gone();
  },
  12 * minute,
);
