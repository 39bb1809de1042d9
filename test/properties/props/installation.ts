/** Installations: a control plane or none, edge nodes here, elsewhere and unseen, with odd identifiers. */

import { IMAGES, type ImageId, type ImageProps } from '../../../lib/sovra/images';
import {
  type ControlPlaneProps,
  type DatabaseProps,
  type EdgeNodeProps,
  type PolicyAgentProps,
  SovraInstallation,
  type SovraInstallationProps,
  type VaultProps,
  type VaultTlsProps,
} from '../../../lib/sovra/installation';
import fc from '../../support/fast-check';
import {
  alsoBroken,
  constant,
  corrected,
  either,
  type Kind,
  list,
  oneOf,
  record,
  stranger,
  text,
  word,
} from '../kinds';
import {
  dnsLabel,
  dnsSubdomain,
  httpsUrl,
  identifier,
  image,
  port,
  positiveInteger,
  registry,
  secretKey,
  secretRef,
  selector,
  shortLabel,
} from '../leaves';

const controlPlane = record<ControlPlaneProps>({ service: dnsLabel, labels: selector, port, portName: dnsLabel });

const withoutAuthority: Kind<DatabaseProps['sslMode'] & string> = alsoBroken(
  word('disable', 'require', 'verify-ca', 'verify-full'),
);
const database = alsoBroken(
  corrected(
    record<DatabaseProps>({
      host: dnsSubdomain,
      port,
      name: text(
        fc.oneof(
          fc.stringMatching(/^[a-z_][a-z0-9_]{0,20}$/),
          fc.constantFrom('so"vra', 'a?sslmode=disable', 'x'.repeat(63)),
        ),
        ['', 'a\n', 'x'.repeat(64)],
      ),
      username: secretRef,
      password: secretRef,
      sslMode: withoutAuthority,
      caSecret: secretRef,
      podLabels: selector,
    }),
    (db) =>
      db.sslMode?.startsWith('verify-') ? { ...db, caSecret: db.caSecret ?? { secret: 'ca', key: 'ca.crt' } } : db,
  ),
  {
    name: 'verified without an authority',
    broken: fc.constant({ value: { sslMode: 'verify-full' }, property: '.caSecret' }),
  },
);

const tls = alsoBroken(
  record<VaultTlsProps>({ secret: dnsSubdomain, caKey: secretKey, serverName: dnsSubdomain }),
  oneOf('off', false, '', 'off'),
);
const vault = record<VaultProps>({
  namespace: shortLabel,
  name: shortLabel,
  labels: selector,
  replicas: positiveInteger,
  port,
  activeService: dnsLabel,
  tls,
  snapshotToken: secretRef,
});
const policyAgent = record<PolicyAgentProps>({ service: dnsLabel, labels: selector, port, portName: dnsLabel });

const orFalse = <T>(kind: Kind<T>) => either(kind, constant(false));
const edgeNode = record<EdgeNodeProps>(
  { id: identifier, vault, policyAgent: orFalse(policyAgent), healthUrls: list(httpsUrl) },
  ['id'],
);
const edgeNodes = list(edgeNode, { max: 4, unique: (n: EdgeNodeProps) => n.id });

const images = record<ImageProps>({
  registry,
  overrides: alsoBroken(
    record<Partial<Record<ImageId, string>>>(Object.fromEntries(Object.keys(IMAGES).map((id) => [id, image])) as never),
    {
      name: 'unknown image',
      broken: fc.constant({ value: { nothing: 'a/b:1' }, property: '.nothing' }),
    },
  ),
  pullSecrets: list(dnsSubdomain),
});

const metricName = text(
  fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,12}$/),
  ['', 'a-b', '1a', 'a b', 'ä'],
  /^[a-zA-Z_:][a-zA-Z0-9_:]*$/,
);
const labelName = text(
  fc.stringMatching(/^[a-z][a-z0-9_]{0,9}$/),
  ['', 'a-b', '1a', 'a b'],
  /^[a-zA-Z_][a-zA-Z0-9_]*$/,
);
const extraMetric = record({ name: metricName, type: word('counter', 'gauge', 'histogram'), labels: list(labelName) }, [
  'name',
]);

/** Two Vaults in one namespace need labels that tell them apart; the valid ones get a namespace of their own. */
function toldApart(props: SovraInstallationProps): SovraInstallationProps {
  return {
    ...props,
    edgeNodes: props.edgeNodes?.map((n, i) =>
      n.vault ? { ...n, vault: { ...n.vault, namespace: `${n.vault.namespace ?? 'sovra-edge'}-${i}` } } : n,
    ),
  };
}

const twins = {
  name: 'two Vaults that cannot be told apart',
  broken: fc
    .tuple(identifier.valid, identifier.valid)
    .filter(([a, b]) => a !== b)
    .map(([a, b]) => ({
      value: {
        edgeNodes: [
          { id: a, vault: {} },
          { id: b, vault: {} },
        ],
      },
      property: `.edgeNodes["${b}"].vault.labels`,
    })),
};

export const installationProps: Kind<SovraInstallationProps> = alsoBroken(
  corrected(
    record<SovraInstallationProps>({
      name: identifier,
      namespace: dnsLabel,
      dialect: word('guide', '2026.3'),
      controlPlane: orFalse(controlPlane),
      database,
      edgeNodes,
      federationPartners: list(record({ id: identifier }, ['id']), { unique: (p: { id: string }) => p.id }),
      volumes: record({ namespaces: list(dnsLabel, { min: 1 }) }),
      cli: record({
        path: text(fc.constantFrom('/app/sovra-cli', 'sovra-cli', '/opt/my cli'), ['']),
        token: secretRef,
      }),
      images,
      extraMetrics: list(extraMetric, { unique: (m: { name: string }) => m.name }),
    }),
    toldApart,
  ),
  twins,
);

/** An installation as every construct takes it. */
export const sovra: Kind<SovraInstallation> = {
  valid: installationProps.valid.map((p) => new SovraInstallation(p)),
  faults: [stranger('object'), oneOf('only the props of one', { name: 'sovra' }, {})],
};
/** One with a control plane. */
export const sovraWithApi: Kind<SovraInstallation> = {
  ...sovra,
  valid: installationProps.valid.map(
    ({ controlPlane: api, ...p }) => new SovraInstallation({ ...p, controlPlane: api || {} }),
  ),
};
