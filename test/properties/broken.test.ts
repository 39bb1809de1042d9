/**
 * Valid props with exactly one fault in them, for each construct: hundreds of faults, each in several random ways and
 * places. Every one is answered with the typed error, which names the construct and the property, before the first
 * object is made. A failure prints the fault and its seed; `SOVRA_OPS_SEED` repeats it.
 */
import { SovraInstallation, type SovraInstallationProps } from '../../lib/sovra/installation';
import { flaws, type Subject, subject } from './build';
import { installationProps } from './props/installation';
import { SUBJECTS } from './subjects';

const RUNS_PER_FAULT = 4;
const installation: Subject = subject({
  name: 'SovraInstallation',
  make: (_, p: SovraInstallationProps) => new SovraInstallation(p),
  props: installationProps,
  path: 'SovraInstallation',
});

describe('broken props', () => {
  it.each([installation, ...SUBJECTS].map((s) => [s.name, s] as const))(
    'of %s are refused with the typed error',
    (_, s) => {
      expect(flaws(s, RUNS_PER_FAULT)).toEqual([]);
    },
  );

  it.each([installation, ...SUBJECTS].map((s) => [s.name, s] as const))('of %s: at least 200 are tried', (_, s) => {
    expect(s.props.faults.length * RUNS_PER_FAULT).toBeGreaterThanOrEqual(200);
  });
});
