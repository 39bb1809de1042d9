import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

const sovra = new SovraInstallation();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sovra-ops-audit-'));
  writeFileSync(join(folder, 'cli'), FAKE_CLI);
  chmodSync(join(folder, 'cli'), 0o755);
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
    PATH: process.env.PATH,
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
    .filter((f) => f.startsWith('audit-'))
    .sort();
const partials = () => readdirSync(folder).filter((f) => f.endsWith('.partial'));
const calls = () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
const day = (back: number) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
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
