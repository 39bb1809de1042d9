import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TaskAlertName, TaskRule } from '../../lib/operations/task-alerts';
import { tool } from '../support/tools';

export interface PromtoolCase {
  readonly name: string;
  /** One sample a minute; the clock starts at 1970. */
  readonly series: Readonly<Record<string, string>>;
  /** What fires when, by alert: the tasks that it names. */
  readonly expect: readonly { readonly at: string; readonly alert: TaskAlertName; readonly tasks: readonly string[] }[];
}

/** Runs `promtool test rules` with the real program; the output, which says SUCCESS or what differs. */
export function promtool(rules: readonly TaskRule[], cases: readonly PromtoolCase[]): string {
  // Texts are held against their own expectation; here they would only have to be repeated.
  const plain = rules.map(({ annotations: _, ...rule }) => rule);
  const tests = cases.map((c) => ({
    name: c.name,
    interval: '1m',
    input_series: Object.entries(c.series).map(([series, values]) => ({ series, values })),
    alert_rule_test: c.expect.map(({ at, alert, tasks }) => ({
      eval_time: at,
      alertname: alert,
      exp_alerts: tasks.map((task) => ({ exp_labels: labelsOf(plain, alert, task) })),
    })),
  }));
  return run(plain, tests);
}

/** Runs it with the texts of one alert. */
export function promtoolTexts(
  rules: readonly TaskRule[],
  test: {
    series: Record<string, string>;
    at: string;
    alert: TaskAlertName;
    task: string;
    annotations: Record<string, string>;
  },
): string {
  const exp_alerts = [{ exp_labels: labelsOf(rules, test.alert, test.task), exp_annotations: test.annotations }];
  const input_series = Object.entries(test.series).map(([series, values]) => ({ series, values }));
  return run(rules, [
    { interval: '1m', input_series, alert_rule_test: [{ eval_time: test.at, alertname: test.alert, exp_alerts }] },
  ]);
}

function labelsOf(rules: readonly TaskRule[], alert: TaskAlertName, task: string): Record<string, string> {
  const rule = rules.find((r) => r.alert === alert && r.labels?.task === task);
  if (!rule) throw new Error(`no rule ${alert} for ${task}`);
  // absent() hands on the labels that it was asked for.
  const asked: Record<string, string> =
    alert === 'ScheduledTaskMissing' ? { job: 'kube-state-metrics', cronjob: task } : {};
  return { ...asked, ...(rule.labels as Record<string, string>) };
}

/** Sets of rules that were linted, and found to be good: most cases are about the same. */
const linted = new Set<string>();

function run(rules: readonly unknown[], tests: readonly unknown[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'sovra-ops-tasks-'));
  try {
    // JSON is YAML.
    writeFileSync(join(folder, 'rules.yml'), JSON.stringify({ groups: [{ name: 'tasks', rules }] }));
    writeFileSync(
      join(folder, 'tests.yml'),
      JSON.stringify({ rule_files: ['rules.yml'], evaluation_interval: '1m', tests }),
    );
    const key = JSON.stringify(rules);
    if (!linted.has(key))
      execFileSync(tool('promtool'), ['check', 'rules', '--lint-fatal', 'rules.yml'], {
        cwd: folder,
        encoding: 'utf8',
        stdio: 'pipe',
      });
    linted.add(key);
    return execFileSync(tool('promtool'), ['test', 'rules', 'tests.yml'], {
      cwd: folder,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  } catch (e) {
    const { stdout, stderr } = e as { stdout?: string; stderr?: string };
    return `${stdout ?? ''}${stderr ?? String(e)}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
