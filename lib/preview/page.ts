import type { Dashboard, Panel } from './dashboard';
import { type Html, html } from './html';
import { type Draw, type DrawnPanel, type Fate, panelHtml } from './panel';
import type { Answer } from './series';
import { STYLE } from './style';
import { utc } from './units';
import { type Choice, readable } from './variables';

/** A dashboard with everything that Prometheus answered. */
export interface AnsweredDashboard {
  readonly dashboard: Dashboard;
  readonly choices: readonly Choice[];
  /** What Prometheus said where it refuses to tell the values of a variable. */
  readonly refused: readonly string[];
  /** Seconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly answers: ReadonlyMap<Panel, readonly Answer[]>;
}

/** How the panels of a dashboard came out. */
export interface DashboardResult {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly DrawnPanel[];
  readonly refused: readonly string[];
}

export interface Page {
  readonly html: string;
  readonly results: readonly DashboardResult[];
}

/** No script, nothing loaded, no form, no frame: what a value of a label may hold cannot do anything. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'none'; img-src 'none'; font-src 'none'; base-uri 'none'; form-action 'none'";

/** All dashboards as one file. The same answers give the same bytes. */
export function pageOf(all: readonly AnsweredDashboard[], draw: Draw): Page {
  const names = anchors(all.map((a) => a.dashboard.uid));
  const links = new Map(all.map((a, i) => [a.dashboard.uid, `#${names[i]}`]));
  const drawn = all.map((a, i) => drawDashboard(a, names[i] ?? '', links, draw));
  const [first] = all;
  const title = all.length === 1 && first ? first.dashboard.title : 'Dashboards';
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="sovra-ops preview">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<header class="top"><h1>${title}</h1>${first && html`<p>As of ${utc(first.to * 1000)} UTC. A preview from the data of a Prometheus, without Grafana: variables stand where a dashboard opens with them.</p>`}</header>
<nav>${drawn.map(({ result, name }) => entry(result, name))}</nav>
<main>
${drawn.map((d) => d.html)}</main>
</body>
</html>
`;
  return { html: page.text, results: drawn.map((d) => d.result) };
}

/** Names of places in the page: the uids, where they can be such names and are told apart. */
function anchors(uids: readonly string[]): string[] {
  const taken = new Set<string>();
  return uids.map((uid) => {
    const base = uid.replace(/[^\w-]/g, '-') || 'dashboard';
    let name = base;
    for (let i = 2; taken.has(name); i++) name = `${base}-${i}`;
    taken.add(name);
    return name;
  });
}

function drawDashboard(
  { dashboard, choices, refused, from, to, answers }: AnsweredDashboard,
  name: string,
  links: ReadonlyMap<string, string>,
  draw: Draw,
) {
  const target = (url: string) => (/^https?:/.test(url) ? url : links.get(/^\/d\/([^/?#]+)/.exec(url)?.[1] ?? ''));
  const panels: DrawnPanel[] = [];
  const ids = anchors(dashboard.sections.flatMap((s) => s.panels.map((p) => `${name}-${p.id}`)));
  const sections = dashboard.sections.map((section) => {
    const inside = section.panels.map((panel) => {
      const anchor = ids[panels.length] ?? '';
      const one = panelHtml(panel, answers.get(panel) ?? [], { anchor, choices, now: to, draw, target });
      panels.push(one);
      return one.html;
    });
    return html`${section.title !== '' && html`<h3>${readable(section.title, choices)}</h3>`}<div class="grid">
${inside}</div>
`;
  });
  const result: DashboardResult = { uid: dashboard.uid, title: dashboard.title, panels, refused };
  const chosen = choices.map((c) => html`<li>${c.label} <b>${c.shown}</b></li>`);
  return {
    name,
    result,
    html: html`<article id="${name}">
<header><h2>${dashboard.title}</h2><p>${dashboard.description}</p>
<ul class="chosen"><li>Time (UTC) <b>${utc(from * 1000)} to ${utc(to * 1000)}</b></li>${chosen}</ul>${refused.map((r) => html`<p class="bad">Prometheus refuses: ${r}</p>`)}</header>
${sections}</article>
`,
  };
}

function entry(result: DashboardResult, name: string): Html {
  const of = (fate: Fate) => result.panels.filter((p) => p.fate === fate).length;
  const facts = [
    `${result.panels.length} ${result.panels.length === 1 ? 'panel' : 'panels'}`,
    ...(of('no data') > 0 ? [`${of('no data')} without data`] : []),
    ...(of('not drawn') > 0 ? [`${of('not drawn')} not drawn`] : []),
  ];
  const bad = of('refused') + result.refused.length;
  const refused = bad > 0 && html`<span class="bad">${bad} refused</span>`;
  return html`<a href="#${name}"><b>${result.title}</b><span>${facts.join(', ')}</span>${refused}</a>\n`;
}
