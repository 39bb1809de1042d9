import { PART_OF } from '../kube/labels';
import { expressionProblems, type KnownMetric, knownMetrics } from '../rules/promql';
import { describe, type Finding, type KubeObject, type ObjectSet } from './model';

/**
 * Each metric and label that one of our rules or panels uses is in the catalogue, with the right type: an alert on a
 * metric that nothing exports never fires.
 */
export function checkExpressions(set: ObjectSet): Finding[] {
  const installations = set.facts.flatMap((f) => f.sovra ?? []);
  if (installations.length === 0) return [];
  const proven = new Set(set.facts.flatMap((f) => f.proven ?? []));
  const open = [...rules(ours(set.kind('PrometheusRule'))), ...panels(ours(set.kind('ConfigMap')), proven)].filter(
    ({ expr }) => !proven.has(expr),
  );
  if (open.length === 0) return [];
  const known = knownMetrics(installations);
  for (const name of recordedNames(set)) known.set(name, 'recorded');
  const memo = new Map<string, string[]>();
  return open.flatMap((e) => problems(memo, known, e.expr).map((problem) => expressionFinding(e, problem)));
}

function problems(memo: Map<string, string[]>, known: Map<string, KnownMetric>, expr: string): string[] {
  let found = memo.get(expr);
  if (found === undefined) {
    found = expressionProblems(expr, known);
    memo.set(expr, found);
  }
  return found;
}

/** What a problem of an expression is called. */
export function expressionFinding({ object, property, expr }: Expression, problem: string): Finding {
  return {
    object: describe(object),
    subject: object,
    property,
    given: expr,
    allowed: problem,
    remedy:
      'Use the metric catalogue (lib/sovra/metrics.ts), or name your own metrics in `extraMetrics` of the installation.',
  };
}

export interface Expression {
  readonly object: KubeObject;
  readonly property: string;
  readonly expr: string;
}

/** Only our own: what else is in the app asks metrics that this catalogue cannot know. */
export function ours(objects: readonly KubeObject[]): KubeObject[] {
  return objects.filter((o) => o.metadata.labels?.['app.kubernetes.io/managed-by'] === PART_OF);
}

/** Every expression of rules. */
export function rules(objects: readonly KubeObject[]): Expression[] {
  return objects.flatMap((object) =>
    (object.spec?.groups ?? []).flatMap(
      (g: { name: string; rules?: { alert?: string; record?: string; expr: string | number }[] }) =>
        (g.rules ?? []).map((r) => ({
          object,
          property: `${g.name}.${r.alert ?? r.record}.expr`,
          expr: String(r.expr),
        })),
    ),
  );
}

/** What recording rules make. */
export function recordedNames(set: ObjectSet): string[] {
  return set
    .kind('PrometheusRule')
    .flatMap((o) =>
      (o.spec?.groups ?? []).flatMap((g: { rules?: { record?: string }[] }) =>
        (g.rules ?? []).flatMap((r) => r.record ?? []),
      ),
    );
}

/** Queries of the dashboards in ConfigMaps, with Grafana's variables put in the way a user would. */
export function panels(objects: readonly KubeObject[], proven: ReadonlySet<string>): Expression[] {
  return objects.flatMap((object) =>
    Object.entries((object.data ?? {}) as Record<string, string>)
      .filter(([file, text]) => file.endsWith('.json') && !proven.has(text) && text.includes('"panels"'))
      .flatMap(([file, text]) =>
        queriesIn(text).map((q) => ({
          object,
          property: `${file} panel "${q.title}"`,
          expr: interpolate(q.expr),
        })),
      ),
  );
}

/** A ConfigMap of somebody else may hold anything under a name that ends with `.json`. */
function queriesIn(text: string): { title: string; expr: string }[] {
  try {
    return queries(JSON.parse(text) as Panel);
  } catch {
    return [];
  }
}

interface Panel {
  readonly title?: string;
  readonly panels?: readonly Panel[];
  readonly targets?: readonly { readonly expr?: string }[];
}

function queries(dashboard: Panel): { title: string; expr: string }[] {
  return (dashboard.panels ?? []).flatMap((p) => [
    ...(p.targets ?? []).flatMap((t) => (t.expr ? [{ title: p.title ?? '', expr: t.expr }] : [])),
    ...queries(p),
  ]);
}

/** Grafana puts durations and label patterns in place of variables before Prometheus sees a query. */
function interpolate(expr: string): string {
  return expr
    .replace(/\$__(rate_interval|interval|range)\b|\$\{__(rate_interval|interval|range)\}/g, '5m')
    .replace(/\$\{?[A-Za-z_]\w*(:\w+)?\}?/g, '.*');
}
