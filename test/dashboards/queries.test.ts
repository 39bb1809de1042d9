import { dashboards, interpolate, panelQueries, telemetryDashboards } from '../../lib/dashboards';
import { renderObjectives } from '../../lib/rules/objectives/render';
import { expressionProblems, type KnownMetric, knownMetrics } from '../../lib/rules/promql';
import { SovraInstallation, type SovraInstallationProps } from '../../lib/sovra/installation';
import { METRIC_DIALECTS, METRICS, type MetricId, metricName } from '../../lib/sovra/metrics';
import { allQueries, full } from './installations';
import { promtool } from './promtool';

const VARIANTS: [string, SovraInstallationProps][] = [
  ['everything', {}],
  ['no edge nodes and no partners', { edgeNodes: [], federationPartners: [] }],
  ['edge nodes only', { controlPlane: false }],
];

/** What is exported, and what the rules of objectives record: that of an objective of the user where there are no others. */
function withObjectives(sovra: SovraInstallation): Map<string, KnownMetric> {
  const own = [{ name: 'own', title: 'Own', target: 0.9, bad: 'vector(0)', all: 'vector(1)' }];
  const records = renderObjectives(sovra, { own }).flatMap((g) => (g.rules ?? []).flatMap((r) => r.record ?? []));
  return new Map([...knownMetrics([sovra]), ...records.map((name) => [name, 'recorded'] as const)]);
}

describe.each(METRIC_DIALECTS)('queries in the dialect %s', (dialect) => {
  describe.each(VARIANTS)('%s', (_, props) => {
    const sovra = full({ ...props, dialect });
    const queries = allQueries(sovra);

    it('are there', () => {
      expect(queries.length).toBeGreaterThan(20);
    });

    it('use only metrics and labels of the catalogue, with functions that fit', () => {
      const known = withObjectives(sovra);
      expect(
        queries.flatMap((q) =>
          expressionProblems(q.expr, known).map((problem) => `${q.dashboard} ${q.where}: ${problem}`),
        ),
      ).toEqual([]);
    });

    it('are accepted by the real parser', () => {
      const rules = queries.map((q, i) => ({ record: `dashboard:q${i}`, expr: q.expr }));
      promtool(['check', 'rules'], { groups: [{ name: 'dashboards', rules }] });
    });

    it('leave no variable of Grafana behind', () => {
      expect(queries.filter((q) => q.expr.includes('$'))).toEqual([]);
    });
  });
});

describe('dialects', () => {
  const text = (dialect: (typeof METRIC_DIALECTS)[number]) => {
    const sovra = full({ dialect });
    // Those of logs and traces come with them; the other one of the two asks Loki and Tempo.
    const telemetry = telemetryDashboards(sovra, { loki: 'loki', tempo: 'tempo' }).filter(
      (d) => d.name === 'telemetry',
    );
    return [...allQueries(sovra), ...telemetry.flatMap((d) => panelQueries(d.json))].map((q) => q.expr).join('\n');
  };
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
    // CloudNativePG comes with a dashboard of its own.
    const unseen: MetricId[] = ['jobFailedPods', 'cnpgArchived', 'cnpgArchiveAge', 'cnpgWaiting', 'cnpgBaseBackup'];
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
    const clusters = found.filter((q) => q.where === 'variable cluster');
    expect(clusters).toHaveLength(dashboards(full()).length);
    for (const q of clusters) expect(q.expr).toMatch(/^up\{job=~"[\w|-]*sovra-api[\w|-]*"\}$/);
    expect(found.filter((q) => !clusters.includes(q)).map((q) => [q.dashboard, q.where, q.expr])).toEqual([
      ['sovra-edge-nodes', 'variable node_id', 'sovra_edge_heartbeat_seconds{job="sovra-api",cluster=~".*"}'],
      ['sovra-vault', 'variable edge_node', 'probe_http_status_code{job=~"vault-health|edge-probe",cluster=~".*"}'],
      ['sovra-tasks', 'variable namespace', 'kube_cronjob_created{job="kube-state-metrics",cluster=~".*"}'],
      ['sovra-objectives', 'variable slo', 'sovra_slo:objective:ratio{cluster=~".*"}'],
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

describe('interpolate', () => {
  it('takes what was chosen', () => {
    const expr = 'rate(x{cluster=~"$cluster",node_id=~"${node_id:regex}"}[$__rate_interval])';
    expect(interpolate(expr, { cluster: 'west', __rate_interval: '2m' })).toBe(
      'rate(x{cluster=~"west",node_id=~".*"}[2m])',
    );
  });
});

describe('an installation whose names hold odd characters', () => {
  it('still yields valid queries', () => {
    const sovra = new SovraInstallation({ database: { name: 'so-vra$1' } });
    const known = withObjectives(sovra);
    expect(allQueries(sovra).flatMap((q) => expressionProblems(q.expr, known))).toEqual([]);
  });
});
