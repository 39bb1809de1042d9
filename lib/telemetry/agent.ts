import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { DaemonSet } from 'kubernetes-types/apps/v1';
import type { ConfigMap, PodSpec, ServiceAccount } from 'kubernetes-types/core/v1';
import { checkResources } from '../kube/check-resources';
import { closedNamespace } from '../kube/closed-namespace';
import { contentHash } from '../kube/content-hash';
import type { PodMonitorSpec } from '../kube/crds/pod-monitor';
import { commonLabels } from '../kube/labels';
import { type ClusterNetworkProps, networkPolicy, type Opening, type Peer, toDns } from '../kube/network';
import { kubeObject, operatorObject } from '../kube/object';
import {
  hardenedContainer,
  hardenedContainerSecurity,
  hardenedPod,
  memoryMiB,
  type Resources,
  resources,
} from '../kube/pod';
import type { PrometheusRef } from '../kube/prometheus-ref';
import { amount } from '../kube/quantity';
import { AGENT } from '../kube/telemetry-ref';
import type { SovraInstallation } from '../sovra/installation';
import { anyText, type Checker, dnsLabel, flag, known, positiveInteger, type Rule } from '../validate';
import { toYaml } from '../yaml';
import {
  COLLECTOR_FEATURE_GATES,
  COLLECTOR_PORTS,
  type CollectorConfig,
  goEnvironment,
  goMemoryLimit,
  MEMORY_MIB,
  POD_LOGS_PATH,
  POD_NAME_ENV,
  STORAGE_PATH,
} from './collector';

/** The agent that reads the log on each node. */
export interface LogAgentProps {
  /** A namespace of its own: reading files of the node is what Pod Security forbids elsewhere. @default 'sovra-logging' */
  readonly namespace?: string;
  /** Make that namespace, closed by default. @default true */
  readonly createNamespace?: boolean;
  /** Namespaces whose log is read. @default those of the installation */
  readonly logsOf?: readonly string[];
  /** Keep lines of the level debug. @default false */
  readonly keepDebug?: boolean;
  /** Keep lines about health checks. @default false */
  readonly keepHealthChecks?: boolean;
  /**
   * Lines that wait on the disk of each node while Loki is away, about 600 bytes each; then reading stops until it is back.
   * @default 1000000
   */
  readonly queueLines?: number;
  /**
   * On nodes that enforce SELinux (RHEL, OpenShift), a type that may read the log of containers and write a folder of the
   * node: `spc_t`. The runtime's own may do neither, and the agent would not start. @default that of the runtime
   */
  readonly seLinuxType?: string;
  /** @default 50m and 128Mi requested, 500m and 384Mi allowed */
  readonly resources?: Resources;
}

export const AGENT_NAMESPACE = 'sovra-logging';
export const AGENT_RESOURCES: Resources = {
  cpu: '50m',
  memory: `${MEMORY_MIB.agent.request}Mi`,
  cpuLimit: '500m',
  memoryLimit: `${MEMORY_MIB.agent.limit}Mi`,
};
const CONFIG_PATH = '/etc/otelcol';
/** On the node: where reading went on, and what waits to be delivered. */
const STATE_ON_NODE = '/var/lib/sovra-otelcol';
/** Below that, the collector spends its time on collecting garbage. */
const SMALLEST_MEMORY = 64 * 2 ** 20;

const seLinuxType: Rule = known((v) =>
  /^[a-z][a-z0-9_]{0,62}$/.test(v)
    ? undefined
    : { allowed: 'the name of a type: small letters, digits and "_"', remedy: 'For example "spc_t".' },
);

export function checkAgent(c: Checker, at: string, given: LogAgentProps | undefined): void {
  const p = c.part(at, given);
  if (p === undefined) return;
  c.value(`${at}.namespace`, p.namespace, known(dnsLabel))
    .value(`${at}.createNamespace`, p.createNamespace, flag)
    .each(`${at}.logsOf`, p.logsOf, known(dnsLabel))
    .value(`${at}.keepDebug`, p.keepDebug, flag)
    .value(`${at}.keepHealthChecks`, p.keepHealthChecks, flag)
    .value(`${at}.queueLines`, p.queueLines, positiveInteger)
    .value(`${at}.seLinuxType`, p.seLinuxType, seLinuxType);
  c.require(p.logsOf?.length !== 0, {
    property: `${at}.logsOf`,
    given: p.logsOf,
    allowed: 'at least one namespace',
    remedy: 'Leave it out for the namespaces of the installation.',
  });
  checkCollectorResources(c, `${at}.resources`, p.resources);
}

/** Holds resources of a collector against what it can live with; its own limit of memory is computed from them. */
export function checkCollectorResources(c: Checker, at: string, given: Resources | undefined): void {
  checkResources(c, at, given);
  const limit = given?.memoryLimit;
  c.value(`${at}.memoryLimit`, limit, known(anyText));
  c.require(typeof limit !== 'string' || !/^\d/.test(limit) || !(amount(limit) < SMALLEST_MEMORY), {
    property: `${at}.memoryLimit`,
    given: limit,
    allowed: 'at least 64Mi',
    remedy: 'Leave the resources out for those that a usual installation needs.',
  });
}

const variables = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([name, value]) => ({ name, value }));
/** The variables of a collector's runtime, for its container. */
export const goVariables = (given: Resources) => variables(goEnvironment(memoryMiB(given)));
/** The same for a program that minds its own collection of garbage. */
export const memoryVariables = (given: Resources) => variables(goMemoryLimit(memoryMiB(given)));

export interface LogAgentParts extends LogAgentProps {
  readonly sovra: SovraInstallation;
  readonly network: ClusterNetworkProps;
  readonly prometheus: PrometheusRef;
  readonly scrapedBy: Peer;
  readonly config: CollectorConfig;
  readonly egress: readonly Opening[];
}

/** One collector on each node, which reads the files of the kubelet, and nothing of the Kubernetes API. */
export class LogAgent extends Construct {
  /** Set where the namespace is made. Whatever goes into it has to come behind. */
  readonly namespaceObject?: ApiObject;
  readonly serviceAccount: ApiObject;
  readonly config: ApiObject;
  readonly daemonSet: ApiObject;
  readonly policy: ApiObject;
  readonly monitor: ApiObject;

  constructor(scope: Construct, id: string, props: LogAgentParts) {
    super(scope, id);
    const { name, podLabels } = AGENT;
    const namespace = props.namespace ?? AGENT_NAMESPACE;
    const metadata = { name, namespace, labels: commonLabels(name, 'logging') };
    // Only the agent belongs there: files of the node are mounted, which every stricter level forbids.
    if (props.createNamespace ?? true)
      this.namespaceObject = closedNamespace(this, {
        name: namespace,
        component: 'logging',
        podSecurity: 'privileged',
      });
    this.serviceAccount = kubeObject<ServiceAccount>(this, 'service-account', 'v1', 'ServiceAccount', metadata, {
      automountServiceAccountToken: false,
    });
    const text = toYaml(props.config);
    this.config = kubeObject<ConfigMap>(this, 'config', 'v1', 'ConfigMap', metadata, { data: { 'config.yaml': text } });
    this.daemonSet = kubeObject<DaemonSet>(this, 'daemon-set', 'apps/v1', 'DaemonSet', metadata, {
      spec: {
        revisionHistoryLimit: 3,
        selector: { matchLabels: { ...podLabels } },
        template: {
          metadata: {
            labels: metadata.labels,
            annotations: { 'sovra-ops/config-hash': contentHash(this, text) },
          },
          spec: pod(props),
        },
      },
    });
    this.policy = networkPolicy(this, 'network-policy', {
      name,
      namespace,
      component: 'logging',
      podLabels,
      ingress: [{ peers: [props.scrapedBy], ports: [COLLECTOR_PORTS.telemetry] }],
      egress: [toDns(props.network), ...props.egress],
    });
    this.monitor = podMonitor(this, props.prometheus, namespace);
  }
}

/** Reads as root, since the kubelet's files are root's; without a single capability, and with nothing else to write to. */
function pod(props: LogAgentParts): PodSpec {
  const given = props.resources ?? AGENT_RESOURCES;
  const hardened = hardenedPod(
    {
      serviceAccountName: AGENT.name,
      // A node without an agent is a node whose log nobody has.
      tolerations: [{ operator: 'Exists' }],
      terminationGracePeriodSeconds: 60,
      containers: [
        hardenedContainer({
          name: AGENT.name,
          image: props.sovra.image('otelCollector'),
          args: collectorArgs(CONFIG_PATH),
          env: [{ name: POD_NAME_ENV, valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }, ...goVariables(given)],
          ports: [{ name: 'metrics', containerPort: COLLECTOR_PORTS.telemetry, protocol: 'TCP' }],
          volumeMounts: [
            { name: 'config', mountPath: CONFIG_PATH, readOnly: true },
            { name: 'pod-logs', mountPath: POD_LOGS_PATH, readOnly: true },
            { name: 'state', mountPath: STORAGE_PATH },
            { name: 'tmp', mountPath: '/tmp' },
          ],
          ...collectorProbes(),
          resources: resources(given),
        }),
      ],
      volumes: [
        { name: 'config', configMap: { name: AGENT.name } },
        { name: 'pod-logs', hostPath: { path: POD_LOGS_PATH, type: 'Directory' } },
        { name: 'state', hostPath: { path: STATE_ON_NODE, type: 'DirectoryOrCreate' } },
        { name: 'tmp', emptyDir: { sizeLimit: '64Mi' } },
      ],
    },
    { images: props.sovra.images, user: 0 },
  );
  return {
    ...hardened,
    securityContext: { runAsUser: 0, runAsGroup: 0, seccompProfile: { type: 'RuntimeDefault' } },
    containers: hardened.containers.map((c) => ({
      ...c,
      securityContext: {
        ...hardenedContainerSecurity(),
        runAsNonRoot: false,
        ...(props.seLinuxType !== undefined && { seLinuxOptions: { type: props.seLinuxType } }),
      },
    })),
  };
}

/** The command line of a collector. */
export function collectorArgs(configPath: string): string[] {
  return [`--config=${configPath}/config.yaml`, `--feature-gates=${COLLECTOR_FEATURE_GATES}`];
}

/** The health of a collector. */
export function collectorProbes() {
  const health = { httpGet: { path: '/', port: COLLECTOR_PORTS.health }, periodSeconds: 10, timeoutSeconds: 3 };
  return {
    startupProbe: { ...health, periodSeconds: 5, failureThreshold: 24 },
    livenessProbe: { tcpSocket: { port: COLLECTOR_PORTS.health }, periodSeconds: 10, failureThreshold: 6 },
    readinessProbe: health,
  };
}

function podMonitor(scope: Construct, prometheus: PrometheusRef, namespace: string): ApiObject {
  const name = `sovra-${AGENT.name}`;
  return operatorObject<PodMonitorSpec>(
    scope,
    'monitor',
    'PodMonitor',
    {
      name,
      namespace: prometheus.namespace,
      labels: { ...commonLabels(name, 'monitoring'), ...prometheus.selectorLabels },
    },
    {
      namespaceSelector: { matchNames: [namespace] },
      selector: { matchLabels: { ...AGENT.podLabels } },
      podMetricsEndpoints: [
        {
          port: 'metrics',
          path: '/metrics',
          relabelings: [
            { targetLabel: 'job', replacement: 'otel-agent', action: 'replace' },
            { sourceLabels: ['__meta_kubernetes_pod_node_name'], targetLabel: 'node', action: 'replace' },
          ],
        },
      ],
    },
  );
}
