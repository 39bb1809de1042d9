import { SovraOpsError } from '../errors';
import { checkResources } from '../kube/check-resources';
import { checkTuning } from '../operations/task-set';
import { checkOverrides } from '../rules/overrides';
import { parseDuration } from '../schedule/duration';
import { checkSecret } from '../sovra/check-installation';
import type { Database, SecretKeyRef } from '../sovra/installation';
import {
  Checker,
  dnsLabel,
  dnsSubdomain,
  known,
  pinnedImage,
  port,
  positiveInteger,
  type Rule,
  schedule,
  text,
} from '../validate';
import type { ArchivingProps } from './archiving';
import { ARCHIVING_ALERT_NAMES } from './archiving-alerts';
import { checkRepository, checkS3Credentials } from './check-repository';
import type { CloudNativePgProps } from './cloudnativepg';
import type { PgBackRestProps } from './pgbackrest';
import type { S3RepositoryProps } from './repository';

const AT = 'postgres.archiving';
const KINDS = ['pgBackRest', 'cloudNativePg'];

/** Holds what a user said about archiving against what can work. */
export function checkArchiving(c: Checker, given: ArchivingProps | undefined, database: Database | undefined): void {
  const archiving = c.part(AT, given);
  if (archiving === undefined) return;
  c.require(database !== undefined, {
    property: AT,
    given: KINDS.filter((kind) => kind in archiving),
    allowed: 'nothing: this installation has no control plane, so no database',
    remedy: 'Leave it out.',
  });
  const kinds = Object.keys(archiving).filter((key) => key !== 'alerts');
  const [kind] = kinds;
  if (kinds.length !== 1 || kind === undefined || !KINDS.includes(kind)) {
    c.add({
      property: AT,
      given: kinds,
      allowed: 'one of { pgBackRest } and { cloudNativePg }',
      remedy: 'Say who archives the log of the database.',
    });
    return;
  }
  checkOverrides(c, `${AT}.alerts`, archiving.alerts, {
    names: ARCHIVING_ALERT_NAMES,
    allowed: ARCHIVING_ALERT_NAMES.join(', '),
    fixedLabels: ['alertname', 'level', 'component', 'namespace', 'database'],
  });
  const part = c.part(`${AT}.${kind}`, (archiving as Record<string, object | null>)[kind] ?? null);
  if (part === undefined) return;
  if (kind === 'pgBackRest') checkPgBackRest(c, `${AT}.pgBackRest`, part as PgBackRestProps, database);
  else checkCloudNativePg(c, `${AT}.cloudNativePg`, part as CloudNativePgProps);
}

const wholeSeconds: Rule = known((v) => {
  const given = parseDuration(v);
  return given !== undefined && Number.isInteger(given)
    ? undefined
    : { allowed: 'a duration in whole seconds such as "60s" or "1m"', remedy: 'PostgreSQL counts whole seconds.' };
});
const oneOf = (...allowed: readonly string[]): Rule =>
  known((v) => (allowed.includes(v) ? undefined : { allowed: allowed.join(', '), remedy: 'Use one of these.' }));
const folder: Rule = (v) =>
  /^(\/[A-Za-z0-9._-]+)+$/.test(v)
    ? undefined
    : { allowed: 'an absolute path of letters, digits, ".", "_" and "-"', remedy: 'Take it from the StatefulSet.' };

function checkPgBackRest(c: Checker, at: string, p: PgBackRestProps, database: Database | undefined): void {
  if (p.image === undefined) {
    c.add({
      property: `${at}.image`,
      given: p.image,
      allowed:
        'an image with PostgreSQL and pgbackrest, pinned: pgBackRest has no official one, and that of PostgreSQL lacks it',
      remedy: 'Build one from that of PostgreSQL with the package `pgbackrest`, and let the database run in it too.',
    });
  }
  c.value(`${at}.image`, p.image, pinnedImage);
  c.require(database === undefined || database.podLabels !== undefined, {
    property: 'sovra.database.podLabels',
    given: undefined,
    allowed: 'labels of the pods of the database: backups ask them for its files',
    remedy:
      'Describe them in the installation: database: { podLabels: { app: "postgres" } }. A database elsewhere is archived there.',
  });
  checkStore(c, at, p.repository, p.cipher);
  const backup = c.part(`${at}.backupCredentials`, p.backupCredentials ?? null);
  checkS3Credentials(c, `${at}.backupCredentials`, backup);
  c.require(backup === undefined || backup.secret !== p.repository?.credentials?.secret, {
    property: `${at}.backupCredentials`,
    given: backup?.secret,
    allowed: 'other credentials than those of the database, which must not be able to delete',
    remedy: 'Make an account for the backups and name its Secret.',
  });
  checkParts(c, at, p);
  for (const kind of ['full', 'differential', 'check', 'verify'] as const) checkTuning(c, `${at}.${kind}`, p[kind]);
  if (p.incremental !== false) checkTuning(c, `${at}.incremental`, p.incremental);
}

function checkParts(c: Checker, at: string, p: PgBackRestProps): void {
  const [tls, data, keep] = [
    c.part(`${at}.tls`, p.tls),
    c.part(`${at}.data`, p.data),
    c.part(`${at}.retention`, p.retention),
  ];
  c.value(`${at}.tls.serverSecret`, tls?.serverSecret, dnsSubdomain)
    .value(`${at}.tls.clientSecret`, tls?.clientSecret, dnsSubdomain)
    .value(`${at}.tls.clientName`, tls?.clientName, dnsSubdomain)
    .value(`${at}.data.volume`, data?.volume, dnsLabel)
    .value(`${at}.data.mountPath`, data?.mountPath, folder)
    .value(`${at}.data.folder`, data?.folder, folder)
    .value(`${at}.data.user`, data?.user, positiveInteger)
    .value(`${at}.data.role`, data?.role, text)
    .value(`${at}.retention.full`, keep?.full, positiveInteger)
    .value(`${at}.retention.differential`, keep?.differential, positiveInteger)
    .value(`${at}.archiveTimeout`, p.archiveTimeout, wholeSeconds)
    .value(`${at}.pushWithin`, p.pushWithin, wholeSeconds)
    .value(`${at}.compression`, p.compression as string | undefined, oneOf('zst', 'lz4'))
    .value(`${at}.processes`, p.processes, positiveInteger)
    .value(`${at}.port`, p.port, port)
    .value(`${at}.repository.uriStyle`, p.repository?.uriStyle as string | undefined, oneOf('path', 'host'));
  checkResources(c, `${at}.resources`, p.resources);
  checkResources(c, `${at}.sidecarResources`, p.sidecarResources);
}

/** As the repository of restic is checked, under the names that are used here. */
function checkStore(c: Checker, at: string, s3: S3RepositoryProps | undefined, cipher?: SecretKeyRef): void {
  const given = c.part(`${at}.repository`, s3 ?? null);
  const own = new Checker('archiving');
  if (given) checkRepository(own, { s3: given }, cipher);
  else checkSecret(own, 'password', cipher);
  try {
    own.done();
  } catch (error) {
    if (!(error instanceof SovraOpsError)) throw error;
    for (const problem of error.problems) {
      const property = problem.property
        .replace(/^repository\.s3/, `${at}.repository`)
        .replace(/^password/, `${at}.cipher`);
      c.add({ ...problem, property });
    }
  }
}

const retention: Rule = known((v) =>
  /^[1-9]\d*[dwm]$/.test(v)
    ? undefined
    : { allowed: 'a number and "d", "w" or "m" (days, weeks, months)', remedy: 'For example "30d".' },
);
/** The operator's parser takes Sunday as 0 only. */
const baseSchedule: Rule = known(
  (v) =>
    schedule(v) ??
    (/7/.test(v.trim().split(/\s+/)[4] ?? '')
      ? { allowed: 'Sunday as 0: the operator does not know 7', remedy: 'Write 0 for Sunday.' }
      : undefined),
);

function checkCloudNativePg(c: Checker, at: string, p: CloudNativePgProps): void {
  c.given(`${at}.cluster`, p.cluster, 'Name the Cluster of CloudNativePG.');
  // It becomes a part of expressions.
  c.value(`${at}.cluster`, p.cluster, known(dnsLabel))
    .value(`${at}.retention`, p.retention, retention)
    .value(`${at}.schedule`, p.schedule, baseSchedule)
    .value(`${at}.archiveTimeout`, p.archiveTimeout, wholeSeconds)
    .value(`${at}.pushWithin`, p.pushWithin, wholeSeconds);
  if (p.encryption !== false)
    c.value(`${at}.encryption`, p.encryption as string | undefined, oneOf('AES256', 'aws:kms'));
  // There is no passphrase: the store encrypts.
  checkStore(c, at, p.repository, { secret: 'none', key: 'none' });
}
