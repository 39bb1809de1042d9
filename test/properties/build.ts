/** Makes constructs of given props, and holds what comes of it against what is promised. */
import { ApiObject, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Arbitrary } from 'fast-check';
import { SovraApp } from '../../lib/app';
import type { KubeObject } from '../../lib/checks/model';
import { SovraOpsError } from '../../lib/errors';
import { toYamlDocuments } from '../../lib/yaml';
import fc from '../support/fast-check';
import { problemsOf } from './invariants';
import type { Broken, Kind } from './kinds';

/** A construct under test: how it is made, and what can be given. */
export interface Subject<P = unknown> {
  readonly name: string;
  readonly make: (scope: Construct, props: P) => unknown;
  readonly props: Kind<P>;
  /** What errors call it. @default its path */
  readonly path?: string;
}

/** The typed reader of a list of subjects has no use for the type of their props. */
export const subject = <P>(s: Subject<P>): Subject => s as unknown as Subject;

/** Every object of a chart with the construct in it, after all checks of a synth. @throws {SovraOpsError} if one fails */
export function objectsOf(s: Subject, props: unknown): KubeObject[] {
  const app = new SovraApp();
  s.make(new Chart(app, 'chart'), props);
  return app.manifests().flatMap(([, objects]) => objects);
}

/** Valid props: made, checked, the same a second time, and within the laws that a schema does not know. */
export function checkAccepted(s: Subject, props: unknown): KubeObject[] {
  const objects = objectsOf(s, props);
  expect(problemsOf(objects)).toEqual([]);
  // Everything can be written; what is the same as JSON, in the same order, is written the same.
  expect(() => toYamlDocuments(objects)).not.toThrow();
  expect(JSON.stringify(objectsOf(s, props)) === JSON.stringify(objects)).toBe(true);
  return objects;
}

/** What is wrong with the way in which broken props are answered; undefined when they are refused as promised. */
export function flawOfRefusal(s: Subject, broken: Broken): string | undefined {
  const app = new SovraApp();
  const chart = new Chart(app, 'chart');
  try {
    s.make(chart, broken.value);
  } catch (e) {
    return flawOf(e, chart, broken, s.path ?? `chart/${ID}`);
  }
  return `accepted: ${broken.property} ${fc.stringify('fault' in broken ? broken.fault : broken.value)}`;
}

/** The id that every construct under test has. */
export const ID = 'under-test';

function flawOf(error: unknown, chart: Chart, broken: Broken, path: string): string | undefined {
  if (!(error instanceof SovraOpsError))
    return `another error: ${error instanceof Error ? error.stack?.split('\n').slice(0, 4).join(' ') : error}`;
  if (error.construct !== path) return `names ${error.construct} in place of ${path}`;
  const property = broken.property.replace(/^\./, '');
  const named = error.problems.map((p) => p.property);
  if (!named.some((n) => n.startsWith(property))) return `names ${named.join(', ')}, not ${property}`;
  const left = chart.node.findAll().filter((c) => c instanceof ApiObject);
  return left.length === 0 ? undefined : `${left.length} objects are left in the chart`;
}

/** Runs each way to break the props several times; one line for each way that is not answered as promised. */
export function flaws(s: Subject, runsPerFault: number): string[] {
  return s.props.faults.flatMap(({ name, broken }) => {
    const details = fc.check(property(s, broken), { numRuns: runsPerFault, endOnFailure: true });
    if (!details.failed) return [];
    const cause = details.errorInstance instanceof Error ? details.errorInstance.message : 'no value';
    return [`${name} (seed ${details.seed}): ${cause}`];
  });
}

function property(s: Subject, broken: Arbitrary<Broken>) {
  return fc.property(broken, (b) => {
    const flaw = flawOfRefusal(s, b);
    if (flaw !== undefined) throw new Error(flaw);
  });
}
