/**
 * A Prometheus and an Alertmanager of their own, with somebody on call for each level, beside what else is in a cluster:
 * a control plane that ten edge nodes report to. Alerts fire sooner here than by default, so that a test can wait for
 * them; the times are public properties.
 */
import { Chart, JsonPatch } from 'cdk8s';
import { SovraAlerts, SovraApp, SovraMonitoring } from '../../lib';
import type { OnCallProps } from '../../lib/oncall/on-call';
import { SovraInstallation } from '../../lib/sovra/installation';
import { LEVELS, type Level } from '../../lib/sovra/levels';
import { SimulatedSovra } from '../sim';
import type { Alertmanager } from './alertmanager';
import { addresses, type Cluster } from './cluster';
import { readAlertmanagerConfig } from './operator';
import type { Prometheus } from './prometheus';
import { waitFor } from './wait';
import { WebhookReceiver } from './webhook';
import { secret, sovraObjects } from './world';

export const PAIR = 'paired';
export const EDGE_NODES: readonly string[] = Array.from({ length: 10 }, (_, i) => `edge-${i + 1}`);

const HOST = 'levels.example.com';
const PORT = 8081;
const SECRET = 'on-call';
const wait = { timeout: 120_000 };

const lower = (level: Level) => level.toLowerCase();

const onCall = (businessHours: OnCallProps['businessHours']): OnCallProps => ({
  receivers: Object.fromEntries(LEVELS.map((l) => [lower(l), { webhook: { url: { secret: SECRET, key: l } } }])),
  levels: { P0: 'p0', P1: 'p1', P2: 'p2', P3: 'p3' },
  businessHours,
});

/** What is applied, in the order of applying. */
export function pairObjects(businessHours: OnCallProps['businessHours']): readonly object[] {
  const app = new SovraApp();
  const chart = new Chart(app, 'pair');
  const sovra = new SovraInstallation({ edgeNodes: EDGE_NODES.map((id) => ({ id })) });
  const { alertmanager, prometheusRef: prometheus } = new SovraMonitoring(chart, 'monitoring', {
    sovra,
    namespace: PAIR,
    prometheus: { replicas: 1, scrapeInterval: '5s', evaluationInterval: '5s' },
    alertmanager: { replicas: 1, onCall: onCall(businessHours) },
    blackboxExporter: { replicas: 1 },
    grafana: false,
    kubeStateMetrics: { existing: true },
    postgresExporter: false,
  });
  new SovraAlerts(chart, 'alerts', {
    sovra,
    prometheus,
    alerts: {
      SovraApiDown: { for: '20s' },
      SovraApiProbeFailed: { for: '20s' },
      EdgeHeartbeatLate: { for: '20s' },
      // Its series goes with the control plane, and it is to be there still when business hours begin.
      EdgeCertificateExpires30d: { for: '10s', keepFiringFor: '15m' },
      // Nobody runs these here.
      DatabaseExporterDown: false,
      KubeStateMetricsDown: false,
    },
  });
  // Else what has been held back is looked at again after five minutes only, and the test takes as long.
  const route = alertmanager?.config.toJson().spec.route as { routes: { receiver: string }[] };
  for (const [receiver, wanted] of Object.entries({ p1: { groupInterval: '10s' }, p3: P3_TIMES })) {
    const at = route.routes.findIndex((r) => r.receiver === receiver);
    for (const [field, value] of Object.entries(wanted))
      alertmanager?.config.addJsonPatch(JsonPatch.replace(`/spec/route/routes/${at}/${field}`, value));
  }
  return app.manifests().flatMap(([, made]) => made);
}

const P3_TIMES = { groupWait: '1s', groupInterval: '2s' };

const isConfig = (o: object) => (o as { kind: string }).kind === 'AlertmanagerConfig';

export class Pair {
  private constructor(
    private readonly cluster: Cluster,
    readonly objects: readonly object[],
    readonly sovra: SimulatedSovra,
    readonly oncall: WebhookReceiver,
    readonly prometheus: Prometheus,
    readonly alertmanager: Alertmanager,
  ) {}

  /** Applies what the operator is to take up; the servers are started later. */
  static async apply(cluster: Cluster, businessHours: OnCallProps['businessHours']): Promise<readonly object[]> {
    const objects = pairObjects(businessHours);
    const urls = Object.fromEntries(LEVELS.map((level) => [level, `http://${HOST}:${PORT}/${level}`]));
    const api = ['sovra', 'sovra-api-gateway'];
    const world = sovraObjects().filter((o) => api.includes((o as { metadata: { name: string } }).metadata.name));
    const [namespace, ...rest] = [...objects].sort((a, b) => Number(isNamespace(b)) - Number(isNamespace(a)));
    const all = [...world, namespace as object, secret(PAIR, SECRET, urls), ...rest];
    expect(await cluster.applyObjects(all)).toEqual({ warnings: [] });
    return objects;
  }

  /** All is well when it is started. `ignored` are AlertmanagerConfigs of others. */
  static async start(cluster: Cluster, objects: readonly object[], ignored: readonly string[]): Promise<Pair> {
    const api = await waitFor(
      'both pods of the API',
      async () => {
        const found = await cluster.podAddresses('sovra', 'app=sovra');
        return found.length === 2 && found;
      },
      wait,
    );
    const sovra = await SimulatedSovra.start({ addresses: { api }, remoteEdgeNodes: EDGE_NODES });
    const oncall = await WebhookReceiver.start(addresses.host, PORT);
    await cluster.services.addHost(HOST, addresses.host);
    const selector = 'app.kubernetes.io/name=blackbox-exporter,app.kubernetes.io/part-of=sovra-ops';
    await cluster.startPods({ namespace: PAIR, selector });
    const alertmanager = await cluster.startAlertmanager({ namespace: PAIR, name: 'sovra', ignored });
    const prometheus = await cluster.startPrometheus({ namespace: PAIR, name: 'sovra' });
    await prometheus.waitForTargets(6, wait);
    await prometheus.waitFor('one Alertmanager', async () => (await prometheus.alertmanagers()).length === 1, wait);
    await prometheus.waitForAlert('Watchdog', 'firing', wait);
    await prometheus.waitFor('all else to be inactive', async () => (await prometheus.alerts()).length === 1, wait);
    return new Pair(cluster, objects, sovra, oncall, prometheus, alertmanager);
  }

  /** Lets other business hours hold: by the operator, and by the reloader of the pod. */
  async setHours(businessHours: OnCallProps['businessHours']): Promise<void> {
    const written = await readAlertmanagerConfig(this.cluster.api, PAIR, 'sovra');
    await this.cluster.applyObjects(pairObjects(businessHours).filter(isConfig));
    await waitFor(
      'the operator to write the new hours',
      async () => (await readAlertmanagerConfig(this.cluster.api, PAIR, 'sovra')) !== written,
      wait,
    );
    await this.cluster.refreshAlertmanager(this.alertmanager);
  }

  /** The replica of the API that whoever asks its Service reaches here. */
  async served(): Promise<number> {
    const slices = await this.cluster.api.list<{ endpoints?: readonly { addresses: readonly string[] }[] }>(
      '/apis/discovery.k8s.io/v1/namespaces/sovra/endpointslices',
      'kubernetes.io/service-name=sovra-api-gateway',
    );
    const address = slices[0]?.endpoints?.[0]?.addresses[0] ?? '';
    return (await this.cluster.podAddresses('sovra', 'app=sovra')).indexOf(address);
  }

  async stop(): Promise<void> {
    await this.sovra.stop();
    await this.oncall.stop();
  }
}

const isNamespace = (o: object) => (o as { kind: string }).kind === 'Namespace';
