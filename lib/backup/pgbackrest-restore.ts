import type { Job } from 'kubernetes-types/batch/v1';
import type { Container } from 'kubernetes-types/core/v1';
import { checkResources } from '../kube/check-resources';
import { commonLabels } from '../kube/labels';
import { hardenedContainer, hardenedPod, type Resources, resources } from '../kube/pod';
import { Checker, dnsSubdomain, isDay, known, type Rule } from '../validate';
import type { PgBackRest } from './pgbackrest';
import { DATABASE_CONFIG, pgBackRestCommand } from './pgbackrest-config';
import { storeEnvironment, storeMounts, storeVolumes } from './pgbackrest-pod';

/** To which moment a database is restored. */
export type PointInTime =
  /** To the end of the archive. */
  | { readonly latest: true }
  /** To a moment, in ISO 8601 with a zone: '2026-11-24T10:00:00Z'. What was committed after it is not there. */
  | { readonly at: string };

export interface PgBackRestRestoreProps {
  /** The PersistentVolumeClaim of the database's pod, such as `data-postgres-0`. No pod may use it. */
  readonly claimName: string;
  readonly target: PointInTime;
  /**
   * Needed where the volume is not empty: files that differ are replaced, others stay, and the mark that a running
   * PostgreSQL leaves behind is removed, which nobody but you can know to be a left-over.
   * @default not given: only an empty folder is filled
   */
  readonly overwrite?: `I know that ${string} is stopped and will be replaced`;
  /** @default 500m and 512Mi requested, 4 and 2Gi allowed */
  readonly resources?: Resources;
}

export const PGBACKREST_RESTORE = 'sovra-archive-restore';
const RESOURCES: Resources = { cpu: '500m', memory: '512Mi', cpuLimit: '4', memoryLimit: '2Gi' };

/** `postmaster.pid` stays behind when a pod is killed, and pgBackRest takes it for a PostgreSQL that runs. */
const REMOVE_MARK = 'rm -f "$0/postmaster.pid"';

/**
 * A suspended Job that fills the volume of the database with the newest base backup before a moment. The log up to that
 * moment is fetched by PostgreSQL itself, when its pod is started afterwards: so that pod has to have what
 * `pgBackRestPod` says. Start it with `kubectl patch job sovra-archive-restore -p '{"spec":{"suspend":false}}'`.
 *
 * @throws {SovraOpsError} listing every property that cannot work
 */
export function pgBackRestRestoreJob(construct: string, p: PgBackRest, props: PgBackRestRestoreProps): Job {
  check(construct, p, props);
  const labels = commonLabels(PGBACKREST_RESTORE, 'backup');
  const data = { name: p.data.volume, mountPath: p.data.mountPath };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: PGBACKREST_RESTORE, namespace: p.database.namespace, labels },
    spec: {
      suspend: true,
      backoffLimit: 0,
      template: {
        metadata: { labels },
        spec: hardenedPod(
          {
            // There is nobody to make one of its own: only the Job is returned. No token of it is in the pod.
            serviceAccountName: 'default',
            restartPolicy: 'Never',
            ...(props.overwrite !== undefined && { initContainers: [removeMark(p, data)] }),
            containers: [restore(p, props, data)],
            volumes: [
              ...storeVolumes(p),
              { name: p.data.volume, persistentVolumeClaim: { claimName: props.claimName } },
            ],
          },
          { images: p.sovra.images, user: p.data.user },
        ),
      },
    },
  };
}

type Mount = { readonly name: string; readonly mountPath: string };

function removeMark(p: PgBackRest, data: Mount): Container {
  return hardenedContainer({
    name: 'remove-mark',
    image: p.props.image,
    command: ['/bin/sh', '-c', REMOVE_MARK, p.data.folder],
    volumeMounts: [data],
    resources: resources({ cpu: '20m', memory: '32Mi', cpuLimit: '500m', memoryLimit: '64Mi' }),
  });
}

function restore(p: PgBackRest, props: PgBackRestRestoreProps, data: Mount): Container {
  const { target, overwrite } = props;
  // The path is told to PostgreSQL as the command that fetches the log: it has to be the same in both pods.
  const command = pgBackRestCommand(
    DATABASE_CONFIG,
    p.stanza,
    ...('at' in target ? ['--type=time', `--target=${postgresTime(target.at)}`, '--target-action=promote'] : []),
    ...(overwrite === undefined ? [] : ['--delta']),
    'restore',
  );
  return hardenedContainer({
    name: 'restore',
    image: p.props.image,
    command,
    env: storeEnvironment(p, p.props.repository.credentials),
    volumeMounts: [...storeMounts(p), data],
    resources: resources(props.resources ?? RESOURCES),
  });
}

/** As PostgreSQL reads it, in UTC, to the microsecond if it was given so. */
export function postgresTime(at: string): string {
  const [, fraction = ''] = /\.(\d{1,6})/.exec(at) ?? [];
  const whole = new Date(at.replace(/\.\d+/, '')).toISOString();
  return `${whole.slice(0, 10)} ${whole.slice(11, 19)}${fraction && `.${fraction}`}+00`;
}

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})$/;
const moment: Rule = known((v) =>
  ISO.test(v) && !Number.isNaN(Date.parse(v)) && isDay(v.slice(0, 10))
    ? undefined
    : {
        allowed: 'a moment in ISO 8601 with seconds and a zone',
        remedy: 'For example "2026-11-24T10:00:00Z"; without a zone nobody knows which hour is meant.',
      },
);

function check(construct: string, p: PgBackRest, props: PgBackRestRestoreProps): void {
  const c = new Checker(construct).props(props);
  c.given('claimName', props.claimName, 'Name the claim of the database, for example "data-postgres-0".');
  c.value('claimName', props.claimName, dnsSubdomain);
  const target = c.part('target', props.target ?? null);
  if (target !== undefined) {
    const both = 'at' in target && 'latest' in target;
    c.require(!both && ('at' in target || ('latest' in target && target.latest === true)), {
      property: 'target',
      given: target,
      allowed: '{ latest: true } or { at: "2026-11-24T10:00:00Z" }',
      remedy: 'Say one of them.',
    });
    if ('at' in target && !both) c.item('target.at', target.at, moment);
  }
  const words = `I know that ${p.database.name} is stopped and will be replaced`;
  c.require(props.overwrite === undefined || props.overwrite === words, {
    property: 'overwrite',
    given: props.overwrite,
    allowed: `"${words}", or nothing`,
    remedy: 'Leave it out for an empty volume.',
  });
  checkResources(c, 'resources', props.resources);
  c.done();
}
