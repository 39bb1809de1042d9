import { interpolate, type SovraDashboard } from '../../../lib/dashboards';
import type { PanelJson } from '../../../lib/dashboards/plain';
import type { Row, Store } from './store';

/** A query of a panel, or of a variable, as the file has it. */
export interface Asked {
  readonly at: string;
  readonly panel: PanelJson;
  readonly expr: string;
}

export function asked(dashboard: SovraDashboard, panel: PanelJson): Asked[] {
  return ((panel.targets ?? []) as unknown as { refId: string; expr: string }[]).map(({ refId, expr }) => ({
    at: `${dashboard.uid} ${panel.id} ${refId}`,
    panel,
    expr,
  }));
}

/** Four scrapes, as Grafana makes it from the interval of the data source. */
const RATE_INTERVAL = '2m';

/** What Grafana sends for an expression, with what was chosen in place of its variables. */
export function sent(expr: string, choice: Readonly<Record<string, string>>): string {
  return interpolate(expr, { __rate_interval: RATE_INTERVAL, ...choice });
}

/** What a dashboard opens with: "All" where it is offered, otherwise the first value that its series have. */
export async function opensWith(
  store: Store,
  dashboard: SovraDashboard,
  from: number,
  until: number,
): Promise<Record<string, string>> {
  const choice: Record<string, string> = {};
  for (const v of dashboard.json.templating.list ?? []) {
    if (v.type !== 'query') continue;
    const values = await valuesOf(store, dashboard, v.name, choice, from, until);
    choice[v.name] = v.includeAll ? (v.allValue ?? '') : (values[0] ?? 'nothing to choose');
  }
  return choice;
}

/** What a variable offers. */
export function valuesOf(
  store: Store,
  dashboard: SovraDashboard,
  name: string,
  choice: Readonly<Record<string, string>>,
  from: number,
  until: number,
): Promise<string[]> {
  const variable = (dashboard.json.templating.list ?? []).find((v) => v.name === name);
  const [, selector = '', label = ''] = /^label_values\((.*),(\w+)\)$/.exec(variable?.definition ?? '') ?? [];
  return store.values(label, sent(selector, choice), from, until);
}

/** The colour that a panel shows, or that the line of a graph has reached: that of its worst number. */
export async function colorOf(
  store: Store,
  queries: readonly Asked[],
  choice: Readonly<Record<string, string>>,
  time: number,
): Promise<string> {
  const rows: Row[] = [];
  for (const q of queries) rows.push(...(await store.query(sent(q.expr, choice), time)));
  const panel = queries[0]?.panel;
  const values = rows.map((r) => r.value).filter((v) => !Number.isNaN(v));
  if (panel === undefined || values.length === 0) return 'no data';
  return worst(values.map((v) => color(panel, v)));
}

const ORDER = ['text', 'green', 'blue', 'yellow', 'orange', 'red'];

function worst(colors: readonly string[]): string {
  return ORDER[Math.max(...colors.map((c) => ORDER.indexOf(c)))] ?? 'unknown';
}

/** As Grafana colours a value: by a word for exactly this one, otherwise by the last step that it reaches. */
function color(panel: PanelJson, value: number): string {
  const { mappings, thresholds } = panel.fieldConfig?.defaults ?? {};
  const words = mappings?.flatMap((m) => (m.type === 'value' ? Object.entries(m.options) : [])) ?? [];
  const word = words.find(([key]) => key === String(value))?.[1] as { color?: string } | undefined;
  const step = thresholds?.steps.filter((s) => s.value === null || s.value <= value).at(-1);
  return word?.color ?? step?.color ?? 'text';
}
