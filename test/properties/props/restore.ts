/** Props of `SovraRestore`: a point in time, and the word for what may be replaced. */

import type { RestoreNamespaceProps } from '../../../lib/backup/kubernetes-restore';
import type { RestorePostgresProps, RestoreVaultProps, SovraRestoreProps } from '../../../lib/backup/sovra-restore';
import { SovraInstallation } from '../../../lib/sovra/installation';
import fc from '../../support/fast-check';
import { asWhole, type Fault, type Fields, type Kind, list, only, record, stranger, text } from '../kinds';
import { dnsLabel, quantity, secretRef } from '../leaves';
import { sovra } from './installation';
import { network } from './network';
import { repository } from './repository';

const two = (n: number) => String(n).padStart(2, '0');
const point = text(
  fc
    .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }), fc.integer({ min: 0, max: 23 }))
    .chain(([month, day, hour]) =>
      fc
        .constantFrom('Z', '+00:00', '-05:30')
        .map((zone) => `2026-${two(month)}-${two(day)}T${two(hour)}:59:00${zone}`),
    ),
  [
    '',
    'latest',
    '2026-11-24',
    '2026-11-24T10:00:00',
    '2026-13-24T10:00:00Z',
    '2026-11-24T25:00:00Z',
    '2026-11-24 10:00Z',
  ],
  /^\d{4}-\d{2}-\d{2}T/,
);

/** What may be overwritten is a name of the installation, so it is filled in below. */
const vault = record<RestoreVaultProps>(
  { edgeNode: only(fc.constant('edge')), overwrite: only(fc.constant('edge')), token: secretRef },
  ['edgeNode'],
);
const postgres: Kind<RestorePostgresProps | false> = {
  valid: fc.constantFrom<RestorePostgresProps | false>(false, {}, { overwrite: 'it' }),
  faults: [stranger('object', [false])],
};
const namespace = record<RestoreNamespaceProps>(
  {
    namespace: dnsLabel,
    overwrite: only(fc.constant('it')),
    kinds: list(
      text(fc.constantFrom('prometheusrules.monitoring.coreos.com', 'certificates.cert-manager.io'), [
        '',
        'pods',
        'Certificates.cert-manager.io',
        'deployments.v1.apps',
      ]),
      { max: 1 },
    ),
  },
  ['namespace'],
);
const fields: Fields<SovraRestoreProps> = {
  sovra,
  repository,
  password: asWhole(secretRef),
  at: point,
  postgres,
  vaults: list(vault, { max: 1 }),
  namespaces: list(namespace, { max: 2, unique: (n: RestoreNamespaceProps) => n.namespace }),
  scratchSize: quantity,
  network,
};
const raw = record<SovraRestoreProps>(fields, ['sovra', 'repository', 'password', 'at']);

/** There is something to restore, by its own names. */
function sound(p: SovraRestoreProps): SovraRestoreProps {
  const { database, localEdgeNodes } = p.sovra;
  if (database === undefined && localEdgeNodes.length === 0) return sound({ ...p, sovra: ONE });
  const word = <T extends { readonly overwrite?: string }>(part: T, name: string) => ({
    ...part,
    ...(part.overwrite !== undefined && { overwrite: name }),
  });
  const own = p.postgres && database ? word(p.postgres, database.name) : database && p.postgres;
  const given = localEdgeNodes.length === 0 ? [] : (p.vaults ?? []).slice(0, 1);
  const needed = given.length === 0 && (database === undefined || own === false);
  const vaults: readonly RestoreVaultProps[] = needed && localEdgeNodes.length > 0 ? [{ edgeNode: '' }] : given;
  return inOneNamespace({
    ...p,
    postgres: needed && localEdgeNodes.length === 0 ? undefined : own,
    namespaces: p.namespaces?.map((n) => word(n, n.namespace)),
    vaults: vaults.map((v) => {
      const edgeNode = localEdgeNodes[0]?.id ?? '';
      return { ...word(v, edgeNode), edgeNode };
    }),
  });
}

/** A volume belongs to one: only the first Job of those that would run elsewhere is left. */
function inOneNamespace(p: SovraRestoreProps): SovraRestoreProps {
  if (!('volume' in p.repository)) return p;
  const { database } = p.sovra;
  if (database !== undefined && p.postgres !== false) return { ...p, vaults: [], namespaces: [] };
  return (p.vaults ?? []).length > 0 ? { ...p, namespaces: [] } : { ...p, namespaces: p.namespaces?.slice(0, 1) };
}
const ONE = new SovraInstallation({ edgeNodes: [{ id: 'edge-1', vault: {} }] });

const wrong = (name: string, property: string, change: Partial<SovraRestoreProps>): Fault => ({
  name,
  broken: raw.valid.map((p) => ({ value: { ...sound(p), sovra: ONE, ...change }, property, fault: change })),
});

export const restoreProps: Kind<SovraRestoreProps> = {
  valid: raw.valid.map(sound),
  faults: [
    ...raw.faults,
    wrong('another word for the database', '.postgres.overwrite', { postgres: { overwrite: 'yes' } }),
    wrong('another word for a Vault', '.vaults[0].overwrite', { vaults: [{ edgeNode: 'edge-1', overwrite: 'yes' }] }),
    wrong('a Vault that is not here', '.vaults[0].edgeNode', { vaults: [{ edgeNode: 'edge-9' }] }),
    wrong('a Vault twice', '.vaults', { vaults: [{ edgeNode: 'edge-1' }, { edgeNode: 'edge-1' }] }),
    wrong('another word for a namespace', '.namespaces[0].overwrite', {
      namespaces: [{ namespace: 'sovra', overwrite: 'yes' }],
    }),
    wrong('a volume for several namespaces', '.repository.volume', {
      repository: { volume: { claimName: 'backup' } },
      ...{ postgres: {}, vaults: [{ edgeNode: 'edge-1' }], namespaces: [] },
    }),
    wrong('nothing to restore', '.vaults', { postgres: false, vaults: [], namespaces: [] }),
  ],
};
