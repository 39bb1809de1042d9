import { BURN_RATE_WINDOWS, SLO_SERIES } from '../../../lib/rules/objectives/objective';
import { METRICS, type MetricId } from '../../../lib/sovra/metrics';
import type { StoredSample } from './scrape';

const HOUR = 3600;
const DAY = 24 * HOUR;

/** Tasks by name: how often they run, in seconds. */
const TASKS = {
  'sovra-audit-export': DAY,
  'sovra-certificate-rotation': DAY,
  'sovra-backup-postgres': DAY,
  'sovra-health-check': 300,
};

/** What stands around Sovra and is not simulated, all of it well: kube-state-metrics, Prometheus, Alertmanager. */
export function surroundings(now: number): StoredSample[] {
  return [
    ...Object.entries(TASKS).flatMap(([task, every]) => cronJob(task, every, now)),
    ...['prometheus', 'alertmanager', 'kube-state-metrics', 'blackbox-exporter'].map((job) =>
      sample('up', { job, pod: `${job}-0`, instance: `${job}-0`, namespace: 'monitoring' }, 1),
    ),
    ...prometheus(now),
    ...alertmanager(now),
    ...repository(now),
    sample('ALERTS', { alertname: 'Watchdog', alertstate: 'firing', severity: 'critical', level: 'P1' }, 1),
  ];
}

function sample(name: string, labels: Record<string, string>, value: number): StoredSample {
  return { name, labels, value };
}

/** These parts are called the same in every dialect. */
function named(id: MetricId, labels: Record<string, string>, value: number): StoredSample {
  return sample(METRICS[id].name.guide as string, labels, value);
}

function cronJob(task: string, every: number, now: number): StoredSample[] {
  const started = Math.floor(now / every) * every;
  const scrape = { job: 'kube-state-metrics', namespace: 'sovra' };
  const cron = { ...scrape, cronjob: task };
  const job = { ...scrape, job_name: `${task}-${started / 60}` };
  const owner = { owner_kind: 'CronJob', owner_name: task, owner_is_controller: 'true' };
  return [
    named('cronJobCreated', cron, now - 30 * DAY),
    named('cronJobSuspended', cron, 0),
    named('cronJobLastSchedule', cron, started),
    named('cronJobLastSuccess', cron, started),
    named('cronJobActive', cron, 0),
    named('jobOwner', { ...job, ...owner }, 1),
    named('jobStart', job, started),
  ];
}

/** What `SovraBackupSchedule` reads out of its repository. */
function repository(now: number): StoredSample[] {
  const own = { job: 'sovra-backup', namespace: 'sovra' };
  const copy = (source: string, host: string, path: string, every: number, bytes: number) => {
    const labels = { ...own, source, host, path };
    return [
      named('backupSnapshotTime', labels, Math.floor(now / every) * every),
      named('backupSnapshotSize', labels, bytes),
      named('backupSnapshots', labels, 77),
      named('backupVerifiedSnapshots', labels, 30),
    ];
  };
  return [
    ...copy('postgres', 'sovra', '/sovra.dump', 300, 4e8),
    ...copy('vault', 'sovra-edge-1', '/staging/vault.snap', 120, 2e7),
    named('backupRecoverySetTime', own, Math.floor(now / 300) * 300 - 300),
    named('backupVerificationTime', own, now - 3 * DAY),
    named('backupEvidenceTime', own, now - 30),
    named('restoreDrillTime', { ...own, source: 'postgres' }, now - 4 * DAY),
    named('restoreDrillDuration', { ...own, source: 'postgres' }, 95),
    named('restoreDrillSize', { ...own, source: 'postgres' }, 4e8),
  ];
}

function prometheus(now: number): StoredSample[] {
  const own = { job: 'prometheus', pod: 'prometheus-0', instance: 'prometheus-0', namespace: 'monitoring' };
  return [
    named('promRuleFailures', { ...own, rule_group: 'sovra' }, 0),
    named('promReloadOk', own, 1),
    named('promNotificationsDropped', own, 0),
    named('promAlertmanagers', own, 1),
    named('promHeadSeries', own, 12_000 + (now % 100)),
  ];
}

function alertmanager(now: number): StoredSample[] {
  const own = { job: 'alertmanager', pod: 'alertmanager-0', instance: 'alertmanager-0', namespace: 'monitoring' };
  const way = { ...own, integration: 'webhook', receiver_name: 'person' };
  return [
    named('amReloadOk', own, 1),
    named('amNotifications', way, Math.floor(now / 60)),
    named('amNotificationsFailed', { ...way, reason: 'other' }, 0),
  ];
}

/** An objective as it is recorded. */
export interface RecordedObjective {
  readonly slo: string;
  readonly target: number;
  /** Undefined where nothing is measured: what the objective is stays recorded. */
  readonly measured?: { readonly left: number /** By the long window. */; readonly errors: Record<string, number> };
}

/** The series that rules record of objectives. */
export function recorded({ slo, target, measured }: RecordedObjective): StoredSample[] {
  return [
    sample(SLO_SERIES.objective, { slo }, target),
    ...(measured
      ? [
          sample(SLO_SERIES.bad, { slo }, 0),
          sample(SLO_SERIES.all, { slo }, 40),
          sample(SLO_SERIES.budgetLeft, { slo }, measured.left),
          ...Object.entries(measured.errors).map(([window, value]) =>
            sample(`${SLO_SERIES.errorRatio}:${window}`, { slo }, value),
          ),
        ]
      : []),
  ];
}

/** The same error ratio in every window. */
export function everywhere(ratio: number): Record<string, number> {
  return Object.fromEntries(BURN_RATE_WINDOWS.map(({ long }) => [long, ratio]));
}
