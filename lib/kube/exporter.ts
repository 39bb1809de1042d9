import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { Container, Probe, Service, ServiceAccount, Volume } from 'kubernetes-types/core/v1';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
import type { ImageProps } from '../sovra/images';
import { commonLabels, selectorLabels } from './labels';
import { networkPolicy, type Opening, type Peer } from './network';
import { kubeObject } from './object';
import { hardenedContainer, hardenedPod, type Resources, resources, spreadOverNodes } from './pod';

export interface ExporterProps {
  /** Name of the Deployment, Service, ServiceAccount and NetworkPolicy. */
  readonly name: string;
  readonly namespace: string;
  readonly component: string;
  readonly image: string;
  readonly images: ImageProps;
  readonly replicas: number;
  readonly port: number;
  readonly args: readonly string[];
  readonly env?: Container['env'];
  readonly volumes?: readonly Volume[];
  readonly mounts?: Container['volumeMounts'];
  readonly resources: Resources;
  /** Path that answers when the exporter itself is well; not what it measures. */
  readonly healthPath: string;
  /** Changes when configuration does that the program reads only at start. */
  readonly configHash?: string;
  /** Who may scrape it. */
  readonly scrapedBy: readonly Peer[];
  readonly egress: readonly Opening[];
  /** The pod asks the Kubernetes API. @default false */
  readonly serviceAccountToken?: boolean;
  readonly user?: number;
  /** What runs beside it in the pod, with its volumes. @default none */
  readonly beside?: readonly Container[];
}

/**
 * A stateless HTTP program that Prometheus scrapes: Deployment, Service, ServiceAccount and NetworkPolicy, and a
 * PodDisruptionBudget where there are replicas. The port is called `http` everywhere.
 */
export class Exporter extends Construct {
  readonly serviceAccount: ApiObject;
  readonly deployment: ApiObject;
  readonly service: ApiObject;
  readonly policy: ApiObject;
  readonly disruptionBudget?: ApiObject;

  constructor(scope: Construct, id: string, props: ExporterProps) {
    super(scope, id);
    const metadata = {
      name: props.name,
      namespace: props.namespace,
      labels: commonLabels(props.name, props.component),
    };
    const selector = selectorLabels(props.name);
    this.serviceAccount = kubeObject<ServiceAccount>(this, 'service-account', 'v1', 'ServiceAccount', metadata, {
      automountServiceAccountToken: false,
    });
    this.deployment = kubeObject<Deployment>(this, 'deployment', 'apps/v1', 'Deployment', metadata, {
      spec: {
        replicas: props.replicas,
        revisionHistoryLimit: 3,
        selector: { matchLabels: selector },
        template: {
          metadata: {
            labels: metadata.labels,
            ...(props.configHash && { annotations: { 'sovra-ops/config-hash': props.configHash } }),
          },
          spec: hardenedPod(
            {
              serviceAccountName: props.name,
              ...(props.replicas > 1 && { topologySpreadConstraints: spreadOverNodes(selector) }),
              containers: [exporterContainer(props), ...(props.beside ?? [])],
              ...(props.volumes?.length && { volumes: [...props.volumes] }),
            },
            { images: props.images, user: props.user, serviceAccountToken: props.serviceAccountToken },
          ),
        },
      },
    });
    this.service = kubeObject<Service>(this, 'service', 'v1', 'Service', metadata, {
      spec: {
        type: 'ClusterIP',
        selector,
        ports: [{ name: 'http', port: props.port, targetPort: 'http', protocol: 'TCP' }],
      },
    });
    this.policy = networkPolicy(this, 'network-policy', {
      name: props.name,
      namespace: props.namespace,
      component: props.component,
      podLabels: selector,
      ingress: [{ peers: props.scrapedBy, ports: [props.port] }],
      egress: props.egress,
    });
    if (props.replicas > 1) this.disruptionBudget = disruptionBudget(this, 'disruption-budget', metadata, selector);
  }
}

/** Lets one replica at a time be evicted. */
export function disruptionBudget(
  scope: Construct,
  id: string,
  metadata: { name: string; namespace: string; labels: Record<string, string> },
  selector: Record<string, string>,
): ApiObject {
  return kubeObject<PodDisruptionBudget>(scope, id, 'policy/v1', 'PodDisruptionBudget', metadata, {
    spec: { maxUnavailable: 1, selector: { matchLabels: selector } },
  });
}

function exporterContainer(props: ExporterProps): Container {
  const health: Probe = { httpGet: { path: props.healthPath, port: 'http' }, periodSeconds: 10, timeoutSeconds: 3 };
  return hardenedContainer({
    name: props.name,
    image: props.image,
    args: [...props.args],
    ports: [{ name: 'http', containerPort: props.port, protocol: 'TCP' }],
    ...(props.env?.length && { env: props.env }),
    ...(props.mounts?.length && { volumeMounts: props.mounts }),
    // A restart mends a program that takes no connections any more; one that answers with an error is only not ready.
    livenessProbe: { tcpSocket: { port: 'http' }, periodSeconds: 10, initialDelaySeconds: 15, failureThreshold: 6 },
    readinessProbe: health,
    resources: resources(props.resources),
  });
}
