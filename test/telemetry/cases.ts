import { loggingAlerts, type TelemetryAlert, tracingAlerts } from '../../lib/telemetry/alerts';
import type { AlertCases } from '../rules/cases/types';
import { degradedCases } from './degraded-cases';

type Cases = Readonly<Record<string, AlertCases>>;

const up = (job: string, pod: string, values: string) => ({
  [`up{job="${job}",pod="${pod}",instance="${pod}"}`]: values,
});
const store = (job: string) => up(job, 'a', '1x200');

/** Nothing of the job answers. */
function downCases(job: string, wait: string, late: string, back: string): AlertCases {
  return {
    level: 'P2',
    fires: [
      {
        what: 'none answers',
        series: () => ({ ...up(job, 'a', '0x200'), ...up(job, 'b', '0x200') }),
        after: wait,
        alerts: [{}],
      },
    ],
    silent: [
      {
        what: 'one of two answers',
        series: () => ({ ...up(job, 'a', '1x200'), ...up(job, 'b', '0x200') }),
        until: late,
      },
    ],
    resolves: {
      what: 'one answers again',
      series: () => up(job, 'a', '0x80 1x120'),
      firing: '20m',
      resolved: back,
      alerts: [{}],
    },
    missing: { what: 'nothing is scraped', series: () => ({}), after: wait, alerts: [{}] },
  };
}

const missed = (wait: string) => ({
  what: 'nothing is scraped',
  series: () => ({}),
  after: wait,
  alerts: [{}],
});

/** The alerts about a collector. */
function collectorCases(job: 'otel-agent' | 'otel-gateway', what: string, wait: string): Cases {
  const labels = (more: string) => `{job="${job}",pod="a",${more}}`;
  const exporter = labels('exporter="otlphttp"');
  const receiver = labels('receiver="in"');
  const counter = (name: string, at: string, values: string) => ({ [`${name}${at}`]: values });
  const failed = `otelcol_exporter_send_failed_${what}_total`;
  const overflown = `otelcol_exporter_enqueue_failed_${what}_total`;
  const refused = `otelcol_receiver_refused_${what}_total`;
  const queue = (size: string) => ({
    [`otelcol_exporter_queue_size${exporter}`]: size,
    [`otelcol_exporter_queue_capacity${exporter}`]: '100x200',
  });
  const at = { job, pod: 'a', exporter: 'otlphttp' };
  const inAt = { job, pod: 'a', receiver: 'in' };
  const none = missed(wait);
  return {
    TelemetryQueueFilling: {
      level: 'P3',
      fires: [{ what: '51 of 100 wait', series: () => queue('51x200'), after: '10m', alerts: [at] }],
      silent: [
        { what: 'half of it waits', series: () => queue('50x200'), until: '30m' },
        {
          what: 'that of another job is full',
          series: () => ({
            'otelcol_exporter_queue_size{job="other",pod="a",exporter="x"}': '100x200',
            'otelcol_exporter_queue_capacity{job="other",pod="a",exporter="x"}': '100x200',
          }),
          until: '30m',
        },
      ],
      resolves: {
        what: 'it drains',
        series: () => queue('90x80 10x120'),
        firing: '19m',
        resolved: '20m15s',
        alerts: [at],
      },
      missing: none,
    },
    TelemetryDataLost: {
      level: 'P2',
      fires: [
        { what: 'given up', series: () => counter(failed, exporter, '0+1x200'), after: '1m15s', alerts: [at] },
        {
          what: 'once and never again',
          series: () => counter(failed, exporter, '_x40 7x160'),
          after: '11m',
          alerts: [at],
        },
        {
          what: 'once more, for another reason',
          series: () => ({
            ...counter(failed, labels('exporter="otlphttp",error_type="A"'), '7x200'),
            ...counter(failed, labels('exporter="otlphttp",error_type="B"'), '_x160 3x40'),
          }),
          after: '41m',
          alerts: [at],
        },
        {
          what: 'no room in the queue, once',
          series: () => counter(overflown, exporter, '_x40 7x160'),
          after: '11m',
          alerts: [at],
        },
        {
          what: 'no room in the queue, once more',
          series: () => counter(overflown, exporter, '7x160 8x40'),
          after: '41m15s',
          alerts: [at],
        },
        {
          what: 'no room in the queue',
          series: () => counter(overflown, exporter, '0+1x200'),
          after: '1m15s',
          alerts: [at],
        },
      ],
      silent: [
        {
          what: 'nothing more is lost',
          series: () => ({ ...counter(failed, exporter, '7x200'), ...counter(overflown, exporter, '7x200') }),
          until: '30m',
        },
      ],
      resolves: {
        what: 'it ended; the last one leaves the window after ten minutes, and is told for ten more',
        series: () => counter(failed, exporter, '0+1x40 40x160'),
        firing: '29m',
        resolved: '30m30s',
        alerts: [at],
      },
      missing: none,
    },
    TelemetryDataRefused: {
      level: 'P3',
      fires: [
        { what: 'turned away', series: () => counter(refused, receiver, '0+1x200'), after: '10m15s', alerts: [inAt] },
      ],
      silent: [
        { what: 'nothing more is turned away', series: () => counter(refused, receiver, '7x200'), until: '30m' },
      ],
      resolves: {
        what: 'it takes all again',
        series: () => counter(refused, receiver, '0+1x60 60x140'),
        firing: '24m',
        resolved: '26m',
        alerts: [inAt],
      },
      missing: none,
    },
  };
}

const redactions = (labels: string, values: string) => ({ [`sovra_redactions_total{pod="a",${labels}}`]: values });
const email = { class: 'email', signal: 'logs' };
const agents = 'job="kube-state-metrics",namespace="sovra-logging",daemonset="otel-agent"';
const daemonSet = (desired: string, ready: string) => ({
  [`kube_daemonset_status_desired_number_scheduled{${agents}}`]: desired,
  [`kube_daemonset_status_number_ready{${agents}}`]: ready,
});
const lokiMissing = missed('5m');

const LOGGING: Cases = {
  LogAgentsDown: downCases('otel-agent', '10m', '40m', '20m15s'),
  LogAgentMissing: {
    level: 'P3',
    fires: [
      {
        what: 'on one of three nodes none is ready',
        series: () => ({ ...daemonSet('3x200', '2x200'), ...store('otel-agent') }),
        after: '15m',
      },
      {
        what: 'one does not answer, and nobody counts nodes',
        series: () => ({ ...up('otel-agent', 'a', '0x200'), ...up('otel-agent', 'b', '1x200') }),
        after: '15m',
      },
    ],
    silent: [
      {
        what: 'one on each node',
        series: () => ({ ...daemonSet('3x200', '3x200'), ...store('otel-agent') }),
        until: '40m',
      },
    ],
    resolves: {
      what: 'it is ready',
      series: () => ({ ...daemonSet('3x200', '2x100 3x100'), ...store('otel-agent') }),
      firing: '25m',
      resolved: '25m15s',
    },
    missing: missed('10m'),
  },
  ...collectorCases('otel-agent', 'log_records', '10m'),
  SecretsRedacted: {
    level: 'P2',
    fires: [
      {
        what: 'one more',
        series: () => redactions('class="email",signal="logs"', '3x160 4x60'),
        after: '40m15s',
        alerts: [email],
      },
      {
        what: 'the first one',
        series: () => redactions('class="email",signal="logs"', '_x40 1x60'),
        after: '10m',
        alerts: [email],
      },
      {
        what: 'the first one of a new agent, while others count what they took out before',
        series: () => ({
          ...redactions('class="email",signal="logs"', '3x240'),
          'sovra_redactions_total{pod="b",class="email",signal="logs"}': '_x200 1x40',
        }),
        after: '50m',
        alerts: [email],
      },
    ],
    silent: [
      { what: 'no more of them', series: () => redactions('class="email",signal="logs"', '_x40 3x200'), until: '45m' },
      {
        what: 'only fields that are not let through',
        series: () => redactions('class="field",signal="logs"', '0+1x100'),
        until: '20m',
      },
    ],
    resolves: {
      what: 'half an hour later',
      series: () => redactions('class="email",signal="logs"', '3x40 4x200'),
      firing: '38m',
      resolved: '41m',
      alerts: [email],
    },
    missing: missed('10m'),
  },
  LogStoreDown: downCases('loki', '5m', '40m', '20m15s'),
  LogStoreDegraded: degradedCases('loki'),
  LogsRejected: {
    level: 'P2',
    fires: [
      {
        what: 'over the limit',
        series: () => ({
          'loki_discarded_samples_total{job="loki",pod="a",reason="rate_limited",tenant="fake"}': '0+1x200',
        }),
        after: '10m15s',
        alerts: [{ reason: 'rate_limited' }],
      },
    ],
    silent: [
      {
        what: 'no more of them',
        series: () => ({
          'loki_discarded_samples_total{job="loki",pod="a",reason="rate_limited",tenant="fake"}': '7x200',
        }),
        until: '40m',
      },
    ],
    resolves: {
      what: 'it ended',
      series: () => ({
        'loki_discarded_samples_total{job="loki",pod="a",reason="rate_limited",tenant="fake"}': '0+1x60 60x140',
      }),
      firing: '24m',
      resolved: '26m',
      alerts: [{ reason: 'rate_limited' }],
    },
    missing: lokiMissing,
  },
  LogRetentionStopped: {
    level: 'P3',
    step: '1m',
    fires: [
      {
        what: 'six hours and a minute ago',
        series: () => ({
          'loki_compactor_apply_retention_last_successful_run_timestamp_seconds{job="loki",pod="a"}': '0x500',
        }),
        after: '6h31m',
      },
    ],
    silent: [
      {
        what: 'one of the replicas does it',
        series: () => ({
          'loki_compactor_apply_retention_last_successful_run_timestamp_seconds{job="loki",pod="a"}': '0x600',
          'loki_compactor_apply_retention_last_successful_run_timestamp_seconds{job="loki",pod="b"}': '0+60x600',
        }),
        until: '9h',
      },
    ],
    resolves: {
      what: 'it ran',
      series: () => ({
        'loki_compactor_apply_retention_last_successful_run_timestamp_seconds{job="loki",pod="a"}': '0x420 25260x100',
      }),
      firing: '7h',
      resolved: '7h1m',
    },
    missing: { ...lokiMissing, after: '5m' },
  },
  LogRulesFailing: {
    level: 'P2',
    fires: [
      {
        what: 'an evaluation failed each minute',
        series: () => ({
          'loki_prometheus_rule_evaluation_failures_total{job="loki",pod="a",rule_group="sovra-logs",user="fake"}':
            '0+1x200',
        }),
        after: '10m15s',
        alerts: [{ rule_group: 'sovra-logs' }],
      },
    ],
    silent: [
      {
        what: 'once, long ago',
        series: () => ({
          'loki_prometheus_rule_evaluation_failures_total{job="loki",pod="a",rule_group="sovra-logs",user="fake"}':
            '1x200',
        }),
        until: '40m',
      },
    ],
    resolves: {
      what: 'it ended',
      series: () => ({
        'loki_prometheus_rule_evaluation_failures_total{job="loki",pod="a",rule_group="sovra-logs",user="fake"}':
          '0+1x60 60x140',
      }),
      firing: '24m',
      resolved: '26m',
      alerts: [{ rule_group: 'sovra-logs' }],
    },
    missing: lokiMissing,
  },
};

const TRACING: Cases = {
  TraceGatewayDown: downCases('otel-gateway', '5m', '40m', '20m15s'),
  TraceGatewayDegraded: degradedCases('otel-gateway'),
  ...collectorCases('otel-gateway', 'spans', '5m'),
  TraceStoreDown: { ...downCases('tempo', '5m', '40m', '20m15s'), level: 'P3' },
  SpansRejected: {
    level: 'P3',
    fires: [
      {
        what: 'too large a trace',
        series: () => ({
          'tempo_discarded_spans_total{job="tempo",pod="a",reason="trace_too_large",tenant="single-tenant"}': '0+1x200',
        }),
        after: '10m15s',
        alerts: [{ reason: 'trace_too_large' }],
      },
    ],
    silent: [
      {
        what: 'no more of them',
        series: () => ({
          'tempo_discarded_spans_total{job="tempo",pod="a",reason="trace_too_large",tenant="single-tenant"}': '7x200',
        }),
        until: '40m',
      },
    ],
    resolves: {
      what: 'it ended',
      series: () => ({
        'tempo_discarded_spans_total{job="tempo",pod="a",reason="trace_too_large",tenant="single-tenant"}':
          '0+1x60 60x140',
      }),
      firing: '24m',
      resolved: '26m',
      alerts: [{ reason: 'trace_too_large' }],
    },
    missing: missed('5m'),
  },
};

export interface AlertSet {
  readonly name: 'logging' | 'tracing';
  readonly alerts: Readonly<Record<string, TelemetryAlert>>;
  readonly cases: Cases;
}

export const SETS: readonly AlertSet[] = [
  { name: 'logging', alerts: loggingAlerts('sovra-logging', 3), cases: LOGGING },
  { name: 'tracing', alerts: tracingAlerts(3), cases: TRACING },
];
