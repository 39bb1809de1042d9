import type { Container } from 'kubernetes-types/core/v1';
import { slug } from '../kube/names';
import type { TaskContainer } from '../operations/task-pod';
import type { PlannedTask, TaskTuning } from '../operations/task-set';
import type { EdgeNode, SovraInstallation, Vault } from '../sovra/installation';
import { fromSecret, type RepositoryAccess } from './repository';
import { BACKUP_LOCK_WAIT, installationTag, resticContainer } from './restic';

export interface VaultBackupProps extends TaskTuning {
  /** Room for one snapshot, as a Kubernetes quantity. @default '2Gi' */
  readonly stagingSize?: string;
}

const STAGING = '/staging';
const SNAPSHOT = `${STAGING}/vault.snap`;
const AUTHORITY_FOLDER = '/etc/vault-ca';

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
 */
export function vaultTask(
  sovra: SovraInstallation,
  edgeNode: EdgeNode & { vault: Vault },
  access: RepositoryAccess,
  schedule: string,
  tuning: VaultBackupProps,
): PlannedTask {
  const { vault } = edgeNode;
  const name = vaultBackupName(edgeNode);
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
      uses: ['vault', 'repository'],
      levels: { ScheduledTaskLate: 'P1' },
      egress: [
        { peers: [{ namespace: vault.namespace, podLabels: vault.labels }], ports: [vault.port] },
        ...access.egress,
      ],
      initContainers: [
        vaultContainer(
          sovra,
          'snapshot',
          ['operator', 'raft', 'snapshot', 'save', SNAPSHOT],
          [staged, { name: 'vault-ca', mountPath: AUTHORITY_FOLDER, readOnly: true }],
          connection(vault),
        ),
        vaultContainer(
          sovra,
          'inspect',
          ['operator', 'raft', 'snapshot', 'inspect', SNAPSHOT],
          [{ ...staged, readOnly: true }],
          [],
        ),
      ],
      containers: [storeContainer(sovra, edgeNode, access, tuning)],
      volumes: [
        { name: 'staging', emptyDir: { sizeLimit: tuning.stagingSize ?? '2Gi' } },
        // One key only: the same Secret holds the private key of Vault's listener.
        {
          name: 'vault-ca',
          secret: {
            secretName: vault.tls.secret,
            defaultMode: 0o440,
            items: [{ key: vault.tls.caKey, path: 'ca.crt' }],
          },
        },
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

function connection(vault: Vault): NonNullable<Container['env']> {
  return [
    { name: 'VAULT_ADDR', value: `https://${vault.activeService}.${vault.namespace}.svc:${vault.port}` },
    { name: 'VAULT_CACERT', value: `${AUTHORITY_FOLDER}/ca.crt` },
    { name: 'VAULT_TLS_SERVER_NAME', value: vault.tls.serverName },
    // The default of a minute is too short for a large store.
    { name: 'VAULT_CLIENT_TIMEOUT', value: '30m' },
    fromSecret('VAULT_TOKEN', vault.snapshotToken.secret, vault.snapshotToken.key),
  ];
}

function storeContainer(
  sovra: SovraInstallation,
  edgeNode: EdgeNode,
  access: RepositoryAccess,
  tuning: VaultBackupProps,
): TaskContainer {
  const host = `${sovra.name}-${edgeNode.id}`;
  const args = [
    'backup',
    '--retry-lock',
    BACKUP_LOCK_WAIT,
    '--host',
    host,
    '--tag',
    installationTag(sovra),
    '--tag',
    'vault',
    SNAPSHOT,
  ];
  const container = resticContainer(sovra, access, 'store', args, tuning.resources);
  return {
    ...container,
    volumeMounts: [...(container.volumeMounts ?? []), { name: 'staging', mountPath: STAGING, readOnly: true }],
  };
}
