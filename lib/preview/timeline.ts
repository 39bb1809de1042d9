import type { CustomSeriesOption } from 'echarts';
import { type Chart, FONT, gridFor, timeAxis } from './chart';
import { number, type Panel, text } from './dashboard';
import { fieldOf, NO_COLOR, type Paint, show } from './fields';
import { innerWidth, textWidth } from './geometry';
import { type Answer, nameOf, onGrid } from './series';

/** A stretch of time in which a series had one state. */
interface Stretch {
  readonly row: number;
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly color: Paint;
}

/** Names of rows are cut beyond this. */
const WIDEST_NAME = 260;

/** States over time: a row for each series, a bar for each stretch of the same state. */
export function timelineOf(panel: Panel, answers: readonly Answer[], now: number): Chart {
  const rows = answers.flatMap((a) => a.series.map((s) => ({ a, s, name: nameOf(s, a.question) })));
  const stretches = rows.flatMap(({ a, s, name }, row) => {
    const field = fieldOf(panel, name, a.question.target.refId);
    return stretchesOf(onGrid(s, a.question), a.question, row, (v) => show(field, v, now));
  });
  const { start = 0, end = 0, step = 1 } = answers[0]?.question ?? {};
  const width = innerWidth(panel.place);
  const widest = Math.min(WIDEST_NAME, width / 3);
  const height = Math.min(1, number(panel.options.rowHeight) ?? 0.9);
  return {
    option: {
      animation: false,
      useUTC: true,
      grid: gridFor(
        rows.map((r) => r.name),
        widest,
      ),
      xAxis: timeAxis(start * 1000, (end + step) * 1000, width),
      yAxis: {
        type: 'category',
        inverse: true,
        data: rows.map((r) => r.name),
        axisLabel: {
          color: 'var(--text)',
          fontSize: FONT,
          interval: 0,
          formatter: (name: string) => fitting(name, widest),
        },
        axisLine: { lineStyle: { color: 'var(--rule)' } },
        axisTick: { show: false },
      },
      series: [
        { type: 'custom', silent: true, data: stretches.map((_, i) => [i]), renderItem: bars(stretches, height) },
      ],
    },
    legend: legendOf(stretches),
  };
}

/** Its beginning, where a text is wider than there is room. */
function fitting(name: string, width: number): string {
  if (textWidth(name, FONT) <= width) return name;
  const letters = [...name];
  while (letters.length > 1 && textWidth(`${letters.join('')}…`, FONT) > width) letters.pop();
  return `${letters.join('')}…`;
}

function stretchesOf(
  values: readonly (number | null)[],
  { start, step = 1 }: Answer['question'],
  row: number,
  shown: (value: number) => { text: string; color?: Paint },
): Stretch[] {
  const found: Stretch[] = [];
  let before: number | null = null;
  values.forEach((value, i) => {
    const from = (start + i * step) * 1000;
    const to = from + step * 1000;
    const last = found.at(-1);
    if (value !== null && value === before && last) found[found.length - 1] = { ...last, to };
    else if (value !== null) {
      const { text, color = NO_COLOR } = shown(value);
      found.push({ row, from, to, text, color });
    }
    before = value;
  });
  return found;
}

/** A bar with its state in it, where there is room for the word. */
function bars(stretches: readonly Stretch[], share: number): NonNullable<CustomSeriesOption['renderItem']> {
  return ({ dataIndex }, api) => {
    const stretch = stretches[dataIndex];
    if (!stretch) return;
    const [left = 0, middle = 0] = api.coord([stretch.from, stretch.row]);
    const [right = 0] = api.coord([stretch.to, stretch.row]);
    const size = api.size?.([0, 1]);
    const height = Math.min(36, (Array.isArray(size) ? (size[1] ?? 0) : 0) * share);
    const fits = height >= FONT && textWidth(stretch.text, FONT) + 10 <= right - left;
    return {
      type: 'group',
      children: [
        {
          type: 'rect',
          shape: { x: left, y: middle - height / 2, width: Math.max(1, right - left), height },
          style: { fill: stretch.color },
        },
        ...(fits
          ? [
              {
                type: 'text' as const,
                style: {
                  text: stretch.text,
                  x: left + 5,
                  y: middle,
                  verticalAlign: 'middle' as const,
                  fontSize: FONT,
                  fill:
                    stretch.color === NO_COLOR
                      ? 'var(--panel)'
                      : stretch.color.replace(/^var\(--(\w+)\)$/, 'var(--on-$1)'),
                },
              },
            ]
          : []),
      ],
    };
  };
}

function legendOf(stretches: readonly Stretch[]): Chart['legend'] {
  const found = new Map(stretches.map((s) => [text(s.text), s.color]));
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, color]) => ({ name, color }));
}
