import { ApiObject, App, Chart } from 'cdk8s';
import { SovraAlerts } from '../../lib/alerts/sovra-alerts';
import { runChecks } from '../../lib/checks/enable';
import { collectFacts } from '../../lib/checks/facts';
import { findings } from '../../lib/checks/findings';
import { type KubeObject, ObjectSet } from '../../lib/checks/model';
import { kubePrometheusStack } from '../../lib/kube/prometheus-ref';
import { SovraMonitoring } from '../../lib/monitoring/sovra-monitoring';
import { SovraInstallation } from '../../lib/sovra/installation';
import { refusal } from '../support/synth';

const sovra = new SovraInstallation({
  edgeNodes: [
    { id: 'edge-1', vault: {} },
    { id: 'far', healthUrls: ['https://far.example.org:8200/v1/sys/health'] },
  ],
});

function stack() {
  const chart = new Chart(new App(), 'c');
  new SovraMonitoring(chart, 'm', { sovra });
  const objects = chart.node.findAll().flatMap((c) => (c instanceof ApiObject ? [c.toJson() as KubeObject] : []));
  return { chart, objects, facts: collectFacts(chart) };
}

/** The findings after one object was changed (a deep copy), found by kind and name. */
function afterChange(kind: string, name: string, change: (o: KubeObject) => unknown): string[] {
  const { objects, facts } = stack();
  const changed = objects.map((o) => {
    if (o.kind !== kind || o.metadata.name !== name) return o;
    const copy = structuredClone(o);
    change(copy);
    return copy;
  });
  expect(changed).not.toEqual(objects);
  return findings(new ObjectSet(changed, facts)).map((f) => `${f.object} ${f.property}: ${f.given} ${f.allowed}`);
}

function without(kind: string, name: string): string[] {
  const { objects, facts } = stack();
  const left = objects.filter((o) => o.kind !== kind || o.metadata.name !== name);
  expect(left).toHaveLength(objects.length - 1);
  return findings(new ObjectSet(left, facts)).map((f) => `${f.object} ${f.property}: ${f.given} ${f.allowed}`);
}

describe('checks across objects', () => {
  it('find nothing in the stack as it is', () => {
    const { objects, facts } = stack();
    expect(findings(new ObjectSet(objects, facts))).toEqual([]);
  });

  describe('thresholds', () => {
    const check = (alerts: object, drawn: object, other = sovra) => {
      const app = new App();
      const chart = new Chart(app, 'c');
      new SovraMonitoring(chart, 'm', { sovra, grafana: { thresholds: drawn } });
      new SovraAlerts(chart, 'a', { sovra: other, thresholds: alerts });
      return () => runChecks(app);
    };

    it('of alerts that are not those that panels draw', () => {
      const given = { apiLatencyP95: 0.25, federationHealthyStatuses: ['up'] };
      const { message: said } = refusal(check(given, { heartbeatLate: 90 }));
      expect(said).toContain('thresholds.apiLatencyP95: got 0.1; allowed: 0.25, at which the alerts');
      expect(said).toContain('thresholds.heartbeatLate: got 90; allowed: 60');
      expect(said).toContain('thresholds.federationHealthyStatuses');
      expect(said.match(/thresholds\./g)).toHaveLength(3);
    });

    it('are the same, or those of another installation', () => {
      const own = { apiLatencyP95: 0.25 };
      expect(check(own, own)).not.toThrow();
      expect(check(own, {}, new SovraInstallation({ name: 'other' }))).not.toThrow();
    });
  });

  describe('selection', () => {
    it.each([
      ['ServiceMonitor', 'sovra-api'],
      ['PodMonitor', 'sovra-vault-edge-1'],
      ['Probe', 'sovra-api-probe'],
    ])('a %s without the label that Prometheus looks for', (kind, name) => {
      expect(afterChange(kind, name, (o) => delete o.metadata.labels?.['app.kubernetes.io/part-of'])).toEqual([
        expect.stringMatching(new RegExp(`^${kind} .*${name} metadata.labels`)),
      ]);
    });

    it('a monitor in a namespace that Prometheus does not look into', () => {
      expect(
        afterChange('PodMonitor', 'sovra-vault-edge-1', (o) =>
          Object.assign(o.metadata, { namespace: 'elsewhere' }),
        ).join(),
      ).toContain('but not in this namespace');
    });

    it('a rule that nobody selects', () => {
      const { objects, facts } = stack();
      const rule = {
        apiVersion: 'monitoring.coreos.com/v1',
        kind: 'PrometheusRule',
        metadata: { name: 'r', namespace: 'monitoring', labels: { release: 'other' } },
        spec: { groups: [] },
      };
      expect(findings(new ObjectSet([...objects, rule], facts)).map((f) => f.object)).toEqual([
        'PrometheusRule monitoring/r',
      ]);
      expect(
        findings(
          new ObjectSet(
            [...objects, rule],
            [...facts, { existingPrometheus: kubePrometheusStack({ release: 'other' }) }],
          ),
        ),
      ).toEqual([]);
    });
  });

  describe('edges', () => {
    it.each([
      [
        'blackbox-exporter',
        'ingress',
        /Prometheus in monitoring to port 9115.*ingress of NetworkPolicy monitoring\/.*blackbox-exporter/,
      ],
      ['postgres-exporter', 'ingress', /to port 9187.*in sovra.*ingress of/],
      ['kube-state-metrics', 'ingress', /to port 8080/],
      ['alertmanager', 'ingress', /to port 9093/],
      ['prometheus', 'egress', /egress of NetworkPolicy monitoring\/.*prometheus/],
    ])('the policy of %s without its %s', (name, direction, message) => {
      expect(afterChange('NetworkPolicy', name, (o) => delete o.spec[direction]).join('\n')).toMatch(message);
    });

    it('a port that is one off', () => {
      expect(
        afterChange('NetworkPolicy', 'blackbox-exporter', (o) =>
          Object.assign(o.spec.ingress[0].ports[0], { port: 9116 }),
        ).join(),
      ).toMatch(/port 9115/);
    });

    it('a prober that may not reach what it asks', () => {
      const opened = afterChange('NetworkPolicy', 'blackbox-exporter', (o) => {
        o.spec.egress = o.spec.egress.filter((e: { ports: { port: number }[] }) => e.ports[0]?.port !== 8080);
      });
      expect(opened).toEqual([
        expect.stringMatching(/Probe monitoring\/sovra-api-probe NetworkPolicy: the prober .*port 8080/),
      ]);
    });

    it('a Service that no longer carries the labels, one with another port name, and one that is gone', () => {
      expect(
        afterChange('Service', 'postgres-exporter', (o) => delete o.metadata.labels?.['app.kubernetes.io/name']),
      ).toEqual([expect.stringMatching(/ServiceMonitor monitoring\/sovra-postgres spec: no Service with/)]);
      expect(
        afterChange('Service', 'postgres-exporter', (o) => Object.assign(o.spec.ports[0], { name: 'web' })).join(),
      ).toContain('has a port named "http"');
      expect(without('Service', 'blackbox-exporter').length).toBeGreaterThan(2);
    });

    it('a PodMonitor for pods or a port that nobody described', () => {
      expect(
        afterChange('PodMonitor', 'sovra-vault-edge-1', (o) =>
          Object.assign(o.spec.selector.matchLabels, { more: 'x' }),
        ).join(),
      ).toContain('no pods with');
      expect(
        afterChange('PodMonitor', 'sovra-vault-edge-1', (o) =>
          Object.assign(o.spec.podMetricsEndpoints[0], { portNumber: 8300 }),
        ).join(),
      ).toContain('port 8300');
    });
  });

  it('two objects of one name', () => {
    const { objects, facts } = stack();
    expect(findings(new ObjectSet([...objects, objects[0] as KubeObject], facts)).map((f) => f.property)).toEqual([
      'metadata.name',
    ]);
  });

  it('throw the typed error before anything is written, in any App', () => {
    const { chart } = stack();
    new ApiObject(chart, 'lost', {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: { name: 'lost', namespace: 'monitoring' },
      spec: { groups: [] },
    });
    expect(refusal(() => runChecks(chart.node.root)).problems[0]).toMatchObject({
      property: 'PrometheusRule monitoring/lost metadata.labels',
      remedy: expect.stringContaining('prometheusRef'),
    });
    expect(refusal(() => (chart.node.root as App).synth()).message).toContain('PrometheusRule monitoring/lost');
  });

  it('leave the metrics of other people alone', () => {
    const { objects, facts } = stack();
    const rule = (managedBy: string) => ({
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: {
        name: 'r',
        namespace: 'monitoring',
        labels: { 'app.kubernetes.io/part-of': 'sovra-ops', 'app.kubernetes.io/managed-by': managedBy },
      },
      spec: { groups: [{ name: 'g', rules: [{ alert: 'A', expr: 'foreign_metric > 1' }] }] },
    });
    expect(findings(new ObjectSet([...objects, rule('helm')], facts))).toEqual([]);
    expect(findings(new ObjectSet([...objects, rule('sovra-ops')], facts)).map((f) => f.property)).toEqual([
      'g.A.expr',
    ]);
  });
});
