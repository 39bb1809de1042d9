/** Scripts of the Jobs, really run: by the machine's shell, with programs that do what the real ones seldom do. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RESTORE_VAULT_SCRIPT } from '../../lib/backup/restore-scripts';

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
