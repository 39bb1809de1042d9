import { type KubeObject, type LabelSelector, type ObjectSet, selects } from './model';

/** One pod as a network policy sees it. */
export interface Endpoint {
  readonly namespace: string;
  readonly labels: Record<string, string>;
  /** True where it has the address of its node: network policies say nothing about it. @default false */
  readonly hostNetwork?: boolean;
}

interface PolicyPeer {
  readonly ipBlock?: { readonly cidr: string };
  readonly namespaceSelector?: LabelSelector;
  readonly podSelector?: LabelSelector;
}
interface PolicyRule {
  readonly from?: readonly PolicyPeer[];
  readonly to?: readonly PolicyPeer[];
  readonly ports?: readonly {
    readonly port?: number | string;
    readonly endPort?: number;
    readonly protocol?: string;
  }[];
}

/**
 * Why TCP traffic from one pod to a port of another would be dropped by the policies of the set, or undefined if it gets
 * through. As in Kubernetes, a pod that no policy selects for a direction is open in that direction.
 */
export function blockedBy(set: ObjectSet, from: Endpoint, to: Endpoint, port: number): string | undefined {
  if (from.hostNetwork || to.hostNetwork) return undefined;
  const out = policiesFor(set, from, 'Egress');
  if (out.length > 0 && !out.some((p) => opens(set, p, p.spec.egress, to, port))) return `egress of ${names(out)}`;
  const into = policiesFor(set, to, 'Ingress');
  if (into.length > 0 && !into.some((p) => opens(set, p, p.spec.ingress, from, port)))
    return `ingress of ${names(into)}`;
  return undefined;
}

function names(policies: readonly KubeObject[]): string {
  return `NetworkPolicy ${policies.map((p) => `${p.metadata.namespace}/${p.metadata.name}`).join(', ')}`;
}

function policiesFor(set: ObjectSet, pod: Endpoint, direction: 'Ingress' | 'Egress'): KubeObject[] {
  return set
    .kind('NetworkPolicy')
    .filter(
      (p) =>
        p.metadata.namespace === pod.namespace &&
        selects(p.spec?.podSelector, pod.labels) &&
        directions(p).includes(direction),
    );
}

/** Without `policyTypes`, a policy is about ingress, and about egress only if it has such rules. */
function directions(p: KubeObject): string[] {
  return p.spec?.policyTypes ?? ['Ingress', ...(p.spec?.egress ? ['Egress'] : [])];
}

function opens(
  set: ObjectSet,
  policy: KubeObject,
  rules: readonly PolicyRule[] | undefined,
  other: Endpoint,
  port: number,
): boolean {
  return (rules ?? []).some((rule) => portOpen(rule, port) && peerOpen(set, policy, rule.from ?? rule.to, other));
}

function portOpen(rule: PolicyRule, port: number): boolean {
  // A named port is resolved by the network plug-in on the pod; the checks give it the benefit of the doubt.
  return (
    !rule.ports?.length ||
    rule.ports.some(
      (p) =>
        (p.protocol ?? 'TCP') === 'TCP' &&
        (p.port === undefined || typeof p.port === 'string' || (port >= p.port && port <= (p.endPort ?? p.port))),
    )
  );
}

function peerOpen(
  set: ObjectSet,
  policy: KubeObject,
  peers: readonly PolicyPeer[] | undefined,
  other: Endpoint,
): boolean {
  if (!peers?.length) return true;
  return peers.some((peer) => {
    // Pod addresses are not known at synth; only a block of all addresses is sure to hold them. Any other one may.
    if (peer.ipBlock) return set.partial || peer.ipBlock.cidr === '0.0.0.0/0';
    const sameNamespace = other.namespace === policy.metadata.namespace;
    const namespaceFits =
      peer.namespaceSelector === undefined
        ? sameNamespace
        : set.selectsNamespace(peer.namespaceSelector, other.namespace);
    return namespaceFits && (peer.podSelector === undefined || selects(peer.podSelector, other.labels));
  });
}
