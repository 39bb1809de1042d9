import type { Sample } from '../exposition';
import { events, type Moment, phases } from '../moment';
import { counted, type Page } from '../page';

const HEARTBEAT_EVERY = 10;
/** The age at which the control plane itself calls an edge node unhealthy. */
const UNHEALTHY_AFTER = 60;
const DAY = 86_400;
/** Certificates are renewed a month before their end. */
const RENEWED_AT = 31 * DAY;
const RENEWED_EVERY = 29 * DAY;

/** What the control plane knows about its edge nodes. Each replica reads it from the database, so all say the same. */
export function edgeNodes(page: Page, m: Moment, ids: readonly string[]): void {
  const known = ids
    .map((node, index) => ({ node, index }))
    .filter(({ node }) => !m.faults.active('heartbeat-missing', { node }));
  const ages = known.map(({ node, index }) => ({ node, age: heartbeatAge(m, node, index) }));
  const unhealthy = ages.filter(({ age }) => age > UNHEALTHY_AFTER).length;
  page
    .series(
      'edgeHeartbeat',
      ages.map(({ node, age }) => ({ labels: { node_id: node }, value: age })),
    )
    .series(
      'edgeCertExpiry',
      known.map(({ node }) => ({ labels: { node_id: node }, value: certificateLeft(m, node) })),
    )
    .series('edgeNodes', [
      { labels: { status: 'healthy' }, value: ages.length - unhealthy },
      { labels: { status: 'unhealthy' }, value: unhealthy },
    ]);
}

function heartbeatAge(m: Moment, node: string, index: number): number {
  const lost = m.faults.active('heartbeat-lost', { node });
  if (lost) return lost.value + swing(lost.from, index) + m.now - lost.from;
  return (m.faults.active('heartbeat-late', { node })?.value ?? 0) + swing(m.now, index);
}

/** Edge nodes do not beat all at once. */
function swing(t: number, index: number): number {
  return (t + 3 * index) % HEARTBEAT_EVERY;
}

function certificateLeft(m: Moment, node: string): number {
  const expiring = m.faults.active('edge-cert-expiring', { node }) ?? m.faults.active('fleet-certs-expiring');
  if (expiring) return expiring.value - (m.now - expiring.from);
  return RENEWED_AT + RENEWED_EVERY - (m.now % RENEWED_EVERY);
}

/** Errors a second of each replica, for each link that is down and for each that is up. */
const ERRORS_DOWN = 0.2;
const ERRORS_UP = 0.001;

/** Links to other organisations; the guide's names tell them apart by partner. */
export function federation(page: Page, m: Moment, partners: readonly string[]): void {
  const links = partners.map((partner) => ({
    partner,
    down: m.faults.active('federation-down', { partner }) !== undefined,
  }));
  // Counted over all links at once: fractions of an event on several links add up to one.
  const lives = partners.flatMap((partner) => phases(m, 'federation-down', { partner }));
  const errors = (down: boolean) =>
    events(down ? ERRORS_DOWN : ERRORS_UP, lives, (fault) => Number((fault !== undefined) === down));
  const byPartner = links.flatMap((l) => linkStates([l], { partner: l.partner }));
  page
    .series('federationLinks', page.dialect === 'guide' ? byPartner : linkStates(links, {}))
    .series('federationErrors', [
      ...counted({ type: 'connection' }, errors(true)),
      ...counted({ type: 'timeout' }, errors(false)),
    ]);
}

function linkStates(links: readonly { down: boolean }[], labels: Record<string, string>): Sample[] {
  const down = links.filter((l) => l.down).length;
  return [
    { labels: { status: 'healthy', ...labels }, value: links.length - down },
    { labels: { status: 'unhealthy', ...labels }, value: down },
  ];
}
