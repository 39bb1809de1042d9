/** Every query of the log and of traces, held against the grammars that Grafana's own editors use. */
import { telemetryDashboards } from '../../lib/dashboards';
import { datasources } from '../../lib/monitoring/grafana-provisioning';
import { LOGS_OF_SPAN, METRICS_OF_SPAN } from '../../lib/monitoring/telemetry-sources';
import { expressionProblems, knownMetrics } from '../../lib/rules/promql';
import { SovraInstallation } from '../../lib/sovra/installation';
import { LOKI_INDEX_ATTRIBUTES } from '../../lib/telemetry/agent-config';
import { LOG_RULE_NAMES, logRules } from '../../lib/telemetry/log-alerts';
import { AUDIT_STREAM, lokiConfig } from '../../lib/telemetry/loki-config';

interface Parser {
  parse(text: string): {
    iterate(spec: { enter(node: { type: { isError: boolean }; name: string; from: number; to: number }): void }): void;
  };
}
// The packages describe their types for ES modules only.
const { parser: logql } = require('@grafana/lezer-logql') as { parser: Parser };
const { parser: traceql } = require('@grafana/lezer-traceql') as { parser: Parser };

/** Where a query breaks; undefined where it does not. */
function breaks(parser: Parser, text: string): number | undefined {
  let broken: number | undefined;
  parser.parse(text).iterate({
    enter(node) {
      if (node.type.isError) broken ??= node.from;
    },
  });
  return broken;
}

/** Labels that the selectors of a query name; what filters lines afterwards is no label of a stream. */
function labelsIn(text: string): string[] {
  const selectors: string[] = [];
  logql.parse(text).iterate({
    enter(node) {
      if (node.name === 'Selector') selectors.push(text.slice(node.from, node.to));
    },
  });
  return selectors.flatMap((s) => [...s.matchAll(/(\w+)\s*(?:=|!)/g)].map((m) => String(m[1])));
}

/** As Grafana puts it together before it asks. */
const filled = (text: string): string =>
  text
    .replaceAll('$__auto', '5m')
    .replaceAll('$$', '$')
    .replaceAll('${__tags}', TAGS)
    .replaceAll('${__trace.traceId}', '4bf92f3577b34da6a3ce929d0e0e4736')
    .replace(/\$\{?(\w+)\}?/g, '.+');
const TAGS = 'service_name="sovra"';
/** As Grafana puts together what it asks of Prometheus for a span: `buildMetricsQuery` in createSpanLink.tsx. */
const ofSpan = (text: string): string => text.replaceAll('$$', '$').replace(/\$__tags/g, TAGS);

const sovra = new SovraInstallation({ edgeNodes: [{ id: 'edge-1', vault: {} }] });
const rules = Object.entries(logRules(sovra)).map(([name, rule]) => [name, rule.expr()] as const);
const [search, way] = telemetryDashboards(sovra, { loki: 'loki', tempo: 'tempo' });
const targets = (search?.json.panels ?? []).flatMap((p) => ('targets' in p ? (p.targets ?? []) : [])) as unknown as {
  readonly expr?: string;
  readonly query?: string;
}[];
const inPanels = targets.flatMap((t) => (t.expr === undefined ? [] : [t.expr]));
const ofTraces = targets.flatMap((t) => (t.query === undefined ? [] : [t.query]));

describe('LogQL', () => {
  const all = [...rules.map(([, expr]) => expr), ...inPanels, LOGS_OF_SPAN, AUDIT_STREAM].map(filled);

  test.each(all)('%s', (query) => {
    expect(breaks(logql, query)).toBeUndefined();
  });

  test('a query that is wrong is seen', () => {
    expect(breaks(logql, '{a="b"} | c=~')).toBeDefined();
    expect(breaks(logql, 'sum by (a count_over_time({a="b"}[5m])')).toBeDefined();
    expect(breaks(logql, 'absent_over_time({a="b"}[5m]) andd 1')).toBeDefined();
  });

  test('selectors name only what Loki makes labels of, by what its configuration says', () => {
    const config = JSON.stringify(lokiConfig(OPTIONS));
    const labels = LOKI_INDEX_ATTRIBUTES.map((a) => a.replaceAll('.', '_'));
    for (const attribute of LOKI_INDEX_ATTRIBUTES) expect(config).toContain(`"${attribute}"`);
    expect(new Set(all.flatMap(labelsIn).filter((l) => !labels.includes(l)))).toEqual(new Set());
    expect(new Set(all.flatMap(labelsIn))).toEqual(new Set(labels.filter((l) => l !== 'k8s_container_name')));
  });

  test('there are panels and rules to look at', () => {
    expect(inPanels.length).toBeGreaterThan(5);
    expect(rules.map(([name]) => name)).toEqual([...LOG_RULE_NAMES]);
  });
});

describe('TraceQL', () => {
  test.each(ofTraces)('%s', (query) => {
    expect(breaks(traceql, query)).toBeUndefined();
  });

  test('a query that is wrong is seen, and there is something to look at', () => {
    expect(breaks(traceql, '{ duration > }')).toBeDefined();
    expect(breaks(traceql, '{ status = error ')).toBeDefined();
    expect(ofTraces.length).toBeGreaterThan(1);
  });
});

describe('the dashboards', () => {
  const ids = (d: typeof search) =>
    d?.json.panels
      .flatMap((p) => (p.type === 'row' ? [] : [p.id]))
      .sort()
      .join(' ');

  test('have ids of panels that links carry', () => {
    expect([search?.uid, ids(search)]).toEqual(['sovra-logs', '101 102 103 104 201 202 203 301 302']);
    expect([way?.uid, ids(way)]).toEqual([
      'sovra-telemetry',
      '101 102 201 202 203 204 205 206 301 302 303 304 401 501 502',
    ]);
  });

  test('show only what there is', () => {
    const [only] = telemetryDashboards(sovra, { tempo: 'tempo' });
    expect(ids(only)).toBe('301 302');
    expect(JSON.stringify(only?.json)).not.toMatch(/"type":"loki"/);
    expect(telemetryDashboards(sovra, {})).toEqual([]);
  });
});

describe('PromQL', () => {
  const known = knownMetrics([sovra]);

  test.each(
    (way?.json.panels ?? [])
      .flatMap((p) => ('targets' in p ? (p.targets ?? []) : []))
      .map((t) => String((t as { expr?: string }).expr)),
  )('%s', (expr) => {
    const asked = expr.replaceAll('$__rate_interval', '5m').replace(/\$\w+/g, '.*');
    expect(expressionProblems(asked, known)).toEqual([]);
  });

  test.each(METRICS_OF_SPAN)('from a span: $name', ({ query }) => {
    expect(ofSpan(query)).not.toContain('$');
    expect(expressionProblems(ofSpan(query), known)).toEqual([]);
  });
});

const OPTIONS = {
  peersName: 'loki-peers',
  namespace: 'monitoring',
  replicas: 1,
  retention: '31d',
  auditRetention: '400d',
  limits: {},
  memoryMiB: 2048,
  cluster: 'sovra',
};

describe('the ways between data sources', () => {
  const text = datasources({
    prometheusUrl: 'http://p',
    lokiUrl: 'http://l',
    tempoUrl: 'http://t',
    scrapeInterval: '15s',
  });

  test('lead from a series to its trace, from a trace to its lines and series, and from a line to its trace', () => {
    expect(text).toMatch(/exemplarTraceIdDestinations:\n\s+- name: trace_id\n\s+datasourceUid: tempo/);
    expect(text).toMatch(/tracesToLogsV2:\n\s+datasourceUid: loki/);
    expect(text).toMatch(/tracesToMetrics:\n\s+datasourceUid: prometheus/);
    expect(text).toMatch(
      /derivedFields:\n\s+- name: trace\n\s+matcherType: label\n\s+matcherRegex: trace_id\n\s+datasourceUid: tempo/,
    );
  });

  test('double each dollar sign, which a file of Grafana would take for a variable of the environment', () => {
    for (const line of text.split('\n').filter((l) => l.includes('$')))
      expect(line.replaceAll('$$', '')).not.toContain('$');
  });

  test('are not there without the other end', () => {
    const alone = datasources({ prometheusUrl: 'http://p', scrapeInterval: '15s' });
    expect(alone).not.toMatch(/tempo|loki/);
    expect(datasources({ prometheusUrl: 'http://p', lokiUrl: 'http://l', scrapeInterval: '15s' })).not.toMatch(/tempo/);
  });
});
