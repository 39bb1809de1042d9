import type { GridPosition } from './plain';

/** Columns of Grafana's grid. */
export const GRID_COLUMNS = 24;

export interface Size {
  readonly w: number;
  readonly h: number;
}

/**
 * Places boxes from left to right, below `top`. Each line is as wide as the grid and as high as its highest box, so that
 * a panel that a dialect lacks leaves no hole.
 *
 * @returns the positions in the order of the boxes, and the first free row below them
 */
export function flow(sizes: readonly Size[], top: number): { positions: GridPosition[]; bottom: number } {
  let y = top;
  const positions: GridPosition[] = [];
  for (const line of lines(sizes)) {
    const h = Math.max(...line.map((size) => size.h));
    let x = 0;
    for (const w of widths(line)) {
      positions.push({ x, y, w, h });
      x += w;
    }
    y += h;
  }
  return { positions, bottom: y };
}

function lines(sizes: readonly Size[]): Size[][] {
  const all: Size[][] = [];
  let free = 0;
  for (const size of sizes) {
    const w = Math.min(size.w, GRID_COLUMNS);
    if (w > free) {
      all.push([]);
      free = GRID_COLUMNS;
    }
    all.at(-1)?.push({ ...size, w });
    free -= w;
  }
  return all;
}

/** Widths in proportion to those that were asked for, which add up to the whole grid. */
function widths(line: readonly Size[]): number[] {
  const asked = line.reduce((sum, { w }) => sum + w, 0);
  let before = 0;
  return line.map(({ w }) => {
    const from = Math.round((before * GRID_COLUMNS) / asked);
    before += w;
    return Math.round((before * GRID_COLUMNS) / asked) - from;
  });
}
