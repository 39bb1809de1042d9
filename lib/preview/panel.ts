import type { EChartsOption } from 'echarts';
import { type Chart, chartOf } from './chart';
import { type Panel, record, text } from './dashboard';
import { fieldOf, show, thresholdColor } from './fields';
import { innerHeight, innerWidth, LEGEND_LINE, textWidth } from './geometry';
import { type Html, html, link } from './html';
import type { Answer } from './series';
import { statOf } from './stat';
import { embedded } from './svg';
import { type Cell, type Column, tableOf } from './table';
import { timelineOf } from './timeline';
import { type Choice, readable } from './variables';

/** Draws an option of ECharts as SVG. */
export type Draw = (option: EChartsOption, width: number, height: number) => string;

/** How a panel came out. */
export type Fate = 'shown' | 'no data' | 'refused' | 'not drawn';

export interface DrawnPanel {
  readonly panel: Panel;
  readonly fate: Fate;
  readonly html: Html;
}

/** What a page has to know to draw a panel. */
export interface PanelContext {
  /** The name of its place in the page. */
  readonly anchor: string;
  readonly choices: readonly Choice[];
  /** Seconds since 1970. */
  readonly now: number;
  readonly draw: Draw;
  /** Where a link of a dashboard leads in this page; undefined where it leads nowhere. */
  readonly target: (url: string) => string | undefined;
}

interface Body {
  readonly fate: Fate;
  readonly content: Html;
  /** What of the panel has no effect here. */
  readonly notes: readonly string[];
}

/** A panel with its title, what it is about, and what it shows. */
export function panelHtml(panel: Panel, answers: readonly Answer[], context: PanelContext): DrawnPanel {
  const { anchor, choices } = context;
  const { fate, content, notes } = bodyOf(panel, answers, context);
  const { x, y, w, h } = panel.place;
  const title = readable(panel.title, choices);
  const all =
    panel.repeat === ''
      ? notes
      : [...notes, `It is repeated for each value of ${panel.repeat}; here it is drawn once.`];
  return {
    panel,
    fate,
    html: html`<section class="panel ${fate.replace(' ', '-')}" id="${anchor}" data-fate="${fate}" data-type="${panel.type}" style="grid-area:${y + 1}/${x + 1}/span ${h}/span ${w}">
<header><h4>${title}</h4>${about(panel, answers, all, context)}</header>
<div class="body">${content}</div>
</section>
`,
  };
}

/** What stands behind the small i. */
function about(panel: Panel, answers: readonly Answer[], notes: readonly string[], context: PanelContext): Html {
  const links = panel.links.map((l) => {
    const to = context.target(l.url);
    const title = readable(l.title, context.choices);
    return html`<li>${to === undefined ? html`<span>${title}</span>` : link(to, title)}</li>`;
  });
  const asked = answers.map(
    ({ question: { target, expr, step } }) =>
      html`<dt>${target.refId}, ${step === undefined ? 'now' : `every ${step} s`}</dt><dd><code>${expr}</code></dd>`,
  );
  return html`<details class="about"><summary title="${panel.description}">i</summary><div class="card">
${panel.description !== '' && html`<p>${readable(panel.description, context.choices)}</p>`}${notes.map((n) => html`<p class="note">${n}</p>`)}${links.length > 0 && html`<ul>${links}</ul>`}${asked.length > 0 && html`<dl>${asked}</dl>`}</div></details>`;
}

const DRAWN = ['stat', 'gauge', 'bargauge', 'timeseries', 'graph', 'state-timeline', 'status-history', 'table', 'text'];

function bodyOf(panel: Panel, answers: readonly Answer[], context: PanelContext): Body {
  if (panel.type === 'text')
    return { fate: 'shown', content: html`<div class="words">${text(panel.options.content)}</div>`, notes: [] };
  if (panel.source !== 'prometheus' && !panel.source.includes('$'))
    return without(`It asks ${panel.source}, not Prometheus: not asked here.`);
  if (!DRAWN.includes(panel.type)) return without(`A panel of the type "${panel.type}" is not drawn here.`);
  const refused = answers.filter((a) => a.refused !== undefined);
  if (refused.length > 0)
    return {
      fate: 'refused',
      content: html`<div class="message"><b>Prometheus refuses</b>${refused.map((a) => html`<p>${a.question.target.refId}: ${a.refused}</p>`)}</div>`,
      notes: [],
    };
  return shown(panel, answers, context) ?? empty(panel);
}

function without(reason: string): Body {
  return { fate: 'not drawn', content: html`<div class="message"><p>${reason}</p></div>`, notes: [] };
}

function empty(panel: Panel): Body {
  const words = text(panel.defaults.noValue) || 'no data';
  return { fate: 'no data', content: html`<div class="nothing">${words}</div>`, notes: [] };
}

/** Undefined where there is nothing to show. */
function shown(panel: Panel, answers: readonly Answer[], context: PanelContext): Body | undefined {
  if (!answers.some((a) => a.series.some((s) => s.points.length > 0))) return undefined;
  const drawn = (content: Html, notes: readonly string[] = []): Body => ({ fate: 'shown', content, notes });
  switch (panel.type) {
    case 'table': {
      const { content, left } = table(panel, answers, context);
      return drawn(
        content,
        left.map((id) => `Its transformation "${id}" has no effect here.`),
      );
    }
    case 'timeseries':
    case 'graph':
      return drawn(picture(panel, chartOf(panel, answers, context.now), context));
    case 'state-timeline':
    case 'status-history':
      return drawn(picture(panel, timelineOf(panel, answers, context.now), context));
    default: {
      const content = statOf(panel, answers, context.now);
      return content && drawn(content);
    }
  }
}

/** Beyond so many lines a legend is scrolled. */
const LEGEND_LINES = 2;
/** Of an entry beside its text, in pixels. */
const MARK = 34;

function picture(panel: Panel, { option, legend }: Chart, { anchor, choices, draw }: PanelContext): Html {
  const width = innerWidth(panel.place);
  const wide = legend.reduce((sum, { name, value = '' }) => sum + MARK + textWidth(`${name} ${value}`, 12), 0);
  const lines = legend.length === 0 ? 0 : Math.min(LEGEND_LINES, Math.ceil(wide / width));
  const svg = draw(option, width, innerHeight(panel.place, lines));
  const entries = legend.map(
    ({ name, color, value }) =>
      html`<li><i style="background:${color}"></i><span>${name}</span>${value !== undefined && html` <b>${value}</b>`}</li>`,
  );
  const below = html`<ul class="legend" style="height:${lines * LEGEND_LINE}px">${entries}</ul>`;
  return html`${embedded(svg, anchor, readable(panel.title, choices))}${lines > 0 && below}`;
}

function table(
  panel: Panel,
  answers: readonly Answer[],
  context: PanelContext,
): { content: Html; left: readonly string[] } {
  const { columns, rows, left } = tableOf(panel, answers);
  const numeric = (c: Column) => rows.some((r) => typeof r[c.field] === 'number');
  const head = columns.map((c) => html`<th${numeric(c) && html` class="number"`}>${c.title}</th>`);
  const body = rows.map((row) => html`<tr>${columns.map((c) => cell(panel, c, row[c.field], context))}</tr>\n`);
  return {
    content: html`<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>\n${body}</tbody></table></div>`,
    left,
  };
}

function cell(panel: Panel, column: Column, value: Cell, { now, target }: PanelContext): Html {
  const field = fieldOf(panel, column.title);
  if (value === undefined) return html`<td></td>`;
  const isTime = column.field === 'Time' && panel.defaults.unit !== undefined;
  const { text: words, color } = show(isTime ? { ...field, settings: { unit: 'dateTimeAsIso' } } : field, value, now);
  const cells = record(field.custom.cellOptions ?? { type: field.custom.displayMode });
  const colored = /^color-/.test(text(cells.type));
  const paint = color ?? (typeof value === 'number' ? thresholdColor(field, value) : undefined);
  const [first] = Array.isArray(field.settings.links) ? field.settings.links.map(record) : [];
  // Only what is put in is encoded: the rest of the address is the dashboard's.
  const url = text(first?.url).replace(/\$\{__value\.(raw|text)\}/g, () => encodeURIComponent(String(value)));
  const to = url === '' ? undefined : target(url);
  const content = to === undefined ? html`${words}` : link(to, words);
  const number = typeof value === 'number' ? 'number' : 'word';
  return html`<td class="${number}"${colored && paint !== undefined && html` style="color:${ink(paint)}"`}>${content}</td>`;
}

/** Colours of surfaces are too light for letters. */
function ink(color: string): string {
  return color.replace(/^var\(--(green|yellow|orange|red|blue|purple)\)$/, 'var(--ink-$1)');
}
