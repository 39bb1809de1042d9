import type { IConstruct } from 'constructs';
import { collectFacts, type Facts } from './facts';

/** A Kubernetes object as it will be written. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: the checks read objects of any kind, also those of other people
  readonly [key: string]: any;
}

/** A problem that only shows when several objects are seen together. */
export interface Finding {
  /** `Kind namespace/name` of the object that has to change. */
  readonly object: string;
  /** That object. */
  readonly subject: KubeObject;
  readonly property: string;
  readonly given: unknown;
  readonly allowed: string;
  readonly remedy: string;
}

/** How much the objects and facts of a set show. */
export interface ObjectSetOptions {
  /**
   * True where there may be more in the cluster than the set and the facts show, as with manifests of other people: what
   * depends on the rest is then taken for fine. @default false
   */
  readonly partial?: boolean;
}

/** The set of objects that is checked, with what is known of the world around it. */
export class ObjectSet {
  private readonly byKind = new Map<string, KubeObject[]>();
  readonly partial: boolean;

  constructor(
    readonly objects: readonly KubeObject[],
    readonly facts: readonly Facts[],
    { partial = false }: ObjectSetOptions = {},
  ) {
    this.partial = partial;
    for (const o of objects) {
      const list = this.byKind.get(o.kind);
      if (list) list.push(o);
      else this.byKind.set(o.kind, [o]);
    }
  }

  /** The set below a construct. */
  static of(root: IConstruct, objects: readonly KubeObject[], options?: ObjectSetOptions): ObjectSet {
    return new ObjectSet(objects, collectFacts(root), options);
  }

  kind(...kinds: readonly string[]): readonly KubeObject[] {
    return kinds.length === 1
      ? (this.byKind.get(kinds[0] as string) ?? [])
      : kinds.flatMap((k) => this.byKind.get(k) ?? []);
  }

  /** Labels of a namespace: those of its object in the set, and the one that Kubernetes gives to every namespace. */
  namespaceLabels(name: string): Record<string, string> {
    const object = this.kind('Namespace').find((n) => n.metadata.name === name);
    return { [NAMESPACE_NAME]: name, ...object?.metadata.labels };
  }

  /** Whether a selector of namespaces takes one; where its labels may be elsewhere, whether it can. */
  selectsNamespace(selector: LabelSelector, name: string): boolean {
    const shown = !this.partial || this.kind('Namespace').some((n) => n.metadata.name === name);
    return selects(shown ? selector : onlyOf(NAMESPACE_NAME, selector), this.namespaceLabels(name));
  }
}

/** The label that Kubernetes gives to every namespace. */
const NAMESPACE_NAME = 'kubernetes.io/metadata.name';

/** What a selector asks of one label. */
function onlyOf(key: string, { matchLabels = {}, matchExpressions = [] }: LabelSelector): LabelSelector {
  return {
    matchLabels: Object.fromEntries(Object.entries(matchLabels).filter(([k]) => k === key)),
    matchExpressions: matchExpressions.filter((e) => e.key === key),
  };
}

/** How an object is called in a message. */
export function describe(o: KubeObject): string {
  return `${o.kind} ${o.metadata.namespace === undefined ? '' : `${o.metadata.namespace}/`}${o.metadata.name}`;
}

export interface LabelSelector {
  readonly matchLabels?: Record<string, string>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** The semantics of a label selector: empty matches everything, missing matches nothing. */
export function selects(selector: LabelSelector | undefined, labels: Record<string, string> = {}): boolean {
  if (selector === undefined || selector === null) return false;
  return (
    Object.entries(selector.matchLabels ?? {}).every(([k, v]) => labels[k] === v) &&
    (selector.matchExpressions ?? []).every((e) => holds(e, labels[e.key]))
  );
}

function holds(e: { operator: string; values?: readonly string[] }, value: string | undefined): boolean {
  switch (e.operator) {
    case 'In':
      return value !== undefined && (e.values ?? []).includes(value);
    case 'NotIn':
      return value === undefined || !(e.values ?? []).includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}
