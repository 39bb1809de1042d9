import type { VAULT_ALERTS } from '../../../lib/rules/alerts/vault';
import { ofPod, probe, remote, remoteProbe, series, statuses, vault, vaultPod, vaultTargets } from './series';
import type { AlertCases, Fires, Missing } from './types';

type Series = Record<string, string>;

const here = { edge_node: 'edge-1', job: 'vault-health' };
const elsewhere = { edge_node: 'edge-2', job: 'edge-probe' };
const status = (values: string) => ({ [series('probe_http_status_code', probe(0))]: values });
const succeeds = (values: Record<number, string>) =>
  Object.fromEntries(Object.entries(values).map(([n, v]) => [series('probe_success', probe(Number(n))), v]));
const bytes = (values: string) => ({ [series('vault_runtime_alloc_bytes', vault(0))]: values });

/** No probe of edge-1 is known, everything else is. */
const notProbed: Missing = {
  what: 'the Vault pods are not probed',
  series: () => vaultTargets(['vault-health']),
  after: '5m',
  alerts: [here],
};

/** Edge nodes elsewhere, each with one Vault that is probed; what a test says of them goes by their number. */
const FLEET = 30;
const fleetUrl = (n: number) => `https://v${n}.example.com/v1/sys/health`;
const ofFleet = (n: number) => ({ edge_node: `edge-${n + 100}`, instance: fleetUrl(n) });
const fleetTarget = (n: number) => ({ job: 'edge-probe', ...ofFleet(n) });
const fleet = {
  edgeNodes: Array.from({ length: FLEET }, (_, n) => ({ id: `edge-${n + 100}`, healthUrls: [fleetUrl(n)] })),
};

/** A fleet whose Vaults are all seen: the first `count` of them with this status, the others active. */
const fleetStatus = (count: number, values: string, success = values): Series =>
  Object.assign(
    {},
    ...Array.from({ length: FLEET }, (_, n) => ({
      [series('up', fleetTarget(n))]: '1x100',
      [series('probe_http_status_code', fleetTarget(n))]: n < count ? values : '200x100',
      [series('probe_success', fleetTarget(n))]: n < count ? success : '1x100',
    })),
  );

/** Only so many are discovered at all. */
const fleetSeen = (count: number): Series =>
  Object.fromEntries(
    Object.entries(fleetStatus(0, '')).filter(([name]) => Number(/edge-1(\d\d)"/.exec(name)?.[1]) < count),
  );

/** The trouble of a case, and others have one too: 26 edge nodes altogether. */
const spokenFor = (own: () => Series, targets = vaultTargets) => ({
  what: 'with those of 25 other edge nodes: one alert speaks for all',
  series: () => ({ ...fleetStatus(25, '0x100'), ...targets(), ...own() }),
  until: '20m',
});

/** The same with one fewer. Those of the others are of another kind. */
const toldBeside = (
  after: string,
  alerts: Fires['alerts'],
  own: () => Series,
  others: Series,
  targets = vaultTargets,
) => ({
  what: 'with those of 24 other edge nodes: each is told',
  series: () => ({ ...others, ...targets(), ...own() }),
  after,
  alerts,
});
const DOWN = fleetStatus(24, '0x100');
const SEALED = fleetStatus(24, '503x100', '0x100');

export const VAULT_CASES = {
  VaultsDownTogether: {
    level: 'P0',
    sovra: fleet,
    fires: [
      { what: '26 of them sealed', series: () => fleetStatus(26, '503x40', '0x40'), after: '2m', alerts: [{}] },
      { what: '26 do not answer', series: () => fleetStatus(26, '0x40'), after: '2m', alerts: [{}] },
      { what: '26 without a leader', series: () => fleetStatus(26, '429x40', '1x40'), after: '2m', alerts: [{}] },
      { what: '26 are not probed', series: () => fleetSeen(4), after: '2m', alerts: [{}] },
      {
        what: '20 sealed, 6 others not probed',
        series: () =>
          Object.fromEntries(
            Object.entries(fleetStatus(20, '503x40', '0x40')).filter(([name]) => !/edge-12[0-5]"/.test(name)),
          ),
        after: '2m',
        alerts: [{}],
      },
    ],
    silent: [
      { what: '25 of them sealed', series: () => fleetStatus(25, '503x100', '0x100'), until: '20m' },
      { what: '25 are not probed', series: () => fleetSeen(5), until: '20m' },
      { what: 'all are well', series: () => fleetStatus(0, ''), until: '20m' },
    ],
    resolves: {
      what: 'they were unsealed',
      series: () => fleetStatus(26, '503x20 200x40', '0x20 1x40'),
      firing: '5m',
      resolved: '5m15s',
      alerts: [{}],
    },
    missing: { what: 'none is probed', series: () => ({}), after: '2m', alerts: [{}] },
  },
  VaultLeaderless: {
    level: 'P0',
    fires: [
      {
        what: 'sealed, standby and gone',
        series: () => statuses(['503x20', '429x20', '0x20']),
        after: '1m',
        alerts: [here],
      },
      {
        what: 'elsewhere',
        series: () => ({
          [series('probe_http_status_code', remoteProbe('a'))]: '429x20',
          [series('probe_http_status_code', remoteProbe('b'))]: '503x20',
        }),
        after: '1m',
        alerts: [elsewhere],
      },
      {
        what: 'with those of 24 other edge nodes: each is told',
        series: () => ({ ...fleetStatus(24, '0x20'), ...vaultTargets(), ...statuses(['503x20', '429x20', '0x20']) }),
        after: '1m',
        alerts: [here, ...Array.from({ length: 24 }, (_, n) => ({ edge_node: `edge-${n + 100}`, job: 'edge-probe' }))],
      },
    ],
    silent: [
      { what: 'one is active', series: () => statuses(['200x20', '429x20', '429x20']), until: '5m' },
      {
        what: 'one is active, the others are sealed',
        series: () => statuses(['503x20', '503x20', '200x20']),
        until: '5m',
      },
      spokenFor(() => statuses(['503x100', '429x100', '0x100'])),
    ],
    resolves: {
      what: 'a leader is elected',
      series: () => statuses(['503x20', '429x8 200x12', '503x20']),
      firing: '2m',
      resolved: '2m15s',
      alerts: [here],
    },
    missing: notProbed,
  },
  VaultSealed: {
    level: 'P1',
    fires: [
      { what: '503', series: () => status('503x20'), after: '1m', alerts: [vaultPod(0)] },
      {
        what: '503 elsewhere',
        series: () => ({ [series('probe_http_status_code', remoteProbe('a'))]: '503x20' }),
        after: '1m',
        alerts: [remote('a')],
      },
      toldBeside('1m', [vaultPod(0)], () => ({ ...status('503x20'), ...succeeds({ 0: '0x20' }) }), DOWN),
    ],
    silent: [
      { what: 'active, standby, not initialised', series: () => statuses(['200x20', '429x20', '501x20']), until: '5m' },
      { what: 'no answer', series: () => statuses(['0x20', '0x20', '500x20']), until: '5m' },
      {
        what: 'its own gauge contradicts itself after unsealing',
        series: () => ({
          ...status('200x20'),
          [series('vault_core_unsealed', vault(0))]: '0x20',
          [series('vault_core_unsealed', { cluster: 'vault-cluster-1', ...vault(0) })]: '1x20',
        }),
        until: '5m',
      },
      spokenFor(() => ({ ...status('503x100'), ...succeeds({ 0: '0x100' }) })),
    ],
    resolves: {
      what: 'unsealed',
      series: () => status('503x8 429x20'),
      firing: '2m',
      resolved: '2m15s',
      alerts: [vaultPod(0)],
    },
    missing: notProbed,
  },
  VaultNotInitialised: {
    level: 'P1',
    fires: [
      { what: '501', series: () => status('501x40'), after: '5m', alerts: [vaultPod(0)] },
      toldBeside('5m', [vaultPod(0)], () => ({ ...status('501x40'), ...succeeds({ 0: '0x40' }) }), DOWN),
    ],
    silent: [
      { what: 'active, standby, sealed', series: () => statuses(['200x60', '429x60', '503x60']), until: '12m' },
      spokenFor(() => ({ ...status('501x100'), ...succeeds({ 0: '0x100' }) })),
    ],
    resolves: {
      what: 'joined',
      series: () => status('501x24 429x20'),
      firing: '6m',
      resolved: '6m15s',
      alerts: [vaultPod(0)],
    },
    missing: notProbed,
  },
  VaultDown: {
    level: 'P2',
    fires: [
      {
        what: 'no answer',
        series: () => ({ ...succeeds({ 0: '0x30' }), ...status('0x30') }),
        after: '3m',
        alerts: [vaultPod(0)],
      },
      {
        what: 'an answer that makes no sense',
        series: () => ({ ...succeeds({ 0: '0x30' }), ...status('500x30') }),
        after: '3m',
        alerts: [vaultPod(0)],
      },
      toldBeside('3m', [vaultPod(0)], () => ({ ...succeeds({ 0: '0x30' }), ...status('0x30') }), SEALED),
    ],
    silent: [
      { what: 'sealed', series: () => ({ ...succeeds({ 0: '0x40' }), ...status('503x40') }), until: '10m' },
      { what: 'not initialised', series: () => ({ ...succeeds({ 0: '0x40' }), ...status('501x40') }), until: '10m' },
      { what: 'standby', series: () => ({ ...succeeds({ 0: '1x40' }), ...status('429x40') }), until: '10m' },
      spokenFor(() => ({ ...succeeds({ 0: '0x100' }), ...status('0x100') })),
    ],
    resolves: {
      what: 'it answers again',
      series: () => ({ ...succeeds({ 0: '0x16 1x20' }), ...status('0x16 429x20') }),
      firing: '4m',
      resolved: '4m15s',
      alerts: [vaultPod(0)],
    },
    missing: notProbed,
  },
  VaultPeerLost: {
    level: 'P1',
    fires: [
      {
        what: 'two of three are well',
        series: () => succeeds({ 0: '1x60', 1: '1x60', 2: '0x60' }),
        after: '10m',
        alerts: [here],
      },
      { what: 'there are only two', series: () => succeeds({ 0: '1x60', 1: '1x60' }), after: '10m', alerts: [here] },
      {
        what: 'one of two elsewhere',
        series: () => ({
          [series('probe_success', remoteProbe('a'))]: '1x60',
          [series('probe_success', remoteProbe('b'))]: '0x60',
        }),
        after: '10m',
        alerts: [elsewhere],
      },
      toldBeside('10m', [here], () => succeeds({ 0: '1x60', 1: '1x60', 2: '0x60' }), DOWN),
    ],
    silent: [
      { what: 'three of three', series: () => succeeds({ 0: '1x80', 1: '1x80', 2: '1x80' }), until: '18m' },
      spokenFor(() => succeeds({ 0: '1x100', 1: '1x100', 2: '0x100' })),
    ],
    resolves: {
      what: 'the third is back',
      series: () => succeeds({ 0: '1x80', 1: '1x80', 2: '0x48 1x20' }),
      firing: '12m',
      resolved: '12m15s',
      alerts: [here],
    },
    missing: notProbed,
  },
  VaultTargetMissing: {
    level: 'P1',
    fires: [
      {
        what: 'two probes for three replicas',
        series: () => ({
          ...vaultTargets(['vault-health']),
          [series('up', probe(0))]: '1x40',
          [series('up', probe(1))]: '1x40',
        }),
        after: '5m',
        alerts: [here],
      },
      toldBeside(
        '5m',
        [here],
        () => ({}),
        DOWN,
        () => vaultTargets(['vault-health']),
      ),
    ],
    silent: [
      { what: 'all there, though none can be scraped', series: () => vaultTargets([], '0x60'), until: '12m' },
      spokenFor(
        () => ({}),
        () => vaultTargets(['vault-health']),
      ),
    ],
    resolves: {
      what: 'the third is discovered',
      series: () => ({ ...vaultTargets(), [series('up', probe(2))]: '_x24 1x40' }),
      firing: '5m45s',
      resolved: '6m15s',
      alerts: [here],
    },
    missing: {
      what: 'no target at all',
      series: () => ({}),
      after: '5m',
      alerts: [here, { edge_node: 'edge-1', job: 'vault' }, elsewhere],
    },
  },
  VaultMetricsMissing: {
    level: 'P3',
    fires: [
      {
        what: 'two are well, one of them exports nothing',
        series: () => ({ ...succeeds({ 0: '1x80', 1: '1x80' }), ...bytes('1000x80') }),
        after: '15m',
        alerts: [ofPod(1)],
      },
    ],
    silent: [
      {
        what: 'well, and exports',
        series: () => ({ ...succeeds({ 0: '1x120' }), ...bytes('1000x120') }),
        until: '25m',
      },
      { what: 'not well', series: () => succeeds({ 0: '0x120' }), until: '25m' },
    ],
    resolves: {
      what: 'exports again',
      series: () => ({ ...succeeds({ 0: '1x120' }), ...bytes('_x80 1000x40') }),
      firing: '19m45s',
      resolved: '20m15s',
      alerts: [ofPod(0)],
    },
    missing: {
      what: 'well, and exports nothing',
      series: () => succeeds({ 0: '1x80' }),
      after: '15m',
      alerts: [ofPod(0)],
    },
  },
  VaultMemoryGrowing: {
    level: 'P3',
    step: '5m',
    fires: [
      {
        what: 'a little more than double',
        series: () => bytes('300000000x288 610000000x40'),
        after: '26h',
        alerts: [ofPod(0)],
      },
      {
        what: 'just above the floor',
        series: () => bytes('100000000x288 540000000x40'),
        after: '26h',
        alerts: [ofPod(0)],
      },
    ],
    silent: [
      { what: 'a little less than double', series: () => bytes('300000000x288 590000000x60'), until: '28h' },
      { what: 'far more, but below the floor', series: () => bytes('100000000x288 530000000x60'), until: '28h' },
      { what: 'no day to compare with', series: () => bytes('900000000x200'), until: '16h' },
    ],
    resolves: {
      what: 'back to normal',
      series: () => bytes('300000000x288 700000000x36 300000000x40'),
      firing: '27h',
      resolved: '28h',
      alerts: [ofPod(0)],
    },
    missing: {
      what: 'well, and exports nothing',
      series: () => succeeds({ 0: '1x80' }),
      after: '15m',
      alerts: [ofPod(0)],
    },
  },
} satisfies Record<keyof typeof VAULT_ALERTS, AlertCases>;
