/** Kinds of what network policies are made of, and of the Prometheus that is there already. */

import type { ClusterNetworkProps, Opening, Peer } from '../../../lib/kube/network';
import {
  kubePrometheusStack,
  type PrometheusRef,
  SOVRA_PROMETHEUS,
  type WatchedService,
} from '../../../lib/kube/prometheus-ref';
import fc from '../../support/fast-check';
import { alsoBroken, clash, either, type Kind, list, oneOf, only, record, text, without } from '../kinds';
import { baseUrl, dnsLabel, labels, port, selector, webUrl } from '../leaves';

const cidr = text(
  fc.oneof(
    fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([a, n]) => `${a}/${n}`),
    fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })).map(([a, n]) => `${a}/${n}`),
    fc.constantFrom('0.0.0.0/0', '::/0', '10.0.0.0/8', '2001:db8::/32'),
  ),
  [
    '',
    '10.0.0.0',
    '10.0.0.0/33',
    '300.0.0.0/8',
    '10.0.0/8',
    '::/129',
    'a/8',
    '10.0.0.0/',
    '/8',
    ':::/0',
    '10.0.0.0/8/8',
    '1.2.3.4/-1',
    '01.2.3.4/8',
  ],
  /^[0-9a-fA-F.:]+\/\d+$/,
);

export const peer: Kind<Peer> = either(
  either(
    record<{ namespace: string; podLabels: Record<string, string> }>(
      { namespace: dnsLabel, podLabels: selector as Kind<Record<string, string>> },
      ['namespace', 'podLabels'],
    ),
    only(dnsLabel.valid.map((namespace) => ({ namespace }))),
  ),
  record<{ cidrs: string[] }>({ cidrs: list(cidr, { min: 1 }) }, ['cidrs']),
);
export const peers = list(peer, { min: 1, max: 2 });
/** Peers that share an edge with others. */
export const morePeers = list(peer, { max: 2 });

export const opening: Kind<Opening> = clash(
  record<Opening>({ peers, ports: without(list(port, { min: 1 }), 'empty'), udpPorts: list(port) }, ['peers', 'ports']),
  'no port at all',
  { ports: [], udpPorts: undefined },
  '.ports',
);

export const network: Kind<ClusterNetworkProps> = record<ClusterNetworkProps>({
  dns: record<NonNullable<ClusterNetworkProps['dns']>>({
    namespace: dnsLabel,
    podLabels: labels,
    cidrs: list(cidr, { min: 1 }),
  }),
  apiServer: record<NonNullable<ClusterNetworkProps['apiServer']>>({
    cidrs: list(cidr, { min: 1 }),
    ports: list(port, { min: 1 }),
  }),
});

const watched = record<WatchedService>({ labels: selector, podLabels: selector, portName: dnsLabel, port }, [
  'labels',
  'podLabels',
  'portName',
  'port',
]);
/** Long enough for every objective. */
const retention = text(fc.constantFrom('35d', '90d', '1y', '5w'), ['', '15', '1.5h', '0s', '5min']);
const reference = record<PrometheusRef>(
  {
    name: dnsLabel,
    namespace: dnsLabel,
    selectorLabels: labels,
    namespaces: list(dnsLabel, { min: 1 }),
    podLabels: selector,
    serviceAccount: dnsLabel,
    watched: alsoBroken(record<NonNullable<PrometheusRef['watched']>>({ prometheus: watched, alertmanager: watched }), {
      name: 'an unknown part',
      broken: fc.constant({ value: { grafana: {} }, property: '.grafana' }),
    }),
    url: webUrl,
    retention,
    grafanaUrl: baseUrl,
    remoteWriteUrls: list(webUrl),
  },
  ['name', 'namespace', 'selectorLabels', 'podLabels', 'serviceAccount', 'url'],
);
const release = fc.constantFrom('kube-prometheus-stack', 'prometheus', 'p', 'my-kube-prometheus-stack', 'x'.repeat(53));

/** A Prometheus outside the set: its own namespace may or may not be among those in which it looks. */
export const prometheusRef: Kind<PrometheusRef> = alsoBroken(
  either(
    reference,
    only(
      fc.oneof(
        fc.constant(SOVRA_PROMETHEUS),
        fc.tuple(release, dnsLabel.valid).map(([r, namespace]) => kubePrometheusStack({ release: r, namespace })),
      ),
    ),
  ),
  oneOf('nothing of a reference', {}),
);

/** The same, so that it looks wherever something of the set goes. */
export function lookingIn(ref: PrometheusRef, namespaces: readonly string[]): PrometheusRef {
  return ref.namespaces === undefined ? ref : { ...ref, namespaces: [...new Set([...ref.namespaces, ...namespaces])] };
}
