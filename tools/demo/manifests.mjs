// What the default stack deploys, as objects: synthesized from source into a folder of the demo.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
require('../../test/support/typescript.cjs');

/** The simulated Sovra and its faults. */
export const simulation = {
  ...require('../../test/sim/index.ts'),
  ...require('../../test/sim/commands.ts'),
};

export const { toYaml } = require('../../lib/yaml.ts');

export function defaultStack(outdir) {
  const { SovraApp } = require('../../lib/app.ts');
  const { STACKS } = require('../../stacks/stacks.ts');
  const { parseAllDocuments } = require('yaml');
  const app = new SovraApp({ outdir });
  Object.values(STACKS)[0](app);
  app.synth();
  const objects = readdirSync(outdir)
    .filter((file) => file.endsWith('.yaml'))
    .flatMap((file) => parseAllDocuments(readFileSync(join(outdir, file), 'utf8')).map((d) => d.toJS()));
  return new Objects(objects.filter((o) => o !== null));
}

class Objects {
  constructor(all) {
    this.all = all;
  }

  kind(kind) {
    return this.all.filter((o) => o.kind === kind);
  }

  /** @throws {Error} if the stack has no such object (any more) */
  one(kind, name) {
    const found = this.kind(kind).find((o) => name === undefined || o.metadata.name === name);
    if (!found) throw new Error(`the default stack has no ${kind} ${name ?? ''}`);
    return found;
  }
}
