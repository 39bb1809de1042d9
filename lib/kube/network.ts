import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from 'kubernetes-types/networking/v1';
import type { Labels } from '../sovra/installation';
import { commonLabels } from './labels';
import { kubeObject } from './object';

/** The other end of an edge: pods of a namespace, or addresses. */
export type Peer =
  | { readonly namespace: string; readonly podLabels: Labels }
  /** All pods of a namespace. */
  | { readonly namespace: string }
  /** Addresses, for what no selector can name. */
  | { readonly cidrs: readonly string[] };

/** Traffic that is let through; `udp` for DNS. */
export interface Opening {
  readonly peers: readonly Peer[];
  readonly ports: readonly number[];
  readonly udpPorts?: readonly number[];
}

/** The port of an address, or that of its scheme. */
export function portOfAddress(address: string): number {
  const { port, protocol } = new URL(address);
  return Number(port || (protocol === 'https:' ? 443 : 80));
}

export interface PolicyProps {
  readonly namespace: string;
  readonly name: string;
  readonly component: string;
  /** The pods that the policy is about; empty: every pod of the namespace. */
  readonly podLabels: Labels;
  readonly ingress?: readonly Opening[];
  readonly egress?: readonly Opening[];
}

/** A policy for both directions: whatever is not opened here, or by another policy, is closed. */
export function networkPolicy(scope: Construct, id: string, props: PolicyProps): ApiObject {
  return kubeObject<NetworkPolicy>(
    scope,
    id,
    'networking.k8s.io/v1',
    'NetworkPolicy',
    { name: props.name, namespace: props.namespace, labels: commonLabels(props.name, props.component) },
    {
      spec: {
        podSelector: Object.keys(props.podLabels).length > 0 ? { matchLabels: { ...props.podLabels } } : {},
        policyTypes: ['Ingress', 'Egress'],
        ...(props.ingress?.length && {
          ingress: props.ingress.map((o) => ({ from: o.peers.flatMap(peer), ports: ports(o) })),
        }),
        ...(props.egress?.length && {
          egress: props.egress.map((o) => ({ to: o.peers.flatMap(peer), ports: ports(o) })),
        }),
      },
    },
  );
}

function peer(p: Peer): NetworkPolicyPeer[] {
  if ('cidrs' in p) return p.cidrs.map((cidr) => ({ ipBlock: { cidr } }));
  const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': p.namespace } };
  return [
    'podLabels' in p ? { namespaceSelector, podSelector: { matchLabels: { ...p.podLabels } } } : { namespaceSelector },
  ];
}

function ports(o: Opening): NetworkPolicyPort[] {
  return [
    ...o.ports.map((port) => ({ protocol: 'TCP' as const, port })),
    ...(o.udpPorts ?? []).map((port) => ({ protocol: 'UDP' as const, port })),
  ];
}

export interface ClusterNetworkProps {
  /** Where name resolution is. @default pods `k8s-app=kube-dns` in `kube-system` */
  readonly dns?: { readonly namespace?: string; readonly podLabels?: Labels; readonly cidrs?: readonly string[] };
  /**
   * Addresses of the Kubernetes API server, for the pods that have to ask it. No selector can name it, so narrow it
   * down where you know it. @default any address on ports 443 and 6443
   */
  readonly apiServer?: { readonly cidrs?: readonly string[]; readonly ports?: readonly number[] };
}

export const ANYWHERE = ['0.0.0.0/0', '::/0'] as const;

/** Egress to the cluster's name resolution (53 UDP and TCP). */
export function toDns(net: ClusterNetworkProps): Opening {
  const dns = net.dns ?? {};
  const pods: Peer = {
    namespace: dns.namespace ?? 'kube-system',
    podLabels: dns.podLabels ?? { 'k8s-app': 'kube-dns' },
  };
  return { peers: dns.cidrs ? [{ cidrs: dns.cidrs }, pods] : [pods], ports: [53], udpPorts: [53] };
}

/** Egress to the Kubernetes API server. */
export function toApiServer(net: ClusterNetworkProps): Opening {
  return { peers: [{ cidrs: net.apiServer?.cidrs ?? ANYWHERE }], ports: net.apiServer?.ports ?? [443, 6443] };
}
