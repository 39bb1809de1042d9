import { isIP } from 'node:net';
import { type Checker, dnsLabel, port, type Rule } from '../validate';
import { ANYWHERE, type ClusterNetworkProps, type Opening, type Peer } from './network';

const cidr: Rule = (v) =>
  isCidr(v)
    ? undefined
    : {
        allowed: 'a range of addresses such as "192.0.2.10/32"',
        remedy: 'Write the address, "/" and the length of the prefix.',
      };

function isCidr(v: string): boolean {
  // Node compiles its expression of IPv6 at the first use, which takes milliseconds; the defaults need no look.
  if ((ANYWHERE as readonly string[]).includes(v)) return true;
  const [address = '', length = '', ...more] = v.split('/');
  const version = isIP(address);
  const bits = version === 4 ? 32 : 128;
  // A zone ("fe80::1%eth0") is a matter of one machine.
  return (
    version !== 0 && !address.includes('%') && more.length === 0 && /^\d{1,3}$/.test(length) && Number(length) <= bits
  );
}

/** Holds the other end of an edge against what a network policy can say. */
export function checkPeer(c: Checker, at: string, peer: Peer): void {
  if ('cidrs' in peer) {
    checkNotEmpty(c, `${at}.cidrs`, peer.cidrs, 'range of addresses');
    c.each(`${at}.cidrs`, peer.cidrs ?? null, cidr);
    return;
  }
  c.item(`${at}.namespace`, peer.namespace, dnsLabel);
  if ('podLabels' in peer) c.selector(`${at}.podLabels`, peer.podLabels ?? null);
}

/** Holds peers that have an edge to themselves: without any, it would be open to everybody. */
export function checkPeers(c: Checker, at: string, peers: readonly Peer[] | null | undefined): void {
  checkNotEmpty(c, at, peers, 'peer');
  checkMorePeers(c, at, peers);
}

/** Holds peers that share an edge with others; there may be none. */
export function checkMorePeers(c: Checker, at: string, peers: readonly Peer[] | null | undefined): void {
  for (const { at: place, entry } of c.parts(at, peers)) checkPeer(c, place, entry);
}

/** Holds edges against what a network policy can say. */
export function checkOpenings(c: Checker, at: string, openings: readonly Opening[] | undefined): void {
  for (const { at: place, entry } of c.parts(at, openings)) {
    checkPeers(c, `${place}.peers`, entry.peers ?? null);
    c.each(`${place}.ports`, entry.ports ?? null, port).each(`${place}.udpPorts`, entry.udpPorts, port);
    const count = [entry.ports, entry.udpPorts].flatMap((p) => (Array.isArray(p) ? p : [])).length;
    c.require(count > 0, {
      property: `${place}.ports`,
      given: entry.ports,
      allowed: 'at least one port (a rule without any would open all of them)',
      remedy: 'Name the ports that are needed.',
    });
  }
}

/** Holds what network policies cannot know by themselves against what they can say. */
export function checkNetwork(c: Checker, at: string, given: ClusterNetworkProps | undefined): void {
  const network = c.part(at, given);
  const dns = c.part(`${at}.dns`, network?.dns);
  const api = c.part(`${at}.apiServer`, network?.apiServer);
  c.value(`${at}.dns.namespace`, dns?.namespace, dnsLabel)
    .labels(`${at}.dns.podLabels`, dns?.podLabels)
    .each(`${at}.dns.cidrs`, dns?.cidrs, cidr)
    .each(`${at}.apiServer.cidrs`, api?.cidrs, cidr)
    .each(`${at}.apiServer.ports`, api?.ports, port);
  checkNotEmpty(c, `${at}.dns.cidrs`, dns?.cidrs, 'range of addresses');
  checkNotEmpty(c, `${at}.apiServer.cidrs`, api?.cidrs, 'range of addresses');
  checkNotEmpty(c, `${at}.apiServer.ports`, api?.ports, 'port');
}

function checkNotEmpty(c: Checker, property: string, list: readonly unknown[] | null | undefined, what: string): void {
  c.require(list?.length !== 0, {
    property,
    given: list,
    allowed: `at least one ${what} (a rule without any would open everything)`,
    remedy: 'Name what is there, or leave the property out.',
  });
}
