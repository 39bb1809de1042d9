import type { Construct } from 'constructs';
import type { Role, RoleBinding } from 'kubernetes-types/rbac/v1';
import { commonLabels } from '../kube/labels';
import { ANYWHERE, type Opening, type Peer, portOfAddress } from '../kube/network';
import { kubeObject } from '../kube/object';
import type { PrometheusRef } from '../kube/prometheus-ref';
import { ALERTMANAGER_POD_LABELS } from '../monitoring/alertmanager';
import { grafanaPods } from '../monitoring/grafana';
import { watchedKinds } from '../monitoring/kube-state-metrics';
import { prometheusPods } from '../monitoring/own-stack';
import { type Checker, url } from '../validate';

export function alertmanagerPods({ namespace }: PrometheusRef): Peer {
  return { namespace, podLabels: ALERTMANAGER_POD_LABELS };
}

/** The Grafana of `SovraMonitoring`, which is where the Prometheus is; beside the store too, where that is elsewhere. */
export function grafanas(store: string, { namespace }: PrometheusRef): Peer[] {
  return [...new Set([store, namespace])].map(grafanaPods);
}

/** The right to discover targets in a namespace, for a Prometheus that has it only in those of the installation. */
export function discoverable(scope: Construct, namespace: string, ref: PrometheusRef): void {
  const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }];
  readable(scope, 'sovra-prometheus-agents', namespace, rules, { name: ref.serviceAccount, namespace: ref.namespace });
}

/** The right to read how many nodes should have an agent, and how many have one. */
export function readDaemonSets(scope: Construct, namespace: string, reader: { name: string; namespace: string }): void {
  readable(scope, 'sovra-kube-state-metrics-agents', namespace, watchedKinds(true), reader);
}

function readable(
  scope: Construct,
  name: string,
  namespace: string,
  rules: NonNullable<Role['rules']>,
  reader: { readonly name: string; readonly namespace: string },
): void {
  const metadata = { name, namespace, labels: commonLabels(name, 'logging') };
  const group = 'rbac.authorization.k8s.io';
  kubeObject<Role>(scope, `${name}-role`, `${group}/v1`, 'Role', metadata, { rules });
  kubeObject<RoleBinding>(scope, `${name}-role-binding`, `${group}/v1`, 'RoleBinding', metadata, {
    roleRef: { apiGroup: group, kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', ...reader }],
  });
}

/** Where series are written to: what was given, or every replica of the Prometheus. */
export function writeUrls(given: readonly string[] | undefined, ref: PrometheusRef): readonly string[] {
  return given ?? ref.remoteWriteUrls ?? [];
}

/** Holds the addresses that take series: without any, nobody would learn what was taken out of the log. */
export function checkWriteUrls(c: Checker, given: readonly string[] | undefined, ref: PrometheusRef | undefined): void {
  c.each('remoteWriteUrls', given, url('http', 'https'));
  const known = Array.isArray(given) ? given : (ref?.remoteWriteUrls ?? []);
  c.require(known.length > 0 || (given !== undefined && !Array.isArray(given)), {
    property: 'remoteWriteUrls',
    given,
    allowed: 'at least one address at which the Prometheus takes series that are written to it',
    remedy:
      'Give SovraMonitoring `prometheus: { remoteWriteReceiver: true }` and hand its `prometheusRef` on, or name the addresses here.',
  });
}

/** Where series are written to, as network policies see it. */
export interface WriteEdges {
  readonly egress: readonly Opening[];
  /** What opens the Prometheus itself to these pods; nothing, where series go elsewhere. */
  ingress(writers: Peer): readonly Opening[];
}

/**
 * The edges from a pod to where it writes series. Addresses that were given may be of anything that takes series: a Service
 * is opened to by its namespace, whatever has no name in the cluster by its port.
 */
export function writeEdges(given: readonly string[] | undefined, ref: PrometheusRef): WriteEdges {
  const own = prometheusPods(ref);
  const edges = writeUrls(given, ref).map((u) => ({
    peers: given === undefined ? [own] : peersOf(new URL(u).hostname),
    port: portOfAddress(u),
  }));
  const toOwn = edges.filter(({ peers }) => peers.some((p) => 'namespace' in p && p.namespace === ref.namespace));
  const portsOf = (some: typeof edges) => [...new Set(some.map((e) => e.port))];
  const byPeers = new Map(edges.map((e) => [JSON.stringify(e.peers), e.peers]));
  return {
    egress: [...byPeers].map(([key, peers]) => ({
      peers,
      ports: portsOf(edges.filter((e) => JSON.stringify(e.peers) === key)),
    })),
    ingress: (writers) => (toOwn.length === 0 ? [] : [{ peers: [writers], ports: portsOf(toOwn) }]),
  };
}

/** Of a host by its name: `NAME.NAMESPACE.svc`, `NAME.NAMESPACE`, or anything outside. */
function peersOf(host: string): Peer[] {
  const namespace = /\.([a-z0-9-]+)\.svc(?:\.|$)/.exec(host)?.[1];
  if (namespace !== undefined) return [{ namespace }];
  const short = /^[a-z0-9-]+\.([a-z][a-z0-9-]*)$/.exec(host)?.[1];
  return [...(short === undefined ? [] : [{ namespace: short }]), { cidrs: ANYWHERE }];
}
