import type { PolicyResource } from '@pulumi/policy';
import { UNKNOWN } from '../checks/foreign-shape';

/** What a stack creates in one cluster. */
export interface Cluster {
  /** The resource of each object. */
  readonly urns: readonly string[];
  /** The objects, with `UNKNOWN` in place of what is not known yet. */
  readonly objects: readonly object[];
}

/** The Kubernetes objects of a stack by cluster, and the first error that the SDK threw at something unknown. */
export interface StackObjects {
  readonly clusters: readonly Cluster[];
  readonly unknown: unknown;
}

/** `kubernetes:GROUP/VERSION:Kind`; the provider calls the group without a name `core`. */
const TYPE = /^kubernetes:(?:core\/)?([^:]+):([^:]+)$/;
/** Components of the provider: what they create are resources of their own, or (of a Helm release) nothing that is seen. */
const CONTAINERS = /^(yaml|kustomize|helm\.sh)(\/|$)/;
/** What says which cluster a provider talks to. */
const CONNECTION = ['kubeconfig', 'context', 'cluster', 'clusterIdentifier', 'renderYamlToDirectory'];

/** The objects among the resources of a stack, from typed classes, YAML files, charts and components alike. */
export function stackObjects(resources: readonly PolicyResource[]): StackObjects {
  const reader = new Reader();
  const clusters = new Map<string, { urns: string[]; objects: object[] }>();
  for (const resource of resources) {
    const object = objectOf(resource, reader);
    if (object === undefined) continue;
    const key = clusterOf(resource);
    const cluster = clusters.get(key) ?? { urns: [], objects: [] };
    clusters.set(key, cluster);
    cluster.urns.push(resource.urn);
    cluster.objects.push(object);
  }
  return { clusters: [...clusters.values()], unknown: reader.error };
}

function objectOf({ type, props }: PolicyResource, reader: Reader): object | undefined {
  const [, apiVersion = '', kind = ''] = TYPE.exec(type) ?? [];
  if (kind === '' || CONTAINERS.test(apiVersion)) return undefined;
  const object = reader.plain(props);
  if (typeof object !== 'object' || object === null) return undefined;
  const own = Object.fromEntries(
    // The provider keeps notes of its own in the state; `status` is what the cluster says.
    Object.entries(object).filter(([k]) => !k.startsWith('__') && !['status', 'id', 'urn'].includes(k)),
  );
  // Single fields of an object that somebody else creates.
  if (kind.endsWith('Patch') && own.kind !== kind) return undefined;
  return { ...own, apiVersion, kind };
}

/** Two providers of one cluster are one; two stacks of YAML, or a cluster that is not there yet, are told by the provider. */
function clusterOf({ provider }: PolicyResource): string {
  if (provider === undefined) return '';
  const reader = new Reader();
  const connection = CONNECTION.map((field) => reader.field(provider.props, field));
  return reader.error === undefined ? JSON.stringify(connection) : provider.urn;
}

/** Reads through the proxies of the SDK, which throw where a value is not known before the update. */
class Reader {
  /** What was thrown first. */
  error: unknown;

  plain(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return Array.from({ length: value.length }, (_, i) => this.field(value, i));
    return Object.fromEntries(Object.keys(value).map((k) => [k, this.field(value, k)]));
  }

  field(of: object, key: string | number): unknown {
    let value: unknown;
    try {
      value = (of as Record<string | number, unknown>)[key];
    } catch (e) {
      // By what it carries, not by its class: the SDK may be installed twice.
      if (typeof e !== 'object' || e === null || !('unknownTypeSentinel' in e)) throw e;
      this.error ??= e;
      return UNKNOWN;
    }
    return this.plain(value);
  }
}
