import { PART_OF, selectorLabels } from '../kube/labels';
import type { Labels, SecretKeyRef } from '../sovra/installation';
import {
  type DirectRepositoryProps,
  type RepositoryAccess,
  type RepositoryProps,
  type RestCredentials,
  repositoryAccess,
  type S3Credentials,
  type SftpRepositoryProps,
} from './repository';

/** Names of the gateways; certificates are issued for them. */
export const BACKUP_SFTP = 'sovra-backup-sftp';
export const RESTORE_SFTP = 'sovra-restore-sftp';

/** Ports of the gateway: for those who add, and for the one who deletes. */
export const LISTENERS = { writer: 8443, pruner: 8444 } as const;
export type Listener = keyof typeof LISTENERS;

export interface GatewayPlace {
  /** Of the gateway's objects, its Service among them. */
  readonly name: string;
  readonly namespace: string;
}

/** Selects pods of ours by a label that their owner cannot change. */
export function taskPods(by: { readonly name: string } | { readonly component: string }): Labels {
  const [[key, value] = []] = Object.entries(by);
  return { [`app.kubernetes.io/${key}`]: value as string, 'app.kubernetes.io/managed-by': PART_OF };
}

export function gatewayPlace(repository: RepositoryProps, name: string, beside: string): GatewayPlace {
  const asked = 'sftp' in repository ? repository.sftp.gateway?.namespace : undefined;
  return { name, namespace: asked ?? beside };
}

/**
 * The repository as a job sees it; of SFTP, that is the gateway.
 *
 * @param pruner the credentials that may delete, where they are to be used
 */
export function accessThrough(
  repository: RepositoryProps,
  password: SecretKeyRef,
  gateway: GatewayPlace,
  pruner?: { readonly credentials?: S3Credentials | RestCredentials },
): RepositoryAccess {
  const listener = pruner ? 'pruner' : 'writer';
  const direct = 'sftp' in repository ? behind(repository.sftp, gateway, listener) : repository;
  return repositoryAccess(direct, password, pruner?.credentials);
}

function behind(
  sftp: SftpRepositoryProps,
  { name, namespace }: GatewayPlace,
  listener: Listener,
): DirectRepositoryProps {
  return {
    rest: {
      url: `https://${name}.${namespace}.svc:${LISTENERS[listener]}/`,
      credentials: sftp.credentials,
      certificateAuthority: sftp.certificateAuthority,
      peers: [{ namespace, podLabels: selectorLabels(name) }],
      ...(sftp.cacheSize !== undefined && { cacheSize: sftp.cacheSize }),
    },
  };
}

/** As OpenSSH and rclone read it. */
export function knownHosts({ host, port = 22, hostKeys }: SftpRepositoryProps): string {
  const where = port === 22 ? host : `[${host}]:${port}`;
  return hostKeys.map((key) => `${where} ${key}\n`).join('');
}

/** Signatures to ask for, so that the server proves itself by a key that is known. SHA-1 is not among them. */
export function hostKeyAlgorithms({ hostKeys }: SftpRepositoryProps): string[] {
  const kinds = new Set(hostKeys.map((key) => key.split(' ')[0] as string));
  return [...kinds].flatMap((kind) => (kind === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [kind]));
}
