import { chartOf } from '../../lib/preview/chart';
import type { Panel } from '../../lib/preview/dashboard';
import { scaleOf } from '../../lib/preview/scale';
import type { RawResult } from '../../lib/preview/series';
import { embedded } from '../../lib/preview/svg';
import { timelineOf } from '../../lib/preview/timeline';
import { answers, draw, matrix, NOON, panel } from './pieces';

const WIDTH = 700;
const HEIGHT = 240;
const graph = (defaults: object = {}, more: object = {}) =>
  panel({
    type: 'timeseries',
    targets: [{ expr: 'x', range: true, legendFormat: '{{pod}}' }],
    fieldConfig: { defaults: { unit: 'none', ...defaults } },
    ...more,
  });
const steps = (...pairs: [number | null, string][]) => ({ steps: pairs.map(([value, color]) => ({ value, color })) });

const svgOf = (p: Panel, said: RawResult) => draw(chartOf(p, answers(p, [said]), NOON).option, WIDTH, HEIGHT);
/** Lines and their points, by the colour that they are drawn in. */
const stroke = (svg: string, color: string) =>
  [...svg.matchAll(/<path d="([^"]*)"[^>]*stroke="([^"]*)"[^>]*>/g)].flatMap(([, d, c]) =>
    c === color ? [String(d)] : [],
  );

describe('lines over time', () => {
  it('draw thresholds where they are, however small, and those alone that are within the axis', () => {
    const thresholds = steps([null, 'green'], [0.0005, 'orange'], [9, 'red']);
    const p = graph({ thresholds, custom: { axisSoftMin: 0, thresholdsStyle: { mode: 'dashed' } } });
    const svg = svgOf(p, matrix(15, [{}, [0.001, 0.001]]));
    const [top, bottom] = [10, HEIGHT - 24];
    const [line = ''] = stroke(svg, 'var(--orange)');
    expect(Number(/^M[\d.]+ ([\d.]+)/.exec(line)?.[1])).toBeCloseTo((top + bottom) / 2, 0);
    expect(stroke(svg, 'var(--red)')).toEqual([]);
    expect(svg).toMatch(/stroke="var\(--orange\)"[^>]*stroke-dasharray="8,5"/);
  });

  it('draw none where the panel wants none', () => {
    const p = graph({ thresholds: steps([null, 'green'], [1, 'red']) });
    expect(stroke(svgOf(p, matrix(15, [{}, [1, 2]])), 'var(--red)')).toEqual([]);
  });

  it('leave a gap where data is missing, and a dot where a value stands alone', () => {
    const svg = svgOf(graph(), matrix(15, [{}, [1, 2, undefined, 3, undefined, 4, 5]]));
    // Each stretch begins anew, that of a single point too.
    expect(stroke(svg, 'var(--line-0)')[0]?.match(/M/g)).toHaveLength(3);
    expect(svg.match(/fill="var\(--line-0\)"/g)).toHaveLength(1);
  });

  it('stand on each other where they are stacked', () => {
    const said = matrix(15, [{ pod: 'a' }, [1, 1]], [{ pod: 'b' }, [2, 2]]);
    const y = (p: Panel) =>
      ['var(--line-0)', 'var(--line-1)'].map((c) =>
        Number(/^M[\d.]+ ([\d.]+)/.exec(stroke(svgOf(p, said), c)[0] ?? '')?.[1]),
      );
    const [a = 0, b = 0] = y(graph({ custom: { axisSoftMin: 0, stacking: { mode: 'normal' } } }));
    const zero = HEIGHT - 24;
    expect((zero - b) / (zero - a)).toBeCloseTo(3, 1);
    const [c = 0, d = 0] = y(graph({ custom: { axisSoftMin: 0 } }));
    expect((zero - d) / (zero - c)).toBeCloseTo(2, 1);
  });

  it('have a legend, with the last value where the panel shows it', () => {
    const said = matrix(15, [{ pod: 'b' }, [1, 2]], [{ pod: 'a' }, [0.5, 0.25]]);
    const legend = (options: object) =>
      chartOf(graph({ unit: 'percentunit' }, { options }), answers(graph(), [said]), NOON).legend;
    expect(legend({ legend: { calcs: ['lastNotNull'] } })).toEqual([
      { name: 'a', color: 'var(--line-0)', value: '25%' },
      { name: 'b', color: 'var(--line-1)', value: '200%' },
    ]);
    expect(legend({ legend: { calcs: [] } })).toEqual([
      { name: 'a', color: 'var(--line-0)' },
      { name: 'b', color: 'var(--line-1)' },
    ]);
    expect(legend({ legend: { showLegend: false } })).toEqual([]);
  });

  it('follow what is said about one of them', () => {
    const overrides = [
      {
        matcher: { id: 'byName', options: 'a' },
        properties: [{ id: 'color', value: { mode: 'fixed', fixedColor: 'dark-red' } }],
      },
      { matcher: { id: 'byRegexp', options: '/^b/' }, properties: [{ id: 'displayName', value: 'Other' }] },
    ];
    const p = graph({}, { fieldConfig: { defaults: {}, overrides } });
    expect(chartOf(p, answers(p, [matrix(15, [{ pod: 'a' }, [1]], [{ pod: 'b' }, [1]])]), NOON).legend).toEqual([
      { name: 'a', color: 'var(--red)' },
      { name: 'Other', color: 'var(--line-1)' },
    ]);
  });
});

describe('axes', () => {
  it.each([
    [[3, 48], 'reqps', { min: 0 }, { min: 0, max: 50, interval: 10 }],
    [[0, 0], 'none', {}, { min: 0, max: 1, interval: 0.2 }],
    [[], 'none', {}, { min: 0, max: 1, interval: 0.2 }],
    [[5, 5], 'none', {}, { min: 0, max: 5, interval: 1 }],
    [[-0.5, 0.9], 'percentunit', { min: 0, max: 1 }, { min: -0.5, max: 1, interval: 0.5 }],
    [[0, 360], 's', {}, { min: 0, max: 360, interval: 120 }],
    [[0, 0.09], 's', {}, { min: 0, max: 0.1, interval: 0.02 }],
    [[0, 60 * 2 ** 20], 'bytes', { min: 0 }, { min: 0, max: 2 ** 26, interval: 2 ** 24 }],
    [[0, 60], 'd', { min: 0 }, { min: 0, max: 70, interval: 14 }],
  ])('%j in %s, softly %j, is %j', (values, unit, soft, expected) => {
    expect(scaleOf(values, unit, soft)).toEqual(expected);
  });
});

describe('states over time', () => {
  const mappings = [
    { type: 'value', options: { 1: { text: 'unsealed', color: 'green' }, 0: { text: 'sealed', color: 'red' } } },
  ];
  const p = panel({
    type: 'state-timeline',
    targets: [{ expr: 'x', range: true, legendFormat: '{{pod}}' }],
    fieldConfig: { defaults: { mappings } },
  });
  const said = matrix(
    15,
    [{ pod: 'vault-0' }, [...Array(100).fill(1), ...Array(100).fill(0)]],
    [{ pod: 'vault-1' }, Array(200).fill(1)],
  );
  const { option, legend } = timelineOf(p, answers(p, [said]), NOON);
  const svg = draw(option, WIDTH, HEIGHT);

  it('are a bar for each stretch, with its word where there is room', () => {
    const bars = [...svg.matchAll(/<path [^>]*fill="(var\(--(?:red|green)\))"/g)].map(([, c]) => c);
    expect(bars).toEqual(['var(--green)', 'var(--red)', 'var(--green)']);
    expect([...svg.matchAll(/>(unsealed|sealed|vault-\d)</g)].map(([, word]) => word).sort()).toEqual(
      ['sealed', 'unsealed', 'unsealed', 'vault-0', 'vault-1'].sort(),
    );
  });

  it('are named in the legend', () => {
    expect(legend).toEqual([
      { name: 'sealed', color: 'var(--red)' },
      { name: 'unsealed', color: 'var(--green)' },
    ]);
  });
});

describe('a picture in the page', () => {
  const p = graph({}, { title: 'a "title" <b>' });
  const option = () => chartOf(p, answers(p, [matrix(15, [{}, [1, 2, 3]])]), NOON).option;

  it('is the same however many were drawn before it', () => {
    const [one, two] = [draw(option(), WIDTH, HEIGHT), draw(option(), WIDTH, HEIGHT)];
    expect(one).not.toBe(two);
    expect(embedded(one, 'x', 'y').text).toBe(embedded(two, 'x', 'y').text);
  });

  it('has its own names, no style sheet, and says what it is', () => {
    const { text } = embedded(draw(option(), WIDTH, HEIGHT), 'here', 'a "title" <b>');
    expect(text).toMatch(/^<svg viewBox="0 0 700 240" role="img" aria-label="a &quot;title&quot; &lt;b&gt;">/);
    expect(text).toMatch(/clip-path="url\(#here-c0\)".*<clipPath id="here-c0">/s);
    expect(text).not.toMatch(/<style|class=|ecmeta|zr\d|font-family/);
  });
});
