import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { mirrored } from '../sovra/images';

/** Every image in a value of any shape: the string under each key `image`. */
function imagesIn(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) for (const v of value) imagesIn(v, found);
  else if (value !== null && typeof value === 'object') {
    for (const [key, v] of Object.entries(value)) {
      if (key === 'image' && typeof v === 'string') found.add(v);
      else imagesIn(v, found);
    }
  }
}

function yamlFiles(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) =>
      statSync(join(path, name)).isDirectory() || /\.ya?ml$/.test(name) ? yamlFiles(join(path, name)) : [],
    );
}

/** The images of the workloads and custom resources in a folder (or file) of manifests, sorted. */
export function imagesOf(path: string): string[] {
  if (!existsSync(path))
    throw new Error(`${path} does not exist. Synthesize first (make synth), or name the folder of your manifests.`);
  const found = new Set<string>();
  for (const file of yamlFiles(path)) {
    for (const doc of parseAllDocuments(readFileSync(file, 'utf8'))) {
      const object = doc.toJS() as { kind?: string } | null;
      // A ConfigMap may hold a dashboard or a rule with a key of that name; it starts nothing.
      if (object !== null && object.kind !== 'ConfigMap') imagesIn(object, found);
    }
  }
  return [...found].sort();
}

/** `SOURCE DESTINATION` for each image, as mirroring tools take it. */
export function mirrorPlan(images: readonly string[], registry: string): string[] {
  return images.map((image) => `${image} ${mirrored(image, registry)}`);
}
