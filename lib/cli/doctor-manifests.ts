import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../checks/model';
import { manifestFiles } from './manifest-files';

/** The Kubernetes objects in a folder (or file) of manifests. @throws {Error} if it is not there, or is no YAML */
export function manifestsIn(path: string): KubeObject[] {
  return manifestFiles(path).flatMap(objectsIn);
}

function objectsIn(file: string): KubeObject[] {
  return parseAllDocuments(readFileSync(file, 'utf8')).flatMap((document) => {
    const [error] = document.errors;
    if (error) throw new Error(`${file} is no YAML: ${error.message.split('\n')[0]}`);
    return withoutLists(document.toJS());
  });
}

/** `kubectl get -o yaml` puts objects into a list. */
function withoutLists(value: unknown): KubeObject[] {
  const object = value as Partial<KubeObject> | null;
  if (object === null || typeof object !== 'object' || object.kind === undefined) return [];
  if (object.kind.endsWith('List') && Array.isArray(object.items)) return object.items.flatMap(withoutLists);
  return object.metadata?.name === undefined ? [] : [object as KubeObject];
}
