import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Service, ServicePort } from 'kubernetes-types/core/v1';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1';
import type { ApiClient } from './api';

interface Endpoint {
  readonly address: string;
  readonly hostname?: string;
}

const pathOf = ({ metadata }: Service) => `/apis/discovery.k8s.io/v1/namespaces/${metadata?.namespace}/endpointslices`;

async function readSlices(api: ApiClient, service: Service): Promise<readonly EndpointSlice[]> {
  return api.list<EndpointSlice>(pathOf(service), `kubernetes.io/service-name=${service.metadata?.name}`);
}

const readyEndpoints = (slices: readonly EndpointSlice[]): readonly Endpoint[] =>
  slices.flatMap(({ endpoints }) =>
    (endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready !== false)
      .map(({ addresses, hostname }) => ({ address: addresses[0] as string, hostname })),
  );

function namesOf(host: string, namespace: string): string {
  return [`${host}.${namespace}.svc.cluster.local`, `${host}.${namespace}.svc`, `${host}.${namespace}`].join(' ');
}

/**
 * Stands in for cluster DNS and kube-proxy. The names of Services go into /etc/hosts, which every program reads again
 * for each lookup; connections to a cluster address are passed on to an endpoint that the API server names at that
 * moment. So a Service works only with a selector and a target port that are right.
 */
export class ServiceNetwork {
  private readonly proxies = new Map<string, Server>();
  private readonly sockets = new Set<Socket>();
  private readonly original: string;
  private readonly external = new Map<string, string>();

  constructor(
    private readonly api: ApiClient,
    private readonly hostsFile = '/etc/hosts',
  ) {
    this.original = readFileSync(hostsFile, 'utf8');
  }

  /** Gives a name outside the cluster an address, for example that of a receiver that the tests listen on. */
  async addHost(name: string, address: string): Promise<void> {
    this.external.set(name, address);
    await this.sync();
  }

  /** Brings names and proxies to the Services that exist now. */
  async sync(): Promise<void> {
    const services = await this.api.list<Service>('/api/v1/services');
    const lines = await Promise.all(services.map((service) => this.hostLines(service)));
    const external = [...this.external].map(([name, address]) => `${address} ${name}`);
    this.writeHosts(`${[this.original.trimEnd(), ...lines.flat(), ...external].join('\n')}\n`);
    await Promise.all(services.flatMap((service) => this.openProxies(service)));
  }

  async stop(): Promise<void> {
    this.writeHosts(this.original);
    for (const socket of this.sockets) socket.destroy();
    await Promise.all([...this.proxies.values()].map((proxy) => new Promise((resolve) => proxy.close(resolve))));
  }

  /** In place, since the file is mounted at this very inode; and never empty, since the servers read it at any moment. */
  private writeHosts(text: string): void {
    const file = openSync(this.hostsFile, 'r+');
    writeSync(file, text, 0);
    ftruncateSync(file, Buffer.byteLength(text));
    closeSync(file);
  }

  private async hostLines(service: Service): Promise<readonly string[]> {
    const { name = '', namespace = '' } = service.metadata ?? {};
    const address = service.spec?.clusterIP;
    if (address && address !== 'None') return [`${address} ${namesOf(name, namespace)}`];
    const endpoints = readyEndpoints(await readSlices(this.api, service));
    return endpoints.flatMap(({ address: pod, hostname }) => [
      `${pod} ${namesOf(name, namespace)}`,
      // The short form is what members of a StatefulSet call each other, through their search domain.
      ...(hostname ? [`${pod} ${namesOf(`${hostname}.${name}`, namespace)} ${hostname}.${name}`] : []),
    ]);
  }

  private openProxies(service: Service): Promise<void>[] {
    const address = service.spec?.clusterIP;
    if (!address || address === 'None') return [];
    const ports = (service.spec?.ports ?? []).filter(({ protocol }) => protocol === undefined || protocol === 'TCP');
    return ports.map((port) => this.openProxy(service, address, port));
  }

  private openProxy(service: Service, address: string, port: ServicePort): Promise<void> {
    const key = `${address}:${port.port}`;
    if (this.proxies.has(key)) return Promise.resolve();
    const proxy = createServer((client) => {
      this.track(client);
      this.forward(client, service, port).catch(() => client.destroy());
    });
    this.proxies.set(key, proxy);
    return new Promise((resolve, reject) => {
      proxy.once('error', reject);
      proxy.listen(port.port, address, resolve);
    });
  }

  private async forward(client: Socket, service: Service, port: ServicePort): Promise<void> {
    const slices = await readSlices(this.api, service);
    const slice = slices.find(({ ports }) => ports?.some(({ name }) => (name ?? '') === (port.name ?? '')));
    const target = slice?.ports?.find(({ name }) => (name ?? '') === (port.name ?? ''))?.port;
    const [endpoint] = slice ? readyEndpoints([slice]) : [];
    if (endpoint === undefined || target === undefined) throw new Error('no endpoint');
    const upstream = connect(target, endpoint.address);
    this.track(upstream);
    upstream.on('close', () => client.destroy());
    client.on('close', () => upstream.destroy());
    client.pipe(upstream).pipe(client);
  }

  private track(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.sockets.delete(socket));
  }
}
