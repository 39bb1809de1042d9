import type { KubeObject } from './model';
import type { Endpoint } from './reach';

/** Pods, and the ports that they declare. */
export interface PodSet {
  readonly pods: Endpoint;
  readonly ports: ReadonlyMap<string, number>;
  readonly numbers: readonly number[];
}

/** The kinds for which the Prometheus Operator makes pods: their name in labels, and the port that it calls `web`. */
const OPERATED: Readonly<Record<string, { readonly name: string; readonly port: number }>> = {
  Prometheus: { name: 'prometheus', port: 9090 },
  PrometheusAgent: { name: 'prometheus-agent', port: 9090 },
  Alertmanager: { name: 'alertmanager', port: 9093 },
  ThanosRuler: { name: 'thanos-ruler', port: 10902 },
};

/** The labels that the operator gives to the pods of an object. */
export function operatorLabels(kind: string, name: string): Record<string, string> {
  return {
    'app.kubernetes.io/name': OPERATED[kind]?.name ?? '',
    'app.kubernetes.io/instance': name,
    'app.kubernetes.io/managed-by': 'prometheus-operator',
    ...(kind === 'Prometheus' && { prometheus: name }),
    ...(kind.startsWith('Prometheus') && { 'operator.prometheus.io/name': name }),
    ...(kind === 'Alertmanager' && { alertmanager: name }),
    ...(kind === 'ThanosRuler' && { 'thanos-ruler': name }),
  };
}

/** Pods that the operator makes for one of its objects. */
export function operatedPods(o: KubeObject): PodSet {
  const port = OPERATED[o.kind]?.port ?? 0;
  return {
    pods: {
      namespace: o.metadata.namespace ?? 'default',
      labels: { ...o.spec?.podMetadata?.labels, ...operatorLabels(o.kind, o.metadata.name) },
      hostNetwork: o.spec?.hostNetwork === true,
    },
    ports: new Map([['web', port]]),
    numbers: [port],
  };
}
