import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Alertmanager } from './alertmanager';
import { addresses, type Cluster, startCluster } from './cluster';
import { waitForPrometheusConfig } from './operator';
import type { Prometheus } from './prometheus';
import { waitFor } from './wait';
import { WebhookReceiver } from './webhook';

const sample = join(__dirname, 'fixtures', 'sample');
const minute = 60_000;

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
}, 6 * minute);

afterAll(() => cluster?.stop(), 2 * minute);

const pod = (name: string, securityContext: object) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'strict' },
  spec: {
    selector: { matchLabels: { name } },
    template: {
      metadata: { labels: { name } },
      spec: { securityContext, containers: [{ name, image: 'registry.example.com/any:1' }] },
    },
  },
});

describe('what the API server refuses', () => {
  test('an unknown field', async () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'default' }, dota: {} };
    await expect(cluster.applyObjects([object])).rejects.toThrow('.dota: field not declared in schema');
  });

  test('a pod that breaks Pod Security, with a warning when it is applied and its reason afterwards', async () => {
    const levels = {
      'pod-security.kubernetes.io/enforce': 'restricted',
      'pod-security.kubernetes.io/warn': 'restricted',
    };
    await cluster.applyObjects([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'strict', labels: levels } }]);
    const { warnings } = await cluster.applyObjects([pod('loose', {})]);
    expect(warnings.join()).toContain('would violate PodSecurity "restricted:latest"');
    await waitFor('the refusal', async () => (await cluster.refusals()).length > 0);
    await expect(cluster.waitForWorkloads({ timeout: 1_000 })).rejects.toThrow('is forbidden: violates PodSecurity');
    await cluster.kubectl.run(['delete', 'namespace', 'strict', '--wait=false']);
  });
});

describe('the sample stack', () => {
  let prometheus: Prometheus;
  let alertmanager: Alertmanager;
  let oncall: WebhookReceiver;

  beforeAll(async () => {
    expect(await cluster.apply(sample)).toEqual({ warnings: [] });
  }, 2 * minute);

  afterAll(() => oncall?.stop());

  test(
    'has all workloads ready under Pod Security "restricted"',
    async () => {
      expect(await cluster.waitForWorkloads()).toEqual([
        'Deployment monitoring/blackbox',
        'Deployment monitoring/kube-state-metrics',
        'StatefulSet monitoring/alertmanager-sample',
        'StatefulSet monitoring/prometheus-sample',
      ]);
    },
    3 * minute,
  );

  test(
    'is not changed by a second apply',
    async () => {
      expect(await cluster.findRepeatedChanges(sample)).toEqual([]);
    },
    3 * minute,
  );

  test('shows a pod that a kubelet would not start', async () => {
    const volumes = [{ name: 'x', secret: { secretName: 'gone' } }];
    const spec = { automountServiceAccountToken: false, containers: [{ name: 'x', image: 'x' }], volumes };
    const metadata = { name: 'stuck', namespace: 'default', labels: { name: 'stuck' } };
    await cluster.applyObjects([{ apiVersion: 'v1', kind: 'Pod', metadata, spec }]);
    await waitFor('the pod', async () => (await cluster.podAddresses('default', 'name=stuck')).length === 1);
    const start = cluster.startPods({ namespace: 'default', selector: 'name=stuck' });
    await expect(start).rejects.toThrow('pod default/stuck refers to secrets/gone, which does not exist');
  });

  test(
    'is not complete with a monitor that no Prometheus selects',
    async () => {
      const monitor = {
        apiVersion: 'monitoring.coreos.com/v1',
        kind: 'ServiceMonitor',
        metadata: { name: 'lost', namespace: 'monitoring' },
        spec: { selector: {}, endpoints: [{ port: 'http' }] },
      };
      const options = { namespace: 'monitoring', name: 'sample', timeout: 2_000 };
      // Everything else first: else that would be missing, too.
      await waitForPrometheusConfig(cluster.api, { ...options, timeout: minute });
      await cluster.applyObjects([monitor]);
      try {
        await expect(cluster.startPrometheus(options)).rejects.toThrow(
          'not selected or refused: servicemonitors/monitoring/lost',
        );
      } finally {
        await cluster.kubectl.run(['delete', 'servicemonitor', '-n', 'monitoring', 'lost']);
      }
    },
    3 * minute,
  );

  test('is seen to change when a manifest differs', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'sovra-ops-'));
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'changed', namespace: 'monitoring' } };
    const file = join(dir, 'one.json');
    await cluster.applyObjects([object]);
    writeFileSync(file, JSON.stringify({ ...object, data: { a: 'b' } }));
    expect(await cluster.findRepeatedChanges(dir)).toEqual(['ConfigMap monitoring/changed']);
    rmSync(dir, { recursive: true });
  });

  test(
    'completes a Job of every CronJob',
    async () => {
      expect(await cluster.triggerCronJobs()).toEqual(['monitoring/nightly']);
    },
    3 * minute,
  );

  test(
    'runs the exporter, reached through its Service',
    async () => {
      await cluster.startPods({ namespace: 'monitoring', selector: 'app.kubernetes.io/name=blackbox' });
      await waitFor('its answer', async () => (await fetch('http://blackbox.monitoring.svc/-/healthy')).status === 200);
    },
    3 * minute,
  );

  test(
    'runs kube-state-metrics with the rights of its own service account',
    async () => {
      const selector = 'app.kubernetes.io/name=kube-state-metrics';
      await cluster.startPods({ namespace: 'monitoring', selector });
      const [address] = await cluster.podAddresses('monitoring', selector);
      // It is ready before it has listed what it watches.
      await waitFor('the CronJob among its metrics', async () => {
        const metrics = await (await fetch(`http://${address}:8080/metrics`)).text();
        return metrics.includes('kube_cronjob_info{namespace="monitoring",cronjob="nightly"');
      });
    },
    3 * minute,
  );

  test(
    'runs Alertmanager with the configuration of the operator',
    async () => {
      oncall = await WebhookReceiver.start(addresses.host, 8080);
      await cluster.services.addHost('oncall.example.com', addresses.host);
      alertmanager = await cluster.startAlertmanager({ namespace: 'monitoring', name: 'sample' });
      expect(await alertmanager.checkConfig()).toContain('SUCCESS');
      await waitFor('both members to meet', async () => (await alertmanager.peers()).length === 2);
      expect(await alertmanager.route({ severity: 'critical' })).toEqual(['monitoring/oncall/oncall']);
    },
    3 * minute,
  );

  test(
    'runs Prometheus with the configuration of the operator',
    async () => {
      prometheus = await cluster.startPrometheus({ namespace: 'monitoring', name: 'sample' });
      expect(await prometheus.checkConfig()).toContain('SUCCESS');
      await prometheus.waitForTargets(2);
      await prometheus.waitForRules({ timeout: 2 * minute });
      await prometheus.waitFor('two targets and no third', async () => {
        expect(await prometheus.query('count(up == 1)')).toEqual([{ metric: {}, value: 2 }]);
        return true;
      });
      await prometheus.waitFor('both Alertmanagers', async () => (await prometheus.alertmanagers()).length === 2);
    },
    6 * minute,
  );

  test(
    'pages nobody while all is well',
    async () => {
      await prometheus.waitForAlert('ProbeFine', 'firing');
      await waitFor('Alertmanager to have this alert alone, for nobody', async () => {
        const alerts = (await alertmanager.alerts()).map((a) => [
          a.labels.alertname,
          ...a.receivers.map((r) => r.name),
        ]);
        expect(alerts).toEqual([['ProbeFine', 'monitoring/oncall/nobody']]);
        return true;
      });
      expect(oncall.deliveries).toEqual([]);
    },
    3 * minute,
  );

  test(
    'pages on call when a target fails',
    async () => {
      await cluster.applyObjects([
        {
          apiVersion: 'monitoring.coreos.com/v1',
          kind: 'Probe',
          metadata: { name: 'dead', namespace: 'monitoring' },
          spec: {
            module: 'http',
            prober: { url: 'blackbox.monitoring.svc' },
            targets: { staticConfig: { static: [`http://${addresses.host}:9/dead`] } },
          },
        },
      ]);
      await cluster.refreshPrometheus(prometheus, { namespace: 'monitoring', name: 'sample' });
      const failed = { alertname: 'ProbeFailed', instance: `http://${addresses.host}:9/dead` };
      const { alert } = await oncall.waitForPage(failed, 0, { timeout: 2 * minute });
      expect(alert.labels.severity).toBe('critical');
      expect(alert.annotations).toEqual({
        summary: `http://${addresses.host}:9/dead does not answer`,
        runbook_url: 'https://runbooks.example.com/ProbeFailed',
      });
    },
    6 * minute,
  );
});
