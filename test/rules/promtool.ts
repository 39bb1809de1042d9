import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AlertName, CATALOGUE } from '../../lib/rules/catalogue';
import type { AlertOptions } from '../../lib/rules/options';
import { type Rule, type RuleGroup, renderAlerts } from '../../lib/rules/render';
import { formatDuration, seconds } from '../../lib/schedule/duration';
import { SovraInstallation } from '../../lib/sovra/installation';
import { LEVEL_POLICIES } from '../../lib/sovra/levels';
import { type MetricDialect, metricName } from '../../lib/sovra/metrics';
import { tool } from '../support/tools';
import { CASES } from './cases';
import { type AlertCases, type Fires, type LabelSet, type Names, type Scenario, SUBJECT } from './cases/types';

interface Check {
  eval_time: string;
  alertname: AlertName;
  exp_alerts: { exp_labels: LabelSet; exp_annotations?: LabelSet }[];
}

/** A test file of promtool with the rules that it needs. */
export interface Suite {
  readonly name: string;
  readonly groups: readonly RuleGroup[];
  readonly step: string;
  readonly tests: readonly { name: string; series: Record<string, string>; checks: readonly Check[] }[];
}

export function names(dialect: MetricDialect): Names {
  const has = (id: Parameters<Names>[0]) => metricName(id, dialect) !== null;
  const name = (id: Parameters<Names>[0]) => {
    const found = metricName(id, dialect);
    if (found === null) throw new Error(`${dialect} has no ${id}`);
    return found;
  };
  return Object.assign(name, { has });
}

export function installation(cases: AlertCases, dialect: MetricDialect): SovraInstallation {
  return new SovraInstallation({ ...SUBJECT, ...cases.sovra, dialect });
}

/** The recordings and the rules of these alerts; with `texts`, their annotations too. */
function rulesOf(groups: readonly RuleGroup[], alerts: readonly AlertName[], texts: boolean): RuleGroup[] {
  const chosen = groups.flatMap((g) => g.rules ?? []).filter((r) => alerts.includes(r.alert as AlertName));
  const all = groups.flatMap((g) => g.rules ?? []);
  // A recording may be made of others.
  const wantedRules = new Set<Rule>(chosen);
  for (const rule of wantedRules)
    for (const name of String(rule.expr).match(/\w+:\w+/g) ?? [])
      for (const recording of all.filter((r) => r.record === name)) wantedRules.add(recording);
  const wanted = (rule: Rule) => wantedRules.has(rule);
  const plain = ({ annotations, ...rule }: Rule): Rule => (texts ? { ...rule, annotations } : rule);
  return groups
    .map((g) => ({ ...g, rules: g.rules?.filter(wanted).map(plain) }))
    .filter((g) => g.rules !== undefined && g.rules.length > 0);
}

const before = (time: string, step: string) => formatDuration(seconds(time) - seconds(step));

function expected(name: AlertName, alerts: Fires['alerts'], m: Names): Check['exp_alerts'] {
  const labels = typeof alerts === 'function' ? alerts(m) : (alerts ?? [{}]);
  const { level } = CASES[name];
  const { component } = CATALOGUE[name];
  return labels.map((own) => ({ exp_labels: { ...own, level, component, severity: LEVEL_POLICIES[level].severity } }));
}

function fires(name: AlertName, c: Fires, step: string, m: Names): Check[] {
  const then = { eval_time: c.after, alertname: name, exp_alerts: expected(name, c.alerts, m) };
  if (c.after === '0s') return [then];
  return [{ eval_time: before(c.after, step), alertname: name, exp_alerts: [] }, then];
}

function missing(name: AlertName, cases: AlertCases, step: string, m: Names): Check[] {
  const answer = CATALOGUE[name].missingData;
  if (answer === 'fires') return fires(name, cases.missing, step, m);
  const silent = { eval_time: cases.missing.after, alertname: name, exp_alerts: [] };
  return [silent, ...fires(answer.coveredBy, cases.missing, step, m)];
}

/** All cases of one alert in one dialect. */
export function behaviour(name: AlertName, dialect: MetricDialect): Suite {
  const cases: AlertCases = CASES[name];
  const m = names(dialect);
  const step = cases.step ?? '15s';
  const answer = CATALOGUE[name].missingData;
  const covers = answer === 'fires' ? [] : [answer.coveredBy];
  const test = (kind: string, c: Scenario, checks: (m: Names) => Check[]) =>
    c.dialect !== undefined && c.dialect !== dialect
      ? []
      : [{ name: `${kind}: ${c.what}`, series: c.series(m), checks: checks(m) }];
  const { silent, resolves } = cases;
  return {
    name: `${name}.${dialect}`,
    groups: rulesOf(renderAlerts(installation(cases, dialect)), [name, ...covers], false),
    step,
    tests: [
      ...cases.fires.flatMap((c) => test('fires', c, () => fires(name, c, step, m))),
      ...(silent === 'never' ? [] : silent).flatMap((c) =>
        test('silent', c, () => [{ eval_time: c.until, alertname: name, exp_alerts: [] }]),
      ),
      ...(resolves === 'never'
        ? []
        : test('resolves', resolves, () => [
            { eval_time: resolves.firing, alertname: name, exp_alerts: expected(name, resolves.alerts, m) },
            { eval_time: resolves.resolved, alertname: name, exp_alerts: [] },
          ])),
      ...test('missing', cases.missing, () => missing(name, cases, step, m)),
    ],
  };
}

/** What a person reads when the first case of an alert fires, by its labels. */
export function texts(
  name: AlertName,
  dialect: MetricDialect,
  annotations: (labels: LabelSet) => LabelSet,
  options: AlertOptions,
): Suite {
  const cases: AlertCases = CASES[name];
  const m = names(dialect);
  const [first] = cases.fires;
  const alerts = expected(name, first.alerts, m).map((a) => ({
    ...a,
    exp_annotations: annotations(a.exp_labels),
  }));
  return {
    name: `${name}.texts`,
    groups: rulesOf(renderAlerts(installation(cases, dialect), options), [name], true),
    step: cases.step ?? '15s',
    tests: [
      {
        name: 'texts',
        series: first.series(m),
        checks: [{ eval_time: first.after, alertname: name, exp_alerts: alerts }],
      },
    ],
  };
}

const isRecording = (group: RuleGroup) => group.rules?.every((r) => r.record !== undefined) ?? false;

function write(folder: string, suite: Suite): string {
  const file = join(folder, `${suite.name}.test.yml`);
  const rules = `${suite.name}.rules.yml`;
  // JSON is YAML.
  writeFileSync(join(folder, rules), JSON.stringify({ groups: suite.groups }));
  // All of them, recordings first: promtool gives a group that is not listed the rank of the first.
  const order = [...suite.groups].sort((a, b) => Number(isRecording(b)) - Number(isRecording(a))).map((g) => g.name);
  const tests = suite.tests.map((t) => ({
    name: t.name,
    interval: suite.step,
    input_series: Object.entries(t.series).map(([series, values]) => ({ series, values })),
    alert_rule_test: t.checks,
  }));
  const content = { rule_files: [rules], evaluation_interval: suite.step, group_eval_order: order, tests };
  writeFileSync(file, JSON.stringify(content));
  return file;
}

/** Runs all suites, in one process for each core; the verdict of each by its name: 'SUCCESS', or what promtool says. */
export async function run(suites: readonly Suite[]): Promise<Map<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'sovra-ops-rules-'));
  try {
    const files = suites.map((s) => write(folder, s));
    const cores = availableParallelism();
    const shares = Array.from({ length: cores }, (_, i) => files.filter((_file, n) => n % cores === i));
    const outputs = await Promise.all(
      shares.filter((s) => s.length > 0).map((s, i) => promtool(s, join(folder, `${i}`))),
    );
    return verdicts(suites, outputs.join('\n'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Both of its outputs in one file: it prints the name of a test to the one and what failed to the other. */
function promtool(files: readonly string[], output: string): Promise<string> {
  const to = openSync(output, 'w');
  return new Promise((resolve, reject) => {
    spawn(tool('promtool'), ['test', 'rules', ...files], { stdio: ['ignore', to, to] })
      .on('error', reject)
      .on('close', () => {
        closeSync(to);
        resolve(readFileSync(output, 'utf8'));
      });
  });
}

/** What promtool prints below the name of each file. */
function verdicts(suites: readonly Suite[], output: string): Map<string, string> {
  const found = new Map(suites.map((s) => [s.name, 'promtool said nothing']));
  for (const part of output.split(/(?=^Processing test file: )/m)) {
    const name = /^Processing test file: .*\/(.+)\.test\.yml/.exec(part)?.[1];
    const said = part.split('\n').slice(1).join('\n').trim();
    if (name !== undefined) found.set(name, said);
  }
  return found;
}

/** Without suites that say the same of the same rules: most alerts are alike in both dialects. */
export function distinct(suites: readonly Suite[]): Suite[] {
  const seen = new Set<string>();
  return suites.filter(({ groups, tests }) => {
    const key = JSON.stringify([groups, tests]);
    return !seen.has(key) && seen.add(key);
  });
}
