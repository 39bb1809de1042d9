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
  const open = [...rules(set), ...panels(set, proven)].filter(({ expr }) => !proven.has(expr));
  if (open.length === 0) return [];
  const known = knownMetrics(installations);
  for (const name of recordedNames(set)) known.set(name, 'recorded');
  const memo = new Map<string, string[]>();
  return open.flatMap(({ object, property, expr }) =>
    problems(memo, known, expr).map((problem) => finding(object, property, expr, problem)),
  );
}

function problems(memo: Map<string, string[]>, known: Map<string, KnownMetric>, expr: string): string[] {
  let found = memo.get(expr);
  if (found === undefined) {
    found = expressionProblems(expr, known);
    memo.set(expr, found);
  }
  return found;
}

function finding(object: KubeObject, property: string, expr: string, problem: string): Finding {
  return {
    object: describe(object),
    property,
    given: expr,
    allowed: problem,
    remedy:
      'Use the metric catalogue (lib/sovra/metrics.ts), or name your own metrics in `extraMetrics` of the installation.',
  };
}

interface Expression {
  readonly object: KubeObject;
  readonly property: string;
  readonly expr: string;
}

/** Only our own: what else is in the app asks metrics that this catalogue cannot know. */
function ours(objects: readonly KubeObject[]): KubeObject[] {
  return objects.filter((o) => o.metadata.labels?.['app.kubernetes.io/managed-by'] === PART_OF);
}

function rules(set: ObjectSet): Expression[] {
  return ours(set.kind('PrometheusRule')).flatMap((object) =>
    (object.spec.groups ?? []).flatMap(
      (g: { name: string; rules?: { alert?: string; record?: string; expr: string | number }[] }) =>
        (g.rules ?? []).map((r) => ({
          object,
          property: `${g.name}.${r.alert ?? r.record}.expr`,
          expr: String(r.expr),
        })),
    ),
  );
}

function recordedNames(set: ObjectSet): string[] {
  return set
    .kind('PrometheusRule')
    .flatMap((o) =>
      (o.spec.groups ?? []).flatMap((g: { rules?: { record?: string }[] }) =>
        (g.rules ?? []).flatMap((r) => r.record ?? []),
      ),
    );
}

/** Queries of the dashboards in ConfigMaps, with Grafana's variables put in the way a user would. */
function panels(set: ObjectSet, proven: ReadonlySet<string>): Expression[] {
  return ours(set.kind('ConfigMap')).flatMap((object) =>
    Object.entries((object.data ?? {}) as Record<string, string>)
      .filter(([file, text]) => file.endsWith('.json') && !proven.has(text) && text.includes('"panels"'))
      .flatMap(([file, text]) =>
        queries(JSON.parse(text)).map((q) => ({
          object,
          property: `${file} panel "${q.title}"`,
          expr: interpolate(q.expr),
        })),
      ),
  );
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
