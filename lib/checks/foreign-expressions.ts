import { expressionProblems, type KnownMetric, knownMetrics } from '../rules/promql';
import { type Expression, expressionFinding, ours, panels, recordedNames, rules } from './expressions';
import type { Finding, ObjectSet } from './model';

/** What a metric of Sovra begins with. */
const OF_SOVRA = 'sovra_';
const NOTHING: ReadonlyMap<string, KnownMetric> = new Map();

/**
 * Expressions of anybody. The syntax of each rule is checked; with an installation, also whether it exports the metrics
 * that begin with `sovra_`, and whether the functions fit their types. All other metrics, and the labels and jobs that a
 * scrape of somebody else adds, are not ours to know. Rules and dashboards of this library are held to the whole catalogue.
 */
export function checkForeignExpressions(set: ObjectSet): Finding[] {
  const installations = set.facts.flatMap((f) => f.sovra ?? []);
  const recorded = new Set(recordedNames(set));
  const catalogue = installations.length > 0 ? knownMetrics(installations) : undefined;
  const our = new Set(ours(set.objects));
  const found = (expressions: readonly Expression[], problems: (expr: string) => string[]) =>
    expressions.flatMap((e) => problems(e.expr).map((p) => expressionFinding(e, p)));

  const all = rules(set.kind('PrometheusRule'));
  const foreign = all.filter((e) => !our.has(e.object) || !catalogue);
  const own = catalogue
    ? all.filter((e) => our.has(e.object)).concat(panels(ours(set.kind('ConfigMap')), new Set()))
    : [];
  return [
    ...found(own, (expr) => expressionProblems(expr, new Names((name) => ownMetric(name, catalogue, recorded)))),
    ...found(foreign, (expr) => foreignProblems(expr, catalogue, recorded)),
  ];
}

/** A recording rule need not be in the same manifests as what uses it. */
function ownMetric(
  name: string,
  catalogue: ReadonlyMap<string, KnownMetric> | undefined,
  recorded: ReadonlySet<string>,
): KnownMetric | undefined {
  return catalogue?.get(name) ?? (recorded.has(name) || name.includes(':') ? 'recorded' : undefined);
}

function foreignProblems(
  expr: string,
  catalogue: ReadonlyMap<string, KnownMetric> | undefined,
  recorded: ReadonlySet<string>,
): string[] {
  // Whatever word the expression has may be a label that a scrape of theirs adds.
  const labels = expr.match(/[A-Za-z_]\w*/g) ?? [];
  const metricOf = (name: string): KnownMetric | undefined => {
    if (!catalogue || !name.startsWith(OF_SOVRA) || recorded.has(name)) return 'recorded';
    const metric = catalogue.get(name);
    return metric === undefined || metric === 'recorded' ? metric : { ...metric, labels, jobs: 'any' };
  };
  const unnamed = unnamedProblem();
  return expressionProblems(expr, new Names(metricOf)).filter((p) => p !== unnamed);
}

/** What is said of selectors without a name, such as `{__name__=~"node_.+"}`. Others may use them. */
let unnamedSaid: string | undefined;
function unnamedProblem(): string | undefined {
  unnamedSaid ??= expressionProblems('{job="any"}', NOTHING)[0];
  return unnamedSaid;
}

/** A map that knows names by a rule. */
class Names extends Map<string, KnownMetric> {
  constructor(private readonly rule: (name: string) => KnownMetric | undefined) {
    super();
  }
  override get(name: string): KnownMetric | undefined {
    return this.rule(name);
  }
}
