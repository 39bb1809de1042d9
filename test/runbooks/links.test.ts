import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { run } from '../../lib/cli/main';
import { runbookFolder, runbookIndex } from '../../lib/cli/runbooks';
import { ALERT_NAMES, CATALOGUE } from '../../lib/rules/catalogue';
import { DEFAULT_RUNBOOK_BASE_URL } from '../../lib/rules/runbook-url';
import { allPages, brokenLinks, codeSpans, page, ROOT, shellLines } from '../docs/pages';
import { ALERTS, INCIDENTS, listed, PAGES, runbook } from './pages';

const golden = join(ROOT, 'test/examples/golden');

describe('alerts and incidents', () => {
  const alerts = [...PAGES.keys()].filter((name) => ALERTS.includes(name));

  test('each alert leads to at least one incident page, and to nothing else', () => {
    const wrong = alerts.filter((name) => {
      const to = listed(runbook(name), 'See also');
      return to.length === 0 || to.some((t) => !(INCIDENTS as readonly string[]).includes(t));
    });
    expect(wrong).toEqual([]);
  });

  test.each(INCIDENTS)('%s lists the alerts that lead to it, and no others', (incident) => {
    const leads = alerts.filter((name) => listed(runbook(name), 'See also').includes(incident));
    const names = listed(runbook(incident), 'Alerts that lead here');
    expect(leads.length).toBeGreaterThan(2);
    expect([...names].sort()).toEqual(leads.sort());
  });

  test('what pages somebody leads to incident-response', () => {
    const paging = ALERT_NAMES.filter((name) => ['P0', 'P1'].includes(CATALOGUE[name].level));
    expect(listed(runbook('incident-response'), 'Alerts that lead here')).toEqual(expect.arrayContaining(paging));
  });

  test('a level that stands beside an alert is its level', () => {
    for (const incident of INCIDENTS) {
      for (const [, name = '', level] of runbook(incident).text.matchAll(/^- \[(\w+)\]\(\w+\.md\): (.+)$/gm)) {
        if (name in CATALOGUE) expect([name, level]).toEqual([name, CATALOGUE[name as keyof typeof CATALOGUE].level]);
        else for (const one of String(level).split(' or ')) expect(runbook(name).text).toContain(`Level ${one}`);
      }
    }
  });
});

test('no link leads nowhere, and none of a page leads out of the folder', () => {
  const pages = [...PAGES.keys()].map(runbook);
  expect(pages.flatMap((p) => brokenLinks(p).map((link) => `${p.path}: ${link}`))).toEqual([]);
  expect(pages.flatMap((p) => [...p.text.matchAll(/\]\(((?:\.\.|[a-z]+:)[^)]*)\)/g)].map((m) => m[1]))).toEqual([]);
});

// UPDATE_GOLDEN=1 npx jest --selectProjects=unit --testPathPatterns test/runbooks writes it.
test('the index in the repository is the one that is made', () => {
  const path = join(runbookFolder(), 'README.md');
  if (process.env.UPDATE_GOLDEN) writeFileSync(path, runbookIndex(PAGES));
  expect(readFileSync(path, 'utf8')).toBe(runbookIndex(PAGES));
});

test('the index has every page once, each with a line that says something', () => {
  const index = runbookIndex(PAGES);
  for (const name of [...ALERTS, ...INCIDENTS]) {
    const rows = index.split('\n').filter((line) => line.startsWith('|') && line.includes(`[${name}](${name}.md)`));
    expect([name, rows.length]).toEqual([name, 1]);
    expect(rows[0]).toMatch(/\| \S.{18,260}[.)`] \|$/);
    if (name in CATALOGUE) expect(rows[0]).toContain(`| ${CATALOGUE[name as keyof typeof CATALOGUE].level} |`);
  }
});

test('runbook_url of every alert in the golden manifests leads to a page that is there', () => {
  const texts = readdirSync(golden).flatMap((folder) =>
    readdirSync(join(golden, folder)).map((file) => readFileSync(join(golden, folder, file), 'utf8')),
  );
  const rules = texts
    .flatMap((text) => parseAllDocuments(text).map((d) => d.toJS()))
    .filter((o) => o?.kind === 'PrometheusRule')
    .flatMap((o) => o.spec.groups.flatMap((g: { rules: object[] }) => g.rules));
  const alerts = rules.filter((r) => r.alert !== undefined);
  expect(alerts.length).toBeGreaterThan(200);
  const bases = new Set<string>();
  for (const { alert, annotations } of alerts) {
    const [, base, name] = /^(https?:.*)\/([^/]+)\.md$/.exec(annotations.runbook_url) ?? [];
    expect(name).toBe(alert);
    expect(PAGES.has(alert)).toBe(true);
    bases.add(String(base));
  }
  expect(bases).toContain(DEFAULT_RUNBOOK_BASE_URL);
});

test('every command of sovra-ops and of make that a page names is there', async () => {
  const code = [...allPages(), page('docs/runbooks/README.md')].flatMap((p) => [...codeSpans(p), ...shellLines(p)]);
  const named = (re: RegExp) => [...new Set(code.flatMap((c) => [...c.matchAll(re)].map((m) => String(m[1]))))];
  const commands = named(/(?:^|npx )sovra-ops ([a-z]+)/g);
  expect(commands).toContain('doctor');
  const { out } = await run(['--help']);
  expect(commands.filter((name) => !out.includes(`  sovra-ops ${name} `))).toEqual([]);
  const makefile = readFileSync(join(ROOT, 'Makefile'), 'utf8');
  expect(named(/\bmake ([a-z-]+)/g).filter((target) => !new RegExp(`^${target}:`, 'm').test(makefile))).toEqual([]);
});
