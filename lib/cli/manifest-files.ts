import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The files of manifests in a folder and below it, sorted; or the file itself. @throws {Error} if it is not there */
export function manifestFiles(path: string): string[] {
  if (!existsSync(path))
    throw new Error(`${path} does not exist. Synthesize first (make synth), or name the folder of your manifests.`);
  return yamlFiles(path);
}

function yamlFiles(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .map((name) => join(path, name))
    .flatMap((file) => (statSync(file).isDirectory() || /\.ya?ml$/.test(file) ? yamlFiles(file) : []));
}
