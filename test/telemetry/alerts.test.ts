/** Each alert about logging and tracing under promtool: it fires, is silent, resolves, and answers missing data. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expressionProblems, knownMetrics } from '../../lib/rules/promql';
import { SovraInstallation } from '../../lib/sovra/installation';
import { LEVEL_POLICIES } from '../../lib/sovra/levels';
import { METRICS } from '../../lib/sovra/metrics';
import { telemetryRules } from '../../lib/telemetry/alerts';
import { logRules } from '../../lib/telemetry/log-alerts';
import { DROPPED_CLASS } from '../../lib/telemetry/redaction';
import { run } from '../rules/promtool';
import { runbook, section } from '../runbooks/pages';
import { tool } from '../support/tools';
import { SETS } from './cases';
import { suiteOf, textsOf } from './suites';

const ALL = SETS.flatMap((set) => Object.keys(set.alerts).map((name) => [set, name] as const));

describe('every alert under promtool', () => {
  const suites = ALL.flatMap(([set, name]) => [suiteOf(set, name), textsOf(set, name)]);
  let verdicts: Map<string, string>;
  beforeAll(async () => {
    verdicts = await run(suites);
  });

  test.each(suites.map((s) => s.name))('%s', (name) => {
    expect(verdicts.get(name)).toBe('SUCCESS');
  });
});

describe('the gate', () => {
  const everyAlert = Object.entries({
    ...SETS[0]?.alerts,
    ...SETS[1]?.alerts,
    ...logRules(new SovraInstallation({ edgeNodes: [{ id: 'edge-1', vault: {} }] })),
  });

  test.each(everyAlert)('the runbook of %s has its level and response time', (name, { level }) => {
    const { responseTime } = LEVEL_POLICIES[level];
    expect(runbook(name).text).toContain(`Level ${level}: answered within ${responseTime}.`);
    expect(section(runbook(name), 'Escalation')).toContain(responseTime);
  });

  test('the class that no alert is about is the one that the collectors count', () => {
    const asked = Object.values(SETS[0]?.alerts ?? {}).map((a) => a.expr(undefined as never));
    expect(asked.filter((expr) => expr.includes(`class!="${DROPPED_CLASS}"`))).toHaveLength(1);
    expect(readFileSync(join(__dirname, '../../lib/dashboards/telemetry.ts'), 'utf8')).toContain(
      `class!="${DROPPED_CLASS}"`,
    );
  });

  test.each(SETS)('each alert of $name has cases, and no case is of another', ({ alerts, cases }) => {
    expect(Object.keys(cases).sort()).toEqual(Object.keys(alerts).sort());
    for (const [name, { level }] of Object.entries(cases)) expect([name, level]).toEqual([name, alerts[name]?.level]);
  });

  test.each(SETS)('what covers an alert of $name answers for its own missing data', ({ alerts }) => {
    for (const { missingData } of Object.values(alerts))
      if (missingData !== 'fires') expect(alerts[missingData.coveredBy]?.missingData).toBe('fires');
  });

  test.each(SETS)('the texts of $name are in order', ({ alerts }) => {
    for (const { summary, description, source } of Object.values(alerts)) {
      expect(summary).not.toMatch(/\n|\.$/);
      expect(description).toMatch(/\.$/);
      expect(source.length).toBeGreaterThan(20);
    }
  });

  test.each(SETS)(
    'no expression of $name asks for what nothing exports, or for what it does not declare',
    ({ alerts }) => {
      const known = knownMetrics([new SovraInstallation()]);
      for (const rule of telemetryRules(alerts, {})) {
        const expr = String(rule.expr);
        expect(expressionProblems(expr, known)).toEqual([]);
        const declared = (alerts[rule.alert ?? '']?.metrics ?? []).map((id) => METRICS[id].name.guide);
        const asked = [...expr.matchAll(/\b([a-z_]+)\{/g)].map((m) => m[1]);
        expect(asked.filter((name) => !declared.includes(name as never))).toEqual([]);
        expect(declared.filter((name) => !asked.includes(name as never))).toEqual([]);
      }
    },
  );

  test('promtool has nothing to say against the rules', () => {
    for (const { name, alerts } of SETS) {
      const groups = [{ name, rules: telemetryRules(alerts, {}) }];
      const found = spawnSync(tool('promtool'), ['check', 'rules', '--lint=all', '--lint-fatal'], {
        input: JSON.stringify({ groups }),
        encoding: 'utf8',
      });
      expect(found.stderr + (found.status === 0 ? '' : found.stdout)).toBe('');
    }
  });
});
