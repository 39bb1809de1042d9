import type {
  Dashboard,
  FieldConfig,
  Panel as GrafanaPanel,
  RowPanel,
} from '@grafana/grafana-foundation-sdk/dashboard';

/**
 * A type of Grafana's SDK as plain JSON: each enumeration becomes the literals that it stands for. The enumerations are
 * values of a run-time module that takes longer to load than all of our dashboards take to render, so only types of that
 * package are used.
 */
export type Plain<T> = 0 extends 1 & T
  ? unknown
  : T extends string
    ? `${T}`
    : T extends number
      ? number
      : T extends readonly (infer U)[]
        ? readonly Plain<U>[]
        : T extends object
          ? { readonly [K in keyof T as K extends `_${string}` ? never : K]: Plain<T[K]> }
          : T;

/** A panel as it stands in the file of a dashboard. */
export type PanelJson = Plain<GrafanaPanel> & { readonly id: number; readonly gridPos: GridPosition };
/** The heading of a section. */
export type RowJson = Plain<RowPanel> & { readonly gridPos: GridPosition };
/** The file of a dashboard: Grafana's classic dashboard JSON model. */
export type DashboardJson = Omit<Plain<Dashboard>, 'panels'> & {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly (PanelJson | RowJson)[];
};
export type FieldConfigJson = Plain<FieldConfig>;

/** Place in Grafana's grid of 24 columns; a unit of height is 30 pixels. */
export interface GridPosition {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}
