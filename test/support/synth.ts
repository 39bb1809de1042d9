import { ApiObject, App, Chart } from 'cdk8s';
import type { KubeObject } from '../../lib/checks/model';
import { SovraOpsError } from '../../lib/errors';

/** The objects that a piece of a chart makes, without writing a file. */
export function objectsOf(build: (chart: Chart) => void): KubeObject[] {
  const chart = new Chart(new App(), 'test');
  build(chart);
  return chart.node.findAll().flatMap((c) => (c instanceof ApiObject ? [c.toJson() as KubeObject] : []));
}

export function find(objects: readonly KubeObject[], kind: string, name: string): KubeObject {
  const found = objects.filter((o) => o.kind === kind && o.metadata.name === name);
  if (found.length !== 1)
    throw new Error(
      `${found.length} objects ${kind} ${name} among ${objects.map((o) => `${o.kind} ${o.metadata.name}`).join(', ')}`,
    );
  return found[0] as KubeObject;
}

/** The typed error that something throws; fails if it throws nothing, or anything else. */
export function refusal(action: () => unknown): SovraOpsError {
  try {
    action();
  } catch (e) {
    if (e instanceof SovraOpsError) return e;
    throw e;
  }
  throw new Error('nothing was refused');
}

/** The properties that a refusal names. */
export function refusedProperties(action: () => unknown): string[] {
  return refusal(action).problems.map((p) => p.property);
}
