import type { CERTIFICATE_ALERTS } from '../../../lib/rules/alerts/certificates';
import type { EDGE_ALERTS } from '../../../lib/rules/alerts/edge';
import { api, probe, remote, remoteProbe, series, silentApi, vaultPod } from './series';
import type { AlertCases, Names } from './types';

const node = (n: number) => ({ node_id: `edge-${n}` });
const age = (m: Names, n: number, values: string, pod = 'a') => ({
  [series(m('edgeHeartbeat'), { ...node(n), ...api(pod) })]: values,
});
const ends = (n: number, values: string, pod = 'a') => ({
  [series('sovra_edge_cert_expiry_seconds', { ...node(n), ...api(pod) })]: values,
});
const allNodes = (m: Names, values = '5x100') => ({
  ...silentApi(),
  ...age(m, 1, values),
  ...age(m, 2, values),
  ...age(m, 3, values),
});
/** Two of the three described nodes report. */
const withoutThird = (m: Names) => ({ ...silentApi(), ...age(m, 1, '5x100'), ...age(m, 2, '5x100') });

export const EDGE_CASES = {
  EdgeHeartbeatLate: {
    level: 'P2',
    fires: [{ what: '61 s old', series: (m) => age(m, 1, '61x20'), after: '2m', alerts: [node(1)] }],
    silent: [
      { what: '60 s old', series: (m) => age(m, 1, '60x40'), until: '8m' },
      {
        what: 'one replica has not heard, the other has',
        series: (m) => ({ ...age(m, 1, '500x40', 'a'), ...age(m, 1, '5x40', 'b') }),
        until: '8m',
      },
    ],
    resolves: {
      what: 'heard again',
      series: (m) => age(m, 1, '90x12 5x20'),
      firing: '3m',
      resolved: '3m15s',
      alerts: [node(1)],
    },
    missing: { what: 'a described node has no series', series: withoutThird, after: '5m', alerts: [node(3)] },
  },
  EdgeHeartbeatLost: {
    level: 'P1',
    fires: [{ what: '301 s old', series: (m) => age(m, 1, '301x20'), after: '1m', alerts: [node(1)] }],
    silent: [
      { what: '300 s old', series: (m) => age(m, 1, '300x40'), until: '8m' },
      {
        what: 'one replica has not heard, the other has',
        series: (m) => ({ ...age(m, 1, '500x40', 'a'), ...age(m, 1, '5x40', 'b') }),
        until: '8m',
      },
    ],
    resolves: {
      what: 'heard again',
      series: (m) => age(m, 1, '900x12 5x20'),
      firing: '3m',
      resolved: '3m15s',
      alerts: [node(1)],
    },
    missing: { what: 'a described node has no series', series: withoutThird, after: '5m', alerts: [node(3)] },
  },
  EdgeNodeMissing: {
    level: 'P1',
    fires: [{ what: 'two of three report', series: withoutThird, after: '5m', alerts: [node(3)] }],
    silent: [
      { what: 'all report, one of them late', series: (m) => allNodes(m, '500x100'), until: '20m' },
      {
        what: 'the API is down: that is another alert',
        series: () => ({ [series('up', api())]: '0x100' }),
        until: '20m',
      },
    ],
    resolves: {
      what: 'it registers',
      series: (m) => ({ ...withoutThird(m), ...age(m, 3, '_x24 5x40') }),
      firing: '5m45s',
      resolved: '6m15s',
      alerts: [node(3)],
    },
    missing: {
      what: 'up, without any heartbeat',
      series: silentApi,
      after: '5m',
      alerts: [node(1), node(2), node(3)],
    },
  },
} satisfies Record<keyof typeof EDGE_ALERTS, AlertCases>;

const DAY = 86_400;

/** The control plane reports seconds that are left. */
const edge = (level: 'P1' | 'P2' | 'P3', days: number, after: string) =>
  ({
    level,
    step: '1m',
    fires: [
      {
        what: `a second less than ${days} d, as one replica knows`,
        series: () => ({ ...ends(1, `${days * DAY - 1}x100`), ...ends(1, `${days * DAY + 9}x100`, 'b') }),
        after,
        alerts: [node(1)],
      },
      { what: 'it has ended', series: () => ends(1, '-5x100'), after, alerts: [node(1)] },
    ],
    silent: [{ what: `${days} d`, series: () => ends(1, `${days * DAY}x100`), until: '1h' }],
    resolves: {
      what: 'it was renewed',
      series: () => ends(1, `1000x30 ${90 * DAY}x30`),
      firing: '30m',
      resolved: '31m',
      alerts: [node(1)],
    },
    missing: {
      what: 'the node is heard from, its certificate is not exported',
      series: (m) => age(m, 1, '5x100'),
      after: '30m',
      alerts: [node(1)],
    },
  }) satisfies AlertCases;

const presented = (values: string, labels: Record<string, string> = probe(0)) => ({
  [series('probe_ssl_earliest_cert_expiry', labels)]: values,
});

/** The probe reports a point in time; the tests begin at 0. */
const server = (level: 'P1' | 'P2' | 'P3', days: number, after: string) =>
  ({
    level,
    step: '1m',
    fires: [
      {
        what: `a second less than ${days} d`,
        series: () => presented(`${days * DAY - 1}x100`),
        after,
        alerts: [vaultPod(0)],
      },
      {
        what: 'of a Vault elsewhere',
        series: () => presented(`${days * DAY - 1}x100`, remoteProbe('a')),
        after,
        alerts: [remote('a')],
      },
    ],
    silent: [{ what: `${days} d at the last look`, series: () => presented(`${days * DAY + 3600}x100`), until: '1h' }],
    resolves: {
      what: 'it was renewed',
      series: () => presented(`1000x30 ${90 * DAY}x30`),
      firing: '30m',
      resolved: '31m',
      alerts: [vaultPod(0)],
    },
    missing: {
      what: 'no certificate was seen, since the handshake failed',
      series: () => ({
        [series('probe_success', probe(0))]: '0x30',
        [series('probe_http_status_code', probe(0))]: '0x30',
      }),
      after: '3m',
      alerts: [vaultPod(0)],
    },
  }) satisfies AlertCases;

export const CERTIFICATE_CASES = {
  EdgeCertificateExpires30d: edge('P3', 30, '15m'),
  EdgeCertificateExpires7d: edge('P2', 7, '15m'),
  EdgeCertificateExpires1d: edge('P1', 1, '5m'),
  EdgeCertificateUnknown: {
    level: 'P3',
    step: '1m',
    fires: [
      {
        what: 'one of two certificates is not exported',
        series: (m) => ({ ...age(m, 1, '5x60'), ...age(m, 2, '5x60'), ...ends(1, '9999999x60') }),
        after: '30m',
        alerts: [node(2)],
      },
    ],
    silent: [
      { what: 'exported', series: (m) => ({ ...age(m, 1, '5x60'), ...ends(1, '9999999x60') }), until: '1h' },
      { what: 'the node itself is missing', series: () => ({}), until: '1h' },
    ],
    resolves: {
      what: 'exported after all',
      series: (m) => ({ ...age(m, 1, '5x60'), ...ends(1, '_x40 9999999x20') }),
      firing: '39m',
      resolved: '41m',
      alerts: [node(1)],
    },
    missing: { what: 'not exported', series: (m) => age(m, 1, '5x60'), after: '30m', alerts: [node(1)] },
  },
  ServerCertificateExpires30d: server('P3', 30, '15m'),
  ServerCertificateExpires7d: server('P2', 7, '15m'),
  ServerCertificateExpires1d: server('P1', 1, '5m'),
} satisfies Record<keyof typeof CERTIFICATE_ALERTS, AlertCases>;
