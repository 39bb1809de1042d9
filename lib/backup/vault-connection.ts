import type { Container, Volume } from 'kubernetes-types/core/v1';
import type { EdgeNode, SecretKeyRef, SovraInstallation, Vault } from '../sovra/installation';
import { fromSecret } from './repository';

const AUTHORITY_FOLDER = '/etc/vault-ca';

/** `restic --host` of the snapshots of one edge node's Vault. */
export function vaultSnapshotHost(sovra: SovraInstallation, edgeNode: EdgeNode): string {
  return `${sovra.name}-${edgeNode.id}`;
}

/** The variables of Vault's program, for the active node. */
export function vaultConnection(vault: Vault, token: SecretKeyRef): NonNullable<Container['env']> {
  return [
    { name: 'VAULT_ADDR', value: `https://${vault.activeService}.${vault.namespace}.svc:${vault.port}` },
    { name: 'VAULT_CACERT', value: `${AUTHORITY_FOLDER}/ca.crt` },
    { name: 'VAULT_TLS_SERVER_NAME', value: vault.tls.serverName },
    // The default of a minute is too short for a large store.
    { name: 'VAULT_CLIENT_TIMEOUT', value: '30m' },
    fromSecret('VAULT_TOKEN', token.secret, token.key),
  ];
}

/** One key only: the same Secret holds the private key of Vault's listener. */
export function vaultAuthority(vault: Vault): {
  readonly volume: Volume;
  readonly mount: NonNullable<Container['volumeMounts']>[number];
} {
  const items = [{ key: vault.tls.caKey, path: 'ca.crt' }];
  return {
    volume: { name: 'vault-ca', secret: { secretName: vault.tls.secret, defaultMode: 0o440, items } },
    mount: { name: 'vault-ca', mountPath: AUTHORITY_FOLDER, readOnly: true },
  };
}
