/** Each alert about logging and tracing, broken in every way that a slip of the hand could: some case notices. `make mutants` */
import type { Rule } from '../../lib/rules/render';
import { formatDuration, seconds } from '../../lib/schedule/duration';
import { run, type Suite } from '../rules/promtool';
import { type AlertSet, SETS } from './cases';
import { suiteOf } from './suites';

const SLIPS: readonly [RegExp, (found: string) => string][] = [
  [/ > /g, () => ' < '],
  [/ > /g, () => ' >= '],
  [/ == /g, () => ' != '],
  [/\bunless\b/g, () => 'and'],
  [/\nor\b/g, () => '\nand'],
  [/\bmax\b/g, () => 'min'],
  [/\bsum\b/g, () => 'max'],
  [/job="[^"]*"/g, () => 'job="nothing"'],
  [/daemonset="[^"]*"/g, () => 'daemonset="nothing"'],
  [/class!="[^"]*"/g, () => 'class!="nothing"'],
  [/(?<=[<>] )\d+(\.\d+)?/g, (n) => String(Number(n) * 1.04 + (Number(n) === 0 ? 1000 : 0))],
  [/(?<=[<>] )\d+(\.\d+)?/g, (n) => String(Number(n) * 0.96 - (Number(n) === 0 ? 1 : 0))],
];

/** Slips that change nothing that could be seen. */
const EQUIVALENT: readonly RegExp[] = [
  // One series for each group, or a figure that is told but not judged by.
  /^logging\.(LogAgentMissing|SecretsRedacted|LogsRejected|LogRulesFailing): "sum"/,
  /^\w+\.(TelemetryDataLost|TelemetryDataRefused|SpansRejected): "sum"/,
  /^\w+\.TelemetryQueueFilling: "max"/,
  // What is left out of the series of before is not there now either.
  /^logging\.SecretsRedacted: "class!=[^ ]* at 1[6-9]\d/,
  // A running clock meets a figure exactly by luck only.
  /^logging\.LogRetentionStopped: ">" at \d+ -> ">="/,
  // Replicas are counted: below 3 is below 2.88.
  /^\w+\.(LogStoreDegraded|TraceGatewayDegraded): "3" at \d+ -> "2\.88"/,
];

function mutants(rule: Rule, step: string): { what: string; rule: Rule }[] {
  const expr = String(rule.expr);
  const slips = SLIPS.flatMap(([pattern, replace]) =>
    [...expr.matchAll(pattern)].map((m) => {
      const to = replace(m[0]);
      const changed = expr.slice(0, m.index) + to + expr.slice(m.index + m[0].length);
      return { what: `"${m[0].trim()}" at ${m.index} -> "${to.trim()}"`, rule: { ...rule, expr: changed } };
    }),
  );
  if (rule.for === undefined) return slips;
  const held = seconds(rule.for);
  const longer = formatDuration(held + seconds(step));
  const shorter = formatDuration(held - seconds(step));
  return [
    ...slips,
    { what: `for ${longer}`, rule: { ...rule, for: longer } },
    { what: `for ${shorter}`, rule: { ...rule, for: shorter } },
  ];
}

function mutate(set: AlertSet, name: string): (Suite & { title: string })[] {
  const original = suiteOf(set, name);
  const [group] = original.groups;
  const rule = group?.rules?.find((r) => r.alert === name) as Rule;
  return mutants(rule, original.step).map((m, i) => ({
    ...original,
    name: `${set.name}.${name}-${i}`,
    title: `${set.name}.${name}: ${m.what}`,
    groups: [{ name: 'g', rules: (group?.rules ?? []).map((r) => (r === rule ? m.rule : r)) }],
  }));
}

test('no mutant lives', async () => {
  const all = SETS.flatMap((set) => Object.keys(set.alerts).flatMap((name) => mutate(set, name)));
  const verdicts = await run(all);
  const alive = all.filter((m) => verdicts.get(m.name) === 'SUCCESS').map((m) => m.title);
  expect(all.length).toBeGreaterThan(100);
  expect(alive.filter((title) => !EQUIVALENT.some((e) => e.test(title)))).toEqual([]);
}, 300_000);
