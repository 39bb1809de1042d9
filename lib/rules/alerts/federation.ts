import { type AlertContext, anyOf, type CatalogueEntry, expectsFederation, hasControlPlane } from '../context';

/**
 * Links by status. Each replica reports every link, so the replicas are not added up; the guide's exporter has a series
 * for each partner, so the partners are.
 */
function links(c: AlertContext, operator: '=~' | '!~'): string {
  const status = `status${operator}"${anyOf(c.thresholds.federationHealthyStatuses)}"`;
  return `max without (instance, pod) (${c.metric('federationLinks')}{job="sovra-api",${status}})`;
}

export const FEDERATION_ALERTS = {
  // P1 and not P2: an answer after four hours would come too late for a link that has to be back within two.
  FederationLinkDown: {
    level: 'P1',
    component: 'federation',
    metrics: ['federationLinks'],
    appliesTo: hasControlPlane,
    expr: (c) => `sum by (status) (${links(c, '!~')}) > 0`,
    for: '5m',
    summary: '{{ $value }} federation link(s) are {{ $labels.status }}',
    description:
      '{{ $value }} link(s) to partner organisations have the status "{{ $labels.status }}". Keys that are shared with these partners cannot be used across the link; a link has to be back within two hours.',
    missingData: {
      coveredBy: 'FederationLinkMissing',
      because: 'the partners that are described are counted against the links that are well, whatever is exported',
    },
    source: 'Guide, Key Metrics: federation connections; disaster recovery: federation link lost, RTO 2 h.',
  },
  FederationLinkMissing: {
    level: 'P1',
    component: 'federation',
    metrics: ['federationLinks', 'up'],
    appliesTo: expectsFederation,
    expr: (c) =>
      `(sum(${links(c, '=~')}) or vector(0)) < ${c.sovra.federationPartners.length}\n` +
      `and on () (${c.metric('up')}{job="sovra-api"} == 1)`,
    for: '10m',
    summary: 'Only {{ $value }} of the federation links are healthy',
    description:
      '{{ $value }} healthy federation link(s), fewer than there are partners in the description of this installation. Somebody who should be reachable is not, or is no longer known to the control plane.',
    missingData: 'fires',
    source: 'Disaster recovery: federation link lost, RTO 2 h; a link that vanished has no status to look at.',
  },
  FederationErrors: {
    level: 'P2',
    component: 'federation',
    metrics: ['federationErrors'],
    appliesTo: hasControlPlane,
    expr: (c) =>
      `sum by (type) (rate(${c.metric('federationErrors')}{job="sovra-api"}[15m])) > ${c.thresholds.federationErrorRate}`,
    for: '5m',
    summary: 'Federation fails with "{{ $labels.type }}" {{ printf "%.2f" $value }} times a second',
    description:
      'Over a quarter of an hour, federation requests failed with "{{ $labels.type }}" {{ printf "%.2f" $value }} times a second. Operations on keys that are shared with partners fail now and then.',
    missingData: {
      coveredBy: 'FederationLinkMissing',
      because:
        'the counter appears with the first error; if the exporter says nothing of federation, the links are missing too',
    },
    source: 'Guide, Daily Operations: federation status; errors show before a link goes down.',
  },
} as const satisfies Record<string, CatalogueEntry>;
