import { flow, GRID_COLUMNS } from '../../lib/dashboards/layout';
import type { GridPosition } from '../../lib/dashboards/plain';
import fc from '../support/fast-check';

const sizes = fc.array(fc.record({ w: fc.integer({ min: 1, max: 30 }), h: fc.integer({ min: 1, max: 12 }) }), {
  maxLength: 40,
});

function overlap(a: GridPosition, b: GridPosition): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

describe('flow', () => {
  it('never lets boxes overlap, leave the grid or have no width', () => {
    fc.assert(
      fc.property(sizes, fc.nat(100), (boxes, top) => {
        const { positions, bottom } = flow(boxes, top);
        expect(positions).toHaveLength(boxes.length);
        for (const [i, p] of positions.entries()) {
          expect(p.w).toBeGreaterThan(0);
          expect(p.x).toBeGreaterThanOrEqual(0);
          expect(p.x + p.w).toBeLessThanOrEqual(GRID_COLUMNS);
          expect(p.y).toBeGreaterThanOrEqual(top);
          expect(p.y + p.h).toBeLessThanOrEqual(bottom);
          for (const other of positions.slice(i + 1)) expect(overlap(p, other)).toBe(false);
        }
      }),
    );
  });

  it('leaves no hole: the boxes cover every column of every line', () => {
    fc.assert(
      fc.property(sizes, (boxes) => {
        const { positions, bottom } = flow(boxes, 0);
        const covered = positions.reduce((sum, { w, h }) => sum + w * h, 0);
        expect(covered).toBe(bottom * GRID_COLUMNS);
      }),
    );
  });

  it('keeps the proportions of a line and starts a new one where the next box does not fit', () => {
    const { positions, bottom } = flow(
      [
        { w: 6, h: 4 },
        { w: 6, h: 8 },
        { w: 24, h: 3 },
      ],
      2,
    );
    expect(positions).toEqual([
      { x: 0, y: 2, w: 12, h: 8 },
      { x: 12, y: 2, w: 12, h: 8 },
      { x: 0, y: 10, w: 24, h: 3 },
    ]);
    expect(bottom).toBe(13);
  });

  it('takes no room for nothing', () => {
    expect(flow([], 7)).toEqual({ positions: [], bottom: 7 });
  });
});
