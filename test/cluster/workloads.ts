import type { Deployment, StatefulSet } from 'kubernetes-types/apps/v1';
import type { CronJob, Job } from 'kubernetes-types/batch/v1';
import type { PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1';
import type { Event } from 'kubernetes-types/events/v1';
import { type ApiClient, type KubeObject, nameOf } from './api';
import type { Kubectl } from './kubectl';
import { findUnreconciled } from './operator';
import { type WaitOptions, waitFor } from './wait';

type Workload = Pick<Deployment, 'metadata'> & { kind: string; spec?: { replicas?: number }; status?: WorkloadStatus };

interface WorkloadStatus {
  readonly observedGeneration?: number;
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
}

const settledKinds = { deployments: 'Deployment', statefulsets: 'StatefulSet' } as const;

async function listWorkloads(api: ApiClient): Promise<readonly Workload[]> {
  const lists = Object.entries(settledKinds).map(async ([plural, kind]) => {
    const items = await api.list<Deployment | StatefulSet>(`/apis/apps/v1/${plural}`);
    return items.map((item) => ({ ...item, kind }) as Workload);
  });
  return (await Promise.all(lists)).flat();
}

function whyNotReady({ kind, metadata, spec, status }: Workload): string | undefined {
  const wanted = spec?.replicas ?? 1;
  const observed = status?.observedGeneration === metadata?.generation;
  if (observed && (status?.readyReplicas ?? 0) === wanted && (status?.updatedReplicas ?? 0) === wanted)
    return undefined;
  return `${kind} ${nameOf({ metadata })}: ${status?.readyReplicas ?? 0} of ${wanted} ready`;
}

/** Claims that have no volume yet. Whoever binds one writes into it, which is not to look like a change by an apply. */
async function findUnbound(api: ApiClient): Promise<readonly string[]> {
  const claims = await api.list<PersistentVolumeClaim>('/api/v1/persistentvolumeclaims');
  return claims
    .filter(({ status }) => status?.phase !== 'Bound')
    .map((claim) => `PersistentVolumeClaim ${nameOf(claim as KubeObject)}: ${claim.status?.phase ?? 'not seen yet'}`);
}

/** What Pod Security, quotas or a missing service account had refused: the events of pods that were not created. */
export async function readRefusals(api: ApiClient): Promise<readonly string[]> {
  const events = await api.list<Event>('/apis/events.k8s.io/v1/events');
  return events
    .filter(({ reason }) => reason === 'FailedCreate')
    .map(({ regarding, note }) => `${regarding?.kind} ${regarding?.namespace}/${regarding?.name}: ${note}`);
}

/**
 * Waits until every Deployment and StatefulSet of the cluster, those that the operator made included, has all its pods
 * ready, until every claim has its volume, and until the operator has made what each Prometheus and Alertmanager asks for.
 * Returns what is ready. What was refused is in the error.
 */
export async function waitForWorkloads(api: ApiClient, options?: WaitOptions): Promise<readonly string[]> {
  const workloads = await waitFor(
    'all workloads to be ready',
    async () => {
      // In this order: what was made between the two questions would not be in a list that was read before.
      const unreconciled = await findUnreconciled(api);
      const found = await listWorkloads(api);
      const unready = found.map(whyNotReady).filter((reason) => reason !== undefined);
      const reasons = [...unreconciled, ...unready, ...(await findUnbound(api))];
      if (reasons.length === 0) return found;
      throw new Error([...reasons, ...(await readRefusals(api))].join('\n  '));
    },
    { timeout: 120_000, interval: 250, ...options },
  );
  return workloads.map((workload) => `${workload.kind} ${nameOf({ metadata: workload.metadata })}`);
}

/** Running pods of the namespace, by name. */
export async function findPods(api: ApiClient, namespace: string, selector?: string): Promise<readonly Pod[]> {
  const pods = await api.list<Pod>(`/api/v1/namespaces/${namespace}/pods`, selector);
  const running = pods.filter(({ status, metadata }) => status?.podIP && !metadata?.deletionTimestamp);
  return running.sort((a, b) => nameOf(a as KubeObject).localeCompare(nameOf(b as KubeObject)));
}

const isComplete = ({ status }: Job) =>
  status?.conditions?.some(({ type, status: value }) => type === 'Complete' && value === 'True') ?? false;

/**
 * Triggers every CronJob once, as an operator at the keyboard does, and waits until each Job has completed. Returns
 * the names of the CronJobs. kwok completes the pods: that the commands work is for other tests to show.
 */
export async function triggerCronJobs(api: ApiClient, kubectl: Kubectl): Promise<readonly string[]> {
  const cronJobs = await api.list<CronJob>('/apis/batch/v1/cronjobs');
  const jobs = await Promise.all(cronJobs.map((cronJob) => triggerCronJob(kubectl, cronJob)));
  await waitFor(
    'the triggered Jobs to complete',
    async () => {
      const found = await Promise.all(jobs.map((path) => api.get<Job>(path)));
      const open = found.filter((job) => !isComplete(job)).map((job) => nameOf(job as KubeObject));
      if (open.length === 0) return true;
      throw new Error([`not completed: ${open.join(', ')}`, ...(await readRefusals(api))].join('\n  '));
    },
    { timeout: 120_000 },
  );
  return cronJobs.map((cronJob) => nameOf(cronJob as KubeObject));
}

/**
 * Lets a CronJob fail: a Job of its own that finds no node and has no time. No run of its schedule comes in between.
 * Returns the time, in milliseconds since 1970, at which the job controller had given it up.
 */
export async function failTask(api: ApiClient, kubectl: Kubectl, namespace: string, name: string): Promise<number> {
  const patch = JSON.stringify({ spec: { suspend: true } });
  await kubectl.run(['patch', 'cronjob', '-n', namespace, name, '--type=merge', '-p', patch]);
  const { metadata, spec } = await api.get<CronJob>(`/apis/batch/v1/namespaces/${namespace}/cronjobs/${name}`);
  const { template } = spec?.jobTemplate.spec ?? {};
  const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
  await api.post(jobs, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${name}-fails`,
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name, uid: metadata?.uid, controller: true }],
    },
    spec: {
      activeDeadlineSeconds: 1,
      template: { ...template, spec: { ...template?.spec, nodeSelector: { 'kubernetes.io/hostname': 'nowhere' } } },
    },
  });
  return waitFor(
    `the Job of ${namespace}/${name} to fail`,
    async () => {
      const { status } = await api.get<Job>(`${jobs}/${name}-fails`);
      return status?.conditions?.some((c) => c.type === 'Failed' && c.status === 'True') && Date.now();
    },
    { timeout: 60_000 },
  );
}

let triggered = 0;

async function triggerCronJob(kubectl: Kubectl, { metadata }: CronJob): Promise<string> {
  triggered += 1;
  const name = `${metadata?.name?.slice(0, 50)}-try-${triggered}`;
  const namespace = metadata?.namespace ?? 'default';
  await kubectl.run(['create', 'job', '-n', namespace, `--from=cronjob/${metadata?.name}`, name]);
  return `/apis/batch/v1/namespaces/${namespace}/jobs/${name}`;
}
