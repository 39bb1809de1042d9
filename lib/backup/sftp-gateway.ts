import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { ConfigMap, Container, Probe, Service, ServiceAccount, Volume } from 'kubernetes-types/core/v1';
import { contentHash } from '../kube/content-hash';
import { commonLabels, selectorLabels } from '../kube/labels';
import { ANYWHERE, type ClusterNetworkProps, networkPolicy, type Opening, type Peer, toDns } from '../kube/network';
import { kubeObject } from '../kube/object';
import { hardenedContainer, hardenedPod, type Resources, resources } from '../kube/pod';
import type { SovraInstallation } from '../sovra/installation';
import { fromSecret, type RestCredentials, type SftpRepositoryProps } from './repository';
import { type GatewayPlace, hostKeyAlgorithms, knownHosts, LISTENERS, type Listener } from './sftp-repository';

export interface SftpGatewayProps extends GatewayPlace {
  readonly sovra: SovraInstallation;
  readonly repository: SftpRepositoryProps;
  /** What it belongs to. */
  readonly component: 'backup' | 'restore';
  /** Pods that may read and add. */
  readonly writers: readonly Peer[];
  /** Who may also delete, and with which credentials. @default nobody; then nothing listens for that */
  readonly pruner?: { readonly pods: readonly Peer[]; readonly credentials: RestCredentials };
  readonly network?: ClusterNetworkProps;
}

const RESOURCES: Resources = { cpu: '50m', memory: '64Mi', cpuLimit: '1', memoryLimit: '512Mi' };
const FILES = '/etc/gateway';
const STATE = '/run/gateway';

/** rclone would let in everybody if its user were empty, and reads its files once: what they were at that time is kept. */
const START_SCRIPT = `set -eu
: "\${RCLONE_USER:?the Secret holds no user name}" "\${RCLONE_PASS:?the Secret holds no password}"
sha256sum ${FILES}/*/* > "${STATE}/$0"
exec rclone serve restic "$@"
`;

/**
 * rclone between the jobs and an SFTP server. The backups' container takes what is new and refuses to replace or delete
 * anything but locks; the pruner's, where there is one, does all, on another port for another account. Only pods that are
 * named reach it, and it reaches only the server and name resolution.
 */
export class SftpGateway extends Construct {
  readonly config: ApiObject;
  readonly deployment: ApiObject;
  readonly service: ApiObject;
  readonly policy: ApiObject;

  constructor(scope: Construct, id: string, props: SftpGatewayProps) {
    super(scope, id);
    const { name, namespace, component, sovra, repository } = props;
    const metadata = { name, namespace, labels: commonLabels(name, component) };
    const selector = selectorLabels(name);
    const listeners: Listener[] = props.pruner ? ['writer', 'pruner'] : ['writer'];
    const known = knownHosts(repository);
    this.config = kubeObject<ConfigMap>(this, 'config', 'v1', 'ConfigMap', metadata, { data: { known_hosts: known } });
    kubeObject<ServiceAccount>(this, 'service-account', 'v1', 'ServiceAccount', metadata, {
      automountServiceAccountToken: false,
    });
    this.deployment = kubeObject<Deployment>(this, 'deployment', 'apps/v1', 'Deployment', metadata, {
      spec: {
        replicas: 1,
        revisionHistoryLimit: 3,
        selector: { matchLabels: selector },
        template: {
          metadata: { labels: metadata.labels, annotations: { 'sovra-ops/config-hash': contentHash(this, known) } },
          spec: hardenedPod(
            {
              serviceAccountName: name,
              containers: listeners.map((listener) => container(props, listener)),
              volumes: volumes(props),
            },
            { images: sovra.images },
          ),
        },
      },
    });
    this.service = kubeObject<Service>(this, 'service', 'v1', 'Service', metadata, {
      spec: {
        type: 'ClusterIP',
        selector,
        ports: listeners.map((listener) => ({
          ...{ name: listener, port: LISTENERS[listener], targetPort: listener, protocol: 'TCP' },
        })),
      },
    });
    this.policy = networkPolicy(this, 'network-policy', {
      ...{ name, namespace, component, podLabels: selector },
      ingress: ingress(props),
      egress: [
        toDns(props.network ?? {}),
        { peers: repository.peers ?? [{ cidrs: ANYWHERE }], ports: [repository.port ?? 22] },
      ],
    });
  }
}

function ingress({ writers, pruner }: SftpGatewayProps): Opening[] {
  return [
    { peers: writers, ports: [LISTENERS.writer] },
    ...(pruner ? [{ peers: pruner.pods, ports: [LISTENERS.pruner] }] : []),
  ];
}

function volumes({ name, repository }: SftpGatewayProps): Volume[] {
  const { privateKey, tls } = repository;
  const secret = (volume: string, secretName: string, files: readonly (readonly [string, string])[]): Volume => ({
    name: volume,
    secret: { secretName, defaultMode: 0o440, items: files.map(([key, path]) => ({ key, path })) },
  });
  return [
    secret('ssh', privateKey.secret, [[privateKey.key, 'key']]),
    secret('tls', tls.secret, [
      [tls.certificateKey ?? 'tls.crt', 'tls.crt'],
      [tls.privateKeyKey ?? 'tls.key', 'tls.key'],
    ]),
    { name: 'hosts', configMap: { name } },
    { name: 'state', emptyDir: { sizeLimit: '1Mi' } },
  ];
}

function container(props: SftpGatewayProps, listener: Listener): Container {
  const { repository, sovra, pruner } = props;
  const credentials = (listener === 'pruner' ? pruner?.credentials : undefined) ?? repository.credentials;
  const mount = (name: string) => ({ name, mountPath: `${FILES}/${name}`, readOnly: true });
  return hardenedContainer({
    name: listener,
    image: sovra.image('rclone'),
    command: ['/bin/sh', '-c', START_SCRIPT, listener],
    args: [
      ...(listener === 'writer' ? ['--append-only'] : []),
      `--addr=:${LISTENERS[listener]}`,
      `--cert=${FILES}/tls/tls.crt`,
      `--key=${FILES}/tls/tls.key`,
      '--min-tls-version=tls1.2',
      // The other listener removes what this one would still believe in.
      '--cache-objects=false',
      `:sftp:${repository.path}`,
    ],
    env: [
      fromSecret('RCLONE_USER', credentials.secret, credentials.usernameKey ?? 'username'),
      fromSecret('RCLONE_PASS', credentials.secret, credentials.passwordKey ?? 'password'),
      ...settings(repository),
    ],
    ports: [{ name: listener, containerPort: LISTENERS[listener], protocol: 'TCP' }],
    volumeMounts: [mount('ssh'), mount('tls'), mount('hosts'), { name: 'state', mountPath: STATE }],
    ...probes(listener),
    resources: resources(repository.gateway?.resources ?? RESOURCES),
  });
}

/** Of rclone, which takes each of its options from a variable of that name too. */
function settings(repository: SftpRepositoryProps): { name: string; value: string }[] {
  const given = {
    // There is none, and nothing is to be remembered.
    RCLONE_CONFIG: '/dev/null',
    RCLONE_SFTP_HOST: repository.host,
    RCLONE_SFTP_PORT: String(repository.port ?? 22),
    RCLONE_SFTP_USER: repository.user,
    RCLONE_SFTP_KEY_FILE: `${FILES}/ssh/key`,
    RCLONE_SFTP_KNOWN_HOSTS_FILE: `${FILES}/hosts/known_hosts`,
    // A server shows the key of the kind that is asked for first, which may not be the one that is known.
    RCLONE_SFTP_HOST_KEY_ALGORITHMS: hostKeyAlgorithms(repository).join(' '),
    // Files only: no command is run on the server.
    RCLONE_SFTP_SHELL_TYPE: 'none',
    RCLONE_SFTP_DISABLE_HASHCHECK: 'true',
    RCLONE_SFTP_SET_MODTIME: 'false',
  };
  return Object.entries(given).map(([name, value]) => ({ name, value }));
}

/**
 * It listens only when it has been at the SFTP server. A connection that is opened and closed, as a probe does, would be an
 * error in its log each time, so the list of ports is looked at. A certificate or key that was replaced is read at a start:
 * the other probe asks for one.
 */
function probes(listener: Listener): { readinessProbe: Probe; livenessProbe: Probe } {
  const sh = (script: string) => ({ exec: { command: ['/bin/sh', '-c', script] } });
  return {
    readinessProbe: { ...sh(`netstat -ltn | grep -q ':${LISTENERS[listener]} '`), periodSeconds: 5, timeoutSeconds: 5 },
    livenessProbe: {
      ...sh(`sha256sum -c -s ${STATE}/${listener}`),
      ...{ initialDelaySeconds: 15, periodSeconds: 30, timeoutSeconds: 5, failureThreshold: 3 },
    },
  };
}
