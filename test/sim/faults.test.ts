import { METRIC_DIALECTS, type MetricDialect, type MetricId, metricName } from '../../lib/sovra/metrics';
import { FAULT_NAMES, FAULTS, type Fault, type FaultName, type Where } from './faults';
import { SimulatedSovra } from './sovra';
import { differences, ManualClock, type Observation, observe } from './testing/snapshot';

interface Effect {
  /** Where the fault is injected. */
  readonly target?: Where;
  /** Each of these, and nothing else, differs from a healthy simulation: an endpoint, a path of one, or metrics of one. */
  readonly changes: readonly (string | { readonly at: string; readonly metric: MetricId })[];
}

const BOTH_APIS = ['api 0', 'api 1'];
const EDGE = { node: 'edge-1' };
const REMOTE = { node: 'edge-2' };

function metrics(at: readonly string[], ...ids: MetricId[]): Effect['changes'] {
  return at.flatMap((endpoint) => ids.map((metric) => ({ at: endpoint, metric })));
}

const EFFECTS: Readonly<Record<FaultName, Effect>> = {
  'api-down': { changes: BOTH_APIS },
  'api-replica-down': { target: { pod: 1 }, changes: ['api 1'] },
  'api-erroring': { changes: metrics(BOTH_APIS, 'apiRequests', 'apiErrors') },
  'api-slow': { changes: metrics(BOTH_APIS, 'apiLatency', 'apiInFlight') },
  'auth-failing': { changes: metrics(BOTH_APIS, 'authAttempts') },
  'auth-guessed': { changes: metrics(BOTH_APIS, 'authAttempts') },
  'vault-sealed': {
    target: { ...EDGE, pod: 1 },
    changes: ['vault edge-1 1 /v1/sys/health', ...metrics(['vault edge-1 1'], 'vaultUnsealed', 'vaultAllocBytes')],
  },
  'vault-uninitialised': {
    target: { ...EDGE, pod: 2 },
    changes: ['vault edge-1 2 /v1/sys/health', ...metrics(['vault edge-1 2'], 'vaultUnsealed', 'vaultAllocBytes')],
  },
  'vault-silent': { target: { ...EDGE, pod: 1 }, changes: ['vault edge-1 1'] },
  'vault-leaderless': { target: EDGE, changes: ['vault edge-1 0 /v1/sys/health'] },
  'heartbeat-late': { target: REMOTE, changes: metrics(BOTH_APIS, 'edgeHeartbeat', 'edgeNodes') },
  'heartbeat-lost': { target: REMOTE, changes: metrics(BOTH_APIS, 'edgeHeartbeat', 'edgeNodes') },
  'heartbeat-missing': { target: REMOTE, changes: metrics(BOTH_APIS, 'edgeHeartbeat', 'edgeCertExpiry', 'edgeNodes') },
  'edge-cert-expiring': { target: REMOTE, changes: metrics(BOTH_APIS, 'edgeCertExpiry') },
  'fleet-certs-expiring': { changes: metrics(BOTH_APIS, 'edgeCertExpiry') },
  'audit-late': { changes: metrics(BOTH_APIS, 'auditLag') },
  'audit-queue-growing': { changes: metrics(BOTH_APIS, 'auditQueue') },
  'federation-down': {
    target: { partner: 'acme' },
    changes: metrics(BOTH_APIS, 'federationLinks', 'federationErrors'),
  },
  'policy-slow': { changes: metrics(BOTH_APIS, 'policyLatency') },
  'policy-errors': { changes: metrics(BOTH_APIS, 'policyEvaluations') },
  'database-down': {
    changes: metrics(
      ['postgres-exporter 0'],
      ...(['pgUp', 'pgConnections', 'pgMaxConnections', 'pgDatabaseSize'] as const),
      ...(['pgArchived', 'pgArchiveFailures', 'pgArchiveAge'] as const),
    ),
  },
  'database-exporter-down': { changes: ['postgres-exporter 0'] },
  'database-slow': { changes: metrics(BOTH_APIS, 'databaseLatency') },
  'connections-exhausted': { changes: metrics(['postgres-exporter 0'], 'pgConnections') },
  'volume-filling': { changes: metrics(['kubelet 0'], 'volumeAvailable') },
  'opa-down': { target: { ...EDGE, pod: 0 }, changes: ['opa edge-1 0', 'opa-health edge-1 0'] },
};

/** The fault as a string, since its type is that of all faults at once. */
type Untyped = {
  inject(name: FaultName, target: Where): Promise<void>;
  cure(name: FaultName, target: Where): Promise<void>;
};

function visible(dialect: MetricDialect): FaultName[] {
  return FAULT_NAMES.filter((name) => ((FAULTS[name] as Fault).dialects ?? [dialect]).includes(dialect));
}

/** Whether a difference is one that the effect tells of. */
function matches(difference: string, change: Effect['changes'][number], dialect: MetricDialect): boolean {
  if (typeof change === 'string') return difference === change;
  const name = metricName(change.metric, dialect);
  return (
    name !== null &&
    ['{', '_bucket{', '_sum{', '_count{'].some((end) => difference.startsWith(`${change.at} ${name}${end}`))
  );
}

/** What has been counted in between; a gauge counts nothing, and so does a series that is not there. */
function increments(before: Map<string, Observation>, after: Map<string, Observation>): Map<string, number> {
  const counters = [...after].filter(([, o]) => o.counts);
  return new Map(counters.map(([key, o]) => [key, Number(o.value) - Number(before.get(key)?.value ?? 0)]));
}

const gauges = (all: Map<string, Observation>) => new Map([...all].filter(([, o]) => !o.counts));

describe.each(METRIC_DIALECTS)('in the dialect %s', (dialect) => {
  const clock = new ManualClock();
  const options = { dialect, clock: clock.read, remoteEdgeNodes: ['edge-2'], federationPartners: ['acme', 'globex'] };
  let healthy: SimulatedSovra;
  let faulty: SimulatedSovra;

  beforeAll(async () => {
    healthy = await SimulatedSovra.start(options);
    faulty = await SimulatedSovra.start(options);
    clock.advance(100);
  });
  afterAll(() => Promise.all([healthy.stop(), faulty.stop()]));

  // A new simulation would do as well, but certificates take a while to make; what is left of a fault is its counters.
  it.each(visible(dialect))('%s changes what it says and nothing else, and cures', async (name) => {
    const { target = {}, changes } = EFFECTS[name];
    const expected = changes.filter((c) => typeof c === 'string' || metricName(c.metric, dialect) !== null);
    const left = new Set(differences(await observe(healthy), await observe(faulty)));

    await (faulty as Untyped).inject(name, target);
    clock.advance(120);
    const changed = differences(await observe(healthy), await observe(faulty));
    expect(changed.filter((d) => !left.has(d) && !expected.some((c) => matches(d, c, dialect)))).toEqual([]);
    expect(expected.filter((c) => !changed.some((d) => matches(d, c, dialect)))).toEqual([]);

    await (faulty as Untyped).cure(name, target);
    clock.advance(60);
    const cured = [await observe(healthy), await observe(faulty)] as const;
    expect(gauges(cured[1])).toEqual(gauges(cured[0]));
    clock.advance(60);
    const later = [increments(cured[0], await observe(healthy)), increments(cured[1], await observe(faulty))] as const;
    const uneven = [...later[1]].filter(([key, count]) => Math.abs(count - (later[0].get(key) ?? 0)) > 1.001);
    expect(uneven).toEqual([]);
  });

  it('is fully told by the table', () => {
    expect(Object.keys(EFFECTS)).toEqual(FAULT_NAMES);
  });
});
