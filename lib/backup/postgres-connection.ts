import type { Container, EnvVar, Volume } from 'kubernetes-types/core/v1';
import { ANYWHERE, type Opening } from '../kube/network';
import type { Database } from '../sovra/installation';
import { fromSecret } from './repository';

/** `postgres` in the image on Alpine, for programs that ask for the name of their user. */
export const POSTGRES_USER = 70;

const AUTHORITY_FOLDER = '/etc/postgres-ca';

/**
 * libpq's variables. A password file would be read by nobody else either, but it has to be put together from host, user
 * and password in a shell, and the Secret of the installation holds the two values apart.
 */
export function databaseEnvironment(db: Database, application: string): EnvVar[] {
  return [
    { name: 'PGHOST', value: db.host },
    { name: 'PGPORT', value: String(db.port) },
    { name: 'PGDATABASE', value: db.name },
    { name: 'PGSSLMODE', value: db.sslMode },
    ...(db.caSecret ? [{ name: 'PGSSLROOTCERT', value: `${AUTHORITY_FOLDER}/ca.crt` }] : []),
    { name: 'PGCONNECT_TIMEOUT', value: '30' },
    { name: 'PGAPPNAME', value: application },
    fromSecret('PGUSER', db.username.secret, db.username.key),
    fromSecret('PGPASSWORD', db.password.secret, db.password.key),
  ];
}

export function toDatabase(db: Database): Opening {
  return {
    peers: [db.podLabels ? { namespace: db.namespace, podLabels: db.podLabels } : { cidrs: ANYWHERE }],
    ports: [db.port],
  };
}

/** The authority that signed the certificate of the database, where the description names one. */
export function databaseAuthority(db: Database): {
  readonly volumes: Volume[];
  readonly mounts: NonNullable<Container['volumeMounts']>;
} {
  if (!db.caSecret) return { volumes: [], mounts: [] };
  const { secret: secretName, key } = db.caSecret;
  return {
    volumes: [{ name: 'postgres-ca', secret: { secretName, defaultMode: 0o440, items: [{ key, path: 'ca.crt' }] } }],
    mounts: [{ name: 'postgres-ca', mountPath: AUTHORITY_FOLDER, readOnly: true }],
  };
}
