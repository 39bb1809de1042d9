import type { AlertDefinition } from '../rules/alert';
import { alertRule } from '../rules/alert-rule';
import { commonName } from '../rules/no-installation';
import type { AlertOverride } from '../rules/overrides';
import type { Rule } from '../rules/render';
import type { MetricId } from '../sovra/metrics';
import { DROPPED_CLASS } from './redaction';

/** The alerts about logging itself, evaluated by Prometheus. */
export const LOGGING_ALERT_NAMES = [
  'LogAgentsDown',
  'LogAgentMissing',
  'TelemetryQueueFilling',
  'TelemetryDataLost',
  'TelemetryDataRefused',
  'SecretsRedacted',
  'LogStoreDown',
  'LogStoreDegraded',
  'LogsRejected',
  'LogRetentionStopped',
  'LogRulesFailing',
] as const;
export type LoggingAlertName = (typeof LOGGING_ALERT_NAMES)[number];

/** The alerts about tracing itself, evaluated by Prometheus. */
export const TRACING_ALERT_NAMES = [
  'TraceGatewayDown',
  'TraceGatewayDegraded',
  'TelemetryQueueFilling',
  'TelemetryDataLost',
  'TelemetryDataRefused',
  'TraceStoreDown',
  'SpansRejected',
] as const;
export type TracingAlertName = (typeof TRACING_ALERT_NAMES)[number];

export type TelemetryAlertName = LoggingAlertName | TracingAlertName;
export const TELEMETRY_ALERT_NAMES: readonly TelemetryAlertName[] = [
  ...new Set<TelemetryAlertName>([...LOGGING_ALERT_NAMES, ...TRACING_ALERT_NAMES]),
];

export type TelemetryAlert = AlertDefinition<TelemetryAlertName>;
type Definitions<Name extends TelemetryAlertName> = Readonly<Record<Name, TelemetryAlert>>;
/** Alerts that only exist where there are several replicas: what one of them loses, nobody else sees. */
type OfReplicas = 'LogStoreDegraded' | 'TraceGatewayDegraded';
export type CollectorJob = 'otel-agent' | 'otel-gateway';

const PRIVACY = "Sovra's privacy rule: neither logs nor traces carry tokens, keys, addresses or names of people.";
const LOGGING = 'Guide, Logging: what is not collected can be neither reviewed nor proven.';
const TRACING = 'Guide, Tracing: whoever looks for the slow part of a request needs the whole trace.';

/** The alerts about a collector, by the job that its monitor sets. */
function collectorAlerts(
  job: CollectorJob,
): Definitions<'TelemetryQueueFilling' | 'TelemetryDataLost' | 'TelemetryDataRefused'> {
  const agent = job === 'otel-agent';
  const what = agent ? 'log lines' : 'spans';
  const from = `{job="${job}"}`;
  const source = agent ? LOGGING : TRACING;
  const coveredBy = agent ? 'LogAgentsDown' : 'TraceGatewayDown';
  const missingData = { coveredBy, because: 'a collector that is not scraped is missed as a whole' } as const;
  const [failed, overflown, refused] = agent
    ? (['otelFailedLogs', 'otelOverflownLogs', 'otelRefusedLogs'] as const)
    : (['otelFailedSpans', 'otelOverflownSpans', 'otelRefusedSpans'] as const);
  // The collector makes such a series when it first loses something, so that the first loss is no increase.
  const lost = (id: MetricId) => {
    const name = `${commonName(id)}${from}`;
    const by = 'sum by (job, pod, exporter)';
    return `${by} (increase(${name}[10m])) > 0\nor ${by} (${name} unless ${name} offset 10m) > 0`;
  };
  return {
    TelemetryQueueFilling: {
      level: 'P3',
      component: 'monitoring',
      metrics: ['otelQueueSize', 'otelQueueCapacity'],
      expr: () =>
        `max by (job, pod, exporter) (${commonName('otelQueueSize')}${from} / ${commonName('otelQueueCapacity')}${from}) > 0.5`,
      for: '10m',
      summary: 'The queue of {{ $labels.pod }} to {{ $labels.exporter }} is {{ $value | humanizePercentage }} full',
      description: `What ${job} should deliver to {{ $labels.exporter }} waits on its disk: that side is down or too slow. Nothing is lost yet; when the queue is full, ${agent ? 'reading stops, and lines are lost with the files that the kubelet removes' : 'senders are held back, and spans that they cannot keep are lost'}.`,
      missingData,
      source,
    },
    TelemetryDataLost: {
      level: 'P2',
      component: 'monitoring',
      metrics: [failed, overflown],
      expr: () => `${lost(failed)}\nor ${lost(overflown)}`,
      for: '1m',
      keepFiringFor: '10m',
      summary: `{{ $labels.pod }} lost {{ printf "%.0f" $value }} ${what} within ten minutes on the way to {{ $labels.exporter }}`,
      description: `${job} gave up ${what} that {{ $labels.exporter }} did not take, or for which its queue had no room. They are gone: what happened in that time is not on record here.`,
      missingData,
      source,
    },
    TelemetryDataRefused: {
      level: 'P3',
      component: 'monitoring',
      metrics: [refused],
      expr: () => `sum by (job, pod, receiver) (increase(${commonName(refused)}${from}[10m])) > 0`,
      for: '10m',
      summary: `{{ $labels.pod }} refused {{ printf "%.0f" $value }} ${what} at {{ $labels.receiver }} within ten minutes`,
      description: `${job} is out of memory for what comes in and turns it away. ${agent ? 'The agent reads the lines again later, as long as the node keeps the files.' : 'Sovra may send them again; what it gives up is missing from the traces.'}`,
      missingData,
      source,
    },
  };
}

/** Some replicas answer and others do not. Where none does, the alert that covers it speaks. */
function degraded(
  job: 'loki' | 'otel-gateway',
  replicas: number,
  texts: Pick<TelemetryAlert, 'summary' | 'description' | 'source'>,
): TelemetryAlert {
  return {
    level: 'P3',
    component: 'monitoring',
    metrics: ['up'],
    // A pod that waits for a node is no target at all, so what answers is counted.
    expr: () => `count(${commonName('up')}{job="${job}"} == 1) < ${replicas}`,
    for: '15m',
    missingData: {
      coveredBy: job === 'loki' ? 'LogStoreDown' : 'TraceGatewayDown',
      because: 'without any replica in sight that one fires',
    },
    ...texts,
  };
}

/**
 * The alerts about logging.
 *
 * @param agentNamespace where the agents are
 * @param lokis replicas of Loki
 */
export function loggingAlerts(
  agentNamespace: string,
  lokis = 1,
): Definitions<Exclude<LoggingAlertName, OfReplicas>> & Partial<Definitions<'LogStoreDegraded'>> {
  const up = commonName('up');
  const agents = `{job="kube-state-metrics", namespace="${agentNamespace}", daemonset="otel-agent"}`;
  const { TelemetryQueueFilling, TelemetryDataLost, TelemetryDataRefused } = collectorAlerts('otel-agent');
  const store = { coveredBy: 'LogStoreDown', because: 'the figure comes from Loki itself' } as const;
  const seen = `${commonName('redactions')}{class!="${DROPPED_CLASS}"}`;
  return {
    LogAgentsDown: {
      level: 'P2',
      component: 'monitoring',
      metrics: ['up'],
      expr: () => `absent(${up}{job="otel-agent"} == 1)`,
      for: '10m',
      summary: 'No agent collects logs',
      description:
        'Prometheus reaches no agent on any node. The log of Sovra is still on the nodes, for as long as the kubelet keeps the files; the audit log too.',
      missingData: 'fires',
      source: LOGGING,
    },
    LogAgentMissing: {
      level: 'P3',
      component: 'monitoring',
      metrics: ['up', 'daemonSetDesired', 'daemonSetReady'],
      expr: () =>
        `sum(${commonName('daemonSetDesired')}${agents}) - sum(${commonName('daemonSetReady')}${agents}) > 0\n` +
        `or count(${up}{job="otel-agent"} == 0)`,
      for: '15m',
      summary: 'The logs of {{ $value }} node(s) are not collected',
      description:
        'On {{ $value }} node(s) no agent is ready. What Sovra logs there stays on the node, and is lost when the kubelet removes the files.',
      missingData: { coveredBy: 'LogAgentsDown', because: 'without any agent in sight that one fires' },
      source: LOGGING,
    },
    TelemetryQueueFilling,
    TelemetryDataLost,
    TelemetryDataRefused,
    SecretsRedacted: {
      level: 'P2',
      component: 'monitoring',
      metrics: ['redactions'],
      // A counter appears with the first redaction of each collector, so the first one is no increase.
      expr: () =>
        `sum by (class, signal) (increase(${seen}[15m])) > 0\n` +
        `or sum by (class, signal) (${seen} unless ${seen} offset 15m)`,
      for: '0s',
      keepFiringFor: '15m',
      summary: 'Something was taken out of the {{ $labels.signal }} of Sovra: {{ $labels.class }}',
      description:
        'Something of the class "{{ $labels.class }}" was written into the {{ $labels.signal }}, and taken out before it was stored. The part of Sovra that wrote it does not keep to the privacy rule; what is on the disk of its node still holds it.',
      missingData: {
        coveredBy: 'LogAgentsDown',
        because: 'what takes things out is what counts them; without it nothing is collected',
      },
      source: PRIVACY,
    },
    LogStoreDown: {
      level: 'P2',
      component: 'monitoring',
      metrics: ['up'],
      expr: () => `absent(${up}{job="loki"} == 1)`,
      for: '5m',
      summary: 'Loki is down: logs cannot be searched, and alerts of logs cannot fire',
      description:
        'Prometheus reaches no Loki. The agents keep what they read on their disks, up to the size of their queues; nobody can search the log meanwhile.',
      missingData: 'fires',
      source: LOGGING,
    },
    ...(lokis > 1 && {
      LogStoreDegraded: degraded('loki', lokis, {
        summary: `Only {{ $value }} of ${lokis} replicas of Loki answer`,
        description: `Each line is written to three replicas, and a search asks all of them: with one of ${lokis} gone nothing is lost. With the next one, writing may stop.`,
        source: LOGGING,
      }),
    }),
    LogsRejected: {
      level: 'P2',
      component: 'monitoring',
      metrics: ['lokiDiscarded'],
      expr: () => `sum by (reason) (increase(${commonName('lokiDiscarded')}{job="loki"}[10m])) > 0`,
      for: '10m',
      summary: 'Loki rejected {{ printf "%.0f" $value }} lines within ten minutes: {{ $labels.reason }}',
      description:
        'Loki does not take lines, because of a limit or because of what they are ({{ $labels.reason }}). For a limit of the rate or of streams the agents try again, and each attempt is counted; for any other reason those lines are lost.',
      missingData: store,
      source: LOGGING,
    },
    LogRetentionStopped: {
      level: 'P3',
      component: 'monitoring',
      metrics: ['lokiRetentionRun'],
      expr: () => `time() - max(${commonName('lokiRetentionRun')}{job="loki"}) > 21600`,
      for: '30m',
      summary: 'Loki has deleted nothing that is due for {{ $value | humanizeDuration }}',
      description:
        'Retention was last applied {{ $value | humanizeDuration }} ago, and runs every ten minutes. The log is kept for longer than it may be, and the volume fills.',
      missingData: store,
      source: 'What is kept for longer than was promised is a breach as well as a full disk.',
    },
    LogRulesFailing: {
      level: 'P2',
      component: 'monitoring',
      metrics: ['lokiRuleFailures'],
      expr: () => `sum by (rule_group) (increase(${commonName('lokiRuleFailures')}{job="loki"}[10m])) > 0`,
      for: '10m',
      summary: 'Loki cannot evaluate the rules {{ $labels.rule_group }}',
      description:
        'Alerts of logs in {{ $labels.rule_group }} cannot fire: an audit log that stopped, or a burst of errors, would go unseen.',
      missingData: store,
      source: 'An alert that cannot be evaluated is worse than none: everybody relies on it.',
    },
  };
}

/** The alerts about tracing. @param gateways replicas of the gateway */
export function tracingAlerts(
  gateways = 1,
): Definitions<Exclude<TracingAlertName, OfReplicas>> & Partial<Definitions<'TraceGatewayDegraded'>> {
  const up = commonName('up');
  return {
    TraceGatewayDown: {
      level: 'P2',
      component: 'monitoring',
      metrics: ['up'],
      expr: () => `absent(${up}{job="otel-gateway"} == 1)`,
      for: '5m',
      summary: 'The gateway for traces is down: traces are lost',
      description:
        'Prometheus does not reach the collector that Sovra sends its traces to. Sovra works on, but its traces, and the figures that are made of them, are lost.',
      missingData: 'fires',
      source: TRACING,
    },
    ...(gateways > 1 && {
      TraceGatewayDegraded: degraded('otel-gateway', gateways, {
        summary: `Only {{ $value }} of ${gateways} replicas of the gateway for traces answer`,
        description:
          'Traces of the missing replica wait on the volumes of the others; they are neither measured nor stored until it is back.',
        source: TRACING,
      }),
    }),
    ...collectorAlerts('otel-gateway'),
    TraceStoreDown: {
      level: 'P3',
      component: 'monitoring',
      metrics: ['up'],
      expr: () => `absent(${up}{job="tempo"} == 1)`,
      for: '5m',
      summary: 'Tempo is down: traces cannot be searched',
      description:
        'Prometheus does not reach Tempo. The gateway keeps what it takes on its disk, up to the size of its queue; nobody can look at traces meanwhile.',
      missingData: 'fires',
      source: TRACING,
    },
    SpansRejected: {
      level: 'P3',
      component: 'monitoring',
      metrics: ['tempoDiscarded'],
      expr: () => `sum by (reason) (increase(${commonName('tempoDiscarded')}{job="tempo"}[10m])) > 0`,
      for: '10m',
      summary: 'Tempo rejected {{ printf "%.0f" $value }} spans within ten minutes: {{ $labels.reason }}',
      description:
        'Tempo does not take spans, because of a limit ({{ $labels.reason }}). Traces have holes where they are missing.',
      missingData: { coveredBy: 'TraceStoreDown', because: 'the counter comes from Tempo itself' },
      source: TRACING,
    },
  };
}

/** What is the same for every alert of a construct. */
export interface AlertSetOptions<Name extends string> {
  /** Alerts that are changed or left out, by name. @default all of them as they are */
  readonly alerts?: Partial<Readonly<Record<Name, false | AlertOverride>>>;
  /** Labels of every alert. @default none */
  readonly alertLabels?: Readonly<Record<string, string>>;
  /** Where the folder of runbooks is served, without a slash at its end. @default DEFAULT_RUNBOOK_BASE_URL */
  readonly runbookBaseUrl?: string;
}

/** The rules of a set of alerts, in its order. Pure. */
export function telemetryRules<Name extends string>(
  definitions: Readonly<
    Partial<
      Record<
        Name,
        Pick<TelemetryAlert, 'level' | 'component' | 'for' | 'keepFiringFor' | 'summary' | 'description'> & {
          readonly expr: (c: never) => string;
        }
      >
    >
  >,
  options: AlertSetOptions<Name>,
  grafanaUrl?: string,
): Rule[] {
  return (Object.keys(definitions) as Name[]).flatMap((name) => {
    const d = definitions[name];
    const override = options.alerts?.[name];
    if (d === undefined || override === false) return [];
    const { alertLabels, runbookBaseUrl } = options;
    return [
      alertRule({ ...d, name, expr: d.expr(undefined as never) }, override ?? {}, {
        alertLabels,
        runbookBaseUrl,
        grafanaUrl,
      }),
    ];
  });
}
