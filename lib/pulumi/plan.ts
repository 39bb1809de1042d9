import type { Unwrap } from '@pulumi/pulumi';
import { App } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { SovraApp } from '../app';
import { collectFacts } from '../checks/facts';
import type { KubeObject } from '../checks/model';
import { SovraOpsError } from '../errors';
import { attachMarkers, markersOf, withJudges } from '../markers';
import { synthesize } from '../synth';
import { LateValues } from './late-values';
import { inDependencyOrder, type Ordered } from './order';

/** What a component is going to register. */
export interface Plan<T> {
  readonly built: T;
  /** With markers in the place of Outputs; each object behind those that it depends on. */
  readonly objects: readonly Ordered[];
  readonly late: LateValues;
}

/**
 * Makes constructs, resolves and checks their objects and puts them in order, all before Pulumi hears of any.
 * @throws {SovraOpsError} as a synth, and for an Output that stands where none can
 */
export function plan<T>(charts: App | ((app: SovraApp, late: LateValues) => T)): Plan<T> {
  if (!(charts instanceof App) && typeof charts !== 'function') throw noCharts(charts);
  const late = new LateValues();
  const app = charts instanceof App ? charts : new SovraApp();
  return withOutputs(app, late, () => {
    const make = () => (charts instanceof App ? (charts as T) : charts(app as SovraApp, late));
    const built = withJudges((marker, judge) => late.judgeLater(marker, judge), make);
    if (built instanceof Promise) throw tooLate(built);
    // Where nothing is of this library, nothing says what else is in the cluster: a Service may be of another component.
    const partial = collectFacts(app).length === 0;
    const objects = synthesize(app, { partial }).flatMap((c) => c.objects);
    for (const { construct, object } of objects) refuseList(construct.node.path, object);
    return { built, objects: inDependencyOrder(objects), late };
  });
}

/** Lets an app take Outputs for a while. One that is put into it later would reach a file, so it is refused again. */
function withOutputs<T>(app: App, late: LateValues, f: () => T): T {
  app.resolvers.unshift(late);
  attachMarkers(app, late);
  try {
    return f();
  } finally {
    app.resolvers.splice(app.resolvers.indexOf(late), 1);
    attachMarkers(app, undefined);
  }
}

/** `kubectl apply` takes a list apart; to the API server, and so to Pulumi, it is no object. */
function refuseList(path: string, { kind, items }: KubeObject): void {
  if (!kind.endsWith('List') || !Array.isArray(items)) return;
  throw new SovraOpsError(path, [
    {
      property: 'kind',
      given: kind,
      allowed: 'a single object: each becomes a resource of its own',
      remedy: 'Write its items as objects of their own; in a file, as documents with `---` between them.',
    },
  ]);
}

/** In plain JavaScript, or with a second copy of cdk8s. */
function noCharts(given: unknown): SovraOpsError {
  const problem = {
    property: 'charts',
    given: (given as object | undefined)?.constructor?.name ?? given,
    allowed: 'an App of the cdk8s that this package uses, or a function that is given one',
    remedy:
      'Pass `(app) => new MyChart(app, ...)`, or the App that the chart is in; `npm ls cdk8s` shows whether there are two.',
  };
  return new SovraOpsError('Cdk8sApp', [problem]);
}

/** What a function makes behind its first `await` would be missing, and nobody would be told. */
function tooLate(built: Promise<unknown>): SovraOpsError {
  // It fails now, or not, and changes nothing.
  built.catch(() => undefined);
  return new SovraOpsError('Cdk8sApp', [
    {
      property: 'charts',
      given: 'an async function',
      allowed: 'a function that has made its charts when it returns',
      remedy: 'Leave out `async`, and carry what it waits for: `carry(app, promise)` stands in for its value.',
    },
  ]);
}

/**
 * An Output, or a value with Outputs in it, for constructs that take plain values: markers stand in for the Outputs
 * until the objects are finished. Works below a component of `sovra-ops/pulumi` only.
 * @throws {SovraOpsError} in a tree of constructs that Pulumi does not create
 */
export function carry<V>(scope: IConstruct, value: V): Unwrap<V> {
  const late = markersOf(scope);
  if (late instanceof LateValues) return late.mark(value, '') as Unwrap<V>;
  throw new SovraOpsError(scope.node.path, [
    {
      property: 'carry',
      given: 'an Output',
      allowed: 'a construct below a component of sovra-ops/pulumi',
      remedy: 'Make the chart inside of `new Cdk8sApp(name, (app) => ...)`.',
    },
  ]);
}
