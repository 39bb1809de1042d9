import type { CronJob } from 'kubernetes-types/batch/v1';
import type { Container, PodSpec } from 'kubernetes-types/core/v1';
import type { KubeObject } from '../../lib/checks/model';

export function podOf(cronJob: KubeObject): PodSpec {
  const spec = (cronJob as unknown as CronJob).spec?.jobTemplate.spec?.template.spec;
  if (!spec) throw new Error(`${cronJob.metadata.name} has no pod`);
  return spec;
}

export function containersOf(cronJob: KubeObject): Container[] {
  const pod = podOf(cronJob);
  return [...(pod.initContainers ?? []), ...pod.containers];
}

export function containerOf(cronJob: KubeObject, name: string): Container {
  const found = containersOf(cronJob).find((c) => c.name === name);
  if (!found) throw new Error(`${cronJob.metadata.name} has no container ${name}`);
  return found;
}

/** Plain values of a container's environment; what comes out of a Secret as `secret/key`. */
export function environmentOf(container: Container): Record<string, string> {
  return Object.fromEntries(
    (container.env ?? []).map((e) => {
      const ref = e.valueFrom?.secretKeyRef;
      return [e.name, ref ? `${ref.name}/${ref.key}` : (e.value ?? '')];
    }),
  );
}

const ALLOWED_VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

/** What Pod Security `restricted` asks for, and the library's own demands on a task. Empty when all of it is met. */
export function shortcomings(cronJob: KubeObject): string[] {
  const pod = podOf(cronJob);
  const name = cronJob.metadata.name;
  const security = pod.securityContext;
  return [
    ...(pod.automountServiceAccountToken === false ? [] : [`${name} mounts a token`]),
    ...(pod.serviceAccountName === name ? [] : [`${name} has no service account of its own`]),
    ...(pod.restartPolicy === 'Never' ? [] : [`${name} restarts in place`]),
    ...(security?.runAsNonRoot && (security.runAsUser ?? 0) > 0 && security.seccompProfile?.type === 'RuntimeDefault'
      ? []
      : [`${name} may run as root`]),
    ...(pod.hostNetwork || pod.hostPID || pod.hostIPC ? [`${name} shares the host`] : []),
    ...(pod.volumes ?? []).flatMap((v) =>
      Object.keys(v)
        .filter((k) => k !== 'name' && !ALLOWED_VOLUMES.includes(k))
        .map((k) => `${name} mounts a ${k}`),
    ),
    ...(pod.volumes ?? []).flatMap((v) =>
      v.emptyDir && !v.emptyDir.sizeLimit ? [`${name}: ${v.name} has no limit`] : [],
    ),
    ...containersOf(cronJob).flatMap((c) => containerShortcomings(name, c, pod)),
  ];
}

function containerShortcomings(name: string, c: Container, pod: PodSpec): string[] {
  const s = c.securityContext;
  const hard =
    s?.allowPrivilegeEscalation === false &&
    s.readOnlyRootFilesystem === true &&
    s.capabilities?.drop?.includes('ALL') === true &&
    !s.privileged;
  const limited = ['cpu', 'memory'].every((r) => c.resources?.requests?.[r] && c.resources.limits?.[r]);
  const volumes = new Set((pod.volumes ?? []).map((v) => v.name));
  return [
    ...(hard ? [] : [`${name}/${c.name} is not hardened`]),
    ...(limited ? [] : [`${name}/${c.name} has no limits`]),
    ...(c.image?.match(/:[^/]+$/) && !c.image.endsWith(':latest') ? [] : [`${name}/${c.name} is not pinned`]),
    ...(c.volumeMounts ?? [])
      .filter((m) => !volumes.has(m.name))
      .map((m) => `${name}/${c.name} mounts ${m.name}, which is not there`),
    ...(c.env ?? [])
      .filter((e) => /(PASSWORD|TOKEN|SECRET\w*|KEY)$/.test(e.name) && e.value !== undefined)
      .map((e) => `${name}/${c.name} shows ${e.name}`),
  ];
}
