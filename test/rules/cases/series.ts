import type { MetricId } from '../../../lib/sovra/metrics';
import type { AlertCases, LabelSet, Names } from './types';

type Series = Record<string, string>;

const HISTOGRAMS: readonly MetricId[] = ['apiLatency', 'policyLatency', 'databaseLatency'];
/** What a running API always exports. */
export const ALWAYS: readonly MetricId[] = [
  'apiInFlight',
  'apiRequests',
  'apiLatency',
  'policyLatency',
  'auditLag',
  'auditQueue',
  'databaseLatency',
  'databaseConnectionsActive',
];

/** `name{a="b"}` of a target; the labels of the series come first. */
export function series(name: string, labels: LabelSet): string {
  return `${name}{${Object.entries(labels)
    .map(([k, v]) => `${k}="${v}"`)
    .join(',')}}`;
}

export const api = (pod = 'a') => ({ job: 'sovra-api', namespace: 'sovra', pod, instance: `${pod}:8080` });

/** The name by which an absent series is reported. */
export const reported = (m: Names, id: MetricId) => m(id);

const exported = (m: Names, id: MetricId) => (HISTOGRAMS.includes(id) ? `${m(id)}_count` : m(id));

/** An API that is up and exports all that it always does, except these. */
export function healthyApi(m: Names, without: readonly MetricId[] = [], values = '1x100'): Series {
  const there = ALWAYS.filter((id) => m.has(id) && !without.includes(id));
  return {
    [series('up', api())]: values,
    ...Object.fromEntries(there.map((id) => [series(exported(m, id), api()), values])),
  };
}

/** An API that is up and exports nothing. */
export const silentApi = (): Series => ({ [series('up', api())]: '1x100' });

/** What SovraMetricsMissing then reports. */
export const everythingMissing = (m: Names): LabelSet[] =>
  ALWAYS.filter((id) => m.has(id)).map((id) => ({ job: 'sovra-api', metric: m(id) }));

export const missingMetric = (id: MetricId) => (m: Names) => [{ job: 'sovra-api', metric: m(id) }];

/**
 * A histogram with three bounds around a threshold: `fast` of `total` observations a step lie below it, the others
 * between it and `above`.
 */
export function histogram(
  name: string,
  bounds: { threshold: number; above: number },
  values: { fast: string; total: string },
  labels: LabelSet = {},
  pod = 'a',
): Series {
  const bucket = (le: number | string) => series(`${name}_bucket`, { le: String(le), ...labels, ...api(pod) });
  return {
    [bucket(bounds.threshold)]: values.fast,
    [bucket(bounds.above)]: values.total,
    [bucket('+Inf')]: values.total,
    [series(`${name}_count`, { ...labels, ...api(pod) })]: values.total,
  };
}

/** Labels of the n-th Vault pod of edge-1, as an alert carries them. */
export const vaultPod = (n: number) => ({
  edge_node: 'edge-1',
  namespace: 'sovra-edge',
  pod: `vault-${n}`,
  instance: `vault-${n}`,
});
export const ofPod = (n: number) => ({ edge_node: 'edge-1', namespace: 'sovra-edge', pod: `vault-${n}` });
export const probe = (n: number) => ({ job: 'vault-health', ...vaultPod(n) });
export const vault = (n: number) => ({ job: 'vault', ...vaultPod(n) });
/** Labels of a Vault of edge-2, which is elsewhere. */
export const remote = (host: string) => ({
  edge_node: 'edge-2',
  instance: `https://${host}.example.com/v1/sys/health`,
});
export const remoteProbe = (host: string) => ({ job: 'edge-probe', ...remote(host) });

/** Statuses of the three probes of edge-1. */
export function statuses(values: readonly [string, string, string]): Series {
  return Object.fromEntries(values.map((v, n) => [series('probe_http_status_code', probe(n)), v]));
}

/** Every Vault target that should be there, except those of these jobs. */
export function vaultTargets(without: readonly string[] = [], values = '1x100'): Series {
  const all = [...[0, 1, 2].flatMap((n) => [vault(n), probe(n)]), remoteProbe('a'), remoteProbe('b')];
  return Object.fromEntries(
    all.filter((t) => !without.includes(t.job)).map((labels) => [series('up', labels), values]),
  );
}

type Histogram = (m: Names, values: { fast: string; total: string }, pod?: string) => Series;

/** The cases of an alert on the 95th percentile, for a histogram whose `fast` observations meet the threshold. */
export function slowCases(of: Histogram): Pick<AlertCases, 'fires' | 'silent' | 'resolves'> {
  const both = (m: Names, a: { fast: string; total: string }, b = a) => ({ ...of(m, a), ...of(m, b, 'b') });
  return {
    fires: [
      {
        what: '94.9 % are fast enough',
        series: (m) => of(m, { fast: '0+949x80', total: '0+1000x80' }),
        after: '10m15s',
      },
      {
        what: 'one of two replicas is slow',
        series: (m) => both(m, { fast: '0+1000x80', total: '0+1000x80' }, { fast: '0x80', total: '0+1000x80' }),
        after: '10m15s',
      },
      {
        what: 'just enough to judge by, over both replicas',
        series: (m) => both(m, { fast: '0x100', total: '0+0.755x100' }),
        after: '15m',
      },
    ],
    silent: [
      {
        what: '95 % are fast enough',
        series: (m) => of(m, { fast: '0+950x80', total: '0+1000x80' }),
        until: '18m',
      },
      {
        what: 'not quite enough to judge by',
        series: (m) => both(m, { fast: '0x100', total: '0+0.745x100' }),
        until: '22m',
      },
    ],
    resolves: {
      what: 'fast again',
      series: (m) => of(m, { fast: '0+949x50 48450+1000x40', total: '0+1000x90' }),
      firing: '12m30s',
      resolved: '13m30s',
    },
  };
}
