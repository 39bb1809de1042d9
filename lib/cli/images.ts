import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { imagesOfObjects } from '../kube/image-list';
import { mirrored } from '../sovra/images';
import { Checker, registry } from '../validate';
import { type Command, UsageError } from './command';
import { manifestFiles } from './manifest-files';

/** The images of the workloads and custom resources in a folder (or file) of manifests, sorted. */
export function imagesOf(path: string): string[] {
  const documents: unknown[] = [];
  for (const file of manifestFiles(path)) {
    for (const doc of parseAllDocuments(readFileSync(file, 'utf8'))) {
      documents.push(doc.toJS());
    }
  }
  return imagesOfObjects(documents);
}

/** `SOURCE DESTINATION` for each image, as mirroring tools take it. */
export function mirrorPlan(images: readonly string[], registry: string): string[] {
  return images.map((image) => `${image} ${mirrored(image, registry)}`);
}

export const images: Command = {
  usage: `sovra-ops images [PATH] [--mirror REGISTRY]
      lists the container images of the manifests in PATH (default: dist), one a line;
      with --mirror, each with its place on that registry: SOURCE DESTINATION`,
  run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { mirror: { type: 'string' } },
    });
    const [path = 'dist', ...rest] = positionals;
    if (rest.length > 0) throw new UsageError(`one PATH, not ${positionals.join(' ')}`);
    new Checker('sovra-ops images').value('--mirror', values.mirror, registry).done();
    const found = imagesOf(path);
    const lines = values.mirror === undefined ? found : mirrorPlan(found, values.mirror);
    return { code: 0, out: `${lines.join('\n')}\n`, err: '' };
  },
};
