import { type MetricId, metricName } from '../../sovra/metrics';
import { type AlertContext, anyOf, type CatalogueEntry, hasControlPlane, slowP95 } from '../context';

/**
 * Series that a running API always exports, by which a wrong dialect or a silent exporter is noticed. Those with labels
 * appear with the first request; the guide's health check sends one every five minutes.
 */
const ALWAYS_EXPORTED: readonly MetricId[] = [
  'apiInFlight',
  'apiRequests',
  'apiLatency',
  'policyLatency',
  'auditLag',
  'auditQueue',
  'databaseLatency',
  'databaseConnectionsActive',
];
const HISTOGRAMS: readonly MetricId[] = ['apiLatency', 'policyLatency', 'databaseLatency'];

function missingSeries(c: AlertContext): string {
  return ALWAYS_EXPORTED.flatMap((id) => {
    const name = metricName(id, c.sovra.dialect);
    if (name === null) return [];
    const series = HISTOGRAMS.includes(id) ? `${name}_count` : name;
    return [`label_replace(absent(${series}{job="sovra-api"}), "metric", "${name}", "", "")`];
  }).join('\nor ');
}

/** Attempts to sign in per second, all of them or those that did not succeed. */
function attempts(c: AlertContext, which: 'all' | 'failed', range = '[5m]'): string {
  const failed = which === 'failed' ? `,result!~"${anyOf(c.thresholds.authSuccessResults)}"` : '';
  return `sum(rate(${c.metric('authAttempts')}{job="sovra-api"${failed}}${range}))`;
}

const NOT_EXPORTED = {
  coveredBy: 'SovraMetricsMissing',
  because:
    'the counter appears with the first attempt, so its absence alone is no fault; a release that renames it, or an exporter that is silent, is noticed by the series beside it',
} as const;

export const CONTROL_PLANE_ALERTS = {
  SovraApiDown: {
    level: 'P0',
    component: 'control-plane',
    metrics: ['up'],
    appliesTo: hasControlPlane,
    expr: (c) => `absent(${c.metric('up')}{job="sovra-api"} == 1)`,
    for: '1m',
    summary: 'The Sovra API is down: no replica answers',
    description:
      'Prometheus has not reached a single healthy replica of the API gateway for a minute. Nobody can manage keys, policies or federation; edge nodes go on with what they have.',
    missingData: 'fires',
    source: 'Guide, Service Level Objectives: availability 99.9 %; level P0, complete outage.',
  },
  SovraApiProbeFailed: {
    level: 'P1',
    component: 'control-plane',
    metrics: ['probeSuccess'],
    appliesTo: hasControlPlane,
    expr: (c) => `max(${c.metric('probeSuccess')}{job="sovra-api-probe"}) == 0`,
    for: '2m',
    summary: 'The health endpoint of the Sovra API does not answer as it should',
    description:
      'Asked from inside the cluster through its Service, the API does not report healthy. Where its pods still serve metrics, one of its dependencies (database, Vault) or the way to it is broken.',
    missingData: {
      coveredBy: 'MonitoringTargetMissing',
      because: 'a probe that Prometheus does not know is a target that is expected and not there',
    },
    source: 'Guide, Service Level Objectives: availability is uptime, which only an outside view measures.',
  },
  SovraApiDegraded: {
    level: 'P2',
    component: 'control-plane',
    metrics: ['up'],
    appliesTo: hasControlPlane,
    expr: (c) => {
      const up = `${c.metric('up')}{job="sovra-api"}`;
      return `count(${up} == 1) < clamp_min(count(${up}), ${c.thresholds.apiReplicas})`;
    },
    for: '5m',
    summary: 'The Sovra API runs on {{ $value }} healthy replica(s) only',
    description:
      '{{ $value }} replica(s) of the API gateway answer, fewer than there should be. Requests are served, but the next failure is an outage.',
    missingData: { coveredBy: 'SovraApiDown', because: 'without any healthy replica the API is down, not degraded' },
    source: 'The shipped manifests run two replicas; guide, level P2, minor degradation.',
  },
  SovraApiErrorRateHigh: {
    level: 'P1',
    component: 'control-plane',
    metrics: ['apiRequests'],
    appliesTo: hasControlPlane,
    expr: (c) => {
      const requests = c.metric('apiRequests');
      return (
        `sum(rate(${requests}{job="sovra-api",status=~"5.."}[5m])) / sum(rate(${requests}{job="sovra-api"}[5m])) > ${c.thresholds.apiErrorRatio}\n` +
        `and sum(rate(${requests}{job="sovra-api"}[5m])) > ${c.thresholds.minimumRate}`
      );
    },
    for: '5m',
    summary: '{{ $value | humanizePercentage }} of the Sovra API requests fail',
    description:
      '{{ $value | humanizePercentage }} of the requests of the last five minutes were answered with a 5xx status. The error budget does not last at this rate.',
    missingData: {
      coveredBy: 'SovraMetricsMissing',
      because: 'an API that is up and counts no requests is either renamed or never asked, and both are reported',
    },
    source: 'Guide, Service Level Objectives: availability 99.9 %; level P1, major degradation.',
  },
  SovraApiLatencyHigh: {
    level: 'P2',
    component: 'control-plane',
    metrics: ['apiLatency'],
    appliesTo: hasControlPlane,
    expr: (c) => slowP95(c, 'apiLatency', c.thresholds.apiLatencyP95),
    for: '10m',
    summary: 'The Sovra API is slow: p95 {{ $value | humanizeDuration }}',
    description:
      'One request in twenty takes {{ $value | humanizeDuration }} or longer, over the last five minutes. Users wait, and clients with short time-outs begin to retry.',
    missingData: {
      coveredBy: 'SovraMetricsMissing',
      because: 'the latency histogram is among the series that a running API always exports',
    },
    source: 'Guide, Service Level Objectives: API latency (p95) below 100 ms.',
  },
  AuthenticationFailing: {
    level: 'P2',
    component: 'control-plane',
    metrics: ['authAttempts'],
    appliesTo: hasControlPlane,
    expr: (c) =>
      `${attempts(c, 'failed')} / ${attempts(c, 'all')} > ${c.thresholds.authFailureRatio}\n` +
      `and ${attempts(c, 'all')} > ${c.thresholds.minimumRate}`,
    for: '10m',
    summary: '{{ $value | humanizePercentage }} of the attempts to sign in to Sovra fail',
    description:
      '{{ $value | humanizePercentage }} of the attempts to sign in over the last five minutes were refused. Either users are locked out (an issuer of tokens, its keys, a certificate that ended), or somebody tries what is not his.',
    missingData: NOT_EXPORTED,
    source: 'Guide, Security Review: access logs of `auth.*`; a fault of the sign-in is an outage for whom it refuses.',
  },
  AuthenticationFailuresSpike: {
    level: 'P2',
    component: 'control-plane',
    metrics: ['authAttempts'],
    appliesTo: hasControlPlane,
    // The day before ends six hours ago, so that what goes on is not usual before somebody has answered. By `unless`: where
    // nothing was counted then, everything is a rise.
    expr: (c) =>
      `${attempts(c, 'failed')} > ${c.thresholds.authFailureFloor}\n` +
      `unless ${attempts(c, 'failed')} <= ${c.thresholds.authFailureGrowth} * ${attempts(c, 'failed', '[1d] offset 6h')}`,
    for: '5m',
    summary: 'Attempts to sign in to Sovra fail {{ printf "%.1f" $value }} times a second, far more than before',
    description:
      'Attempts to sign in fail {{ printf "%.1f" $value }} times a second, many times as often as on the day before. That is how guessing of credentials looks, or a client that lost its own and tries on and on. What goes on for eight hours has become usual, and this alert ends.',
    missingData: NOT_EXPORTED,
    source: 'Guide, Security Review: access logs of `auth.*`, looked at when it happens and not once a week.',
  },
  SovraMetricsMissing: {
    level: 'P2',
    component: 'control-plane',
    metrics: ['up'],
    appliesTo: hasControlPlane,
    expr: (c) => `(${missingSeries(c)})\nand on () (${c.metric('up')}{job="sovra-api"} == 1)`,
    for: '30m',
    summary: 'The Sovra API is up but does not export {{ $labels.metric }}',
    description:
      'Alerts and objectives that read {{ $labels.metric }} are blind. Most likely the installed release uses the other metric names: compare `dialect` in the description of the installation with what /metrics serves.',
    missingData: 'fires',
    source: 'The released exporter names several metrics differently from the guide; a missing series looks healthy.',
  },
} as const satisfies Record<string, CatalogueEntry>;
