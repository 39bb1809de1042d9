import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { ConfigMap, Secret } from 'kubernetes-types/core/v1';
import type { Event } from 'kubernetes-types/events/v1';
import { type ApiClient, type KubeObject, nameOf } from './api';
import type { ControlPlane } from './control-plane';
import { addresses } from './network';
import { Server } from './process';
import type { Programs } from './programs';
import { waitFor } from './wait';

const group = '/apis/monitoring.coreos.com';
/** Unlike 8080, not a port that a test wants to listen on. */
const port = 18080;

/** The custom resource definitions first, then the real operator, outside the cluster as an administrator. */
export async function startOperator(programs: Programs, controlPlane: ControlPlane, dir: string): Promise<Server> {
  const { kubectl, kubeconfig } = controlPlane;
  const crds = join(programs['prometheus-operator'].dir, 'crds');
  await kubectl.apply(crds);
  await kubectl.run(['wait', '--for=condition=Established', '--timeout=60s', '-R', '-f', crds]);
  const server = Server.start({
    name: 'prometheus-operator',
    command: programs['prometheus-operator'].path,
    args: [`--web.listen-address=${addresses.host}:${port}`],
    env: { KUBECONFIG: kubeconfig },
    logFile: join(dir, 'prometheus-operator.log'),
  });
  return server.ready(async () => (await fetch(`http://${addresses.host}:${port}/healthz`)).ok);
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

type Managed = 'prometheuses' | 'alertmanagers';

function whyNotReconciled({ metadata, ...object }: KubeObject): string | undefined {
  const conditions = (object.status as { conditions?: readonly Condition[] } | undefined)?.conditions ?? [];
  for (const type of ['Reconciled', 'Available']) {
    const condition = conditions.find((c) => c.type === type);
    const current = condition?.observedGeneration === metadata?.generation;
    if (current && condition?.status === 'True') continue;
    return `${type} is ${condition?.status ?? 'not reported'} (${condition?.reason ?? ''} ${condition?.message ?? ''})`;
  }
  return undefined;
}

/** What the operator has not reconciled yet, or what it cannot, one line each. */
export async function findUnreconciled(api: ApiClient): Promise<readonly string[]> {
  const kinds: readonly Managed[] = ['prometheuses', 'alertmanagers'];
  const lists = kinds.map(async (plural) => {
    const path = `${group}/v1/${plural}`;
    // Without the operator's definitions there is nothing that it could owe.
    const objects = (await api.find<{ items: readonly KubeObject[] }>(path))?.items ?? [];
    return objects.flatMap((object) => {
      const reason = whyNotReconciled(object);
      return reason === undefined ? [] : [`${plural}/${nameOf(object)}: ${reason}`];
    });
  });
  return (await Promise.all(lists)).flat();
}

/** Waits until the operator says of a Prometheus or Alertmanager that it has reconciled and that its pods are there. */
async function waitForReconciled(api: ApiClient, plural: Managed, { namespace, name }: ConfigOptions): Promise<void> {
  await waitFor(`${plural}/${name} to be reconciled`, async () => {
    const reason = whyNotReconciled(await api.get(`${group}/v1/namespaces/${namespace}/${plural}/${name}`));
    if (reason !== undefined) throw new Error(reason);
    return true;
  });
}

/** Why the operator has left out a monitor or rule: it says so in events, and only there. */
async function readRejections(api: ApiClient): Promise<readonly string[]> {
  const events = await api.list<Event>('/apis/events.k8s.io/v1/events');
  return events
    .filter(({ reason }) => reason === 'InvalidConfiguration')
    .map(({ regarding, note }) => `${regarding?.kind} ${regarding?.namespace}/${regarding?.name}: ${note}`);
}

async function readPacked(api: ApiClient, namespace: string, secret: string, key: string): Promise<string> {
  const { data = {} } = await api.get<Secret>(`/api/v1/namespaces/${namespace}/secrets/${secret}`);
  return gunzipSync(Buffer.from(data[key] ?? '', 'base64')).toString();
}

/** The configuration that the operator wrote for a Prometheus. */
export const readPrometheusConfig = (api: ApiClient, namespace: string, name: string) =>
  readPacked(api, namespace, `prometheus-${name}`, 'prometheus.yaml.gz');

/** The configuration that the operator wrote for an Alertmanager. */
export const readAlertmanagerConfig = (api: ApiClient, namespace: string, name: string) =>
  readPacked(api, namespace, `alertmanager-${name}-generated`, 'alertmanager.yaml.gz');

/** The rule files that the operator wrote for a Prometheus: text by file name. */
export async function readRuleFiles(api: ApiClient, namespace: string, name: string): Promise<Record<string, string>> {
  const maps = await api.list<ConfigMap>(`/api/v1/namespaces/${namespace}/configmaps`, `prometheus-name=${name}`);
  return Object.assign({}, ...maps.map(({ data }) => data));
}

const jobs: Readonly<Record<string, string>> = {
  servicemonitors: 'serviceMonitor',
  podmonitors: 'podMonitor',
  probes: 'probe',
};

async function findIgnored(api: ApiClient, namespace: string, name: string): Promise<readonly string[]> {
  const config = await readPrometheusConfig(api, namespace, name);
  const files = Object.keys(await readRuleFiles(api, namespace, name));
  const monitors = Object.entries(jobs).map(async ([plural, job]) => {
    const objects = await api.list(`${group}/v1/${plural}`);
    return objects
      .filter((o) => !config.includes(`job_name: ${job}/${nameOf(o)}`))
      .map((o) => `${plural}/${nameOf(o)}`);
  });
  const rules = await api.list(`${group}/v1/prometheusrules`);
  const unused = rules
    .filter((rule) => !files.includes(ruleFile(rule)))
    .map((rule) => `prometheusrules/${nameOf(rule)}`);
  return [...(await Promise.all(monitors)).flat(), ...unused];
}

const ruleFile = ({ metadata }: KubeObject) => `${metadata?.namespace}-${metadata?.name}-${metadata?.uid}.yaml`;

export interface ConfigOptions {
  readonly namespace: string;
  readonly name: string;
  /** Objects that this instance is not meant to select: "plural/namespace/name". @default none */
  readonly ignored?: readonly string[];
  /** Milliseconds until the operator must have taken up everything. @default 60000 */
  readonly timeout?: number;
}

/**
 * Waits until every monitor, probe and rule of the cluster is in what the operator wrote for this Prometheus. One that
 * never gets there is one that no Prometheus selects, the fault that nobody notices.
 */
export async function waitForPrometheusConfig(api: ApiClient, options: ConfigOptions): Promise<void> {
  const { namespace, name, ignored = [], timeout } = options;
  await waitForReconciled(api, 'prometheuses', options);
  await waitFor(
    `the operator to take up every monitor and rule for ${namespace}/${name}`,
    async () => {
      const missing = (await findIgnored(api, namespace, name)).filter((object) => !ignored.includes(object));
      if (missing.length === 0) return true;
      throw new Error([`not selected or refused: ${missing.join(', ')}`, ...(await readRejections(api))].join('\n  '));
    },
    { timeout },
  );
}

/** The same for the AlertmanagerConfigs of the cluster. */
export async function waitForAlertmanagerConfig(api: ApiClient, options: ConfigOptions): Promise<void> {
  const { namespace, name, ignored = [], timeout } = options;
  await waitForReconciled(api, 'alertmanagers', options);
  await waitFor(
    `the operator to take up every AlertmanagerConfig for ${namespace}/${name}`,
    async () => {
      const config = await readAlertmanagerConfig(api, namespace, name);
      const objects = (await api.list(`${group}/v1alpha1/alertmanagerconfigs`)).map(nameOf);
      const unused = objects.filter((object) => !config.includes(`${object}/`));
      const missing = unused.map((object) => `alertmanagerconfigs/${object}`).filter((path) => !ignored.includes(path));
      if (missing.length === 0) return true;
      throw new Error([`not selected or refused: ${missing.join(', ')}`, ...(await readRejections(api))].join('\n  '));
    },
    { timeout },
  );
}
