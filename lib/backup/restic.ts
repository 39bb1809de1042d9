import type { Resources } from '../kube/pod';
import type { TaskContainer } from '../operations/task-pod';
import type { SovraInstallation } from '../sovra/installation';
import type { RepositoryAccess } from './repository';

/** restic keeps the index of the repository in memory. */
export const RESTIC_RESOURCES: Resources = { cpu: '100m', memory: '256Mi', cpuLimit: '2', memoryLimit: '1Gi' };

/** Without a pruner of ours, nobody locks backups out but a person at work; in seconds. */
const WAIT_FOR_A_PERSON = 60;

/**
 * How long a backup waits for a pruner, as restic takes it. Not longer than that: restic asks less and less often, but
 * once more when the time is up, so this is also the longest that it waits for a pruner that is done.
 *
 * @param exclusive how long the pruner may have the repository to itself, in seconds; 0 without one
 */
export function retryLock(exclusive: number): string[] {
  return ['--retry-lock', `${exclusive || WAIT_FOR_A_PERSON}s`];
}

/**
 * For what is part of no promise, and has done hours of work before: an hour is all that a pruner takes unasked, of another
 * installation too.
 */
export const PATIENTLY: readonly string[] = ['--retry-lock', '3600s'];

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

/**
 * The first container of each job: removes locks that nobody holds any more, and only those (not refreshed for half an
 * hour). Without it, the lock of a pod that vanished would keep everybody out for ever.
 */
export function unlockContainer(sovra: SovraInstallation, access: RepositoryAccess): TaskContainer {
  return resticContainer(sovra, access, 'unlock', ['unlock']);
}

/** Where a container of another image finds restic. */
export const TOOLS = '/tools';

/** Room for `resticBinaryContainer`. */
export const toolsVolume = () => ({ name: 'tools', emptyDir: { sizeLimit: '128Mi' } });

/**
 * Copies restic, one static file, to where a container of another image can start it: no image has both restic and the
 * program whose output it is to store.
 */
export function resticBinaryContainer(sovra: SovraInstallation): TaskContainer {
  return {
    name: 'restic-binary',
    image: sovra.image('restic'),
    command: ['cp', '/usr/bin/restic', `${TOOLS}/restic`],
    volumeMounts: [{ name: 'tools', mountPath: TOOLS }],
    resources: { cpu: '20m', memory: '32Mi', cpuLimit: '500m', memoryLimit: '64Mi' },
  };
}
