import { Construct } from 'constructs';
import type { Role, RoleBinding } from 'kubernetes-types/rbac/v1';
import { checkResources } from '../kube/check-resources';
import { Exporter } from '../kube/exporter';
import { commonLabels } from '../kube/labels';
import { type ClusterNetworkProps, type Peer, toApiServer, toDns } from '../kube/network';
import { kubeObject } from '../kube/object';
import type { Resources } from '../kube/pod';
import type { SovraInstallation } from '../sovra/installation';
import { Checker, dnsLabel } from '../validate';

export interface KubeStateMetricsProps {
  /**
   * Namespaces whose DaemonSets are watched too: that of the agents of `SovraLogging`, which brings the right to read
   * them. @default none
   */
  readonly daemonSets?: readonly string[];
  /** @default 20m and 64Mi requested, 200m and 256Mi allowed */
  readonly resources?: Resources;
}

export interface SovraKubeStateMetricsProps extends KubeStateMetricsProps {
  readonly sovra: SovraInstallation;
  readonly namespace: string;
  /** Namespaces whose CronJobs and Jobs are watched. */
  readonly watched: readonly string[];
  readonly network: ClusterNetworkProps;
  readonly prometheus: Peer;
}

export const KUBE_STATE_METRICS = 'kube-state-metrics';
export const KUBE_STATE_METRICS_PORT = 8080;

/** What the alerts of scheduled tasks read: CronJobs and Jobs of the installation's namespaces, and nothing else. */
export class SovraKubeStateMetrics extends Construct {
  readonly exporter: Exporter;

  constructor(scope: Construct, id: string, props: SovraKubeStateMetricsProps) {
    super(scope, id);
    checkKubeStateMetrics(new Checker(this.node.path), '', props).done();
    const daemonSets = props.daemonSets ?? [];
    this.exporter = new Exporter(this, 'exporter', {
      name: KUBE_STATE_METRICS,
      namespace: props.namespace,
      component: 'monitoring',
      image: props.sovra.image('kubeStateMetrics'),
      images: props.sovra.images,
      replicas: 1,
      port: KUBE_STATE_METRICS_PORT,
      args: [
        `--port=${KUBE_STATE_METRICS_PORT}`,
        '--telemetry-port=8081',
        `--resources=cronjobs${daemonSets.length > 0 ? ',daemonsets' : ''},jobs`,
        `--namespaces=${[...new Set([...props.watched, ...daemonSets])].join(',')}`,
      ],
      healthPath: '/livez',
      serviceAccountToken: true,
      resources: props.resources ?? { cpu: '20m', memory: '64Mi', cpuLimit: '200m', memoryLimit: '256Mi' },
      scrapedBy: [props.prometheus],
      egress: [toDns(props.network), toApiServer(props.network)],
    });
    for (const watched of props.watched) readJobs(this, watched, props.namespace, daemonSets.length > 0);
  }
}

export function checkKubeStateMetrics(c: Checker, at: string, p: KubeStateMetricsProps): Checker {
  checkResources(c, `${at}resources`, p.resources);
  return c.each(`${at}daemonSets`, p.daemonSets, dnsLabel);
}

/** What it may read of a namespace. */
export function watchedKinds(daemonSets: boolean): NonNullable<Role['rules']> {
  const verbs = ['list', 'watch'];
  return [
    { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'], verbs },
    ...(daemonSets ? [{ apiGroups: ['apps'], resources: ['daemonsets'], verbs }] : []),
  ];
}

/** It asks for every kind in every namespace. */
function readJobs(scope: Construct, watched: string, namespace: string, daemonSets: boolean): void {
  const metadata = {
    name: 'sovra-kube-state-metrics',
    namespace: watched,
    labels: commonLabels(KUBE_STATE_METRICS, 'monitoring'),
  };
  kubeObject<Role>(scope, `role-${watched}`, 'rbac.authorization.k8s.io/v1', 'Role', metadata, {
    rules: watchedKinds(daemonSets),
  });
  kubeObject<RoleBinding>(scope, `role-binding-${watched}`, 'rbac.authorization.k8s.io/v1', 'RoleBinding', metadata, {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name },
    subjects: [{ kind: 'ServiceAccount', name: KUBE_STATE_METRICS, namespace }],
  });
}
