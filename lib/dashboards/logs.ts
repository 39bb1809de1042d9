import { flow } from './layout';
import type { DashboardJson, PanelJson } from './plain';
import { type RenderOptions, render } from './render';

/** Where the data sources of logs and traces are found, by the uid that they open with. */
export interface TelemetryUids {
  readonly loki?: string;
  readonly tempo?: string;
}

interface SearchPanel {
  readonly id: number;
  readonly title: string;
  readonly description: string;
  /** Lines, how many there are over time, or traces. */
  readonly kind: 'logs' | 'graph' | 'traces';
  /** LogQL, or TraceQL for traces. */
  readonly query: string;
  readonly legend?: string;
  readonly width: number;
  readonly height: number;
}

const NAMESPACE = 'k8s_namespace_name=~"$namespace"';
const LINES = `{${NAMESPACE}, service_name=~"$service"}`;
const ERRORS = 'detected_level=~"error|fatal|critical"';

/** The log of an installation: how much of what, and the lines themselves. */
function logPanels(): SearchPanel[] {
  const count = (query: string, by: string) => `sum by (${by}) (count_over_time(${query} [$__auto]))`;
  return [
    {
      id: 101,
      title: 'Lines by service',
      description: 'A service that falls silent may be gone; one that grows loud has a reason.',
      kind: 'graph',
      query: count(LINES, 'service_name'),
      legend: '{{service_name}}',
      width: 12,
      height: 8,
    },
    {
      id: 102,
      title: 'Errors by service',
      description: 'Lines of the levels error and above. The alert fires beyond 50 within five minutes.',
      kind: 'graph',
      query: count(`${LINES} | ${ERRORS}`, 'service_name'),
      legend: '{{service_name}}',
      width: 12,
      height: 8,
    },
    {
      id: 103,
      title: 'Failed requests by status',
      description: 'Requests that were answered with 4xx or 5xx, as the log has them.',
      kind: 'graph',
      query: count(`${LINES} | status=~"[45].."`, 'status'),
      legend: '{{status}}',
      width: 12,
      height: 8,
    },
    {
      id: 104,
      title: 'Audit log',
      description: 'Lines of the audit log. While there are requests, there has to be something here.',
      kind: 'graph',
      query: count(`{${NAMESPACE}, stream="audit"}`, 'service_name'),
      legend: '{{service_name}}',
      width: 12,
      height: 8,
    },
    {
      id: 201,
      title: 'Search',
      description: 'Lines of the chosen services with the text that was entered above; a click on a trace leads to it.',
      kind: 'logs',
      query: `${LINES} |= "$text"`,
      width: 24,
      height: 14,
    },
    {
      id: 202,
      title: 'Errors',
      description: 'The newest lines of the levels error and above.',
      kind: 'logs',
      query: `${LINES} | ${ERRORS}`,
      width: 12,
      height: 12,
    },
    {
      id: 203,
      title: 'Audit log, newest first',
      description: 'It is kept longer than the rest.',
      kind: 'logs',
      query: `{${NAMESPACE}, stream="audit"}`,
      width: 12,
      height: 12,
    },
  ];
}

/** Traces that somebody should look at. */
function tracePanels(): SearchPanel[] {
  return [
    {
      id: 301,
      title: 'Failed',
      description: 'Traces with a span that ended in an error.',
      kind: 'traces',
      query: '{ status = error }',
      width: 12,
      height: 12,
    },
    {
      id: 302,
      title: 'Slow',
      description: 'Traces that took longer than 100 ms, the objective of the API.',
      kind: 'traces',
      query: '{ traceDuration > 100ms }',
      width: 12,
      height: 12,
    },
  ];
}

/** The file of the dashboard of logs and traces. Panels without a data source are left out. */
export function searchDashboard(uids: TelemetryUids, options: RenderOptions): DashboardJson {
  const specs = [...(uids.loki ? logPanels() : []), ...(uids.tempo ? tracePanels() : [])];
  const { positions } = flow(
    specs.map(({ width: w, height: h }) => ({ w, h })),
    0,
  );
  const frame = render(
    {
      name: 'logs',
      uid: 'sovra-logs',
      title: 'Sovra / Logs and traces',
      description: 'The log of the installation and the traces that somebody should look at.',
      variables: [],
      sections: [],
    },
    options,
  );
  return {
    ...frame,
    templating: { list: variables(uids) },
    panels: specs.map((spec, i) => panel(spec, positions[i] as PanelJson['gridPos'])),
  };
}

type VariableJson = NonNullable<DashboardJson['templating']['list']>[number];
const LOGS = { type: 'loki', uid: '${logs}' };
const TRACES = { type: 'tempo', uid: '${traces}' };

function variables(uids: TelemetryUids): VariableJson[] {
  const source = (name: string, label: string, query: string, uid: string): VariableJson => ({
    type: 'datasource',
    name,
    label,
    query,
    current: { text: label, value: uid },
    hide: 0,
    includeAll: false,
    multi: false,
    refresh: 1,
    regex: '',
    options: [],
  });
  const values = (name: string, label: string, of: string): VariableJson => ({
    type: 'query',
    name,
    label,
    datasource: LOGS,
    query: { type: 1, label: of, stream: '', refId: 'LokiVariableQueryEditor-VariableQuery' },
    current: { text: ['All'], value: ['$__all'] },
    hide: 0,
    includeAll: true,
    // Loki wants a matcher that cannot match nothing.
    allValue: '.+',
    multi: true,
    refresh: 2,
    regex: '',
    sort: 1,
    options: [],
  });
  return [
    ...(uids.loki
      ? [
          source('logs', 'Logs', 'loki', uids.loki),
          values('namespace', 'Namespace', 'k8s_namespace_name'),
          values('service', 'Service', 'service_name'),
          {
            type: 'textbox' as const,
            name: 'text',
            label: 'Text',
            query: '',
            current: { text: '', value: '' },
            hide: 0 as const,
            options: [],
          },
        ]
      : []),
    ...(uids.tempo ? [source('traces', 'Traces', 'tempo', uids.tempo)] : []),
  ];
}

function panel(spec: SearchPanel, gridPos: PanelJson['gridPos']): PanelJson {
  const datasource = spec.kind === 'traces' ? TRACES : LOGS;
  return {
    id: spec.id,
    type: { logs: 'logs', graph: 'timeseries', traces: 'table' }[spec.kind],
    title: spec.title,
    description: spec.description,
    datasource,
    gridPos,
    targets: [{ refId: 'A', datasource, ...target(spec) }],
    ...body(spec.kind),
  };
}

function target({ kind, query, legend }: SearchPanel): Readonly<Record<string, unknown>> {
  return kind === 'traces'
    ? { queryType: 'traceql', query, limit: 20, tableType: 'traces' }
    : { queryType: 'range', editorMode: 'code', expr: query, ...(legend !== undefined && { legendFormat: legend }) };
}

function body(kind: SearchPanel['kind']): Pick<PanelJson, 'options' | 'fieldConfig'> {
  switch (kind) {
    case 'logs':
      return {
        options: {
          showTime: true,
          wrapLogMessage: true,
          enableLogDetails: true,
          prettifyLogMessage: false,
          sortOrder: 'Descending',
          dedupStrategy: 'none',
        },
      };
    case 'graph':
      return {
        options: {
          legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
          tooltip: { mode: 'multi', sort: 'desc' },
        },
        fieldConfig: {
          defaults: {
            unit: 'short',
            noValue: 'no data',
            custom: { drawStyle: 'bars', fillOpacity: 60, stacking: { mode: 'normal', group: 'A' } },
          },
          overrides: [],
        },
      };
    case 'traces':
      return { options: { cellHeight: 'sm', showHeader: true }, fieldConfig: { defaults: {}, overrides: [] } };
  }
}
