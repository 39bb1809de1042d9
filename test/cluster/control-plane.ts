import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Node } from 'kubernetes-types/core/v1';
import { type ApiServer, startApiServer } from './api-server';
import { Kubectl } from './kubectl';
import { addresses } from './network';
import { Server } from './process';
import type { Programs } from './programs';
import { waitFor } from './wait';

export interface ControlPlane extends ApiServer {
  readonly kubectl: Kubectl;
}

/** What kwok is to pretend: nodes and pods that are ready at once, Jobs that complete, volumes that are provided. */
const stages = [
  'node/fast/node-initialize.yaml',
  'node/heartbeat/node-heartbeat.yaml',
  'pod/fast/pod-ready.yaml',
  'pod/fast/pod-complete.yaml',
  'pod/fast/pod-delete.yaml',
  'volume/fast/pvc-provision.yaml',
  'volume/fast/pv-bind.yaml',
  'volume/fast/pvc-delete.yaml',
  'volume/fast/pv-delete.yaml',
];
const storageClass = 'volume/fast/storage-class.yaml';

/** Room for everything, local disk included, which kwok would not give a node by itself. */
const capacity = { cpu: '1k', memory: '1Ti', pods: '1k', 'ephemeral-storage': '10Ti' };

/** Three, in three zones: room for anti-affinity and for spreading. */
const nodes = ['a', 'b', 'c'].map((zone) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name: `node-${zone}`,
    labels: {
      'kubernetes.io/hostname': `node-${zone}`,
      'kubernetes.io/os': 'linux',
      'kubernetes.io/arch': 'amd64',
      'topology.kubernetes.io/zone': `zone-${zone}`,
    },
  },
  status: { capacity, allocatable: capacity },
}));

function startKubeServers(programs: Programs, apiServer: ApiServer, dir: string): Server[] {
  const config = join(dir, 'kwok.yaml');
  const stageDir = join(programs.kwok.dir, 'stage');
  writeFileSync(config, stages.map((stage) => readFileSync(join(stageDir, stage), 'utf8')).join('\n---\n'));
  const common = [`--kubeconfig=${apiServer.kubeconfig}`];
  const local = ['--bind-address=127.0.0.1', '--leader-elect=false'];
  const args = {
    'kube-controller-manager': [
      ...common,
      ...local,
      `--root-ca-file=${apiServer.certificate}`,
      `--service-account-private-key-file=${apiServer.signingKey}`,
      '--use-service-account-credentials=true',
    ],
    'kube-scheduler': [...common, ...local],
    kwok: [
      ...common,
      `--config=${config}`,
      '--manage-all-nodes=true',
      `--cidr=${addresses.pods}`,
      `--node-ip=${addresses.node}`,
    ],
  };
  return (Object.keys(args) as (keyof typeof args)[]).map((name) =>
    Server.start({ name, command: programs[name].path, args: args[name], logFile: join(dir, `${name}.log`) }),
  );
}

const isReady = (node: Node) =>
  node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

/** Pods can be created, scheduled and run once the nodes are ready and service accounts are made. */
async function waitUntilUsable({ api }: ApiServer): Promise<void> {
  await waitFor('the nodes to be ready', async () => {
    const found = await api.list<Node>('/api/v1/nodes');
    return found.length === nodes.length && found.every(isReady);
  });
  await waitFor('the default service account', () => api.find('/api/v1/namespaces/default/serviceaccounts/default'));
}

async function bringUp(programs: Programs, apiServer: ApiServer, servers: Server[], dir: string): Promise<Kubectl> {
  const kubectl = new Kubectl(programs.kubectl.path, apiServer.kubeconfig, join(dir, 'kubectl-cache'));
  await kubectl.applyObjects(nodes);
  await kubectl.apply(join(programs.kwok.dir, 'stage', storageClass));
  await waitUntilUsable(apiServer).catch((error: Error) => {
    throw new Error([error.message, ...servers.map((server) => server.tail(10))].join('\n'));
  });
  return kubectl;
}

export async function startControlPlane(programs: Programs, dir: string): Promise<ControlPlane> {
  const apiServer = await startApiServer({ programs, dir, host: addresses.host });
  const servers = startKubeServers(programs, apiServer, dir);
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await apiServer.stop();
  };
  try {
    const kubectl = await bringUp(programs, apiServer, servers, dir);
    return { ...apiServer, kubectl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
