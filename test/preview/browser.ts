import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { waitFor } from '../cluster/wait';

const DEBIAN = join(__dirname, '..', '..', 'tools', 'debian.mjs');

/** Where the browser is; it is installed first where it is missing. */
function program(): string {
  return execFileSync(process.execPath, [DEBIAN, '--path', 'chromium'], { encoding: 'utf8' }).trim();
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** A headless Chromium with one page, steered over a pipe. */
export class Browser {
  static async open(size: { width: number; height: number }): Promise<Browser> {
    const profile = mkdtempSync(join(tmpdir(), 'sovra-ops-browser-'));
    const args = [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--hide-scrollbars'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
      ...['--remote-debugging-pipe', `--user-data-dir=${profile}`, 'about:blank'],
    ];
    const child = spawn(program(), args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    const browser = new Browser(child, profile);
    try {
      await browser.attach(size);
    } catch (error) {
      await browser.close();
      throw error;
    }
    return browser;
  }

  /** Addresses that the page asked for, itself included. */
  readonly requests: string[] = [];
  /** Errors and warnings of the console, of scripts and of the policy. */
  readonly complaints: string[] = [];
  readonly #waiting = new Map<number, (m: Message) => void>();
  #session: string | undefined;
  /** Why it is no longer there. */
  #ended: string | undefined;
  #count = 0;
  #rest = '';

  private constructor(
    readonly child: ChildProcess,
    readonly profile: string,
  ) {
    const output = child.stdio[4] as Readable;
    output.setEncoding('utf8').on('data', (data: string) => this.read(data));
    child.on('error', (e) => this.end(e.message));
    child.on('exit', (code) => this.end(`it ended with ${code}`));
  }

  /** Until the page is whole. Its own word for it: the event would not say of which page it is, and the first is blank. */
  async goto(url: string): Promise<void> {
    await this.send('Page.navigate', { url });
    const state = '[location.href, document.readyState]';
    await waitFor(`${url} to be loaded`, async () => {
      const [at, ready] = await this.evaluate<string[]>(state);
      return at === url && ready === 'complete';
    });
  }

  /** The value of an expression in the page. It runs beside the page: the policy of the page holds for the page alone. */
  async evaluate<T>(expression: string): Promise<T> {
    const answer = await this.send<{
      result: { value: T };
      exceptionDetails?: { exception?: { description?: string } };
    }>('Runtime.evaluate', { expression, returnByValue: true });
    if (answer.exceptionDetails) throw new Error(answer.exceptionDetails.exception?.description);
    return answer.result.value;
  }

  scheme(value: 'light' | 'dark'): Promise<unknown> {
    return this.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value }] });
  }

  resize({ width, height }: { width: number; height: number }): Promise<unknown> {
    return this.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
  }

  /** A picture of a part of the page (PNG). */
  async picture(clip: { x: number; y: number; width: number; height: number }, scale = 1): Promise<Buffer> {
    const { data } = await this.send<{ data: string }>('Page.captureScreenshot', {
      format: 'png',
      captureBeyondViewport: true,
      clip: { ...clip, scale },
    });
    return Buffer.from(data, 'base64');
  }

  async close(): Promise<void> {
    if (this.child.exitCode === null && this.child.pid !== undefined) {
      const ended = once(this.child, 'exit');
      this.child.kill('SIGKILL');
      await ended;
    }
    // Its own children may still be writing for a moment: what they add is only seen by another look.
    await waitFor('the profile to be gone', () => {
      rmSync(this.profile, { recursive: true, force: true });
      return true;
    });
  }

  private async attach(size: { width: number; height: number }): Promise<void> {
    const { targetInfos } = await this.send<{ targetInfos: { targetId: string; type: string }[] }>('Target.getTargets');
    const targetId = targetInfos.find((t) => t.type === 'page')?.targetId;
    const { sessionId } = await this.send<{ sessionId: string }>('Target.attachToTarget', { targetId, flatten: true });
    this.#session = sessionId;
    for (const domain of ['Page', 'Network', 'Log', 'Runtime']) await this.send(`${domain}.enable`);
    await this.resize(size);
  }

  private send<T>(method: string, params: object = {}): Promise<T> {
    const id = ++this.#count;
    return new Promise<T>((resolve, reject) => {
      if (this.#ended !== undefined) return reject(new Error(this.#ended));
      this.#waiting.set(id, ({ result, error }) =>
        error ? reject(new Error(`${method}: ${error.message}`)) : resolve(result as T),
      );
      const message = { id, method, params, ...(this.#session !== undefined && { sessionId: this.#session }) };
      (this.child.stdio[3] as Writable).write(`${JSON.stringify(message)}\0`);
    });
  }

  private read(data: string): void {
    const parts = (this.#rest + data).split('\0');
    this.#rest = parts.pop() ?? '';
    for (const part of parts) this.take(JSON.parse(part) as Message);
  }

  private take(m: Message): void {
    if (m.id !== undefined) {
      this.#waiting.get(m.id)?.(m);
      this.#waiting.delete(m.id);
      return;
    }
    const of = (key: string) => (m.params?.[key] ?? {}) as Record<string, unknown>;
    if (m.method === 'Network.requestWillBeSent') this.requests.push(String(of('request').url));
    if (m.method === 'Log.entryAdded') this.complaints.push(String(of('entry').text));
    if (m.method === 'Runtime.consoleAPICalled') this.complaints.push(JSON.stringify(m.params?.args));
    if (m.method === 'Runtime.exceptionThrown') this.complaints.push(JSON.stringify(m.params));
  }

  private end(why: string): void {
    this.#ended ??= `no answer from Chromium: ${why}`;
    for (const answer of this.#waiting.values()) answer({ error: { message: this.#ended } });
    this.#waiting.clear();
  }
}
