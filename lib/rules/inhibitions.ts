import type { AlertName } from './catalogue';

/** While `source` fires, `targets` whose `equal` labels have the same values are not notified. They still fire. */
export interface Inhibition<Name extends string = AlertName> {
  readonly source: Name;
  readonly targets: readonly [Name, ...Name[]];
  /** Labels that both carry: Alertmanager also takes a label that both lack for equal. `cluster` is always compared. */
  readonly equal: readonly string[];
  /** Only targets whose label has one of these values. @default every one of `targets` */
  readonly where?: { readonly label: string; readonly values: readonly string[] };
  /** Why the targets say nothing beyond the source. */
  readonly because: string;
}

const SAME = 'the same certificate, nearer to its end';
const TOGETHER = 'certificates of the same fleet, nearer to their end; each that ends sooner also ends later';

/**
 * What one page says, a second need not repeat. The danger is a page that is needed and never sent, so an alert is
 * silenced only by one that is at least as urgent, and from which it follows or whose cause it merely names. No alert
 * silences another that, perhaps by way of a third, silences it.
 *
 * Left out on purpose:
 * - `SovraMetricsMissing` over `EdgeNodeMissing`: a histogram that is gone says nothing of an edge node that is, it is
 *   the less urgent of the two, and it comes 25 minutes later.
 * - `SovraApiDown` over heartbeats and links: their series go with the API, and the alerts on absence ask whether it
 *   answers; there is nothing to silence.
 * - `DatabaseDown` over heartbeats: nothing says that the API needs its database to hear one, and a node that is lost at the
 *   same time would not be told. Of many, one alert speaks anyway.
 * - `VaultNotInitialised` by anything: its remedy is another one (join, do not initialise).
 * - Alerts of scheduled tasks by `KubeStateMetricsDown`: a backup may matter more than P2.
 * - `BackupMissing` by `BackupEvidenceMissing`, the less urgent of the two: the first asks whether somebody looks into the
 *   repository, so where nobody does there is nothing to silence.
 *
 * Alertmanager lets a source inhibit that somebody has silenced, too. A false `DatabaseDown` is to be mended (most
 * likely the exporter's credentials) or left out by `alerts`, not silenced: that would hide the API's own alerts.
 */
export const INHIBITIONS: readonly Inhibition[] = [
  {
    source: 'SovraApiDown',
    targets: ['SovraApiProbeFailed'],
    equal: [],
    because: 'an API without a healthy replica cannot pass a probe',
  },
  {
    source: 'DatabaseDown',
    targets: ['SovraApiProbeFailed', 'SovraApiErrorRateHigh', 'DatabaseSlow'],
    equal: [],
    because: 'the API cannot serve without its database: its health check and its requests fail, its queries time out',
  },
  {
    source: 'VaultLeaderless',
    targets: ['VaultPeerLost'],
    equal: ['edge_node', 'job'],
    because: 'what has no active node has lost more than its reserve',
  },
  {
    source: 'VaultLeaderless',
    targets: ['VaultSealed', 'VaultDown'],
    equal: ['edge_node'],
    because: 'each is one of the causes, of which the page says that there is one; what stays sealed pages afterwards',
  },
  {
    source: 'VaultPeerLost',
    targets: ['VaultDown'],
    equal: ['edge_node'],
    because: 'a Vault that is down is a peer that is lost; when the majority goes with the next, VaultLeaderless fires',
  },
  {
    source: 'EdgeHeartbeatLost',
    targets: ['EdgeHeartbeatLate'],
    equal: ['node_id'],
    because: 'the same figure beyond a higher threshold',
  },
  ...certificates('EdgeCertificateExpires', ['node_id'], SAME),
  ...certificates('ServerCertificateExpires', ['edge_node', 'pod', 'instance'], SAME),
  ...certificates('EdgeCertificatesExpireTogether', [], TOGETHER),
  ...certificates('ServerCertificatesExpireTogether', [], TOGETHER),
  {
    source: 'DatabaseConnectionsExhausted',
    targets: ['DatabaseConnectionsHigh'],
    equal: [],
    because: 'the same figure beyond a higher threshold',
  },
  {
    source: 'VolumeAlmostFull',
    targets: ['VolumeSpaceLow', 'VolumeFullSoon'],
    equal: ['namespace', 'persistentvolumeclaim'],
    because: 'the same volume, with less left; that it will be full needs no forecast any more',
  },
  {
    source: 'VolumeFullSoon',
    targets: ['VolumeSpaceLow'],
    equal: ['namespace', 'persistentvolumeclaim'],
    because: 'the same volume, of which it is also known that it fills, and how fast',
  },
  // `absent()` of an expression has no labels, so the job of the target is said here and cannot be compared.
  ...targetsDown('BlackboxExporterDown', ['blackbox-exporter', 'vault-health', 'sovra-api-probe', 'edge-probe']),
  ...targetsDown('KubeStateMetricsDown', ['kube-state-metrics']),
  ...targetsDown('AlertmanagerDown', ['alertmanager']),
];

/** Labels by which inhibitions tell alerts apart. A user who set one of them would let an alert silence others. */
export const MATCHED_LABELS: readonly string[] = [
  ...new Set(INHIBITIONS.flatMap(({ equal, where }) => [...equal, ...(where ? [where.label] : [])])),
];

type CertificateKind = `${'Edge' | 'Server'}Certificate${'Expires' | 'sExpireTogether'}`;

function certificates<Kind extends CertificateKind>(
  kind: Kind,
  equal: readonly string[],
  because: string,
): Inhibition[] {
  return [
    { source: `${kind}1d`, targets: [`${kind}7d`, `${kind}30d`], equal, because },
    { source: `${kind}7d`, targets: [`${kind}30d`], equal, because },
  ];
}

/** All targets of these jobs are down when the source fires: a probe is scraped through its exporter. */
function targetsDown(source: AlertName, jobs: readonly string[]): Inhibition[] {
  return [
    {
      source,
      targets: ['MonitoringTargetDown'],
      equal: [],
      where: { label: 'job', values: jobs },
      because: 'no target of these jobs can be scraped, and the source says what that means',
    },
  ];
}
