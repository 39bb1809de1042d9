import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Output, runCommand } from '../../cluster/process';
import { POSTGRES_PROGRAMS } from '../pods/images';
import type { Authority, Certificate } from './certificates';
import { dataOf, type FillOptions } from './postgres-data';
import { type DatabaseFingerprint, fingerprintOf } from './postgres-fingerprint';
import { type Command, RealServer } from './server';

export interface PostgresOptions {
  readonly names?: readonly string[];
  /** False: no TLS at all. With it, connections over the network without TLS are refused. @default false */
  readonly tls?: Authority | false;
  /** Lines of postgresql.conf. @default none */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface Role {
  readonly user: string;
  readonly password: string;
}

export interface QueryOptions {
  /** @default 'postgres' */
  readonly database?: string;
}

/** The account of Debian's package; the server refuses to be root. */
const ACCOUNT = 'postgres';
const FIELD = '\u001f';
const RECORD = '\u001e';

function accountIds(): readonly [number, number] {
  const [, uid, gid] =
    new RegExp(`^${ACCOUNT}:[^:]*:(\\d+):(\\d+)`, 'm').exec(readFileSync('/etc/passwd', 'utf8')) ?? [];
  if (uid === undefined) throw new Error('there is no account postgres (Debian: apt-get install postgresql-15)');
  return [Number(uid), Number(gid)];
}

const asAccount = (program: string, args: readonly string[]): readonly string[] => [
  ...[
    'setpriv',
    `--reuid=${ACCOUNT}`,
    `--regid=${ACCOUNT}`,
    '--init-groups',
    join(POSTGRES_PROGRAMS, program),
    ...args,
  ],
];

/** PostgreSQL 15 with two roles: a superuser, and one for backups that may read everything, whatever the policies of rows, and write nothing. */
export class Postgres extends RealServer {
  readonly port = 5432;
  readonly superuser: Role = { user: 'postgres', password: 'superuser-password-1' };
  readonly backupRole: Role = { user: 'backup', password: 'backup-password-1' };
  private certificate: Certificate | undefined;

  private constructor(private readonly options: PostgresOptions) {
    super('postgres', options.names ?? []);
  }

  static async start(options: PostgresOptions = {}): Promise<Postgres> {
    const server = new Postgres(options);
    await server.prepare();
    await server.start();
    await server.makeRoles();
    return server;
  }

  /** PGDATA. */
  get folder(): string {
    return join(this.dir, 'data');
  }

  /** For a server that is started on a folder that something else has written: a restored PGDATA. */
  get socketFolder(): string {
    return join(this.dir, 'socket');
  }

  /** As superuser, over the socket. Rows as texts; NULL is ''. */
  async query(sql: string, { database = 'postgres' }: QueryOptions = {}): Promise<string[][]> {
    const { stdout } = await this.psql(['-d', database, '-At', '-F', FIELD, '-R', RECORD, '-f', '-'], sql);
    const text = stdout.replace(/\n$/, '');
    return text === '' ? [] : text.split(RECORD).map((row) => row.split(FIELD));
  }

  /** Makes the database and fills it; the same options make the same content. */
  async fill(database: string, options: FillOptions = {}): Promise<void> {
    await this.query(`CREATE DATABASE ${database}`);
    await this.query(dataOf(options), { database });
    await this.query(grantsFor(this.backupRole.user), { database });
  }

  /** Equal for two databases exactly when every row, sequence, large object and definition is. */
  fingerprint(database: string): Promise<DatabaseFingerprint> {
    return fingerprintOf(this, database);
  }

  /** One of PostgreSQL's programs, as superuser over the socket. */
  run(program: string, args: readonly string[], stdin?: string): Promise<Output> {
    const [command, ...rest] = asAccount(program, ['-h', this.socketFolder, ...args]);
    return runCommand(command as string, rest, { stdin });
  }

  protected command(): Command {
    const [command, ...args] = asAccount('postgres', ['-D', this.folder]);
    return { command: command as string, args };
  }

  protected async ready(): Promise<boolean> {
    // Not the program that only says whether the server accepts connections: it does so during a recovery too.
    const [[recovering] = []] = await this.query('SELECT pg_is_in_recovery()');
    return recovering === 'f';
  }

  private psql(args: readonly string[], sql: string): Promise<Output> {
    return this.run('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-U', this.superuser.user, ...args], sql);
  }

  private async prepare(): Promise<void> {
    const [uid, gid] = accountIds();
    chownSync(this.dir, uid, gid);
    mkdirSync(this.socketFolder);
    chownSync(this.socketFolder, uid, gid);
    const { tls } = this.options;
    if (tls) this.certificate = await tls.issue([...this.names, this.address]);
    const initdb = [
      '-D',
      this.folder,
      '-U',
      this.superuser.user,
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
      '--no-sync',
      '-A',
      'trust',
    ];
    const [command, ...args] = asAccount('initdb', initdb);
    await runCommand(command as string, args);
    writeFileSync(join(this.folder, 'postgresql.auto.conf'), `${await this.settings(uid, gid)}\n`);
    const host = tls ? 'hostssl' : 'host';
    const access = [
      'local all all trust',
      `${host} all all all scram-sha-256`,
      `${host} replication all all scram-sha-256`,
    ];
    writeFileSync(join(this.folder, 'pg_hba.conf'), `${access.join('\n')}\n`);
  }

  private async settings(uid: number, gid: number): Promise<string> {
    const tls: Record<string, string> = {};
    if (this.certificate) {
      const key = join(this.dir, 'server.key');
      writeFileSync(key, readFileSync(this.certificate.keyFile), { mode: 0o600 });
      chownSync(key, uid, gid);
      Object.assign(tls, { ssl: 'on', ssl_cert_file: this.certificate.certFile, ssl_key_file: key });
    }
    const all = {
      ...{ listen_addresses: this.address, port: String(this.port), unix_socket_directories: this.socketFolder },
      ...{ fsync: 'off', shared_buffers: '32MB', max_connections: '30', log_timezone: 'UTC', timezone: 'UTC' },
      ...tls,
      ...this.options.settings,
    };
    return Object.entries(all)
      .map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`)
      .join('\n');
  }

  private async makeRoles(): Promise<void> {
    const { superuser, backupRole } = this;
    await this.query(`
      ALTER ROLE ${superuser.user} PASSWORD '${superuser.password}';
      CREATE ROLE ${backupRole.user} LOGIN BYPASSRLS PASSWORD '${backupRole.password}' IN ROLE pg_read_all_data;
      ALTER ROLE ${backupRole.user} SET default_transaction_read_only = on;`);
  }
}

/** pg_read_all_data says nothing about large objects: without this, pg_dump by that role fails at the first one. */
const grantsFor = (role: string) => `
  DO $$ DECLARE o oid; BEGIN
    FOR o IN SELECT oid FROM pg_largeobject_metadata LOOP EXECUTE format('GRANT SELECT ON LARGE OBJECT %s TO ${role}', o); END LOOP;
  END $$;`;
