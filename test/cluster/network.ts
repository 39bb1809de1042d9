import { writeFileSync } from 'node:fs';
import { runCommand } from './process';

/**
 * The addresses of the test cluster. All of them are local to the network namespace that run.mjs makes, so a process
 * can listen on the very address that a pod or a Service has.
 */
export const addresses = {
  /** The machine: the API server, and every connection that the tests open themselves. */
  host: '10.95.0.1',
  /** What kwok reports as the address of its nodes. */
  node: '10.95.0.10',
  pods: '10.244.0.0/16',
  services: '10.96.0.0/16',
  /** The Service "kubernetes", which is always the first address of the range. */
  apiService: '10.96.0.1',
} as const;

/** Where the servers keep their files: run.mjs makes it, with the namespaces, and removes it after the run. */
export function requireNamespaces(): string {
  const dir = process.env.SOVRA_OPS_CLUSTER_DIR;
  if (dir) return dir;
  throw new Error('the real-server tests run in namespaces of their own: start them with node test/cluster/run.mjs');
}

/** A network namespace that owns one pod address, as each pod has one in a real cluster. */
export interface PodNetwork {
  /** The command that runs what follows it inside. */
  readonly enter: readonly string[];
  remove(): Promise<void>;
}

let networks = 0;

const ip = (args: readonly string[], lines: readonly string[]) =>
  runCommand('ip', [...args, '-batch', '-'], { stdin: `${lines.join('\n')}\n` });

/**
 * Gives the pod address a network of its own. With it, containers of a pod meet on localhost, two pods may use the
 * same port, and a server can be started with exactly the arguments that its pod has.
 */
export async function createPodNetwork(address: string): Promise<PodNetwork> {
  networks += 1;
  const name = `pod-${process.pid}-${networks}`;
  const link = `veth${networks}`;
  await ip(
    [],
    [
      `netns add ${name}`,
      `link add ${link} type veth peer name eth0 netns ${name}`,
      `link set ${link} up`,
      `route add ${address}/32 dev ${link} src ${addresses.host}`,
    ],
  );
  // The pod has no gateway: the machine answers for every address that the pod asks for.
  writeFileSync(`/proc/sys/net/ipv4/conf/${link}/proxy_arp`, '1');
  // With an address of their own, links ask their neighbours for half a second before they use it.
  writeFileSync(`/proc/sys/net/ipv4/neigh/${link}/proxy_delay`, '0');
  await ip(
    ['-n', name],
    ['link set lo up', 'link set eth0 up', `addr add ${address}/32 dev eth0`, 'route add default dev eth0'],
  );
  return {
    enter: ['nsenter', `--net=/run/netns/${name}`],
    remove: async () => {
      await ip([], [`link del ${link}`, `netns del ${name}`]);
    },
  };
}
