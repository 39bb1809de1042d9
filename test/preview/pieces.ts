import { init } from 'echarts';
import { type Dashboard, dashboardOf, type Panel } from '../../lib/preview/dashboard';
import { type AnsweredDashboard, pageOf } from '../../lib/preview/page';
import type { Draw } from '../../lib/preview/panel';
import { questions, windowOf } from '../../lib/preview/plan';
import { type Answer, type RawResult, seriesOf } from '../../lib/preview/series';
import type { Choice } from '../../lib/preview/variables';

/** 2026-01-05 09:00 UTC. */
export const NOON = Date.UTC(2026, 0, 5, 9) / 1000;
export const HOUR = 3600;
const SCRAPE = 15;

export const draw: Draw = (option, width, height) => {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption(option);
  const svg = chart.renderToSVGString({ useViewBox: true });
  chart.dispose();
  return svg;
};

/** A panel as Grafana's JSON has it, with what matters said. */
export function panelJson(json: object = {}): object {
  return {
    id: 1,
    type: 'stat',
    title: 'A panel',
    gridPos: { x: 0, y: 0, w: 12, h: 8 },
    targets: [{ expr: 'up' }],
    ...json,
  };
}

export function dashboard(panels: readonly object[], more: object = {}): Dashboard {
  return dashboardOf({ uid: 'one', title: 'One', panels, ...more }, 'one');
}

export function panel(json: object): Panel {
  return dashboard([panelJson(json)]).sections[0]?.panels[0] as Panel;
}

type Labels = Record<string, string>;

export const vector = (...rows: readonly (readonly [Labels, string | number])[]): RawResult => ({
  resultType: 'vector',
  result: rows.map(([metric, value]) => ({ metric, value: [NOON, String(value)] })),
});

/** Values one step apart, up to the end; nothing where one is undefined. */
export const matrix = (
  step: number,
  ...rows: readonly (readonly [Labels, readonly (number | undefined)[]])[]
): RawResult => ({
  resultType: 'matrix',
  result: rows.map(([metric, values]) => ({
    metric,
    values: values.flatMap((v, i) => (v === undefined ? [] : [[NOON - (values.length - 1 - i) * step, String(v)]])),
  })),
});

export const refusal = (message: string) => ({ refused: message });
type Said = RawResult | { refused: string };

/** What a panel was answered, query by query. */
export function answers(p: Panel, said: readonly Said[], choices: readonly Choice[] = []): Answer[] {
  return questions(p, choices, windowOf(p, NOON - HOUR, NOON, SCRAPE)).map((question, i) => {
    const one = said[i] ?? vector();
    return 'refused' in one
      ? { question, series: [], refused: one.refused }
      : { question, series: seriesOf(one, question.expr) };
  });
}

/** The page of one dashboard; what is said is by the id of the panel. */
export function page(
  d: Dashboard,
  said: Readonly<Record<string, readonly Said[]>>,
  more: Partial<AnsweredDashboard> = {},
) {
  const panels = d.sections.flatMap((s) => s.panels);
  const answered = new Map(panels.map((p) => [p, answers(p, said[p.id] ?? [], more.choices)]));
  return pageOf(
    [{ dashboard: d, choices: [], refused: [], from: NOON - HOUR, to: NOON, answers: answered, ...more }],
    draw,
  );
}
