/**
 * Hundreds of random valid props for each construct: what comes of them passes every check of a synth, is the same a
 * second time, breaks none of the API server's laws, and fits the schemas of a real API server. A failure prints its
 * seed; `SOVRA_OPS_SEED` repeats it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '../../lib/checks/model';
import { SovraInstallation } from '../../lib/sovra/installation';
import { validate } from '../cluster/kubeconform';
import { findPrograms } from '../cluster/programs';
import { ensureSchemas } from '../cluster/schemas';
import fc from '../support/fast-check';
import { checkAccepted } from './build';
import { installationProps } from './props/installation';
import { SUBJECTS } from './subjects';

const RUNS = 200;
const OBJECTS_PER_FILE = 250;
/** Different objects of all runs, as JSON. */
const seen = new Set<string>();
/** The schema says of a ConfigMap's data that it is text. Two thirds of all that is written here would be dashboards. */
const shortened = (data: object) => Object.fromEntries(Object.entries(data).map(([k, v]) => [k, cut(v)]));
const cut = (value: unknown) => (typeof value === 'string' ? value.slice(0, 40) : value);
const collect = (objects: readonly KubeObject[]) => {
  for (const o of objects) {
    // cert-manager's are not among the schemas of the API server and of the operator.
    if (o.kind === 'Certificate') continue;
    const { data } = o as { data?: object };
    seen.add(JSON.stringify(o.kind === 'ConfigMap' && data ? { ...o, data: shortened(data) } : o));
  }
};

describe('valid props', () => {
  it('are a SovraInstallation', () => {
    fc.assert(
      fc.property(installationProps.valid, (p) => {
        expect(new SovraInstallation(p)).toEqual(new SovraInstallation(p));
      }),
      { numRuns: RUNS },
    );
  });

  it.each(SUBJECTS.map((s) => [s.name, s] as const))('make %s', (_, s) => {
    fc.assert(
      fc.property(s.props.valid, (p) => collect(checkAccepted(s, p))),
      { numRuns: RUNS },
    );
  });

  it('give objects that fit the schemas of the real API server', async () => {
    const programs = await findPrograms(['etcd', 'kube-apiserver', 'prometheus-operator', 'kubeconform']);
    const schemas = await ensureSchemas(programs);
    const dir = mkdtempSync(join(tmpdir(), 'sovra-ops-properties-'));
    try {
      const objects = [...seen];
      // JSON is YAML, of which many objects go into one file.
      for (let i = 0; i < objects.length; i += OBJECTS_PER_FILE)
        writeFileSync(join(dir, `${i}.yaml`), objects.slice(i, i + OBJECTS_PER_FILE).join('\n---\n'));
      expect(await validate(programs, schemas, [dir])).toEqual({ valid: seen.size, invalid: [] });
      // Fewer would mean that the runs before made nothing.
      expect(seen.size).toBeGreaterThan(1000);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
