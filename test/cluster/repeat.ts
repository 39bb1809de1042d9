import { type KubeObject, nameOf } from './api';
import { fieldManager, type Kubectl } from './kubectl';

/**
 * What an apply can change of an object: everything but the status, which only controllers write, and the version
 * that a status write moves. Of the managed fields only our own entry counts; the API server moves its time exactly
 * when an apply was more than a repetition. (The plain resourceVersion would be simpler, and would blame the apply
 * for a controller that reports something at the same moment.)
 */
function appliedPart({ status: _status, metadata, ...object }: KubeObject): string {
  const { resourceVersion: _version, managedFields = [], ...kept } = metadata ?? {};
  const own = managedFields.filter(({ manager, operation }) => manager === fieldManager && operation === 'Apply');
  return JSON.stringify({ ...object, metadata: { ...kept, managedFields: own } });
}

const keyOf = (object: KubeObject) => `${object.kind} ${nameOf(object)}`;

const snapshot = (objects: readonly KubeObject[]) =>
  new Map(objects.map((object) => [keyOf(object), appliedPart(object)]));

/**
 * Applies what is already applied, and returns the objects that this changed: none, when the manifests say nothing
 * that the API server or a controller understands otherwise.
 */
export async function findRepeatedChanges(kubectl: Kubectl, path: string): Promise<readonly string[]> {
  const before = snapshot(await kubectl.getApplied(path));
  await kubectl.apply(path);
  const after = snapshot(await kubectl.getApplied(path));
  return [...after].filter(([key, part]) => before.get(key) !== part).map(([key]) => key);
}
