import type { Container, PodSpec, Volume } from 'kubernetes-types/core/v1';
import { checkOpenings } from '../kube/check-network';
import { checkResources } from '../kube/check-resources';
import type { Opening } from '../kube/network';
import { hardenedContainer, hardenedPod, type Resources, resources } from '../kube/pod';
import type { ImageProps } from '../sovra/images';
import type { Labels } from '../sovra/installation';
import {
  anyText,
  type Checker,
  dnsLabel,
  flag,
  known,
  numberRule,
  pinnedImage,
  quantity,
  type Rule,
} from '../validate';

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
  /** Its pods ask the Kubernetes API. @default false, no token is in the pod */
  readonly serviceAccountToken?: boolean;
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
    { images, user: props.user, serviceAccountToken: props.serviceAccountToken },
  );
}

function container(c: TaskContainer): Container {
  return hardenedContainer({ ...c, resources: resources(c.resources) });
}

export function checkTaskPod(c: Checker, at: string, props: TaskPodProps): void {
  const main = c.parts(`${at}containers`, props.containers ?? null);
  const first = c.parts(`${at}initContainers`, props.initContainers);
  c.require(!Array.isArray(props.containers) || props.containers.length > 0, {
    property: `${at}containers`,
    given: [],
    allowed: 'at least one container',
    remedy: 'Say what the task runs.',
  });
  const volumes = c.parts(`${at}volumes`, props.volumes);
  const names = volumes.map(({ entry }) => entry.name);
  for (const { at: place, entry } of [...first, ...main]) checkContainer(c, place, entry, names);
  for (const { at: place, entry } of volumes) checkVolume(c, place, entry);
  // Both kinds of containers share one space of names.
  c.distinct([...first, ...main].map(({ at: place, entry }) => ({ at: place, key: entry.name })));
  c.distinct(volumes.map(({ at: place, entry }) => ({ at: place, key: entry.name })));
  checkOpenings(c, `${at}egress`, props.egress ?? null);
  c.value(`${at}user`, props.user, user).value(`${at}serviceAccountToken`, props.serviceAccountToken, flag);
  checkPodLabels(c, `${at}podLabels`, props.podLabels);
}

const user = numberRule(
  (v) => Number.isInteger(v) && v > 0,
  'the number of a user other than root',
  'Take the one that the image declares.',
);
function checkVolume(c: Checker, at: string, { name, ...sources }: Volume): void {
  const given = Object.entries(sources).filter(([, source]) => source !== undefined && source !== null);
  c.item(`${at}.name`, name, dnsLabel).require(given.length === 1, {
    property: at,
    given: given.map(([kind]) => kind),
    allowed: 'one source, such as { name, emptyDir: {} } or { name, secret: { secretName } }',
    remedy: 'Say what the volume is.',
  });
  // The limits of the containers are computed from it.
  c.value(`${at}.emptyDir.sizeLimit`, sources.emptyDir?.sizeLimit, known(quantity));
}

const variable: Rule = known((v) =>
  /^[^=]+$/.test(v) ? undefined : { allowed: 'a name without "="', remedy: 'Write the value beside it, as `value`.' },
);

function checkContainer(c: Checker, at: string, container: TaskContainer, volumes: readonly string[]): void {
  c.item(`${at}.name`, container.name, dnsLabel).item(`${at}.image`, container.image, pinnedImage);
  checkResources(c, `${at}.resources`, container.resources ?? null);
  c.each(`${at}.command`, container.command, anyText).each(`${at}.args`, container.args, anyText);
  checkEnvironment(c, at, container);
  for (const { at: place, entry } of c.parts(`${at}.volumeMounts`, container.volumeMounts)) {
    c.require(volumes.includes(entry.name), {
      property: place,
      given: entry.name,
      allowed: `a volume of the task (${volumes.join(', ') || 'there is none'})`,
      remedy: 'Add it to `volumes`.',
    });
  }
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

/** A value under such a name belongs in a Secret; written here it would be in every manifest and its history. */
const SECRET_NAME = /(PASSWORD|PASSWD|TOKEN|SECRET|SECRET_ACCESS_KEY|API_?KEY|PRIVATE_KEY)$/i;

function checkEnvironment(c: Checker, at: string, container: TaskContainer): void {
  for (const { at: place, entry } of c.parts(`${at}.env`, container.env)) {
    c.item(`${place}.name`, entry.name, variable).value(`${place}.value`, entry.value, anyText);
    c.require(entry.value === undefined || !SECRET_NAME.test(entry.name), {
      property: `${place} (${entry.name})`,
      given: '(not shown)',
      allowed: 'a reference to a Secret (`valueFrom.secretKeyRef`)',
      remedy: 'Put the value into a Secret and refer to its key.',
    });
  }
}
