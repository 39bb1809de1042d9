import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { ConfigMap } from 'kubernetes-types/core/v1';

import { checkResources } from '../kube/check-resources';
import { contentHash } from '../kube/content-hash';
import { Exporter } from '../kube/exporter';
import { commonLabels } from '../kube/labels';
import { slug } from '../kube/names';
import { ANYWHERE, type ClusterNetworkProps, type Opening, type Peer, toDns } from '../kube/network';
import { kubeObject } from '../kube/object';
import type { Resources } from '../kube/pod';
import type { EdgeNode, SovraInstallation } from '../sovra/installation';
import { Checker, dnsSubdomain, positiveInteger, secretKey } from '../validate';
import { toYaml } from '../yaml';

export interface BlackboxExporterProps {
  /** @default 2 */
  readonly replicas?: number;
  /**
   * ConfigMap in the monitoring namespace with the certificate authorities of Vault (public data), so that probes verify
   * what they talk to. It must exist beforehand. @default { configMap: 'vault-ca', key: 'ca.crt' }
   */
  readonly vaultCa?: { readonly configMap: string; readonly key: string };
  /** @default 20m and 32Mi requested, 200m and 128Mi allowed */
  readonly resources?: Resources;
}

export interface SovraBlackboxExporterProps extends BlackboxExporterProps {
  readonly sovra: SovraInstallation;
  readonly namespace: string;
  readonly network: ClusterNetworkProps;
  readonly prometheus: Peer;
}

export const BLACKBOX_EXPORTER = 'blackbox-exporter';
export const BLACKBOX_PORT = 9115;
/** Module for the control plane's own health endpoint. */
export const API_MODULE = 'sovra_api';
/** Module for `/v1/sys/health` of edge nodes that are addressed by name. */
export const REMOTE_VAULT_MODULE = 'vault_health';

/** Module for the Vault pods of one edge node, which are addressed by number but certified by name. */
export function vaultModule(edgeNode: EdgeNode): string {
  return `vault_health_${slug(edgeNode.id)}`;
}

/** Probes health endpoints from outside, where a sealed or dead part can no longer speak for itself. */
export class SovraBlackboxExporter extends Construct {
  readonly config: ApiObject;
  readonly exporter: Exporter;

  constructor(scope: Construct, id: string, props: SovraBlackboxExporterProps) {
    super(scope, id);
    checkBlackbox(new Checker(this.node.path), '', props).done();
    const { namespace, sovra } = props;
    const vaults = sovra.edgeNodes.some((n) => n.vault !== undefined || n.healthUrls.length > 0);
    const ca = props.vaultCa ?? { configMap: 'vault-ca', key: 'ca.crt' };
    const config = toYaml({ modules: modules(sovra) });
    this.config = kubeObject<ConfigMap>(
      this,
      'config',
      'v1',
      'ConfigMap',
      { name: BLACKBOX_EXPORTER, namespace, labels: commonLabels(BLACKBOX_EXPORTER, 'monitoring') },
      { data: { 'blackbox.yml': config } },
    );
    this.exporter = new Exporter(this, 'exporter', {
      name: BLACKBOX_EXPORTER,
      namespace,
      component: 'monitoring',
      image: sovra.image('blackboxExporter'),
      images: sovra.images,
      replicas: props.replicas ?? 2,
      port: BLACKBOX_PORT,
      args: ['--config.file=/etc/blackbox-exporter/blackbox.yml'],
      healthPath: '/-/healthy',
      configHash: contentHash(this, config),
      resources: props.resources ?? { cpu: '20m', memory: '32Mi', cpuLimit: '200m', memoryLimit: '128Mi' },
      volumes: [
        { name: 'config', configMap: { name: BLACKBOX_EXPORTER } },
        ...(vaults
          ? [{ name: 'vault-ca', configMap: { name: ca.configMap, items: [{ key: ca.key, path: 'ca.crt' }] } }]
          : []),
      ],
      mounts: [
        { name: 'config', mountPath: '/etc/blackbox-exporter', readOnly: true },
        ...(vaults ? [{ name: 'vault-ca', mountPath: '/etc/vault-ca', readOnly: true }] : []),
      ],
      scrapedBy: [props.prometheus],
      egress: [toDns(props.network), ...probed(sovra)],
    });
  }
}

export function checkBlackbox(c: Checker, at: string, p: BlackboxExporterProps): Checker {
  const vaultCa = c.part(`${at}vaultCa`, p.vaultCa);
  c.value(`${at}replicas`, p.replicas, positiveInteger);
  if (vaultCa)
    c.item(`${at}vaultCa.configMap`, vaultCa.configMap, dnsSubdomain).item(`${at}vaultCa.key`, vaultCa.key, secretKey);
  checkResources(c, `${at}resources`, p.resources);
  return c;
}

/** Edges to everything that is probed. */
function probed(sovra: SovraInstallation): Opening[] {
  const api = sovra.controlPlane;
  const remotePorts = sovra.edgeNodes.flatMap((n) => n.healthUrls.map((u) => Number(new URL(u).port || 443)));
  return [
    ...(api ? [{ peers: [{ namespace: api.namespace, podLabels: api.labels }], ports: [api.port] }] : []),
    ...sovra.localEdgeNodes.map(({ vault }) => ({
      peers: [{ namespace: vault.namespace, podLabels: vault.labels }],
      ports: [vault.port],
    })),
    ...(remotePorts.length > 0
      ? [{ peers: [{ cidrs: ANYWHERE }], ports: [...new Set(remotePorts)].sort((a, b) => a - b) }]
      : []),
  ];
}

/** 200 active, 429 standby, 472 and 473 replicas: the node is unsealed and serves. 501 and 503 are what alerts look for. */
const VAULT_WELL = [200, 429, 472, 473];

function modules(sovra: SovraInstallation): Record<string, object> {
  const vault = (serverName?: string) => ({
    prober: 'http',
    timeout: '5s',
    http: {
      method: 'GET',
      valid_status_codes: VAULT_WELL,
      follow_redirects: false,
      fail_if_not_ssl: true,
      tls_config: {
        ca_file: '/etc/vault-ca/ca.crt',
        ...(serverName && { server_name: serverName }),
        min_version: 'TLS12',
      },
    },
  });
  return {
    ...(sovra.controlPlane && {
      [API_MODULE]: {
        prober: 'http',
        timeout: '5s',
        http: { method: 'GET', valid_status_codes: [200], follow_redirects: false },
      },
    }),
    ...Object.fromEntries(sovra.localEdgeNodes.map((n) => [vaultModule(n), vault(n.vault.tls.serverName)])),
    ...(sovra.edgeNodes.some((n) => n.healthUrls.length > 0) && { [REMOTE_VAULT_MODULE]: vault() }),
  };
}
