import { type Behaviour, type EndpointId, PORTS } from './endpoint';
import type { SimulatedSovraSettings } from './options';
import { api } from './parts/api';
import { grafana } from './parts/grafana';
import { kubelet } from './parts/kubelet';
import { opa } from './parts/opa';
import { postgresExporter } from './parts/postgres-exporter';
import { vault } from './parts/vault';

/** An endpoint that is to be served, and where. */
export interface EndpointPlan {
  readonly id: EndpointId;
  readonly host: string;
  /** 0 for any. */
  readonly port: number;
  readonly tls: boolean;
  readonly behaviour: Behaviour;
}

/** Everything that the addresses ask for. */
export function layout(s: SimulatedSovraSettings): readonly EndpointPlan[] {
  const { addresses } = s;
  const plan = (id: EndpointId, host: string, behaviour: Behaviour): EndpointPlan => ({
    id,
    host,
    behaviour,
    port: s.anyPort ? 0 : PORTS[id.part],
    tls: id.part === 'vault',
  });
  return [
    ...(addresses.api ?? []).map((host, pod) => plan({ part: 'api', pod }, host, api(s, pod))),
    ...byNode(addresses.vault, (node, pod, host, peers) => [
      plan({ part: 'vault', node, pod }, host, vault(s, node, pod, peers)),
    ]),
    ...byNode(addresses.opa, (node, pod, host) => {
      const agent = opa(s, node, pod);
      return [plan({ part: 'opa', node, pod }, host, agent), plan({ part: 'opa-health', node, pod }, host, agent)];
    }),
    ...(addresses.postgresExporter ?? []).map((host, pod) =>
      plan({ part: 'postgres-exporter', pod }, host, postgresExporter(s)),
    ),
    ...(addresses.grafana ?? []).map((host, pod) => plan({ part: 'grafana', pod }, host, grafana(s))),
    ...(addresses.kubelet ?? []).map((host, pod) => plan({ part: 'kubelet', pod }, host, kubelet(s))),
  ];
}

function byNode(
  hosts: Readonly<Record<string, readonly string[]>> = {},
  plans: (node: string, pod: number, host: string, peers: number) => EndpointPlan[],
): EndpointPlan[] {
  return Object.entries(hosts).flatMap(([node, all]) => all.flatMap((host, pod) => plans(node, pod, host, all.length)));
}
