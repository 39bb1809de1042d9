import { checkClashes, checkInstallationProps } from './check-installation';
import { type ImageId, type ImageProps, imageReference } from './images';
import type { MetricDialect, MetricType } from './metrics';

/** Labels that select pods or Services. */
export type Labels = Readonly<Record<string, string>>;

/** A key of a Secret that exists in the cluster. Values of secrets never pass through this library. */
export interface SecretKeyRef {
  readonly secret: string;
  readonly key: string;
}

export interface ControlPlaneProps {
  /** Service and Deployment of the API gateway. @default 'sovra-api-gateway' */
  readonly service?: string;
  /** Labels of the Service and of its pods. @default { app: 'sovra', component: 'api-gateway' } */
  readonly labels?: Labels;
  /** Port of the Service and of the pods that serves `/metrics` and the health endpoints. @default 8080 */
  readonly port?: number;
  /** Name of that port on the Service. @default 'http' */
  readonly portName?: string;
}

export interface DatabaseProps {
  /** @default 'postgres.NAMESPACE.svc.cluster.local' */
  readonly host?: string;
  /** @default 5432 */
  readonly port?: number;
  /** @default 'sovra' */
  readonly name?: string;
  /** Secret in the control plane's namespace. @default { secret: 'sovra-secrets', key: 'database.username' } */
  readonly username?: SecretKeyRef;
  /** Secret in the control plane's namespace. @default { secret: 'sovra-secrets', key: 'database.password' } */
  readonly password?: SecretKeyRef;
  /** libpq's `sslmode`; `verify-full` also wants `caSecret`. @default 'require' */
  readonly sslMode?: 'disable' | 'require' | 'verify-ca' | 'verify-full';
  /** The certificate authority of the database, in the control plane's namespace. @default none */
  readonly caSecret?: SecretKeyRef;
  /** Labels of the database's pods if it runs in this cluster, so that network policies can name them. @default the database is reached by its port at any address */
  readonly podLabels?: Labels;
}

export interface VaultTlsProps {
  /** Secret in the edge node's namespace that holds the certificate authority. @default 'vault-tls' */
  readonly secret?: string;
  /** Key of the certificate authority in it; the private key beside it is never mounted or read. @default 'ca.crt' */
  readonly caKey?: string;
  /** The name that Vault's certificate carries. @default 'vault.NAMESPACE.svc' */
  readonly serverName?: string;
}

/** A Vault raft cluster that runs in the cluster that is being described. */
export interface VaultProps {
  /** @default 'sovra-edge' */
  readonly namespace?: string;
  /** StatefulSet and Service. @default 'vault' */
  readonly name?: string;
  /** Labels of the pods. @default { 'app.kubernetes.io/name': 'vault' } */
  readonly labels?: Labels;
  /** @default 3 */
  readonly replicas?: number;
  /** @default 8200 */
  readonly port?: number;
  /** Service that selects only the active node. @default 'vault-active' */
  readonly activeService?: string;
  /** TLS is not optional: keys of other people pass here. @default the Secret `vault-tls` */
  readonly tls?: VaultTlsProps;
  /** A token that may take raft snapshots, in the edge node's namespace. @default { secret: 'vault-snapshot', key: 'token' } */
  readonly snapshotToken?: SecretKeyRef;
}

export interface PolicyAgentProps {
  /** @default 'opa' */
  readonly service?: string;
  /** Labels of the Service and of its pods. @default { 'app.kubernetes.io/name': 'opa' } */
  readonly labels?: Labels;
  /** @default 8181 */
  readonly port?: number;
  /** @default 'http' */
  readonly portName?: string;
}

export interface EdgeNodeProps {
  /** The `node_id` under which the control plane knows it. */
  readonly id: string;
  /** Its Vault, if it runs in this cluster. @default it runs elsewhere */
  readonly vault?: VaultProps;
  /** Its policy agent in the same namespace; false if there is none. @default OPA, where `vault` is given */
  readonly policyAgent?: PolicyAgentProps | false;
  /** Addresses of `/v1/sys/health` of each of its Vault nodes, if it runs elsewhere and may be probed from here. @default none; it is seen by its heartbeat only */
  readonly healthUrls?: readonly string[];
}

export interface FederationPartnerProps {
  /** The partner organisation's id. */
  readonly id: string;
}

/** Persistent volumes whose fill is watched. */
export interface VolumesProps {
  /** Namespaces whose claims are watched; with more than 50 it is all of the cluster. @default those of the installation, and 'monitoring' */
  readonly namespaces?: readonly string[];
}

export interface CliProps {
  /** Path of the program in the image. @default '/app/sovra-cli' */
  readonly path?: string;
  /** Token for the API (`SOVRA_TOKEN`), in the control plane's namespace. @default { secret: 'sovra-cli', key: 'token' } */
  readonly token?: SecretKeyRef;
}

export interface SovraInstallationProps {
  /** What this installation is called; the Prometheus of `SovraMonitoring` puts it on each alert as the label `cluster`. @default 'sovra' */
  readonly name?: string;
  /** Namespace of the control plane. @default 'sovra' */
  readonly namespace?: string;
  /** Names of the metrics that the installed release exports. @default 'guide' */
  readonly dialect?: MetricDialect;
  /** False in a cluster that holds only edge nodes. @default the shipped manifests' names */
  readonly controlPlane?: ControlPlaneProps | false;
  /** @default PostgreSQL as the shipped manifests have it */
  readonly database?: DatabaseProps;
  /** @default none */
  readonly edgeNodes?: readonly EdgeNodeProps[];
  /** @default none */
  readonly federationPartners?: readonly FederationPartnerProps[];
  /**
   * Given (`{}` is enough) where the Prometheus scrapes the kubelets, as that of a kube-prometheus-stack does: persistent
   * volumes that fill are then alerted on and shown. The Prometheus of `SovraMonitoring` scrapes none: that takes rights
   * over all nodes of the cluster, where it has rights in a few namespaces.
   * @default nobody scrapes kubelets, so nothing here tells of a volume that fills
   */
  readonly volumes?: VolumesProps;
  /** @default as in the released image */
  readonly cli?: CliProps;
  /** Where images come from. @default each image's own registry, at the pinned version */
  readonly images?: ImageProps;
  /** Metrics of your own that overridden expressions may use. @default none */
  readonly extraMetrics?: readonly ExtraMetric[];
}

/** A metric that is not in the catalogue. */
export interface ExtraMetric {
  /** The exported series, `_bucket`, `_sum` or `_count` included. */
  readonly name: string;
  /** @default any function may be used on it */
  readonly type?: MetricType;
  /** Labels beside those that a scrape adds. @default none */
  readonly labels?: readonly string[];
}

export interface ControlPlane extends Required<ControlPlaneProps> {
  readonly namespace: string;
  /** `http://SERVICE.NAMESPACE.svc:PORT` */
  readonly url: string;
}
export type Database = Required<Omit<DatabaseProps, 'caSecret' | 'podLabels'>> &
  Pick<DatabaseProps, 'caSecret' | 'podLabels'> & { readonly namespace: string };
export interface Vault extends Required<Omit<VaultProps, 'tls'>> {
  readonly tls: Required<VaultTlsProps>;
}
export interface PolicyAgent extends Required<PolicyAgentProps> {
  readonly namespace: string;
}
export interface EdgeNode {
  readonly id: string;
  readonly vault?: Vault;
  readonly policyAgent?: PolicyAgent;
  readonly healthUrls: readonly string[];
}

/**
 * One Sovra installation as seen from one cluster: what runs where, and what it is called. Every construct takes the
 * same description, so that nothing is said twice. The defaults are those of the shipped manifests.
 *
 * @throws {SovraOpsError} listing every property that cannot work
 */
export class SovraInstallation {
  readonly name: string;
  readonly namespace: string;
  readonly dialect: MetricDialect;
  readonly controlPlane?: ControlPlane;
  readonly database?: Database;
  readonly edgeNodes: readonly EdgeNode[];
  readonly federationPartners: readonly FederationPartnerProps[];
  /** Undefined where nobody scrapes kubelets. */
  readonly volumes?: Required<VolumesProps>;
  readonly cli: Required<CliProps>;
  readonly images: ImageProps;
  readonly extraMetrics: readonly ExtraMetric[];

  constructor(props: SovraInstallationProps = {}) {
    checkInstallationProps(props);
    this.name = props.name ?? 'sovra';
    this.namespace = props.namespace ?? 'sovra';
    this.dialect = props.dialect ?? 'guide';
    if (props.controlPlane !== false) {
      this.controlPlane = resolveControlPlane(props.controlPlane ?? {}, this.namespace);
      this.database = resolveDatabase(props.database ?? {}, this.namespace);
    }
    this.edgeNodes = (props.edgeNodes ?? []).map(resolveEdgeNode);
    this.federationPartners = props.federationPartners ?? [];
    if (props.volumes) this.volumes = { namespaces: props.volumes.namespaces ?? [...namespacesOf(this), 'monitoring'] };
    this.cli = {
      path: props.cli?.path ?? '/app/sovra-cli',
      token: props.cli?.token ?? { secret: 'sovra-cli', key: 'token' },
    };
    this.images = props.images ?? {};
    this.extraMetrics = props.extraMetrics ?? [];
    checkClashes(this);
  }

  /** The reference under which the cluster pulls an image. */
  image(id: ImageId): string {
    return imageReference(id, this.images);
  }

  /** The edge nodes whose Vault runs in this cluster. */
  get localEdgeNodes(): readonly (EdgeNode & { vault: Vault })[] {
    return this.edgeNodes.filter((n): n is EdgeNode & { vault: Vault } => n.vault !== undefined);
  }
}

/** Namespaces in which something of the installation runs in this cluster, each once. */
function namespacesOf(sovra: SovraInstallation): string[] {
  const vaults = sovra.localEdgeNodes.map((n) => n.vault.namespace);
  return [...new Set([...(sovra.controlPlane ? [sovra.namespace] : []), ...vaults])];
}

function resolveControlPlane(p: ControlPlaneProps, namespace: string): ControlPlane {
  const service = p.service ?? 'sovra-api-gateway';
  const port = p.port ?? 8080;
  return {
    namespace,
    service,
    port,
    labels: p.labels ?? { app: 'sovra', component: 'api-gateway' },
    portName: p.portName ?? 'http',
    url: `http://${service}.${namespace}.svc:${port}`,
  };
}

function resolveDatabase(p: DatabaseProps, namespace: string): Database {
  return {
    namespace,
    host: p.host ?? `postgres.${namespace}.svc.cluster.local`,
    port: p.port ?? 5432,
    name: p.name ?? 'sovra',
    username: p.username ?? { secret: 'sovra-secrets', key: 'database.username' },
    password: p.password ?? { secret: 'sovra-secrets', key: 'database.password' },
    sslMode: p.sslMode ?? 'require',
    caSecret: p.caSecret,
    podLabels: p.podLabels,
  };
}

function resolveEdgeNode(p: EdgeNodeProps): EdgeNode {
  const namespace = p.vault?.namespace ?? 'sovra-edge';
  return {
    id: p.id,
    healthUrls: p.healthUrls ?? [],
    ...(p.vault && { vault: resolveVault(p.vault, namespace) }),
    ...(p.vault && p.policyAgent !== false && { policyAgent: resolvePolicyAgent(p.policyAgent ?? {}, namespace) }),
  };
}

function resolveVault(p: VaultProps, namespace: string): Vault {
  const name = p.name ?? 'vault';
  return {
    namespace,
    name,
    labels: p.labels ?? { 'app.kubernetes.io/name': 'vault' },
    replicas: p.replicas ?? 3,
    port: p.port ?? 8200,
    activeService: p.activeService ?? `${name}-active`,
    tls: {
      secret: p.tls?.secret ?? 'vault-tls',
      caKey: p.tls?.caKey ?? 'ca.crt',
      serverName: p.tls?.serverName ?? `${name}.${namespace}.svc`,
    },
    snapshotToken: p.snapshotToken ?? { secret: 'vault-snapshot', key: 'token' },
  };
}

function resolvePolicyAgent(p: PolicyAgentProps, namespace: string): PolicyAgent {
  return {
    namespace,
    service: p.service ?? 'opa',
    labels: p.labels ?? { 'app.kubernetes.io/name': 'opa' },
    port: p.port ?? 8181,
    portName: p.portName ?? 'http',
  };
}
