/**
 * What is in a cluster before this project comes: Sovra as its manifests ship it, reduced to what others see of it
 * (names, labels, ports), and the Secrets that the README asks for.
 */

const SERVING = { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } };
const CONTAINER = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
const RESTRICTED = { 'pod-security.kubernetes.io/enforce': 'restricted' };

type Labels = Record<string, string>;

const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: RESTRICTED } });

function workload(
  kind: 'Deployment' | 'StatefulSet',
  ns: string,
  name: string,
  replicas: number,
  labels: Labels,
  ports: Record<string, number>,
) {
  const containerPorts = Object.entries(ports).map(([portName, containerPort]) => ({ name: portName, containerPort }));
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: ns, labels },
    spec: {
      replicas,
      ...(kind === 'StatefulSet' && { serviceName: name, podManagementPolicy: 'Parallel' }),
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          securityContext: SERVING,
          containers: [
            { name, image: 'registry.example.com/sovra:1', securityContext: CONTAINER, ports: containerPorts },
          ],
        },
      },
    },
  };
}

const service = (ns: string, name: string, labels: Labels, ports: Record<string, number>) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: ns, labels },
  spec: { selector: labels, ports: Object.entries(ports).map(([portName, port]) => ({ name: portName, port })) },
});

export const secret = (ns: string, name: string, stringData: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: ns },
  stringData,
});

/** Sovra's own objects: the control plane with PostgreSQL, and an edge node. */
export function sovraObjects(): object[] {
  const api = { app: 'sovra', component: 'api-gateway' };
  const apiPorts = { http: 8080, https: 8443 };
  const postgres = { app: 'postgres' };
  const vault = { 'app.kubernetes.io/name': 'vault' };
  const vaultPorts = { https: 8200, cluster: 8201 };
  const opa = { 'app.kubernetes.io/name': 'opa' };
  return [
    namespace('sovra'),
    namespace('sovra-edge'),
    workload('Deployment', 'sovra', 'sovra-api-gateway', 2, api, apiPorts),
    service('sovra', 'sovra-api-gateway', api, apiPorts),
    workload('StatefulSet', 'sovra', 'postgres', 1, postgres, { postgres: 5432 }),
    service('sovra', 'postgres', postgres, { postgres: 5432 }),
    workload('StatefulSet', 'sovra-edge', 'vault', 3, vault, vaultPorts),
    service('sovra-edge', 'vault', vault, vaultPorts),
    service('sovra-edge', 'vault-active', vault, vaultPorts),
    workload('Deployment', 'sovra-edge', 'opa', 2, opa, { http: 8181, diagnostic: 8282 }),
    service('sovra-edge', 'opa', opa, { http: 8181 }),
  ];
}

/** For sets that find the namespace of monitoring made by somebody else. */
export const monitoringNamespace = namespace('monitoring');

/** The Secrets and the ConfigMap that have to be there before the stack; made up, and of use to nobody. */
export function preconditions(ca: string, webhookUrl: string): object[] {
  const backup = ['sovra', 'sovra-edge'].flatMap((ns) => [
    secret(ns, 'sovra-backup', { password: 'test-only' }),
    secret(ns, 'sovra-backup-s3', { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }),
    secret(ns, 'sovra-backup-s3-pruner', { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }),
  ]);
  return [
    secret('sovra', 'sovra-secrets', {
      'database.username': 'sovra',
      'database.password': 'test-only',
      'vault.token': 'test-only',
    }),
    secret('sovra', 'sovra-cli', { token: 'test-only' }),
    secret('sovra-edge', 'vault-tls', { 'ca.crt': ca }),
    secret('sovra-edge', 'vault-snapshot', { token: 'test-only' }),
    secret('monitoring', 'grafana-admin', {
      'admin-user': 'test',
      'admin-password': 'test-only',
      'secret-key': 'x'.repeat(40),
    }),
    secret('monitoring', 'alertmanager-webhook', { url: webhookUrl }),
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'vault-ca', namespace: 'monitoring' },
      data: { 'ca.crt': ca },
    },
    ...backup,
  ];
}
