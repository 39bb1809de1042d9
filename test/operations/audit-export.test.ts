import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditExportContainer } from '../../lib/operations/audit-export';
import { type ControlPlane, SovraInstallation } from '../../lib/sovra/installation';

/** Writes what `EVENTS` says to the file that it is asked for, and down how it was called. */
const FAKE_CLI = `#!/bin/sh
echo "$@" >> "$CALLS"
while [ "$1" != --output ]; do
  [ "$1" = --since ] && since=$2
  shift
done
case "$FAIL" in *"\${since%T*}"*) exit 3 ;; esac
printf "$EVENTS" > "$2"
`;

/** Asked for the time, it says always the same: no day ends between a run and what is held against it. */
const FAKE_DATE = `#!/bin/sh
[ "$*" = '-u +%s' ] && exec echo "$NOW"
exec /bin/date "$@"
`;
const NOW = Date.parse('2026-03-14T12:00:00Z');

const sovra = new SovraInstallation();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sovra-ops-audit-'));
  for (const [name, text] of [
    ['cli', FAKE_CLI],
    ['date', FAKE_DATE],
  ] as const) {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), 0o755);
  }
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the container's own command line as a process. */
function run(environment: Record<string, string> = {}) {
  const container = auditExportContainer(
    sovra,
    sovra.controlPlane as ControlPlane,
    { command: [join(folder, 'cli'), 'audit', 'export', '--format', 'json'] },
    '0 4 * * *',
  );
  const own = Object.fromEntries(
    (container.env ?? []).flatMap((e) => (e.value === undefined ? [] : [[e.name, e.value]])),
  );
  const [program = '', ...args] = container.command ?? [];
  const env = {
    PATH: `${folder}:${process.env.PATH}`,
    NOW: String(NOW / 1000),
    ...own,
    FOLDER: folder,
    CALLS: join(folder, 'calls'),
    EVENTS: '[\\n  {\\n  }\\n]',
    ...environment,
  };
  return spawnSync(program, args, { env, encoding: 'utf8' });
}
const exports = () =>
  readdirSync(folder)
    .filter((f) => /^audit-.*\.json$/.test(f))
    .sort();
const partials = () => readdirSync(folder).filter((f) => f.endsWith('.partial'));
const calls = () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
const day = (back: number) => new Date(NOW - back * 86_400_000).toISOString().slice(0, 10);
const file = (back: number) => `audit-${day(back)}.json`;

test('the complete days of the last week, each in a file of its own', () => {
  const { status, stderr } = run();
  expect([status, stderr]).toEqual([0, '']);
  expect(exports()).toEqual([7, 6, 5, 4, 3, 2, 1].map(file));
  expect(calls().at(-1)).toBe(
    `audit export --format json --since ${day(1)}T00:00:00Z --until ${day(0)}T00:00:00Z --output ${folder}/.${file(1)}.partial`,
  );
  expect(readFileSync(join(folder, file(1)), 'utf8')).toBe('[\n  {\n  }\n]');
  expect(partials()).toEqual([]);
});

test('a day that is there is not exported again; one that is empty is', () => {
  for (const back of [7, 6, 5, 3, 2]) writeFileSync(join(folder, file(back)), 'there');
  writeFileSync(join(folder, file(4)), '');
  expect(run().status).toBe(0);
  expect(calls()).toHaveLength(2);
  expect(readFileSync(join(folder, file(5)), 'utf8')).toBe('there');
});

test('an empty export is a failure, and no file', () => {
  const { status, stderr } = run({ EVENTS: '' });
  expect([status, exports()]).toEqual([1, []]);
  expect(stderr).toContain(`the export of ${day(1)} is empty`);
});

test('a command that fails makes the run fail, but not the other days', () => {
  const { status, stderr } = run({ FAIL: day(5) });
  expect(status).toBe(1);
  expect(stderr).toContain(`the export of ${day(5)} failed`);
  expect(exports()).toEqual([7, 6, 4, 3, 2, 1].map(file));
  expect(run().status).toBe(0);
  expect(exports()).toHaveLength(7);
});

test('an export that is as long as exports can be is a failure: events are missing', () => {
  const { status, stderr } = run({ EVENT_LIMIT: '2', EVENTS: '[\\n  {\\n  },\\n  {\\n  }\\n]' });
  expect([status, exports()]).toEqual([1, []]);
  expect(stderr).toContain('holds 2 events, the most that one export gives');
});

test('a quiet day is a good one', () => {
  expect(run({ EVENTS: 'null' }).status).toBe(0);
  expect(exports()).toHaveLength(7);
});

describe('the chain', () => {
  const path = (name: string) => join(folder, name);
  const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
  const lines = () => readFileSync(path('audit.chain'), 'utf8').trimEnd().split('\n');
  const complaints = (stderr: string) => stderr.split('\n').filter((line) => line.startsWith('broken chain: '));
  /** Exported days, and then something that should not have happened to them. */
  const harmed = (harm: () => void) => {
    expect(run().status).toBe(0);
    harm();
    return run();
  };
  const rewrite = (change: (all: string[]) => string[]) => () =>
    writeFileSync(path('audit.chain'), `${change(lines()).join('\n')}\n`);

  test('has a line for each file, with the hash of the file and of the line before', () => {
    run();
    let link = '0'.repeat(64);
    const expected = [7, 6, 5, 4, 3, 2, 1].map((back) => {
      const line = `${day(back)} ${sha256(readFileSync(path(file(back))))} ${link}`;
      link = sha256(`${line}\n`);
      return line;
    });
    expect(lines()).toEqual(expected);
  });

  test('each file has a checksum beside it that sha256sum takes', () => {
    run();
    const sums = [7, 1].map((back) => `${file(back)}.sha256`);
    expect(spawnSync('sha256sum', ['-c', ...sums], { cwd: folder, encoding: 'utf8' }).status).toBe(0);
  });

  test('grows by what is new, and every run tells its end', () => {
    expect(run({ FAIL: day(1) }).status).toBe(1);
    const before = lines();
    const { status, stdout } = run();
    expect(status).toBe(0);
    expect(lines().slice(0, 6)).toEqual(before);
    expect(stdout).toContain(`audit.chain has 7 lines, the hash of the last one is ${sha256(`${lines().at(-1)}\n`)}`);
  });

  test.each<[string, () => void, () => string]>([
    ['a file that was changed', () => appendFileSync(path(file(4)), ' '), () => `the file of ${day(4)} was changed`],
    ['a file that was emptied', () => writeFileSync(path(file(4)), ''), () => `the file of ${day(4)} was changed`],
    ['a file that was taken away', () => rmSync(path(file(4))), () => `the file of ${day(4)} is gone`],
    [
      'a checksum that was changed with its file',
      () => {
        writeFileSync(path(file(4)), 'forged');
        writeFileSync(path(`${file(4)}.sha256`), `${sha256('forged')}  ${file(4)}\n`);
      },
      () => `the file of ${day(4)} was changed`,
    ],
    [
      'a checksum that was taken away',
      () => rmSync(path(`${file(4)}.sha256`)),
      () => `${file(4)}.sha256 was changed or is gone`,
    ],
    [
      'a file, its checksum and its line that were changed together',
      () => {
        writeFileSync(path(file(4)), 'forged');
        writeFileSync(path(`${file(4)}.sha256`), `${sha256('forged')}  ${file(4)}\n`);
        rewrite((all) => all.map((l) => (l.startsWith(day(4)) ? l.replace(/ \S+ /, ` ${sha256('forged')} `) : l)))();
      },
      () => `the line of ${day(3)} does not follow the line before it`,
    ],
    [
      'a line that was taken out',
      rewrite((all) => all.filter((l) => !l.startsWith(day(4)))),
      () => `the line of ${day(3)} does not follow the line before it`,
    ],
    [
      'lines that changed places',
      rewrite(([a = '', b = '', ...rest]) => [b, a, ...rest]),
      () => `the line of ${day(6)} does not follow the line before it`,
    ],
    ['the last line taken out', rewrite((all) => all.slice(0, -1)), () => `the file of ${day(1)} has no line`],
    [
      'a file that nobody exported',
      () => writeFileSync(path('audit-2020-01-01.json'), '[]'),
      () => 'the file of 2020-01-01 has no line',
    ],
    ['the whole chain taken away', () => rmSync(path('audit.chain')), () => 'audit.chain is gone'],
  ])('%s is noticed, in every run', (_, harm, complaint) => {
    const [first, second] = [harmed(harm), run()];
    expect(first.status).toBe(1);
    expect(first.stderr).toContain(`broken chain: ${complaint()}`);
    expect(second.status).toBe(1);
    expect(complaints(second.stderr)).not.toEqual([]);
  });

  test('what cannot be seen from the volume alone is in the log: the end cut off with its file', () => {
    const before = run().stdout;
    rewrite((all) => all.slice(0, -1))();
    for (const name of [file(1), `${file(1)}.sha256`]) rmSync(path(name));
    // The day is exported again; its content came out different this time, so the end of the chain is another one.
    const again = run({ EVENTS: '[\\n  {\\n  }\\n ]' });
    expect(again.status).toBe(0);
    const end = (stdout: string) => /the last one is (\S+)/.exec(stdout)?.[1];
    expect(end(again.stdout)).not.toBe(end(before));
  });

  test('a break does not keep a new day from being exported, and the day that is gone is not made up', () => {
    run({ FAIL: day(1) });
    rmSync(path(file(4)));
    const { status, stdout } = run();
    expect(status).toBe(1);
    expect(stdout).toContain(`exported ${day(1)}`);
    expect(exports()).toEqual([7, 6, 5, 3, 2, 1].map(file));
    expect(lines()).toHaveLength(7);
  });

  test('a run that ended before the file had its name is completed by the next one', () => {
    run();
    renameSync(path(file(1)), path(`.${file(1)}.partial`));
    const { status, stderr } = run();
    expect([status, stderr]).toEqual([0, '']);
    expect(existsSync(path(file(1)))).toBe(true);
    expect(partials()).toEqual([]);
  });

  test('files from before there was a chain are taken into it once', () => {
    for (const name of ['audit-2026-01-01.json', 'audit-2026-01-02.json']) writeFileSync(path(name), '[]');
    const { status, stdout } = run();
    expect(status).toBe(0);
    expect(stdout).toContain('took 2026-01-02 into the new chain as it is');
    expect(lines().map((l) => l.slice(0, 10))).toEqual(['2026-01-01', '2026-01-02', ...[7, 6, 5, 4, 3, 2, 1].map(day)]);
    expect(run().status).toBe(0);
  });
});
