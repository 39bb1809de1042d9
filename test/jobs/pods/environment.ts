import type { EnvVar } from 'kubernetes-types/core/v1';
import { expand } from '../../cluster/pod-fields';
import { type AnyContainer, NotStarted, type RunOptions, type Template, type Values } from './types';

interface Reference {
  readonly name?: string;
  readonly optional?: boolean;
}

const refuse = (message: string) => new NotStarted('CreateContainerConfigError', message);

/** The entries of a Secret or ConfigMap; undefined where it may be missing and is. */
export function entriesOf(
  kind: 'secret' | 'configmap',
  reference: Reference,
  options: RunOptions,
): Values[string] | undefined {
  const found = (kind === 'secret' ? options.secrets : options.configMaps)?.[reference.name ?? ''];
  if (found === undefined && !reference.optional) throw refuse(`${kind} "${reference.name}" not found`);
  return found;
}

/** The value of a downward API field, such as metadata.name or metadata.labels['app']. */
export function fieldOf(template: Template, path: string): string {
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (keyed) return template.metadata[keyed[1] as 'labels' | 'annotations'][keyed[2] as string] ?? '';
  const fields: Readonly<Record<string, string>> = {
    'metadata.name': template.metadata.name,
    'metadata.namespace': template.metadata.namespace,
    'metadata.uid': '6a3b2c1d-0000-4000-8000-000000000001',
    'spec.nodeName': 'node-1',
    'spec.serviceAccountName': template.spec.serviceAccountName ?? 'default',
    'status.podIP': '127.0.0.1',
    'status.hostIP': '127.0.0.1',
  };
  const value = fields[path];
  if (value === undefined) throw new Error(`the runner cannot provide the downward API field ${path}`);
  return value;
}

function variableValue(template: Template, variable: EnvVar, options: RunOptions): string | undefined {
  const from = variable.valueFrom;
  if (from === undefined) return variable.value ?? '';
  if (from.fieldRef) return fieldOf(template, from.fieldRef.fieldPath);
  const reference = from.secretKeyRef ?? from.configMapKeyRef;
  if (reference === undefined) throw new Error(`the runner cannot provide the variable ${variable.name}`);
  const kind = from.secretKeyRef ? 'secret' : 'configmap';
  const value = entriesOf(kind, reference, options)?.[reference.key];
  if (value !== undefined || reference.optional) return value?.toString();
  throw refuse(`couldn't find key ${reference.key} in ${kind} ${template.metadata.namespace}/${reference.name}`);
}

/** The environment that a kubelet gives to the container, on top of that of the image. */
export function environmentOf(
  template: Template,
  container: AnyContainer,
  image: Readonly<Record<string, string>>,
  options: RunOptions,
): Record<string, string> {
  const environment: Record<string, string> = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ...image,
    HOSTNAME: template.metadata.name,
    KUBERNETES_SERVICE_HOST: '127.0.0.1',
    KUBERNETES_SERVICE_PORT: '443',
  };
  for (const source of container.envFrom ?? []) {
    const kind = source.secretRef ? 'secret' : 'configmap';
    const entries = entriesOf(kind, source.secretRef ?? source.configMapRef ?? {}, options) ?? {};
    for (const [key, value] of Object.entries(entries)) environment[`${source.prefix ?? ''}${key}`] = value.toString();
  }
  for (const variable of container.env ?? []) {
    const value = variableValue(template, variable, options);
    if (value !== undefined) environment[variable.name] = variable.valueFrom ? value : expand(value, environment);
  }
  return environment;
}
