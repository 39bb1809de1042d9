import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ARCHIVING_ALERT_NAMES, type ArchivingAlertName, archivingRules } from '../../lib/backup/archiving-alerts';
import { expressionProblems, knownMetrics } from '../../lib/rules/promql';
import { SovraInstallation } from '../../lib/sovra/installation';
import { tool } from '../support/tools';

const pgBackRest = archivingRules({ namespace: 'sovra', database: 'sovra', maxAgeSeconds: 480 });
const cnpg = archivingRules({
  namespace: 'sovra',
  database: 'sovra',
  maxAgeSeconds: 120,
  cloudNativePg: { cluster: 'pg', baseBackupSeconds: 7200 },
});

const OWN = '{job="postgres", namespace="sovra", server="postgres:5432"}';
const age = `pg_stat_archiver_last_archive_age${OWN}`;
const count = `pg_stat_archiver_archived_count${OWN}`;
const POD = 'namespace="sovra", pod="pg-1", job="sovra/pg"';
const cnpgAge = `cnpg_pg_stat_archiver_seconds_since_last_archival{${POD}}`;
const cnpgCount = `cnpg_pg_stat_archiver_archived_count{${POD}}`;
const ready = `cnpg_collector_pg_wal_archive_status{${POD}, value="ready"}`;
const newest = `barman_cloud_cloudnative_pg_io_last_available_backup_timestamp{${POD}}`;
const other = newest.replace('pg-1', 'pg-other-1');

type Kind = 'fires' | 'silent' | 'missing' | 'resolved';
interface Case {
  readonly rules: 'pgBackRest' | 'cnpg';
  readonly alert: ArchivingAlertName;
  readonly kinds: readonly Kind[];
  readonly what: string;
  /** Sample values, one a minute; the clock starts at 1970. */
  readonly series: Readonly<Record<string, string>>;
  /** In minutes: how many of the alert fire then. */
  readonly firing: Readonly<Record<number, number>>;
}

const cases: readonly Case[] = [
  {
    rules: 'pgBackRest',
    alert: 'WalArchivingFailing',
    kinds: ['fires', 'silent', 'resolved'],
    what: 'as old as allowed is silent, older for three minutes fires, the next piece ends it',
    series: { [age]: '480x10 481+60x10 20x10', [count]: '7x40' },
    firing: { 10: 0, 13: 0, 14: 1, 21: 1, 22: 0 },
  },
  {
    rules: 'pgBackRest',
    alert: 'WalArchivingFailing',
    kinds: ['fires'],
    what: 'nothing was ever stored: there is no age',
    series: { [count]: '0x20' },
    firing: { 2: 0, 3: 1, 20: 1 },
  },
  {
    rules: 'pgBackRest',
    alert: 'WalArchivingFailing',
    kinds: ['silent'],
    what: 'statistics that were reset by a crash are filled again within a minute or two',
    series: { [age]: '20x5 _x2 20x20', [count]: '7x5 0x1 1x20' },
    firing: { 6: 0, 8: 0, 20: 0 },
  },
  {
    rules: 'pgBackRest',
    alert: 'WalArchivingFailing',
    kinds: ['missing'],
    what: 'nobody tells',
    series: {},
    firing: { 2: 0, 3: 1 },
  },
  {
    rules: 'cnpg',
    alert: 'WalArchivingFailing',
    kinds: ['fires', 'silent', 'resolved'],
    what: 'old is bad only where something waits',
    series: { [cnpgAge]: '0+60x40', [cnpgCount]: '7x40', [ready]: '0x20 1x10 0x10' },
    firing: { 20: 0, 23: 0, 24: 1, 31: 1, 32: 0 },
  },
  {
    rules: 'cnpg',
    alert: 'WalArchivingFailing',
    kinds: ['fires', 'missing'],
    what: 'nothing was ever stored, or nobody tells',
    series: { [cnpgAge]: '-1x5', [cnpgCount]: '0x5' },
    firing: { 2: 0, 3: 1, 20: 1 },
  },
  {
    rules: 'cnpg',
    alert: 'BaseBackupLate',
    kinds: ['fires', 'silent', 'resolved'],
    what: 'as old as allowed, older for an hour, and new again',
    series: { [newest]: '0x199 12000x20', [other]: '0+60x220' },
    firing: { 120: 0, 180: 0, 181: 1, 199: 1, 201: 0 },
  },
  {
    rules: 'cnpg',
    alert: 'BaseBackupLate',
    kinds: ['missing'],
    what: 'nobody tells; another cluster is another one',
    series: { [other]: '0+60x80' },
    firing: { 59: 0, 60: 1 },
  },
];

const RULES = { pgBackRest, cnpg };

function promtool(rules: Case['rules'], tested: readonly Case[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'sovra-ops-archiving-'));
  const plain = RULES[rules].map(({ annotations: _, ...rule }) => rule);
  const tests = tested.map((c) => ({
    name: `${c.alert}: ${c.what}`,
    interval: '1m',
    input_series: Object.entries(c.series).map(([series, values]) => ({ series, values })),
    promql_expr_test: Object.entries(c.firing).map(([minute, number]) => ({
      expr: `count(ALERTS{alertname="${c.alert}", alertstate="firing"})`,
      eval_time: `${minute}m`,
      exp_samples: number === 0 ? [] : [{ labels: '{}', value: number }],
    })),
  }));
  const write = (name: string, content: object) => writeFileSync(join(folder, name), JSON.stringify(content));
  try {
    write('rules.yml', { groups: [{ name: 'archive', rules: plain }] });
    write('tests.yml', { rule_files: ['rules.yml'], evaluation_interval: '1m', tests });
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

test.each(['pgBackRest', 'cnpg'] as const)('%s: fires, stays silent, answers missing data and resolves', (rules) => {
  expect(
    promtool(
      rules,
      cases.filter((c) => c.rules === rules),
    ),
  ).toMatch(/^\s*SUCCESS\s*$/m);
});

test('a case that expects the wrong thing is noticed', () => {
  const wrong = { rules: 'cnpg', alert: 'BaseBackupLate', kinds: [], what: '', series: {}, firing: { 70: 0 } } as const;
  expect(promtool('cnpg', [wrong])).toContain('FAILED');
});

test.each(ARCHIVING_ALERT_NAMES)('%s has all its cases, and a page', (alert) => {
  const kinds = new Set(cases.filter((c) => c.alert === alert).flatMap((c) => c.kinds));
  expect([...kinds].sort()).toEqual(['fires', 'missing', 'resolved', 'silent']);
  expect(existsSync(join(__dirname, '..', '..', 'docs', 'runbooks', `${alert}.md`))).toBe(true);
});

test('every expression is of the catalogue', () => {
  const known = knownMetrics([new SovraInstallation()]);
  for (const rule of [...pgBackRest, ...cnpg]) expect(expressionProblems(String(rule.expr), known)).toEqual([]);
});

test('an alert can be changed, or left out', () => {
  const promised = { namespace: 'sovra', database: 'sovra', maxAgeSeconds: 480 };
  expect(archivingRules(promised, { alerts: { WalArchivingFailing: false } })).toEqual([]);
  const [rule] = archivingRules(promised, { alerts: { WalArchivingFailing: { level: 'P0' } } });
  expect(rule?.labels?.level).toBe('P0');
});
