import type { KnownPods } from '../checks/facts';
import type { PrometheusRef } from '../kube/prometheus-ref';
import type { Labels } from '../sovra/installation';

/** The Service of a kube-state-metrics that is there already. */
export interface KubeStateMetricsService {
  readonly namespace: string;
  /** Labels of the Service and of its pods. */
  readonly labels: Labels;
  /** Name of the port on the Service. */
  readonly portName: string;
  /** Number of that port on the pods, which network policies go by. @default 8080 */
  readonly port?: number;
}

/** What the metrics of CronJobs and Jobs come from, where it is no part of the stack. */
export function kubeStateMetricsPods({ namespace, labels, portName, port = 8080 }: KubeStateMetricsService): KnownPods {
  return {
    namespace,
    labels,
    ports: [port],
    service: { name: 'kube-state-metrics', labels, ports: { [portName]: port } },
  };
}

/** A Prometheus that is there already, and its Alertmanager, where they are watched. */
export function watchedPods({ namespace, watched = {} }: PrometheusRef): KnownPods[] {
  return Object.entries(watched).flatMap(([name, service]) => {
    if (service === undefined) return [];
    const { labels, podLabels, portName, port } = service;
    return [{ namespace, labels: podLabels, ports: [port], service: { name, labels, ports: { [portName]: port } } }];
  });
}
