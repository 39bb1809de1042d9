import { SovraOpsError } from '../errors';
import {
  Checker,
  dnsLabel,
  dnsSubdomain,
  known,
  labelValue,
  metricNameRule,
  pinnedImage,
  port,
  positiveInteger,
  type Rule,
  registry,
  secretKey,
  text,
  url,
} from '../validate';
import { IMAGES, type ImageProps } from './images';
import type {
  ControlPlaneProps,
  DatabaseProps,
  EdgeNodeProps,
  ExtraMetric,
  Labels,
  PolicyAgentProps,
  SecretKeyRef,
  SovraInstallation,
  SovraInstallationProps,
  VaultProps,
  VaultTlsProps,
  VolumesProps,
} from './installation';
import { METRIC_DIALECTS } from './metrics';

const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'];
const METRIC_TYPES = ['counter', 'gauge', 'histogram'];

/** An identifier that ends up in labels, names and tags, where nothing would be taken for something else. */
const identifier: Rule = (v) =>
  v === '' ? { allowed: 'a name that is not empty', remedy: 'Say what it is called.' } : labelValue(v);
const databaseName: Rule = Object.assign(
  (v: string) =>
    /^[^\p{Cc}]{1,63}$/u.test(v)
      ? undefined
      : {
          allowed: 'the name of a database: 1 to 63 characters on one line',
          remedy: 'Give the name only; host, port and `sslMode` are properties of their own.',
        },
  {
    // It becomes a part of an address and of expressions, where an Output is put in as it is.
    late: (v: string) =>
      /^[\w-]+$/.test(v)
        ? undefined
        : { allowed: 'a name of letters, digits, "_" and "-"', remedy: 'Write a name with other characters out.' },
  },
);
const labelName: Rule = (v) =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(v)
    ? undefined
    : { allowed: 'a name of letters, digits and "_"', remedy: 'Take it as /metrics prints it.' };
const oneOf = (words: readonly string[], remedy: string): Rule =>
  known((v) => (words.includes(v) ? undefined : { allowed: words.map((w) => `"${w}"`).join(' or '), remedy }));

/** Holds what a user says about an installation against what can work. @throws {SovraOpsError} */
export function checkInstallationProps(props: SovraInstallationProps): void {
  const c = new Checker('SovraInstallation').props(props);
  c.value('name', props.name, identifier)
    .value('namespace', props.namespace, dnsLabel)
    .value<string>(
      'dialect',
      props.dialect,
      oneOf(METRIC_DIALECTS, 'Take the one whose names your release exports; `curl .../metrics` shows them.'),
    );
  if (props.controlPlane !== false) checkService(c, 'controlPlane', props.controlPlane);
  checkDatabase(c, props.database);
  checkEdgeNodes(c, props.edgeNodes);
  checkPartners(c, props.federationPartners);
  checkVolumes(c, props.volumes);
  checkMetrics(c, props.extraMetrics);
  checkImages(c, 'images', props.images);
  const cli = c.part('cli', props.cli);
  c.value('cli.path', cli?.path, text);
  checkSecret(c, 'cli.token', cli?.token);
  c.done();
}

/** Holds the description that a construct was given against what a construct needs: a `SovraInstallation`. */
export function checkInstallation(c: Checker, given: SovraInstallation | undefined): void {
  // Not `instanceof`: two copies of this library may be installed side by side.
  c.require(typeof given?.image === 'function' && Array.isArray(given.edgeNodes), {
    property: 'sovra',
    given: given === undefined ? undefined : typeof given,
    allowed: 'a description of the installation, which is checked as a whole',
    remedy: 'Write sovra: new SovraInstallation({ ... }).',
  });
}

function checkVolumes(c: Checker, given: VolumesProps | undefined): void {
  const volumes = c.part('volumes', given);
  // They become a part of expressions.
  c.each('volumes.namespaces', volumes?.namespaces, known(dnsLabel));
  c.require(volumes?.namespaces?.length !== 0, {
    property: 'volumes.namespaces',
    given: volumes?.namespaces,
    allowed: 'at least one namespace',
    remedy: 'Leave it out for those of the installation, or leave `volumes` out where nobody scrapes kubelets.',
  });
}

function checkService(c: Checker, at: string, given: ControlPlaneProps | PolicyAgentProps | undefined): void {
  const service = c.part(at, given);
  c.value(`${at}.service`, service?.service, dnsLabel)
    .selector(`${at}.labels`, service?.labels)
    .value(`${at}.port`, service?.port, port)
    .value(`${at}.portName`, service?.portName, dnsLabel);
}

export function checkSecret(c: Checker, at: string, given: SecretKeyRef | null | undefined): void {
  const ref = c.part(at, given);
  if (ref) c.item(`${at}.secret`, ref.secret, dnsSubdomain).item(`${at}.key`, ref.key, secretKey);
}

function checkDatabase(c: Checker, given: DatabaseProps | undefined): void {
  const db = c.part('database', given);
  if (db === undefined) return;
  c.value('database.host', db.host, dnsSubdomain)
    .value('database.port', db.port, port)
    .value('database.name', db.name, databaseName)
    .value<string>(
      'database.sslMode',
      db.sslMode,
      oneOf(SSL_MODES, 'These are the modes of libpq that are safe to use.'),
    )
    .selector('database.podLabels', db.podLabels);
  checkSecret(c, 'database.username', db.username);
  checkSecret(c, 'database.password', db.password);
  checkSecret(c, 'database.caSecret', db.caSecret);
  c.require(!String(db.sslMode).startsWith('verify-') || db.caSecret !== undefined, {
    property: 'database.caSecret',
    given: db.caSecret,
    allowed: `a reference to the certificate authority, since sslMode is "${db.sslMode}"`,
    remedy: 'Name the Secret and key that hold it, for example { secret: "postgres-ca", key: "ca.crt" }.',
  });
}

function checkEdgeNodes(c: Checker, given: readonly EdgeNodeProps[] | undefined): void {
  const nodes = c.parts('edgeNodes', given);
  for (const { at, entry } of nodes) checkEdgeNode(c, at, entry);
  c.unique(
    'edgeNodes',
    nodes.map(({ entry }) => entry.id),
  );
}

function checkEdgeNode(c: Checker, at: string, node: EdgeNodeProps): void {
  // Names of objects and modules are made of it.
  c.value(`${at}.id`, node.id, known(labelValue)).each(`${at}.healthUrls`, node.healthUrls, url('https'));
  c.require(node.id !== '' && node.id !== undefined, {
    property: `${at}.id`,
    given: node.id,
    allowed: 'the node_id under which the control plane knows the edge node',
    remedy: 'Take it from `sovra-cli edge-node status --all`.',
  });
  if (node.policyAgent !== false) checkService(c, `${at}.policyAgent`, node.policyAgent);
  checkVault(c, `${at}.vault`, node.vault);
}

function checkVault(c: Checker, at: string, given: VaultProps | undefined): void {
  const vault = c.part(at, given);
  if (vault === undefined) return;
  c.value(`${at}.namespace`, vault.namespace, dnsLabel)
    .value(`${at}.name`, vault.name, dnsLabel)
    .value(`${at}.activeService`, vault.activeService, dnsLabel)
    .value(`${at}.port`, vault.port, port)
    .value(`${at}.replicas`, vault.replicas, positiveInteger)
    .selector(`${at}.labels`, vault.labels);
  checkSecret(c, `${at}.snapshotToken`, vault.snapshotToken);
  checkTls(c, `${at}.tls`, vault.tls);
}

/** `tls: false`, `null` or '' is what a user of plain JavaScript, or of a values file, would write to switch it off. */
function checkTls(c: Checker, at: string, tls: VaultTlsProps | undefined): void {
  const off = tls !== undefined && (typeof tls !== 'object' || tls === null || Array.isArray(tls));
  c.require(!off && tls?.secret !== '' && tls?.caKey !== '', {
    property: at,
    given: tls,
    allowed: 'TLS material: the Secret with the certificate authority of Vault',
    remedy: 'Leave it out for the Secret "vault-tls", or name yours: { secret: "my-vault-tls", caKey: "ca.crt" }.',
  });
  if (off) return;
  c.value(`${at}.secret`, tls?.secret, dnsSubdomain)
    .value(`${at}.caKey`, tls?.caKey, secretKey)
    .value(`${at}.serverName`, tls?.serverName, dnsSubdomain);
}

function checkPartners(c: Checker, given: SovraInstallationProps['federationPartners']): void {
  const partners = c.parts('federationPartners', given);
  for (const { at, entry } of partners) c.item(`${at}.id`, entry.id, identifier);
  c.unique(
    'federationPartners',
    partners.map(({ entry }) => entry.id),
  );
}

function checkMetrics(c: Checker, given: readonly ExtraMetric[] | undefined): void {
  const metrics = c.parts('extraMetrics', given);
  for (const { at, entry } of metrics) {
    c.item(`${at}.name`, entry.name, metricNameRule)
      .value<string>(`${at}.type`, entry.type, oneOf(METRIC_TYPES, 'Leave it out to use any function on it.'))
      .each(`${at}.labels`, entry.labels, labelName);
  }
  c.unique(
    'extraMetrics',
    metrics.map(({ entry }) => entry.name),
  );
}

/** Holds where images come from against what a cluster can pull. */
export function checkImages(c: Checker, at: string, given: ImageProps | undefined): void {
  const images = c.part(at, given);
  c.value(`${at}.registry`, images?.registry, registry).each(`${at}.pullSecrets`, images?.pullSecrets, dnsSubdomain);
  for (const [id, image] of Object.entries(c.part(`${at}.overrides`, images?.overrides) ?? {})) {
    c.value(`${at}.overrides.${id}`, image, pinnedImage).require(Object.hasOwn(IMAGES, id), {
      property: `${at}.overrides.${id}`,
      given: id,
      allowed: Object.keys(IMAGES).join(', '),
      remedy: 'Use one of these names.',
    });
  }
}

/** Two Vaults in one namespace, of which one's labels are among the other's, could not be told apart by a selector. */
export function checkClashes(sovra: SovraInstallation): void {
  const seen = new Map<string, { id: string; labels: Labels }[]>();
  for (const { id, vault } of sovra.localEdgeNodes) {
    const neighbours = seen.get(vault.namespace) ?? [];
    const other = neighbours.find((n) => isPartOf(n.labels, vault.labels) || isPartOf(vault.labels, n.labels));
    if (other !== undefined) {
      throw new SovraOpsError('SovraInstallation', [
        {
          property: `edgeNodes["${id}"].vault.labels`,
          given: vault.labels,
          allowed: `labels that tell it from edge node "${other.id}" in namespace "${vault.namespace}"`,
          remedy: 'Give each Vault in one namespace a label of its own, or a namespace of its own.',
        },
      ]);
    }
    seen.set(vault.namespace, [...neighbours, { id, labels: vault.labels }]);
  }
}

function isPartOf(some: Labels, all: Labels): boolean {
  return Object.entries(some).every(([k, v]) => all[k] === v);
}
