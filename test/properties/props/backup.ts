/** Props of `SovraBackupSchedule`, with every kind of repository. */
import fc from 'fast-check';
import type { KeepPolicy, PrunerProps, VerificationProps } from '../../../lib/backup/maintenance-tasks';
import type {
  RepositoryProps,
  RestCredentials,
  RestRepositoryProps,
  S3Credentials,
  S3RepositoryProps,
  VolumeRepositoryProps,
} from '../../../lib/backup/repository';
import type { SovraBackupScheduleProps } from '../../../lib/backup/sovra-backup-schedule';
import type { VaultBackupProps } from '../../../lib/backup/vault-task';
import type { TaskTuning } from '../../../lib/operations/task-set';
import { SovraInstallation } from '../../../lib/sovra/installation';
import {
  alsoBroken,
  asWhole,
  constant,
  either,
  type Fault,
  type Fields,
  type Kind,
  number,
  oneOf,
  record,
  text,
} from '../kinds';
import { dnsSubdomain, positiveInteger, quantity, secretKey, secretRef } from '../leaves';
import { sharedTaskAlertOverrides } from './alerts';
import { installationProps, sovra } from './installation';
import { peers } from './network';
import { daily, deadlines, setFields, tuning } from './tasks';

const path = text(fc.constantFrom('prod', 'prod/a', 'a.b_c-d/e'), ['', '/a', 'a/', 'a//b', '../a', 'a/..', '.', 'a b']);
const NO_ADDRESS = [
  '',
  'http://s3.example.com',
  's3.example.com',
  'https://u:p@s3.example.com',
  'https:s3.example.com',
  'https://s3.example.com/?a=b',
  'https://s3.example.com/#a',
];
const reached = { certificateAuthority: secretRef, peers };

const s3Credentials = record<S3Credentials>(
  { secret: dnsSubdomain, accessKeyIdKey: secretKey, secretAccessKeyKey: secretKey },
  ['secret'],
);
const s3 = record<S3RepositoryProps>(
  {
    endpoint: text(fc.constantFrom('https://s3.example.com', 'https://s3.example.com:9000', 'https://192.0.2.1/'), [
      ...NO_ADDRESS,
      'https://s3.example.com/bucket',
    ]),
    bucket: text(fc.constantFrom('sovra-backup', 'abc', 'a.b-c', 'x'.repeat(63)), [
      '',
      'ab',
      'Abc',
      'a_b',
      'a..b',
      '192.168.0.1',
      'x'.repeat(64),
      'abc/d',
    ]),
    prefix: path,
    region: text(fc.constantFrom('eu-central-1', 'us'), ['', 'EU', 'a b']),
    credentials: s3Credentials,
    ...reached,
  },
  ['endpoint', 'bucket', 'credentials'],
);
const restCredentials = record<RestCredentials>(
  { secret: dnsSubdomain, usernameKey: secretKey, passwordKey: secretKey },
  ['secret'],
);
const rest = record<RestRepositoryProps>(
  {
    url: text(fc.constantFrom('https://rest.example.com', 'https://rest.example.com:8000/sovra/'), NO_ADDRESS),
    credentials: restCredentials,
    ...reached,
  },
  ['url', 'credentials'],
);
const volume = record<VolumeRepositoryProps>({ claimName: dnsSubdomain, subPath: path }, ['claimName']);

/** Exactly one key. */
const kindOf = <T>(name: 's3' | 'rest' | 'volume', kind: Kind<T>): Kind<RepositoryProps> => ({
  valid: kind.valid.map((v) => ({ [name]: v }) as unknown as RepositoryProps),
  faults: kind.faults.map((f) => ({
    name: `${name}: ${f.name}`,
    // What is no object is no destination at all.
    broken: f.broken.map((b) => ({
      ...b,
      value: { [name]: b.value },
      property: b.property === '' ? '' : `.${name}${b.property}`,
    })),
  })),
});
const repository = alsoBroken(
  either(either(kindOf('s3', s3), kindOf('rest', rest)), kindOf('volume', volume)),
  oneOf(
    'no destination',
    null,
    'text',
    7,
    [],
    {},
    { s3: null },
    { s3: {}, rest: {} },
    { nfs: {} },
    { sftp: { host: 'a' } },
  ),
);

const keep = alsoBroken(
  record<KeepPolicy>({
    hourly: positiveInteger,
    daily: positiveInteger,
    weekly: positiveInteger,
    monthly: positiveInteger,
    yearly: positiveInteger,
  }),
  {
    name: 'unknown period',
    broken: fc.constant({ value: { minutely: 1 }, property: '.minutely' }),
  },
);
// Minutes that no two of them can share, however far the Vaults are moved.
const postgres = deadlines(
  record<TaskTuning>({
    ...tuning({ ...daily([1]), valid: fc.integer({ min: 0, max: 23 }).map((h) => `1 ${h} * * *`) }),
  }),
  '0 3 * * *',
);
const vault = deadlines(
  record<VaultBackupProps>({
    ...tuning({ ...daily([2]), valid: fc.constantFrom('2 2 * * *', '3 14 * * *') }, sharedTaskAlertOverrides),
    stagingSize: quantity,
  }),
  '15 3 * * *',
);
const pruner = deadlines(record<PrunerProps>({ ...tuning(daily([5, 8])), keep } as Fields<PrunerProps>), '0 5 * * 0');
const percent = number(fc.double({ min: 0.01, max: 100, noNaN: true }), [0, -1, 100.1, 101]);
const verification = deadlines(
  record<VerificationProps>({ ...tuning(daily([9, 12])), readDataPercent: percent }),
  '0 5 * * 3',
);
const orFalse = <T>(kind: Kind<T>) => either(kind, constant(false)) as Kind<T | false>;

const fields: Fields<SovraBackupScheduleProps> = {
  ...setFields,
  sovra,
  repository,
  password: asWhole(secretRef),
  postgres: orFalse(postgres),
  vault: orFalse(vault),
  pruner,
  verification: orFalse(verification),
};
const raw = record<SovraBackupScheduleProps>(fields, ['sovra', 'repository', 'password']);

/** There is something to back up, in as many namespaces as the repository can have, with a pruner of its own rights. */
function sound(p: SovraBackupScheduleProps, edge: string): SovraBackupScheduleProps {
  const onVolume = 'volume' in p.repository;
  const { database, localEdgeNodes: local } = p.sovra;
  const vaultOnly = local.length > 0 && (database === undefined || p.postgres === false);
  const common = { ...p, ...withCredentials(p) };
  // A volume belongs to one namespace, and somebody has nothing at all: both get one Vault.
  const one = new SovraInstallation({ controlPlane: false, edgeNodes: [{ id: edge, vault: {} }] });
  if (database === undefined && local.length === 0) return { ...common, sovra: one, vault: p.vault || undefined };
  if (vaultOnly) return { ...common, sovra: onVolume ? one : p.sovra, vault: p.vault || undefined };
  return { ...common, postgres: p.postgres || undefined, vault: afterTheDump(p, onVolume) };
}

function withCredentials({ pruner: own, repository: r }: SovraBackupScheduleProps) {
  return own && { pruner: { ...own, credentials: 'volume' in r ? undefined : { secret: 'the-pruners-own' } } };
}

/** A time that the user chose would have to follow the dump; that is tested elsewhere. */
function afterTheDump(p: SovraBackupScheduleProps, onVolume: boolean): SovraBackupScheduleProps['vault'] {
  if (onVolume || p.vault === false) return false;
  return p.vault && { ...p.vault, schedule: undefined };
}

const otherFaults: readonly Fault[] = [
  {
    name: 'nothing to back up',
    broken: raw.valid.map((p) => ({
      value: {
        ...p,
        ...withCredentials(p),
        sovra: new SovraInstallation({ controlPlane: false, edgeNodes: [{ id: 'far' }] }),
      },
      property: '.sovra',
    })),
  },
  {
    name: 'a volume for two namespaces',
    broken: fc.constant({
      value: {
        sovra: new SovraInstallation({ edgeNodes: [{ id: 'a', vault: {} }] }),
        repository: { volume: { claimName: 'a' } },
        password: { secret: 'a', key: 'b' },
      },
      property: '.repository.volume',
    }),
  },
  {
    name: 'a pruner without credentials, or with those of the backups',
    broken: fc.tuple(s3.valid, fc.boolean()).map(([own, same]) => ({
      value: {
        sovra: new SovraInstallation(),
        repository: { s3: own },
        password: { secret: 'a', key: 'b' },
        pruner: same ? { credentials: own.credentials } : {},
      },
      property: '.pruner.credentials',
    })),
  },
  {
    name: 'Vault before the database',
    broken: fc.constant({
      value: {
        sovra: new SovraInstallation({ edgeNodes: [{ id: 'a', vault: {} }] }),
        repository: { s3: { endpoint: 'https://a', bucket: 'abc', credentials: { secret: 'a' } } },
        password: { secret: 'a', key: 'b' },
        vault: { schedule: '0 2 * * *' },
      },
      property: '.vault.schedule',
    }),
  },
];

export const backupProps: Kind<SovraBackupScheduleProps> = {
  valid: fc
    .tuple(raw.valid, installationProps.valid)
    .map(([p, other]) => sound(p, other.edgeNodes?.[0]?.id ?? 'edge-1')),
  faults: [...raw.faults, ...otherFaults],
};
