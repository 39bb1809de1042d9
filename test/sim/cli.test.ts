import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { get } from './testing/get';

const RUN = join(__dirname, 'run.cjs');
/** It is another process, that may have to wait for a core. */
const PATIENT = { patience: 60_000 };

describe('started by hand', () => {
  let program: ChildProcessWithoutNullStreams;
  /** Its exit code and signal; listened for from the start, since it may end before what it said is read. */
  let ended: Promise<unknown[]>;
  afterEach(() => program.kill());

  function start(...flags: string[]): AsyncIterator<string> {
    program = spawn(process.execPath, [RUN, ...flags]);
    ended = once(program, 'exit');
    return createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  }

  async function until(lines: AsyncIterator<string>, last: string): Promise<string[]> {
    const seen: string[] = [];
    while (seen.at(-1) !== last) {
      const { done, value } = await lines.next();
      if (done) throw new Error(`it ended after:\n${seen.join('\n')}`);
      seen.push(value);
    }
    return seen;
  }

  it('prints where it listens, obeys, and ends when it is told', async () => {
    const lines = start('--dialect', '2026.3');
    const told = await until(lines, 'ready');
    const url = told
      .find((line) => line.startsWith('api - 0 '))
      ?.split(' ')
      .at(-1);
    const ca = told.find((line) => line.startsWith('ca '))?.slice(3) ?? '';
    expect(await get(`${url}/live`, PATIENT)).toMatchObject({ status: 200 });
    expect(existsSync(ca)).toBe(true);
    program.stdin.write('inject audit-queue-growing value=7\ninject api-down\nnonsense\nactive\n');
    expect(await until(lines, 'api-down')).toContain('audit-queue-growing');
    expect(await get(`${url}/live`, PATIENT)).toBe('refused');
    program.stdin.write('stop\n');
    expect(await ended).toEqual([0, null]);
    expect(existsSync(ca)).toBe(false);
  });

  it('cleans up when it is interrupted', async () => {
    const ca = (await until(start(), 'ready')).find((line) => line.startsWith('ca '))?.slice(3) ?? '';
    program.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(existsSync(ca)).toBe(false);
  });

  it('says in one line what it does not understand', async () => {
    start('--dialect', '2025');
    const [error] = await once(program.stderr.setEncoding('utf8'), 'data');
    expect(error).toBe('dialect: got "2025"; allowed: guide, 2026.3\n');
    expect(await ended).toEqual([1, null]);
  });
});
