import type { CERTIFICATE_ALERTS } from '../../../lib/rules/alerts/certificates';
import type { EDGE_ALERTS } from '../../../lib/rules/alerts/edge';
import { EDGE_NODE_EXPECTED } from '../../../lib/rules/recordings';
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

/** Many nodes of one age, described or not. */
const fleet = (m: Names, count: number, values: string, from = 100) =>
  Object.assign({}, ...Array.from({ length: count }, (_, i) => age(m, from + i, values))) as Record<string, string>;
const others = (count: number) => Array.from({ length: count }, (_, i) => node(100 + i));
/** Described by somebody, and not heard of. */
const expected = (count: number) =>
  Object.fromEntries(others(count).map((labels) => [series(EDGE_NODE_EXPECTED, labels), '1x100']));
const described = (count: number) => ({
  edgeNodes: Array.from({ length: count }, (_, i) => ({ id: `edge-${100 + i}` })),
});
export const EDGE_CASES = {
  EdgeNodesSilentTogether: {
    level: 'P0',
    sovra: described(30),
    fires: [
      {
        what: '26 of them late',
        series: (m) => ({ ...silentApi(), ...fleet(m, 4, '5x100', 126), ...fleet(m, 26, '61x100') }),
        after: '2m',
        alerts: [{}],
      },
      {
        what: '13 late, 13 unknown',
        series: (m) => ({ ...silentApi(), ...fleet(m, 4, '5x100', 126), ...fleet(m, 13, '61x100') }),
        after: '2m',
        alerts: [{}],
      },
    ],
    silent: [
      {
        what: '25 of them late',
        series: (m) => ({ ...silentApi(), ...fleet(m, 5, '5x100', 125), ...fleet(m, 25, '61x100') }),
        until: '20m',
      },
      {
        what: 'the API is down: that is another alert',
        series: () => ({ [series('up', api())]: '0x100' }),
        until: '20m',
      },
    ],
    resolves: {
      what: 'they are heard again',
      series: (m) => ({ ...silentApi(), ...fleet(m, 30, '90x20 5x40') }),
      firing: '5m',
      resolved: '5m15s',
      alerts: [{}],
    },
    missing: { what: 'up, without any heartbeat', series: silentApi, after: '2m', alerts: [{}] },
  },
  EdgeHeartbeatLate: {
    level: 'P2',
    fires: [
      { what: '61 s old', series: (m) => age(m, 1, '61x20'), after: '2m', alerts: [node(1)] },
      { what: '25 at once: each is told', series: (m) => fleet(m, 25, '61x20'), after: '2m', alerts: others(25) },
    ],
    silent: [
      { what: '60 s old', series: (m) => age(m, 1, '60x40'), until: '8m' },
      { what: '26 at once: one alert speaks for all', series: (m) => fleet(m, 26, '61x40'), until: '8m' },
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
    fires: [
      { what: '301 s old', series: (m) => age(m, 1, '301x20'), after: '1m', alerts: [node(1)] },
      {
        what: '25 at once, and one that does not count: each is told',
        series: (m) => ({ ...fleet(m, 25, '301x20'), ...age(m, 1, '300x20') }),
        after: '1m',
        alerts: others(25),
      },
    ],
    silent: [
      { what: '300 s old', series: (m) => age(m, 1, '300x40'), until: '8m' },
      { what: '26 at once: one alert speaks for all', series: (m) => fleet(m, 26, '301x40'), until: '8m' },
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
    fires: [
      { what: 'two of three report', series: withoutThird, after: '5m', alerts: [node(3)] },
      {
        what: 'of 28, three report: each is told',
        series: (m) => ({ ...allNodes(m), ...expected(25) }),
        after: '5m',
        alerts: others(25),
      },
    ],
    silent: [
      {
        what: 'of 29, three report: one alert speaks for all',
        series: (m) => ({ ...allNodes(m), ...expected(26) }),
        until: '20m',
      },
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

/** Certificates of many nodes. */
const many = (count: number, values: string, pod = 'a', from = 100) =>
  Object.assign({}, ...Array.from({ length: count }, (_, i) => ends(from + i, values, pod))) as Record<string, string>;

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
      {
        what: '25 at once, and one that does not count: each is told',
        series: () => ({ ...many(25, `${days * DAY - 1}x100`), ...ends(1, `${days * DAY}x100`) }),
        after,
        alerts: Array.from({ length: 25 }, (_, i) => node(100 + i)),
      },
    ],
    silent: [
      { what: `${days} d`, series: () => ends(1, `${days * DAY}x100`), until: '1h' },
      {
        what: '26 at once, as one replica knows: one alert speaks for all',
        series: () => ({ ...many(26, `${days * DAY - 1}x100`), ...many(26, `${90 * DAY}x100`, 'b') }),
        until: '1h',
      },
    ],
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

/** So many at once that one alert speaks for all of them. */
const edgesTogether = (level: 'P1' | 'P2' | 'P3', days: number) =>
  ({
    level,
    step: '1m',
    fires: [
      {
        what: `26 of 30 end in less than ${days} d, as one replica knows`,
        series: () => ({
          ...many(26, `${days * DAY - 1}x60`),
          ...many(26, `${90 * DAY}x60`, 'b'),
          ...many(4, `${90 * DAY}x60`, 'a', 200),
        }),
        after: '2m',
      },
    ],
    silent: [
      {
        what: `25 do, and 5 in ${days} d`,
        series: () => ({ ...many(25, `${days * DAY - 1}x60`), ...many(5, `${days * DAY}x60`, 'a', 200) }),
        until: '30m',
      },
    ],
    resolves: {
      what: 'they were renewed',
      series: () => many(26, `1000x10 ${90 * DAY}x20`),
      firing: '10m',
      resolved: '11m',
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

/** Labels of a Vault of an edge node, as an alert carries them. */
const vaultOf = (n: number, i: number) => ({ edge_node: `e${n}`, instance: `https://v${i}.e${n}.example.com` });

/** So many Vaults in each of so many edge nodes. */
const vaults = (nodes: number, each: number, values: string, from = 100) =>
  Object.assign(
    {},
    ...Array.from({ length: nodes * each }, (_, i) => {
      return presented(values, { ...vaultOf(from + Math.floor(i / each), i % each), job: 'edge-probe' });
    }),
  ) as Record<string, string>;

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
      {
        what: 'of 25 edge nodes at once, and one that does not count: each is told',
        series: () => ({ ...vaults(25, 1, `${days * DAY - 1}x100`), ...vaults(1, 1, `${days * DAY + 3600}x100`, 200) }),
        after,
        alerts: Array.from({ length: 25 }, (_, i) => vaultOf(100 + i, 0)),
      },
    ],
    silent: [
      { what: `${days} d at the last look`, series: () => presented(`${days * DAY + 3600}x100`), until: '1h' },
      {
        what: 'of 26 edge nodes at once: one alert speaks for all',
        series: () => vaults(26, 2, `${days * DAY - 1}x100`),
        until: '50m',
      },
    ],
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

const serversTogether = (level: 'P1' | 'P2' | 'P3', days: number) =>
  ({
    level,
    step: '1m',
    fires: [
      {
        what: `one of two Vaults in each of 26 edge nodes, in less than ${days} d`,
        series: () => ({
          ...vaults(26, 2, `${90 * DAY}x60`),
          ...vaults(26, 1, `${days * DAY - 1}x60`),
        }),
        after: '2m',
      },
    ],
    silent: [
      {
        what: 'three Vaults in each of 25 edge nodes',
        series: () => ({ ...vaults(25, 3, `${days * DAY - 1}x60`), ...vaults(5, 3, `${days * DAY + 3600}x60`, 200) }),
        until: '30m',
      },
    ],
    resolves: {
      what: 'they were renewed',
      series: () => vaults(26, 1, `1000x10 ${90 * DAY}x20`),
      firing: '10m',
      resolved: '11m',
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
  EdgeCertificatesExpireTogether30d: edgesTogether('P3', 30),
  EdgeCertificatesExpireTogether7d: edgesTogether('P2', 7),
  EdgeCertificatesExpireTogether1d: edgesTogether('P1', 1),
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
      {
        what: '25 are not: each is told',
        series: (m) => fleet(m, 25, '5x60'),
        after: '30m',
        alerts: Array.from({ length: 25 }, (_, i) => node(100 + i)),
      },
      { what: '26 are not: one alert speaks for all', series: (m) => fleet(m, 26, '5x60'), after: '30m', alerts: [{}] },
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
  ServerCertificatesExpireTogether30d: serversTogether('P3', 30),
  ServerCertificatesExpireTogether7d: serversTogether('P2', 7),
  ServerCertificatesExpireTogether1d: serversTogether('P1', 1),
} satisfies Record<keyof typeof CERTIFICATE_ALERTS, AlertCases>;
