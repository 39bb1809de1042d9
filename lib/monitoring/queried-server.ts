import { type Opening, type Peer, portOfAddress } from '../kube/network';
import type { Labels } from '../sovra/installation';
import { type Checker, dnsLabel, port, url } from '../validate';

/** A server that Grafana asks. A `PrometheusRef` is one. */
export interface QueriedServer {
  /** Where it is asked, without user name or password. */
  readonly url: string;
  /** Namespace of its pods, for the network policy. */
  readonly namespace: string;
  /** Labels of its pods, for the network policy. */
  readonly podLabels: Labels;
  /** Port of its pods. @default that of `url` */
  readonly podPort?: number;
}

/** Where a server on the web is asked. */
export const webServer = url('http', 'https');

/** Holds a server against what can be asked. */
export function checkServer(c: Checker, at: string, given: QueriedServer | undefined): void {
  const server = c.part(at, given);
  if (server === undefined) return;
  c.item(`${at}.url`, server.url, webServer)
    .item(`${at}.namespace`, server.namespace, dnsLabel)
    .labels(`${at}.podLabels`, server.podLabels ?? null)
    .value(`${at}.podPort`, server.podPort, port);
}

/** Its pods. */
export function serverPods({ namespace, podLabels }: QueriedServer): Peer {
  return { namespace, podLabels };
}

/** The edge from whoever asks it. */
export function serverEdge(server: QueriedServer): Opening {
  return { peers: [serverPods(server)], ports: [server.podPort ?? portOfAddress(server.url)] };
}
