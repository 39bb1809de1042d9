import type { Resources } from '../kube/pod';
import type { TaskContainer } from '../operations/task-pod';
import type { SovraInstallation } from '../sovra/installation';
import type { RepositoryAccess } from './repository';

/** restic keeps the index of the repository in memory. */
export const RESTIC_RESOURCES: Resources = { cpu: '100m', memory: '256Mi', cpuLimit: '2', memoryLimit: '1Gi' };

/** A backup waits this long for a prune or check to end; those have the repository to themselves. */
export const BACKUP_LOCK_WAIT = '15m';
/** A prune or check waits this long for backups to end. */
export const MAINTENANCE_LOCK_WAIT = '1h';

/** The tag by which pruning finds what this installation wrote, in a repository that may hold other things. */
export function installationTag(sovra: SovraInstallation): string {
  return `sovra-installation=${sovra.name}`;
}

/** A container of the restic image that does one thing to the repository. */
export function resticContainer(
  sovra: SovraInstallation,
  access: RepositoryAccess,
  name: string,
  args: readonly string[],
  resources: Resources = RESTIC_RESOURCES,
): TaskContainer {
  return {
    name,
    image: sovra.image('restic'),
    command: ['restic', ...args],
    env: [...access.env],
    volumeMounts: [...access.mounts],
    resources,
  };
}
