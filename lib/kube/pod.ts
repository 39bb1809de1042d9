import type { Container, PodSpec, ResourceRequirements, SecurityContext } from 'kubernetes-types/core/v1';
import type { ImageProps } from '../sovra/images';
import { amount, mebibytes } from './quantity';

/** Numeric user for images that name none: `restricted` wants to see a number other than 0. */
export const NON_ROOT = 65532;

/** What Pod Security `restricted` asks of a container, and a root file system that nobody can write to. */
export function hardenedContainerSecurity(): SecurityContext {
  return {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  };
}

export function hardenedPodSecurity(user: number = NON_ROOT): NonNullable<PodSpec['securityContext']> {
  return {
    runAsNonRoot: true,
    runAsUser: user,
    runAsGroup: user,
    fsGroup: user,
    fsGroupChangePolicy: 'OnRootMismatch',
    seccompProfile: { type: 'RuntimeDefault' },
  };
}

/** What a container asks for, and what it may use at most, as Kubernetes quantities. */
export interface Resources {
  readonly cpu: string;
  readonly memory: string;
  readonly cpuLimit: string;
  readonly memoryLimit: string;
}

/** The limit of the memory in MiB. */
export function memoryMiB({ memoryLimit }: Resources): number {
  return Math.floor(amount(memoryLimit) / 2 ** 20);
}

export function resources(r: Resources): ResourceRequirements {
  return { requests: { cpu: r.cpu, memory: r.memory }, limits: { cpu: r.cpuLimit, memory: r.memoryLimit } };
}

/** A container with the hardening; anything can still be overridden by the caller. */
export function hardenedContainer(
  container: Omit<Container, 'securityContext' | 'resources'> & { resources: ResourceRequirements },
): Container {
  return {
    imagePullPolicy: 'IfNotPresent',
    securityContext: hardenedContainerSecurity(),
    terminationMessagePolicy: 'FallbackToLogsOnError',
    ...container,
  };
}

/** What a container may write beside its volumes: logs, and the image's own layer where that is writable. */
const LOCAL_DISK = 256 * 2 ** 20;

/** Requests and limits of the node's disk: the kubelet counts a pod's emptyDirs against the limits of its containers. */
function withLocalDisk(container: Container, volumes: NonNullable<PodSpec['volumes']>): Container {
  const mounted = new Set(container.volumeMounts?.map((m) => m.name));
  const scratch = volumes.filter((v) => mounted.has(v.name)).map((v) => amount(v.emptyDir?.sizeLimit ?? '0'));
  const limit = mebibytes(scratch.reduce((sum, size) => sum + size, LOCAL_DISK));
  const { requests, limits } = container.resources ?? {};
  return {
    ...container,
    resources: {
      requests: { ...requests, 'ephemeral-storage': '64Mi' },
      limits: { ...limits, 'ephemeral-storage': limit },
    },
  };
}

/** A pod with the hardening. The API token is mounted only where `serviceAccountToken` says that it is needed. */
export function hardenedPod(
  pod: Omit<PodSpec, 'securityContext' | 'automountServiceAccountToken'> & { serviceAccountName: string },
  options: { images: ImageProps; user?: number; serviceAccountToken?: boolean },
): PodSpec {
  const pullSecrets = options.images.pullSecrets ?? [];
  return {
    automountServiceAccountToken: options.serviceAccountToken ?? false,
    enableServiceLinks: false,
    securityContext: hardenedPodSecurity(options.user),
    ...(pullSecrets.length > 0 && { imagePullSecrets: pullSecrets.map((name) => ({ name })) }),
    ...pod,
    ...(pod.initContainers && { initContainers: pod.initContainers.map((c) => withLocalDisk(c, pod.volumes ?? [])) }),
    containers: pod.containers.map((c) => withLocalDisk(c, pod.volumes ?? [])),
  };
}

/** Spreads replicas over nodes, without keeping a pod from starting on a small cluster. */
export function spreadOverNodes(labels: Record<string, string>): NonNullable<PodSpec['topologySpreadConstraints']> {
  return [
    {
      maxSkew: 1,
      topologyKey: 'kubernetes.io/hostname',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: labels },
    },
  ];
}
