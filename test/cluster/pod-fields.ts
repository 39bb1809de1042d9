import type { EnvFromSource, EnvVar, Pod } from 'kubernetes-types/core/v1';
import type { ApiClient } from './api';
import { addresses } from './network';

type Entries = Readonly<Record<string, Buffer>>;

interface Holder {
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}

const decode = (values: Readonly<Record<string, string>> = {}, encoding: BufferEncoding): Entries =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value, encoding)]));

/**
 * The entries of a Secret or ConfigMap that a pod refers to. kwok reports pods as running without looking; a kubelet
 * would never start a pod whose reference leads nowhere, so a missing object is an error unless it is optional.
 */
export async function readEntries(
  api: ApiClient,
  pod: Pod,
  kind: 'secrets' | 'configmaps',
  reference: { readonly name?: string; readonly optional?: boolean },
): Promise<Entries> {
  const { namespace, name } = pod.metadata ?? {};
  const found = await api.find<Holder>(`/api/v1/namespaces/${namespace}/${kind}/${reference.name}`);
  if (found !== undefined) {
    if (kind === 'secrets') return decode(found.data, 'base64');
    return { ...decode(found.data, 'utf8'), ...decode(found.binaryData, 'base64') };
  }
  if (reference.optional) return {};
  throw new Error(`pod ${namespace}/${name} refers to ${kind}/${reference.name}, which does not exist`);
}

/** The value of a downward API field, such as metadata.name or metadata.labels['app']. */
export function readField(pod: Pod, path: string): string {
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (keyed) return pod.metadata?.[keyed[1] as 'labels' | 'annotations']?.[keyed[2] as string] ?? '';
  let value: unknown = pod;
  for (const part of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[part];
  if (typeof value === 'string') return value;
  throw new Error(`the test cluster cannot provide the downward API field ${path}`);
}

async function readVariable(api: ApiClient, pod: Pod, variable: EnvVar): Promise<string | undefined> {
  const from = variable.valueFrom;
  if (from === undefined) return variable.value ?? '';
  if (from.fieldRef) return readField(pod, from.fieldRef.fieldPath);
  const reference = from.secretKeyRef ?? from.configMapKeyRef;
  if (reference === undefined) throw new Error(`the test cluster cannot provide the variable ${variable.name}`);
  const entries = await readEntries(api, pod, from.secretKeyRef ? 'secrets' : 'configmaps', reference);
  const value = entries[reference.key]?.toString();
  if (value !== undefined || reference.optional) return value;
  throw new Error(`${variable.name} needs the key ${reference.key} of ${reference.name}, which is not there`);
}

async function readAll(api: ApiClient, pod: Pod, source: EnvFromSource): Promise<Record<string, string>> {
  const reference = source.secretRef ?? source.configMapRef ?? {};
  const entries = await readEntries(api, pod, source.secretRef ? 'secrets' : 'configmaps', reference);
  return Object.fromEntries(Object.entries(entries).map(([key, value]) => [(source.prefix ?? '') + key, `${value}`]));
}

/** Replaces $(NAME), as the kubelet does in arguments and in later variables. */
export const expand = (text: string, environment: Readonly<Record<string, string>>) =>
  text.replace(/\$\(([A-Za-z_][A-Za-z0-9_]*)\)/g, (whole, name: string) => environment[name] ?? whole);

/** The environment that a kubelet would give to the container. */
export async function readEnvironment(
  api: ApiClient,
  pod: Pod,
  container: { readonly env?: EnvVar[]; readonly envFrom?: EnvFromSource[] },
): Promise<Record<string, string>> {
  const environment: Record<string, string> = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOSTNAME: pod.metadata?.name ?? '',
    KUBERNETES_SERVICE_HOST: addresses.apiService,
    KUBERNETES_SERVICE_PORT: '443',
  };
  for (const source of container.envFrom ?? []) Object.assign(environment, await readAll(api, pod, source));
  for (const variable of container.env ?? []) {
    const value = await readVariable(api, pod, variable);
    if (value !== undefined) environment[variable.name] = expand(value, environment);
  }
  return environment;
}
