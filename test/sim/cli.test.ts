import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { get } from './testing/get';

const RUN = join(__dirname, 'run.cjs');

describe('started by hand', () => {
  let program: ChildProcessWithoutNullStreams;
  afterEach(() => program.kill());

  function start(...flags: string[]): AsyncIterator<string> {
    program = spawn(process.execPath, [RUN, ...flags]);
    return createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  }

  async function until(lines: AsyncIterator<string>, last: string): Promise<string[]> {
    const seen: string[] = [];
    while (seen.at(-1) !== last) seen.push((await lines.next()).value ?? `ended after:\n${seen.splice(0).join('\n')}`);
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
    expect(await get(`${url}/live`)).toMatchObject({ status: 200 });
    expect(existsSync(ca)).toBe(true);
    program.stdin.write('inject audit-queue-growing value=7\ninject api-down\nnonsense\nactive\n');
    expect(await until(lines, 'api-down')).toContain('audit-queue-growing');
    expect(await get(`${url}/live`)).toBe('refused');
    program.stdin.write('stop\n');
    expect(await once(program, 'exit')).toEqual([0, null]);
    expect(existsSync(ca)).toBe(false);
  });

  it('cleans up when it is interrupted', async () => {
    const ca = (await until(start(), 'ready')).find((line) => line.startsWith('ca '))?.slice(3) ?? '';
    program.kill('SIGTERM');
    expect(await once(program, 'exit')).toEqual([0, null]);
    expect(existsSync(ca)).toBe(false);
  });

  it('says in one line what it does not understand', async () => {
    start('--dialect', '2025');
    const [error] = await once(program.stderr.setEncoding('utf8'), 'data');
    expect(error).toBe('dialect: got "2025"; allowed: guide, 2026.3\n');
    expect(await once(program, 'exit')).toEqual([1, null]);
  });
});
