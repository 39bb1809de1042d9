import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { App, type AppProps, YamlOutputType } from 'cdk8s';
import { enableChecks } from './checks/enable';

/**
 * A cdk8s `App` that writes all or nothing: manifests go to a folder beside the output folder first, and replace the old
 * ones only when every construct and every check across objects has passed. Files of charts that no longer exist are
 * removed, so that `kubectl apply -f dist/` never brings back what was taken out.
 *
 * `cdk8s synth` works with it as with any App.
 */
export class SovraApp extends App {
  constructor(props: AppProps = {}) {
    super({ yamlOutputType: YamlOutputType.FILE_PER_CHART, ...props });
    enableChecks(this);
  }

  /** @throws {SovraOpsError} if a check fails; the output folder is then as it was */
  override synth(): void {
    const target = this.outdir;
    mkdirSync(dirname(target), { recursive: true });
    const staging = mkdtempSync(join(dirname(target), `.${basename(target)}-`));
    const mutable = this as { outdir: string };
    try {
      mutable.outdir = staging;
      super.synth();
      replaceManifests(staging, target, this.outputFileExtension);
    } finally {
      mutable.outdir = target;
      rmSync(staging, { recursive: true, force: true });
    }
  }
}

/** Moves what was written over what is there, and removes manifests that were not written again; other files stay. */
function replaceManifests(staging: string, target: string, extension: string): void {
  mkdirSync(target, { recursive: true });
  const written = new Set(readdirSync(staging));
  for (const name of written) {
    const to = join(target, name);
    // A folder cannot be renamed over one that has files.
    if (existsSync(to) && !name.includes('.')) rmSync(to, { recursive: true });
    renameSync(join(staging, name), to);
  }
  for (const name of readdirSync(target)) if (name.endsWith(extension) && !written.has(name)) rmSync(join(target, name));
}
