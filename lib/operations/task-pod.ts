import type { Container, PodSpec, Volume } from 'kubernetes-types/core/v1';
import type { Opening } from '../kube/network';
import { hardenedContainer, hardenedPod, type Resources, resources } from '../kube/pod';
import type { ImageProps } from '../sovra/images';
import type { Labels } from '../sovra/installation';
import { type Checker, dnsLabel, pinnedImage, quantity } from '../validate';

/** A container of a task; hardening and resources are put around it. */
export type TaskContainer = Omit<Container, 'securityContext' | 'resources' | 'image'> & {
  /** Pinned: a tag other than `latest`, or a digest. */
  readonly image: string;
  readonly resources: Resources;
};

export interface TaskPodProps {
  /** Run one after another, before the others. @default none */
  readonly initContainers?: readonly TaskContainer[];
  /** Run side by side; the task has failed when one of them has. */
  readonly containers: readonly TaskContainer[];
  /** @default none */
  readonly volumes?: readonly Volume[];
  /** Where its pods may connect to, beside name resolution. Everything else is closed, incoming traffic too. */
  readonly egress: readonly Opening[];
  /** More labels of the pods; those by which the task's own NetworkPolicy selects them cannot be replaced. @default none */
  readonly podLabels?: Labels;
  /** Numeric user and group. @default 65532 */
  readonly user?: number;
}

/** The labels that a task's NetworkPolicy selects its pods by. `part-of` is not among them: it may have to say `sovra`. */
export const TASK_SELECTOR = ['app.kubernetes.io/name', 'app.kubernetes.io/managed-by'] as const;

/** A pod that runs once, never restarts in place, and passes Pod Security `restricted`. */
export function taskPod(props: TaskPodProps, serviceAccountName: string, images: ImageProps): PodSpec {
  return hardenedPod(
    {
      serviceAccountName,
      restartPolicy: 'Never',
      ...(props.initContainers?.length && { initContainers: props.initContainers.map(container) }),
      containers: props.containers.map(container),
      ...(props.volumes?.length && { volumes: [...props.volumes] }),
    },
    { images, user: props.user },
  );
}

function container(c: TaskContainer): Container {
  return hardenedContainer({ ...c, resources: resources(c.resources) });
}

export function checkTaskPod(c: Checker, at: string, props: TaskPodProps): void {
  const containers = [
    ...(props.initContainers ?? []).map((x, i) => ({ x, at: `${at}initContainers[${i}]` })),
    ...props.containers.map((x, i) => ({ x, at: `${at}containers[${i}]` })),
  ];
  c.require(props.containers.length > 0, {
    property: `${at}containers`,
    given: [],
    allowed: 'at least one container',
    remedy: 'Say what the task runs.',
  });
  for (const { x, at: property } of containers) {
    c.value(`${property}.name`, x.name, dnsLabel).value(`${property}.image`, x.image, pinnedImage);
    checkTaskResources(c, `${property}.resources`, x.resources);
    checkNoSecretValue(c, property, x);
  }
  c.unique(
    `${at}containers`,
    containers.map(({ x }) => x.name),
  );
  c.unique(
    `${at}volumes`,
    (props.volumes ?? []).map((v) => v.name),
  );
  c.value(`${at}user`, props.user, (v) =>
    Number.isInteger(v) && v > 0
      ? undefined
      : { allowed: 'the number of a user other than root', remedy: 'Take the one that the image declares.' },
  );
  checkPodLabels(c, `${at}podLabels`, props.podLabels);
}

function checkPodLabels(c: Checker, at: string, labels: Labels | undefined): void {
  c.labels(at, labels);
  for (const key of TASK_SELECTOR) {
    c.require(labels?.[key] === undefined, {
      property: `${at}["${key}"]`,
      given: labels?.[key],
      allowed: "no other value: the task's NetworkPolicy selects its pods by this label",
      remedy: 'Use another label.',
    });
  }
}

export function checkTaskResources(c: Checker, at: string, r: Resources | undefined): void {
  for (const key of ['cpu', 'memory', 'cpuLimit', 'memoryLimit'] as const) c.value(`${at}.${key}`, r?.[key], quantity);
}

/** A value under such a name belongs in a Secret; written here it would be in every manifest and its history. */
const SECRET_NAME = /(PASSWORD|PASSWD|TOKEN|SECRET|SECRET_ACCESS_KEY|API_?KEY|PRIVATE_KEY)$/i;

function checkNoSecretValue(c: Checker, at: string, container: TaskContainer): void {
  container.env?.forEach((e, i) => {
    c.require(e.value === undefined || !SECRET_NAME.test(e.name), {
      property: `${at}.env[${i}] (${e.name})`,
      given: '(not shown)',
      allowed: 'a reference to a Secret (`valueFrom.secretKeyRef`)',
      remedy: 'Put the value into a Secret and refer to its key.',
    });
  });
}
