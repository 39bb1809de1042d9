import { imagesOfObjects, type KeptPromise, type KubeObject, type ObjectiveTarget } from '../lib';

/** What people look up after `pulumi up`, or read from another stack. */
export interface StackOutputs {
  /** Address inside the cluster of each Service, by its name. */
  readonly urls: Readonly<Record<string, string>>;
  /** Every image that the cluster pulls, for mirrors and scanners. */
  readonly images: readonly string[];
  /** When each CronJob runs, by its name. */
  readonly schedules: Readonly<Record<string, { readonly schedule: string; readonly timeZone: string }>>;
  /** The recovery points that the backups keep, and what can be lost at worst, in seconds. */
  readonly promises: readonly KeptPromise[];
  /** The service level objectives that the alerts hold the installation to, by name; none where there is no control plane. */
  readonly objectives: Readonly<Record<string, ObjectiveTarget>>;
}

export function stackOutputs(
  objects: readonly KubeObject[],
  promises: readonly KeptPromise[],
  objectives: Readonly<Record<string, ObjectiveTarget>> = {},
): StackOutputs {
  const of = (kind: string) => objects.filter((o) => o.kind === kind);
  return {
    urls: Object.fromEntries(
      of('Service').map(({ metadata: { name, namespace }, spec }) => [
        name,
        `http://${name}.${namespace}.svc:${spec.ports[0].port}`,
      ]),
    ),
    images: imagesOfObjects(objects),
    schedules: Object.fromEntries(
      of('CronJob').map(({ metadata, spec }) => [
        metadata.name,
        { schedule: spec.schedule, timeZone: spec.timeZone ?? 'Etc/UTC' },
      ]),
    ),
    promises,
    objectives,
  };
}
