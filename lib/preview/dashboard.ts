import type { KubeObject } from '../checks/model';
import type { GridPosition } from '../dashboards/plain';

/** A value of somebody's JSON: anything may be missing, or of another type. */
export type Json = Readonly<Record<string, unknown>>;

export const record = (v: unknown): Json =>
  v !== null && typeof v === 'object' && !Array.isArray(v) ? (v as Json) : {};
export const list = (v: unknown): readonly unknown[] => (Array.isArray(v) ? v : []);
export const text = (v: unknown): string => (typeof v === 'string' ? v : '');
export const number = (v: unknown): number | undefined => (typeof v === 'number' && Number.isFinite(v) ? v : undefined);

/** A query of a panel. */
export interface Target {
  readonly refId: string;
  readonly expr: string;
  /** How series are called; empty for their labels. */
  readonly legend: string;
  readonly instant: boolean;
  readonly table: boolean;
}

export interface Panel {
  readonly id: string;
  readonly type: string;
  readonly title: string;
  readonly description: string;
  /** Within its section. */
  readonly place: GridPosition;
  readonly links: readonly { readonly title: string; readonly url: string }[];
  readonly targets: readonly Target[];
  /** The kind of data source that it asks: `prometheus`, `loki` ... */
  readonly source: string;
  readonly options: Json;
  readonly defaults: Json;
  readonly overrides: readonly Json[];
  readonly transformations: readonly Json[];
  /** The shortest step that it wants, as Grafana writes it: `30s`, `>1m`; empty for none. */
  readonly interval: string;
  /** The variable that it is repeated for; empty for none. */
  readonly repeat: string;
}

/** A row of a dashboard with the panels below it. */
export interface Section {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** As Grafana writes it: `now-6h`. */
  readonly from: string;
  /** As they stand in the file. */
  readonly variables: readonly Json[];
  readonly sections: readonly Section[];
}

/** The dashboards in ConfigMaps, in the order of the objects: every JSON with panels, whoever made it. */
export function dashboardsIn(objects: readonly KubeObject[]): Dashboard[] {
  return objects
    .filter((o) => o.kind === 'ConfigMap')
    .flatMap((o) => Object.entries(record(o.data)))
    .flatMap(([file, content]) => {
      const json = file.endsWith('.json') ? parsed(text(content)) : undefined;
      return json && Array.isArray(json.panels) ? [dashboardOf(json, file.replace(/\.json$/, ''))] : [];
    });
}

/** The shortest scrape interval that the data source of the manifests states, as Grafana takes it from there. */
export function statedInterval(objects: readonly KubeObject[]): string | undefined {
  const files = objects.filter((o) => o.kind === 'ConfigMap').flatMap((o) => Object.values(record(o.data)));
  return files
    .map((file) => /^\s*timeInterval: "?(\w+)"?$/m.exec(text(file))?.[1])
    .find((found) => found !== undefined);
}

/** A ConfigMap of somebody else may hold anything under a name that ends with `.json`. */
function parsed(content: string): Json | undefined {
  try {
    return record(JSON.parse(content));
  } catch {
    return undefined;
  }
}

export function dashboardOf(json: Json, name: string): Dashboard {
  return {
    uid: text(json.uid) || name,
    title: text(json.title) || name,
    description: text(json.description),
    from: text(record(json.time).from),
    variables: list(record(json.templating).list).map(record),
    sections: sections(list(json.panels).map(record)),
  };
}

/** Panels follow their row in the file, or are within it where it is collapsed: those are shown as if it were opened. */
function sections(all: readonly Json[]): Section[] {
  const found: { title: string; panels: Json[] }[] = [];
  for (const panel of all) {
    if (panel.type === 'row') found.push({ title: text(panel.title), panels: list(panel.panels).map(record) });
    else if (found.length === 0) found.push({ title: '', panels: [panel] });
    else found.at(-1)?.panels.push(panel);
  }
  return found.filter((s) => s.panels.length > 0).map((s) => ({ title: s.title, panels: placed(s.panels) }));
}

function placed(panels: readonly Json[]): Panel[] {
  const top = Math.min(...panels.map((p) => number(record(p.gridPos).y) ?? 0));
  return panels.map((json, i) => panelOf(json, top, i));
}

function panelOf(json: Json, top: number, index: number): Panel {
  const at = record(json.gridPos);
  const within = (v: unknown, least: number, most: number, otherwise: number) =>
    Math.min(most, Math.max(least, Math.round(number(v) ?? otherwise)));
  const w = within(at.w, 1, 24, 12);
  const fieldConfig = record(json.fieldConfig);
  return {
    id: String(number(json.id) ?? `${index + 1}`),
    type: text(json.type),
    title: text(json.title),
    description: text(json.description),
    place: { x: within(at.x, 0, 24 - w, 0), y: Math.max(0, (number(at.y) ?? top) - top), w, h: within(at.h, 2, 40, 8) },
    links: list(json.links)
      .map(record)
      .map((l) => ({ title: text(l.title), url: text(l.url) })),
    targets: list(json.targets).map(record).filter(isAsked).map(targetOf),
    source: text(record(json.datasource).type) || 'prometheus',
    options: record(json.options),
    defaults: record(fieldConfig.defaults),
    overrides: list(fieldConfig.overrides).map(record),
    transformations: list(json.transformations).map(record),
    interval: text(json.interval),
    repeat: text(json.repeat),
  };
}

const isAsked = (t: Json) => text(t.expr) !== '' && t.hide !== true;

function targetOf(t: Json, index: number): Target {
  const legend = text(t.legendFormat);
  return {
    refId: text(t.refId) || String.fromCharCode(65 + index),
    expr: text(t.expr),
    legend: legend === '__auto' ? '' : legend,
    instant: t.instant === true && t.range !== true,
    table: t.format === 'table',
  };
}
