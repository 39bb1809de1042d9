import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backupAlerts, backupRules } from '../../lib/backup/backup-alerts';
import { EVIDENCE_LAG } from '../../lib/backup/evidence';
import { BACKUP_ALERT_NAMES, BACKUP_INHIBITIONS, type BackupAlertName } from '../../lib/rules/backup-inhibitions';
import { MATCHED_LABELS } from '../../lib/rules/inhibitions';
import { expressionProblems, knownMetrics } from '../../lib/rules/promql';
import { SovraInstallation } from '../../lib/sovra/installation';
import { LEVELS } from '../../lib/sovra/levels';
import { tool } from '../support/tools';

const promises = {
  namespace: 'sovra',
  copies: [
    { source: 'postgres', host: 'sovra', path: '/sovra.dump', what: 'Rows are lost.', worstLossSeconds: 720 },
    { source: 'vault', host: 'sovra-e1', path: '/staging/vault.snap', what: 'Keys are lost.', worstLossSeconds: 240 },
  ],
  recoverySetSeconds: 900,
  verificationSeconds: 2 * 3600,
  drills: [{ source: 'postgres', rtoSeconds: 3600, maxAgeSeconds: 2 * 3600 }],
} as const;
const rules = backupRules(promises);

const OF = 'job="sovra-backup", namespace="sovra"';
const POSTGRES = `{${OF}, source="postgres", host="sovra", path="/sovra.dump"}`;
const VAULT = `{${OF}, source="vault", host="sovra-e1", path="/staging/vault.snap"}`;
const time = (labels: string) => `sovra_backup_snapshot_timestamp_seconds${labels}`;
const size = (labels: string) => `sovra_backup_snapshot_bytes${labels}`;
const set = `sovra_backup_recovery_set_timestamp_seconds{${OF}}`;
const looked = `push_time_seconds{${OF}}`;
const verified = `sovra_backup_verification_timestamp_seconds{${OF}}`;
const drilled = `sovra_restore_drill_timestamp_seconds{${OF}, source="postgres"}`;
const took = `sovra_restore_drill_duration_seconds{${OF}, source="postgres"}`;
const fresh = (minutes: number) => `0+60x${minutes}`;
const MINUTE = 60;
/** In minutes. Real ones are days, which promtool would evaluate minute by minute. */
const LATE = 2 * 60;

type Kind = 'fires' | 'silent' | 'missing' | 'resolved';
interface Case {
  readonly alert: BackupAlertName;
  readonly kinds: readonly Kind[];
  readonly what: string;
  /** Sample values, one a minute; the clock starts at 1970. */
  readonly series: Readonly<Record<string, string>>;
  /** In minutes: how many of the alert fire then. */
  readonly firing: Readonly<Record<number, number>>;
}

/** The age at which a copy is stale, in minutes. */
const allowed = (seconds: number) => (seconds + EVIDENCE_LAG) / MINUTE;
const STALE = allowed(720);

const cases: readonly Case[] = [
  {
    alert: 'BackupStale',
    kinds: ['fires', 'silent', 'resolved'],
    what: 'a dump that is as old as allowed is silent, an older one fires, a new one ends it; Vault has a figure of its own',
    series: { [time(POSTGRES)]: `0x${STALE + 9} ${(STALE + 10) * MINUTE}x10`, [time(VAULT)]: fresh(60) },
    firing: { [STALE]: 0, [STALE + 1]: 0, [STALE + 2]: 1, [STALE + 9]: 1, [STALE + 11]: 0 },
  },
  {
    alert: 'BackupStale',
    kinds: ['silent'],
    what: 'snapshots as they come while all is well: every five minutes, each seen when it has ended',
    series: {
      [time(POSTGRES)]: `${Array.from({ length: 10 }, (_, i) => `${i * 300}x4`).join(' ')}`,
      [time(VAULT)]: fresh(60),
    },
    firing: { 10: 0, 14: 0, 29: 0, 49: 0 },
  },
  {
    alert: 'BackupStale',
    kinds: ['missing'],
    what: 'without the series another one fires',
    series: { [looked]: fresh(60) },
    firing: { 60: 0 },
  },
  {
    alert: 'BackupMissing',
    kinds: ['fires', 'missing', 'silent', 'resolved'],
    what: 'no dump in the repository for as long as a new one gets its first; there is a Vault snapshot',
    series: { [looked]: fresh(60), [time(VAULT)]: fresh(60), [time(POSTGRES)]: '_x39 0x10' },
    firing: { [STALE - 1]: 0, [STALE]: 1, 38: 1, 41: 0 },
  },
  {
    alert: 'BackupMissing',
    kinds: ['fires'],
    what: 'somebody looks, and the repository is empty: each copy is missing',
    series: { [looked]: fresh(60) },
    firing: { 20: 2 },
  },
  {
    alert: 'BackupMissing',
    kinds: ['missing'],
    what: 'nobody looks, or into another repository: blind, not bare, and another one fires',
    series: { 'push_time_seconds{job="sovra-backup", namespace="other"}': fresh(60) },
    firing: { 60: 0 },
  },
  {
    alert: 'BackupShrank',
    kinds: ['fires', 'silent', 'resolved'],
    what: 'half of what it was is silent, less is not; back to its size it ends',
    series: { [size(POSTGRES)]: '1000x10 500x10 499x10 1000x10', [size(VAULT)]: '100x60' },
    firing: { 9: 0, 21: 0, 23: 1, 31: 1, 34: 0 },
  },
  {
    alert: 'BackupShrank',
    kinds: ['fires'],
    what: 'empty from the first day on',
    series: { [size(VAULT)]: '0x10' },
    firing: { 5: 1 },
  },
  { alert: 'BackupShrank', kinds: ['missing'], what: 'no size is known', series: {}, firing: { 60: 0 } },
  {
    alert: 'RecoverySetIncomplete',
    kinds: ['fires', 'silent', 'resolved'],
    what: 'the newest whole set is as old as allowed, older, and new again',
    series: { [set]: `0x${allowed(900) + 9} ${(allowed(900) + 10) * MINUTE}x10`, [looked]: fresh(60) },
    firing: { [allowed(900)]: 0, [allowed(900) + 2]: 1, [allowed(900) + 12]: 0 },
  },
  {
    alert: 'RecoverySetIncomplete',
    kinds: ['fires'],
    what: 'somebody looks, and there was never a whole set',
    series: { [looked]: fresh(60) },
    firing: { [allowed(900)]: 0, [allowed(900) + 2]: 1 },
  },
  {
    alert: 'RecoverySetIncomplete',
    kinds: ['missing'],
    what: 'nobody looks: another one fires',
    series: {},
    firing: { 60: 0 },
  },
  {
    alert: 'BackupEvidenceMissing',
    kinds: ['fires', 'silent', 'resolved'],
    what: 'looks that fail for ten minutes are silent; for longer not; the next good look ends it',
    series: { [looked]: '0x20 1260+60x10' },
    firing: { 10: 0, 15: 0, 16: 1, 20: 1, 22: 0 },
  },
  {
    alert: 'BackupEvidenceMissing',
    kinds: ['missing'],
    what: 'the gateway is gone',
    series: {},
    firing: { 4: 0, 5: 1 },
  },
  {
    alert: 'BackupVerificationLate',
    kinds: ['fires', 'silent', 'resolved'],
    what: 'as old as allowed, older, and new again',
    series: { [verified]: `0x${LATE + 19} ${(LATE + 20) * MINUTE}x10` },
    firing: { [LATE + 5]: 0, [LATE + 6]: 1, [LATE + 22]: 0 },
  },
  {
    alert: 'BackupVerificationLate',
    kinds: ['missing'],
    what: 'there was none yet: the task that has never succeeded is late',
    series: { [looked]: fresh(60) },
    firing: { 60: 0 },
  },
  {
    alert: 'RestoreDrillLate',
    kinds: ['fires', 'silent', 'resolved'],
    what: 'as old as allowed, older, and new again',
    series: { [drilled]: `0x${LATE + 19} ${(LATE + 20) * MINUTE}x10` },
    firing: { [LATE + 5]: 0, [LATE + 6]: 1, [LATE + 22]: 0 },
  },
  { alert: 'RestoreDrillLate', kinds: ['missing'], what: 'there was none yet', series: {}, firing: { 60: 0 } },
  {
    alert: 'RestoreDrillSlow',
    kinds: ['fires', 'silent', 'resolved'],
    what: 'as long as promised, a second longer, and quick again',
    series: { [took]: '3600x10 3601x10 60x10' },
    firing: { 9: 0, 13: 1, 20: 1, 23: 0 },
  },
  { alert: 'RestoreDrillSlow', kinds: ['missing'], what: 'there was no drill yet', series: {}, firing: { 60: 0 } },
];

function promtool(...tested: readonly Case[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'sovra-ops-backups-'));
  const plain = rules.map(({ annotations: _, ...rule }) => rule);
  // How many fire is read off a query: the labels of each are held against their own expectation below.
  const tests = tested.map((c) => ({
    name: `${c.alert}: ${c.what}`,
    interval: '1m',
    input_series: Object.entries(c.series).map(([series, values]) => ({ series, values })),
    promql_expr_test: Object.entries(c.firing).map(([minute, count]) => ({
      expr: `count(ALERTS{alertname="${c.alert}", alertstate="firing"})`,
      eval_time: `${minute}m`,
      exp_samples: count === 0 ? [] : [{ labels: '{}', value: count }],
    })),
  }));
  try {
    writeFileSync(join(folder, 'rules.yml'), JSON.stringify({ groups: [{ name: 'backups', rules: plain }] }));
    writeFileSync(
      join(folder, 'tests.yml'),
      JSON.stringify({ rule_files: ['rules.yml'], evaluation_interval: '1m', tests }),
    );
    const options = { cwd: folder, encoding: 'utf8', stdio: 'pipe' } as const;
    execFileSync(tool('promtool'), ['check', 'rules', '--lint-fatal', 'rules.yml'], options);
    return execFileSync(tool('promtool'), ['test', 'rules', 'tests.yml'], options);
  } catch (e) {
    const { stdout, stderr } = e as { stdout?: string; stderr?: string };
    return `${stdout ?? ''}${stderr ?? String(e)}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('every alert fires, stays silent, answers missing data and resolves, under the real promtool', () => {
  expect(promtool(...cases)).toMatch(/^\s*SUCCESS\s*$/m);
});

test('a case that expects the wrong thing is noticed', () => {
  const wrong: Case = { alert: 'BackupEvidenceMissing', kinds: [], what: 'wrong', series: {}, firing: { 20: 0 } };
  expect(promtool(wrong)).toContain('FAILED');
});

test.each(BACKUP_ALERT_NAMES)('%s has all its cases', (alert) => {
  const kinds = new Set(cases.filter((c) => c.alert === alert).flatMap((c) => c.kinds));
  expect([...kinds].sort()).toEqual(['fires', 'missing', 'resolved', 'silent']);
  expect(rules.some((r) => r.alert === alert)).toBe(true);
});

test('every expression is of the catalogue', () => {
  const known = knownMetrics([new SovraInstallation()]);
  for (const rule of rules) expect(expressionProblems(String(rule.expr), known)).toEqual([]);
});

test('who covers missing data exists', () => {
  const names: readonly string[] = [...BACKUP_ALERT_NAMES, 'ScheduledTaskLate'];
  for (const { missingData } of backupAlerts(promises))
    if (missingData !== 'fires') expect(names).toContain(missingData.coveredBy);
});

test('alerts of two copies are told apart, and say which copy it is', () => {
  const labels = rules.filter((r) => r.alert === 'BackupStale').map((r) => r.labels);
  const common = { severity: 'critical', level: 'P1', component: 'tasks', namespace: 'sovra' };
  expect(labels).toEqual([
    { ...common, source: 'postgres', host: 'sovra', path: '/sovra.dump' },
    { ...common, source: 'vault', host: 'sovra-e1', path: '/staging/vault.snap' },
  ]);
});

test('every alert says of which repository it is, and no label of a rule is lost in Alertmanager', () => {
  for (const rule of rules) expect([rule.alert, rule.labels?.namespace]).toEqual([rule.alert, 'sovra']);
});

test('while nobody looks, one alert speaks, and no other of an empty repository', () => {
  const blind: Case[] = BACKUP_ALERT_NAMES.map((alert) => ({
    alert,
    kinds: [],
    what: 'the pod is gone',
    series: {},
    firing: { 60: alert === 'BackupEvidenceMissing' ? 1 : 0 },
  }));
  expect(promtool(...blind)).toMatch(/^\s*SUCCESS\s*$/m);
});

test.each(BACKUP_INHIBITIONS.flatMap((i) => i.targets.map((target) => [i.source, target, i.equal] as const)))(
  '%s may keep %s from being sent: at least as urgent, of the same repository, not the other way round',
  (source, target, equal) => {
    const of = (name: BackupAlertName) => rules.filter((r) => r.alert === name).map((r) => r.labels ?? {});
    for (const labels of [...of(source), ...of(target)]) {
      for (const label of equal) expect(labels[label]).toBeTruthy();
    }
    for (const one of of(source)) {
      for (const other of of(target)) {
        expect(LEVELS.indexOf(one.level as 'P1')).toBeLessThanOrEqual(LEVELS.indexOf(other.level as 'P1'));
      }
    }
    expect(equal.filter((label) => !MATCHED_LABELS.includes(label))).toEqual([]);
    expect(BACKUP_INHIBITIONS.some((i) => i.source === target)).toBe(false);
  },
);

test('each leads to its panel, in the Grafana that is known', () => {
  const link = (name: BackupAlertName, grafanaUrl?: string) =>
    backupRules(promises, { grafanaUrl }).find((r) => r.alert === name)?.annotations?.dashboard_url;
  expect(link('BackupStale')).toBeUndefined();
  expect(link('BackupStale', 'https://grafana.example.com')).toBe(
    'https://grafana.example.com/d/sovra-tasks?viewPanel=405&var-namespace={{ $labels.namespace | urlquery }}',
  );
});

test('an alert is left out or changed by name', () => {
  const changed = backupRules(promises, { alerts: { BackupShrank: false, BackupStale: { level: 'P0' } } });
  expect(changed.some((r) => r.alert === 'BackupShrank')).toBe(false);
  expect(changed[0]?.labels).toMatchObject({ level: 'P0', severity: 'critical' });
});
