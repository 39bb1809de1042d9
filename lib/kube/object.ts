import { ApiObject } from 'cdk8s';
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
  return new ApiObject(scope, id, { apiVersion, kind, metadata: { ...metadata }, ...(body as object) });
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
  return new ApiObject(scope, id, {
    apiVersion: `monitoring.coreos.com/${version}`,
    kind,
    metadata: { ...metadata },
    spec,
  });
}
