import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { SovraOpsError } from '../errors';
import { findings } from './findings';
import { type KubeObject, ObjectSet } from './model';

const ENABLED = Symbol.for('sovra-ops.checks');

/**
 * Lets the checks across objects run once for the whole tree before anything is written, wherever the app is
 * synthesized. Every construct of this library calls it; a second call does nothing.
 */
export function enableChecks(construct: IConstruct): void {
  const root = construct.node.root as IConstruct & { [ENABLED]?: true };
  if (root[ENABLED]) return;
  root[ENABLED] = true;
  root.node.addValidation({ validate: () => (runChecks(root), []) });
}

/** Runs the checks. @throws {SovraOpsError} with everything that was found */
export function runChecks(root: IConstruct): void {
  const objects = root.node.findAll().filter((c): c is ApiObject => c instanceof ApiObject);
  const found = findings(ObjectSet.of(root, objects.map((o) => o.toJson() as KubeObject)));
  if (found.length > 0) throw new SovraOpsError(root.node.path === '' ? 'checks across objects' : root.node.path, found.map((f) => ({ ...f, property: `${f.object} ${f.property}` })));
}
