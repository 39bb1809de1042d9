import { CONFIG_FOLDER, LOCK_FOLDER, type PgBackRest, SOCKET_FOLDER, STORE_CA_FOLDER, TLS_FOLDER } from './pgbackrest';

type Settings = readonly (readonly [string, string | number | undefined])[];

/** Of the database itself, and of a restore into its volume: where the log goes to and comes from. */
export const DATABASE_CONFIG = 'database.conf';
/** Of the container beside the database that hands out its files: no store, so no secret of one. */
export const SERVER_CONFIG = 'server.conf';
/** Of the jobs. */
export const JOBS_CONFIG = 'jobs.conf';

/** `pgbackrest` with the configuration of one part; what it does is appended. */
export function pgBackRestCommand(config: string, stanza: string | undefined, ...rest: readonly string[]): string[] {
  const at = `--config=${CONFIG_FOLDER}/${config}`;
  return ['pgbackrest', at, ...(stanza === undefined ? [] : [`--stanza=${stanza}`]), ...rest];
}

/** The three files. Credentials and the passphrase are in none of them: they come as variables out of Secrets. */
export function pgBackRestConfig(p: PgBackRest): Readonly<Record<string, string>> {
  return {
    [DATABASE_CONFIG]: file([
      ['global', [...COMMON, ...repository(p), ...archiving(p)]],
      [p.stanza, own(p)],
    ]),
    [SERVER_CONFIG]: file([
      ['global', [...COMMON, ...server(p)]],
      [p.stanza, own(p)],
    ]),
    [JOBS_CONFIG]: file([
      ['global', [...COMMON, ...repository(p), ...backups(p)]],
      [p.stanza, remote(p)],
    ]),
  };
}

/** Containers keep nothing: the log of each goes to where `kubectl logs` finds it. */
const COMMON: Settings = [
  ['log-level-console', 'info'],
  ['log-level-file', 'off'],
  ['log-level-stderr', 'off'],
  ['lock-path', LOCK_FOLDER],
];

function repository({ props }: PgBackRest): Settings {
  const { repository: s3, retention } = props;
  const { hostname, port } = new URL(s3.endpoint);
  return [
    ['repo1-type', 's3'],
    ['repo1-path', `/${s3.prefix ?? 'pgbackrest'}`],
    ['repo1-s3-bucket', s3.bucket],
    ['repo1-s3-endpoint', hostname],
    ['repo1-storage-port', port || 443],
    ['repo1-s3-region', s3.region ?? 'us-east-1'],
    ['repo1-s3-uri-style', s3.uriStyle ?? 'path'],
    ['repo1-storage-ca-file', s3.certificateAuthority && `${STORE_CA_FOLDER}/ca.crt`],
    ['repo1-cipher-type', 'aes-256-cbc'],
    ['repo1-retention-full', retention?.full ?? 4],
    ['repo1-retention-diff', retention?.differential ?? 14],
    ['compress-type', props.compression ?? 'zst'],
    ['process-max', props.processes ?? 2],
  ];
}

/**
 * Synchronous: `archive-async` leaves processes behind that become children of process 1. In a container that is PostgreSQL,
 * which takes the failure of one for a crash and restarts every session: a store that refuses would stop the database.
 */
function archiving(p: PgBackRest): Settings {
  return [
    ['archive-async', 'n'],
    ['archive-timeout', p.pushSeconds],
  ];
}

/** A backup does not wait for the next checkpoint, nor begin with what another one left behind. */
function backups(p: PgBackRest): Settings {
  return [
    ['archive-timeout', p.pushSeconds],
    ['start-fast', 'y'],
    ['stop-auto', 'y'],
    ['resume', 'n'],
    // A database that is dead gives no answer; half an hour of waiting is too long to learn that.
    ['protocol-timeout', 630],
    ['db-timeout', 600],
  ];
}

function server(p: PgBackRest): Settings {
  return [
    ['tls-server-address', '*'],
    ['tls-server-port', p.port],
    ['tls-server-ca-file', `${TLS_FOLDER}/ca.crt`],
    ['tls-server-cert-file', `${TLS_FOLDER}/tls.crt`],
    ['tls-server-key-file', `${TLS_FOLDER}/tls.key`],
    ['tls-server-auth', `${p.tls.clientName}=${p.stanza}`],
  ];
}

/** The database as its own pod sees it. */
function own({ data, database }: PgBackRest): Settings {
  return [
    ['pg1-path', data.folder],
    ['pg1-port', database.port],
    ['pg1-socket-path', SOCKET_FOLDER],
    ['pg1-user', data.role],
  ];
}

/** The database as the jobs see it. */
function remote(p: PgBackRest): Settings {
  return [
    ...own(p),
    ['pg1-host', p.host],
    ['pg1-host-type', 'tls'],
    ['pg1-host-port', p.port],
    ['pg1-host-ca-file', `${TLS_FOLDER}/ca.crt`],
    ['pg1-host-cert-file', `${TLS_FOLDER}/tls.crt`],
    ['pg1-host-key-file', `${TLS_FOLDER}/tls.key`],
    ['pg1-host-config', `${CONFIG_FOLDER}/${SERVER_CONFIG}`],
  ];
}

function file(sections: readonly (readonly [string, Settings])[]): string {
  return sections.map(([name, settings]) => `[${name}]\n${settings.map(line).join('')}`).join('\n');
}

const line = ([name, value]: Settings[number]): string => (value === undefined ? '' : `${name}=${value}\n`);
