/**
 * The default stack on real servers: the operator turns our objects into a configuration, Prometheus runs with it
 * against a simulated Sovra, and a fault arrives at the person on call through Alertmanager.
 */
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Service } from 'kubernetes-types/core/v1';
import { SovraApp } from '../../lib';
import { EVIDENCE_JOB } from '../../lib/backup/evidence';
import { controlPlaneSettings, type Settings } from '../../stacks/settings';
import { operationsStack } from '../../stacks/stacks';
import { SimulatedSovra } from '../sim';
import { tool } from '../support/tools';
import type { Alertmanager } from './alertmanager';
import { addresses, type Cluster, startCluster } from './cluster';
import type { Prometheus } from './prometheus';
import { Timings } from './timing';
import { waitFor } from './wait';
import { type Page, type WebhookAlert, WebhookReceiver } from './webhook';
import { preconditions, sovraObjects } from './world';

const minute = 60_000;
const WEBHOOK = 'oncall.example.com';
const REMOTE_EDGE = 'edge-2.example.org';

/** The only change to the default stack: alerts that are P3 by themselves fire after a quarter of an hour or more. */
const AUDIT_EXPORT_CAN_WAIT: Settings['tasks'] = {
  auditExport: { alerts: { ScheduledTaskFailed: { level: 'P3' } } },
};

let cluster: Cluster;
let sovra: SimulatedSovra;
let oncall: WebhookReceiver;
let prometheus: Prometheus;
let alertmanager: Alertmanager;
let objects: readonly object[];
const timings = new Timings(
  'stack',
  () => objects,
  () => alertmanager,
);

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.applyObjects(sovraObjects());
  await cluster.waitForWorkloads();
  const outdir = mkdtempSync(join(cluster.dir, 'stack-'));
  const app = new SovraApp({ outdir });
  operationsStack(app, { ...controlPlaneSettings, tasks: AUDIT_EXPORT_CAN_WAIT });
  app.synth();
  objects = app.manifests().flatMap(([, made]) => made);
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
}, 8 * minute);

afterAll(async () => {
  timings.report();
  await sovra?.stop();
  await oncall?.stop();
  await cluster?.stop();
}, 2 * minute);

describe('the parts start as their pods say', () => {
  test.each(['blackbox-exporter', 'kube-state-metrics'])(
    '%s',
    async (name) => {
      const selector = `app.kubernetes.io/name=${name},app.kubernetes.io/part-of=sovra-ops`;
      expect((await cluster.startPods({ namespace: 'monitoring', selector })).length).toBeGreaterThan(0);
    },
    3 * minute,
  );

  test('the gateway of what is in the backup repository', pushEvidence, 3 * minute);

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
    4 * minute,
  );

  test(
    'Prometheus, whose configuration and rules promtool accepts',
    async () => {
      prometheus = await cluster.startPrometheus({ namespace: 'monitoring', name: 'sovra' });
      expect(await prometheus.checkConfig()).toContain('SUCCESS');
    },
    4 * minute,
  );
});

test.each([
  ['prometheus-operated', 9090],
  ['alertmanager-operated', 9093],
])('the operator makes the Service that runbooks forward to: %s', async (name, port) => {
  const { spec } = await cluster.api.get<Service>(`/api/v1/namespaces/monitoring/services/${name}`);
  expect(spec?.ports?.map((p) => p.port)).toContain(port);
});

/** What `SovraBackupSchedule` would read out of a repository in which everything is fresh, and stays so for this test. */
async function pushEvidence(): Promise<void> {
  const selector = 'app.kubernetes.io/name=sovra-backup-evidence';
  // There is no repository here: what reads it is run in test/jobs/evidence.test.ts.
  const options = { namespace: 'sovra', selector, binaries: { pushgateway: tool('pushgateway') }, skip: ['reader'] };
  const [pod] = await cluster.startPods(options);
  const rules = (objects as RuleObject[]).find(
    (o) => o.kind === 'PrometheusRule' && o.metadata.name === 'sovra-backups',
  );
  const copies = (rules?.spec.groups ?? []).flatMap((g) => g.rules).filter((r) => r.alert === 'BackupMissing');
  expect(copies.length).toBeGreaterThan(2);
  const fresh = Math.floor(Date.now() / 1000) + 1800;
  const lines = copies.flatMap(({ labels: { source, host, path } }) => {
    const copy = `{source="${source}",host="${host}",path="${path}"}`;
    return [`sovra_backup_snapshot_timestamp_seconds${copy} ${fresh}`, `sovra_backup_snapshot_bytes${copy} 1000`];
  });
  const body = [...lines, `sovra_backup_recovery_set_timestamp_seconds ${fresh}`, ''].join('\n');
  const pushed = await fetch(`http://${pod?.address}:9091/metrics/job/${EVIDENCE_JOB}`, { method: 'POST', body });
  expect(pushed.status).toBe(200);
}

interface RuleObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: { readonly groups: readonly { readonly rules: readonly BackupRule[] }[] };
}
interface BackupRule {
  readonly alert: string;
  readonly labels: { readonly source: string; readonly host: string; readonly path: string };
}

describe('while all is well', () => {
  test(
    'every target is up and every job of the description is there',
    async () => {
      await prometheus.waitForTargets(15, { timeout: 3 * minute });
      await prometheus.waitFor('each job with its targets', async () => {
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
          'sovra-backup': 1,
        });
        return true;
      });
    },
    6 * minute,
  );

  test(
    'Prometheus has its rules, and reaches every Alertmanager',
    async () => {
      // Rules over long windows have their first turn up to two minutes after the start: at the end of this file.
      const failed = (await prometheus.rules()).filter(({ health }) => health !== 'ok' && health !== 'unknown');
      expect(failed).toEqual([]);
      expect((await prometheus.rules()).length).toBeGreaterThan(40);
      await prometheus.waitFor('all Alertmanagers', async () => (await prometheus.alertmanagers()).length === 3);
    },
    2 * minute,
  );

  test(
    'nothing but the Watchdog fires, and nobody is told',
    async () => {
      await prometheus.waitForAlert('Watchdog', 'firing', { timeout: 2 * minute });
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
    4 * minute,
  );
});

describe('a fault reaches the person on call in time', () => {
  /** When the simulation had changed what it serves. */
  const struck = async (injected: Promise<void>): Promise<number> => {
    await injected;
    return Date.now();
  };

  /** Waits for the page, looks at what it says, and holds its time against what the manifests allow. */
  async function paged(fault: string, since: number, labels: WebhookAlert['labels'], severity: string): Promise<Page> {
    const page = await oncall.waitForPage(labels, since, { timeout: 4 * minute });
    const { annotations, labels: carried } = page.alert;
    expect(carried.severity).toBe(severity);
    expect(annotations.summary).toBeTruthy();
    expect(annotations.description).toBeTruthy();
    expect(annotations.runbook_url).toBe(
      `https://github.com/sovra-ops/sovra-ops/blob/main/docs/runbooks/${carried.alertname}.md`,
    );
    await timings.record(fault, since, page.at, labels);
    return page;
  }

  test(
    'one of each level at once: database, Vault, edge node and scheduled tasks',
    async () => {
      // None of them silences another.
      const since = {
        down: await struck(sovra.inject('database-down')),
        sealed: await struck(sovra.inject('vault-sealed', { node: 'edge-1', pod: 1 })),
        lost: await struck(sovra.inject('heartbeat-lost', { node: 'edge-2', value: 300 })),
        rotation: await cluster.failTask('sovra', 'sovra-certificate-rotation'),
        audit: await cluster.failTask('sovra', 'sovra-audit-export'),
      };
      await paged('PostgreSQL gone', since.down, { alertname: 'DatabaseDown', level: 'P0' }, 'critical');
      const sealed = await paged('Vault sealed', since.sealed, { alertname: 'VaultSealed', level: 'P1' }, 'critical');
      const lost = await paged(
        'edge node silent',
        since.lost,
        { alertname: 'EdgeHeartbeatLost', level: 'P1' },
        'critical',
      );
      const failed = (task: string, level: string) => ({ alertname: 'ScheduledTaskFailed', task, level });
      await paged('rotation fails', since.rotation, failed('sovra-certificate-rotation', 'P2'), 'warning');
      await paged('audit export fails', since.audit, failed('sovra-audit-export', 'P3'), 'info');
      expect(sealed.alert.labels).toMatchObject({ edge_node: 'edge-1', pod: 'vault-1', component: 'vault' });
      expect(sealed.alert.annotations.summary).toContain('vault-1');
      expect(lost.alert.labels).toMatchObject({ node_id: 'edge-2', component: 'edge' });
      // As on a real one, the sealed Vault's own series are gone: an alert on them would have been silent.
      expect(await prometheus.query('vault_core_unsealed{pod="vault-1"}')).toEqual([]);
      await sovra.cureAll();
    },
    12 * minute,
  );

  test(
    'the whole API down, and up again',
    async () => {
      const since = await struck(sovra.inject('api-down'));
      await paged('API down', since, { alertname: 'SovraApiDown', level: 'P0' }, 'critical');
      await sovra.cureAll();
      await prometheus.waitForTargets(15, { timeout: 2 * minute });
    },
    7 * minute,
  );
});

test(
  'every rule has been evaluated, and none failed',
  async () => {
    await prometheus.waitForRules({ timeout: 4 * minute });
  },
  5 * minute,
);
