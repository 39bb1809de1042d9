import type { Container, EnvVar, Volume } from 'kubernetes-types/core/v1';
import { checkPeers } from '../kube/check-network';
import { checkResources, checkStorage } from '../kube/check-resources';
import { ANYWHERE, type Opening, type Peer } from '../kube/network';
import type { Resources } from '../kube/pod';
import type { StorageProps } from '../monitoring/prometheus';
import { checkSecret } from '../sovra/check-installation';
import type { SecretKeyRef } from '../sovra/installation';
import { anyText, type Checker, dnsSubdomain, known, numberRule, type Rule, secretKey, url } from '../validate';

/** Credentials of an object store, in one Secret in the namespace of the store that uses them. */
export interface ObjectStoreCredentials {
  readonly secret: string;
  /** @default 'AWS_ACCESS_KEY_ID' */
  readonly accessKeyIdKey?: string;
  /** @default 'AWS_SECRET_ACCESS_KEY' */
  readonly secretAccessKeyKey?: string;
}

/** A bucket of an S3 store. */
export interface ObjectStoreProps {
  /** `https://host[:port]`; plain http is refused, since everything that is kept passes here. */
  readonly endpoint: string;
  readonly bucket: string;
  /** @default 'us-east-1', which servers of one's own take for anything */
  readonly region?: string;
  /** May list, read, write and delete in the bucket: what is older than the retention is deleted. */
  readonly credentials: ObjectStoreCredentials;
  /** The authority that signed the server's certificate, a PEM file in a Secret. @default the authorities of the image */
  readonly certificateAuthority?: SecretKeyRef;
  /** Where the server is, for the network policy. @default any address, on the port of the endpoint */
  readonly peers?: readonly Peer[];
}

/** Where a store keeps what it was given. */
export interface TelemetryStorage {
  readonly s3: ObjectStoreProps;
}

/**
 * Environment variables in which the clients of S3 of both stores look where their configuration names no credentials.
 * Written into the configuration by reference, a quote or a backslash in a value would break the file.
 */
const KEY_ID = 'AWS_ACCESS_KEY_ID';
const SECRET_KEY = 'AWS_SECRET_ACCESS_KEY';
const AUTHORITY_FOLDER = '/etc/s3-ca';
export const AUTHORITY_FILE = `${AUTHORITY_FOLDER}/ca.crt`;

/** What a pod needs to reach its bucket; nothing without one. */
export interface StoreAccess {
  readonly env: readonly EnvVar[];
  readonly volumes: readonly Volume[];
  readonly mounts: NonNullable<Container['volumeMounts']>;
  readonly egress: readonly Opening[];
}

/** The bucket as a pod sees it: no value of a credential is in a manifest. */
export function storeAccess(store: ObjectStoreProps | undefined): StoreAccess {
  if (store === undefined) return { env: [], volumes: [], mounts: [], egress: [] };
  const { credentials: c, certificateAuthority: authority } = store;
  const fromSecret = (name: string, key: string): EnvVar => ({
    name,
    valueFrom: { secretKeyRef: { name: c.secret, key } },
  });
  return {
    env: [fromSecret(KEY_ID, c.accessKeyIdKey ?? KEY_ID), fromSecret(SECRET_KEY, c.secretAccessKeyKey ?? SECRET_KEY)],
    volumes: authority
      ? [
          {
            name: 's3-ca',
            secret: {
              secretName: authority.secret,
              defaultMode: 0o440,
              items: [{ key: authority.key, path: 'ca.crt' }],
            },
          },
        ]
      : [],
    mounts: authority ? [{ name: 's3-ca', mountPath: AUTHORITY_FOLDER, readOnly: true }] : [],
    egress: [{ peers: store.peers ?? [{ cidrs: ANYWHERE }], ports: [portOf(store)] }],
  };
}

/** Host and port of an endpoint, as both stores want it. */
export function hostOf({ endpoint }: ObjectStoreProps): string {
  return new URL(endpoint).host;
}

export function regionOf({ region }: ObjectStoreProps): string {
  return region ?? 'us-east-1';
}

const portOf = ({ endpoint }: ObjectStoreProps): number => Number(new URL(endpoint).port || 443);

const host: Rule = known((v) => {
  const broken = url('https')(v);
  if (broken) return broken;
  const { pathname, search, hash } = new URL(v);
  return pathname === '/' && search === '' && hash === '' && !v.endsWith('/')
    ? undefined
    : { allowed: 'https:// and the host, without a path', remedy: 'Write the bucket as `bucket`.' };
});
const bucket: Rule = (v) =>
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(v) && !v.includes('..') && !/^\d+\.\d+\.\d+\.\d+$/.test(v)
    ? undefined
    : {
        allowed: 'a bucket name: 3 to 63 lower-case letters, digits, "-" and single ".", no address',
        remedy: 'Take the name as the store lists it, without scheme or path.',
      };
const region: Rule = (v) =>
  /^[a-z0-9-]{1,64}$/.test(v)
    ? undefined
    : { allowed: 'a region: lower-case letters, digits and "-"', remedy: 'For example "eu-central-1".' };

const ELSEWHERE =
  'Name one bucket: { s3: { endpoint, bucket, credentials } }; leave it out for a volume of the cluster.';

/** What a store of logs and one of traces have alike. */
interface TelemetryStore {
  readonly storage?: TelemetryStorage;
  readonly volume?: StorageProps;
  readonly resources?: Resources;
}

/** Holds where it is kept, and what it may use, against what can work. */
export function checkTelemetryStore(c: Checker, at: string, store: TelemetryStore): void {
  checkTelemetryStorage(c, `${at}.storage`, store.storage);
  checkStorage(c, `${at}.volume`, store.volume);
  checkResources(c, `${at}.resources`, store.resources);
  // Where its own memory ends is computed from it.
  c.value(`${at}.resources.memoryLimit`, store.resources?.memoryLimit, known(anyText));
}

export const positiveNumber = numberRule(
  (v) => Number.isFinite(v) && v > 0,
  'a number above 0',
  'Give a positive number.',
);

/** Holds a storage against what a store of logs or traces can use. */
function checkTelemetryStorage(c: Checker, at: string, given: TelemetryStorage | undefined): void {
  const storage = c.part(at, given);
  if (storage === undefined) return;
  const kinds = Object.keys(storage);
  c.require(kinds.length === 1 && kinds[0] === 's3', {
    property: at,
    given: kinds,
    allowed: 'exactly one storage, s3',
    remedy: ELSEWHERE,
  });
  if (!kinds.includes('s3')) return;
  const s3 = c.part(`${at}.s3`, storage.s3 ?? null);
  if (s3 === undefined) return;
  c.item(`${at}.s3.endpoint`, s3.endpoint, host)
    .item(`${at}.s3.bucket`, s3.bucket, bucket)
    .value(`${at}.s3.region`, s3.region, region);
  checkCredentials(c, `${at}.s3.credentials`, s3.credentials);
  checkSecret(c, `${at}.s3.certificateAuthority`, s3.certificateAuthority);
  checkPeers(c, `${at}.s3.peers`, s3.peers);
}

function checkCredentials(c: Checker, at: string, given: ObjectStoreCredentials | undefined): void {
  c.given(
    at,
    given,
    'Name the Secret with the credentials of the bucket: { secret: "loki-s3" }. Never write them here.',
  );
  const credentials = c.part(at, given);
  if (credentials === undefined) return;
  c.item(`${at}.secret`, credentials.secret, dnsSubdomain)
    .value(`${at}.accessKeyIdKey`, credentials.accessKeyIdKey, secretKey)
    .value(`${at}.secretAccessKeyKey`, credentials.secretAccessKeyKey, secretKey);
}
