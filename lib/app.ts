import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { App, type AppProps, Names } from 'cdk8s';
import { enableChecks } from './checks/enable';
import type { KubeObject } from './checks/model';
import { chartsBefore, synthesize } from './synth';
import { toYamlDocuments } from './yaml';

/** What cdk8s calls its manifests, and nobody else does. */
const DEFAULT_EXTENSION = '.k8s.yaml';

export type SovraAppProps = Omit<AppProps, 'yamlOutputType'>;

/**
 * A cdk8s `App` that writes all or nothing: one file for each chart, only when every construct and every check across
 * objects has passed. Files of charts that no longer exist are removed, so that `kubectl apply -f dist/` never brings
 * back what was taken out. Where charts depend on each other, the files are numbered in the order of applying.
 *
 * `cdk8s synth` works with it as with any App.
 */
export class SovraApp extends App {
  constructor(props: SovraAppProps = {}) {
    super(props);
    enableChecks(this);
  }

  /** @throws {SovraOpsError} if a check fails; the output folder is then as it was */
  override synth(): void {
    const target = this.outdir;
    mkdirSync(dirname(target), { recursive: true });
    const staging = mkdtempSync(join(dirname(target), `.${basename(target)}-`));
    try {
      // The command line of cdk8s asks for a file of construct paths when plug-ins validate; only the base class makes it.
      if (process.env.CDK8S_RECORD_CONSTRUCT_METADATA === 'true') this.synthInto(staging);
      else for (const [name, objects] of this.manifests()) writeFileSync(join(staging, name), toYamlDocuments(objects));
      replaceManifests(staging, target, this.outputFileExtension);
    } finally {
      rmSync(staging, { recursive: true, force: true });
    }
  }

  /**
   * What `synth` writes: file names and objects, checked. Each object is resolved once.
   * @throws {SovraOpsError} if a check fails
   */
  manifests(): [file: string, objects: KubeObject[]][] {
    const charts = synthesize(this);
    const numbered = charts.some(({ chart }) => chartsBefore(chart).length > 0);
    return charts.map(({ chart, objects }, i) => [
      `${numbered ? `${String(i).padStart(4, '0')}-` : ''}${Names.toDnsLabel(chart)}${this.outputFileExtension}`,
      objects.map((o) => o.object),
    ]);
  }

  private synthInto(folder: string): void {
    const mutable = this as { outdir: string };
    const target = this.outdir;
    mutable.outdir = folder;
    try {
      super.synth();
    } finally {
      mutable.outdir = target;
    }
  }
}

/** Moves what was written over what is there, and removes manifests that were not written again; other files stay. */
function replaceManifests(staging: string, target: string, extension: string): void {
  mkdirSync(target, { recursive: true });
  const written = new Set(readdirSync(staging));
  for (const name of written) renameSync(join(staging, name), join(target, name));
  // With another ending, a manifest of ours cannot be told from a file of the user.
  if (extension !== DEFAULT_EXTENSION) return;
  for (const name of readdirSync(target))
    if (name.endsWith(extension) && !written.has(name)) rmSync(join(target, name));
}
