import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { Deployment } from 'kubernetes-types/apps/v1';
import type {
  ConfigMap,
  Container,
  PersistentVolumeClaim,
  Probe,
  Service,
  ServiceAccount,
  Volume,
} from 'kubernetes-types/core/v1';
import { enableChecks } from '../checks/enable';
import { declareFacts } from '../checks/facts';
import {
  checkDashboardOptions,
  type DashboardOptions,
  dashboards,
  type SovraDashboard,
  telemetryDashboards,
} from '../dashboards';
import { checkMorePeers, checkNetwork } from '../kube/check-network';
import { checkResources, checkStorage } from '../kube/check-resources';
import { contentHash } from '../kube/content-hash';
import { commonLabels, selectorLabels } from '../kube/labels';
import { type ClusterNetworkProps, networkPolicy, type Peer, toDns } from '../kube/network';
import { kubeObject } from '../kube/object';
import { hardenedContainer, hardenedPod, type Resources, resources } from '../kube/pod';
import { SOVRA_PROMETHEUS } from '../kube/prometheus-ref';
import { LOKI, partUrl, TEMPO, type TelemetryPart } from '../kube/telemetry-ref';
import { checkInstallation } from '../sovra/check-installation';
import type { SovraInstallation } from '../sovra/installation';
import { Checker, dnsLabel, dnsSubdomain, duration, flag, secretKey } from '../validate';
import { ALERTMANAGER_POD_LABELS, ALERTMANAGER_PORT } from './alertmanager';
import {
  dashboardConfigMapName,
  dashboardConfigMaps,
  dashboardProvider,
  datasources,
  drawnIn,
} from './grafana-provisioning';
import { ADMIN_PATH, checkSettings, DASHBOARDS_PATH, environment } from './grafana-settings';
import type { StorageProps } from './prometheus';
import { checkServer, type QueriedServer, serverEdge, serverPods, webServer } from './queried-server';
import { LOKI_UID, TEMPO_UID } from './source-uids';

export type { QueriedServer } from './queried-server';

/** A Secret that exists beforehand in Grafana's namespace. */
export interface GrafanaAdminSecret {
  /** @default 'grafana-admin' */
  readonly secret?: string;
  /** Key of the administrator's name. @default 'admin-user' */
  readonly userKey?: string;
  /**
   * Key of the administrator's password. Grafana takes both at its first start; later it is changed in Grafana.
   * @default 'admin-password'
   */
  readonly passwordKey?: string;
  /**
   * Key of the secret with which Grafana encrypts credentials in its database, at least 32 random characters. It must
   * stay the same; Grafana's own default is the same everywhere and printed in its documentation. @default 'secret-key'
   */
  readonly secretKeyKey?: string;
}

/** What can be said of Grafana when the rest of the stack is known. */
export interface GrafanaOptions extends Omit<DashboardOptions, 'datasourceUid'> {
  /** Administrator and encryption key; there is no default password. @default keys of the Secret `grafana-admin` */
  readonly adminSecret?: GrafanaAdminSecret;
  /** Volume for users, preferences and silences of Grafana's own. @default 10Gi of the default class */
  readonly storage?: StorageProps;
  /** @default 100m and 256Mi requested, 1 and 1Gi allowed */
  readonly resources?: Resources;
  /** False to provision none of the dashboards. @default true */
  readonly dashboards?: boolean;
  /**
   * The address that people type, behind an ingress; with https, cookies are never sent without it. A path in it has to
   * be stripped by the proxy. @default none; by `kubectl port-forward` it is http://localhost:3000
   */
  readonly rootUrl?: string;
  /** Who may reach it besides the Prometheus that scrapes it: the pods of an ingress controller. @default nobody; `kubectl port-forward` needs no edge */
  readonly ingressFrom?: readonly Peer[];
  /** The Loki that holds the log; true: that of `SovraLogging` in the same namespace. @default none */
  readonly logs?: QueriedServer | true;
  /** The Tempo that holds the traces; true: that of `SovraTracing` in the same namespace. @default none */
  readonly traces?: QueriedServer | true;
  /** How often Prometheus scrapes, by which Grafana chooses the windows of rates. @default '15s' */
  readonly scrapeInterval?: string;
  /** More settings of Grafana, or other values for those here, by environment variable: `{ GF_LOG_LEVEL: 'warn' }`. @default none */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface GrafanaProps extends GrafanaOptions {
  readonly sovra: SovraInstallation;
  /** @default 'monitoring' */
  readonly namespace?: string;
  /** @default the Prometheus of `SovraMonitoring` in the same namespace */
  readonly prometheus?: QueriedServer;
  /** False where there is none. @default the Alertmanager of `SovraMonitoring` in the same namespace */
  readonly alertmanager?: QueriedServer | false;
  /** What network policies cannot know. @default CoreDNS in kube-system */
  readonly network?: ClusterNetworkProps;
}

/** Name of its Service, Deployment, ServiceAccount, volume and network policy. */
export const GRAFANA = 'grafana';
export const GRAFANA_PORT = 3000;
/** The user of the official image. */
const GRAFANA_USER = 472;
const DATA_PATH = '/var/lib/grafana';
const PROVISIONING_PATH = '/etc/grafana/provisioning';

/** Its pods, for the policies of what it asks. */
export function grafanaPods(namespace: string): Peer {
  return { namespace, podLabels: selectorLabels(GRAFANA) };
}

/** Where alerts send people to see more; nowhere, if the dashboards are not there. */
export function grafanaUrl(o: GrafanaOptions, namespace: string): string | undefined {
  if (o.dashboards === false) return undefined;
  // The name of the Service opens in no browser outside the cluster, but says which port to forward.
  return o.rootUrl?.replace(/\/+$/, '') ?? `http://${GRAFANA}.${namespace}.svc:${GRAFANA_PORT}`;
}

/**
 * Grafana with the stack's data sources and the dashboards of the installation. It asks Prometheus, Alertmanager and the
 * cluster's name resolution, and nothing else: not the internet, not the Kubernetes API.
 *
 * @throws {SovraOpsError} listing every property that cannot work
 */
export class Grafana extends Construct {
  readonly serviceAccount: ApiObject;
  readonly deployment: ApiObject;
  readonly service: ApiObject;
  readonly policy: ApiObject;
  readonly volumeClaim: ApiObject;
  /** Data sources and the folder of dashboards. */
  readonly provisioning: ApiObject;
  readonly dashboards: readonly SovraDashboard[];
  /** One ConfigMap for each dashboard. */
  readonly dashboardConfigMaps: readonly ApiObject[];

  constructor(scope: Construct, id: string, props: GrafanaProps) {
    super(scope, id);
    const checker = new Checker(this.node.path).props(props);
    checkInstallation(checker, props.sovra);
    checkGrafana(checker, '', props).done();
    const stack = resolve(props);
    const metadata = { name: GRAFANA, namespace: stack.namespace, labels: commonLabels(GRAFANA, 'monitoring') };
    const files = provisioningFiles(stack, props);
    this.dashboards = props.dashboards === false ? [] : shownDashboards(props);
    this.serviceAccount = kubeObject<ServiceAccount>(this, 'service-account', 'v1', 'ServiceAccount', metadata, {
      automountServiceAccountToken: false,
    });
    this.volumeClaim = volumeClaim(this, metadata, props.storage ?? {});
    this.provisioning = kubeObject<ConfigMap>(
      this,
      'provisioning',
      'v1',
      'ConfigMap',
      { ...metadata, name: PROVISIONING },
      { data: files },
    );
    this.dashboardConfigMaps = dashboardConfigMaps(this, stack.namespace, this.dashboards);
    this.deployment = deployment(this, metadata, props, this.dashboards, files);
    this.service = kubeObject<Service>(this, 'service', 'v1', 'Service', metadata, {
      spec: {
        type: 'ClusterIP',
        selector: selectorLabels(GRAFANA),
        ports: [{ name: 'http', port: GRAFANA_PORT, targetPort: 'http', protocol: 'TCP' }],
      },
    });
    this.policy = networkPolicy(this, 'network-policy', {
      name: GRAFANA,
      namespace: stack.namespace,
      component: 'monitoring',
      podLabels: selectorLabels(GRAFANA),
      ingress: [{ peers: [serverPods(stack.prometheus), ...(props.ingressFrom ?? [])], ports: [GRAFANA_PORT] }],
      egress: [
        toDns(props.network ?? {}),
        serverEdge(stack.prometheus),
        ...[stack.alertmanager, stack.logs, stack.traces].flatMap((s) => (s ? [serverEdge(s)] : [])),
      ],
    });
    declareFacts(this, { sovra: props.sovra, drawn: drawnIn(this.dashboardConfigMaps, props.thresholds) });
    enableChecks(this);
  }
}

const PROVISIONING = 'grafana-provisioning';

/** Holds the props, without the installation, against their rules. */
export function checkGrafana(c: Checker, at: string, p: Omit<GrafanaProps, 'sovra'>): Checker {
  const admin = c.part(`${at}adminSecret`, p.adminSecret);
  c.value(`${at}namespace`, p.namespace, dnsLabel)
    .value(`${at}adminSecret.secret`, admin?.secret, dnsSubdomain)
    .value(`${at}adminSecret.userKey`, admin?.userKey, secretKey)
    .value(`${at}adminSecret.passwordKey`, admin?.passwordKey, secretKey)
    .value(`${at}adminSecret.secretKeyKey`, admin?.secretKeyKey, secretKey)
    .value(`${at}dashboards`, p.dashboards, flag)
    .value(`${at}rootUrl`, p.rootUrl, webServer)
    .value(`${at}scrapeInterval`, p.scrapeInterval, duration);
  checkStorage(c, `${at}storage`, p.storage);
  checkResources(c, `${at}resources`, p.resources);
  checkServer(c, `${at}prometheus`, p.prometheus);
  if (p.alertmanager !== false) checkServer(c, `${at}alertmanager`, p.alertmanager);
  if (p.logs !== true) checkServer(c, `${at}logs`, p.logs);
  if (p.traces !== true) checkServer(c, `${at}traces`, p.traces);
  checkMorePeers(c, `${at}ingressFrom`, p.ingressFrom);
  checkNetwork(c, `${at}network`, p.network);
  checkSettings(c, `${at}settings`, p.settings);
  return checkDashboardOptions(c, at, p);
}

interface Stack {
  readonly namespace: string;
  readonly prometheus: QueriedServer;
  readonly alertmanager?: QueriedServer;
  readonly logs?: QueriedServer;
  readonly traces?: QueriedServer;
}

/** The dashboards of the installation, and those of its logs and traces where there are some. */
function shownDashboards(props: GrafanaProps): SovraDashboard[] {
  const uids = { ...(props.logs && { loki: LOKI_UID }), ...(props.traces && { tempo: TEMPO_UID }) };
  return [...dashboards(props.sovra, props), ...telemetryDashboards(props.sovra, uids, props)];
}

/** A part of logging or tracing: that of the stack, another one, or none. */
function telemetryServer(
  given: QueriedServer | true | undefined,
  part: TelemetryPart,
  namespace: string,
): QueriedServer | undefined {
  return given === true ? { url: partUrl(part, namespace), namespace, podLabels: part.podLabels } : given;
}

function resolve(props: GrafanaProps): Stack {
  const namespace = props.namespace ?? SOVRA_PROMETHEUS.namespace;
  return {
    namespace,
    prometheus: props.prometheus ?? {
      url: `http://prometheus.${namespace}.svc:9090`,
      namespace,
      podLabels: SOVRA_PROMETHEUS.podLabels,
    },
    ...(props.alertmanager !== false && {
      alertmanager: props.alertmanager ?? {
        url: `http://alertmanager.${namespace}.svc:${ALERTMANAGER_PORT}`,
        namespace,
        podLabels: ALERTMANAGER_POD_LABELS,
      },
    }),
    logs: telemetryServer(props.logs, LOKI, namespace),
    traces: telemetryServer(props.traces, TEMPO, namespace),
  };
}

type Files = Readonly<Record<string, string>>;

function provisioningFiles(stack: Stack, props: GrafanaProps): Files {
  const sources = datasources({
    prometheusUrl: stack.prometheus.url,
    alertmanagerUrl: stack.alertmanager?.url,
    lokiUrl: stack.logs?.url,
    tempoUrl: stack.traces?.url,
    scrapeInterval: props.scrapeInterval ?? '15s',
  });
  return { 'datasources.yaml': sources, ...(props.dashboards !== false && { 'dashboards.yaml': dashboardProvider() }) };
}

interface GrafanaMetadata {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Record<string, string>;
}

function volumeClaim(scope: Construct, metadata: GrafanaMetadata, storage: StorageProps): ApiObject {
  return kubeObject<PersistentVolumeClaim>(scope, 'volume-claim', 'v1', 'PersistentVolumeClaim', metadata, {
    spec: {
      accessModes: ['ReadWriteOnce'],
      ...(storage.storageClass && { storageClassName: storage.storageClass }),
      resources: { requests: { storage: storage.size ?? '10Gi' } },
    },
  });
}

function deployment(
  scope: Construct,
  metadata: GrafanaMetadata,
  props: GrafanaProps,
  shown: readonly SovraDashboard[],
  files: Files,
): ApiObject {
  return kubeObject<Deployment>(scope, 'deployment', 'apps/v1', 'Deployment', metadata, {
    spec: {
      // The database is a file on a volume that one node at a time can mount.
      replicas: 1,
      strategy: { type: 'Recreate' },
      revisionHistoryLimit: 3,
      selector: { matchLabels: selectorLabels(GRAFANA) },
      template: {
        // Data sources are read at the start only; dashboards are read again while it runs.
        metadata: {
          labels: metadata.labels,
          annotations: { 'sovra-ops/config-hash': contentHash(scope, JSON.stringify(files)) },
        },
        spec: hardenedPod(
          {
            serviceAccountName: GRAFANA,
            containers: [container(props, shown)],
            volumes: volumes(props, shown),
          },
          { images: props.sovra.images, user: GRAFANA_USER },
        ),
      },
    },
  });
}

function container(props: GrafanaProps, shown: readonly SovraDashboard[]): Container {
  const health: Probe = { httpGet: { path: '/api/health', port: 'http' }, periodSeconds: 10, timeoutSeconds: 5 };
  const provisioned = ['datasources', ...(props.dashboards === false ? [] : ['dashboards'])];
  return hardenedContainer({
    name: GRAFANA,
    image: props.sovra.image('grafana'),
    ports: [{ name: 'http', containerPort: GRAFANA_PORT, protocol: 'TCP' }],
    env: environment({ rootUrl: props.rootUrl, dashboards: shown.length > 0, more: props.settings }),
    volumeMounts: [
      { name: 'data', mountPath: DATA_PATH },
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'admin', mountPath: ADMIN_PATH, readOnly: true },
      ...provisioned.map((kind) => ({ name: kind, mountPath: `${PROVISIONING_PATH}/${kind}`, readOnly: true })),
      ...(shown.length > 0 ? [{ name: 'dashboard-files', mountPath: DASHBOARDS_PATH, readOnly: true }] : []),
    ],
    // A new version migrates the database before it answers: five minutes, on a slow volume.
    startupProbe: { ...health, periodSeconds: 5, failureThreshold: 60 },
    // Unlike the others it does not ask the database: a restart does not mend a volume that is slow or full.
    livenessProbe: { ...health, httpGet: { path: '/healthz', port: 'http' }, failureThreshold: 6 },
    readinessProbe: health,
    resources: resources(props.resources ?? { cpu: '100m', memory: '256Mi', cpuLimit: '1', memoryLimit: '1Gi' }),
  });
}

function volumes(props: GrafanaProps, shown: readonly SovraDashboard[]): Volume[] {
  const admin = props.adminSecret ?? {};
  const provisioned = (kind: string): Volume => ({
    name: kind,
    configMap: { name: PROVISIONING, items: [{ key: `${kind}.yaml`, path: `${kind}.yaml` }] },
  });
  return [
    { name: 'data', persistentVolumeClaim: { claimName: GRAFANA } },
    { name: 'tmp', emptyDir: { sizeLimit: '256Mi' } },
    {
      name: 'admin',
      secret: {
        secretName: admin.secret ?? 'grafana-admin',
        defaultMode: 0o440,
        items: [
          { key: admin.userKey ?? 'admin-user', path: 'user' },
          { key: admin.passwordKey ?? 'admin-password', path: 'password' },
          { key: admin.secretKeyKey ?? 'secret-key', path: 'secret-key' },
        ],
      },
    },
    provisioned('datasources'),
    ...(props.dashboards === false ? [] : [provisioned('dashboards')]),
    ...(shown.length > 0
      ? [
          {
            name: 'dashboard-files',
            projected: {
              sources: shown.map((dashboard) => ({ configMap: { name: dashboardConfigMapName(dashboard) } })),
            },
          },
        ]
      : []),
  ];
}
