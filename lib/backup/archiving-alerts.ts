import type { AlertDefinition } from '../rules/alert';
import { alertRule } from '../rules/alert-rule';
import { commonName, NO_INSTALLATION } from '../rules/no-installation';
import type { AlertOverride } from '../rules/overrides';
import type { Rule } from '../rules/render';
import { formatDuration } from '../schedule/duration';
import type { MetricId } from '../sovra/metrics';
import { ARCHIVE_FOR } from './archiving-promise';

export const ARCHIVING_ALERT_NAMES = ['WalArchivingFailing', 'BaseBackupLate'] as const;
export type ArchivingAlertName = (typeof ARCHIVING_ALERT_NAMES)[number];

/** By name; `false` leaves one out. */
export type ArchivingAlertOverrides = Partial<Readonly<Record<ArchivingAlertName, false | AlertOverride>>>;

/** What is promised about the archive of one database. */
export interface PromisedArchive {
  readonly namespace: string;
  readonly database: string;
  /** The oldest that the last good piece of the log can be while all is well, in seconds. */
  readonly maxAgeSeconds: number;
  /** Where CloudNativePG archives: its Cluster, and the oldest that a base backup can be, in seconds. @default pgBackRest does */
  readonly cloudNativePg?: { readonly cluster: string; readonly baseBackupSeconds: number };
}

type Definition = AlertDefinition<ArchivingAlertName> & { readonly name: ArchivingAlertName };

/** The definitions. The archiver's own figures are asked, not what a job thinks of its work. */
export function archivingAlerts(p: PromisedArchive): Definition[] {
  return p.cloudNativePg ? [failing(p), baseBackupLate(p, p.cloudNativePg)] : [failing(p)];
}

function failing(p: PromisedArchive): Definition {
  const [age, count]: [MetricId, MetricId] = p.cloudNativePg
    ? ['cnpgArchiveAge', 'cnpgArchived']
    : ['pgArchiveAge', 'pgArchived'];
  // The operator makes nothing happen in an idle database: old is bad only where something waits.
  const waits = p.cloudNativePg ? `\n  and max(${series('cnpgWaiting', p, 'value="ready"')}) > 0` : '';
  const counted = `max(${series(count, p)})`;
  return {
    name: 'WalArchivingFailing',
    level: 'P1',
    component: 'database',
    metrics: [age, count, ...(p.cloudNativePg ? (['cnpgWaiting'] as const) : [])],
    // Where nothing was ever stored there is no age. Nobody who tells is as bad.
    expr: () =>
      `(max(${series(age, p)}) > ${p.maxAgeSeconds}${waits})\nor ${counted} == 0\nor absent(${series(count, p)})`,
    for: formatDuration(ARCHIVE_FOR),
    summary: `The log of database ${p.database} does not reach its store`,
    description:
      `No piece of the log of ${p.namespace}/${p.database} was stored for longer than ${formatDuration(p.maxAgeSeconds)}, none ever was, or nothing tells of it. ` +
      'What was written since then is lost if the database is lost now, and its volume fills: PostgreSQL keeps what it cannot hand over.',
    missingData: 'fires',
    source: 'Disaster recovery: at most 15 minutes of the control plane are lost',
  };
}

function baseBackupLate(p: PromisedArchive, cnpg: NonNullable<PromisedArchive['cloudNativePg']>): Definition {
  const newest = series('cnpgBaseBackup', p);
  return {
    name: 'BaseBackupLate',
    level: 'P2',
    component: 'database',
    metrics: ['cnpgBaseBackup'],
    expr: () => `time() - max(${newest}) > ${cnpg.baseBackupSeconds}\nor absent(${newest})`,
    for: '1h',
    summary: `The newest base backup of ${cnpg.cluster} is too old`,
    description:
      `The newest base backup of ${p.namespace}/${cnpg.cluster} is older than ${formatDuration(cnpg.baseBackupSeconds)}, or nothing tells of one. ` +
      'A restore has more of the log to go through; without any base backup, the log is worth nothing.',
    missingData: 'fires',
    source: 'Operations guide, "Backup & Restore"',
  };
}

/** Only of this database: names of namespaces and clusters are DNS names, nothing in them has to be escaped. */
function series(id: MetricId, p: PromisedArchive, more?: string): string {
  const of = p.cloudNativePg ? `pod=~"${p.cloudNativePg.cluster}-[0-9]+"` : 'job="postgres"';
  return `${commonName(id)}{${[of, `namespace="${p.namespace}"`, ...(more === undefined ? [] : [more])].join(', ')}}`;
}

export interface ArchivingRuleOptions {
  /** Changes to the alerts, by name; `false` leaves one out. @default none */
  readonly alerts?: ArchivingAlertOverrides;
  /** Where the folder of runbooks is served, without a slash at its end. @default DEFAULT_RUNBOOK_BASE_URL */
  readonly runbookBaseUrl?: string;
  /** @default not known: no link to a dashboard */
  readonly grafanaUrl?: string;
}

/** The rules of an archive. Pure. */
export function archivingRules(promised: PromisedArchive, options: ArchivingRuleOptions = {}): Rule[] {
  const { alerts, ...common } = options;
  const labels = { namespace: promised.namespace, database: promised.database };
  return archivingAlerts(promised).flatMap((d) => {
    const override = alerts?.[d.name] ?? {};
    return override === false ? [] : [alertRule({ ...d, expr: d.expr(NO_INSTALLATION), labels }, override, common)];
  });
}
