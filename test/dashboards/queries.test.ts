import { interpolate } from '../../lib/dashboards';
import { expressionProblems, knownMetrics } from '../../lib/rules/promql';
import { SovraInstallation, type SovraInstallationProps } from '../../lib/sovra/installation';
import { METRIC_DIALECTS, METRICS, type MetricId, metricName } from '../../lib/sovra/metrics';
import { allQueries, full } from './installations';
import { promtool } from './promtool';

const VARIANTS: [string, SovraInstallationProps][] = [
  ['everything', {}],
  ['no edge nodes and no partners', { edgeNodes: [], federationPartners: [] }],
  ['edge nodes only', { controlPlane: false }],
];

describe.each(METRIC_DIALECTS)('queries in the dialect %s', (dialect) => {
  describe.each(VARIANTS)('%s', (_, props) => {
    const sovra = full({ ...props, dialect });
    const queries = allQueries(sovra);

    it('are there', () => {
      expect(queries.length).toBeGreaterThan(20);
    });

    it('use only metrics and labels of the catalogue, with functions that fit', () => {
      const known = knownMetrics([sovra]);
      expect(
        queries.flatMap((q) =>
          expressionProblems(q.expr, known).map((problem) => `${q.dashboard} ${q.where}: ${problem}`),
        ),
      ).toEqual([]);
    });

    it('are accepted by the real parser', () => {
      const rules = queries.map((q, i) => ({ record: `dashboard:q${i}`, expr: q.expr }));
      promtool(['check', 'rules'], { groups: [{ name: 'dashboards', rules }] });
    }, 60_000);

    it('leave no variable of Grafana behind', () => {
      expect(queries.filter((q) => q.expr.includes('$'))).toEqual([]);
    });
  });
});

describe('dialects', () => {
  const text = (dialect: (typeof METRIC_DIALECTS)[number]) =>
    allQueries(full({ dialect }))
      .map((q) => q.expr)
      .join('\n');
  const mentions = (haystack: string, name: string) => new RegExp(`\\b${name}(_bucket|_count|_sum)?\\b`).test(haystack);
  const onlyIn = (has: 'guide' | '2026.3', lacks: 'guide' | '2026.3') =>
    (Object.keys(METRICS) as MetricId[]).flatMap((id) => {
      const name = metricName(id, has);
      return name !== null && name !== metricName(id, lacks) ? [name] : [];
    });

  it('never mix', () => {
    expect(onlyIn('2026.3', 'guide').filter((name) => mentions(text('guide'), name))).toEqual([]);
    expect(onlyIn('guide', '2026.3').filter((name) => mentions(text('2026.3'), name))).toEqual([]);
  });

  it('show every metric that they have', () => {
    // For a look by hand: a pod that is tried again is no failure, and a Job that was given up is shown as such.
    const unseen: MetricId[] = ['jobFailedPods'];
    for (const dialect of METRIC_DIALECTS) {
      const missing = (Object.keys(METRICS) as MetricId[]).filter((id) => {
        const name = metricName(id, dialect);
        return name !== null && !unseen.includes(id) && !mentions(text(dialect), name);
      });
      expect(missing).toEqual([]);
    }
  });
});

describe('panelQueries', () => {
  it('knows the series of the variables too', () => {
    const found = allQueries(full()).filter((q) => q.where.startsWith('variable'));
    expect(found.map((q) => [q.dashboard, q.where, q.expr])).toEqual([
      ['sovra-edge-nodes', 'variable node_id', 'sovra_edge_heartbeat_seconds{job="sovra-api"}'],
      ['sovra-vault', 'variable edge_node', 'probe_http_status_code{job=~"vault-health|edge-probe"}'],
      ['sovra-tasks', 'variable namespace', 'kube_cronjob_created{job="kube-state-metrics"}'],
    ]);
  });

  it('says where an expression stands', () => {
    const query = allQueries(full()).find((q) => q.raw.includes('$node_id'));
    expect(query?.where).toBe('panel 501 "Heartbeat age of $node_id" A');
    expect(query?.expr).toContain('node_id=~".*"');
  });

  it.each([
    ['rate(x[$__rate_interval])', 'rate(x[1m])'],
    ['rate(x[${__interval}])', 'rate(x[1m])'],
    ['x{a=~"$node_id"}', 'x{a=~".*"}'],
    ['x{a=~"${node_id:regex}"}', 'x{a=~".*"}'],
    ['label_replace(x, "a", "$1", "b", "(.*)")', 'label_replace(x, "a", "$1", "b", "(.*)")'],
  ])('interpolates %s', (raw, expr) => {
    expect(interpolate(raw)).toBe(expr);
  });
});

describe('an installation whose names hold odd characters', () => {
  it('still yields valid queries', () => {
    const sovra = new SovraInstallation({ database: { name: 'so-vra$1' } });
    const known = knownMetrics([sovra]);
    expect(allQueries(sovra).flatMap((q) => expressionProblems(q.expr, known))).toEqual([]);
  });
});
