import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { PodMonitorSpec } from '../kube/crds/pod-monitor';
import type { ProbeSpec } from '../kube/crds/probe';
import type { ServiceMonitorSpec } from '../kube/crds/service-monitor';
import { commonLabels } from '../kube/labels';
import { slug } from '../kube/names';
import { operatorObject } from '../kube/object';
import type { PrometheusRef } from '../kube/prometheus-ref';
import type { ControlPlane, EdgeNode, Labels, PolicyAgent, Vault } from '../sovra/installation';
import type { MetricJob } from '../sovra/metrics';
import { API_MODULE, BLACKBOX_EXPORTER, BLACKBOX_PORT, REMOTE_VAULT_MODULE, vaultModule } from './blackbox-exporter';

/** A label that is the same for every target of a monitor. */
const constant = (targetLabel: string, replacement: string) => ({
  targetLabel,
  replacement,
  action: 'replace' as const,
});

function metadata(name: string, namespace: string, prometheus: PrometheusRef) {
  return { name, namespace, labels: { ...commonLabels(name, 'monitoring'), ...prometheus.selectorLabels } };
}

export interface ServiceTarget {
  readonly job: MetricJob;
  readonly namespace: string;
  readonly labels: Labels;
  readonly portName: string;
  readonly edgeNode?: string;
  /** Keep the exporter's own `namespace` and `job` labels: they say whose metric it is, not who served it. */
  readonly honorLabels?: boolean;
}

/** Scrapes the pods behind a Service. The monitor lives where the rules live and looks into the target's namespace. */
export function serviceMonitor(
  scope: Construct,
  id: string,
  name: string,
  prometheus: PrometheusRef,
  target: ServiceTarget,
): ApiObject {
  return operatorObject<ServiceMonitorSpec>(
    scope,
    id,
    'ServiceMonitor',
    metadata(name, prometheus.namespace, prometheus),
    {
      namespaceSelector: { matchNames: [target.namespace] },
      selector: { matchLabels: { ...target.labels } },
      endpoints: [
        {
          port: target.portName,
          path: '/metrics',
          ...(target.honorLabels && { honorLabels: true }),
          relabelings: [
            constant('job', target.job),
            ...(target.edgeNode === undefined ? [] : [constant('edge_node', target.edgeNode)]),
          ],
        },
      ],
    },
  );
}

export function apiMonitor(scope: Construct, prometheus: PrometheusRef, api: ControlPlane): ApiObject {
  return serviceMonitor(scope, 'sovra-api', 'sovra-api', prometheus, {
    job: 'sovra-api',
    namespace: api.namespace,
    labels: api.labels,
    portName: api.portName,
  });
}

export function policyAgentMonitor(
  scope: Construct,
  prometheus: PrometheusRef,
  edgeNode: EdgeNode,
  agent: PolicyAgent,
): ApiObject {
  const name = `sovra-opa-${slug(edgeNode.id)}`;
  return serviceMonitor(scope, name, name, prometheus, {
    job: 'opa',
    namespace: agent.namespace,
    labels: agent.labels,
    portName: agent.portName,
    edgeNode: edgeNode.id,
  });
}

/** The edge node "health-a" must not have the name of the health monitor of edge node "a"; with a hash it has not. */
function ownSlug(id: string): string {
  return slug(id.startsWith('health-') ? `_${id}` : id);
}

/**
 * Scrapes every Vault pod, sealed or not: a Service that selects only the active node would show nothing when all of
 * them are sealed. It lives in Vault's namespace, where the certificate authority is.
 */
export function vaultMonitor(scope: Construct, prometheus: PrometheusRef, edgeNode: EdgeNode, vault: Vault): ApiObject {
  const name = `sovra-vault-${ownSlug(edgeNode.id)}`;
  return operatorObject<PodMonitorSpec>(scope, name, 'PodMonitor', metadata(name, vault.namespace, prometheus), {
    namespaceSelector: { matchNames: [vault.namespace] },
    selector: { matchLabels: { ...vault.labels } },
    podMetricsEndpoints: [
      {
        portNumber: vault.port,
        scheme: 'https',
        path: '/v1/sys/metrics',
        params: { format: ['prometheus'] },
        tlsConfig: {
          ca: { secret: { name: vault.tls.secret, key: vault.tls.caKey } },
          serverName: vault.tls.serverName,
        },
        relabelings: [constant('job', 'vault'), constant('edge_node', edgeNode.id)],
      },
    ],
  });
}

/**
 * Asks every Vault pod for `/v1/sys/health` through the blackbox exporter. A `Probe` object cannot discover pods; a
 * PodMonitor can, and relabelling hands the pod's address to the exporter.
 */
export function vaultHealthMonitor(
  scope: Construct,
  prometheus: PrometheusRef,
  blackboxNamespace: string,
  edgeNode: EdgeNode,
  vault: Vault,
): ApiObject {
  const name = `sovra-vault-health-${slug(edgeNode.id)}`;
  return operatorObject<PodMonitorSpec>(scope, name, 'PodMonitor', metadata(name, vault.namespace, prometheus), {
    namespaceSelector: { matchNames: [vault.namespace] },
    selector: { matchLabels: { ...vault.labels } },
    podMetricsEndpoints: [
      {
        portNumber: vault.port,
        path: '/probe',
        params: { module: [vaultModule(edgeNode)] },
        relabelings: [
          {
            sourceLabels: ['__address__'],
            targetLabel: '__param_target',
            replacement: 'https://$1/v1/sys/health',
            action: 'replace',
          },
          { sourceLabels: ['__param_target'], targetLabel: 'instance', action: 'replace' },
          constant('__address__', `${BLACKBOX_EXPORTER}.${blackboxNamespace}.svc:${BLACKBOX_PORT}`),
          constant('job', 'vault-health'),
          constant('edge_node', edgeNode.id),
        ],
      },
    ],
  });
}

function probe(
  scope: Construct,
  name: string,
  prometheus: PrometheusRef,
  blackboxNamespace: string,
  spec: { job: MetricJob; module: string; urls: readonly string[]; labels?: Record<string, string> },
): ApiObject {
  return operatorObject<ProbeSpec>(scope, name, 'Probe', metadata(name, prometheus.namespace, prometheus), {
    jobName: spec.job,
    module: spec.module,
    prober: { url: `${BLACKBOX_EXPORTER}.${blackboxNamespace}.svc:${BLACKBOX_PORT}`, scheme: 'http', path: '/probe' },
    targets: { staticConfig: { static: [...spec.urls], ...(spec.labels && { labels: spec.labels }) } },
  });
}

/** Asks the control plane for its health the way a client would, through its Service. */
export function apiProbe(
  scope: Construct,
  prometheus: PrometheusRef,
  blackboxNamespace: string,
  api: ControlPlane,
): ApiObject {
  return probe(scope, 'sovra-api-probe', prometheus, blackboxNamespace, {
    job: 'sovra-api-probe',
    module: API_MODULE,
    urls: [`${api.url}/health`],
  });
}

/** Asks an edge node of another cluster, where the description gives addresses for it. */
export function edgeProbe(
  scope: Construct,
  prometheus: PrometheusRef,
  blackboxNamespace: string,
  edgeNode: EdgeNode,
): ApiObject {
  return probe(scope, `sovra-edge-${slug(edgeNode.id)}`, prometheus, blackboxNamespace, {
    job: 'edge-probe',
    module: REMOTE_VAULT_MODULE,
    urls: edgeNode.healthUrls,
    labels: { edge_node: edgeNode.id },
  });
}
