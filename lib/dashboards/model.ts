import type { AlertThresholds } from '../rules/thresholds';
import type { SovraInstallation } from '../sovra/installation';
import { type MetricId, metricName } from '../sovra/metrics';

/** Units by Grafana's ids. */
export type Unit = 'none' | 'short' | 's' | 'd' | 'bytes' | 'percentunit' | 'reqps' | 'ops' | 'dateTimeFromNow';

export type Color = 'green' | 'yellow' | 'orange' | 'red' | 'blue' | 'text';

/** From which value on a colour holds; the first one holds below all others. */
export interface Step {
  readonly from: number | null;
  readonly color: Color;
}

export interface Query {
  readonly expr: string;
  /** Name of the series, with `{{label}}`. @default all labels */
  readonly legend?: string;
}

/** A word for a value. */
export interface ValueText {
  readonly value: number;
  readonly text: string;
  readonly color: Color;
}

/** A column of a table: a label of the series, or `Value` (`Value #A`, `Value #B` ... of several queries). */
export interface Column {
  readonly field: string;
  readonly title: string;
  /** @default that of the panel for values, none for labels */
  readonly unit?: Unit;
  /** @default three figures */
  readonly decimals?: number;
  readonly steps?: readonly Step[];
  readonly values?: readonly ValueText[];
  /** Where a click on a cell leads; `${__value.raw}` is what stands in it. */
  readonly link?: { readonly title: string; readonly url: string };
}

/** Where the corner of a panel leads. */
export interface PanelLink {
  readonly title: string;
  readonly url: string;
  /** Outside of Grafana, in a window of its own. @default false */
  readonly elsewhere?: boolean;
}

interface PanelBase {
  /** Never changes and is never used again: links to single panels and alert annotations carry it. */
  readonly id: number;
  readonly title: string;
  /** What is seen, and from when on it is bad. */
  readonly description: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** @default no colours */
  readonly steps?: readonly Step[];
  /** Words in place of numbers. @default none */
  readonly values?: readonly ValueText[];
  /** What to read or open next. @default none */
  readonly links?: readonly PanelLink[];
  /** Columns of 24. @default 4 for a number, 12 for a graph, 24 for a table */
  readonly width?: number;
  /** Units of 30 pixels. @default 4 for a number, 8 otherwise */
  readonly height?: number;
}

/** One number, or a few: an instant query. */
export interface StatPanel extends PanelBase {
  readonly kind: 'stat';
  /** Show the name of the series in place of its value. @default 'value' */
  readonly show?: 'value' | 'name';
}

/** Lines over time. */
export interface GraphPanel extends PanelBase {
  readonly kind: 'graph';
  readonly stacked?: boolean;
  /** The axis reaches at least so far, so that noise near zero does not fill the panel. @default as far as the data */
  readonly softMax?: number;
}

/** States over time, one line for each series. */
export interface TimelinePanel extends PanelBase {
  readonly kind: 'timeline';
}

/** Series as rows: instant queries, joined by their labels where there are several. */
export interface TablePanel extends PanelBase {
  readonly kind: 'table';
  readonly columns: readonly Column[];
  readonly sortBy: { readonly title: string; readonly descending: boolean };
}

export type PanelSpec = StatPanel | GraphPanel | TimelinePanel | TablePanel;

/** How many there are of something: one query, no unit. */
export function countPanel(
  id: number,
  title: string,
  description: string,
  expr: string,
  steps?: readonly Step[],
): StatPanel {
  return { id, kind: 'stat', title, description, unit: 'none', queries: [{ expr }], steps };
}

/** A list of values of a label, taken from a series. */
export interface VariableSpec {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  /** The series whose label it is. */
  readonly selector: string;
  readonly values: string;
  /** Whether "All" is offered; it then stands for `.*`, not for a list of ten thousand names. */
  readonly all: boolean;
}

export interface SectionSpec {
  readonly id: number;
  readonly title: string;
  readonly panels: readonly PanelSpec[];
}

export interface DashboardSpec {
  /** Name of the file and of its ConfigMap, without the prefix that both share. */
  readonly name: string;
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly VariableSpec[];
  readonly sections: readonly SectionSpec[];
}

/** What dashboards are written with. */
export interface DashboardContext {
  readonly sovra: SovraInstallation;
  readonly thresholds: AlertThresholds;
  /** The page of an alert. */
  readonly runbook: (alert: string) => string;
}

/**
 * Something that needs metrics: nothing, where the installation's dialect lacks one of them. The names come by their ids,
 * so that an expression can use only what it has declared.
 */
export function using<const Ids extends readonly MetricId[], T>(
  c: DashboardContext,
  ids: Ids,
  make: (names: Readonly<Record<Ids[number], string>>) => T,
): T[] {
  const names = ids.map((id) => [id, metricName(id, c.sovra.dialect)] as const);
  if (names.some(([, name]) => name === null)) return [];
  return [make(Object.fromEntries(names) as Record<Ids[number], string>)];
}

/** Good until the first figure. Alerts fire above theirs, Grafana colours from its on: the same line on the screen. */
export function above(...bad: readonly (readonly [number, Color])[]): Step[] {
  return [{ from: null, color: 'green' }, ...bad.map(([from, color]) => ({ from, color }))];
}

/** Bad below each figure, the worst first. */
export function below(...bad: readonly (readonly [number, Color])[]): Step[] {
  const from = [null, ...bad.map(([figure]) => figure)];
  const colors = [...bad.map(([, color]) => color), 'green' as const];
  return colors.map((color, i) => ({ from: from[i] ?? null, color }));
}

/** How many series fulfil a condition: 0 while there are series but none does, nothing where there are none. */
export function countOf(series: string, comparison: '==' | '<' | '>', figure: number): string {
  return `sum(${series} ${comparison} bool ${figure})`;
}
