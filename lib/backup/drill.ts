import type { Resources } from '../kube/pod';
import type { TaskContainer } from '../operations/task-pod';
import type { PlannedTask, TaskTuning } from '../operations/task-set';
import type { ImageId } from '../sovra/images';
import type { SovraInstallation } from '../sovra/installation';
import { EVIDENCE_SCRIPT, FETCH_SCRIPT, RESTORE_POSTGRES_SCRIPT, RESTORE_VAULT_SCRIPT } from './drill-scripts';
import { DRILL_TAG } from './evidence';
import { POSTGRES_USER } from './postgres-connection';
import { POSTGRES_FILE } from './postgres-task';
import type { RepositoryAccess } from './repository';
import { installationTag, PATIENTLY, resticContainer, unlockContainer } from './restic';
import { SCRATCH } from './restore-scripts';
import { VAULT_FILE } from './vault-task';

export interface RestoreDrillProps extends TaskTuning {
  /**
   * Namespace in which it runs. What is restored stays in the pod, which reaches nothing but the store, so that of the backups
   * does. Another one has to exist, needs the Secrets of the repository, and has to be watched by kube-state-metrics; a
   * repository on a volume can only be read where the volume is. @default that of the backups
   */
  readonly namespace?: string;
  /** Room for what is restored and its stored form, as a Kubernetes quantity; on the node's disk, gone with the pod. @default '20Gi' */
  readonly scratchSize?: string;
}

export const RESTORE_DRILL = 'sovra-restore-drill';
export const VAULT_DRILL = `${RESTORE_DRILL}-vault`;
/** Guide: "Weekly Operations": test restore. Apart from pruning and verification. */
const SCHEDULES = { postgres: '0 7 * * 4', vault: '30 7 * * 4' };

/** What a restore for trial is made for, and how. */
interface Drill {
  readonly source: 'postgres' | 'vault';
  readonly name: string;
  /** `restic --host` of the snapshots that it restores. */
  readonly hosts: readonly string[];
  /** As restic lists it within the snapshot. */
  readonly file: string;
  readonly image: ImageId;
  readonly script: string;
  readonly env: TaskContainer['env'];
  /** The user of the pod, where the image's programs want one that it knows. @default 65532 */
  readonly user?: number;
}

const RESTORE: Resources = { cpu: '200m', memory: '256Mi', cpuLimit: '2', memoryLimit: '1Gi' };

/** Restores the newest dump into a database of its own and compares it, row for row. */
export function postgresDrill(
  sovra: SovraInstallation,
  namespace: string,
  access: RepositoryAccess,
  props: RestoreDrillProps,
): PlannedTask {
  return drillTask(sovra, namespace, access, props, {
    source: 'postgres',
    name: RESTORE_DRILL,
    hosts: [sovra.name],
    file: POSTGRES_FILE,
    image: 'postgres',
    script: RESTORE_POSTGRES_SCRIPT,
    // `initdb` asks for the name of its user.
    user: POSTGRES_USER,
    env: [
      { name: 'PGHOST', value: `${SCRATCH}/socket` },
      { name: 'PGUSER', value: 'drill' },
    ],
  });
}

/** Lets an empty Vault take over the newest snapshot of each edge node. */
export function vaultDrill(
  sovra: SovraInstallation,
  namespace: string,
  access: RepositoryAccess,
  hosts: readonly string[],
  props: RestoreDrillProps,
): PlannedTask {
  return drillTask(sovra, namespace, access, props, {
    source: 'vault',
    name: VAULT_DRILL,
    hosts,
    file: VAULT_FILE,
    image: 'vault',
    script: RESTORE_VAULT_SCRIPT,
    // The program looks for a token helper in the home directory, and unpacks a snapshot where temporary files go.
    env: [
      { name: 'HOME', value: SCRATCH },
      { name: 'TMPDIR', value: SCRATCH },
    ],
  });
}

function drillTask(
  sovra: SovraInstallation,
  namespace: string,
  access: RepositoryAccess,
  props: RestoreDrillProps,
  drill: Drill,
): PlannedTask {
  const scratch = { name: 'scratch', mountPath: SCRATCH };
  const facts = [
    { name: 'INSTALLATION', value: installationTag(sovra) },
    { name: 'SOURCE', value: drill.source },
    { name: 'HOSTS', value: drill.hosts.join(' ') },
  ];
  const shell = (name: string, script: string, ...args: string[]): TaskContainer => {
    const container = resticContainer(sovra, access, name, []);
    return {
      ...container,
      command: ['/bin/sh', '-c', script, name, ...args],
      volumeMounts: [...(container.volumeMounts ?? []), scratch],
    };
  };
  const fetch = shell('fetch', FETCH_SCRIPT);
  const evidence = shell('evidence', EVIDENCE_SCRIPT, ...PATIENTLY);
  return {
    id: `drill-${drill.source}`,
    property: 'drill',
    schedule: SCHEDULES[drill.source],
    tuning: props,
    props: {
      name: drill.name,
      namespace,
      component: 'backup',
      purpose: `Nobody knows whether the backup of ${drill.source} can be restored, and how long that takes.`,
      uses: ['repository', 'drill'],
      egress: access.egress,
      ...(drill.user !== undefined && { user: drill.user }),
      initContainers: [
        unlockContainer(sovra, access),
        { ...fetch, env: [...(fetch.env ?? []), ...facts, { name: 'FILE', value: drill.file }] },
        {
          name: 'restore',
          image: sovra.image(drill.image),
          command: ['/bin/sh', '-c', drill.script, 'restore'],
          env: [...facts, ...(drill.env ?? [])],
          volumeMounts: [scratch],
          resources: props.resources ?? RESTORE,
        },
      ],
      containers: [
        {
          ...evidence,
          env: [
            ...(evidence.env ?? []),
            ...facts,
            { name: 'HOST', value: sovra.name },
            { name: 'DRILL_TAG', value: DRILL_TAG },
          ],
        },
      ],
      volumes: [{ name: 'scratch', emptyDir: { sizeLimit: props.scratchSize ?? '20Gi' } }, ...access.volumes],
    },
  };
}
