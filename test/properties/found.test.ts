/** What the random props have found, each with the smallest input that showed it, so that it is tried in every run. */
import { Chart } from 'cdk8s';
import { SovraAlerts, type SovraAlertsProps } from '../../lib/alerts/sovra-alerts';
import { SovraApp } from '../../lib/app';
import { SovraOpsError } from '../../lib/errors';
import { kubePrometheusStack } from '../../lib/kube/prometheus-ref';
import { SovraMonitoring, type SovraMonitoringProps } from '../../lib/monitoring/sovra-monitoring';
import { ScheduledTask, type ScheduledTaskProps } from '../../lib/operations/scheduled-task';
import { SovraScheduledTasks, type SovraScheduledTasksProps } from '../../lib/operations/sovra-scheduled-tasks';
import { SovraInstallation, type SovraInstallationProps } from '../../lib/sovra/installation';
import { Checker, dnsLabel, duration, pinnedImage, type Rule, secretKey, timeZone, url } from '../../lib/validate';
import { find, objectsOf, refusal, refusedProperties } from '../support/synth';

const sovra = new SovraInstallation();
const monitoring = (props: object) => () =>
  objectsOf((chart) => void new SovraMonitoring(chart, 'm', { sovra, ...props } as SovraMonitoringProps));
const task = (props: object) => () =>
  objectsOf(
    (chart) =>
      void new ScheduledTask(chart, 't', {
        name: 'a',
        namespace: 'b',
        schedule: '0 3 * * *',
        purpose: 'It is needed.',
        containers: [
          { name: 'c', image: 'a/b:1', resources: { cpu: '1', memory: '1Mi', cpuLimit: '1', memoryLimit: '1Mi' } },
        ],
        egress: [],
        ...props,
      } as ScheduledTaskProps),
  );

describe('a kube-state-metrics that is there already', () => {
  const existing = { namespace: 'kube-system', labels: { app: 'ksm' }, portName: 'http-metrics', port: 8443 };

  it('is known to the checks, reached through the policies and discovered in its namespace', () => {
    const app = new SovraApp();
    new SovraMonitoring(new Chart(app, 'c'), 'm', { sovra, kubeStateMetrics: { existing } });
    const objects = app.manifests().flatMap(([, o]) => o);
    expect(find(objects, 'NetworkPolicy', 'prometheus').spec.egress).toContainEqual({
      to: [
        {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
          podSelector: { matchLabels: { app: 'ksm' } },
        },
      ],
      ports: [{ protocol: 'TCP', port: 8443 }],
    });
    const roles = objects.filter((o) => o.kind === 'Role' && o.metadata.name === 'sovra-prometheus');
    expect(roles.map((r) => r.metadata.namespace)).toContain('kube-system');
  });
});

describe('edge nodes with odd names', () => {
  it('"a" and "health-a" have monitors of different names', () => {
    const edgeNodes = ['a', 'health-a'].map((id) => ({ id, vault: { labels: { vault: id } } }));
    const objects = monitoring({ sovra: new SovraInstallation({ edgeNodes }) })();
    const names = objects.filter((o) => o.kind === 'PodMonitor').map((o) => o.metadata.name);
    expect(new Set(names).size).toBe(4);
  });
});

describe('what a cluster or Prometheus would have refused', () => {
  it.each<[string, Rule, string]>([
    ['the kubelet keeps its own files so', secretKey, '..data'],
    ['Kubernetes looks zones up by their exact name', timeZone, 'Europe/zurich'],
    ['Kubernetes looks zones up by their exact name', timeZone, 'ETC/UTC'],
    ['more than 292 years', duration, '300y'],
    ['only a browser reads that', url('https'), 'https:example.com'],
    ['no runtime pulls from an address', pinnedImage, 'http://r/app:1'],
  ])('%s', (_, rule, given) => {
    expect(rule(given)).toBeDefined();
  });

  it.each([
    'America/Port-au-Prince',
    'Africa/Dar_es_Salaam',
    'America/Port_of_Spain',
    'Asia/Calcutta',
    'US/Pacific',
    'Etc/GMT+5',
  ])('but not the zone %s', (zone) => {
    expect(timeZone(zone)).toBeUndefined();
  });

  it.each<[string, () => unknown, string]>([
    [
      'requests above limits',
      monitoring({ prometheus: { resources: { cpu: '3', memory: '1Gi', cpuLimit: '2000m', memoryLimit: '1Gi' } } }),
      'prometheus.resources.cpu',
    ],
    ['half of the resources', monitoring({ grafana: { resources: { cpu: '1' } } }), 'grafana.resources.memory'],
    ['a volume in place of its size', monitoring({ prometheus: { storage: '100Gi' } }), 'prometheus.storage'],
    [
      'addresses that are none',
      monitoring({ network: { apiServer: { cidrs: ['10.0.0.0/33'] } } }),
      'network.apiServer.cidrs[0]',
    ],
    [
      'a policy that opens every port',
      monitoring({ alertmanager: { receivers: { ports: [] } } }),
      'alertmanager.receivers.ports',
    ],
    [
      'a reference with a bad namespace',
      monitoring({ prometheus: { existing: { ...kubePrometheusStack(), namespace: 'A' } } }),
      'prometheus.existing.namespace',
    ],
    ['a reference that is missing', monitoring({ prometheus: { existing: undefined } }), 'prometheus.existing'],
    ['a release whose name is no label', () => kubePrometheusStack({ release: 'x'.repeat(64) }), 'release'],
    ['a level that is none', task({ levels: { ScheduledTaskLate: 'P9' } }), 'levels.ScheduledTaskLate'],
    [
      'a mount of no volume',
      task({
        containers: [
          {
            name: 'c',
            image: 'a/b:1',
            resources: { cpu: '1', memory: '1Mi', cpuLimit: '1', memoryLimit: '1Mi' },
            volumeMounts: [{ name: 'x', mountPath: '/x' }],
          },
        ],
      }),
      'containers[0].volumeMounts[0]',
    ],
    ['a volume of nothing', task({ volumes: [{ name: 'x' }] }), 'volumes[0]'],
    ['"false" for false', task({ suspend: 'false' }), 'suspend'],
    [
      'an encryption that is none',
      () => new SovraInstallation({ database: { sslMode: 'prefer' } } as unknown as SovraInstallationProps),
      'database.sslMode',
    ],
    ['an empty name', () => new SovraInstallation({ name: '' }), 'name'],
  ])('%s', (_, make, property) => {
    expect(refusedProperties(make)).toContain(property);
  });

  it('a task of another set with a schedule that is none', () => {
    const props = { sovra, apartFrom: [{ name: 'x', schedule: 'daily', timeZone: 'Etc/UTC', uses: [] }] };
    const make = () =>
      objectsOf((chart) => void new SovraScheduledTasks(chart, 's', props as SovraScheduledTasksProps));
    expect(refusedProperties(make)).toContain('apartFrom[0].schedule');
  });
});

describe('a database whose name is like an address', () => {
  it('adds no parameter to the one of the exporter', () => {
    const objects = monitoring({ sovra: new SovraInstallation({ database: { name: 'a?sslmode=disable&' } }) })();
    const [container] = find(objects, 'Deployment', 'postgres-exporter').spec.template.spec.containers;
    const uri = container.env.find((e: { name: string }) => e.name === 'DATA_SOURCE_URI').value;
    expect(uri).toBe('postgres.sovra.svc.cluster.local:5432/a%3Fsslmode%3Ddisable%26?sslmode=require');
  });
});

describe('what only plain JavaScript can give', () => {
  it.each([null, 7, true, ['a'], { a: 'b' }, Number.NaN])('%p is no text, and no reason for another error', (given) => {
    const c = new Checker('test').value('name', given as unknown as string, dnsLabel);
    expect(refusal(() => c.done()).problems).toEqual([
      { property: 'name', given, allowed: 'a text', remedy: 'Put it in quotes, or leave it out.' },
    ]);
  });

  it.each([undefined, null, 'text', 7, []])('%p is no props', (props) => {
    const alerts = () => objectsOf((chart) => void new SovraAlerts(chart, 'a', props as unknown as SovraAlertsProps));
    expect(refusal(alerts).construct).toBe('test/a');
  });

  it.each([undefined, null, {}, 'sovra'])('%p is no installation', (given) => {
    expect(refusedProperties(monitoring({ sovra: given }))).toEqual(['sovra']);
  });

  it('is told even where it refers to itself', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const problem = { property: 'a', allowed: 'b', remedy: 'c' };
    expect(new SovraOpsError('x', [{ ...problem, given: circle }]).message).toContain('got [object Object]');
    expect(new SovraOpsError('x', [{ ...problem, given: Number.NaN }]).message).toContain('got NaN');
  });
});
