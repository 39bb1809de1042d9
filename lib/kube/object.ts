import { ApiObject, App, type JsonPatch } from 'cdk8s';
import type { Construct } from 'constructs';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';

/** Metadata of an object of ours: always named, so that no hash of a construct's path ends up in a cluster. */
export interface Metadata {
  readonly name: string;
  /** Left out for objects that belong to no namespace. */
  readonly namespace?: string;
  readonly labels: Record<string, string>;
  readonly annotations?: Record<string, string>;
}

/** The body of an object of type `T`, without what `kubeObject` adds. */
export type Body<T> = Omit<T, 'apiVersion' | 'kind' | 'metadata' | 'status'>;

/** An object of ours. Nearly all of them are plain data, which is copied here in a third of the time that cdk8s takes. */
class PlainObject extends ApiObject {
  private patched = false;

  constructor(
    scope: Construct,
    id: string,
    private readonly given: { apiVersion: string; kind: string; metadata: Metadata },
  ) {
    super(scope, id, { ...given, metadata: { ...given.metadata } });
  }

  override addJsonPatch(...ops: JsonPatch[]): void {
    this.patched = true;
    super.addJsonPatch(...ops);
  }

  /** What cdk8s would make of it, to the order of the keys; cdk8s is asked where it would have more to do than to copy. */
  override toJson(): unknown {
    const { apiVersion, kind, metadata: _, ...body } = this.given;
    const free = !this.patched && !process.env.CDK8S_DISABLE_SORT && App.of(this).resolvers?.length === BUILT_IN;
    const copy = free ? plainCopy(body) : NOT_PLAIN;
    if (copy === NOT_PLAIN) return super.toJson();
    return { apiVersion, kind, metadata: this.metadata.toJson(), ...(copy as object) };
  }
}

/** Lazy values, implicit tokens, unions of number and text: nothing of them is in plain data. An app may add its own. */
const BUILT_IN = new App().resolvers.length;
const NOT_PLAIN = Symbol('not plain');

/** A copy with sorted keys and without what is not there, if nothing but plain values is in it. */
function plainCopy(value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (typeof value !== 'object')
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : NOT_PLAIN;
  if (Array.isArray(value)) {
    const entries = value.map(plainCopy);
    return entries.includes(NOT_PLAIN) ? NOT_PLAIN : entries;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return NOT_PLAIN;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) {
    const inside = plainCopy((value as Record<string, unknown>)[key]);
    if (inside === NOT_PLAIN || key === '__proto__' || key === 'constructor') return NOT_PLAIN;
    if (inside !== undefined) copy[key] = inside;
  }
  return copy;
}

/**
 * A plain `ApiObject` with a typed body. Generated wrappers of cdk8s drop fields that a patch adds; this one keeps
 * whatever `addJsonPatch` puts there.
 */
export function kubeObject<T extends { metadata?: ObjectMeta | undefined }>(
  scope: Construct,
  id: string,
  apiVersion: string,
  kind: string,
  metadata: Metadata,
  body: Body<T>,
): ApiObject {
  return new PlainObject(scope, id, { apiVersion, kind, metadata, ...(body as object) });
}

/** A custom resource of the Prometheus Operator. */
export function operatorObject<Spec>(
  scope: Construct,
  id: string,
  kind: string,
  metadata: Metadata,
  spec: Spec,
  version: 'v1' | 'v1alpha1' = 'v1',
): ApiObject {
  const object = { apiVersion: `monitoring.coreos.com/${version}`, kind, metadata, spec };
  return new PlainObject(scope, id, object);
}
