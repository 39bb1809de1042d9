import type { Container, EnvVar, PodSecurityContext, Volume, VolumeMount } from 'kubernetes-types/core/v1';
import { hardenedContainer, type Resources, resources } from '../kube/pod';
import {
  CONFIG_FOLDER,
  LOCK_FOLDER,
  PGBACKREST,
  type PgBackRest,
  SOCKET_FOLDER,
  STORE_CA_FOLDER,
  TLS_FOLDER,
} from './pgbackrest';
import { DATABASE_CONFIG, pgBackRestCommand, SERVER_CONFIG } from './pgbackrest-config';
import { fromSecret, type S3Credentials } from './repository';

/**
 * What the pod of the database needs beside what it has. The StatefulSet is yours, so this is for you to put there: all
 * of it, or nothing is archived.
 */
export interface PgBackRestPod {
  /** The image that the database runs in. */
  readonly image: string;
  /** Settings of PostgreSQL. */
  readonly settings: Readonly<Record<string, string>>;
  /** The same settings as arguments of `postgres`. */
  readonly args: readonly string[];
  /** Variables of the database's container: `archive_command` inherits them. */
  readonly env: readonly EnvVar[];
  /** Mounts of the database's container, beside that of its files. */
  readonly volumeMounts: readonly VolumeMount[];
  /** Volumes of the pod, beside that of the files. */
  readonly volumes: readonly Volume[];
  /** Runs beside the database and hands out its files to backups. */
  readonly sidecar: Container;
  /** Of the pod: without it nobody but root can read the Secrets. */
  readonly securityContext: PodSecurityContext;
}

const SIDECAR: Resources = { cpu: '50m', memory: '64Mi', cpuLimit: '2', memoryLimit: '512Mi' };

export function pgBackRestPod(p: PgBackRest): PgBackRestPod {
  const settings = {
    archive_mode: 'on',
    archive_command: pgBackRestCommand(DATABASE_CONFIG, p.stanza, 'archive-push', '%p').join(' '),
    // Without it, the log of a database that is nearly idle stays where it is until 16 MiB are full.
    archive_timeout: `${p.archiveTimeoutSeconds}s`,
    wal_level: 'replica',
  };
  return {
    image: p.props.image,
    settings,
    args: Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    env: storeEnvironment(p, p.props.repository.credentials),
    volumeMounts: [...storeMounts(p), SOCKET],
    volumes: [...storeVolumes(p), { name: SOCKET.name, emptyDir: { sizeLimit: '1Mi' } }, tlsVolume(p.tls.serverSecret)],
    sidecar: hardenedContainer({
      name: 'pgbackrest',
      image: p.props.image,
      command: pgBackRestCommand(SERVER_CONFIG, undefined, 'server'),
      ports: [{ name: 'pgbackrest', containerPort: p.port }],
      volumeMounts: [CONFIG, LOCK, TLS, SOCKET, { name: p.data.volume, mountPath: p.data.mountPath }],
      resources: resources(p.props.sidecarResources ?? SIDECAR),
    }),
    securityContext: { fsGroup: p.data.user, fsGroupChangePolicy: 'OnRootMismatch' },
  };
}

export const CONFIG: VolumeMount = { name: 'pgbackrest-config', mountPath: CONFIG_FOLDER, readOnly: true };
export const TLS: VolumeMount = { name: 'pgbackrest-tls', mountPath: TLS_FOLDER, readOnly: true };
export const LOCK: VolumeMount = { name: 'pgbackrest-lock', mountPath: LOCK_FOLDER };
const STORE_CA: VolumeMount = { name: 'pgbackrest-store', mountPath: STORE_CA_FOLDER, readOnly: true };
const SOCKET: VolumeMount = { name: 'pgbackrest-socket', mountPath: SOCKET_FOLDER };

/** What every container that talks to the store needs. */
export function storeMounts({ props }: PgBackRest): VolumeMount[] {
  return [CONFIG, LOCK, ...(props.repository.certificateAuthority ? [STORE_CA] : [])];
}

export function storeVolumes({ props }: PgBackRest): Volume[] {
  const authority = props.repository.certificateAuthority;
  return [
    { name: CONFIG.name, configMap: { name: PGBACKREST } },
    { name: LOCK.name, emptyDir: { sizeLimit: '1Mi' } },
    ...(authority ? [secretVolume(STORE_CA.name, authority.secret, [{ key: authority.key, path: 'ca.crt' }])] : []),
  ];
}

export function tlsVolume(secret: string): Volume {
  const files = ['tls.crt', 'tls.key', 'ca.crt'];
  return secretVolume(
    TLS.name,
    secret,
    files.map((key) => ({ key, path: key })),
  );
}

function secretVolume(name: string, secretName: string, items: { key: string; path: string }[]): Volume {
  return { name, secret: { secretName, defaultMode: 0o440, items } };
}

/** Credentials of the store and the passphrase. */
export function storeEnvironment({ props }: PgBackRest, s3: S3Credentials): EnvVar[] {
  return [
    fromSecret('PGBACKREST_REPO1_S3_KEY', s3.secret, s3.accessKeyIdKey ?? 'AWS_ACCESS_KEY_ID'),
    fromSecret('PGBACKREST_REPO1_S3_KEY_SECRET', s3.secret, s3.secretAccessKeyKey ?? 'AWS_SECRET_ACCESS_KEY'),
    fromSecret('PGBACKREST_REPO1_CIPHER_PASS', props.cipher.secret, props.cipher.key),
  ];
}
