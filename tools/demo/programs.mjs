// The real servers: built if need be, started, ended by their process ids.
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BUILD = fileURLToPath(new URL('../build.mjs', import.meta.url));

/** Where programs are; they are built first when the cache lacks them, with progress on standard error. */
export function findPrograms(...names) {
  const args = [BUILD, '--json', ...names];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const PATIENCE = 30_000;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Looks until `check` gives something. Servers that are starting refuse connections, so a failure is "not yet". */
export async function until(what, check, patience = PATIENCE) {
  const deadline = Date.now() + patience;
  while (Date.now() < deadline) {
    const found = await check().catch(() => undefined);
    if (found) return found;
    await pause(100);
  }
  throw new Error(`gave up after ${patience / 1000} s waiting for ${what}`);
}

export class Servers {
  #folder;
  #running = new Set();
  #stopped = false;

  constructor(folder) {
    this.#folder = folder;
    // Whatever way this process ends by itself, no server outlives it.
    process.once('exit', () => {
      for (const child of this.#running) child.kill('SIGKILL');
    });
  }

  /** Starts a program and waits until it is ready at `url`. */
  async start(name, path, args, url) {
    // Whoever is interrupted while it starts must not start anything behind the end.
    if (this.#stopped) throw new Error('stopped');
    const logFile = join(this.#folder, `${name}.log`);
    const log = openSync(logFile, 'a');
    const child = spawn(path, args, { cwd: this.#folder, stdio: ['ignore', log, log] });
    closeSync(log);
    this.#running.add(child);
    let ended;
    child.once('error', (e) => {
      ended = e.message;
    });
    child.once('exit', (code, signal) => {
      ended ??= `ended with ${signal ?? code}`;
      this.#running.delete(child);
    });
    const ready = () => (ended ? Promise.resolve('ended') : fetch(url).then((r) => r.ok));
    const failed = (why) =>
      new Error(`${name} ${why}\n${readFileSync(logFile, 'utf8').split('\n').slice(-20).join('\n')}`);
    await until(name, ready).catch((e) => {
      throw failed(e.message);
    });
    if (ended) throw failed(ended);
  }

  async stop() {
    this.#stopped = true;
    await Promise.all(
      [...this.#running].map(async (child) => {
        const gone = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        const impatient = setTimeout(() => child.kill('SIGKILL'), 3_000);
        await gone;
        clearTimeout(impatient);
      }),
    );
  }
}
