/**
 * What a person reads when the first case of each alert fires, by set and name: the templates, filled in by Prometheus.
 * Kept as it is read, so that a review of a text sees the text.
 */
export const TEXTS: Readonly<Record<string, { readonly summary: string; readonly description: string }>> = {
  'logging.LogAgentsDown': {
    summary: 'No agent collects logs',
    description:
      'Prometheus reaches no agent on any node. The log of Sovra is still on the nodes, for as long as the kubelet keeps the files; the audit log too.',
  },
  'logging.LogAgentMissing': {
    summary: 'The logs of 1 node(s) are not collected',
    description:
      'On 1 node(s) no agent is ready. What Sovra logs there stays on the node, and is lost when the kubelet removes the files.',
  },
  'logging.TelemetryQueueFilling': {
    summary: 'The queue of a to otlphttp is 51% full',
    description:
      'What otel-agent should deliver to otlphttp waits on its disk: that side is down or too slow. Nothing is lost yet; when the queue is full, reading stops, and lines are lost with the files that the kubelet removes.',
  },
  'logging.TelemetryDataLost': {
    summary: 'a lost 5 log lines within ten minutes on the way to otlphttp',
    description:
      'otel-agent gave up log lines that otlphttp did not take, or for which its queue had no room. They are gone: what happened in that time is not on record here.',
  },
  'logging.TelemetryDataRefused': {
    summary: 'a refused 40 log lines at in within ten minutes',
    description:
      'otel-agent is out of memory for what comes in and turns it away. The agent reads the lines again later, as long as the node keeps the files.',
  },
  'logging.SecretsRedacted': {
    summary: 'Something was taken out of the logs of Sovra: email',
    description:
      'Something of the class "email" was written into the logs, and taken out before it was stored. The part of Sovra that wrote it does not keep to the privacy rule; what is on the disk of its node still holds it.',
  },
  'logging.LogStoreDown': {
    summary: 'Loki is down: logs cannot be searched, and alerts of logs cannot fire',
    description:
      'Prometheus reaches no Loki. The agents keep what they read on their disks, up to the size of their queues; nobody can search the log meanwhile.',
  },
  'logging.LogStoreDegraded': {
    summary: 'Only 2 of 3 replicas of Loki answer',
    description:
      'Each line is written to three replicas, and a search asks all of them: with one of 3 gone nothing is lost. With the next one, writing may stop.',
  },
  'logging.LogsRejected': {
    summary: 'Loki rejected 40 lines within ten minutes: rate_limited',
    description:
      'Loki does not take lines, because of a limit or because of what they are (rate_limited). For a limit of the rate or of streams the agents try again, and each attempt is counted; for any other reason those lines are lost.',
  },
  'logging.LogRetentionStopped': {
    summary: 'Loki has deleted nothing that is due for 6h 31m 0s',
    description:
      'Retention was last applied 6h 31m 0s ago, and runs every ten minutes. The log is kept for longer than it may be, and the volume fills.',
  },
  'logging.LogRulesFailing': {
    summary: 'Loki cannot evaluate the rules sovra-logs',
    description:
      'Alerts of logs in sovra-logs cannot fire: an audit log that stopped, or a burst of errors, would go unseen.',
  },
  'tracing.TraceGatewayDown': {
    summary: 'The gateway for traces is down: traces are lost',
    description:
      'Prometheus does not reach the collector that Sovra sends its traces to. Sovra works on, but its traces, and the figures that are made of them, are lost.',
  },
  'tracing.TelemetryQueueFilling': {
    summary: 'The queue of a to otlphttp is 51% full',
    description:
      'What otel-gateway should deliver to otlphttp waits on its disk: that side is down or too slow. Nothing is lost yet; when the queue is full, senders are held back, and spans that they cannot keep are lost.',
  },
  'tracing.TelemetryDataLost': {
    summary: 'a lost 5 spans within ten minutes on the way to otlphttp',
    description:
      'otel-gateway gave up spans that otlphttp did not take, or for which its queue had no room. They are gone: what happened in that time is not on record here.',
  },
  'tracing.TelemetryDataRefused': {
    summary: 'a refused 40 spans at in within ten minutes',
    description:
      'otel-gateway is out of memory for what comes in and turns it away. Sovra may send them again; what it gives up is missing from the traces.',
  },
  'tracing.TraceGatewayDegraded': {
    summary: 'Only 2 of 3 replicas of the gateway for traces answer',
    description:
      'Traces of the missing replica wait on the volumes of the others; they are neither measured nor stored until it is back.',
  },
  'tracing.TraceStoreDown': {
    summary: 'Tempo is down: traces cannot be searched',
    description:
      'Prometheus does not reach Tempo. The gateway keeps what it takes on its disk, up to the size of its queue; nobody can look at traces meanwhile.',
  },
  'tracing.SpansRejected': {
    summary: 'Tempo rejected 40 spans within ten minutes: trace_too_large',
    description:
      'Tempo does not take spans, because of a limit (trace_too_large). Traces have holes where they are missing.',
  },
};
