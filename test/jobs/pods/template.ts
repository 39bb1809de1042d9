import type { PodSpec } from 'kubernetes-types/core/v1';
import type { Template } from './types';

interface AnyObject {
  readonly kind?: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever was synthesized comes in here
  readonly metadata?: any;
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly spec?: any;
}

/** Of each part of a pod, what the runner obeys, or what says nothing about a process on this machine. */
const KNOWN = {
  pod: [
    ...['containers', 'initContainers', 'volumes', 'restartPolicy', 'securityContext', 'activeDeadlineSeconds'],
    ...['serviceAccountName', 'automountServiceAccountToken', 'enableServiceLinks', 'imagePullSecrets', 'dnsPolicy'],
    ...['nodeSelector', 'tolerations', 'affinity', 'topologySpreadConstraints', 'priorityClassName', 'schedulerName'],
    ...['terminationGracePeriodSeconds', 'hostUsers', 'runtimeClassName'],
  ],
  podSecurity: [
    ...['runAsUser', 'runAsGroup', 'runAsNonRoot', 'fsGroup', 'fsGroupChangePolicy', 'supplementalGroups'],
    'seccompProfile',
  ],
  container: [
    ...['name', 'image', 'imagePullPolicy', 'command', 'args', 'env', 'envFrom', 'workingDir', 'volumeMounts'],
    ...['securityContext', 'resources', 'ports', 'restartPolicy', 'terminationMessagePolicy', 'terminationMessagePath'],
  ],
  security: [
    ...['runAsUser', 'runAsGroup', 'runAsNonRoot', 'readOnlyRootFilesystem', 'allowPrivilegeEscalation'],
    ...['capabilities', 'seccompProfile', 'privileged'],
  ],
  mount: ['name', 'mountPath', 'subPath', 'subPathExpr', 'readOnly'],
  job: [
    ...['template', 'backoffLimit', 'activeDeadlineSeconds', 'ttlSecondsAfterFinished', 'completions', 'parallelism'],
    ...['suspend', 'completionMode', 'podReplacementPolicy'],
  ],
};

function refuseUnknown(where: string, part: object | undefined, known: readonly string[]): void {
  const unknown = Object.entries(part ?? {}).filter(([key, value]) => value !== undefined && !known.includes(key));
  if (unknown.length > 0) {
    throw new Error(`${where}: the runner does not know how to obey ${unknown.map(([key]) => key).join(', ')}`);
  }
}

function checkSpec(spec: PodSpec): void {
  refuseUnknown('pod', spec, KNOWN.pod);
  refuseUnknown('securityContext', spec.securityContext, KNOWN.podSecurity);
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
    refuseUnknown(container.name, container, KNOWN.container);
    refuseUnknown(`${container.name}.securityContext`, container.securityContext, KNOWN.security);
    for (const mount of container.volumeMounts ?? [])
      refuseUnknown(`${container.name}.volumeMounts`, mount, KNOWN.mount);
  }
  const policy = spec.restartPolicy ?? 'Always';
  if (policy !== 'Never') throw new Error(`the runner obeys restartPolicy Never only, this is ${policy}`);
}

/** The pod in a CronJob, a Job, a Pod or a pod template, and the limits of the Job around it. */
export function templateOf(object: unknown, namespace = 'default'): Template {
  const { kind, metadata, spec } = object as AnyObject;
  if (spec === undefined) throw new Error('neither a CronJob, a Job, a Pod nor a pod template: it has no spec');
  if (kind === 'CronJob') {
    return templateOf({ kind: 'Job', metadata: { ...metadata, labels: {} }, spec: spec.jobTemplate.spec }, namespace);
  }
  if (kind === 'Job') refuseUnknown('job', spec, KNOWN.job);
  const pod = kind === 'Job' ? spec.template : { metadata, spec };
  checkSpec(pod.spec);
  const job = kind === 'Job' ? spec : {};
  return {
    metadata: {
      name: `${metadata?.name ?? pod.metadata?.name ?? 'pod'}${kind === 'Job' ? '-x1y2z' : ''}`,
      namespace: metadata?.namespace ?? namespace,
      labels: pod.metadata?.labels ?? {},
      annotations: pod.metadata?.annotations ?? {},
    },
    spec: pod.spec,
    job: { backoffLimit: job.backoffLimit ?? 6, activeDeadlineSeconds: job.activeDeadlineSeconds },
  };
}
