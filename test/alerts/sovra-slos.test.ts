import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import { SovraSlos, type SovraSlosProps } from '../../lib/alerts/sovra-slos';
import { collectFacts } from '../../lib/checks/facts';
import { kubePrometheusStack, SOVRA_PROMETHEUS } from '../../lib/kube/prometheus-ref';
import type { OwnObjective } from '../../lib/rules/objectives/options';
import { SovraInstallation } from '../../lib/sovra/installation';
import { labelValue } from '../../lib/validate';
import { refusal, refusedProperties } from '../support/synth';
import { tool } from '../support/tools';

const sovra = new SovraInstallation({ edgeNodes: [{ id: 'edge-1' }] });
const build = (props: Partial<SovraSlosProps> = {}, app = new App()) =>
  new SovraSlos(new Chart(app, 'ops'), 'objectives', { sovra, ...props });
const json = (slos: SovraSlos) => slos.rules.map((o) => o.toJson());
const own = (name: string, more: Partial<OwnObjective> = {}): OwnObjective => ({
  name,
  title: 'Keys that are made',
  target: 0.99,
  bad: 'count(up == 0) or 0 * count(up)',
  all: 'count(up)',
  ...more,
});

/** What promtool has to say against the rules of an object. */
function judged(spec: unknown): string {
  const dir = mkdtempSync(join(tmpdir(), 'sovra-ops-slos-'));
  try {
    writeFileSync(join(dir, 'rules.json'), JSON.stringify(spec));
    execFileSync(tool('promtool'), ['check', 'rules', join(dir, 'rules.json')], { stdio: 'pipe' });
    return '';
  } catch (e) {
    const { stdout, stderr } = e as { stdout?: Buffer; stderr?: Buffer };
    return `${stdout}${stderr}`;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

describe('SovraSlos', () => {
  test('one PrometheusRule for each objective, selected by the Prometheus of the stack', () => {
    const slos = build({ own: [own('mine')], objectives: { 'audit-delivery': false } });
    expect(slos.objectives).toEqual(['availability', 'api-latency', 'edge-heartbeat', 'mine']);
    expect(json(slos).map((o) => o.metadata.name)).toEqual(slos.objectives.map((o) => `sovra-slo-${o}`));
    for (const o of json(slos))
      expect(o.metadata).toMatchObject({ namespace: 'monitoring', labels: SOVRA_PROMETHEUS.selectorLabels });
  });

  test.each<[string, readonly OwnObjective[]]>([
    ['one is called like the other with "-long" behind it', [own('keys'), own('keys-long')]],
    ['a title has braces', [own('keys', { title: 'Keys {{ made' })]],
  ])('the rules load where %s', (_, objectives) => {
    const objects = json(build({ own: objectives })).slice(-objectives.length);
    expect(objects.map((o) => judged(o.spec))).toEqual(objectives.map(() => ''));
    expect(objects.map((o) => o.spec.groups.length)).toEqual(objectives.map(() => 2));
  });

  test('the longest name makes labels that Kubernetes takes; a longer one is refused', () => {
    const labels = json(build({ own: [own('x'.repeat(53))] })).flatMap((o) => Object.values<string>(o.metadata.labels));
    expect(labels.flatMap((l) => labelValue(l) ?? [])).toEqual([]);
    expect(refusedProperties(() => build({ own: [own('x'.repeat(54))] }))).toEqual(['own[0].name']);
  });

  test('of ten thousand edge nodes no object nears the limit of 1 MiB', () => {
    const edgeNodes = Array.from({ length: 10_000 }, (_, i) => ({ id: `edge-${i}` }));
    const sizes = json(build({ sovra: new SovraInstallation({ edgeNodes }) })).map((o) => JSON.stringify(o).length);
    expect(Math.max(...sizes)).toBeLessThan(150_000);
  });

  test('tells the checks what it is about, and leaves own expressions to them', () => {
    const [facts] = collectFacts(build({ own: [own('mine')] }));
    expect(facts).toMatchObject({ sovra, assumedPrometheus: SOVRA_PROMETHEUS });
    expect(facts?.proven).toContain('vector(0.999)');
    expect(facts?.proven).not.toContain(own('mine').bad);
    const app = new App();
    build({ own: [own('mine', { bad: 'sum(rate(sovra_typo_total[5m]))' })] }, app);
    expect(refusal(() => app.synthYaml()).message).toContain('sovra_typo_total');
  });

  test('says over which windows an objective has no alert, in its other alerts too', () => {
    const slos = build({ objectives: { availability: { target: 0.8 }, 'edge-heartbeat': { target: 0.93 } } });
    expect(slos.silentWindows).toEqual({
      availability: ['1h', '6h'],
      'api-latency': [],
      'edge-heartbeat': ['1h'],
      'audit-delivery': [],
    });
    const alerts = json(slos).flatMap((o) => o.spec.groups.flatMap((g: { rules: object[] }) => g.rules));
    for (const [slo, windows] of Object.entries(slos.silentWindows)) {
      const burning = alerts.filter((r) => r.labels?.slo === slo && r.labels.window);
      expect(burning).toHaveLength(4 - windows.length);
      for (const { annotations } of burning)
        if (windows.length === 0) expect(annotations.description).not.toContain('There is no alert over');
        else expect(annotations.description).toContain(`There is no alert over ${windows.join(' and ')}: `);
    }
  });

  test('links to the Grafana that its Prometheus knows, or to another one', () => {
    const links = (props: Partial<SovraSlosProps>) =>
      [...JSON.stringify(json(build(props))).matchAll(/"dashboard_url":"([^?"]+)/g)].map((m) => m[1]);
    expect(new Set(links({}))).toEqual(new Set(['http://grafana.monitoring.svc:3000/d/sovra-objectives']));
    expect(new Set(links({ grafanaUrl: 'https://g.example.com' }))).toEqual(
      new Set(['https://g.example.com/d/sovra-objectives']),
    );
    expect(links({ prometheus: kubePrometheusStack({ retention: '40d' }) })).toEqual([]);
  });

  test.each<[string, Partial<SovraSlosProps>, string, string]>([
    ['no more than this Prometheus keeps', { period: '90d' }, 'period', '35d'],
    ['no more than a kube-prometheus-stack keeps', { prometheus: kubePrometheusStack() }, 'period', '10d'],
    [
      'no more than a year, of whatever Prometheus',
      { period: '100y', prometheus: { ...SOVRA_PROMETHEUS, retention: undefined } },
      'period',
      '1y',
    ],
    ['no less than the longest window', { period: '2d' }, 'period', '3d'],
    [
      'a target that leaves a budget',
      { objectives: { availability: { target: 1 } } },
      'objectives.availability.target',
      'below 1',
    ],
    [
      'an objective that there is',
      { objectives: { availabilty: false } as never },
      'objectives.availabilty',
      '"availability"',
    ],
    [
      'a field that there is',
      { objectives: { availability: { targt: 0.9 } as never } },
      'objectives.availability.targt',
      '"target"',
    ],
    [
      'a bound of the histogram',
      { objectives: { 'api-latency': { threshold: 0.2 } } },
      'objectives.api-latency.threshold',
      '0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10',
    ],
    [
      'a threshold of the latency only',
      { objectives: { availability: { threshold: 0.25 } } },
      'objectives.availability.threshold',
      'target, minimumBadEvents',
    ],
    [
      'no count of events where time is measured',
      { objectives: { 'audit-delivery': { minimumBadEvents: 3 } } },
      'objectives.audit-delivery.minimumBadEvents',
      'target, or false',
    ],
    [
      'a whole number of events',
      { own: [own('mine', { minimumBadEvents: 2.5 })] },
      'own[0].minimumBadEvents',
      'whole number',
    ],
    [
      'an objective that can alert at all',
      {
        prometheus: kubePrometheusStack({ retention: '95d' }),
        period: '90d',
        objectives: { availability: { target: 0.6 } },
      },
      'objectives.availability.target',
      'over no window',
    ],
    [
      'the same of an own one',
      { prometheus: kubePrometheusStack({ retention: '95d' }), period: '90d', own: [own('mine', { target: 0.5 })] },
      'own[0].target',
      'over no window',
    ],
    ['a Grafana without a slash at its end', { grafanaUrl: 'https://g.example.com/' }, 'grafanaUrl', 'slash'],
    ['a name of its own', { own: [own('availability')] }, 'own[0].name', 'availability'],
    ['each name once', { own: [own('a'), own('a')] }, 'own[1]', 'own[0]'],
    [
      'no expression for all at once',
      { alerts: { ErrorBudgetBurnsFast: { expr: 'up' } as never } },
      'alerts.ErrorBudgetBurnsFast.expr',
      'follows',
    ],
    [
      'a namespace in which it looks',
      { namespace: 'x', prometheus: { ...SOVRA_PROMETHEUS, namespaces: ['y'] } },
      'namespace',
      'y',
    ],
  ])('wants %s', (_, props, property, says) => {
    const error = refusal(() => build(props));
    expect(error.problems.map((p) => p.property)).toEqual([property]);
    expect(error.message).toContain(says);
  });

  test('a longer period where the Prometheus keeps enough', () => {
    const prometheus = kubePrometheusStack({ retention: '95d' });
    const rules = JSON.stringify(json(build({ prometheus, period: '90d' })));
    expect(rules).toContain('sovra_slo:error_ratio:90d');
  });
});
