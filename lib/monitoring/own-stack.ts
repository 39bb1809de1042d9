import type { Construct } from 'constructs';
import { PART_OF } from '../kube/labels';
import { networkPolicy, type Opening, type Peer } from '../kube/network';
import { type PrometheusRef, SOVRA_PROMETHEUS } from '../kube/prometheus-ref';

/** Whether a Prometheus is the one that `SovraMonitoring` makes: its namespace is closed, and its policies are known. */
export function isOwnStack(ref: PrometheusRef): boolean {
  return ref.name === SOVRA_PROMETHEUS.name && ref.selectorLabels['app.kubernetes.io/part-of'] === PART_OF;
}

export function prometheusPods({ namespace, podLabels }: PrometheusRef): Peer {
  return { namespace, podLabels };
}

/**
 * Opens edges of pods of the own stack, beside the policies that it has: policies add up. Elsewhere nothing is made: a
 * policy for pods that had none would close them.
 */
export function openOwnStack(
  scope: Construct,
  id: string,
  ref: PrometheusRef,
  of: Peer,
  edges: { readonly ingress?: readonly Opening[]; readonly egress?: readonly Opening[] },
  name = id,
): void {
  if (!isOwnStack(ref) || !('podLabels' in of)) return;
  networkPolicy(scope, id, {
    name,
    namespace: of.namespace,
    component: 'monitoring',
    podLabels: of.podLabels,
    ...edges,
  });
}
