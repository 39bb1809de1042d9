import { writeFileSync } from 'node:fs';
import { type Dashboard, dashboardsIn, type Json, type Panel, statedInterval, text } from '../preview/dashboard';
import { type AnsweredDashboard, type DashboardResult, pageOf } from '../preview/page';
import type { Draw } from '../preview/panel';
import { type Question, questions, windowOf } from '../preview/plan';
import { type Answer, type RawResult, seriesOf } from '../preview/series';
import { type Choice, choose, sent, valuesQuery, type Window } from '../preview/variables';
import { parseDuration } from '../schedule/duration';
import { type Outcome, UsageError } from './command';
import { type Access, ask, Refused } from './doctor-http';
import { manifestsIn } from './doctor-manifests';

export interface PreviewQuestion {
  /** Folders or files of manifests. */
  readonly paths: readonly string[];
  readonly access: Access;
  /** File that is written. */
  readonly out: string;
  /** uids or titles of dashboards; none for all. */
  readonly names: readonly string[];
  /** Seconds. @default as each dashboard opens */
  readonly back?: number;
  /** Seconds since 1970. */
  readonly at: number;
}

/** Questions that are open at a time: enough to be quick, too few to be felt. */
const AT_ONCE = 8;
/** What Grafana takes where a data source states none. */
const SCRAPE = 15;
const HOURS = 3600;

/** Draws dashboards into a file. @throws {Error} if the manifests, Prometheus or ECharts cannot be used */
export async function runPreview(question: PreviewQuestion): Promise<Outcome> {
  const { paths, access, out } = question;
  const objects = paths.flatMap(manifestsIn);
  const all = chosen(dashboardsIn(objects), question.names, paths);
  const draw = drawing();
  const scrape = parseDuration(statedInterval(objects) ?? '') ?? SCRAPE;
  const answered: AnsweredDashboard[] = [];
  for (const dashboard of all) answered.push(await answersOf(access, dashboard, question, scrape));
  const { html, results } = pageOf(answered, draw);
  writeFileSync(out, html);
  return report(results, out, Buffer.byteLength(html));
}

function chosen(all: readonly Dashboard[], names: readonly string[], paths: readonly string[]): readonly Dashboard[] {
  if (all.length === 0)
    throw new Error(`${paths.join(' ')} holds no dashboard. Synthesize first (make synth), or name another.`);
  const isCalled = (d: Dashboard, name: string) => [d.uid, d.title, d.uid.replace(/^sovra-/, '')].includes(name);
  const strange = names.filter((name) => !all.some((d) => isCalled(d, name)));
  if (strange.length > 0)
    throw new UsageError(`--dashboard: got "${strange.join('", "')}"; there is: ${all.map((d) => d.uid).join(', ')}`);
  return names.length === 0 ? all : all.filter((d) => names.some((name) => isCalled(d, name)));
}

/** Loaded here only: whoever makes manifests does not need it. */
function drawing(): Draw {
  const { init } = echarts();
  return (option, width, height) => {
    const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
    try {
      chart.setOption(option);
      return chart.renderToSVGString({ useViewBox: true });
    } finally {
      chart.dispose();
    }
  };
}

function echarts(): typeof import('echarts') {
  try {
    return require('echarts') as typeof import('echarts');
  } catch (e) {
    if ((e as { code?: string }).code !== 'MODULE_NOT_FOUND') throw e;
    throw new Error('preview draws with the package echarts, which is not installed: npm install echarts@6');
  }
}

async function answersOf(
  access: Access,
  dashboard: Dashboard,
  { at, back }: PreviewQuestion,
  scrape: number,
): Promise<AnsweredDashboard> {
  const from = at - (back ?? parseDuration(dashboard.from.replace(/^now-/, '')) ?? 6 * HOURS);
  const choices: Choice[] = [];
  const refused: string[] = [];
  for (const v of dashboard.variables) {
    const found = await valuesOf(access, v, choices, { from, to: at, step: scrape, scrape });
    if (typeof found === 'string') refused.push(found);
    choices.push(choose(v, typeof found === 'string' ? [] : found));
  }
  const panels = dashboard.sections.flatMap((s) => s.panels).filter((p) => isAsked(p));
  const all = panels.flatMap((p) => questions(p, choices, windowOf(p, from, at, scrape)));
  const answers = new Map<Panel, Answer[]>();
  for (const answer of await inTurn(all, (q) => answerTo(access, q)))
    answers.set(answer.question.panel, [...(answers.get(answer.question.panel) ?? []), answer]);
  return { dashboard, choices, refused, from, to: at, answers };
}

/** Others ask something that no Prometheus answers. */
const isAsked = (p: Panel) => p.source === 'prometheus' || p.source.includes('$');

/** What a variable offers; a text where Prometheus refuses to say. */
async function valuesOf(
  access: Access,
  variable: Json,
  choices: readonly Choice[],
  window: Window,
): Promise<string[] | string> {
  const query = valuesQuery(variable);
  if (query === undefined) return [];
  const parameters = new URLSearchParams({ start: String(window.from), end: String(window.to) });
  if (query.selector !== undefined) parameters.append('match[]', sent(query.selector, choices, window));
  try {
    return await ask<string[]>(access, `api/v1/label/${query.label}/values?${parameters}`);
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    return `variable ${text(variable.name)}: ${said(e)}`;
  }
}

/** Without the path that was asked, which may be as long as a query. */
const said = (e: Refused): string => e.message.replace(/^api\/v1\/\S+: /, '');

async function answerTo(access: Access, question: Question): Promise<Answer> {
  const { expr, start, end, step } = question;
  const form = { query: expr, timeout: `${Math.ceil(access.timeout / 1000)}s` };
  try {
    const data =
      step === undefined
        ? await ask<RawResult>(access, 'api/v1/query', { ...form, time: String(end) })
        : await ask<RawResult>(access, 'api/v1/query_range', {
            ...form,
            start: String(start),
            end: String(end),
            step: String(step),
          });
    return { question, series: seriesOf(data, expr) };
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    return { question, series: [], refused: said(e) };
  }
}

/** A few at a time; what comes back has the order of what was asked. */
async function inTurn<T, R>(all: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const found: R[] = [];
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < all.length; i = next++) found[i] = await work(all[i] as T);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return found;
}

function report(results: readonly DashboardResult[], out: string, bytes: number): Outcome {
  const lines = results.map(({ uid, panels }) => {
    const count = (fate: string) => panels.filter((p) => p.fate === fate).length;
    const facts = ['no data', 'not drawn', 'refused'].flatMap((f) => (count(f) > 0 ? [`${count(f)} ${f}`] : []));
    return [`${uid}: ${panels.length} panels`, ...facts].join(', ');
  });
  const refused = results.flatMap(({ uid, panels, refused }) => [
    ...refused.map((r) => `refused: ${uid} ${r}`),
    ...panels
      .filter((p) => p.fate === 'refused')
      .map(({ panel }) => `refused: ${uid} panel ${panel.id} "${panel.title}"`),
  ]);
  const panels = results.reduce((sum, r) => sum + r.panels.length, 0);
  const last = `${out}: ${results.length} dashboards, ${panels} panels, ${Math.ceil(bytes / 1000)} kB`;
  return { code: refused.length > 0 ? 1 : 0, out: `${[...lines, ...refused, last].join('\n')}\n`, err: '' };
}
