/**
 * The default stack on real servers: the operator turns our objects into a configuration, Prometheus runs with it
 * against a simulated Sovra, and a fault arrives at the person on call through Alertmanager.
 */
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SovraApp } from '../../lib';
import { STACKS } from '../../stacks/stacks';
import { SimulatedSovra } from '../sim';
import type { Alertmanager } from './alertmanager';
import { addresses, type Cluster, startCluster } from './cluster';
import type { Prometheus } from './prometheus';
import { waitFor } from './wait';
import { type WebhookAlert, WebhookReceiver } from './webhook';
import { preconditions, sovraObjects } from './world';

const minute = 60_000;
const WEBHOOK = 'oncall.example.com';
const REMOTE_EDGE = 'edge-2.example.org';

let cluster: Cluster;
let sovra: SimulatedSovra;
let oncall: WebhookReceiver;
let prometheus: Prometheus;
let alertmanager: Alertmanager;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.applyObjects(sovraObjects());
  await cluster.waitForWorkloads();
  const outdir = mkdtempSync(join(cluster.dir, 'stack-'));
  const app = new SovraApp({ outdir });
  STACKS['control-plane']?.(app);
  app.synth();
  expect(await cluster.apply(outdir)).toEqual({ warnings: [] });

  const pods = (namespace: string, selector: string) =>
    waitFor(`pods with ${selector}`, async () => {
      const found = await cluster.podAddresses(namespace, selector);
      return found.length > 0 && found;
    });
  sovra = await SimulatedSovra.start({
    addresses: {
      api: await pods('sovra', 'app=sovra'),
      vault: { 'edge-1': await pods('sovra-edge', 'app.kubernetes.io/name=vault'), 'edge-2': [addresses.host] },
      opa: { 'edge-1': await pods('sovra-edge', 'app.kubernetes.io/name=opa') },
      postgresExporter: await pods('sovra', 'app.kubernetes.io/name=postgres-exporter'),
      grafana: await pods('monitoring', 'app.kubernetes.io/name=grafana'),
    },
    serverNames: ['vault.sovra-edge.svc', REMOTE_EDGE],
    vaultRetentionSeconds: 5,
    vaultTwinSeconds: Number.POSITIVE_INFINITY,
  });
  await cluster.applyObjects(preconditions(readFileSync(sovra.ca, 'utf8'), `http://${WEBHOOK}:443/page`));
  await cluster.waitForWorkloads({ timeout: 2 * minute });
  oncall = await WebhookReceiver.start(addresses.host, 443);
  await cluster.services.addHost(WEBHOOK, addresses.host);
  await cluster.services.addHost(REMOTE_EDGE, addresses.host);
}, 4 * minute);

afterAll(async () => {
  await sovra?.stop();
  await oncall?.stop();
  await cluster?.stop();
}, minute);

describe('the parts start as their pods say', () => {
  test.each(['blackbox-exporter', 'kube-state-metrics'])(
    '%s',
    async (name) => {
      const selector = `app.kubernetes.io/name=${name},app.kubernetes.io/part-of=sovra-ops`;
      expect((await cluster.startPods({ namespace: 'monitoring', selector })).length).toBeGreaterThan(0);
    },
    minute,
  );

  test(
    'Alertmanager, whose configuration amtool accepts and routes by level',
    async () => {
      alertmanager = await cluster.startAlertmanager({ namespace: 'monitoring', name: 'sovra' });
      expect(await alertmanager.checkConfig()).toContain('SUCCESS');
      await waitFor('all members to meet', async () => (await alertmanager.peers()).length === 3);
      for (const level of ['P0', 'P1', 'P2', 'P3'])
        expect(await alertmanager.route({ level, alertname: 'X' })).toEqual(['monitoring/sovra/oncall']);
      expect(await alertmanager.route({ alertname: 'Watchdog', level: 'P3' })).toEqual(['monitoring/sovra/nowhere']);
    },
    minute,
  );

  test(
    'Prometheus, whose configuration and rules promtool accepts',
    async () => {
      prometheus = await cluster.startPrometheus({ namespace: 'monitoring', name: 'sovra' });
      expect(await prometheus.checkConfig()).toContain('SUCCESS');
    },
    minute,
  );
});

describe('while all is well', () => {
  test(
    'every target is up and every job of the description is there',
    async () => {
      await prometheus.waitForTargets(15, { timeout: 90_000 });
      const jobs = (await prometheus.query('count by (job) (up == 1)')).map((s) => [s.metric.job, s.value]);
      expect(Object.fromEntries(jobs)).toEqual({
        'sovra-api': 2,
        'sovra-api-probe': 1,
        vault: 3,
        'vault-health': 3,
        'edge-probe': 1,
        opa: 2,
        postgres: 1,
        'kube-state-metrics': 1,
        'blackbox-exporter': 2,
        prometheus: 2,
        alertmanager: 3,
        grafana: 1,
      });
    },
    2 * minute,
  );

  test(
    'no rule fails, and Prometheus reaches every Alertmanager',
    async () => {
      await prometheus.waitForRules({ timeout: 90_000 });
      expect((await prometheus.rules()).length).toBeGreaterThan(40);
      expect(await prometheus.alertmanagers()).toHaveLength(3);
    },
    2 * minute,
  );

  test(
    'nothing but the Watchdog fires, and nobody is told',
    async () => {
      await prometheus.waitForAlert('Watchdog', 'firing', { timeout: minute });
      // Before its first scrapes Prometheus misses everything; alerts that are pending for that are to go, not to fire.
      await prometheus.waitFor('everything but the Watchdog to be inactive', async () => {
        const names = (await prometheus.alerts()).map((a) => `${a.labels.alertname} ${a.state}`);
        if (names.join() === 'Watchdog firing') return true;
        throw new Error(names.join(', '));
      });
      const fired = 'count_over_time(ALERTS{alertstate="firing", alertname!="Watchdog"}[10m])';
      expect(await prometheus.query(fired)).toEqual([]);
      expect(oncall.deliveries).toEqual([]);
    },
    2 * minute,
  );
});

describe('a fault reaches the person on call, and so does its end', () => {
  const expectPage = (alert: WebhookAlert, level: string, severity: string) => {
    expect(alert.labels).toMatchObject({ level, severity });
    expect(alert.annotations.summary).toBeTruthy();
    expect(alert.annotations.description).toBeTruthy();
    expect(alert.annotations.runbook_url).toBe(
      `https://github.com/sovra-ops/sovra-ops/blob/main/docs/runbooks/${alert.labels.alertname}.md`,
    );
  };

  test(
    'one Vault sealed and silent, one edge node without a heartbeat',
    async () => {
      await sovra.inject('vault-sealed', { node: 'edge-1', pod: 1 });
      await sovra.inject('heartbeat-lost', { node: 'edge-2', value: 300 });
      const sealed = await oncall.waitForAlert('VaultSealed', 'firing', { timeout: 4 * minute });
      const lost = await oncall.waitForAlert('EdgeHeartbeatLost', 'firing', { timeout: 4 * minute });
      expect(sealed.labels).toMatchObject({ edge_node: 'edge-1', pod: 'vault-1', component: 'vault' });
      expect(sealed.annotations.summary).toContain('vault-1');
      expect(lost.labels).toMatchObject({ node_id: 'edge-2', component: 'edge' });
      expectPage(sealed, 'P1', 'critical');
      expectPage(lost, 'P1', 'critical');
      // As on a real one, the sealed Vault's own series are gone: an alert on them would have been silent.
      expect(await prometheus.query('vault_core_unsealed{pod="vault-1"}')).toEqual([]);
      await sovra.cureAll();
    },
    5 * minute,
  );

  test(
    'the whole API down, and up again',
    async () => {
      await sovra.inject('api-down');
      const down = await oncall.waitForAlert('SovraApiDown', 'firing', { timeout: 4 * minute });
      expectPage(down, 'P0', 'critical');
      await sovra.cureAll();
      await prometheus.waitForTargets(15, { timeout: minute });
    },
    6 * minute,
  );
});
