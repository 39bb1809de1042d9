import { list, type Panel, record, text } from './dashboard';
import { fieldOf, NO_COLOR, type Paint, show } from './fields';
import { type Html, html } from './html';
import { type Answer, nameOf, reduced } from './series';

/** One of the numbers of a panel. */
interface Tile {
  readonly name: string;
  readonly value: string;
  readonly color: Paint;
}

/** A number, or a few beside each other; undefined where there is none. */
export function statOf(panel: Panel, answers: readonly Answer[], now: number): Html | undefined {
  const tiles = answers.flatMap((a) => a.series.flatMap((s) => tileOf(panel, a, s, now)));
  if (tiles.length === 0) return undefined;
  const { colorMode, textMode } = panel.options;
  const background = colorMode === 'background' || colorMode === 'background_solid';
  const both = textMode === 'value_and_name' || ((textMode === 'auto' || textMode === undefined) && tiles.length > 1);
  return html`<div class="stat">${tiles.map((t) => tile(t, textMode === 'name' ? 'name' : both ? 'both' : 'value', background))}</div>`;
}

function tileOf(panel: Panel, a: Answer, s: Answer['series'][number], now: number): Tile[] {
  const [calc] = list(record(panel.options.reduceOptions).calcs);
  const number = reduced(s, text(calc) || 'lastNotNull');
  if (number === undefined) return [];
  const name = nameOf(s, a.question);
  const field = fieldOf(panel, name, a.question.target.refId);
  const { text: value, color = NO_COLOR } = show(field, number, now);
  return [{ name: text(field.settings.displayName) || name, value, color }];
}

function tile({ name, value, color }: Tile, shows: 'name' | 'value' | 'both', background: boolean): Html {
  const filled = background && color !== NO_COLOR && color !== 'var(--text)';
  const on = color.replace(/^var\(--(\w+)\)$/, 'var(--on-$1)');
  const style = filled ? `background:${color};color:${on.startsWith('#') ? '#fff' : on}` : `color:${color}`;
  const big = shows === 'name' ? name : value;
  return html`<div class="tile" style="${style}"><div class="fit" style="--n:${Math.max(4, big.length)}"><span class="big">${big}</span>${shows === 'both' && html`<span class="small">${name}</span>`}</div></div>`;
}
