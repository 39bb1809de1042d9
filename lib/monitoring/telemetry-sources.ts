import { ALERTMANAGER_UID, LOKI_UID, PROMETHEUS_UID, TEMPO_UID } from './source-uids';

/** Where logs and traces are asked. */
export interface TelemetrySources {
  readonly lokiUrl?: string;
  readonly tempoUrl?: string;
}

/** The label by which a series shows one trace of those that it is made of. */
const EXEMPLAR_LABEL = 'trace_id';
/** How far from a span its lines are looked for: clocks of nodes differ, and lines are written when all is over. */
const AROUND = '5m';

/** What the data source of Prometheus says in addition: from a point of a series to the trace behind it. */
export function metricLinks({ tempoUrl }: TelemetrySources): object {
  return tempoUrl === undefined
    ? {}
    : { exemplarTraceIdDestinations: [{ name: EXEMPLAR_LABEL, datasourceUid: TEMPO_UID }] };
}

/** In a file of Grafana, `$` begins a variable of the environment; doubled, it stays what it is. */
const own = (name: string): string => `$$\{${name}}`;

/** What is searched in Loki for a span: the lines of its service that carry its trace. */
export const LOGS_OF_SPAN = `{${own('__tags')}} | trace_id="${own('__trace.traceId')}"`;
/** For a span's metrics, Grafana replaces these very letters, and no braces: it does not know them as a variable there. */
const TAGS = '$$__tags';
/** What is asked of Prometheus for a span: how often, how slow and how well its service does that. */
export const METRICS_OF_SPAN: readonly { readonly name: string; readonly query: string }[] = [
  { name: 'Requests', query: `sum(rate(traces_span_metrics_calls_total{${TAGS}}[5m]))` },
  {
    name: 'Errors',
    query: `sum(rate(traces_span_metrics_calls_total{${TAGS}, status_code="STATUS_CODE_ERROR"}[5m]))`,
  },
  {
    name: 'Latency (p95)',
    query: `histogram_quantile(0.95, sum by (le) (rate(traces_span_metrics_duration_seconds_bucket{${TAGS}}[5m])))`,
  },
];

/** Data sources for logs and traces, each with the ways to the others. */
export function telemetrySources(
  shared: object,
  { lokiUrl, tempoUrl }: TelemetrySources,
  alertmanager: boolean,
): object[] {
  const tags = [{ key: 'service.name', value: 'service_name' }];
  return [
    ...(lokiUrl === undefined
      ? []
      : [
          {
            name: 'Loki',
            uid: LOKI_UID,
            type: 'loki',
            ...shared,
            url: lokiUrl,
            jsonData: {
              maxLines: 1000,
              ...(alertmanager && { alertmanagerUid: ALERTMANAGER_UID }),
              ...(tempoUrl !== undefined && {
                derivedFields: [
                  {
                    name: 'trace',
                    matcherType: 'label',
                    matcherRegex: 'trace_id',
                    datasourceUid: TEMPO_UID,
                    url: own('__value.raw'),
                    urlDisplayLabel: 'Trace',
                  },
                ],
              }),
            },
          },
        ]),
    ...(tempoUrl === undefined
      ? []
      : [
          {
            name: 'Tempo',
            uid: TEMPO_UID,
            type: 'tempo',
            ...shared,
            url: tempoUrl,
            jsonData: {
              nodeGraph: { enabled: true },
              ...(lokiUrl !== undefined && {
                tracesToLogsV2: {
                  datasourceUid: LOKI_UID,
                  spanStartTimeShift: `-${AROUND}`,
                  spanEndTimeShift: AROUND,
                  tags,
                  customQuery: true,
                  query: LOGS_OF_SPAN,
                },
              }),
              tracesToMetrics: {
                datasourceUid: PROMETHEUS_UID,
                spanStartTimeShift: `-${AROUND}`,
                spanEndTimeShift: AROUND,
                tags,
                queries: METRICS_OF_SPAN,
              },
            },
          },
        ]),
  ];
}
