import type { Options as StatOptions } from '@grafana/grafana-foundation-sdk/stat';
import type {
  FieldConfig as TimelineField,
  Options as TimelineOptions,
} from '@grafana/grafana-foundation-sdk/statetimeline';
import type { Options as TableOptions } from '@grafana/grafana-foundation-sdk/table';
import type { FieldConfig as GraphField, Options as GraphOptions } from '@grafana/grafana-foundation-sdk/timeseries';
import { flow, GRID_COLUMNS } from './layout';
import type {
  Column,
  DashboardSpec,
  GraphPanel,
  PanelLink,
  PanelSpec,
  SectionSpec,
  StatPanel,
  Step,
  TablePanel,
  ValueText,
  VariableSpec,
} from './model';
import type { DashboardJson, FieldConfigJson, GridPosition, PanelJson, Plain, RowJson } from './plain';
import { OURS } from './promql';

/** Version of the JSON model; Grafana migrates older ones each time it loads them. */
const SCHEMA_VERSION = 42;
/** Every dashboard can be about one of several clusters, where their series are brought together. */
const CLUSTERS: VariableSpec = {
  name: 'cluster',
  label: 'Cluster',
  description:
    'Clusters whose series are shown. There are none to choose from in the Prometheus of a single cluster: its series have no such label.',
  selector: `up{${OURS}}`,
  values: 'cluster',
  all: true,
};
/** Every dashboard carries it, and so do the links from one to the others. */
export const TAG = 'sovra-ops';
/** Every panel asks the data source that is chosen at the top. */
const SOURCE = { type: 'prometheus', uid: '${datasource}' };

export interface RenderOptions {
  readonly datasourceUid: string;
  readonly runbookBaseUrl: string;
}

/** The file of a dashboard. */
export function render(spec: DashboardSpec, options: RenderOptions): DashboardJson {
  return {
    uid: spec.uid,
    title: spec.title,
    description: spec.description,
    tags: ['sovra', TAG],
    timezone: 'browser',
    // Provisioned dashboards come from here; what is changed by hand would be lost with the next release.
    editable: false,
    graphTooltip: 1,
    schemaVersion: SCHEMA_VERSION,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    timepicker: {},
    fiscalYearStartMonth: 0,
    links: links(options.runbookBaseUrl),
    annotations: { list: [] },
    templating: { list: [datasource(options.datasourceUid), ...[CLUSTERS, ...spec.variables].map(variable)] },
    panels: panels(spec.sections),
  };
}

function links(runbookBaseUrl: string): DashboardJson['links'] {
  const shared = { asDropdown: true, includeVars: true, keepTime: true, tooltip: '' };
  return [
    { ...shared, type: 'dashboards', title: 'Sovra', icon: 'external link', tags: [TAG], targetBlank: false, url: '' },
    {
      ...shared,
      type: 'link',
      title: 'Runbooks',
      icon: 'doc',
      tags: [],
      targetBlank: true,
      url: runbookBaseUrl,
      asDropdown: false,
      includeVars: false,
      keepTime: false,
    },
  ];
}

type VariableJson = NonNullable<DashboardJson['templating']['list']>[number];

function datasource(uid: string): VariableJson {
  return {
    type: 'datasource',
    name: 'datasource',
    label: 'Data source',
    query: 'prometheus',
    current: { text: 'Prometheus', value: uid },
    hide: 0,
    includeAll: false,
    multi: false,
    refresh: 1,
    regex: '',
    options: [],
  };
}

function variable(v: VariableSpec): VariableJson {
  const definition = `label_values(${v.selector},${v.values})`;
  return {
    type: 'query',
    name: v.name,
    label: v.label,
    description: v.description,
    datasource: SOURCE,
    definition,
    query: { qryType: 1, query: definition, refId: 'PrometheusVariableQueryEditor-VariableQuery' },
    current: v.all ? { text: ['All'], value: ['$__all'] } : { text: [], value: [] },
    hide: 0,
    includeAll: v.all,
    ...(v.all && { allValue: '.*' }),
    multi: true,
    refresh: 1,
    regex: '',
    sort: 1,
    options: [],
  };
}

function panels(sections: readonly SectionSpec[]): (PanelJson | RowJson)[] {
  const all: (PanelJson | RowJson)[] = [];
  let top = 0;
  for (const section of sections) {
    if (section.panels.length === 0) continue;
    all.push({
      type: 'row',
      id: section.id,
      title: section.title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y: top, w: GRID_COLUMNS, h: 1 },
    });
    const { positions, bottom } = flow(section.panels.map(size), top + 1);
    section.panels.forEach((spec, i) => {
      all.push(panel(spec, positions[i] as GridPosition));
    });
    top = bottom;
  }
  return all;
}

function size({ kind, width, height }: PanelSpec) {
  return { w: width ?? { stat: 4, graph: 12, timeline: 24, table: 24 }[kind], h: height ?? (kind === 'stat' ? 4 : 8) };
}

/** Grafana's built-in panels only: others would have to be downloaded. */
const TYPES = { stat: 'stat', graph: 'timeseries', timeline: 'state-timeline', table: 'table' } as const;

function panel(spec: PanelSpec, gridPos: GridPosition): PanelJson {
  return {
    id: spec.id,
    type: TYPES[spec.kind],
    title: spec.title,
    description: spec.description,
    datasource: SOURCE,
    gridPos,
    ...(spec.links && { links: spec.links.map(panelLink) }),
    targets: spec.queries.map((query, i) => target(spec.kind, query, String.fromCharCode(65 + i))),
    ...body(spec),
  };
}

function panelLink({ title, url, elsewhere = false }: PanelLink): NonNullable<PanelJson['links']>[number] {
  // What a link carries stands in its address; the flags have an effect in the links of a whole dashboard only.
  const flags = { asDropdown: false, includeVars: false, keepTime: false };
  return { type: 'link', title, url, icon: '', tooltip: '', tags: [], targetBlank: elsewhere, ...flags };
}

type Body = Pick<PanelJson, 'options' | 'fieldConfig' | 'transformations'>;

function body(spec: PanelSpec): Body {
  switch (spec.kind) {
    case 'stat':
      return { options: statOptions(spec), fieldConfig: { defaults: defaults(spec), overrides: [] } };
    case 'graph':
      return {
        options: graphOptions(spec),
        fieldConfig: { defaults: { ...defaults(spec), custom: graphField(spec) }, overrides: [] },
      };
    case 'timeline':
      return {
        options: TIMELINE_OPTIONS,
        fieldConfig: { defaults: { ...defaults(spec), custom: TIMELINE_FIELD }, overrides: [] },
      };
    case 'table':
      return {
        options: tableOptions(spec),
        fieldConfig: { defaults: defaults(spec), overrides: spec.columns.map(override) },
        transformations: transformations(spec),
      };
  }
}

function target(kind: PanelSpec['kind'], { expr, legend }: { expr: string; legend?: string }, refId: string) {
  const instant = kind === 'stat' || kind === 'table';
  return {
    refId,
    datasource: SOURCE,
    editorMode: 'code',
    expr,
    instant,
    range: !instant,
    ...(kind === 'table' && { format: 'table' }),
    ...(legend !== undefined && { legendFormat: legend }),
  };
}

function defaults(spec: PanelSpec): FieldConfigJson {
  return {
    unit: spec.unit,
    // An empty panel must not look like a good one.
    noValue: 'no data',
    color: { mode: spec.kind === 'graph' ? 'palette-classic' : 'thresholds' },
    thresholds: thresholds(spec.steps ?? [{ from: null, color: 'text' }]),
    ...(spec.values && { mappings: [mapping(spec.values)] }),
  };
}

function thresholds(steps: readonly Step[]): FieldConfigJson['thresholds'] {
  return { mode: 'absolute', steps: steps.map(({ from, color }) => ({ value: from, color })) };
}

function mapping(values: readonly ValueText[]): NonNullable<FieldConfigJson['mappings']>[number] {
  return {
    type: 'value',
    options: Object.fromEntries(values.map(({ value, text, color }, index) => [String(value), { text, color, index }])),
  };
}

function statOptions({ show = 'value', steps, values, queries }: StatPanel): Plain<StatOptions> {
  return {
    graphMode: 'none',
    colorMode: steps || values ? 'background' : 'value',
    justifyMode: 'auto',
    orientation: 'auto',
    percentChangeColorMode: 'standard',
    reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
    showPercentChange: false,
    textMode: show === 'name' ? 'name' : queries.length > 1 ? 'value_and_name' : 'value',
    wideLayout: true,
  };
}

function graphOptions({ queries }: GraphPanel): Plain<GraphOptions> {
  return {
    legend: {
      displayMode: 'list',
      placement: 'bottom',
      showLegend: true,
      calcs: queries.length === 1 ? ['lastNotNull'] : [],
    },
    tooltip: { mode: 'multi', sort: 'desc' },
  };
}

function graphField({ stacked, steps, softMax }: GraphPanel): Plain<GraphField> {
  return {
    axisSoftMin: 0,
    ...(softMax !== undefined && { axisSoftMax: softMax }),
    drawStyle: 'line',
    lineWidth: 1,
    fillOpacity: stacked ? 30 : 5,
    showPoints: 'auto',
    // A gap in the data is a fact that must be seen.
    spanNulls: false,
    stacking: { mode: stacked ? 'normal' : 'none', group: 'A' },
    thresholdsStyle: { mode: steps ? 'dashed' : 'off' },
  };
}

const TIMELINE_OPTIONS: Plain<TimelineOptions> = {
  alignValue: 'left',
  legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
  mergeValues: true,
  rowHeight: 0.9,
  showValue: 'auto',
  tooltip: { mode: 'single', sort: 'none' },
};

const TIMELINE_FIELD: Plain<TimelineField> = { fillOpacity: 70, lineWidth: 0, spanNulls: false };

function tableOptions({ sortBy }: TablePanel): Plain<TableOptions> {
  return {
    cellHeight: 'sm',
    frameIndex: 0,
    showHeader: true,
    sortBy: [{ displayName: sortBy.title, desc: sortBy.descending }],
  };
}

/** Several queries become one row for each set of labels; only the columns that are named are shown, in their order. */
function transformations(spec: TablePanel): NonNullable<PanelJson['transformations']> {
  const fields = spec.columns.map((c) => c.field);
  return [
    ...(spec.queries.length > 1 ? [{ id: 'merge', options: {} }] : []),
    { id: 'filterFieldsByName', options: { include: { names: fields } } },
    {
      id: 'organize',
      options: {
        excludeByName: {},
        indexByName: Object.fromEntries(fields.map((field, i) => [field, i])),
        renameByName: Object.fromEntries(spec.columns.map((c) => [c.field, c.title])),
      },
    },
  ];
}

function override(c: Column): NonNullable<PanelJson['fieldConfig']>['overrides'][number] {
  return {
    matcher: { id: 'byName', options: c.title },
    properties: [
      ...(c.unit ? [{ id: 'unit', value: c.unit }] : []),
      ...(c.decimals === undefined ? [] : [{ id: 'decimals', value: c.decimals }]),
      ...(c.values ? [{ id: 'mappings', value: [mapping(c.values)] }] : []),
      ...(c.steps
        ? [
            { id: 'thresholds', value: thresholds(c.steps) },
            { id: 'color', value: { mode: 'thresholds' } },
          ]
        : []),
      ...(c.steps || c.values ? [{ id: 'custom.cellOptions', value: { type: 'color-text' } }] : []),
      ...(c.link ? [{ id: 'links', value: [{ title: c.link.title, url: c.link.url, targetBlank: true }] }] : []),
    ],
  };
}

/** The text of the file: valid JSON with one line for each panel, so that a change shows as the panels that it is about. */
export function dashboardText(dashboard: DashboardJson): string {
  const lines = Object.entries(dashboard).map(([key, value]) => {
    const text =
      Array.isArray(value) && key === 'panels'
        ? `[\n${value.map((p) => JSON.stringify(p)).join(',\n')}\n]`
        : JSON.stringify(value);
    return `${JSON.stringify(key)}:${text}`;
  });
  return `{\n${lines.join(',\n')}\n}\n`;
}
