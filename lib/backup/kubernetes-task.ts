import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Role, RoleBinding } from 'kubernetes-types/rbac/v1';
import { commonLabels } from '../kube/labels';
import { slug } from '../kube/names';
import { type ClusterNetworkProps, toApiServer } from '../kube/network';
import { kubeObject } from '../kube/object';
import type { Resources } from '../kube/pod';
import type { TaskContainer } from '../operations/task-pod';
import type { PlannedTask, TaskTuning } from '../operations/task-set';
import type { SovraInstallation } from '../sovra/installation';
import { type KubernetesKinds, kindsOf, rulesFor } from './kubernetes-kinds';
import type { RepositoryAccess } from './repository';
import {
  installationTag,
  RESTIC_RESOURCES,
  resticBinaryContainer,
  retryLock,
  TOOLS,
  toolsVolume,
  unlockContainer,
} from './restic';

export interface KubernetesBackupProps extends TaskTuning, KubernetesKinds {
  /**
   * Whose objects. Each of them needs the Secrets of the repository.
   * @default the namespace of the control plane, and those of the edge nodes whose Vault runs in this cluster
   */
  readonly namespaces?: readonly string[];
}

/** Twice an hour, away from the full hour when everything else starts. */
export const KUBERNETES_SCHEDULE = '7,37 * * * *';
const PREFIX = 'sovra-backup-kubernetes-';
/** What the name of a CronJob may have. */
const LONGEST_NAME = 52;
export const RBAC = 'rbac.authorization.k8s.io';
export const KUBECTL = '/bin/kubectl';
/** Its own cache would help a second call; there is none in the pod. */
export const NO_CACHE = '--cache-dir=/nowhere';
export const KUBECTL_RESOURCES: Resources = { cpu: '20m', memory: '64Mi', cpuLimit: '500m', memoryLimit: '256Mi' };

/** Name of the CronJob of a namespace, of its account and of its Role. */
export function kubernetesBackupName(namespace: string): string {
  return `${PREFIX}${slug(namespace, LONGEST_NAME - PREFIX.length)}`;
}

/** The one path in the snapshots of a namespace. */
export function kubernetesFile(namespace: string): string {
  return `/${namespace}.json`;
}

/** Namespaces that are backed up when nothing else is said. */
export function kubernetesNamespaces(sovra: SovraInstallation, given: KubernetesBackupProps = {}): readonly string[] {
  const own = [
    ...(sovra.controlPlane ? [sovra.controlPlane.namespace] : []),
    ...sovra.localEdgeNodes.map((node) => node.vault.namespace),
  ];
  return given.namespaces ?? [...new Set(own)];
}

/**
 * The objects of a namespace that people and pipelines declare, as one list, straight into the repository. restic starts
 * `kubectl` and reads its output: when one kind cannot be listed, no snapshot is stored and the run has failed. Nothing
 * unencrypted touches the node's disk. A namespace that is not there would list as empty and good, so it is asked for first.
 *
 * Not in it: objects of the cluster as a whole (namespaces, CustomResourceDefinitions, ClusterRoles, storage classes,
 * webhooks), which belong to the platform; what controllers make; and what is in volumes.
 *
 * @param exclusive how long the pruner may have the repository to itself, in seconds
 */
export function kubernetesTask(
  sovra: SovraInstallation,
  namespace: string,
  access: RepositoryAccess,
  tuning: KubernetesBackupProps,
  exclusive: number,
  network: ClusterNetworkProps = {},
): PlannedTask {
  return {
    id: `kubernetes-${namespace}`,
    property: 'kubernetes',
    schedule: KUBERNETES_SCHEDULE,
    tuning,
    props: {
      name: kubernetesBackupName(namespace),
      namespace,
      component: 'backup',
      purpose: `Without a fresh copy of the objects in namespace ${namespace}, what was changed there since the last one is lost with them.`,
      uses: [`objects of ${namespace}`],
      serviceAccountToken: true,
      egress: [toApiServer(network), ...access.egress],
      initContainers: [
        unlockContainer(sovra, access),
        resticBinaryContainer(sovra),
        kubectlContainer(sovra, 'namespace-there', ['get', 'namespace', namespace, '--output', 'name']),
      ],
      containers: [
        {
          name: 'objects',
          image: sovra.image('kubectl'),
          command: [`${TOOLS}/restic`, ...backupArguments(sovra, namespace, tuning, exclusive)],
          env: [...access.env],
          volumeMounts: [{ name: 'tools', mountPath: TOOLS, readOnly: true }, ...access.mounts],
          resources: tuning.resources ?? RESTIC_RESOURCES,
        },
      ],
      volumes: [toolsVolume(), ...access.volumes],
    },
  };
}

/** The image holds one program and no shell, so a container does one thing. */
export function kubectlContainer(
  sovra: SovraInstallation,
  name: string,
  args: readonly string[],
  resources: Resources = KUBECTL_RESOURCES,
): TaskContainer {
  return { name, image: sovra.image('kubectl'), command: [KUBECTL, ...args, NO_CACHE], resources };
}

function backupArguments(
  sovra: SovraInstallation,
  namespace: string,
  kinds: KubernetesKinds,
  exclusive: number,
): string[] {
  return [
    'backup',
    ...retryLock(exclusive),
    ...['--host', sovra.name, '--tag', installationTag(sovra), '--tag', 'kubernetes'],
    ...['--stdin-filename', kubernetesFile(namespace).slice(1), '--stdin-from-command', '--'],
    ...[KUBECTL, 'get', kindsOf(kinds).join(','), '--namespace', namespace, '--output', 'json', NO_CACHE],
  ];
}

/**
 * What the account of a backup may do, in its own namespace only: see that the namespace is there, and list exactly the
 * kinds that are backed up. A Role can allow the first, for its own namespace.
 */
export function kubernetesRights(scope: Construct, namespace: string, kinds: KubernetesKinds): ApiObject {
  const name = kubernetesBackupName(namespace);
  const metadata = { name, namespace, labels: commonLabels(name, 'backup') };
  kubeObject<RoleBinding>(scope, `kubernetes-${namespace}-role-binding`, `${RBAC}/v1`, 'RoleBinding', metadata, {
    roleRef: { apiGroup: RBAC, kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  });
  return kubeObject<Role>(scope, `kubernetes-${namespace}-role`, `${RBAC}/v1`, 'Role', metadata, {
    rules: [
      { apiGroups: [''], resources: ['namespaces'], resourceNames: [namespace], verbs: ['get'] },
      ...rulesFor(kindsOf(kinds), ['get', 'list']),
    ],
  });
}
