/** Every kind of repository, as `SovraBackupSchedule` and `SovraRestore` take it. */

import type {
  GatewayCertificate,
  RepositoryProps,
  RestCredentials,
  RestRepositoryProps,
  S3Credentials,
  S3RepositoryProps,
  SftpGatewayPlaceProps,
  SftpRepositoryProps,
  VolumeRepositoryProps,
} from '../../../lib/backup/repository';
import fc from '../../support/fast-check';
import { alsoBroken, either, type Kind, list, number, oneOf, record, text } from '../kinds';
import { dnsLabel, dnsSubdomain, quantity, resources, secretKey, secretRef } from '../leaves';
import { peers } from './network';

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
const reached = { certificateAuthority: secretRef, peers, cacheSize: quantity };

const s3Credentials = record<S3Credentials>(
  { secret: dnsSubdomain, accessKeyIdKey: secretKey, secretAccessKeyKey: secretKey },
  ['secret'],
);
export const s3 = record<S3RepositoryProps>(
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
/** A key as a server has it: each field behind its length. */
const publicKey = (kind: string, ...fields: readonly Uint8Array[]) => {
  const parts = [Buffer.from(kind), ...fields].map((f) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(f.length);
    return Buffer.concat([length, f]);
  });
  return `${kind} ${Buffer.concat(parts).toString('base64')}`;
};
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const ED25519 = publicKey('ssh-ed25519', Buffer.alloc(32, 1));
const hostKey = text(
  fc.oneof(
    bytes(32).map((key) => publicKey('ssh-ed25519', key)),
    fc.tuple(bytes(3), bytes(257)).map(([exponent, n]) => publicKey('ssh-rsa', exponent, n)),
    fc
      .tuple(fc.constantFrom(256, 384, 521), bytes(65))
      .map(([size, point]) => publicKey(`ecdsa-sha2-nistp${size}`, Buffer.from(`nistp${size}`), point)),
  ),
  [
    ...['', 'ssh-ed25519', ED25519.slice(0, -4), `nas.example.com ${ED25519}`, `${ED25519} root@nas`],
    ...[ED25519.replace('ssh-ed25519', 'ssh-rsa'), publicKey('ssh-dss', Buffer.alloc(20)), `${ED25519}\n`],
    'SHA256:ofQcws8pCVXyN/2DedPg/QXKmy1XflftvT7mSLaV+G8',
  ],
);
const certificate = record<GatewayCertificate>(
  { secret: dnsSubdomain, certificateKey: secretKey, privateKeyKey: secretKey },
  ['secret'],
);
const gateway = record<SftpGatewayPlaceProps>({ namespace: dnsLabel, resources });
const sftp = record<SftpRepositoryProps>(
  {
    host: dnsSubdomain,
    port: number(fc.integer({ min: 1, max: 65535 }), [0, -1, 65536, 1.5]),
    user: text(fc.constantFrom('sovra', 'u_1', 'a.b@c-d'), ['', 'a b', 'a:b', '-a', 'a/b']),
    path: text(fc.constantFrom('sovra', '/backups/sovra', 'a.b_c-d/e'), [
      '',
      '/',
      'a/',
      'a//b',
      '../a',
      'a/..',
      'a b',
      'a,b',
    ]),
    hostKeys: list(hostKey, { min: 1, max: 3 }),
    privateKey: secretRef,
    credentials: restCredentials,
    tls: certificate,
    ...reached,
    gateway,
  },
  ['host', 'user', 'path', 'hostKeys', 'privateKey', 'credentials', 'tls', 'certificateAuthority'],
);
const volume = record<VolumeRepositoryProps>({ claimName: dnsSubdomain, subPath: path, cacheSize: quantity }, [
  'claimName',
]);

/** Exactly one key. */
const kindOf = <T>(name: 's3' | 'sftp' | 'rest' | 'volume', kind: Kind<T>): Kind<RepositoryProps> => ({
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
export const repository = alsoBroken(
  either(either(kindOf('s3', s3), kindOf('sftp', sftp)), either(kindOf('rest', rest), kindOf('volume', volume))),
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
    { sftp: {}, volume: {} },
  ),
);
