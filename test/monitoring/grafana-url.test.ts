/** Where alerts send people: the address of the Grafana that has the dashboards, as the reference of the Prometheus knows it. */
import { App, Chart } from 'cdk8s';
import { kubePrometheusStack, SOVRA_PROMETHEUS } from '../../lib/kube/prometheus-ref';
import { SovraMonitoring, type SovraMonitoringProps } from '../../lib/monitoring/sovra-monitoring';
import { SovraInstallation } from '../../lib/sovra/installation';
import { refusedProperties } from '../support/synth';

const sovra = new SovraInstallation();
const reference = (props: Partial<SovraMonitoringProps>) =>
  new SovraMonitoring(new Chart(new App(), 'c'), 'm', { sovra, ...props }).prometheusRef;
const stack = kubePrometheusStack();

it.each<[string, Partial<SovraMonitoringProps>, string | undefined]>([
  ['the Service of its own Grafana', {}, 'http://grafana.monitoring.svc:3000'],
  ['the same in another namespace', { namespace: 'watch' }, 'http://grafana.watch.svc:3000'],
  [
    'the address that people type',
    { grafana: { rootUrl: 'https://ops.example.com/grafana/' } },
    'https://ops.example.com/grafana',
  ],
  ['one that is said', { prometheus: { grafanaUrl: 'https://g.example.com' } }, 'https://g.example.com'],
  [
    'one that is said where there is none of its own',
    { grafana: false, prometheus: { grafanaUrl: 'https://g.example.com' } },
    'https://g.example.com',
  ],
  ['none without a Grafana', { grafana: false }, undefined],
  ['none without dashboards', { grafana: { dashboards: false } }, undefined],
  ['none of a Grafana of others', { grafana: { existing: {} } }, undefined],
  ['none of a stack of others', { prometheus: { existing: stack } }, undefined],
  [
    'that of its own Grafana beside a stack of others',
    { prometheus: { existing: stack }, grafana: {} },
    'http://grafana.monitoring.svc:3000',
  ],
  [
    'that of the reference',
    { prometheus: { existing: kubePrometheusStack({ grafanaUrl: 'https://g.example.com' }) }, grafana: {} },
    'https://g.example.com',
  ],
])('%s', (_, props, expected) => {
  expect(reference(props).grafanaUrl).toBe(expected);
});

it('is the one that the constructs assume where nobody says anything', () => {
  expect(reference({}).grafanaUrl).toBe(SOVRA_PROMETHEUS.grafanaUrl);
  expect(refusedProperties(() => reference({ prometheus: { grafanaUrl: 'https://g.example.com/' } }))).toEqual([
    'prometheus.grafanaUrl',
  ]);
});
