import type { GridPosition } from '../dashboards/plain';

/** Pixels of the page for which charts are drawn; a narrower window shows them smaller. */
export const PAGE = 1504;
/** Between two panels. */
export const GAP = 8;
/** A unit of height. */
export const ROW = 30;
/** The line with the title. */
export const HEADER = 32;
const COLUMN = (PAGE - 23 * GAP) / 24;
/** Left and right of what a panel shows, its border included. */
const SIDES = 22;
const BELOW = 10;
/** Of a line of the legend. */
export const LEGEND_LINE = 20;

/** The width that a panel has for what it shows. */
export function innerWidth({ w }: GridPosition): number {
  return Math.floor(w * COLUMN + (w - 1) * GAP - SIDES);
}

/** The height that is left below the title and above a legend. */
export function innerHeight({ h }: GridPosition, legendLines = 0): number {
  return h * ROW + (h - 1) * GAP - HEADER - BELOW - legendLines * LEGEND_LINE;
}

/** About as wide as a text is, in a font of this size: wide letters are overrated, never underrated by much. */
export function textWidth(text: string, size: number): number {
  return (
    [...text].reduce((sum, c) => sum + (/[ijl.,:;'|! ]/.test(c) ? 0.38 : /[mwMW%@]/.test(c) ? 0.98 : 0.64), 0) * size
  );
}
