import type { AlertDefinition } from '../rules/alert';
import { alertRule, literal } from '../rules/alert-rule';
import type { BackupAlertName } from '../rules/backup-inhibitions';
import { commonName, NO_INSTALLATION } from '../rules/no-installation';
import type { AlertOverride } from '../rules/overrides';
import type { Rule } from '../rules/render';
import { formatDuration } from '../schedule/duration';
import type { MetricId } from '../sovra/metrics';
import { EVIDENCE_JOB, EVIDENCE_LAG, EVIDENCE_PERIOD, type EvidenceSource } from './evidence';

export { BACKUP_ALERT_NAMES, type BackupAlertName } from '../rules/backup-inhibitions';

/** By name; `false` leaves the alert out. */
export type BackupAlertOverrides = Partial<Readonly<Record<BackupAlertName, false | AlertOverride>>>;

/** What is promised about one group of snapshots. */
export interface PromisedCopy extends EvidenceSource {
  /** What is lost with it, for the person on call. */
  readonly what: string;
  /** The most that can be lost while all is well, in seconds: from the begin of one snapshot to the end of the next. */
  readonly worstLossSeconds: number;
}

/** What is promised about a restore. */
export interface PromisedRestore {
  readonly source: EvidenceSource['source'];
  /** Recovery time objective, in seconds. */
  readonly rtoSeconds: number;
  /** The oldest that the last drill can be while all is well, in seconds. */
  readonly maxAgeSeconds: number;
}

/** Everything that the alerts of a repository are made of. */
export interface BackupPromises {
  /** Of the pod that looks into the repository. */
  readonly namespace: string;
  readonly copies: readonly PromisedCopy[];
  /** The oldest that the newest whole recovery set can be while all is well, in seconds. @default no set is expected */
  readonly recoverySetSeconds?: number;
  /** The oldest that the last good verification can be while all is well, in seconds. @default none is expected */
  readonly verificationSeconds?: number;
  readonly drills: readonly PromisedRestore[];
}

type Definition = AlertDefinition<BackupAlertName | 'ScheduledTaskLate'> & {
  readonly name: BackupAlertName;
  readonly labels: Readonly<Record<string, string>>;
};

const SOURCE = 'Operations guide, "Weekly Operations, Backup Verification"; recovery objectives of Sovra';
/** Size under which a snapshot is suspicious, as a share of the largest of a week. */
const SHRUNK_TO = 0.5;
/** Looks that may fail in a row: a store that is restarted is no evidence of anything. */
const BLIND_AFTER = 10 * EVIDENCE_PERIOD;

/** The definitions, one for each thing that is promised. */
export function backupAlerts(p: BackupPromises): readonly Definition[] {
  return [
    ...p.copies.flatMap((copy) => [stale(p, copy), missing(p, copy), shrank(p, copy)]),
    ...(p.recoverySetSeconds === undefined ? [] : [setIncomplete(p, p.recoverySetSeconds)]),
    blind(p),
    ...(p.verificationSeconds === undefined ? [] : [verificationLate(p, p.verificationSeconds)]),
    ...p.drills.flatMap((drill) => [drillLate(p, drill), drillSlow(p, drill)]),
  ];
}

function stale(p: BackupPromises, copy: PromisedCopy): Definition {
  const allowed = copy.worstLossSeconds + EVIDENCE_LAG;
  return {
    name: 'BackupStale',
    labels: labelsOf(p, copy),
    level: 'P1',
    component: 'tasks',
    metrics: ['backupSnapshotTime'],
    expr: () => `time() - max(${series('backupSnapshotTime', p, copy)}) > ${allowed}`,
    for: '1m',
    summary: `The newest backup of ${copy.source} (${copy.host}) is too old`,
    description:
      `The repository's newest snapshot of ${copy.source} (${copy.host}, ${copy.path}) is {{ $value | humanizeDuration }} old; ` +
      `the recovery point objective allows ${formatDuration(copy.worstLossSeconds)}. ${literal(copy.what)}`,
    missingData: { coveredBy: 'BackupMissing', because: 'without any snapshot its absence is what fires' },
    source: SOURCE,
  };
}

function missing(p: BackupPromises, copy: PromisedCopy): Definition {
  // A new repository gets its first snapshot within that time.
  const wait = Math.max(900, copy.worstLossSeconds + EVIDENCE_LAG);
  return {
    name: 'BackupMissing',
    labels: labelsOf(p, copy),
    level: 'P1',
    component: 'tasks',
    metrics: ['backupSnapshotTime', 'backupEvidenceTime'],
    // Where nobody looks, nothing is known to be missing: one alert says that, instead of one for each source.
    expr: () =>
      `absent(${series('backupSnapshotTime', p, copy)}) and on (namespace) ${series('backupEvidenceTime', p)}`,
    for: formatDuration(wait),
    summary: `There is no backup of ${copy.source} (${copy.host})`,
    description: `The repository was looked into and holds no snapshot of ${copy.source} (${copy.host}, ${copy.path}). ${literal(copy.what)}`,
    missingData: {
      coveredBy: 'BackupEvidenceMissing',
      because: 'where nothing looks into the repository, that is what fires',
    },
    source: SOURCE,
  };
}

function shrank(p: BackupPromises, copy: PromisedCopy): Definition {
  const size = series('backupSnapshotSize', p, copy);
  return {
    name: 'BackupShrank',
    labels: labelsOf(p, copy),
    level: 'P1',
    component: 'tasks',
    metrics: ['backupSnapshotSize'],
    expr: () => `max(${size}) < ${SHRUNK_TO} * max(max_over_time(${size}[7d])) or max(${size}) == 0`,
    for: '1m',
    summary: `The backup of ${copy.source} (${copy.host}) has shrunk`,
    description:
      `The newest snapshot of ${copy.source} (${copy.host}, ${copy.path}) holds {{ $value | humanize1024 }}B, less than half of the largest of the last week. ` +
      `What is missing may still be in an older snapshot: keep those until you know. ${literal(copy.what)}`,
    missingData: { coveredBy: 'BackupMissing', because: 'a snapshot has a time and a size, or neither' },
    source: 'An empty dump that is stored as a success, after which the good ones are removed, is how backups are lost',
  };
}

function setIncomplete(p: BackupPromises, worst: number): Definition {
  const point = series('backupRecoverySetTime', p);
  return {
    name: 'RecoverySetIncomplete',
    labels: { namespace: p.namespace },
    level: 'P1',
    component: 'tasks',
    metrics: ['backupRecoverySetTime', 'backupEvidenceTime'],
    // No set at all is as bad as an old one, as long as somebody looks.
    expr: () => `time() - (max(${point}) or 0 * max(${series('backupEvidenceTime', p)})) > ${worst + EVIDENCE_LAG}`,
    for: '1m',
    summary: 'No fresh point of the database has the Vault snapshots that it needs',
    description:
      'The newest database snapshot for which every Vault has a newer one is {{ $value | humanizeDuration }} old; ' +
      `${formatDuration(worst)} is promised. A database that is restored with an older Vault refers to keys that nobody has.`,
    missingData: {
      coveredBy: 'BackupEvidenceMissing',
      because: 'where nothing looks into the repository, that is what fires',
    },
    source: SOURCE,
  };
}

function blind(p: BackupPromises): Definition {
  const looked = series('backupEvidenceTime', p);
  return {
    name: 'BackupEvidenceMissing',
    labels: { namespace: p.namespace },
    level: 'P2',
    component: 'tasks',
    metrics: ['backupEvidenceTime'],
    expr: () => `time() - max(${looked}) > ${BLIND_AFTER} or absent(${looked})`,
    for: '5m',
    summary: 'Nobody knows what is in the backup repository',
    description:
      'The repository was not looked into for ten minutes: the pod is down, not scraped, or the store does not answer. ' +
      `While that lasts, backups may be fine, but nobody can tell. Look: kubectl -n ${p.namespace} logs deploy/sovra-backup-evidence -c reader`,
    missingData: 'fires',
    source: SOURCE,
  };
}

function verificationLate(p: BackupPromises, allowed: number): Definition {
  return {
    name: 'BackupVerificationLate',
    labels: { namespace: p.namespace },
    level: 'P2',
    component: 'tasks',
    metrics: ['backupVerificationTime'],
    expr: () => `time() - max(${series('backupVerificationTime', p)}) > ${allowed}`,
    for: '5m',
    summary: 'The backup repository was not verified in time',
    description:
      'The last verification that read the repository without a fault was {{ $value | humanizeDuration }} ago; ' +
      `${formatDuration(allowed)} is the most. Nobody knows whether what is stored can be read back.`,
    missingData: {
      coveredBy: 'ScheduledTaskLate',
      because: 'a verification that never succeeded is a task that is late since its creation',
    },
    source: SOURCE,
  };
}

function drillLate(p: BackupPromises, drill: PromisedRestore): Definition {
  return {
    name: 'RestoreDrillLate',
    labels: { namespace: p.namespace, source: drill.source },
    level: 'P2',
    component: 'tasks',
    metrics: ['restoreDrillTime'],
    expr: () => `time() - max(${series('restoreDrillTime', p, { source: drill.source })}) > ${drill.maxAgeSeconds}`,
    for: '5m',
    summary: `The backup of ${drill.source} was not restored for trial in time`,
    description:
      `The last restore of ${drill.source} that brought back what was stored was {{ $value | humanizeDuration }} ago; ` +
      `${formatDuration(drill.maxAgeSeconds)} is the most. A backup that was never restored is a hope.`,
    missingData: {
      coveredBy: 'ScheduledTaskLate',
      because: 'a drill that never succeeded is a task that is late since its creation',
    },
    source: 'Operations guide, "Weekly Operations": test restore (staging)',
  };
}

function drillSlow(p: BackupPromises, drill: PromisedRestore): Definition {
  return {
    name: 'RestoreDrillSlow',
    labels: { namespace: p.namespace, source: drill.source },
    level: 'P2',
    component: 'tasks',
    metrics: ['restoreDrillDuration'],
    expr: () => `max(${series('restoreDrillDuration', p, { source: drill.source })}) > ${drill.rtoSeconds}`,
    for: '1m',
    summary: `Restoring ${drill.source} takes longer than promised`,
    description:
      `The last restore of ${drill.source} for trial took {{ $value | humanizeDuration }}; the recovery time objective is ` +
      `${formatDuration(drill.rtoSeconds)}, and in an emergency finding out what happened comes on top.`,
    missingData: { coveredBy: 'RestoreDrillLate', because: 'a drill leaves its time and its duration, or neither' },
    source: 'Recovery time objectives of Sovra',
  };
}

/** The namespace tells repositories apart; `max()` leaves no label of the series. */
function labelsOf({ namespace }: BackupPromises, { source, host, path }: PromisedCopy): Record<string, string> {
  return { namespace, source, host, path };
}

/** The series of this repository: two installations in one cluster have one each, told apart by the namespace. */
function series(id: MetricId, p: BackupPromises, labels: Partial<EvidenceSource> = {}): string {
  const { source, host, path } = labels;
  const all = { job: EVIDENCE_JOB, namespace: p.namespace, source, host, path };
  const given = Object.entries(all).filter(([, value]) => value !== undefined);
  return `${commonName(id)}{${given.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(', ')}}`;
}

export interface BackupRuleOptions {
  /** Changes to the alerts, by name; `false` leaves one out. @default none */
  readonly alerts?: BackupAlertOverrides;
  /** Where the folder of runbooks is served, without a slash at its end. @default DEFAULT_RUNBOOK_BASE_URL */
  readonly runbookBaseUrl?: string;
  /** Address of Grafana, without a slash at its end: alerts then lead to the panel that shows them. @default no such link */
  readonly grafanaUrl?: string;
}

/** The rules of a repository, in the order of what is promised. Pure. */
export function backupRules(promises: BackupPromises, options: BackupRuleOptions = {}): Rule[] {
  return backupAlerts(promises).flatMap((d) => {
    const override = options.alerts?.[d.name] ?? {};
    if (override === false) return [];
    const { runbookBaseUrl, grafanaUrl } = options;
    return [alertRule({ ...d, expr: d.expr(NO_INSTALLATION) }, override, { runbookBaseUrl, grafanaUrl })];
  });
}
