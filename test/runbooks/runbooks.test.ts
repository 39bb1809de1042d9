import { ALERT_NAMES, CATALOGUE } from '../../lib/rules/catalogue';
import { expressionProblems } from '../../lib/rules/promql';
import { DEFAULT_RUNBOOK_BASE_URL, runbookUrl } from '../../lib/rules/runbook-url';
import { LEVEL_POLICIES, LEVELS } from '../../lib/sovra/levels';
import { METRICS } from '../../lib/sovra/metrics';
import { blocks } from '../docs/pages';
import { ALERTS, INCIDENTS, KNOWN, PAGES, queries, runbook, section, titles } from './pages';

const SECTIONS = ['Meaning', 'Impact', 'First five minutes', 'Diagnosis', 'Mitigation', 'Escalation'];
/** What finds out how metrics are called cannot name them. */
const LOOKS_FOR_NAMES = /^count by \(__name__\) \(\{__name__=~"[\w().*|]+"\}\)$/;
const CLI_COMMANDS = [
  'health check',
  'edge-node status',
  'federation status',
  'audit query',
  'cert list',
  'cert rotate',
  'policy validate',
  'metrics database-size',
  'metrics audit-size',
  'version check',
];

test('every alert has its page, and every page is of an alert or of a kind of incident', () => {
  expect([...PAGES.keys()].sort()).toEqual([...ALERTS, ...INCIDENTS].sort());
});

test('the link of an alert leads to its page', () => {
  expect(DEFAULT_RUNBOOK_BASE_URL.endsWith('/docs/runbooks')).toBe(true);
  expect(runbookUrl('VaultSealed', 'https://wiki.example.com')).toBe('https://wiki.example.com/VaultSealed.md');
});

test.each([...PAGES.keys()])('%s', (name) => {
  const page = runbook(name);
  const { text } = page;

  // Sections: all, in order, none of them empty.
  const incident = (INCIDENTS as readonly string[]).includes(name);
  const last = incident ? 'Alerts that lead here' : 'See also';
  if (!incident) expect(text.startsWith(`# ${name}\n`)).toBe(true);
  expect(titles(page).filter((t) => [...SECTIONS, last].includes(t))).toEqual([...SECTIONS, last]);
  if (!incident) expect(titles(page)).toHaveLength(SECTIONS.length + 1);
  for (const title of SECTIONS) expect(section(page, title).trim().length).toBeGreaterThan(title === 'Impact' ? 4 : 20);

  // It says where to look.
  expect(text).toMatch(/kubectl|sovra-cli/);
  expect(blocks(page).filter((b) => ['sh', 'promql'].includes(b.info)).length).toBeGreaterThan(0);

  // It asks only for metrics that exist, in one dialect or the other.
  const asked = queries(page).filter((q) => !LOOKS_FOR_NAMES.test(q));
  expect(asked.flatMap((q) => expressionProblems(q, KNOWN).map((p) => `${q}: ${p}`))).toEqual([]);

  // It names other alerts by names that exist.
  const named = text.matchAll(
    /\b(?:Sovra|Policy|Audit|Federation|Edge|Vault|Database|Backup|RecoverySet|RestoreDrill|Prometheus|Alertmanager|Blackbox|ScheduledTask|ErrorBudget|Objective)(?:[A-Z][a-z]+)+(?:\d+d)?\b/g,
  );
  const constructs = [
    'SovraAlerts',
    'SovraMonitoring',
    'SovraScheduledTasks',
    'SovraBackupSchedule',
    'SovraRestore',
    'SovraSlos',
  ];
  const others = [...constructs, 'EdgeCertificateExpires', 'PrometheusRule'];
  expect([...named].map((m) => m[0]).filter((n) => !ALERTS.includes(n) && !others.includes(n))).toEqual([]);

  // It uses only the commands of sovra-cli that the guide has, and says that a release may lack one.
  const used = [...text.matchAll(/sovra-cli ([a-z-]+ [a-z-]+)/g)].map((m) => String(m[1]));
  expect(used.filter((command) => !CLI_COMMANDS.includes(command) && command !== 'commands are')).toEqual([]);
  if (used.length > 0) expect(text).toMatch(/release 2026\.3 lacks some/);

  // It puts no secret on a command line.
  expect(text).not.toMatch(/unseal [A-Za-z0-9+/=]{20,}|VAULT_TOKEN=|SOVRA_TOKEN=|PGPASSWORD=|--password/);
});

test.each([...PAGES.keys()])('%s serves both dialects', (name) => {
  const page = runbook(name);
  for (const { name: names } of Object.values(METRICS)) {
    const { guide, '2026.3': release } = names;
    if (guide === release) continue;
    const has = (metric: string | null) =>
      metric !== null && queries(page).some((q) => new RegExp(`\\b${metric}(_bucket|_sum|_count)?\\b`).test(q));
    if (guide !== null && release !== null && (has(guide) || has(release))) {
      expect(page.text).toContain(guide);
      expect(page.text).toContain(release);
    } else if (has(release)) expect(page.text).toMatch(/release 2026\.3 (only|exports)/i);
  }
});

test.each(ALERT_NAMES)('%s: level and response time are those of the guide', (name) => {
  const { level } = CATALOGUE[name];
  const { responseTime } = LEVEL_POLICIES[level];
  expect(runbook(name).text).toContain(`Level ${level}: answered within ${responseTime}.`);
  expect(section(runbook(name), 'Escalation')).toContain(responseTime);
});

test.each(INCIDENTS)('%s: escalation has a line for each level, with its response time', (name) => {
  const rows = section(runbook(name), 'Escalation');
  for (const level of LEVELS)
    expect(rows).toMatch(new RegExp(`^\\| ${level} +\\| ${LEVEL_POLICIES[level].responseTime} +\\|`, 'm'));
});

test("the levels of incident-response are the guide's", () => {
  for (const level of LEVELS) {
    const { description, responseTime } = LEVEL_POLICIES[level];
    expect(section(runbook('incident-response'), 'Meaning')).toMatch(
      new RegExp(`^\\| ${level} +\\| ${description} +\\| ${responseTime} +\\|`, 'm'),
    );
  }
});
