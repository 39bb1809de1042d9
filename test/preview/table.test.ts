import { tableOf } from '../../lib/preview/table';
import { answers, NOON, panel, vector } from './pieces';

const target = (refId: string) => ({ refId, expr: refId, instant: true, format: 'table' });
const organize = (names: Record<string, string>, order: string[]) => ({
  id: 'organize',
  options: { indexByName: Object.fromEntries(order.map((o, i) => [o, i])), renameByName: names, excludeByName: {} },
});

const cells = (t: ReturnType<typeof tableOf>) => [
  t.columns.map((c) => c.title),
  ...t.rows.map((r) => t.columns.map((c) => r[c.field])),
];

describe('tables', () => {
  it('have the time, the labels and the value, where nothing is said', () => {
    const p = panel({ type: 'table', targets: [target('A')] });
    expect(cells(tableOf(p, answers(p, [vector([{ b: '2', a: '1' }, 7])])))).toEqual([
      ['Time', 'a', 'b', 'Value'],
      [NOON * 1000, '1', '2', 7],
    ]);
  });

  it('join several queries by their labels, with gaps where one has none', () => {
    const p = panel({
      type: 'table',
      targets: [target('A'), target('B')],
      transformations: [
        { id: 'merge', options: {} },
        { id: 'filterFieldsByName', options: { include: { names: ['slo', 'Value #A', 'Value #B'] } } },
        organize({ slo: 'Objective', 'Value #B': 'Left' }, ['slo', 'Value #B', 'Value #A']),
      ],
      options: { sortBy: [{ displayName: 'Left', desc: false }] },
    });
    const said = [
      vector([{ slo: 'a' }, 1], [{ slo: 'b' }, 2], [{ slo: 'c' }, 3]),
      vector([{ slo: 'b' }, 9], [{ slo: 'a' }, 10]),
    ];
    const table = tableOf(p, answers(p, said));
    expect(cells(table)).toEqual([
      ['Objective', 'Left', 'Value #A'],
      ['c', undefined, 3],
      ['b', 9, 2],
      ['a', 10, 1],
    ]);
    expect(table.left).toEqual([]);
  });

  it('do not join rows that contradict each other', () => {
    const p = panel({ type: 'table', targets: [target('A'), target('B')], transformations: [{ id: 'merge' }] });
    const said = [vector([{ slo: 'a', pod: '1' }, 1], [{ slo: 'a', pod: '2' }, 2]), vector([{ slo: 'a' }, 9])];
    const rows = tableOf(p, answers(p, said)).rows.map(({ Time: _, ...row }) => row);
    expect(rows).toEqual([
      { slo: 'a', pod: '1', 'Value #A': 1, 'Value #B': 9 },
      { slo: 'a', pod: '2', 'Value #A': 2 },
    ]);
  });

  it('sort numbers as numbers, and backwards', () => {
    const p = panel({
      type: 'table',
      targets: [target('A')],
      options: { sortBy: [{ displayName: 'Value', desc: true }] },
    });
    const rows = tableOf(p, answers(p, [vector([{ a: 'x' }, 9], [{ a: 'y' }, 10], [{ a: 'z' }, 'NaN'])])).rows;
    expect(rows.map((r) => r.a)).toEqual(['y', 'x', 'z']);
  });

  it('say which transformations they leave out', () => {
    const p = panel({
      type: 'table',
      targets: [target('A')],
      transformations: [{ id: 'groupBy' }, { id: 'limit', options: { limitField: 1 } }],
    });
    const table = tableOf(p, answers(p, [vector([{ a: 'x' }, 1], [{ a: 'y' }, 2])]));
    expect([table.left, table.rows.length]).toEqual([['groupBy'], 1]);
  });
});
