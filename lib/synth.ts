import { ApiObject, Chart, DependencyGraph } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { checkObjects, resolveObject, validateTree } from './checks/enable';
import type { KubeObject, ObjectSetOptions } from './checks/model';
import { SovraOpsError } from './errors';

/** An object as it will be written, and the construct that made it. */
export interface Synthesized {
  readonly construct: ApiObject;
  readonly object: KubeObject;
}

export interface SynthesizedChart {
  readonly chart: Chart;
  /** In the order of applying. */
  readonly objects: readonly Synthesized[];
}

/**
 * Every chart of a tree in the order of applying, with its objects, each resolved once and all of them checked.
 * @throws {SovraOpsError} if a construct does not validate or a check fails
 */
export function synthesize(root: IConstruct, options?: ObjectSetOptions): SynthesizedChart[] {
  validateTree(root);
  const charts = inOrder(root.node.findAll().filter((c): c is Chart => Chart.isChart(c))).map((chart) => ({
    chart,
    objects: objectsInOrder(chart).map((construct) => ({ construct, object: resolveObject(construct) })),
  }));
  checkObjects(
    root,
    charts.flatMap((c) => c.objects.map((o) => o.object)),
    options,
  );
  return charts;
}

/** The charts that a chart, or anything in it, depends on. */
export function chartsBefore(chart: Chart): Chart[] {
  const before = own(chart).flatMap((c) => c.node.dependencies.map((d) => Chart.of(d)));
  return [...new Set(before)].filter((d) => d !== chart);
}

/** The constructs of a chart, without those of charts inside it. */
function own(chart: Chart): IConstruct[] {
  return chart.node.findAll().filter((c) => Chart.of(c) === chart);
}

/** As cdk8s orders them: an object behind those that it depends on, else in the order of the tree. */
function objectsInOrder(chart: Chart): ApiObject[] {
  const constructs = own(chart);
  const free = constructs.every((c) => c === chart || c.node.dependencies.length === 0);
  const ordered = free ? constructs : topology(chart).filter((c) => constructs.includes(c));
  return ordered.filter((c): c is ApiObject => c instanceof ApiObject);
}

function topology(chart: Chart): IConstruct[] {
  try {
    return new DependencyGraph(chart.node).topology();
  } catch (e) {
    throw circle(
      chart,
      String((e as Error).message)
        .replace(/^.*: /, '')
        .replace(/ => /g, ' -> '),
    );
  }
}

/** Where things depend on each other in a circle, there is no order of applying them. */
export function circle(construct: IConstruct, way: string): SovraOpsError {
  return new SovraOpsError(construct.node.path, [
    {
      property: 'dependencies',
      given: way,
      allowed: 'an order in which the objects can be created',
      remedy: 'Take one of these dependencies out.',
    },
  ]);
}

/** Charts behind those that they depend on, else in the order of definition. Linear, where cdk8s takes exponential time. */
function inOrder(charts: readonly Chart[]): Chart[] {
  const sorted = new Set<Chart>();
  const visit = (chart: Chart, path: readonly Chart[]): void => {
    if (sorted.has(chart)) return;
    if (path.includes(chart)) throw circle(chart, [...path, chart].map((c) => c.node.path).join(' -> '));
    for (const d of chartsBefore(chart)) visit(d, [...path, chart]);
    sorted.add(chart);
  };
  for (const chart of charts) visit(chart, []);
  return [...sorted];
}
