import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import type { KubeObject } from '../checks/model';
import { circle, type Synthesized } from '../synth';

export interface Ordered extends Synthesized {
  /** What has to exist before this object, all of it earlier in the list. */
  readonly after: readonly ApiObject[];
}

/**
 * Objects behind all that they depend on: what the tree of constructs says, and beyond it the namespace that an object
 * is in and the definition of a custom resource, where they are among the objects.
 * @throws {SovraOpsError} if constructs depend on each other in a circle
 */
export function inDependencyOrder(objects: readonly Synthesized[]): Ordered[] {
  const said = new Map(objects.map((o) => [o.construct, saidBefore(o.construct)]));
  const needed = neededBy(objects);
  const after = new Map(
    objects.map((o) => {
      const own = said.get(o.construct) ?? [];
      // What the user says about a namespace and its content wins over what we would add.
      const added = needed(o).filter((n) => !reaches(n, o.construct, said));
      return [o.construct, [...new Set([...own, ...added])]];
    }),
  );
  return sorted(objects, after);
}

/** The objects below whatever a construct, or anything above it, depends on. */
function saidBefore(construct: ApiObject): ApiObject[] {
  const targets = construct.node.scopes.flatMap((scope) => scope.node.dependencies);
  return [...new Set(targets.flatMap(objectsBelow))].filter((o) => o !== construct);
}

const objectsBelow = (c: IConstruct): ApiObject[] =>
  c.node.findAll().filter((o): o is ApiObject => o instanceof ApiObject);

function neededBy(objects: readonly Synthesized[]): (o: Synthesized) => ApiObject[] {
  const namespaces = new Map<string, ApiObject>();
  const definitions = new Map<string, ApiObject>();
  for (const { construct, object } of objects) {
    if (object.kind === 'Namespace' && object.apiVersion === 'v1') namespaces.set(object.metadata.name, construct);
    if (object.kind === 'CustomResourceDefinition')
      definitions.set(`${object.spec?.group}/${object.spec?.names?.kind}`, construct);
  }
  const definitionOf = ({ apiVersion, kind }: KubeObject) => definitions.get(`${apiVersion.split('/')[0]}/${kind}`);
  return ({ object }) =>
    [namespaces.get(object.metadata.namespace ?? ''), definitionOf(object)].filter((n) => n !== undefined);
}

function reaches(from: ApiObject, to: ApiObject, edges: ReadonlyMap<ApiObject, readonly ApiObject[]>): boolean {
  const seen = new Set<ApiObject>();
  const open = [from];
  for (let at = open.pop(); at; at = open.pop()) {
    if (at === to) return true;
    if (seen.has(at)) continue;
    seen.add(at);
    open.push(...(edges.get(at) ?? []));
  }
  return false;
}

function sorted(objects: readonly Synthesized[], after: ReadonlyMap<ApiObject, readonly ApiObject[]>): Ordered[] {
  const byConstruct = new Map(objects.map((o) => [o.construct, o]));
  const done = new Set<ApiObject>();
  const result: Ordered[] = [];
  const visit = (construct: ApiObject, path: readonly ApiObject[]): void => {
    if (done.has(construct)) return;
    if (path.includes(construct))
      throw circle(construct, [...path.slice(path.indexOf(construct)), construct].map((c) => c.node.path).join(' -> '));
    const before = after.get(construct) ?? [];
    for (const b of before) visit(b, [...path, construct]);
    done.add(construct);
    const o = byConstruct.get(construct);
    if (o) result.push({ ...o, after: before });
  };
  for (const o of objects) visit(o.construct, []);
  return result;
}
