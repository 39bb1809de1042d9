/**
 * Outputs at random places of random valid props. What comes of them is exactly what the plain value would have made, or
 * the error of a construct: never a marker, never a text in place of a value, never another object.
 */
import * as pulumi from '@pulumi/pulumi';
import { Chart } from 'cdk8s';
import { SovraInstallation, type SovraInstallationProps, SovraOpsError } from '../../lib';
import { Cdk8sApp, carry, SovraMonitoring } from '../../lib/pulumi';
import { objectsOf as plainObjectsOf } from '../properties/build';
import { installationProps } from '../properties/props/installation';
import { SUBJECTS } from '../properties/subjects';
import fc from '../support/fast-check';
import { objectsOf, run } from './program';

type Path = readonly (string | number)[];

/** The places of all values that are no objects. */
function leavesOf(value: unknown, at: Path = []): Path[] {
  if (value === undefined || value instanceof SovraInstallation) return [];
  if (typeof value !== 'object' || value === null) return [at];
  return Object.entries(value).flatMap(([k, v]) => leavesOf(v, [...at, Array.isArray(value) ? Number(k) : k]));
}

function replaced(value: unknown, [head, ...rest]: Path, by: (value: unknown) => unknown): unknown {
  if (head === undefined) return by(value);
  if (Array.isArray(value)) return value.map((v, i) => (i === head ? replaced(v, rest, by) : v));
  const object = value as Record<string, unknown>;
  return { ...object, [head]: replaced(object[head], rest, by) };
}

/** Objects as a set: the order of their creation is not that of the files. */
const asSet = (objects: readonly unknown[]) => objects.map((o) => JSON.stringify(sorted(o))).sort();
function sorted(v: unknown): unknown {
  if (Array.isArray(v)) return v.map(sorted);
  if (typeof v !== 'object' || v === null) return v;
  return Object.fromEntries(
    Object.entries(v)
      .filter(([, x]) => x !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, x]) => [k, sorted(x)]),
  );
}

const counted = { right: 0, refused: 0 };

async function holds(plain: readonly unknown[], program: () => void): Promise<void> {
  let objects: unknown[];
  try {
    objects = objectsOf(await run(program));
  } catch (e) {
    if (!(e instanceof SovraOpsError)) throw e;
    expect(e.message).not.toMatch(/latevalue|Calling \[/);
    counted.refused++;
    return;
  }
  const [left, right] = [asSet(objects), asSet(plain)];
  // Only what differs: whole sets fill a terminal.
  expect(left.filter((o) => !right.includes(o))).toEqual(right.filter((o) => !left.includes(o)));
  expect(left).toHaveLength(right.length);
  counted.right++;
}

/** More, for a longer look: SOVRA_OPS_RUNS=500. */
const RUNS = Number(process.env.SOVRA_OPS_RUNS ?? 15);

describe('Outputs at random places', () => {
  it.each(SUBJECTS.map((s) => [s.name, s] as const))('of the props of %s', async (_, subject) => {
    await fc.assert(
      fc.asyncProperty(subject.props.valid, fc.nat(), async (props, n) => {
        const leaves = leavesOf(props);
        if (leaves.length === 0) return;
        const given = replaced(props, leaves[n % leaves.length] as Path, (v) => pulumi.output(v));
        await holds(plainObjectsOf(subject, props), () => {
          new Cdk8sApp('app', (app) => subject.make(new Chart(app, 'chart'), carry(app, given as never)));
        });
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });

  it('of the installation', async () => {
    await fc.assert(
      fc.asyncProperty(installationProps.valid, fc.nat(), async (props: SovraInstallationProps, n) => {
        const leaves = leavesOf(props);
        if (leaves.length === 0) return;
        const leaf = leaves[n % leaves.length] as Path;
        // A name that would have to be escaped is refused when its value comes.
        if (leaf.join('.') === 'database.name' && !/^[\w-]+$/.test(props.database?.name ?? '')) return;
        const given = replaced(props, leaf, (v) => pulumi.output(v));
        const monitoring = SUBJECTS.find((s) => s.name === 'SovraMonitoring');
        if (!monitoring) throw new Error('no subject');
        await holds(plainObjectsOf(monitoring, { sovra: new SovraInstallation(props) }), () => {
          new SovraMonitoring('under-test', { sovra: given as SovraInstallationProps });
        });
      }),
      { numRuns: 2 * RUNS, endOnFailure: true },
    );
  });

  it('come out right as often as they are refused', () => {
    expect(counted.right).toBeGreaterThan(50);
    expect(counted.refused).toBeGreaterThan(20);
  });
});
