import type { Container } from 'kubernetes-types/core/v1';
import { slug } from '../kube/names';
import type { TaskContainer } from '../operations/task-pod';
import type { PlannedTask, TaskTuning } from '../operations/task-set';
import type { EdgeNode, SovraInstallation, Vault } from '../sovra/installation';
import type { RepositoryAccess } from './repository';
import { installationTag, resticContainer, retryLock, unlockContainer } from './restic';
import { vaultAuthority, vaultConnection, vaultSnapshotHost } from './vault-connection';

export interface VaultBackupProps extends TaskTuning {
  /** Room for one snapshot, as a Kubernetes quantity. @default '2Gi' */
  readonly stagingSize?: string;
}

const STAGING = '/staging';
/** The snapshot, as restic lists it. */
export const VAULT_FILE = `${STAGING}/vault.snap`;
const TAKEN = `${STAGING}/taken`;
/** Of the first edge node; every second one is a minute later. */
export const VAULT_SCHEDULE = '*/2 * * * *';

/**
 * When the snapshot was asked for, in whole seconds, rounded down. restic would take the time at which it stores it, and
 * a Vault would then look newer than it is: newer, perhaps, than a database whose keys it lacks.
 */
const UNLOCK_SCRIPT = 'restic unlock && date -u "+%Y-%m-%d %H:%M:%S" >"$1"';
const STORE_SCRIPT = 'taken=$(cat "$1") && shift && exec restic backup --time "$taken" "$@"';

/** Name of the CronJob of an edge node. */
export function vaultBackupName(edgeNode: EdgeNode): string {
  return `sovra-backup-vault-${slug(edgeNode.id, 32)}`;
}

/**
 * A raft snapshot of one edge node's Vault. Vault's own program takes it from the active node and reads it back before
 * restic stores it: a snapshot that cannot be read is a failure now, not when it is needed. What lies on the node's disk
 * for a while is encrypted by Vault's barrier.
 *
 * The pod carries `part-of: sovra`, because the shipped policies of Vault let only such pods connect.
 *
 * @param exclusive how long the pruner may have the repository to itself, in seconds
 */
export function vaultTask(
  sovra: SovraInstallation,
  edgeNode: EdgeNode & { vault: Vault },
  access: RepositoryAccess,
  schedule: string,
  tuning: VaultBackupProps,
  exclusive: number,
): PlannedTask {
  const { vault } = edgeNode;
  const name = vaultBackupName(edgeNode);
  const authority = vaultAuthority(vault);
  const staged = { name: 'staging', mountPath: STAGING };
  return {
    id: `vault-${edgeNode.id}`,
    property: 'vault',
    schedule,
    tuning,
    props: {
      name,
      namespace: vault.namespace,
      component: 'backup',
      podLabels: { 'app.kubernetes.io/part-of': 'sovra' },
      purpose: `Without a fresh snapshot of the Vault of edge node ${edgeNode.id}, keys that are newer than the last one are lost with it.`,
      uses: [`snapshot of ${edgeNode.id}`],
      levels: { ScheduledTaskLate: 'P1' },
      egress: [
        { peers: [{ namespace: vault.namespace, podLabels: vault.labels }], ports: [vault.port] },
        ...access.egress,
      ],
      initContainers: [
        unlockAndTakeTime(sovra, access),
        vaultContainer(
          sovra,
          'snapshot',
          ['operator', 'raft', 'snapshot', 'save', VAULT_FILE],
          [staged, authority.mount],
          vaultConnection(vault, vault.snapshotToken),
        ),
        vaultContainer(
          sovra,
          'inspect',
          ['operator', 'raft', 'snapshot', 'inspect', VAULT_FILE],
          [{ ...staged, readOnly: true }],
          [],
        ),
      ],
      containers: [storeContainer(sovra, edgeNode, access, tuning, exclusive)],
      volumes: [
        { name: 'staging', emptyDir: { sizeLimit: tuning.stagingSize ?? '2Gi' } },
        authority.volume,
        ...access.volumes,
      ],
    },
  };
}

function vaultContainer(
  sovra: SovraInstallation,
  name: string,
  args: readonly string[],
  mounts: NonNullable<Container['volumeMounts']>,
  env: NonNullable<Container['env']>,
): TaskContainer {
  return {
    name,
    image: sovra.image('vault'),
    // Not the image's entry point: it wants to change owners and capabilities, which `restricted` forbids.
    command: ['vault', ...args],
    // The program looks for a token helper in the home directory.
    env: [{ name: 'HOME', value: '/tmp' }, ...env],
    volumeMounts: [...mounts, { name: 'tmp', mountPath: '/tmp' }],
    resources: { cpu: '50m', memory: '128Mi', cpuLimit: '1', memoryLimit: '512Mi' },
  };
}

function unlockAndTakeTime(sovra: SovraInstallation, access: RepositoryAccess): TaskContainer {
  const unlock = unlockContainer(sovra, access);
  return {
    ...unlock,
    command: ['/bin/sh', '-c', UNLOCK_SCRIPT, 'unlock', TAKEN],
    volumeMounts: [...(unlock.volumeMounts ?? []), { name: 'staging', mountPath: STAGING }],
  };
}

function storeContainer(
  sovra: SovraInstallation,
  edgeNode: EdgeNode,
  access: RepositoryAccess,
  tuning: VaultBackupProps,
  exclusive: number,
): TaskContainer {
  const host = vaultSnapshotHost(sovra, edgeNode);
  const args = [...retryLock(exclusive), '--host', host, '--tag', installationTag(sovra), '--tag', 'vault', VAULT_FILE];
  const container = resticContainer(sovra, access, 'store', [], tuning.resources);
  return {
    ...container,
    command: ['/bin/sh', '-c', STORE_SCRIPT, 'store', TAKEN, ...args],
    // restic reads `--time` in the zone of its container.
    env: [...access.env, { name: 'TZ', value: 'UTC' }],
    volumeMounts: [...(container.volumeMounts ?? []), { name: 'staging', mountPath: STAGING, readOnly: true }],
  };
}
