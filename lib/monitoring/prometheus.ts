import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { Service, ServiceAccount } from 'kubernetes-types/core/v1';
import type { Role, RoleBinding } from 'kubernetes-types/rbac/v1';
import { checkMorePeers } from '../kube/check-network';
import { checkResources, checkStorage } from '../kube/check-resources';
import type { PrometheusSpec } from '../kube/crds/prometheus';
import { disruptionBudget } from '../kube/exporter';
import { commonLabels, PART_OF } from '../kube/labels';
import { type ClusterNetworkProps, networkPolicy, type Opening, type Peer, toApiServer, toDns } from '../kube/network';
import { kubeObject, operatorObject } from '../kube/object';
import { hardenedPodSecurity, type Resources, resources, spreadOverNodes } from '../kube/pod';
import { DEFAULT_RETENTION, type PrometheusRef, SOVRA_PROMETHEUS } from '../kube/prometheus-ref';
import { amount } from '../kube/quantity';
import { checkGrafanaUrl } from '../rules/overrides';
import { parseDuration, seconds } from '../schedule/duration';
import type { SovraInstallation } from '../sovra/installation';
import { OBJECTIVE_WINDOW } from '../sovra/objectives';
import { anyText, Checker, dnsLabel, duration, flag, known, positiveInteger, quantity } from '../validate';

export interface StorageProps {
  /** Size of each replica's volume, as a Kubernetes quantity. */
  readonly size?: string;
  /** @default the cluster's default class */
  readonly storageClass?: string;
}

export interface PrometheusProps {
  /** @default 2 */
  readonly replicas?: number;
  /** How long series are kept; longer than the objectives look back. @default '35d' */
  readonly retention?: string;
  /** @default '15s' (guide: monitoring) */
  readonly scrapeInterval?: string;
  /** @default '15s' (guide: monitoring) */
  readonly evaluationInterval?: string;
  /** Volume of each replica; the oldest blocks go when 85 % of it are used. @default 50Gi of the default class */
  readonly storage?: StorageProps;
  /** @default 250m and 2Gi requested, 2 and 4Gi allowed */
  readonly resources?: Resources;
  /** Address of the Grafana that alerts link to, without a slash at its end. @default `grafana.rootUrl`, or the Service of the Grafana of the stack */
  readonly grafanaUrl?: string;
  /** More namespaces whose monitors and rules are taken, and whose targets may be discovered. @default those of the Sovra installation */
  readonly namespaces?: readonly string[];
  /** More pods that may query it. @default Grafana only */
  readonly queriedBy?: readonly Peer[];
  /**
   * Take series that are written to it, with the traces behind them: `SovraLogging` and `SovraTracing` write what they
   * count. @default false
   */
  readonly remoteWriteReceiver?: boolean;
}

export interface SovraPrometheusProps extends PrometheusProps {
  readonly sovra: SovraInstallation;
  readonly namespace: string;
  readonly network: ClusterNetworkProps;
  /** Edges to what it scrapes. */
  readonly targets: readonly Opening[];
  readonly queriedBy: readonly Peer[];
}

const NAME = SOVRA_PROMETHEUS.name;
const SERVICE = 'prometheus';
export const PROMETHEUS_PORT = 9090;

/** The Prometheus of the stack, run by the operator that is in the cluster. */
export class SovraPrometheus extends Construct {
  readonly ref: PrometheusRef;
  readonly prometheus: ApiObject;
  readonly service: ApiObject;
  readonly policy: ApiObject;

  constructor(scope: Construct, id: string, props: SovraPrometheusProps) {
    super(scope, id);
    checkPrometheus(new Checker(this.node.path), '', props).done();
    const { namespace, sovra } = props;
    const metadata = { name: SERVICE, namespace, labels: commonLabels('prometheus', 'monitoring') };
    const namespaces = watchedNamespaces(sovra, namespace, props.namespaces);
    this.ref = {
      ...SOVRA_PROMETHEUS,
      namespace,
      namespaces,
      url: `http://${SERVICE}.${namespace}.svc:${PROMETHEUS_PORT}`,
      retention: props.retention ?? DEFAULT_RETENTION,
      grafanaUrl: props.grafanaUrl,
      ...(props.remoteWriteReceiver && { remoteWriteUrls: receivers(props) }),
    };
    kubeObject<ServiceAccount>(this, 'service-account', 'v1', 'ServiceAccount', metadata, {
      automountServiceAccountToken: false,
    });
    for (const watched of namespaces) discoveryRights(this, watched, namespace);
    this.prometheus = operatorObject<PrometheusSpec>(
      this,
      'prometheus',
      'Prometheus',
      { ...metadata, name: NAME },
      spec(props, this.ref, namespaces),
    );
    this.service = kubeObject<Service>(this, 'service', 'v1', 'Service', metadata, {
      spec: {
        type: 'ClusterIP',
        selector: { ...this.ref.podLabels },
        ports: [{ name: 'http', port: PROMETHEUS_PORT, targetPort: 'web', protocol: 'TCP' }],
      },
    });
    this.policy = networkPolicy(this, 'network-policy', {
      name: 'prometheus',
      namespace,
      component: 'monitoring',
      podLabels: this.ref.podLabels,
      ingress: [
        { peers: [{ namespace, podLabels: this.ref.podLabels }, ...props.queriedBy], ports: [PROMETHEUS_PORT] },
      ],
      egress: [
        toDns(props.network),
        toApiServer(props.network),
        { peers: [{ namespace, podLabels: this.ref.podLabels }], ports: [PROMETHEUS_PORT] },
        ...props.targets,
      ],
    });
    if ((props.replicas ?? 2) > 1) disruptionBudget(this, 'disruption-budget', metadata, { ...this.ref.podLabels });
  }
}

/** Each replica by the name that the operator's headless Service gives it. */
function receivers({ namespace, replicas = 2 }: SovraPrometheusProps): string[] {
  return Array.from(
    { length: replicas },
    (_, i) => `http://prometheus-${NAME}-${i}.prometheus-operated.${namespace}.svc:${PROMETHEUS_PORT}/api/v1/write`,
  );
}

/** Below that, a share of it rounds to nothing, which Prometheus reads as no limit. */
const SMALLEST_VOLUME = 100 * 2 ** 20;

/** Where monitors and rules are looked for: the stack's own namespace and every namespace of the installation. */
export function watchedNamespaces(sovra: SovraInstallation, own: string, more: readonly string[] = []): string[] {
  const installation = [
    ...(sovra.controlPlane ? [sovra.namespace] : []),
    ...sovra.localEdgeNodes.map((n) => n.vault.namespace),
  ];
  return [...new Set([own, ...installation, ...more])];
}

export function checkPrometheus(c: Checker, at: string, p: PrometheusProps): Checker {
  c.value(`${at}replicas`, p.replicas, positiveInteger)
    .value(`${at}retention`, p.retention, duration)
    .value(`${at}scrapeInterval`, p.scrapeInterval, duration)
    .value(`${at}evaluationInterval`, p.evaluationInterval, duration)
    .value(`${at}remoteWriteReceiver`, p.remoteWriteReceiver, flag)
    .each(`${at}namespaces`, p.namespaces, dnsLabel);
  checkStorage(c, `${at}storage`, p.storage);
  const size = p.storage?.size;
  // The share of the volume that may be filled is computed from it.
  c.value(`${at}storage.size`, size, known(anyText));
  c.require(typeof size !== 'string' || quantity(size) !== undefined || amount(size) >= SMALLEST_VOLUME, {
    property: `${at}storage.size`,
    given: size,
    allowed: 'at least 100Mi: what was scraped last is written down before it is packed',
    remedy: 'About 2 bytes for each sample: 50Gi for 35 days of a usual installation.',
  });
  checkResources(c, `${at}resources`, p.resources);
  checkMorePeers(c, `${at}queriedBy`, p.queriedBy);
  checkGrafanaUrl(c, `${at}grafanaUrl`, p.grafanaUrl);
  const kept = parseDuration(p.retention ?? DEFAULT_RETENTION);
  return c.require(kept === undefined || kept > seconds(OBJECTIVE_WINDOW), {
    property: `${at}retention`,
    given: p.retention,
    allowed: `more than ${OBJECTIVE_WINDOW}, the window of the service level objectives`,
    remedy: `Keep series for '${DEFAULT_RETENTION}' or longer; a shorter time would make every objective look at less than it promises.`,
  });
}

function spec(props: SovraPrometheusProps, ref: PrometheusRef, namespaces: readonly string[]): PrometheusSpec {
  const { sovra, namespace, storage } = props;
  const selected = { matchLabels: { ...ref.selectorLabels } };
  const inNamespaces = {
    matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: [...namespaces] }],
  };
  const size = storage?.size ?? '50Gi';
  const pullSecrets = sovra.images.pullSecrets ?? [];
  return {
    image: sovra.image('prometheus'),
    ...(pullSecrets.length > 0 && { imagePullSecrets: pullSecrets.map((name) => ({ name })) }),
    replicas: props.replicas ?? 2,
    retention: props.retention ?? DEFAULT_RETENTION,
    retentionSize: `${Math.floor((amount(size) * 0.85) / 2 ** 20)}MB`,
    scrapeInterval: props.scrapeInterval ?? '15s',
    evaluationInterval: props.evaluationInterval ?? '15s',
    externalLabels: { cluster: sovra.name },
    serviceAccountName: SERVICE,
    serviceDiscoveryRole: 'EndpointSlice',
    ruleSelector: selected,
    serviceMonitorSelector: selected,
    podMonitorSelector: selected,
    probeSelector: selected,
    ruleNamespaceSelector: inNamespaces,
    serviceMonitorNamespaceSelector: inNamespaces,
    podMonitorNamespaceSelector: inNamespaces,
    probeNamespaceSelector: inNamespaces,
    // A monitor must not make Prometheus read files of its own container, such as its service account's token.
    arbitraryFSAccessThroughSMs: { deny: true },
    enableAdminAPI: false,
    ...(props.remoteWriteReceiver && {
      enableRemoteWriteReceiver: true,
      enableFeatures: ['exemplar-storage'],
      exemplars: { maxSize: 100_000 },
    }),
    alerting: { alertmanagers: [{ namespace, name: 'alertmanager', port: 'http', apiVersion: 'V2' }] },
    podMetadata: { labels: { 'app.kubernetes.io/part-of': PART_OF } },
    securityContext: hardenedPodSecurity(),
    resources: resources(
      props.resources ?? { cpu: '250m', memory: '2Gi', cpuLimit: '2', memoryLimit: '4Gi' },
    ) as PrometheusSpec['resources'],
    topologySpreadConstraints: spreadOverNodes({ ...ref.podLabels }) as PrometheusSpec['topologySpreadConstraints'],
    storage: {
      volumeClaimTemplate: {
        spec: {
          accessModes: ['ReadWriteOnce'],
          ...(storage?.storageClass && { storageClassName: storage.storageClass }),
          resources: { requests: { storage: size } },
        },
      },
    },
  };
}

/** The right to discover targets in one namespace; nothing cluster-wide, and no Secrets. */
function discoveryRights(scope: Construct, watched: string, namespace: string): void {
  const metadata = { name: 'sovra-prometheus', namespace: watched, labels: commonLabels('prometheus', 'monitoring') };
  const verbs = ['get', 'list', 'watch'];
  kubeObject<Role>(scope, `role-${watched}`, 'rbac.authorization.k8s.io/v1', 'Role', metadata, {
    rules: [
      { apiGroups: [''], resources: ['services', 'pods'], verbs },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs },
    ],
  });
  kubeObject<RoleBinding>(scope, `role-binding-${watched}`, 'rbac.authorization.k8s.io/v1', 'RoleBinding', metadata, {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name },
    subjects: [{ kind: 'ServiceAccount', name: SERVICE, namespace }],
  });
}
