import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tool } from '../../support/tools';
import { workFolder } from '../pods';
import { POSTGRES_PROGRAMS } from '../pods/images';
import type { Account, Authority, Postgres, Role, S3Store } from '../servers';

const run = promisify(execFile);
const MUCH = 1 << 28;

export interface BareWorld {
  readonly authority: Authority;
  readonly database: Postgres;
  readonly store: S3Store;
  readonly bucket: string;
  readonly password: string;
}

/**
 * The programs without a pod around them: the same binaries, the same servers over the same TLS. Their files lie in memory,
 * as the runner has the volumes of a pod.
 */
export class Bare {
  private readonly dir = mkdtempSync(join(workFolder(), 'bare-'));

  constructor(private readonly world: BareWorld) {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8g', 'tmpfs', this.dir]);
    writeFileSync(join(this.dir, 'password'), world.password, { mode: 0o600 });
    writeFileSync(join(this.dir, 'ca.pem'), world.authority.pem);
    this.forget();
  }

  /** Cache and temporary files of what ran before, as a new pod has none. */
  forget(): void {
    for (const name of ['cache', 'tmp']) {
      rmSync(join(this.dir, name), { recursive: true, force: true });
      mkdirSync(join(this.dir, name));
    }
  }

  async restic(account: Account, ...args: readonly string[]): Promise<string> {
    const { stdout } = await run(tool('restic'), args, { env: this.environment(account), maxBuffer: MUCH });
    return stdout;
  }

  /** A line of bash, that fails when any part of it does. */
  async shell(account: Account, role: Role, line: string): Promise<string> {
    const env = this.environment(account, role);
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', line], { env, maxBuffer: MUCH });
    return stdout;
  }

  /** Only these: the tests' own environment would let the programs collect garbage less often than a pod's. */
  private environment(account: Account, role?: Role): Record<string, string> {
    const { store, database, bucket } = this.world;
    return {
      PATH: `${join(tool('restic'), '..')}:${POSTGRES_PROGRAMS}:/usr/bin:/bin`,
      RESTIC_REPOSITORY: `s3:https://${store.address}/${bucket}`,
      RESTIC_PASSWORD_FILE: join(this.dir, 'password'),
      RESTIC_CACHE_DIR: join(this.dir, 'cache'),
      RESTIC_CACERT: join(this.dir, 'ca.pem'),
      TMPDIR: join(this.dir, 'tmp'),
      TZ: 'UTC',
      AWS_ACCESS_KEY_ID: account.accessKeyId,
      AWS_SECRET_ACCESS_KEY: account.secretAccessKey,
      ...(role && {
        ...{ PGHOST: database.address, PGPORT: String(database.port), PGDATABASE: 'sovra', PGSSLMODE: 'verify-full' },
        ...{ PGSSLROOTCERT: join(this.dir, 'ca.pem'), PGUSER: role.user, PGPASSWORD: role.password },
      }),
    };
  }
}
