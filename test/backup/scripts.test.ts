/** Scripts of the Jobs, really run: by the machine's shell, with programs that do what the real ones seldom do. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PRUNE_SCRIPT } from '../../lib/backup/prune-script';
import { RESTORE_POSTGRES_SCRIPT, RESTORE_VAULT_SCRIPT } from '../../lib/backup/restore-scripts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sovra-ops-backup-'));
  mkdirSync(join(folder, 'scratch'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A program of the name, of a few lines of sh. */
function program(name: string, lines: string): void {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${lines}\n`);
  chmodSync(path, 0o755);
}

function sh(script: string, args: readonly string[], env: Record<string, string>) {
  return spawnSync('/bin/sh', ['-c', script.replaceAll('/scratch', join(folder, 'scratch')), 'test', ...args], {
    encoding: 'utf8',
    env: { PATH: `${folder}:${process.env.PATH}`, ...env },
  });
}

describe('a Vault', () => {
  /** @param list what `vault secrets list` does */
  const restore = (list: string, overwrite = '') => {
    writeFileSync(join(folder, 'scratch', 'started'), '0\n');
    program('vault', `case "$*" in\n"secrets list") ${list} ;;\n*" restore "*) echo "$*" ;;\nesac`);
    return sh(RESTORE_VAULT_SCRIPT, [], { EDGE_NODE: 'edge-1', OVERWRITE: overwrite });
  };
  const listed = (...mounts: string[]) =>
    `printf '%s\\n' 'Path Type' '---- ----' ${mounts.map((m) => `'${m}/ x'`).join(' ')}`;
  const fresh = ['cubbyhole', 'identity', 'sys'];
  const denied = 'echo "permission denied" >&2; exit 2';

  test.each([
    ['that is fresh is restored', listed(...fresh), '', true, ''],
    ['that holds secrets is not touched', listed(...fresh, 'transit'), '', false, 'holds secrets and is not touched'],
    ['that holds secrets is restored when its name was said', listed(...fresh, 'transit'), 'edge-1', true, ''],
    // A token that may restore may not be allowed to list.
    ['that does not say what it holds is not touched', denied, '', false, 'does not say what it holds'],
    ['that does not say so is restored when its name was said', denied, 'edge-1', true, ''],
  ])('%s', (_, list, overwrite, restored, told) => {
    const { status, stdout, stderr } = restore(list, overwrite);
    expect([status === 0, stdout.includes('snapshot restore -force')]).toEqual([restored, restored]);
    expect(stderr).toContain(told);
  });
});

test.each([
  ['sovra', 'sovra'],
  ['a?sslmode=disable', 'a?sslmode=disable'],
  ["host='x' \\", "host=\\'x\\' \\\\"],
])('a database called %s is no address', (name, quoted) => {
  writeFileSync(join(folder, 'scratch', 'started'), '0\n');
  program('psql', 'echo 1');
  program('pg_restore', `printf '%s\\n' "$@"`);
  const { status, stdout } = sh(RESTORE_POSTGRES_SCRIPT, [], { PGDATABASE: name });
  expect(status).toBe(0);
  expect(stdout.split('\n')).toContain(`--dbname=dbname='${quoted}'`);
});

describe('the pruner', () => {
  const verified = Array.from({ length: 3 }, (_, i) => ({
    id: `kept-${i}`,
    time: `2026-11-0${i + 1}`,
    tags: ['verified'],
  }));

  /** What `restic forget` was called with, when so many snapshots are to be removed: how many at a time, and the rest. */
  const prune = (count: number) => {
    const id = (i: number) => String(i).padStart(64, '0');
    const remove = Array.from({ length: count }, (_, i) => ({ id: id(i), time: '2026-10-01', tags: [] }));
    const group = { host: 'sovra', paths: ['/sovra.dump'], keep: verified, remove };
    writeFileSync(join(folder, 'groups.json'), JSON.stringify([group]));
    program(
      'restic',
      `case "$2" in\n--dry-run) cat ${folder}/groups.json ;;\n*) printf '%s\\n' "$*" | sed 's/ 0.*//'; printf '%s\\n' "$@" | grep ^0 >> ${folder}/removed ;;\nesac`,
    );
    const env = { TMPDIR: folder, KEEP_VERIFIED: '3', ALONE: '600', PAUSE: '0' };
    const { status, stdout, stderr } = sh(PRUNE_SCRIPT, ['--tag', 'x'], env);
    const removed = new Set(readFileSync(join(folder, 'removed'), 'utf8').trim().split('\n'));
    return { status, stderr, calls: stdout.trim().split('\n'), removed: removed.size };
  };

  test('removes more than a command line holds, and what nothing refers to any more when the last of it is gone', () => {
    // About 1000 snapshots a day: what a repository has after a month that nobody pruned.
    const { calls, ...done } = prune(33_000);
    expect(done).toEqual({ status: 0, stderr: '', removed: 33_000 });
    expect(calls).toEqual([...Array.from({ length: 32 }, () => 'forget'), 'forget --prune']);
  });

  test('removes a few at once', () => {
    expect(prune(1000)).toEqual({ status: 0, stderr: '', removed: 1000, calls: ['forget --prune'] });
  });
});
