import type { Level } from '../../sovra/levels';
import { type AlertContext, type CatalogueEntry, hasControlPlane, hasVaultProbe } from '../context';
import { CERTIFICATE_DAYS, DAY_SECONDS } from '../thresholds';

type CertificateLevel = keyof typeof CERTIFICATE_DAYS;
/** How long is left; Go's templates compare a float with a float only. */
const ENDS = '{{ if gt $value 0.0 }}ends in {{ $value | humanizeDuration }}{{ else }}has ended{{ end }}';
const FOR = { P3: '15m', P2: '15m', P1: '5m' } as const satisfies Partial<Record<Level, string>>;
const CONSEQUENCE: Readonly<Record<CertificateLevel, string>> = {
  P3: 'Rotation should have renewed it by now; there is time to find out why it did not.',
  P2: 'Rotation has failed more than once. Renew it before the week is over.',
  P1: 'Renew it now: once it has ended, no connection to it is accepted.',
};

/** Fires below so many days; the alerts of one certificate add up as it nears its end, and Alertmanager inhibits. */
const edge = <L extends CertificateLevel>(level: L) =>
  ({
    level,
    component: 'certificates',
    metrics: ['edgeCertExpiry'],
    appliesTo: hasControlPlane,
    expr: (c: AlertContext) =>
      `min by (node_id) (${c.metric('edgeCertExpiry')}{job="sovra-api"}) < ${CERTIFICATE_DAYS[level] * DAY_SECONDS}`,
    for: FOR[level],
    summary: `The certificate of edge node {{ $labels.node_id }} ${ENDS}`,
    description: `The certificate with which edge node {{ $labels.node_id }} talks to the control plane ${ENDS}. ${CONSEQUENCE[level]}`,
    missingData: {
      coveredBy: 'EdgeCertificateUnknown',
      because: 'a node that sends heartbeats and whose certificate is not exported is reported',
    },
    source: 'Guide, Certificate Status: certificates that end within 30 days; Scheduled Tasks: rotation every night.',
  }) as const satisfies CatalogueEntry;

const server = <L extends CertificateLevel>(level: L) =>
  ({
    level,
    component: 'certificates',
    metrics: ['probeCertExpiry'],
    appliesTo: hasVaultProbe,
    expr: (c: AlertContext) =>
      `min by (edge_node, namespace, pod, instance) (${c.metric('probeCertExpiry')}{job=~"vault-health|edge-probe"}) - time() < ${CERTIFICATE_DAYS[level] * DAY_SECONDS}`,
    for: FOR[level],
    summary: `The certificate of Vault {{ or $labels.pod $labels.instance }} of edge node {{ $labels.edge_node }} ${ENDS}`,
    description: `The certificate that this Vault presents, or one of its issuers, ${ENDS}. ${CONSEQUENCE[level]}`,
    missingData: {
      coveredBy: 'VaultDown',
      because:
        'the probe insists on TLS: an answer without a certificate, or with one that has ended, is a failed probe',
    },
    source: 'Guide, Certificate Status; what a server really presents is seen only from outside.',
  }) as const satisfies CatalogueEntry;

export const CERTIFICATE_ALERTS = {
  EdgeCertificateExpires30d: edge('P3'),
  EdgeCertificateExpires7d: edge('P2'),
  EdgeCertificateExpires1d: edge('P1'),
  EdgeCertificateUnknown: {
    level: 'P3',
    component: 'certificates',
    metrics: ['edgeHeartbeat', 'edgeCertExpiry'],
    appliesTo: hasControlPlane,
    expr: (c) =>
      `min by (node_id) (${c.metric('edgeHeartbeat')}{job="sovra-api"})\n` +
      `unless on (node_id) ${c.metric('edgeCertExpiry')}{job="sovra-api"}`,
    for: '30m',
    summary: 'Nobody knows when the certificate of edge node {{ $labels.node_id }} ends',
    description:
      'The control plane hears from edge node {{ $labels.node_id }} but exports no end of its certificate. It would end without a warning.',
    missingData: 'fires',
    source: 'Guide, Certificate Status; a certificate that is not exported cannot be seen to end.',
  },
  ServerCertificateExpires30d: server('P3'),
  ServerCertificateExpires7d: server('P2'),
  ServerCertificateExpires1d: server('P1'),
} as const satisfies Record<string, CatalogueEntry>;
