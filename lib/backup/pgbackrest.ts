import { slug } from '../kube/names';
import type { Resources } from '../kube/pod';
import type { TaskTuning } from '../operations/task-set';
import { seconds } from '../schedule/duration';
import type { Database, SecretKeyRef, SovraInstallation } from '../sovra/installation';
import type { S3Credentials, S3RepositoryProps } from './repository';

/** Where pgBackRest keeps base backups and the log of the database. */
export interface PgBackRestRepositoryProps extends S3RepositoryProps {
  /** Folder in the bucket; never that of the restic repository. @default 'pgbackrest' */
  readonly prefix?: string;
  /** As the store says; one that knows none takes any. @default 'us-east-1' */
  readonly region?: string;
  /** Of the database's pod: lists, reads and writes. It never deletes, so do not let it. */
  readonly credentials: S3Credentials;
  /** Whether the bucket is a part of the path or of the host's name. @default 'path' */
  readonly uriStyle?: 'path' | 'host';
}

/**
 * How many of each kind stay; what is older is removed after the next backup of that kind. The log is kept since the oldest
 * full backup that stays: so every moment since then can be restored, and a hole in it is always a fault.
 */
export interface PgBackRestRetention {
  /** Full backups. @default 4 */
  readonly full?: number;
  /** Differential ones. @default 14 */
  readonly differential?: number;
}

/** Certificates of both ends of the connection by which backups reach the files of the database. */
export interface PgBackRestTlsProps {
  /** Secret with `tls.crt`, `tls.key` and `ca.crt` for the name `sovra-pgbackrest.NAMESPACE.svc`. @default 'sovra-pgbackrest-server' */
  readonly serverSecret?: string;
  /** Secret with `tls.crt`, `tls.key` and `ca.crt` of who may ask. @default 'sovra-pgbackrest-client' */
  readonly clientSecret?: string;
  /** The common name in the certificate of the client; no other one is let in. @default 'sovra-pgbackrest' */
  readonly clientName?: string;
}

/** Where the files of the database are in its pod. */
export interface PgBackRestDataProps {
  /** Name of the volume in the pod. @default 'data' */
  readonly volume?: string;
  /** Where it is mounted. @default '/var/lib/postgresql/data' */
  readonly mountPath?: string;
  /** PGDATA. @default '/var/lib/postgresql/data/pgdata' */
  readonly folder?: string;
  /** Numeric user that owns the files. @default 999, as in the image of PostgreSQL on Debian */
  readonly user?: number;
  /** Role that may make backups, over the socket and without a password, as the image of PostgreSQL has it. @default 'postgres' */
  readonly role?: string;
}

export interface PgBackRestProps {
  /**
   * An image with PostgreSQL of the version of the database and with `pgbackrest` 2.45 or newer, pinned. There is no
   * official one, and the image of PostgreSQL has no pgbackrest: so it is yours, and the database has to run in it too,
   * because PostgreSQL itself starts `pgbackrest` for each piece of its log.
   */
  readonly image: string;
  readonly repository: PgBackRestRepositoryProps;
  /** Of the jobs: may delete too, since what retention does not keep is removed after a backup. Others than those of the database. */
  readonly backupCredentials: S3Credentials;
  /** The passphrase of the repository (aes-256-cbc). Keep a copy where no cluster can lose it. */
  readonly cipher: SecretKeyRef;
  /** @default the Secrets `sovra-pgbackrest-server` and `sovra-pgbackrest-client` */
  readonly tls?: PgBackRestTlsProps;
  /** @default as the image of PostgreSQL on Debian has it */
  readonly data?: PgBackRestDataProps;
  /** @default 4 full, 14 differential */
  readonly retention?: PgBackRestRetention;
  /** After so long PostgreSQL hands over a piece of its log that is not full, as a duration in whole seconds; below 30s it costs much. @default '1m' */
  readonly archiveTimeout?: string;
  /** How long the way of a piece into the store may take, as a duration in whole seconds. The check fails when it takes longer. @default '1m' */
  readonly pushWithin?: string;
  /** @default 'zst' */
  readonly compression?: 'zst' | 'lz4';
  /** Processes that compress and transfer. @default 2 */
  readonly processes?: number;
  /** Port of the database's pod at which backups ask for files. @default 8432 */
  readonly port?: number;
  /** @default Sundays at 01:00 */
  readonly full?: TaskTuning;
  /** @default the other days at 01:00 */
  readonly differential?: TaskTuning;
  /** False leaves it out: the log alone keeps the recovery point, incremental backups only shorten a restore. @default every 4 hours from 05:30 to 21:30 */
  readonly incremental?: TaskTuning | false;
  /** Makes PostgreSQL hand over a piece of its log, and waits until it is in the store. @default every 5 minutes */
  readonly check?: TaskTuning;
  /** Reads everything in the repository, and looks for gaps in the log. @default Wednesdays at 04:00 */
  readonly verify?: TaskTuning;
  /** Of each job. @default 100m and 128Mi requested, 2 and 512Mi allowed */
  readonly resources?: Resources;
  /** Of the container beside the database. @default 50m and 64Mi requested, 2 and 512Mi allowed */
  readonly sidecarResources?: Resources;
}

/** Service in front of the port at which backups ask for files; also the ConfigMap. */
export const PGBACKREST = 'sovra-pgbackrest';
export const CONFIG_FOLDER = '/etc/pgbackrest';
export const STORE_CA_FOLDER = '/etc/pgbackrest-store';
export const TLS_FOLDER = '/etc/pgbackrest-tls';
export const LOCK_FOLDER = '/tmp/pgbackrest';
export const SOCKET_FOLDER = '/run/postgresql';

/** What the props come to. */
export interface PgBackRest {
  readonly props: PgBackRestProps;
  readonly sovra: SovraInstallation;
  readonly database: Database;
  /** By which pgBackRest tells databases apart in one repository. */
  readonly stanza: string;
  readonly host: string;
  readonly port: number;
  readonly data: Required<PgBackRestDataProps>;
  readonly tls: Required<PgBackRestTlsProps>;
  readonly archiveTimeoutSeconds: number;
  readonly pushSeconds: number;
}

export function pgBackRest(sovra: SovraInstallation, database: Database, props: PgBackRestProps): PgBackRest {
  return {
    props,
    sovra,
    database,
    stanza: slug(sovra.name, 63),
    host: `${PGBACKREST}.${database.namespace}.svc`,
    port: props.port ?? 8432,
    data: {
      volume: props.data?.volume ?? 'data',
      mountPath: props.data?.mountPath ?? '/var/lib/postgresql/data',
      folder: props.data?.folder ?? '/var/lib/postgresql/data/pgdata',
      user: props.data?.user ?? 999,
      role: props.data?.role ?? 'postgres',
    },
    tls: {
      serverSecret: props.tls?.serverSecret ?? `${PGBACKREST}-server`,
      clientSecret: props.tls?.clientSecret ?? `${PGBACKREST}-client`,
      clientName: props.tls?.clientName ?? PGBACKREST,
    },
    archiveTimeoutSeconds: seconds(props.archiveTimeout ?? '1m'),
    pushSeconds: seconds(props.pushWithin ?? '1m'),
  };
}
