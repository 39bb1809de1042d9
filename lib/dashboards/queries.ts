import type { DashboardJson, PanelJson, RowJson } from './plain';

/** One expression of a dashboard. */
export interface PanelQuery {
  /** uid of the dashboard. */
  readonly dashboard: string;
  /** `panel 103 "Failed requests" A`, or `variable node_id`. */
  readonly where: string;
  /** As it stands in the file. */
  readonly raw: string;
  /** As Prometheus gets it: see `interpolate`. */
  readonly expr: string;
}

/** Every expression of a dashboard: the queries of its panels, and the series that its variables take their values from. */
export function panelQueries(dashboard: DashboardJson): PanelQuery[] {
  const query = (where: string, raw: string): PanelQuery => ({
    dashboard: dashboard.uid,
    where,
    raw,
    expr: interpolate(raw),
  });
  return [
    ...dashboard.panels
      .filter(isPanel)
      .flatMap((p) => (p.targets ?? []).map((t) => ({ p, t: t as { refId: string; expr: string } })))
      .map(({ p, t }) => query(`panel ${p.id} ${JSON.stringify(p.title)} ${t.refId}`, t.expr)),
    ...(dashboard.templating.list ?? []).flatMap((v) => {
      const selector = /^label_values\((.*),\s*\w+\)$/.exec(v.definition ?? '')?.[1];
      return selector === undefined ? [] : [query(`variable ${v.name}`, selector)];
    }),
  ];
}

function isPanel(p: PanelJson | RowJson): p is PanelJson {
  return p.type !== 'row';
}

/**
 * Puts in what Grafana would put in place of its variables: one minute for `$__rate_interval`, `$__interval` and
 * `$__range` (the shortest window that four scrapes at the guide's interval of 15 s allow), and `.*`, which is "All", for
 * every other variable. Ours stand only inside the string of a `=~` matcher.
 *
 * @param values what is chosen, by the name of the variable, where it is something else
 */
export function interpolate(expr: string, values: Readonly<Record<string, string>> = {}): string {
  return expr
    .replace(/\$\{?(__(?:rate_interval|interval|range))\b\}?/g, (_, name: string) => values[name] ?? '1m')
    .replace(/\$\{?([A-Za-z]\w*)(?::\w+)?\}?/g, (_, name: string) => values[name] ?? '.*');
}
