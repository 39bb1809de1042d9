import {
  ComponentResource,
  type ComponentResourceOptions,
  CustomResource,
  type CustomResourceOptions,
  mergeOptions,
  type Output,
  secret,
} from '@pulumi/pulumi';
import type { ApiObject, App } from 'cdk8s';
import type { IConstruct } from 'constructs';
import type { SovraApp } from '../app';
import type { KubeObject } from '../checks/model';
import type { Inputs } from './inputs';
import type { LateValues } from './late-values';
import { plan } from './plan';

/** Which object options are asked for. */
export interface ObjectDescription {
  /** Path of the construct that made it, below the component. */
  readonly path: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

export interface ComponentOptions extends ComponentResourceOptions {
  /**
   * Options of single objects, such as `ignoreChanges`, `protect` or `aliases`. They are merged into those that the
   * component sets (parent and dependencies); what Pulumi hands down from a component by itself (providers, `protect`,
   * `transforms`, `aliases`), and its `dependsOn` and `ignoreChanges`, do not have to be repeated. @default none
   */
  readonly objectOptions?: (object: ObjectDescription) => CustomResourceOptions | undefined;
}

/**
 * One Kubernetes object. Its type token is that of `@pulumi/kubernetes`, whose provider creates it; the classes of that
 * package would add nothing, and are not loaded.
 */
export class KubernetesObject extends CustomResource {
  declare readonly apiVersion: Output<string>;
  declare readonly kind: Output<string>;
  declare readonly metadata: Output<KubeObject['metadata']>;

  constructor(name: string, object: KubeObject, inputs: Record<string, unknown>, opts: CustomResourceOptions) {
    super(typeToken(object), name, inputs, opts);
  }
}

/** As the provider reads it: it takes no empty group. */
export const typeToken = ({ apiVersion, kind }: KubeObject): string =>
  `kubernetes:${apiVersion.includes('/') ? apiVersion : `core/${apiVersion}`}:${kind}`;

/**
 * By the object and not by its construct, so that a construct can be moved: to Pulumi, another name is another object. It
 * would create the "new" one, which in the cluster is the one that is there, and then delete the "old" one, which is the
 * same. The type is in the URN already; the name of the component tells two clusters apart.
 */
const resourceName = (component: string, { metadata: { name, namespace } }: KubeObject): string =>
  [component, ...(namespace === undefined ? [] : [namespace]), name].join('/');

/**
 * A component whose children are the objects of cdk8s charts: one resource for each object, created behind whatever it
 * depends on. Nothing is registered, not even the component, before all of them have passed the checks of a synth.
 */
export abstract class ObjectsComponent<T> extends ComponentResource {
  /** What made the objects. */
  readonly construct: T;
  /** Each object under the path of its construct, below the component. */
  readonly resources: ReadonlyMap<string, KubernetesObject>;
  private readonly late: LateValues;
  private readonly objects: readonly KubeObject[];

  /**
   * @param type name of the component in URNs
   * @param charts an app with charts, or what makes them
   * @param pathOf path of a construct below the component
   * @throws {SovraOpsError} as a synth, and for an Output that stands where none can
   */
  protected constructor(
    type: string,
    name: string,
    charts: App | ((app: SovraApp, late: LateValues) => T),
    pathOf: (construct: IConstruct) => string,
    { objectOptions, ...opts }: ComponentOptions = {},
  ) {
    const { built, objects, late } = plan(charts);
    super(`sovra-ops:index:${type}`, name, {}, opts);
    this.construct = built;
    this.late = late;
    this.objects = objects.map((o) => o.object);

    const made = new Map<ApiObject, KubernetesObject>();
    const byPath = new Map<string, KubernetesObject>();
    for (const { construct, object, after } of objects) {
      const path = pathOf(construct);
      const own: CustomResourceOptions = {
        parent: this,
        dependsOn: after.flatMap((a) => made.get(a) ?? []),
        ...(isSecret(object) && { additionalSecretOutputs: ['data', 'stringData'] }),
      };
      // Pulumi waits for what a component depends on, but only a child that depends on it is destroyed before it. What a
      // component ignores it does not hand down, and a component has nothing of its own to ignore.
      const inherited = mergeOptions(own, { dependsOn: opts.dependsOn, ignoreChanges: opts.ignoreChanges });
      const resource = new KubernetesObject(
        resourceName(name, object),
        object,
        inputsOf(object, late),
        mergeOptions(inherited, objectOptions?.(described(path, object))),
      );
      made.set(construct, resource);
      byPath.set(path, resource);
    }
    this.resources = byPath;
    this.registerOutputs({});
  }

  /**
   * Something that is computed from the objects, for the outputs of a stack. Where an Output is in it, it comes back as
   * that Output; the function itself sees a text in its place.
   */
  summarize<V>(of: (objects: readonly KubeObject[]) => V): Inputs<V> {
    return this.reveal(of(this.objects));
  }

  /** The Outputs again in something that was computed from markers. */
  protected reveal<V>(value: V): Inputs<V> {
    return this.late.reveal(value) as Inputs<V>;
  }
}

const isSecret = ({ apiVersion, kind }: KubeObject): boolean => apiVersion === 'v1' && kind === 'Secret';

function described(path: string, { apiVersion, kind, metadata }: KubeObject): ObjectDescription {
  return { path, apiVersion, kind, name: metadata.name, namespace: metadata.namespace };
}

function inputsOf(object: KubeObject, late: LateValues): Record<string, unknown> {
  const inputs = late.reveal(object) as Record<string, unknown>;
  if (!isSecret(object)) return inputs;
  // As @pulumi/kubernetes does: what is in a Secret never stands in the state in clear.
  return Object.fromEntries(
    Object.entries(inputs).map(([k, v]) => [k, k === 'data' || k === 'stringData' ? secret(v) : v]),
  );
}
