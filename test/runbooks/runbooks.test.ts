import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TASK_ALERT_NAMES } from '../../lib/operations/task-alerts';
import { ALERT_NAMES, CATALOGUE } from '../../lib/rules/catalogue';
import { expressionProblems, knownMetrics } from '../../lib/rules/promql';
import { EDGE_NODE_EXPECTED, TARGETS_EXPECTED } from '../../lib/rules/recordings';
import { DEFAULT_RUNBOOK_BASE_URL, runbookUrl } from '../../lib/rules/runbook-url';
import { SovraInstallation } from '../../lib/sovra/installation';
import { LEVEL_POLICIES } from '../../lib/sovra/levels';
import { METRIC_DIALECTS } from '../../lib/sovra/metrics';

const FOLDER = join(__dirname, '../../docs/runbooks');
const SECTIONS = ['Meaning', 'Impact', 'First five minutes', 'Diagnosis', 'Mitigation', 'Escalation'];
const PAGES: readonly string[] = [...ALERT_NAMES, ...TASK_ALERT_NAMES];
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
/** Pages about kinds of incidents, to which alerts do not link. */
const OTHER_PAGES: readonly string[] = ['README'];

const read = (name: string) => readFileSync(join(FOLDER, `${name}.md`), 'utf8');
const section = (page: string, title: string) => page.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
const blocks = (page: string, language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map((m) => String(m[1]).trim());

test('every alert has its page, and every page its alert', () => {
  const there = readdirSync(FOLDER).map((file) => file.replace(/\.md$/, ''));
  expect(there.filter((name) => !OTHER_PAGES.includes(name)).sort()).toEqual([...PAGES].sort());
});

test('the link of an alert leads to its page', () => {
  expect(DEFAULT_RUNBOOK_BASE_URL.endsWith('/docs/runbooks')).toBe(true);
  expect(runbookUrl('VaultSealed', 'https://wiki.example.com')).toBe('https://wiki.example.com/VaultSealed.md');
});

describe.each(PAGES)('%s', (name) => {
  const page = read(name);

  test('has all sections, in order, none of them empty', () => {
    expect(page.startsWith(`# ${name}\n`)).toBe(true);
    expect([...page.matchAll(/^## (.+)$/gm)].map((m) => m[1])).toEqual(SECTIONS);
    for (const title of SECTIONS)
      expect(section(page, title).trim().length).toBeGreaterThan(title === 'Impact' ? 4 : 20);
  });

  test('says where to look', () => {
    expect(page).toMatch(/kubectl|sovra-cli/);
    expect([...blocks(page, 'sh'), ...blocks(page, 'promql')].length).toBeGreaterThan(0);
  });

  test('asks only for metrics that exist, in one dialect or the other', () => {
    const known = new Map(
      METRIC_DIALECTS.flatMap((dialect) => [...knownMetrics([new SovraInstallation({ dialect })])]),
    );
    for (const record of [EDGE_NODE_EXPECTED, TARGETS_EXPECTED]) known.set(record, 'recorded');
    expect(blocks(page, 'promql').flatMap((query) => expressionProblems(query, known))).toEqual([]);
  });

  test('names other alerts by names that exist', () => {
    const named = [
      ...page.matchAll(
        /\b(?:Sovra|Policy|Audit|Federation|Edge|Vault|Database|Prometheus|Alertmanager|Blackbox|ScheduledTask)(?:[A-Z][a-z]+)+(?:\d+d)?\b/g,
      ),
    ];
    const ours = ['SovraAlerts', 'SovraMonitoring', 'EdgeCertificateExpires'];
    expect(named.map((m) => m[0]).filter((n) => !PAGES.includes(n) && !ours.includes(n))).toEqual([]);
  });

  test('uses only the commands of sovra-cli that the guide has', () => {
    const used = [...page.matchAll(/sovra-cli ([a-z-]+ [a-z-]+)/g)].map((m) => String(m[1]));
    expect(used.filter((command) => !CLI_COMMANDS.includes(command))).toEqual([]);
  });

  test('puts no secret on a command line', () => {
    expect(page).not.toMatch(/unseal [A-Za-z0-9+/=]{20,}|VAULT_TOKEN=|SOVRA_TOKEN=|PGPASSWORD=|--password/);
  });
});

test.each(ALERT_NAMES)('%s: level and response time are those of the guide', (name) => {
  const { level } = CATALOGUE[name];
  const { responseTime } = LEVEL_POLICIES[level];
  expect(read(name)).toContain(`Level ${level}: answered within ${responseTime}.`);
  expect(section(read(name), 'Escalation')).toContain(responseTime);
});
