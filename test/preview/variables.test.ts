import { niceStep, questions, windowOf } from '../../lib/preview/plan';
import { choose, readable, sent, valuesQuery } from '../../lib/preview/variables';
import { panel } from './pieces';

const WINDOW = { from: 1000, to: 4600, step: 30, scrape: 15 };
const query = (definition: string, more: object = {}) => ({ type: 'query', name: 'node', definition, ...more });

describe('variables', () => {
  it.each([
    ['label_values(up{job="a",x=~"b,c"},pod)', { selector: 'up{job="a",x=~"b,c"}', label: 'pod' }],
    ['label_values(pod)', { label: 'pod' }],
    ['query_result(up)', undefined],
  ])('%s asks for %j', (definition, expected) => {
    expect(valuesQuery(query(definition))).toEqual(expected);
  });

  it('ask nothing where the file says it all', () => {
    expect(valuesQuery({ type: 'custom', query: 'a,b' })).toBeUndefined();
    expect(valuesQuery(query('label_values(pod)', { datasource: { type: 'loki' } }))).toBeUndefined();
  });

  it('open with what the file has chosen, if it is offered', () => {
    const chosen = query('label_values(node)', { includeAll: true, current: { value: ['b', 'gone'] } });
    expect(choose(chosen, ['a', 'b'])).toMatchObject({ values: ['b'], shown: 'b' });
  });

  it('open with All, where it is offered and nothing else is chosen', () => {
    const all = choose(query('', { includeAll: true, allValue: '.*', current: { value: ['$__all'] } }), ['a', 'b']);
    expect(all).toMatchObject({ shown: 'All', raw: '.*' });
    expect(sent('x{n=~"$node"}', [all], WINDOW)).toBe('x{n=~".*"}');
    const listed = choose(query('', { includeAll: true }), ['a.1', 'b"']);
    expect(sent('x{n=~"$node"}', [listed], WINDOW)).toBe('x{n=~"(a\\\\.1|b\\")"}');
  });

  it('open with the first value otherwise, and with nothing where there is none', () => {
    expect(choose(query('', { multi: true }), ['b', 'a'])).toMatchObject({ values: ['b'], shown: 'b' });
    expect(choose(query('', { multi: true, sort: 1 }), ['b', 'a'])).toMatchObject({ values: ['a'] });
    expect(choose(query('', { sort: 4 }), ['n2', 'n10'])).toMatchObject({ values: ['n10'] });
    expect(choose(query('', { regex: '/^n(.)/' }), ['x1', 'n2'])).toMatchObject({ values: ['2'] });
    expect(choose(query(''), [])).toMatchObject({ values: [], shown: 'none' });
  });

  it('may be fixed in the file', () => {
    expect(choose({ type: 'custom', name: 'a', query: 'one : 1, two : 2' }, [])).toMatchObject({ values: ['1'] });
    expect(choose({ type: 'constant', name: 'a', query: 'x' }, [])).toMatchObject({ values: ['x'] });
    expect(choose({ type: 'datasource', name: 'a', current: { value: 'uid' } }, [])).toMatchObject({ values: ['uid'] });
  });

  it('are put in wherever Grafana puts them, and nothing else is', () => {
    const node = choose(query('', { multi: false }), ['n.1']);
    expect(sent('$node ${node} [[node]] ${node:regex} $other $1', [node], WINDOW)).toBe('n.1 n.1 n.1 n\\.1 $other $1');
    expect(readable('Edge node $node', [node])).toBe('Edge node n.1');
    expect(sent('[$__interval] [$__rate_interval] [$__range] ${__from}', [], WINDOW)).toBe(
      '[30s] [60s] [3600s] 1000000',
    );
  });

  it('do not let a value out of its quotation marks', () => {
    const evil = choose(query('', { multi: false }), ['"} or up{x="\\']);
    expect(sent('x{n="$node"}', [evil], WINDOW)).toBe('x{n="\\"} or up{x=\\"\\\\"}');
  });
});

describe('the plan of queries', () => {
  it.each([
    [0.4, 0.5],
    [12, 10],
    [12.5, 15],
    [40, 30],
    [46, 60],
    [72, 60],
    [5000, 3600],
  ])('a step of %d s is rounded to %d s', (seconds, nice) => {
    expect(niceStep(seconds)).toBe(nice);
  });

  it('asks tables and numbers for one moment, graphs for a range on whole steps', () => {
    const now = panel({ targets: [{ expr: 'a', instant: true, range: false }] });
    const over = panel({
      type: 'timeseries',
      targets: [
        { expr: 'b[$__rate_interval]', range: true },
        { expr: 'c', hide: true },
      ],
    });
    const window = windowOf(over, 1003, 1003 + 6 * 3600, 15);
    expect(questions(now, [], window)).toMatchObject([{ expr: 'a', start: 22_603, end: 22_603 }]);
    expect(questions(over, [], window)).toMatchObject([{ expr: 'b[75s]', start: 960, end: 22_560, step: 60 }]);
  });

  it('steps no closer than scrapes, nor than the panel wants', () => {
    expect(windowOf(panel({}), 0, 60, 30).step).toBe(30);
    expect(windowOf(panel({ interval: '>2m' }), 0, 60, 30).step).toBe(120);
  });
});
