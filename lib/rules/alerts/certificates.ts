import type { Level } from '../../sovra/levels';
import { type AlertContext, type CatalogueEntry, hasControlPlane, hasVaultProbe, heldBackTogether } from '../context';
import { CERTIFICATE_DAYS, DAY_SECONDS } from '../thresholds';
import {
  EDGE_CERTIFICATE_ENDING,
  EDGE_CERTIFICATE_SOONEST,
  EDGE_CERTIFICATE_UNKNOWN,
  SERVER_CERTIFICATE_ENDING,
} from '../troubles';

type CertificateLevel = keyof typeof CERTIFICATE_DAYS;
/** How long is left; Go's templates compare a float with a float only. */
const ENDS = '{{ if gt $value 0.0 }}ends in {{ $value | humanizeDuration }}{{ else }}has ended{{ end }}';
const FOR = { P3: '15m', P2: '15m', P1: '5m' } as const satisfies Partial<Record<Level, string>>;
const CONSEQUENCE: Readonly<Record<CertificateLevel, string>> = {
  P3: 'Rotation should have renewed it by now; there is time to find out why it did not.',
  P2: 'Rotation has failed more than once. Renew it before the week is over.',
  P1: 'Renew it now: once it has ended, no connection to it is accepted.',
};

/** Those of the certificates that end which do so within the days of a level. */
const within = (ending: string, level: CertificateLevel): string =>
  `${ending} < ${CERTIFICATE_DAYS[level] * DAY_SECONDS}`;

/** Nodes are counted and not their Vaults: three of one node have one cause anyway. */
const nodesOf = (ending: string): string => `count(count by (edge_node) (${ending}))`;

const UNKNOWN = {
  coveredBy: 'EdgeCertificateUnknown',
  because: 'a node that sends heartbeats and whose certificate is not exported is reported',
} as const;
const NO_HANDSHAKE = {
  coveredBy: 'VaultDown',
  because: 'the probe insists on TLS: an answer without a certificate, or with one that has ended, is a failed probe',
} as const;

/** Fires below so many days; the alerts of one certificate add up as it nears its end, and Alertmanager inhibits. */
const edge = <L extends CertificateLevel>(level: L) =>
  ({
    level,
    component: 'certificates',
    metrics: ['edgeCertExpiry'],
    appliesTo: hasControlPlane,
    expr: (c: AlertContext) =>
      heldBackTogether(
        c,
        `EdgeCertificatesExpireTogether${CERTIFICATE_DAYS[level]}d`,
        within(EDGE_CERTIFICATE_SOONEST, level),
      ),
    for: FOR[level],
    summary: `The certificate of edge node {{ $labels.node_id }} ${ENDS}`,
    description: `The certificate with which edge node {{ $labels.node_id }} talks to the control plane ${ENDS}. ${CONSEQUENCE[level]}`,
    missingData: UNKNOWN,
    source: 'Guide, Certificate Status: certificates that end within 30 days; Scheduled Tasks: rotation every night.',
  }) as const satisfies CatalogueEntry;

const server = <L extends CertificateLevel>(level: L) =>
  ({
    level,
    component: 'certificates',
    metrics: ['probeCertExpiry'],
    appliesTo: hasVaultProbe,
    expr: (c: AlertContext) => {
      const ending = within(SERVER_CERTIFICATE_ENDING, level);
      return heldBackTogether(
        c,
        `ServerCertificatesExpireTogether${CERTIFICATE_DAYS[level]}d`,
        ending,
        nodesOf(ending),
      );
    },
    for: FOR[level],
    summary: `The certificate of Vault {{ or $labels.pod $labels.instance }} of edge node {{ $labels.edge_node }} ${ENDS}`,
    description: `The certificate that this Vault presents, or one of its issuers, ${ENDS}. ${CONSEQUENCE[level]}`,
    missingData: NO_HANDSHAKE,
    source: 'Guide, Certificate Status; what a server really presents is seen only from outside.',
  }) as const satisfies CatalogueEntry;

const WITHIN = { P3: '30 days', P2: '7 days', P1: 'a day' } as const;
/** How long after which one page takes over from those of single nodes, which are held back from then on. */
const TOGETHER_FOR = '2m';
const TOGETHER_SOURCE =
  'A fleet whose certificates were made together, or share an issuer, needs one page and not one for each node.';

const edgeTogether = <L extends CertificateLevel>(level: L) =>
  ({
    level,
    component: 'certificates',
    metrics: ['edgeCertExpiry'],
    appliesTo: hasControlPlane,
    expr: (c: AlertContext) => `count(${within(EDGE_CERTIFICATE_ENDING, level)}) > ${c.thresholds.edgeNodesTogether}`,
    for: TOGETHER_FOR,
    summary: `The certificates of {{ $value }} edge nodes end within ${WITHIN[level]}`,
    description: `{{ $value }} edge nodes talk to the control plane with certificates that end within ${WITHIN[level]}, or have ended. So many do not miss their rotation by themselves: look at the task that rotates them, and at their issuer. The alerts of single nodes are held back meanwhile. ${CONSEQUENCE[level]}`,
    missingData: UNKNOWN,
    source: TOGETHER_SOURCE,
  }) as const satisfies CatalogueEntry;

const serverTogether = <L extends CertificateLevel>(level: L) =>
  ({
    level,
    component: 'certificates',
    metrics: ['probeCertExpiry'],
    appliesTo: hasVaultProbe,
    expr: (c: AlertContext) =>
      `${nodesOf(within(SERVER_CERTIFICATE_ENDING, level))} > ${c.thresholds.edgeNodesTogether}`,
    for: TOGETHER_FOR,
    summary: `The Vaults of {{ $value }} edge nodes present certificates that end within ${WITHIN[level]}`,
    description: `Vaults of {{ $value }} edge nodes present a certificate, or have an issuer, that ends within ${WITHIN[level]} or has ended. So many have one cause: most likely the authority that they share. The alerts of single Vaults are held back meanwhile. ${CONSEQUENCE[level]}`,
    missingData: NO_HANDSHAKE,
    source: TOGETHER_SOURCE,
  }) as const satisfies CatalogueEntry;

export const CERTIFICATE_ALERTS = {
  EdgeCertificateExpires30d: edge('P3'),
  EdgeCertificateExpires7d: edge('P2'),
  EdgeCertificateExpires1d: edge('P1'),
  EdgeCertificatesExpireTogether30d: edgeTogether('P3'),
  EdgeCertificatesExpireTogether7d: edgeTogether('P2'),
  EdgeCertificatesExpireTogether1d: edgeTogether('P1'),
  EdgeCertificateUnknown: {
    level: 'P3',
    component: 'certificates',
    metrics: ['edgeHeartbeat', 'edgeCertExpiry'],
    appliesTo: hasControlPlane,
    // One for each, or one for all: a release that no longer exports them must not make thousands of alerts.
    expr: (c) => {
      const all = `count(${EDGE_CERTIFICATE_UNKNOWN}) > ${c.thresholds.edgeNodesTogether}`;
      return `${EDGE_CERTIFICATE_UNKNOWN} unless on () (${all})\nor ${all}`;
    },
    for: '30m',
    summary:
      'Nobody knows when the certificate of {{ if $labels.node_id }}edge node {{ $labels.node_id }} ends{{ else }}any of {{ $value }} edge nodes ends{{ end }}',
    description:
      'The control plane hears from {{ if $labels.node_id }}edge node {{ $labels.node_id }}{{ else }}{{ $value }} edge nodes{{ end }} but exports no end of the certificate. It would end without a warning.',
    missingData: 'fires',
    source: 'Guide, Certificate Status; a certificate that is not exported cannot be seen to end.',
  },
  ServerCertificateExpires30d: server('P3'),
  ServerCertificateExpires7d: server('P2'),
  ServerCertificateExpires1d: server('P1'),
  ServerCertificatesExpireTogether30d: serverTogether('P3'),
  ServerCertificatesExpireTogether7d: serverTogether('P2'),
  ServerCertificatesExpireTogether1d: serverTogether('P1'),
} as const satisfies Record<string, CatalogueEntry>;
