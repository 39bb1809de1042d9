import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPORT_PROGRAM } from '../../lib/backup/evidence';
import { METRICS } from '../../lib/sovra/metrics';
import { tool } from '../support/tools';

/** As `restic snapshots --json` has them. */
const snapshot = (
  source: string,
  host: string,
  path: string,
  time: string,
  end: string,
  bytes = 1,
  more: string[] = [],
) => ({
  time,
  hostname: host,
  paths: [path],
  tags: ['sovra-installation=sovra', source, ...more],
  summary: { backup_start: time, backup_end: end, total_bytes_processed: bytes },
});
const dump = (time: string, end: string, bytes?: number, more?: string[]) =>
  snapshot('postgres', 'sovra', '/sovra.dump', time, end, bytes, more);
const raft = (node: string, time: string) => snapshot('vault', `sovra-${node}`, '/staging/vault.snap', time, time);
const at = (time: string) => Date.parse(time) / 1000;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sovra-ops-evidence-'));
  writeFileSync(join(folder, 'report.jq'), REPORT_PROGRAM);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the program makes of a list of snapshots, and what the real promtool thinks of its format. */
function report(snapshots: readonly object[], vaults: readonly string[] = []): Record<string, number> {
  const args = [
    '--raw-output',
    '--argjson',
    'vaults',
    JSON.stringify(vaults),
    '--from-file',
    join(folder, 'report.jq'),
  ];
  const text = execFileSync('jq', args, { input: JSON.stringify(snapshots), encoding: 'utf8' });
  execFileSync(tool('promtool'), ['check', 'metrics'], { input: text, stdio: ['pipe', 'pipe', 'pipe'] });
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

const POSTGRES = '{source="postgres",host="sovra",path="/sovra.dump"}';
const SET = 'sovra_backup_recovery_set_timestamp_seconds';

test('an empty repository has nothing to say', () => {
  expect(report([])).toEqual({});
});

test('each group tells of its newest snapshot, whatever the order and the offset of the times', () => {
  const told = report([
    dump('2026-03-29T01:30:00.5+01:00', '2026-03-29T00:31:00Z', 70, ['verified']),
    dump('2026-03-29T03:30:00.123456789+02:00', '2026-03-29T01:31:00Z', 80),
    dump('2026-03-29T00:00:00Z', '2026-03-29T00:01:00Z', 60, ['verified']),
  ]);
  expect(told).toEqual({
    [`sovra_backup_snapshot_timestamp_seconds${POSTGRES}`]: at('2026-03-29T01:30:00Z'),
    [`sovra_backup_snapshot_bytes${POSTGRES}`]: 80,
    [`sovra_backup_snapshots${POSTGRES}`]: 3,
    [`sovra_backup_verified_snapshots${POSTGRES}`]: 2,
    [SET]: at('2026-03-29T01:30:00Z'),
  });
});

describe('a database point is recoverable', () => {
  const first = dump('2026-11-24T10:00:00Z', '2026-11-24T10:00:30Z');
  const second = dump('2026-11-24T10:05:00Z', '2026-11-24T10:05:30Z');
  const vaults = ['sovra-a', 'sovra-b'];

  test('once every Vault has a snapshot that was begun after the dump had ended', () => {
    const all = [first, second, raft('a', '2026-11-24T10:06:00Z'), raft('b', '2026-11-24T10:06:00Z')];
    expect(report(all, vaults)[SET]).toBe(at('2026-11-24T10:05:00Z'));
  });

  test('not with a Vault snapshot that was begun while the dump ran: rows may refer to keys that it lacks', () => {
    const all = [first, second, raft('a', '2026-11-24T10:06:00Z'), raft('b', '2026-11-24T10:05:29Z')];
    expect(report(all, vaults)[SET]).toBe(at('2026-11-24T10:00:00Z'));
  });

  test('never while one Vault has none', () => {
    expect(report([first, second, raft('a', '2026-11-24T10:06:00Z')], vaults)[SET]).toBeUndefined();
  });
});

test('verification and drills are read back from what they left in the repository; the last one counts', () => {
  const left = (time: string, ...tags: string[]) => ({ time, hostname: 'sovra', paths: ['/x.json'], tags });
  expect(
    report([
      left('2026-11-01T05:00:00Z', 'verification'),
      left('2026-11-08T05:00:00Z', 'verification'),
      left('2026-11-08T06:00:00Z', 'drill', 'of=postgres', 'seconds=41', 'bytes=9000'),
      left('2026-11-01T06:00:00Z', 'drill', 'of=postgres', 'seconds=39', 'bytes=8000'),
    ]),
  ).toEqual({
    sovra_backup_verification_timestamp_seconds: at('2026-11-08T05:00:00Z'),
    'sovra_restore_drill_timestamp_seconds{source="postgres"}': at('2026-11-08T06:00:00Z'),
    'sovra_restore_drill_duration_seconds{source="postgres"}': 41,
    'sovra_restore_drill_bytes{source="postgres"}': 9000,
  });
});

test('a name with a quote or a backslash stays one label', () => {
  const odd = snapshot('vault', 'so"vra\\', '/a', '2026-11-24T10:00:00Z', '2026-11-24T10:00:00Z');
  expect(Object.keys(report([odd]))[0]).toBe(
    'sovra_backup_snapshot_timestamp_seconds{source="vault",host="so\\"vra\\\\",path="/a"}',
  );
});

test('every metric of the program is in the catalogue, and the other way round', () => {
  const written = [...REPORT_PROGRAM.matchAll(/metric\("(\w+)"/g)].map(([, name]) => name).sort();
  const catalogued = Object.values(METRICS)
    .filter(({ job }) => (job as readonly string[]).includes('sovra-backup'))
    .map(({ name }) => name.guide)
    .filter((name) => name !== 'push_time_seconds');
  expect(written).toEqual(catalogued.sort());
});
