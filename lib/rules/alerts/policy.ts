import { anyOf, type CatalogueEntry, hasControlPlane, hasPolicyAgent, slowP95 } from '../context';
import { TARGETS_EXPECTED } from '../recordings';

export const POLICY_ALERTS = {
  PolicyEvaluationSlow: {
    level: 'P2',
    component: 'policy',
    metrics: ['policyLatency'],
    appliesTo: hasControlPlane,
    expr: (c) => slowP95(c, 'policyLatency', c.thresholds.policyLatencyP95),
    for: '10m',
    summary: 'Policy evaluation is slow: p95 {{ $value | humanizeDuration }}',
    description:
      'One policy evaluation in twenty takes {{ $value | humanizeDuration }} or longer. Every request waits for its evaluation, so the API cannot keep its latency objective.',
    missingData: {
      coveredBy: 'SovraMetricsMissing',
      because: 'the histogram has no labels: a running API exports it from its start',
    },
    source: 'Guide, Key Metrics: policy evaluations; half of the objective for API latency.',
  },
  PolicyEvaluationErrors: {
    level: 'P1',
    component: 'policy',
    metrics: ['policyEvaluations'],
    appliesTo: hasControlPlane,
    expr: (c) => {
      const evaluations = c.metric('policyEvaluations');
      const failed = `result=~"${anyOf(c.thresholds.policyErrorResults)}"`;
      return (
        `sum(rate(${evaluations}{job="sovra-api",${failed}}[5m])) / sum(rate(${evaluations}{job="sovra-api"}[5m])) > ${c.thresholds.policyErrorRatio}\n` +
        `and sum(rate(${evaluations}{job="sovra-api"}[5m])) > ${c.thresholds.minimumRate}`
      );
    },
    for: '5m',
    summary: '{{ $value | humanizePercentage }} of the policy evaluations end in an error',
    description:
      '{{ $value | humanizePercentage }} of the policy evaluations of the last five minutes neither allowed nor denied: they failed. What cannot be evaluated is refused, so users are locked out of keys that they own.',
    missingData: {
      coveredBy: 'SovraMetricsMissing',
      because:
        'the counter appears with the first evaluation, so its absence alone is no fault; a release that renames it, or an exporter that is silent, is noticed by the series beside it',
    },
    source: 'Guide, Key Metrics: policy evaluations.',
  },
  PolicyAgentDown: {
    level: 'P1',
    component: 'policy',
    metrics: ['up'],
    appliesTo: hasPolicyAgent,
    expr: (c) => `${TARGETS_EXPECTED}{job="opa"} unless on (edge_node) (${c.metric('up')}{job="opa"} == 1)`,
    for: '2m',
    summary: 'No policy agent of edge node {{ $labels.edge_node }} answers',
    description:
      'None of the OPA pods of edge node {{ $labels.edge_node }} can be reached. Operations there that need a decision are refused.',
    missingData: 'fires',
    source:
      'An edge node is Vault and a policy agent (guide, Key Metrics: edge nodes); without it keys cannot be used.',
  },
} as const satisfies Record<string, CatalogueEntry>;
