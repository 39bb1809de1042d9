import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { SovraOpsError } from '../errors';
import { markersOf } from '../markers';
import { findings } from './findings';
import { type KubeObject, ObjectSet, type ObjectSetOptions } from './model';
import { straysIn } from './strays';

const ENABLED = Symbol.for('sovra-ops.checks');

interface Root extends IConstruct {
  [ENABLED]?: { paused: boolean };
}

/**
 * Lets the checks across objects run once for the whole tree before anything is written, wherever the app is
 * synthesized. Every construct of this library calls it; a second call does nothing.
 */
export function enableChecks(construct: IConstruct): void {
  const root = construct.node.root as Root;
  if (root[ENABLED]) return;
  const state = { paused: false };
  root[ENABLED] = state;
  root.node.addValidation({
    validate: () => {
      if (!state.paused) runChecks(root);
      return [];
    },
  });
}

/** Resolves every object below a construct and runs the checks. @throws {SovraOpsError} with everything that was found */
export function runChecks(root: IConstruct): void {
  const objects = root.node.findAll().filter((c): c is ApiObject => c instanceof ApiObject);
  checkObjects(root, objects.map(resolveObject));
}

/** An object as it will be written. @throws {SovraOpsError} if something of an Output is in it that cannot be there */
export function resolveObject(construct: ApiObject): KubeObject {
  const object = construct.toJson() as KubeObject;
  const markers = markersOf(construct);
  const problems = [...straysIn(object, markers !== undefined), ...(markers?.misplaced(object) ?? [])];
  if (problems.length > 0) throw new SovraOpsError(construct.node.path, problems);
  return object;
}

/** Runs the checks on objects that were resolved already. @throws {SovraOpsError} with everything that was found */
export function checkObjects(root: IConstruct, objects: readonly KubeObject[], options?: ObjectSetOptions): void {
  const found = findings(ObjectSet.of(root, objects, options));
  if (found.length === 0) return;
  throw new SovraOpsError(
    root.node.path === '' ? 'checks across objects' : root.node.path,
    found.map(({ subject: _, ...f }) => ({ ...f, property: `${f.object} ${f.property}` })),
  );
}

/** Runs the validations of all constructs, without our checks: the caller has the objects and runs those itself. */
export function validateTree(root: IConstruct): void {
  const state = (root.node.root as Root)[ENABLED] ?? { paused: false };
  state.paused = true;
  try {
    const problems = root.node.findAll().flatMap((c) =>
      c.node.validate().map((message) => ({
        property: c.node.path,
        given: undefined,
        allowed: message,
        remedy: 'See the message of that construct.',
      })),
    );
    if (problems.length > 0) throw new SovraOpsError('validation of constructs', problems);
  } finally {
    state.paused = false;
  }
}
