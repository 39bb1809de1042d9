import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import { commonLabels } from '../kube/labels';
import { kubeObject } from '../kube/object';
import type { Database } from '../sovra/installation';
import type { S3RepositoryProps } from './repository';

export interface CloudNativePgProps {
  /** Name of the `Cluster`, in the control plane's namespace. */
  readonly cluster: string;
  /** Where the log and the base backups go. Its credentials are those of the operator's plugin: they delete what retention does not keep. */
  readonly repository: S3RepositoryProps;
  /** Of the store, since barman-cloud encrypts nothing itself; false where the store may read everything. @default 'AES256' */
  readonly encryption?: 'AES256' | 'aws:kms' | false;
  /** How far back every moment can be restored: a number and `d`, `w` or `m` (days, weeks, months). @default '30d' */
  readonly retention?: string;
  /** Base backups: five-field cron like everywhere here, in UTC, since the operator knows no zone. @default '0 1 * * *' */
  readonly schedule?: string;
  /** `archive_timeout` of the cluster, as a duration in whole seconds. @default '1m' */
  readonly archiveTimeout?: string;
  /** How long the way of a piece of the log into the store may take, as a duration in whole seconds. @default '1m' */
  readonly pushWithin?: string;
}

export const BASE_SCHEDULE = '0 1 * * *';
export const BARMAN_PLUGIN = 'barman-cloud.cloudnative-pg.io';
/** Name of the ObjectStore and of the ScheduledBackup. */
export const CNPG_ARCHIVE = 'sovra-archive';

/** What the `Cluster` has to have; it is yours, so this is for you to put there. */
export interface CloudNativePgCluster {
  readonly plugins: readonly object[];
  readonly postgresql: { readonly parameters: Readonly<Record<string, string>> };
}

export function cloudNativePgCluster(props: CloudNativePgProps): CloudNativePgCluster {
  return {
    plugins: [{ name: BARMAN_PLUGIN, isWALArchiver: true, parameters: { barmanObjectName: CNPG_ARCHIVE } }],
    postgresql: { parameters: { archive_timeout: props.archiveTimeout ?? '1m' } },
  };
}

/** `spec` of the plugin's `ObjectStore`. */
export function objectStoreSpec(props: CloudNativePgProps): object {
  const { endpoint, bucket, prefix, region, credentials, certificateAuthority } = props.repository;
  const encryption = props.encryption === false ? {} : { encryption: props.encryption ?? 'AES256' };
  const key = (name: string) => ({ name: credentials.secret, key: name });
  return {
    configuration: {
      destinationPath: `s3://${bucket}${prefix === undefined ? '' : `/${prefix}`}`,
      endpointURL: endpoint,
      ...(certificateAuthority && { endpointCA: { name: certificateAuthority.secret, key: certificateAuthority.key } }),
      s3Credentials: {
        accessKeyId: key(credentials.accessKeyIdKey ?? 'AWS_ACCESS_KEY_ID'),
        secretAccessKey: key(credentials.secretAccessKeyKey ?? 'AWS_SECRET_ACCESS_KEY'),
      },
      wal: { compression: 'gzip', maxParallel: 2, ...encryption },
      data: { compression: 'gzip', immediateCheckpoint: true, jobs: 2, ...encryption },
    },
    ...(region !== undefined && {
      instanceSidecarConfiguration: { env: [{ name: 'AWS_DEFAULT_REGION', value: region }] },
    }),
    retentionPolicy: props.retention ?? '30d',
  };
}

/** `spec` of the operator's `ScheduledBackup`, whose schedule begins with the second. */
export function scheduledBackupSpec(props: CloudNativePgProps): object {
  return {
    schedule: `0 ${props.schedule ?? BASE_SCHEDULE}`,
    immediate: true,
    backupOwnerReference: 'self',
    cluster: { name: props.cluster },
    method: 'plugin',
    pluginConfiguration: { name: BARMAN_PLUGIN },
  };
}

/** The objects of CloudNativePG and of its plugin, for a cluster that its operator runs. */
export class CloudNativePgArchive extends Construct {
  readonly objectStore: ApiObject;
  readonly scheduledBackup: ApiObject;

  constructor(scope: Construct, id: string, database: Database, props: CloudNativePgProps) {
    super(scope, id);
    const metadata = {
      name: CNPG_ARCHIVE,
      namespace: database.namespace,
      labels: commonLabels(CNPG_ARCHIVE, 'backup'),
    };
    const make = (name: string, apiVersion: string, kind: string, spec: object) =>
      kubeObject<{ metadata?: ObjectMeta; spec: object }>(this, name, apiVersion, kind, metadata, { spec });
    this.objectStore = make('store', 'barmancloud.cnpg.io/v1', 'ObjectStore', objectStoreSpec(props));
    this.scheduledBackup = make('backup', 'postgresql.cnpg.io/v1', 'ScheduledBackup', scheduledBackupSpec(props));
  }
}
