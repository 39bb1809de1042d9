import { checkPeers } from '../kube/check-network';
import type { Peer } from '../kube/network';
import { checkSecret } from '../sovra/check-installation';
import type { SecretKeyRef } from '../sovra/installation';
import { type Checker, dnsSubdomain, known, quantity, type Rule, secretKey, url } from '../validate';
import { checkSftp } from './check-sftp';
import type { RepositoryProps, RestCredentials, S3Credentials } from './repository';

const bucket: Rule = (v) =>
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(v) && !v.includes('..') && !/^\d+\.\d+\.\d+\.\d+$/.test(v)
    ? undefined
    : {
        allowed: 'a bucket name: 3 to 63 lower-case letters, digits, "-" and single ".", no address',
        remedy: 'Take the name as the store lists it, without scheme or path.',
      };
const path: Rule = (v) =>
  /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/.test(v) && !v.split('/').some((s) => s === '.' || s === '..')
    ? undefined
    : {
        allowed: 'a relative path: letters, digits, ".", "_", "-" and "/" between, without "." or ".." as a folder',
        remedy: 'Drop slashes at the start and the end.',
      };
const region: Rule = (v) =>
  /^[a-z0-9-]{1,64}$/.test(v)
    ? undefined
    : { allowed: 'a region: lower-case letters, digits and "-"', remedy: 'For example "eu-central-1".' };

/** Holds the destination of the backups against what can work. */
export function checkRepository(
  c: Checker,
  repository: RepositoryProps | undefined,
  password: SecretKeyRef | undefined,
): void {
  checkPassword(c, password);
  const kinds = typeof repository === 'object' && repository !== null ? Object.keys(repository) : [];
  if (repositoryKind(repository) === undefined) {
    c.add({
      property: 'repository',
      given: kinds,
      allowed: 'one destination: { s3 }, { sftp }, { rest } or { volume }',
      remedy: 'Say where the copies go; a backup without a destination is none.',
    });
  } else checkKind(c, repository as RepositoryProps);
}

const KINDS = ['s3', 'sftp', 'rest', 'volume'] as const;

/** Which destination is given; undefined if it is not exactly one. */
export function repositoryKind(repository: unknown): (typeof KINDS)[number] | undefined {
  if (typeof repository !== 'object' || repository === null) return undefined;
  const [kind, ...more] = Object.entries(repository);
  if (kind === undefined || more.length > 0 || typeof kind[1] !== 'object' || kind[1] === null) return undefined;
  return KINDS.find((k) => k === kind[0]);
}

function checkKind(c: Checker, repository: RepositoryProps): void {
  if ('s3' in repository) {
    const { s3 } = repository;
    required(c, 'repository.s3', s3, ['endpoint', 'bucket', 'credentials']);
    c.value('repository.s3.endpoint', s3.endpoint, host)
      .value('repository.s3.bucket', s3.bucket, bucket)
      .value('repository.s3.prefix', s3.prefix, path)
      .value('repository.s3.region', s3.region, region)
      .value('repository.s3.cacheSize', s3.cacheSize, known(quantity));
    checkS3Credentials(c, 'repository.s3.credentials', s3.credentials);
    checkReached(c, 'repository.s3', s3);
  } else if ('sftp' in repository) {
    const { sftp } = repository;
    required(c, 'repository.sftp', sftp, SFTP_REQUIRED);
    checkSftp(c, 'repository.sftp', sftp);
    checkRestCredentials(c, 'repository.sftp.credentials', sftp.credentials);
  } else if ('rest' in repository) {
    const { rest } = repository;
    required(c, 'repository.rest', rest, ['url', 'credentials']);
    c.value('repository.rest.url', rest.url, plainUrl).value(
      'repository.rest.cacheSize',
      rest.cacheSize,
      known(quantity),
    );
    checkRestCredentials(c, 'repository.rest.credentials', rest.credentials);
    checkReached(c, 'repository.rest', rest);
  } else {
    const { volume } = repository;
    required(c, 'repository.volume', volume, ['claimName']);
    c.value('repository.volume.claimName', volume.claimName, dnsSubdomain)
      .value('repository.volume.subPath', volume.subPath, path)
      .value('repository.volume.cacheSize', volume.cacheSize, known(quantity));
  }
}

const SFTP_REQUIRED = [
  ...(['host', 'user', 'path', 'hostKeys', 'privateKey', 'credentials', 'tls', 'certificateAuthority'] as const),
];

/** https, without what restic could not carry over: a query or a fragment. */
const plainUrl: Rule = known(
  (v) =>
    url('https')(v) ??
    (/[?#]/.test(v) ? { allowed: 'a URL without "?" and "#"', remedy: 'Drop what follows them.' } : undefined),
);
/** Only the host: the path of an S3 address is bucket and prefix. */
const host: Rule = known(
  (v) =>
    plainUrl(v) ??
    (new URL(v).pathname === '/'
      ? undefined
      : { allowed: 'https:// and the host, without a path', remedy: 'Write the path as `bucket` and `prefix`.' }),
);

function checkPassword(c: Checker, password: SecretKeyRef | undefined): void {
  const named = typeof password === 'object' && password !== null && Boolean(password.secret) && Boolean(password.key);
  if (named) checkSecret(c, 'password', password);
  else
    c.add({
      property: 'password',
      given: typeof password === 'string' ? '(not shown)' : password,
      allowed: 'a reference to the Secret that holds the password of the repository',
      remedy:
        'Name the Secret and the key: { secret: "sovra-backup", key: "password" }. Never write the password itself.',
    });
}

/** Plain JavaScript can leave out what the types demand. */
function required<T extends object>(c: Checker, at: string, given: T, keys: readonly (keyof T & string)[]): void {
  for (const key of keys) {
    c.require(given[key] !== undefined && given[key] !== null && given[key] !== '', {
      property: `${at}.${key}`,
      given: given[key],
      allowed: 'a value; there is no default',
      remedy: 'Say where the copies go and with which Secret.',
    });
  }
}

export function checkS3Credentials(c: Checker, at: string, given: S3Credentials | undefined): void {
  const s3 = c.part(at, given);
  if (s3 === undefined) return;
  c.item(`${at}.secret`, s3.secret, dnsSubdomain)
    .value(`${at}.accessKeyIdKey`, s3.accessKeyIdKey, secretKey)
    .value(`${at}.secretAccessKeyKey`, s3.secretAccessKeyKey, secretKey);
}

export function checkRestCredentials(c: Checker, at: string, given: RestCredentials | undefined): void {
  const rest = c.part(at, given);
  if (rest === undefined) return;
  c.item(`${at}.secret`, rest.secret, dnsSubdomain)
    .value(`${at}.usernameKey`, rest.usernameKey, secretKey)
    .value(`${at}.passwordKey`, rest.passwordKey, secretKey);
}

function checkReached(
  c: Checker,
  at: string,
  where: { certificateAuthority?: SecretKeyRef; peers?: readonly Peer[] },
): void {
  checkSecret(c, `${at}.certificateAuthority`, where.certificateAuthority);
  checkPeers(c, `${at}.peers`, where.peers);
}
