import type { Container, EnvVar, Volume } from 'kubernetes-types/core/v1';
import { ANYWHERE, type Opening, type Peer } from '../kube/network';
import type { Resources } from '../kube/pod';
import type { SecretKeyRef } from '../sovra/installation';

/** Credentials of an S3 store, in one Secret. */
export interface S3Credentials {
  readonly secret: string;
  /** @default 'AWS_ACCESS_KEY_ID' */
  readonly accessKeyIdKey?: string;
  /** @default 'AWS_SECRET_ACCESS_KEY' */
  readonly secretAccessKeyKey?: string;
}

/** Credentials of a restic REST server, in one Secret. */
export interface RestCredentials {
  readonly secret: string;
  /** @default 'username' */
  readonly usernameKey?: string;
  /** @default 'password' */
  readonly passwordKey?: string;
}

interface Cached {
  /**
   * Room for restic's cache in each pod, on the node's disk, as a Kubernetes quantity: index and structure of the repository,
   * not its content. A full one ends no run, but restic stands still until the deadline of the Job. @default '2Gi'
   */
  readonly cacheSize?: string;
}

interface Reached extends Cached {
  /** The authority that signed the server's certificate, a PEM file in a Secret. @default the authorities of the images */
  readonly certificateAuthority?: SecretKeyRef;
  /** Where the server is, for network policies. @default any address, on the port of the URL */
  readonly peers?: readonly Peer[];
}

export interface S3RepositoryProps extends Reached {
  /** `https://` and the host; plain http is refused, since names and sizes of what is backed up pass here. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Folder in the bucket. @default the bucket itself */
  readonly prefix?: string;
  /** @default what the server says */
  readonly region?: string;
  /**
   * May list, read and write; it needs to delete below `locks/` only. The right to delete anything else belongs to the
   * pruner alone, so that whoever takes over a backup pod cannot remove what was backed up.
   */
  readonly credentials: S3Credentials;
}

export interface RestRepositoryProps extends Reached {
  /** `https://host[:port]/path`; start the server with `--append-only` for these credentials. */
  readonly url: string;
  readonly credentials: RestCredentials;
}

export interface VolumeRepositoryProps extends Cached {
  /** A PersistentVolumeClaim that exists in the namespace of the backups. Keep it off the machines that it backs up. */
  readonly claimName: string;
  /** Folder in the volume. @default the volume itself */
  readonly subPath?: string;
}

/** A Secret of the type kubernetes.io/tls, as cert-manager writes it, or any other with these two keys. */
export interface GatewayCertificate {
  readonly secret: string;
  /** @default 'tls.crt' */
  readonly certificateKey?: string;
  /** @default 'tls.key' */
  readonly privateKeyKey?: string;
}

/**
 * A folder on an SFTP server. restic would need an ssh client beside it, which the image of PostgreSQL lacks, and SFTP has no
 * account that may write but not delete. So the jobs talk to a gateway that is made with them: rclone, which serves the
 * folder as a restic REST server, append-only for the backups, with a port and credentials of its own for the pruner.
 */
export interface SftpRepositoryProps extends Cached {
  /** DNS name or IPv4 address of the server. */
  readonly host: string;
  /** @default 22 */
  readonly port?: number;
  /** Account on the server; it may read, write and delete in the folder. Only the gateway has its key. */
  readonly user: string;
  /** Folder of the repository: seen from where the account logs in, or with a leading "/" from the root. */
  readonly path: string;
  /**
   * Public keys of the server, as `ssh-keyscan HOST` prints them without the host: 'ssh-ed25519 AAAA...'. A server that shows
   * another one is refused. They are no secret, but compare them with what the server's owner says.
   */
  readonly hostKeys: readonly string[];
  /** The account's private key, without a passphrase, in the gateway's namespace only. */
  readonly privateKey: SecretKeyRef;
  /** Name and password, of your making, that the gateway asks of the backups. */
  readonly credentials: RestCredentials;
  /**
   * What the gateway shows to the jobs, in its namespace: a certificate for `sovra-backup-sftp.NAMESPACE.svc`, and for
   * `sovra-restore-sftp.NAMESPACE.svc` where `SovraRestore` makes one.
   */
  readonly tls: GatewayCertificate;
  /** The authority that signed it, a PEM file in a Secret. No public one signs the name of a Service. */
  readonly certificateAuthority: SecretKeyRef;
  /** Where the SFTP server is, for network policies. @default any address, on `port` */
  readonly peers?: readonly Peer[];
  /** @default beside the jobs */
  readonly gateway?: SftpGatewayPlaceProps;
}

export interface SftpGatewayPlaceProps {
  /** A namespace that exists. @default that of the database, or of the first Vault or objects that are backed up */
  readonly namespace?: string;
  /** Of each of its containers. @default 50m and 64Mi requested, 1 and 512Mi allowed */
  readonly resources?: Resources;
}

/** Where the encrypted copies go. */
export type RepositoryProps = DirectRepositoryProps | { readonly sftp: SftpRepositoryProps };

/** What restic itself reaches. */
export type DirectRepositoryProps =
  | { readonly s3: S3RepositoryProps }
  | { readonly rest: RestRepositoryProps }
  | { readonly volume: VolumeRepositoryProps };

/** What every pod that talks to the repository needs. */
export interface RepositoryAccess {
  readonly env: readonly EnvVar[];
  readonly volumes: readonly Volume[];
  readonly mounts: NonNullable<Container['volumeMounts']>;
  readonly egress: readonly Opening[];
}

const PASSWORD_FOLDER = '/etc/restic';
const AUTHORITY_FOLDER = '/etc/restic-ca';
export const VOLUME_FOLDER = '/repository';

/**
 * The repository as a pod sees it. The password is a file; the credentials are variables out of Secrets; no value of
 * either is in a manifest or on a command line.
 *
 * @param credentials others than those of the repository itself, for the pruner
 */
export function repositoryAccess(
  repository: DirectRepositoryProps,
  password: SecretKeyRef,
  credentials?: S3Credentials | RestCredentials,
): RepositoryAccess {
  const store = storeAccess(repository, credentials);
  return {
    env: [
      { name: 'RESTIC_REPOSITORY', value: location(repository) },
      { name: 'RESTIC_PASSWORD_FILE', value: `${PASSWORD_FOLDER}/password` },
      { name: 'RESTIC_CACHE_DIR', value: '/cache' },
      { name: 'TMPDIR', value: '/tmp' },
      ...store.env,
    ],
    volumes: [
      {
        name: 'restic-password',
        secret: { secretName: password.secret, defaultMode: 0o440, items: [{ key: password.key, path: 'password' }] },
      },
      { name: 'cache', emptyDir: { sizeLimit: cacheSize(repository) } },
      { name: 'tmp', emptyDir: { sizeLimit: '1Gi' } },
      ...store.volumes,
    ],
    mounts: [
      { name: 'restic-password', mountPath: PASSWORD_FOLDER, readOnly: true },
      { name: 'cache', mountPath: '/cache' },
      { name: 'tmp', mountPath: '/tmp' },
      ...store.mounts,
    ],
    egress: store.egress,
  };
}

function cacheSize(repository: DirectRepositoryProps): string {
  const [given]: readonly (Cached | undefined)[] = Object.values(repository);
  return given?.cacheSize ?? '2Gi';
}

/** As `restic --repo` takes it. */
function location(repository: DirectRepositoryProps): string {
  if ('s3' in repository) {
    const { endpoint, bucket, prefix } = repository.s3;
    return `s3:${endpoint.replace(/\/+$/, '')}/${bucket}${prefix === undefined ? '' : `/${prefix}`}`;
  }
  if ('rest' in repository) return `rest:${repository.rest.url.replace(/\/*$/, '/')}`;
  return VOLUME_FOLDER;
}

function storeAccess(
  repository: DirectRepositoryProps,
  credentials: S3Credentials | RestCredentials | undefined,
): RepositoryAccess {
  if ('s3' in repository) {
    const { region, endpoint } = repository.s3;
    const env = s3Environment((credentials as S3Credentials | undefined) ?? repository.s3.credentials);
    return reached(repository.s3, endpoint, [
      ...env,
      ...(region === undefined ? [] : [{ name: 'AWS_DEFAULT_REGION', value: region }]),
    ]);
  }
  if ('rest' in repository) {
    return reached(
      repository.rest,
      repository.rest.url,
      restEnvironment((credentials as RestCredentials | undefined) ?? repository.rest.credentials),
    );
  }
  const { claimName, subPath } = repository.volume;
  return {
    env: [],
    volumes: [{ name: 'repository', persistentVolumeClaim: { claimName } }],
    mounts: [{ name: 'repository', mountPath: VOLUME_FOLDER, ...(subPath !== undefined && { subPath }) }],
    egress: [],
  };
}

function reached(where: Reached, url: string, env: readonly EnvVar[]): RepositoryAccess {
  const authority = where.certificateAuthority;
  const port = Number(new URL(url).port || 443);
  return {
    env: [...env, ...(authority ? [{ name: 'RESTIC_CACERT', value: `${AUTHORITY_FOLDER}/ca.crt` }] : [])],
    volumes: authority
      ? [
          {
            name: 'restic-ca',
            secret: {
              secretName: authority.secret,
              defaultMode: 0o440,
              items: [{ key: authority.key, path: 'ca.crt' }],
            },
          },
        ]
      : [],
    mounts: authority ? [{ name: 'restic-ca', mountPath: AUTHORITY_FOLDER, readOnly: true }] : [],
    egress: [{ peers: where.peers ?? [{ cidrs: ANYWHERE }], ports: [port] }],
  };
}

function s3Environment(c: S3Credentials): EnvVar[] {
  return [
    fromSecret('AWS_ACCESS_KEY_ID', c.secret, c.accessKeyIdKey ?? 'AWS_ACCESS_KEY_ID'),
    fromSecret('AWS_SECRET_ACCESS_KEY', c.secret, c.secretAccessKeyKey ?? 'AWS_SECRET_ACCESS_KEY'),
  ];
}

function restEnvironment(c: RestCredentials): EnvVar[] {
  return [
    fromSecret('RESTIC_REST_USERNAME', c.secret, c.usernameKey ?? 'username'),
    fromSecret('RESTIC_REST_PASSWORD', c.secret, c.passwordKey ?? 'password'),
  ];
}

export function fromSecret(name: string, secret: string, key: string): EnvVar {
  return { name, valueFrom: { secretKeyRef: { name: secret, key } } };
}
