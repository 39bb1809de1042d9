/** What the API server demands of pods, beyond the schema. */
import type { Container, PodSpec } from 'kubernetes-types/core/v1';
import type { KubeObject } from '../../../lib/checks/model';
import { called, isDnsLabel, isDnsSubdomain } from './names';
import { amountOf } from './quantities';

const PORT_NAME = /^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/;
/** `..data` and its like belong to the kubelet. */
const isKey = (key: unknown) => typeof key === 'string' && /^(?!\.{1,2}$)(?!\.\.)[-._a-zA-Z0-9]{1,253}$/.test(key);

/** The pod that an object makes, if it makes one; claims of a StatefulSet are volumes of its pods. */
export function podOf(o: KubeObject): PodSpec | undefined {
  if (o.kind === 'CronJob') return o.spec.jobTemplate.spec.template.spec;
  if (!['Deployment', 'StatefulSet', 'DaemonSet', 'Job'].includes(o.kind)) return undefined;
  const pod: PodSpec = o.spec.template.spec;
  const claims: { metadata: { name: string } }[] = o.spec.volumeClaimTemplates ?? [];
  return { ...pod, volumes: [...(pod.volumes ?? []), ...claims.map(({ metadata }) => ({ name: metadata.name }))] };
}

export function podProblems(o: KubeObject): string[] {
  const pod = podOf(o);
  if (pod === undefined) return [];
  const containers = [...(pod.initContainers ?? []), ...pod.containers];
  return [
    ...repeated(containers.map((c) => c.name)).map((n) => `container ${n} twice`),
    ...repeated((pod.volumes ?? []).map((v) => v.name)).map((n) => `volume ${n} twice`),
    ...(pod.volumes ?? []).filter((v) => !isDnsLabel(v.name)).map((v) => `name of volume ${v.name}`),
    ...containers.flatMap((c) => containerProblems(c, pod).map((p) => `${c.name}: ${p}`)),
    ...referenceProblems(pod),
  ].map((p) => `${called(o)}: ${p}`);
}

function containerProblems(c: Container, pod: PodSpec): string[] {
  const volumes = new Set((pod.volumes ?? []).map((v) => v.name));
  const mounts = c.volumeMounts ?? [];
  const ports = (c.ports ?? []).flatMap((p) => p.name ?? []);
  return [
    ...(isDnsLabel(c.name) ? [] : ['the name']),
    ...(c.image && c.image.trim() === c.image ? [] : ['the image']),
    ...mounts.filter((m) => !volumes.has(m.name)).map((m) => `mounts ${m.name}, which is not there`),
    ...repeated(mounts.map((m) => m.mountPath)).map((p) => `mounts twice at ${p}`),
    ...ports.filter((p) => p.length > 15 || !PORT_NAME.test(p)).map((p) => `name of port ${p}`),
    ...repeated(ports).map((p) => `port ${p} twice`),
    ...(c.env ?? []).filter((e) => !/^[^=]+$/.test(e.name)).map((e) => `variable ${e.name}`),
    ...(c.env ?? []).filter((e) => e.value && e.valueFrom).map((e) => `variable ${e.name} has two values`),
    ...resourceProblems(c),
  ];
}

function resourceProblems(c: Container): string[] {
  const { requests = {}, limits = {} } = c.resources ?? {};
  return Object.entries(requests).flatMap(([name, request]) => {
    const [asked, allowed] = [amountOf(request), amountOf(limits[name])];
    return asked !== undefined && allowed !== undefined && asked <= allowed
      ? []
      : [`asks for ${request} of ${name}, limit ${limits[name]}`];
  });
}

/** Names and keys of Secrets and ConfigMaps, wherever a pod refers to them. */
function referenceProblems(pod: PodSpec): string[] {
  const environment = [...(pod.initContainers ?? []), ...pod.containers].flatMap((c) => c.env ?? []);
  const refs = environment.flatMap((e) => e.valueFrom?.secretKeyRef ?? []);
  const volumes = (pod.volumes ?? []).flatMap((v) => [v, ...(v.projected?.sources ?? [])]);
  const names = [
    ...refs.map((r) => r.name),
    ...volumes.flatMap((v) => [
      ...('configMap' in v ? [v.configMap?.name] : []),
      ...('secretName' in (v.secret ?? {}) ? [(v.secret as { secretName?: string }).secretName] : []),
    ]),
    ...(pod.imagePullSecrets ?? []).map((s) => s.name),
    ...('serviceAccountName' in pod ? [pod.serviceAccountName] : []),
  ].filter((n) => n !== undefined);
  return [
    ...names.filter((n) => !isDnsSubdomain(n)).map((n) => `refers to ${n}`),
    ...refs.filter((r) => !isKey(r.key)).map((r) => `refers to key ${r.key}`),
  ];
}

export function repeated(values: readonly string[]): string[] {
  return values.filter((v, i) => values.indexOf(v) !== i);
}
