import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CronJob } from 'kubernetes-types/batch/v1';
import type { PodSpec, Volume, VolumeMount } from 'kubernetes-types/core/v1';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import type { RestoreNamespaceProps } from '../../lib/backup/kubernetes-restore';
import type { KubernetesBackupProps } from '../../lib/backup/kubernetes-task';
import { SovraRestore } from '../../lib/backup/sovra-restore';
import type { KubeObject } from '../../lib/checks/model';
import { SovraInstallation } from '../../lib/sovra/installation';
import { make } from '../backup/made';
import { type ApiServer, startApiServer } from '../cluster/api-server';
import { Kubectl } from '../cluster/kubectl';
import { findPrograms } from '../cluster/programs';
import { waitFor } from '../cluster/wait';
import { objectsOf } from '../support/synth';
import { nextSecond } from './backup-world';
import { CUSTOM, CUSTOM_KIND, DEFINITION, notDeclared, OBJECTS, referring, SECRETS } from './kubernetes-objects';
import { expectNoSecret, type JobResult, runJob, workFolder } from './pods';
import { quickKey } from './repository-key';
import { claimAddress } from './servers/server';

/** The objects of a namespace on a real API server, with RBAC and Pod Security: copied, lost, restored, compared. */
const PASSWORD = 'correct-horse-battery-staple';
const NAME = 'sovra-backup-kubernetes-sovra';
const sovra = new SovraInstallation();
const repository = { volume: { claimName: 'backup' } };
const password = { secret: 'backup', key: 'password' };
/** As the test knows them, and not as the code under test does. */
const KINDS =
  'configmaps,secrets,services,serviceaccounts,persistentvolumeclaims,resourcequotas,limitranges,deployments,statefulsets,' +
  `daemonsets,cronjobs,ingresses,networkpolicies,roles,rolebindings,poddisruptionbudgets,hpa,${CUSTOM_KIND}`;

let server: ApiServer;
let kubectl: Kubectl;
let folder: string;

const synthesized = (kubernetes: KubernetesBackupProps = {}) =>
  make({ sovra, repository, password, kubernetes: { kinds: [CUSTOM_KIND], ...kubernetes }, drill: false });
const restoring = (at: string, given: Partial<RestoreNamespaceProps> = {}) => {
  const namespaces = [{ namespace: 'sovra', kinds: [CUSTOM_KIND], ...given }];
  return objectsOf((chart) => {
    new SovraRestore(chart, 'restore', { sovra, repository, password, at, postgres: false, namespaces });
  });
};
/** What belongs to the job, without what needs the Prometheus Operator. */
const manifests = (objects: readonly KubeObject[], name: string) => objects.filter((o) => o.metadata.name === name);
const jobOf = (objects: readonly KubeObject[]) => objects.find((o) => o.kind === 'Job') as KubeObject;
const now = () => new Date(Math.floor(Date.now() / 1000) * 1000).toISOString().replace('.000Z', 'Z');
const snapshots = () => readdirSync(join(folder, 'snapshots')).length;

beforeAll(async () => {
  const dir = mkdtempSync(join(workFolder(), 'kubernetes-'));
  folder = join(dir, 'repository');
  mkdirSync(folder);
  const programs = await findPrograms(['etcd', 'kube-apiserver', 'kubectl']);
  // Of its own: no connection of another test begins at a port of it, so what was free there stays free.
  server = await startApiServer({ programs: programs as never, dir, host: claimAddress() });
  kubectl = new Kubectl(programs.kubectl.path, server.kubeconfig, join(dir, 'kubectl'));
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await kubectl.applyObjects([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'sovra', labels } },
    DEFINITION,
  ]);
  await kubectl.run(['wait', '--for=condition=Established', `crd/${CUSTOM_KIND}`, '--timeout=120s']);
  // It is told of later than it is served.
  await waitFor('the kind to be known', () => kubectl.run(['get', CUSTOM_KIND, '--namespace', 'sovra']));
  const { objects, cronJob } = synthesized();
  await kubectl.applyObjects([...OBJECTS, CUSTOM, ...manifests(objects, NAME)]);
  const { metadata } = await server.api.get<{ metadata: ObjectMeta }>('/apis/apps/v1/namespaces/sovra/deployments/a');
  await kubectl.applyObjects([...notDeclared(metadata.uid ?? ''), referring(metadata.uid ?? '')]);
  await kubectl.run(['-n', 'sovra', 'delete', 'configmap/being-deleted', '--wait=false']);
  await untilAllowed(NAME, { verb: 'get', resource: 'namespaces', namespace: 'sovra', name: 'sovra' });
  // Without rights, and without a token.
  const init = await runJob(cronJob('sovra-backup-init'), options());
  if (!init.ok) throw new Error(init.log);
  await quickKey(folder, PASSWORD);
});
afterAll(() => server?.stop());

const options = (token?: string) => ({
  claims: { backup: folder },
  secrets: { backup: { password: PASSWORD } },
  configMaps: { 'kube-root-ca.crt': { 'ca.crt': readFileSync(server.certificate) } },
  backoffLimit: 0,
  ...(token !== undefined && { serviceAccountToken: token }),
});

/** A token that the API server made, of the account that the job names. */
async function tokenOf(account: string): Promise<string> {
  const made = await server.api.post<{ status: { token: string } }>(
    `/api/v1/namespaces/sovra/serviceaccounts/${account}/token`,
    { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } },
  );
  return made.status.token;
}

/** The job with what the API server's admission adds to its pod, and the address that a kubelet gives to it. */
async function admitted(job: KubeObject): Promise<KubeObject> {
  const copy = structuredClone(job) as unknown as CronJob & {
    spec: { template?: { spec: PodSpec; metadata: object } };
  };
  const template = copy.spec.template ?? copy.spec.jobTemplate.spec?.template;
  const spec = template?.spec as PodSpec;
  const answer = await server.api.post<{ spec: PodSpec }>('/api/v1/namespaces/sovra/pods?dryRun=All', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...template?.metadata, name: 'trial' },
    // In a namespace that is not there is no account.
    spec: job.metadata.namespace === 'sovra' ? spec : { ...spec, serviceAccountName: NAME },
  });
  const token = (answer.spec.volumes ?? []).find((v) => v.projected) as Volume;
  const mount = answer.spec.containers[0]?.volumeMounts?.find((m) => m.name === token.name) as VolumeMount;
  spec.volumes = [...(spec.volumes ?? []), token];
  const { hostname, port } = new URL(server.api.access.server);
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
    container.volumeMounts = [...(container.volumeMounts ?? []), mount];
    container.env = [
      ...(container.env ?? []),
      { name: 'KUBERNETES_SERVICE_HOST', value: hostname },
      { name: 'KUBERNETES_SERVICE_PORT', value: port },
    ];
  }
  return copy as unknown as KubeObject;
}

async function run(job: KubeObject, token?: string): Promise<JobResult> {
  return runJob(await admitted(job), options(token ?? (await tokenOf(job.metadata.name ?? ''))));
}

type Known = KubeObject & { spec: Record<string, unknown>; data?: Record<string, string> };

/** By kind and name, without what a cluster gives to each object by itself. */
async function everything(): Promise<Record<string, unknown>> {
  const { stdout } = await kubectl.run(['get', KINDS, '--namespace', 'sovra', '--output', 'json']);
  const { items } = JSON.parse(stdout) as { items: Known[] };
  return Object.fromEntries(items.map((o) => [`${o.kind}/${o.metadata.name}`, comparable(o)]));
}
function comparable({ metadata, spec, ...rest }: Known): object {
  const {
    uid: _,
    resourceVersion,
    creationTimestamp,
    generation,
    managedFields,
    ownerReferences,
    ...kept
  } = metadata as ObjectMeta;
  const ofTheCluster =
    /last-applied-configuration|deployment.kubernetes.io.revision|^pv\.kubernetes|selected-node|daemonset\.template/;
  const annotations = Object.entries(kept.annotations ?? {}).filter(([key]) => !ofTheCluster.test(key));
  const { volumeName, clusterIP, clusterIPs, healthCheckNodePort, volumeClaimTemplates, ...fields } = spec ?? {};
  const claims = volumeClaimTemplates as { status?: object }[] | undefined;
  return {
    ...rest,
    status: undefined,
    metadata: { ...kept, annotations: Object.fromEntries(annotations) },
    spec: { ...fields, ...(clusterIP === 'None' && { clusterIP, clusterIPs }) },
    claims: claims?.map(({ status: __, ...claim }) => claim),
  };
}

/** What the API server says that an account may. */
async function allowed(
  account: string,
  resourceAttributes: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  const review = await server.api.post<{ status: { allowed: boolean } }>(
    '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user: `system:serviceaccount:sovra:${account}`, resourceAttributes },
    },
  );
  return review.status.allowed;
}

/** Rights that were given are taken note of a moment later. */
const untilAllowed = (account: string, resourceAttributes: Readonly<Record<string, string | undefined>>) =>
  waitFor(`${account} to have its rights`, () => allowed(account, resourceAttributes));

test('the account may list exactly what is backed up, in its own namespace, and change nothing', async () => {
  const may = (verb: string, resource: string, group = '', namespace = 'sovra', name?: string) =>
    allowed(NAME, { verb, resource, group, namespace, name });
  const { resources } = await server.api.get<{ resources: { name: string; namespaced: boolean; verbs: string[] }[] }>(
    '/api/v1',
  );
  const listed = resources.filter((r) => r.namespaced && r.verbs.includes('list')).map((r) => r.name);
  const mayList = await Promise.all(listed.map((r) => may('list', r)));
  expect(listed.filter((_, i) => mayList[i]).sort()).toEqual([
    ...[
      'configmaps',
      'limitranges',
      'persistentvolumeclaims',
      'resourcequotas',
      'secrets',
      'serviceaccounts',
      'services',
    ],
  ]);
  expect(await may('get', 'namespaces', '', 'sovra', 'sovra')).toBe(true);
  for (const [verb, resource, group, namespace, name] of [
    ['get', 'namespaces', '', 'default', 'default'],
    ['list', 'secrets', '', 'default'],
    ['list', 'replicasets', 'apps'],
    ['list', 'jobs', 'batch'],
    ...['create', 'patch', 'update', 'delete', 'watch'].map((v) => [v, 'secrets']),
  ] as [string, string, string?, string?, string?][]) {
    expect([verb, resource, await may(verb, resource, group, namespace, name)]).toEqual([verb, resource, false]);
  }
});

test('the namespace comes back as it was at a point in time, field for field and byte for byte', async () => {
  const { cronJob } = synthesized();
  const secrets = [PASSWORD, SECRETS.token.toString(), SECRETS.text.toString(), await tokenOf(NAME)];
  const before = await everything();
  expect(Object.keys(before).length).toBeGreaterThan(30);
  const copied = await run(cronJob(NAME), secrets[3]);
  expect(copied.log).toMatch(/snapshot [0-9a-f]+ saved/);
  expectNoSecret(copied, secrets, { manifests: [cronJob(NAME)], folders: [folder] });
  await nextSecond();
  const point = now();
  await nextSecond();
  // Life goes on, and is backed up too: none of it may come back.
  await kubectl.run(['-n', 'sovra', 'create', 'configmap', 'after-the-point', '--from-literal=a=b']);
  await kubectl.run(['-n', 'sovra', 'patch', 'configmap/settings', '-p', '{"data":{"a.yaml":"a: 2\\n"}}']);
  expect((await run(cronJob(NAME))).ok).toBe(true);

  // The disaster.
  await kubectl.run(['-n', 'sovra', 'patch', 'configmap/being-deleted', '--type=json', '-p', RELEASE]);
  await kubectl.run(['-n', 'sovra', 'patch', 'pvc/data', '--type=json', '-p', RELEASE]);
  await kubectl.run(['-n', 'sovra', 'delete', KINDS, '--all']);
  expect(await everything()).toEqual({});

  const objects = restoring(point);
  const job = jobOf(objects);
  await kubectl.applyObjects(objects);
  const made = new Set(Object.keys(await everything()));
  await untilAllowed(job.metadata.name, { verb: 'patch', resource: 'secrets', namespace: 'sovra' });
  const restored = await run(job);
  expect(restored.log).toContain('[restore] secret/tokens serverside-applied');
  expectNoSecret(restored, secrets, { manifests: objects });
  const after = await everything();
  for (const key of made) delete after[key];
  const { 'ConfigMap/kube-root-ca.crt': _, 'ConfigMap/made-by-a-controller': __, ...rest } = before;
  const { 'ConfigMap/being-deleted': ___, ...declared } = rest;
  expect(after).toEqual(declared);
  expect(Object.keys(after).length).toBeGreaterThan(28);
  // In numbers: what was written is what is there.
  const { data } = await server.api.get<{ data: Record<string, string> }>('/api/v1/namespaces/sovra/secrets/tokens');
  expect(Buffer.from(data.bytes ?? '', 'base64')).toEqual(SECRETS.bytes);
  // Nothing that a garbage collector would take: the owners have other uids now.
  const { stdout } = await kubectl.run(['get', KINDS, '-n', 'sovra', '-o', 'jsonpath={..ownerReferences}']);
  expect(stdout).toBe('');

  // What somebody has changed since then is not set back without the word, and nothing else is done either.
  await kubectl.run(['-n', 'sovra', 'delete', 'configmap/binary']);
  const change = ['-n', 'sovra', 'patch', 'configmap/settings', '--field-manager=a-person'];
  await kubectl.run([...change, '-p', '{"data":{"a.yaml":"a: 3\\n","mine":"yes"}}']);
  const changed = await everything();
  const refused = await run(job);
  expect(refused.ok).toBe(false);
  expect(refused.log).toContain('conflict with "a-person"');
  expect(await everything()).toEqual(changed);

  const replaced = await run(jobOf(restoring(point, { overwrite: 'sovra' })));
  expect(replaced.ok).toBe(true);
  const settings = await server.api.get<Known>('/api/v1/namespaces/sovra/configmaps/settings');
  expect(settings.data).toEqual({ 'a.yaml': 'a: 1\n', b: '', mine: 'yes' });
  expect((await everything())['ConfigMap/binary']).toEqual(before['ConfigMap/binary']);
});
const RELEASE = '[{"op":"remove","path":"/metadata/finalizers"}]';

describe('never a snapshot', () => {
  const refusedBy = async (job: KubeObject, token?: string) => {
    const count = snapshots();
    const refused = await run(job, token);
    expect(refused.ok).toBe(false);
    expect(snapshots()).toBe(count);
    return refused.log;
  };

  test('of a namespace that is not there, which lists as empty and good', async () => {
    const { stdout } = await kubectl.run(['get', 'configmaps,secrets', '--namespace', 'gone', '--output', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({ items: [] });
    const gone = new SovraInstallation({ namespace: 'gone' });
    const job = make({ sovra: gone, repository, password, drill: false }).cronJob('sovra-backup-kubernetes-gone');
    // As an administrator, who may see everything.
    const log = await refusedBy(job, server.api.access.token);
    expect(log).toContain('[namespace-there] Error from server (NotFound): namespaces "gone" not found');
  });

  test('without a kind that the account may not list, or that the cluster does not know', async () => {
    const withKind = (kind: string) => synthesized({ kinds: [kind] }).cronJob(NAME);
    expect(await refusedBy(withKind('leases.coordination.k8s.io'))).toContain(
      'leases.coordination.k8s.io is forbidden',
    );
    expect(await refusedBy(withKind('nothings.example.org'))).toContain(
      'the server doesn\'t have a resource type "nothings"',
    );
  });
});
