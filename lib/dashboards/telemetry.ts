import { above, countOf, type DashboardContext, type DashboardSpec, type PanelSpec, type Query, using } from './model';
import { CLUSTER, RATE } from './promql';

/** Which parts there are. */
export interface TelemetryParts {
  readonly logs: boolean;
  readonly traces: boolean;
}

const COLLECTORS = `job=~"otel-agent|otel-gateway",${CLUSTER}`;
const LOKI = `job="loki",${CLUSTER}`;
const TEMPO = `job="tempo",${CLUSTER}`;

/** Whether logs and traces arrive, and what is lost on the way. */
export function telemetry(c: DashboardContext, parts: TelemetryParts): DashboardSpec {
  return {
    name: 'telemetry',
    uid: 'sovra-telemetry',
    title: 'Sovra / Logs and traces on their way',
    description: 'Whether logs and traces arrive, what is taken out of them, and what is lost.',
    variables: [],
    sections: [
      { id: 100, title: 'Privacy', panels: privacy(c) },
      { id: 200, title: 'Collectors', panels: [...collectors(c), ...(parts.logs ? agents(c) : [])] },
      { id: 300, title: 'Loki', panels: parts.logs ? loki(c) : [] },
      { id: 400, title: 'Tempo', panels: parts.traces ? tempo(c) : [] },
      { id: 500, title: 'What the traces say', panels: parts.traces ? spans(c) : [] },
    ],
  };
}

function privacy(c: DashboardContext): PanelSpec[] {
  return using(c, ['redactions'], ({ redactions }): PanelSpec[] => [
    {
      id: 101,
      kind: 'stat',
      title: 'Taken out in an hour',
      description:
        'Pieces that were taken out of logs and traces because of what they look like. Whatever wrote them does not keep to the privacy rule.',
      unit: 'none',
      queries: [{ expr: `sum(increase(${redactions}{class!="field",${CLUSTER}}[1h])) or vector(0)` }],
      steps: above([1, 'orange']),
      links: [{ title: 'Runbook', url: c.runbook('SecretsRedacted'), elsewhere: true }],
    },
    {
      id: 102,
      kind: 'graph',
      title: 'Taken out, by class',
      description: 'A second. The class "field" are fields that are not on the list of those that are let through.',
      unit: 'short',
      queries: [
        { expr: `sum by (class, signal) (rate(${redactions}{${CLUSTER}}[${RATE}]))`, legend: '{{signal}}: {{class}}' },
      ],
      width: 20,
    },
  ]).flat();
}

function collectors(c: DashboardContext): PanelSpec[] {
  return [
    ...using(
      c,
      ['up'],
      ({ up }): PanelSpec => ({
        id: 201,
        kind: 'stat',
        title: 'Collectors down',
        description:
          'Agents and gateways that Prometheus cannot scrape. Where an agent is down, the log of its node is not collected.',
        unit: 'none',
        queries: [{ expr: countOf(`${up}{${COLLECTORS}}`, '==', 0) }],
        steps: above([1, 'orange']),
      }),
    ),
    ...using(
      c,
      ['otelQueueSize', 'otelQueueCapacity'],
      ({ otelQueueSize, otelQueueCapacity }): PanelSpec => ({
        id: 202,
        kind: 'graph',
        title: 'Queues',
        description:
          'How full the fullest queue to each side is. At 100 % nothing more is taken; the alert fires at half.',
        unit: 'percentunit',
        queries: [
          {
            expr: `max by (job, exporter) (${otelQueueSize}{${COLLECTORS}} / ${otelQueueCapacity}{${COLLECTORS}})`,
            legend: '{{job}} to {{exporter}}',
          },
        ],
        steps: above([0.5, 'yellow']),
        softMax: 1,
        width: 20,
      }),
    ),
    ...using(
      c,
      ['otelSentLogs', 'otelSentSpans', 'otelAcceptedSpans'],
      ({ otelSentLogs, otelSentSpans, otelAcceptedSpans }): PanelSpec => ({
        id: 203,
        kind: 'graph',
        title: 'Delivered',
        description:
          'A second. Fewer spans are delivered than taken: of those that are fast and well, a share is kept.',
        unit: 'short',
        queries: [
          rate(otelSentLogs, 'log lines'),
          rate(otelAcceptedSpans, 'spans taken'),
          rate(otelSentSpans, 'spans kept'),
        ],
      }),
    ),
    ...using(
      c,
      [
        'otelFailedLogs',
        'otelFailedSpans',
        'otelOverflownLogs',
        'otelOverflownSpans',
        'otelRefusedLogs',
        'otelRefusedSpans',
      ],
      (m): PanelSpec => ({
        id: 204,
        kind: 'graph',
        title: 'Lost or refused',
        description:
          'A second. Given up after every attempt, without room in the queue, or turned away for want of memory.',
        unit: 'short',
        queries: [
          rate(m.otelFailedLogs, 'log lines given up'),
          rate(m.otelFailedSpans, 'spans given up'),
          rate(m.otelOverflownLogs, 'log lines without room'),
          rate(m.otelOverflownSpans, 'spans without room'),
          rate(m.otelRefusedLogs, 'log lines refused'),
          rate(m.otelRefusedSpans, 'spans refused'),
        ],
        links: [{ title: 'Runbook', url: c.runbook('TelemetryDataLost'), elsewhere: true }],
      }),
    ),
    ...using(
      c,
      ['otelMemory'],
      ({ otelMemory }): PanelSpec => ({
        id: 205,
        kind: 'graph',
        title: 'Memory',
        description: 'Of the collector that uses most, by job. Near its limit it turns away what comes in.',
        unit: 'bytes',
        queries: [{ expr: `max by (job) (${otelMemory}{${COLLECTORS}})`, legend: '{{job}}' }],
      }),
    ),
  ];
}

function agents(c: DashboardContext): PanelSpec[] {
  return using(
    c,
    ['daemonSetDesired', 'daemonSetReady'],
    ({ daemonSetDesired, daemonSetReady }): PanelSpec => ({
      id: 206,
      kind: 'stat',
      title: 'Nodes without an agent',
      description:
        'Their log is not collected. It takes a kube-state-metrics that watches the DaemonSets of sovra-logging.',
      unit: 'none',
      queries: [{ expr: `sum(${daemonSetDesired}{${AGENTS}}) - sum(${daemonSetReady}{${AGENTS}})` }],
      steps: above([1, 'orange']),
      links: [{ title: 'Runbook', url: c.runbook('LogAgentMissing'), elsewhere: true }],
      width: 12,
      height: 8,
    }),
  );
}

const AGENTS = `job="kube-state-metrics",${CLUSTER},daemonset="otel-agent"`;

const rate = (name: string, legend: string): Query => ({
  expr: `sum(rate(${name}{${COLLECTORS}}[${RATE}]))`,
  legend,
});

function loki(c: DashboardContext): PanelSpec[] {
  return using(
    c,
    ['lokiLines', 'lokiDiscarded', 'lokiDiskUsage', 'lokiRetentionRun', 'lokiRuleFailures'],
    ({ lokiLines, lokiDiscarded, lokiDiskUsage, lokiRetentionRun, lokiRuleFailures }): PanelSpec[] => [
      {
        id: 301,
        kind: 'stat',
        title: 'Volume',
        description: 'How full the fullest volume is. At 90 % Loki takes no more lines.',
        unit: 'percentunit',
        queries: [{ expr: `max(${lokiDiskUsage}{${LOKI}})` }],
        steps: above([0.8, 'orange'], [0.9, 'red']),
      },
      {
        id: 302,
        kind: 'stat',
        title: 'Retention applied',
        description: 'How long ago lines that are due were last deleted.',
        unit: 's',
        queries: [{ expr: `time() - max(${lokiRetentionRun}{${LOKI}})` }],
        steps: above([21_600, 'orange']),
        links: [{ title: 'Runbook', url: c.runbook('LogRetentionStopped'), elsewhere: true }],
      },
      {
        id: 304,
        kind: 'stat',
        title: 'Failed rules',
        description: 'Evaluations of rules on the log that failed within an hour. Alerts of those rules cannot fire.',
        unit: 'none',
        queries: [{ expr: `sum(increase(${lokiRuleFailures}{${LOKI}}[1h])) or vector(0)` }],
        steps: above([1, 'orange']),
        links: [{ title: 'Runbook', url: c.runbook('LogRulesFailing'), elsewhere: true }],
      },
      {
        id: 303,
        kind: 'graph',
        title: 'Lines',
        description: 'Taken and rejected, a second.',
        unit: 'short',
        queries: [
          { expr: `sum(rate(${lokiLines}{${LOKI}}[${RATE}]))`, legend: 'taken' },
          { expr: `sum by (reason) (rate(${lokiDiscarded}{${LOKI}}[${RATE}]))`, legend: 'rejected: {{reason}}' },
        ],
        width: 12,
      },
    ],
  ).flat();
}

function tempo(c: DashboardContext): PanelSpec[] {
  return using(c, ['tempoSpans', 'tempoDiscarded'], ({ tempoSpans, tempoDiscarded }): PanelSpec[] => [
    {
      id: 401,
      kind: 'graph',
      title: 'Spans',
      description: 'Taken and rejected, a second.',
      unit: 'short',
      queries: [
        { expr: `sum(rate(${tempoSpans}{${TEMPO}}[${RATE}]))`, legend: 'taken' },
        { expr: `sum by (reason) (rate(${tempoDiscarded}{${TEMPO}}[${RATE}]))`, legend: 'rejected: {{reason}}' },
      ],
      width: 24,
    },
  ]).flat();
}

/** Figures that the gateway makes of all traces, before most of them are dropped. */
function spans(c: DashboardContext): PanelSpec[] {
  return using(c, ['spanCalls', 'spanDuration'], ({ spanCalls, spanDuration }): PanelSpec[] => [
    {
      id: 501,
      kind: 'graph',
      title: 'Requests by service',
      description: 'Spans of the kind server, a second. Of those that Sovra sends, which is one trace of ten.',
      unit: 'short',
      queries: [
        {
          expr: `sum by (service_name) (rate(${spanCalls}{span_kind="SPAN_KIND_SERVER",${CLUSTER}}[${RATE}]))`,
          legend: '{{service_name}}',
        },
      ],
    },
    {
      id: 502,
      kind: 'graph',
      title: 'Latency by service (p95)',
      description: 'Of spans of the kind server. A point leads to one of the traces that it is made of.',
      unit: 's',
      queries: [
        {
          expr: `histogram_quantile(0.95, sum by (le, service_name) (rate(${spanDuration}_bucket{span_kind="SPAN_KIND_SERVER",${CLUSTER}}[${RATE}])))`,
          legend: '{{service_name}}',
        },
      ],
    },
  ]).flat();
}
