import { App, Chart } from 'cdk8s';
import { SovraAlerts, type SovraAlertsProps } from '../../lib/alerts/sovra-alerts';
import { collectFacts } from '../../lib/checks/facts';
import { kubePrometheusStack, type PrometheusRef, SOVRA_PROMETHEUS } from '../../lib/kube/prometheus-ref';
import { SovraInstallation, type SovraInstallationProps } from '../../lib/sovra/installation';
import { SUBJECT } from '../rules/cases/types';
import { refusal, refusedProperties } from '../support/synth';

const sovra = new SovraInstallation(SUBJECT);
const build = (props: Partial<SovraAlertsProps> = {}) =>
  new SovraAlerts(new Chart(new App(), 'ops'), 'alerts', { sovra, ...props });
const json = (alerts: SovraAlerts) => alerts.rules.map((o) => o.toJson());

describe('SovraAlerts', () => {
  test('one PrometheusRule for each group, named as the group, selected by the Prometheus of the stack', () => {
    for (const rule of json(build())) {
      expect(rule).toMatchObject({
        apiVersion: 'monitoring.coreos.com/v1',
        kind: 'PrometheusRule',
        metadata: { namespace: 'monitoring', labels: SOVRA_PROMETHEUS.selectorLabels },
      });
      expect(rule.spec.groups.map((g: { name: string }) => g.name)).toEqual([rule.metadata.name]);
    }
  });

  test('the objects hold exactly the alerts that it names', () => {
    const alerts = build({ alerts: { VaultMemoryGrowing: false } });
    const rendered = json(alerts).flatMap((o) =>
      o.spec.groups[0].rules.flatMap((r: { alert?: string }) => r.alert ?? []),
    );
    expect(rendered).toEqual(alerts.alertNames);
    expect(alerts.alertNames).not.toContain('VaultMemoryGrowing');
  });

  test('for a Prometheus that is there already', () => {
    const labels = { release: 'somebody-else', team: 'keys' };
    const [rule] = json(build({ prometheus: kubePrometheusStack({ namespace: 'observability' }), labels }));
    expect(rule.metadata.namespace).toBe('observability');
    expect(rule.metadata.labels).toMatchObject({ release: 'kube-prometheus-stack', team: 'keys' });
  });

  test('leaves out the alerts about a Prometheus and an Alertmanager that nobody scrapes', () => {
    const { watched: _, ...bare } = kubePrometheusStack({ release: 'prom' });
    const names = (prometheus: PrometheusRef) =>
      new SovraAlerts(new Chart(new App(), 'c'), 'a', { sovra, prometheus }).alertNames;
    const left = names(kubePrometheusStack({ release: 'prom' })).filter((n) => !names(bare).includes(n));
    expect(left.sort()).toEqual([
      'AlertmanagerConfigReloadFailed',
      'AlertmanagerDown',
      'AlertmanagerNotificationsFailing',
      'PrometheusConfigReloadFailed',
      'PrometheusNotConnectedToAlertmanager',
      'PrometheusRuleFailures',
    ]);
    const expected = new SovraAlerts(new Chart(new App(), 'c'), 'a', { sovra, prometheus: bare }).rules.map((r) =>
      JSON.stringify(r.toJson()),
    );
    expect(expected.join()).not.toContain('"job":"prometheus"');
  });

  test('links to the Grafana that its Prometheus knows, or to another one; without one there is no link', () => {
    const links = (props: Partial<SovraAlertsProps>) =>
      [...JSON.stringify(json(build(props))).matchAll(/"dashboard_url":"([^"]+)\/d\//g)].map((m) => m[1]);
    const of = (props: Partial<SovraAlertsProps>) => [...new Set(links(props))];
    expect(of({})).toEqual(['http://grafana.monitoring.svc:3000']);
    expect(links({})).toHaveLength(build().alertNames.length);
    expect(of({ grafanaUrl: 'https://g.example.com' })).toEqual(['https://g.example.com']);
    expect(of({ prometheus: kubePrometheusStack() })).toEqual([]);
    expect(of({ prometheus: kubePrometheusStack({ grafanaUrl: 'https://g.example.com' }) })).toEqual([
      'https://g.example.com',
    ]);
    expect(refusedProperties(() => kubePrometheusStack({ grafanaUrl: 'g' }))).toEqual(['grafanaUrl']);
  });

  test('watches volumes where somebody scrapes kubelets, of the namespaces that are meant', () => {
    const volumes = (of: SovraInstallationProps) =>
      JSON.stringify(json(build({ sovra: new SovraInstallation(of) }))).match(/namespace(=~|!=)\\"[^"\\]*/g) ?? [];
    expect(new Set(volumes({ volumes: {} }))).toEqual(new Set(['namespace=~\\"sovra|monitoring']));
    expect(new Set(volumes({ volumes: { namespaces: ['a'] } }))).toEqual(new Set(['namespace=~\\"a']));
    expect(volumes({})).toEqual([]);
    // More than anybody could read, and etcd could hold.
    const edgeNodes = Array.from({ length: 100 }, (_, i) => ({ id: `e${i}`, vault: { namespace: `edge-${i}` } }));
    expect(new Set(volumes({ edgeNodes, volumes: {} }))).toEqual(new Set(['namespace!=\\"']));
  });

  test('in another namespace', () => {
    expect(json(build({ namespace: 'sovra' }))[0].metadata.namespace).toBe('sovra');
  });

  test('tells the checks what it is about', () => {
    const [facts] = collectFacts(build({ alerts: { VaultSealed: { expr: 'up == 7' } } }));
    expect(facts).toMatchObject({ sovra, assumedPrometheus: SOVRA_PROMETHEUS });
    expect(facts?.proven).toContain('absent(up{job="sovra-api"} == 1)');
    expect(facts?.proven).not.toContain('up == 7');
    const prometheus = kubePrometheusStack();
    expect(collectFacts(build({ prometheus }))[0]).toMatchObject({ existingPrometheus: prometheus });
  });

  test('an expression that a user wrote is held against the metric catalogue', () => {
    const app = new App();
    const alerts = { VaultSealed: { expr: 'vault_unsealed_typo == 0' } };
    new SovraAlerts(new Chart(app, 'ops'), 'alerts', { sovra, alerts });
    expect(refusal(() => app.synthYaml()).message).toContain('vault_unsealed_typo');
    const fine = new App();
    new SovraAlerts(new Chart(fine, 'ops'), 'alerts', { sovra });
    expect(() => fine.synthYaml()).not.toThrow();
  });

  test('refuses what cannot work, with its path', () => {
    const error = refusal(() => build({ alerts: { VaultSealed: { for: 'soon' } } }));
    expect(error.construct).toBe('ops/alerts');
    expect(refusedProperties(() => build({ namespace: 'Not_A_Name', labels: { a: 'b c' } }))).toEqual([
      'namespace',
      'labels["a"]',
    ]);
  });

  test('refuses a namespace in which the Prometheus does not look', () => {
    const prometheus = { ...SOVRA_PROMETHEUS, namespaces: ['monitoring', 'sovra'] };
    expect(refusedProperties(() => build({ prometheus, namespace: 'elsewhere' }))).toEqual(['namespace']);
    expect(() => build({ prometheus, namespace: 'sovra' })).not.toThrow();
    const elsewhere = { ...SOVRA_PROMETHEUS, namespaces: ['rules'] };
    expect(json(build({ prometheus: elsewhere }))[0].metadata.namespace).toBe('rules');
  });

  test('no object of ten thousand edge nodes nears the limit of 1 MiB', () => {
    const edgeNodes = Array.from({ length: 10_000 }, (_, i) => ({ id: `edge-${i}` }));
    for (const rule of json(build({ sovra: new SovraInstallation({ edgeNodes }) }))) {
      expect(JSON.stringify(rule).length).toBeLessThan(100_000);
    }
  });
});
