import type { SovraInstallation } from '../sovra/installation';
import { type MetricType, metricsByName, TARGET_LABELS } from '../sovra/metrics';
import { parsePromql, type SyntaxNode } from './promql-tree';

/** What is known of a series: its type, labels and jobs; or that a rule of ours records it. */
export type KnownMetric =
  | 'recorded'
  | { readonly type: MetricType | 'any'; readonly labels: readonly string[]; readonly jobs: readonly string[] | 'any' };

/** Series that Prometheus makes itself. */
const BUILT_IN: readonly [string, KnownMetric][] = [
  [
    'ALERTS',
    {
      type: 'gauge',
      labels: ['alertname', 'alertstate', 'severity', 'level', 'component', 'task', 'node_id'],
      jobs: 'any',
    },
  ],
  [
    'ALERTS_FOR_STATE',
    { type: 'gauge', labels: ['alertname', 'severity', 'level', 'component', 'task', 'node_id'], jobs: 'any' },
  ],
];

/** Everything that an expression for these installations may use, by exported name. */
export function knownMetrics(installations: readonly SovraInstallation[]): Map<string, KnownMetric> {
  const known = new Map<string, KnownMetric>(BUILT_IN);
  for (const sovra of installations) {
    for (const [name, { metric, series }] of metricsByName(sovra.dialect)) {
      known.set(name, {
        type: series === 'plain' ? metric.type : 'counter',
        labels: series === 'bucket' ? [...metric.labels, 'le'] : metric.labels,
        jobs: metric.job,
      });
    }
    for (const extra of sovra.extraMetrics)
      known.set(extra.name, { type: extra.type ?? 'any', labels: extra.labels ?? [], jobs: 'any' });
  }
  return known;
}

const COUNTER_FUNCTIONS = new Set(['rate', 'irate', 'increase', 'resets']);
const GAUGE_FUNCTIONS = new Set(['delta', 'idelta', 'deriv', 'predict_linear', 'double_exponential_smoothing']);

interface Selector {
  readonly name: string | undefined;
  readonly metric: KnownMetric | undefined;
  readonly from: number;
  readonly to: number;
}

/**
 * What is wrong with an expression: its syntax, a metric or label that nothing exports, a function that does not fit the
 * metric's type, a `job` that does not serve the metric. Empty when nothing is.
 */
export function expressionProblems(expr: string, known: ReadonlyMap<string, KnownMetric>): string[] {
  const problems: string[] = [];
  const selectors: Selector[] = [];
  const groupings: SyntaxNode[] = [];
  const text = (n: { from: number; to: number }) => expr.slice(n.from, n.to);
  let broken: number | undefined;
  parsePromql(expr).iterate({
    enter(ref) {
      if (ref.type.isError) broken ??= ref.from;
      if (ref.name === 'VectorSelector') {
        const selector = readSelector(ref.node, text, known);
        selectors.push(selector);
        problems.push(...selectorProblems(ref.node, selector, text));
      }
      if (ref.name === 'GroupingLabels') groupings.push(ref.node);
    },
  });
  if (broken !== undefined) return [`valid PromQL; the syntax breaks at character ${broken + 1}`];
  problems.push(...groupings.flatMap((g) => groupingProblems(g, selectors, text, expr)));
  return [...new Set(problems)];
}

function readSelector(
  node: SyntaxNode,
  text: (n: SyntaxNode) => string,
  known: ReadonlyMap<string, KnownMetric>,
): Selector {
  const identifier = node.getChild('Identifier');
  const name = identifier ? text(identifier) : undefined;
  return { name, metric: name === undefined ? undefined : known.get(name), from: node.from, to: node.to };
}

function selectorProblems(node: SyntaxNode, selector: Selector, text: (n: SyntaxNode) => string): string[] {
  const { name, metric } = selector;
  if (name === undefined) return ['selectors that name their metric'];
  if (metric === undefined) return [`metrics of the catalogue; "${name}" is not exported by anything`];
  if (metric === 'recorded') return [];
  const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
  return [
    ...matchers.flatMap((m) => matcherProblems(m, name, metric, text)),
    ...functionProblems(node, name, metric, text),
  ];
}

type Described = Exclude<KnownMetric, 'recorded'>;

function matcherProblems(
  matcher: SyntaxNode,
  name: string,
  metric: Described,
  text: (n: SyntaxNode) => string,
): string[] {
  const labelNode = matcher.getChild('LabelName');
  const valueNode = matcher.getChild('StringLiteral');
  if (!labelNode || !valueNode) return [];
  const label = text(labelNode);
  if (!hasLabel(metric, label)) return [`labels that the exporter sets; ${name} has no label "${label}"`];
  const job = text(valueNode).slice(1, -1);
  const exact = matcher.getChild('MatchOp')?.getChild('EqlSingle');
  return label === 'job' && exact && metric.jobs !== 'any' && !metric.jobs.includes(job)
    ? [`a job that serves it; ${name} comes from ${metric.jobs.join(', ')}, not from "${job}"`]
    : [];
}

function hasLabel(metric: Described, label: string): boolean {
  return metric.labels.includes(label) || (TARGET_LABELS as readonly string[]).includes(label);
}

/** What may stand between a selector and the function that takes it as a range. */
const RANGE_PARTS = new Set(['MatrixSelector', 'SubqueryExpr', 'OffsetExpr', 'ParenExpr', 'StepInvariantExpr']);

/** The innermost function around a range: `rate` belongs on counters, `deriv` on gauges. */
function functionProblems(
  node: SyntaxNode,
  name: string,
  metric: Described,
  text: (n: SyntaxNode) => string,
): string[] {
  let at: SyntaxNode | null = node.parent;
  let range = false;
  while (at && RANGE_PARTS.has(at.name)) {
    range ||= at.name === 'MatrixSelector' || at.name === 'SubqueryExpr';
    at = at.parent;
  }
  if (!range || at?.name !== 'FunctionCallBody') return [];
  at = at.parent;
  const identifier = at?.getChild('FunctionIdentifier');
  const fn = identifier ? text(identifier) : '';
  if (COUNTER_FUNCTIONS.has(fn) && metric.type === 'gauge') return [`${fn}() of a counter; ${name} is a gauge`];
  if (GAUGE_FUNCTIONS.has(fn) && metric.type === 'counter') return [`${fn}() of a gauge; ${name} is a counter`];
  return [];
}

/** A label that one groups or matches by must be on a series inside, or made by label_replace. */
function groupingProblems(
  grouping: SyntaxNode,
  selectors: readonly Selector[],
  text: (n: SyntaxNode) => string,
  expr: string,
): string[] {
  let scope: SyntaxNode | null = grouping.parent;
  while (scope && scope.name !== 'AggregateExpr' && scope.name !== 'BinaryExpr') scope = scope.parent;
  const { from, to } = scope ?? { from: 0, to: expr.length };
  const inside = selectors.filter((s) => s.from >= from && s.to <= to);
  if (inside.length === 0 || inside.some((s) => s.metric === 'recorded' || s.metric === undefined)) return [];
  return grouping.getChildren('LabelName').flatMap((n) => {
    const label = text(n);
    const made = new RegExp(`label_(replace|join)\\([^]*"${label}"`).test(expr.slice(from, to));
    const there = inside.some((s) => typeof s.metric === 'object' && hasLabel(s.metric, label));
    return there || made
      ? []
      : [`labels that the series have; none of ${inside.map((s) => s.name).join(', ')} has "${label}"`];
  });
}
