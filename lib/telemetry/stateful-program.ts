import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { StatefulSet } from 'kubernetes-types/apps/v1';
import type {
  ConfigMap,
  Container,
  PersistentVolumeClaim,
  Probe,
  Service,
  ServiceAccount,
  Volume,
} from 'kubernetes-types/core/v1';
import { contentHash } from '../kube/content-hash';
import { disruptionBudget } from '../kube/exporter';
import { commonLabels, selectorLabels } from '../kube/labels';
import { networkPolicy, type Opening } from '../kube/network';
import { kubeObject } from '../kube/object';
import { hardenedContainer, hardenedPod, type Resources, resources, spreadOverNodes } from '../kube/pod';
import type { StorageProps } from '../monitoring/prometheus';
import type { ImageProps } from '../sovra/images';

/** A port that others ask. */
export interface ServedPort {
  readonly name: string;
  readonly port: number;
}

export interface StatefulProgramProps {
  /** Name of the StatefulSet, Service, ConfigMap, ServiceAccount and NetworkPolicy. */
  readonly name: string;
  readonly namespace: string;
  readonly component: string;
  readonly image: string;
  readonly images: ImageProps;
  /** Numeric user of the image. */
  readonly user: number;
  readonly replicas: number;
  readonly args: readonly string[];
  readonly env?: Container['env'];
  /** What is served to others; the Service has the same. */
  readonly ports: readonly ServedPort[];
  /** Ports of the replicas among themselves, and of probes. */
  readonly inside?: readonly ServedPort[];
  /** Folders with files of the program's configuration, by their place in the container. A change restarts the pods. */
  readonly files: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly volumes?: readonly Volume[];
  readonly mounts?: Container['volumeMounts'];
  /** Where the volume of each replica is mounted. */
  readonly dataPath: string;
  readonly storage: StorageProps & { readonly size: string };
  readonly resources: Resources;
  /** What answers when the program is well, and what when it can be used. */
  readonly live: Probe;
  readonly ready: Probe;
  /** How long it may take to read what was not stored yet, in seconds. */
  readonly startsWithin: number;
  /** How long it may take to store what it holds, in seconds. */
  readonly stopsWithin: number;
  readonly ingress: readonly Opening[];
  readonly egress: readonly Opening[];
}

/** A program with a volume for each replica: Service, network policy, and a disruption budget where there are replicas. */
export class StatefulProgram extends Construct {
  readonly serviceAccount: ApiObject;
  readonly config: ApiObject;
  readonly statefulSet: ApiObject;
  readonly service: ApiObject;
  /** Gives each replica a name of its own. */
  readonly peers: ApiObject;
  readonly policy: ApiObject;
  readonly disruptionBudget?: ApiObject;

  constructor(scope: Construct, id: string, props: StatefulProgramProps) {
    super(scope, id);
    const { name, namespace, component } = props;
    const metadata = { name, namespace, labels: commonLabels(name, component) };
    const selector = selectorLabels(name);
    const ports = props.ports.map((p) => ({ ...p, targetPort: p.name, protocol: 'TCP' as const }));
    this.serviceAccount = kubeObject<ServiceAccount>(this, 'service-account', 'v1', 'ServiceAccount', metadata, {
      automountServiceAccountToken: false,
    });
    this.config = kubeObject<ConfigMap>(this, 'config', 'v1', 'ConfigMap', metadata, {
      data: Object.assign({}, ...Object.values(props.files)),
    });
    this.statefulSet = kubeObject<StatefulSet>(this, 'stateful-set', 'apps/v1', 'StatefulSet', metadata, {
      spec: this.spec(props, selector),
    });
    this.service = kubeObject<Service>(this, 'service', 'v1', 'Service', metadata, {
      spec: { type: 'ClusterIP', selector, ports },
    });
    // Labels of its own: a monitor that finds the Service must not find this one too.
    const peersName = headless(name);
    this.peers = kubeObject<Service>(
      this,
      'peers',
      'v1',
      'Service',
      { name: peersName, namespace, labels: commonLabels(peersName, component) },
      // Replicas have to find each other before they are ready.
      { spec: { type: 'ClusterIP', clusterIP: 'None', publishNotReadyAddresses: true, selector, ports } },
    );
    this.policy = networkPolicy(this, 'network-policy', {
      name,
      namespace,
      component,
      podLabels: selector,
      ingress: props.ingress,
      egress: props.egress,
    });
    if (props.replicas > 1) this.disruptionBudget = disruptionBudget(this, 'disruption-budget', metadata, selector);
  }

  private spec(props: StatefulProgramProps, selector: Record<string, string>): NonNullable<StatefulSet['spec']> {
    const { name, component, storage } = props;
    return {
      serviceName: headless(name),
      replicas: props.replicas,
      revisionHistoryLimit: 3,
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: selector },
      template: {
        metadata: {
          labels: commonLabels(name, component),
          annotations: { 'sovra-ops/config-hash': contentHash(this, JSON.stringify(props.files)) },
        },
        spec: hardenedPod(
          {
            serviceAccountName: name,
            terminationGracePeriodSeconds: props.stopsWithin,
            ...(props.replicas > 1 && { topologySpreadConstraints: spreadOverNodes(selector) }),
            containers: [container(props)],
            volumes: [
              { name: 'tmp', emptyDir: { sizeLimit: '256Mi' } },
              ...Object.entries(props.files).map(([, files], i) => fileVolume(name, i, Object.keys(files))),
              ...(props.volumes ?? []),
            ],
          },
          { images: props.images, user: props.user },
        ),
      },
      volumeClaimTemplates: [claim(storage)],
    };
  }
}

/** Name of the Service that gives each replica its name. */
export function headless(name: string): string {
  return `${name}-peers`;
}

function claim(storage: StatefulProgramProps['storage']): PersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data' },
    spec: {
      accessModes: ['ReadWriteOnce'],
      ...(storage.storageClass && { storageClassName: storage.storageClass }),
      resources: { requests: { storage: storage.size } },
    },
  };
}

const fileVolume = (name: string, index: number, keys: readonly string[]): Volume => ({
  name: `files-${index}`,
  configMap: { name, items: keys.map((key) => ({ key, path: key })) },
});

function container(props: StatefulProgramProps): Container {
  return hardenedContainer({
    name: props.name,
    image: props.image,
    args: [...props.args],
    ports: [...props.ports, ...(props.inside ?? [])].map(({ name, port }) => ({
      name,
      containerPort: port,
      protocol: 'TCP' as const,
    })),
    ...(props.env?.length && { env: props.env }),
    volumeMounts: [
      { name: 'data', mountPath: props.dataPath },
      { name: 'tmp', mountPath: '/tmp' },
      ...Object.keys(props.files).map((mountPath, i) => ({ name: `files-${i}`, mountPath, readOnly: true })),
      ...(props.mounts ?? []),
    ],
    // What was not stored yet is read again at the start; only then is silence a fault.
    startupProbe: { ...props.live, periodSeconds: 5, failureThreshold: Math.ceil(props.startsWithin / 5) },
    livenessProbe: { ...props.live, periodSeconds: 10, failureThreshold: 6 },
    readinessProbe: { ...props.ready, periodSeconds: 10, timeoutSeconds: 3 },
    resources: resources(props.resources),
  });
}
