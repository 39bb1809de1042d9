import { ALERT_NAMES, type AlertName } from '../../lib/rules/catalogue';
import type { Rule, RuleGroup } from '../../lib/rules/render';
import { TROUBLES } from '../../lib/rules/troubles';
import { formatDuration, seconds } from '../../lib/schedule/duration';
import { CASES } from './cases';
import type { AlertCases } from './cases/types';
import { behaviour, run, type Suite } from './promtool';

/**
 * Are the cases worth anything? Each alert is broken in every way that a slip of the hand could break it, and some case
 * has to notice. It takes minutes and says whether the tests are good, so it runs on demand only: `make mutants`, or
 * the same command of the Makefile
 * with `SOVRA_OPS_MUTANTS=Volume` for the alerts whose names hold that.
 */

interface Mutant {
  readonly what: string;
  readonly rule: Rule;
}

/** Slips in an expression: each place in it where the pattern matches, replaced. */
const SLIPS: readonly [RegExp, (found: string) => string][] = [
  [/ > /g, () => ' < '],
  [/ > /g, () => ' >= '],
  [/ < /g, () => ' > '],
  [/ < /g, () => ' <= '],
  [/ == /g, () => ' != '],
  [/\bunless\b/g, () => 'and'],
  [/\nand\b/g, () => '\nor'],
  [/\bmax\b/g, () => 'min'],
  [/\bmin\b/g, () => 'max'],
  [/\bsum\b/g, () => 'max'],
  [/=~"[^"]*"/g, () => '=~"nothing"'],
  [/job="[^"]*"/g, () => 'job="nothing"'],
  [/(?<=[<>] )\d+(\.\d+)?/g, (n) => String(Number(n) * 1.04 + (Number(n) < 1 && !n.includes('.') ? 1 : 0))],
  [/(?<=[<>] )\d+(\.\d+)?/g, (n) => String(Number(n) * 0.96 - (Number(n) === 0 ? 1 : 0))],
];

/** Slips that change nothing that could be seen. */
const EQUIVALENT: readonly RegExp[] = [
  // One series for each group: the aggregation only drops labels.
  /^(VaultSealed|VaultNotInitialised|VaultDown|VaultLeaderless|VaultTargetMissing|VaultMetricsMissing|VaultMemoryGrowing|EdgeCertificateUnknown): "(max|min)"/,
  /^(ServerCertificate\w+|\w+ConfigReloadFailed|PrometheusNotConnectedToAlertmanager): "(max|min)"/,
  /^DatabaseConnections\w+: "max" at [1-9]/,
  // Rates, quantiles, averages and differences with a running clock meet a threshold exactly by luck only.
  /^(SovraApi(ErrorRateHigh|LatencyHigh)|Authentication\w+|PolicyEvaluation\w+|DatabaseSlow|FederationErrors): ">" at \d+ -> ">="/,
  /^VolumeFullSoon: "<" at \d+ -> "<="/,
  /^(AlertmanagerNotificationsFailing|VaultMemoryGrowing): ">" at \d+ -> ">="/,
  /^ServerCertificate\w+: "<" at \d+ -> "<="/,
  // Changes the figure that is told, not when it is told.
  /^(FederationLinkDown|PrometheusRuleFailures): "sum"/,
  /^sovra_ops:server_certificate_ending_seconds: "min"/,
  // What is recorded ends at the longest warning, and its alert asks the same again: either is enough.
  /^(sovra_ops:(edge|server)_certificate_ending_seconds|(Edge|Server)Certificate(Expires|sExpireTogether)30d): ("<" at \d+ -> "<="|"2592000" at \d+ -> "2695680")/,
  // A byte more or less, after a day.
  /^VolumeFullSoon: "0" at/,
  // No whole number lies between.
  /^(FederationLinkMissing: "2"|PrometheusNotConnectedToAlertmanager: "1") at/,
];

function mutants(rule: Rule, step: string): Mutant[] {
  const expr = String(rule.expr);
  const slips = SLIPS.flatMap(([pattern, replace]) =>
    [...expr.matchAll(pattern)].map((m): Mutant => {
      const to = replace(m[0]);
      const at = m.index ?? 0;
      return {
        what: `"${m[0].trim()}" at ${at} -> "${to.trim()}"`,
        rule: { ...rule, expr: expr.slice(0, at) + to + expr.slice(at + m[0].length) },
      };
    }),
  );
  if (rule.for === undefined) return slips;
  const { for: held, ...rest } = rule;
  const longer = formatDuration(seconds(held) + seconds(step));
  const shorter = formatDuration(seconds(held) - seconds(step));
  return [
    ...slips,
    { what: 'without `for`', rule: rest },
    { what: `for ${longer}`, rule: { ...rule, for: longer } },
    { what: `for ${shorter}`, rule: { ...rule, for: shorter } },
  ];
}

/** The broken forms of an alert, and of the recordings that it asks for: those are held by all alerts that ask together. */
function mutate(name: AlertName): MutantSuite[] {
  const original = behaviour(name, '2026.3');
  const step = (CASES[name] as AlertCases).step ?? '15s';
  const put = (group: RuleGroup, rule: Rule, to: Rule) => ({
    ...group,
    rules: group.rules?.map((r) => (r === rule ? to : r)),
  });
  return original.groups
    .flatMap((g) => g.rules ?? [])
    .filter((r) => r.alert === name || TROUBLES.some((t) => t.record === r.record))
    .flatMap((rule) =>
      mutants(rule, step).map((m, i) => ({
        ...original,
        name: `${name}-${String(rule.record ?? '').replace(':', '_')}-${i}`,
        title: `${rule.record ?? name}: ${m.what}`,
        groups: original.groups.map((g) => put(g, rule, m.rule)),
      })),
    );
}

type MutantSuite = Suite & { readonly title: string };

const WHICH = process.env.SOVRA_OPS_MUTANTS ?? '1';

describe('every slip in an alert is noticed by one of its cases', () => {
  test('no mutant lives', async () => {
    const asked = new RegExp(WHICH === '1' ? '' : WHICH);
    const names = ALERT_NAMES.filter((n) => n !== 'Watchdog' && asked.test(n));
    const all = names.flatMap(mutate);
    const verdicts = await run(all);
    const noticed = new Set(all.filter((m) => verdicts.get(m.name) !== 'SUCCESS').map((m) => m.title));
    const alive = [...new Set(all.map((m) => m.title))].filter((title) => !noticed.has(title));
    expect(all.length).toBeGreaterThan(WHICH === '1' ? 400 : 0);
    expect(alive.filter((m) => !EQUIVALENT.some((e) => e.test(m)))).toEqual([]);
  }, 600_000);
});
