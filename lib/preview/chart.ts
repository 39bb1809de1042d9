import type { EChartsOption, LineSeriesOption } from 'echarts';
import { number, type Panel, record, text } from './dashboard';
import { axisText, type Field, fieldOf, PALETTE, type Paint, paint, show, thresholds } from './fields';
import { innerWidth, textWidth } from './geometry';
import { type Scale, scaleOf } from './scale';
import { type Answer, nameOf, onGrid, reduced } from './series';

/** A picture that is still to be drawn, with what stands below it. */
export interface Chart {
  readonly option: EChartsOption;
  readonly legend: readonly LegendEntry[];
}

export interface LegendEntry {
  readonly name: string;
  readonly color: Paint;
  /** The last value, where the panel shows it. */
  readonly value?: string;
}

export const FONT = 11;
/** What every picture has in common: nothing moves, nothing can be pointed at. */
export const STILL = {
  animation: false,
  silent: true,
  emphasis: { disabled: true },
} as const;

interface Line {
  readonly name: string;
  readonly field: Field;
  readonly color: Paint;
  readonly values: readonly (number | null)[];
  readonly times: readonly number[];
  readonly last: number | undefined;
}

/** Lines over time, with the figures at which they are bad. */
export function chartOf(panel: Panel, answers: readonly Answer[], now: number): Chart {
  const lines = answers.flatMap((a) => a.series.map((s) => ({ a, s }))).map(({ a, s }, i) => lineOf(panel, a, s, i));
  const base = fieldOf(panel, '');
  const unit = text(base.settings.unit);
  const stacked = record(base.custom.stacking).mode === 'normal';
  const scale = scaleOf(heights(lines, stacked), unit, {
    min: number(base.settings.min) ?? number(base.custom.axisSoftMin),
    max: number(base.settings.max) ?? number(base.custom.axisSoftMax),
  });
  const times = lines[0]?.times ?? [];
  return {
    option: {
      animation: false,
      useUTC: true,
      grid: gridFor(ticks(scale).map((v) => axisText(unit, v, now))),
      xAxis: timeAxis(times[0] ?? 0, times.at(-1) ?? 0, innerWidth(panel.place)),
      yAxis: {
        type: 'value',
        ...scale,
        axisLabel: { formatter: (v: number) => axisText(unit, v, now), color: 'var(--muted)', fontSize: FONT },
        splitLine: { lineStyle: { color: 'var(--rule)', width: 1 } },
      },
      series: lines.map((line, i) => drawn(line, stacked, lines.length, i === 0 ? marks(base, scale) : undefined)),
    },
    legend: legendOf(panel, lines, now),
  };
}

function lineOf(panel: Panel, a: Answer, s: Answer['series'][number], index: number): Line {
  const { start, end, step = end - start || 1 } = a.question;
  const values = a.question.step === undefined ? s.points.map(([, v]) => v) : onGrid(s, a.question);
  const name = nameOf(s, a.question);
  const field = fieldOf(panel, name, a.question.target.refId);
  return {
    name: text(field.settings.displayName) || name,
    field,
    color: colorOf(field, reduced(s, 'lastNotNull'), index, end),
    values,
    times: values.map((_, i) => (start + i * step) * 1000),
    last: reduced(s, 'lastNotNull'),
  };
}

function colorOf(field: Field, last: number | undefined, index: number, at: number): Paint {
  const { mode, fixedColor } = record(field.settings.color);
  if (mode === 'fixed') return paint(fixedColor);
  if (mode === 'thresholds' && last !== undefined) return show(field, last, at).color ?? palette(index);
  return palette(index);
}

const palette = (i: number): Paint => PALETTE[i % PALETTE.length] ?? 'var(--text)';

/** Every height that a line reaches, on top of those below it where they are stacked. */
function heights(lines: readonly Line[], stacked: boolean): number[] {
  if (!stacked) return lines.flatMap((l) => l.values.filter((v) => v !== null));
  const count = Math.max(0, ...lines.map((l) => l.values.length));
  return Array.from({ length: count }, (_, i) => lines.reduce((sum, l) => sum + (l.values[i] ?? 0), 0));
}

function ticks({ min, max, interval }: Scale): number[] {
  return Array.from({ length: Math.round((max - min) / interval) + 1 }, (_, i) => min + i * interval);
}

/** Room for the longest figure of an axis, whatever font the reader has. */
export function gridFor(labels: readonly string[], most = 200): NonNullable<EChartsOption['grid']> {
  const widest = Math.max(0, ...labels.map((l) => textWidth(l, FONT)));
  return { left: Math.ceil(Math.min(most, widest)) + 12, right: 16, top: 10, bottom: 24, outerBoundsMode: 'none' };
}

const DAYS = 2 * 86_400_000;
/** Pixels of a time, and as many between two of them. */
const LABEL = 72;

/** Time in UTC: the page is the same for every reader. */
export function timeAxis(from: number, to: number, width: number): NonNullable<EChartsOption['xAxis']> {
  const [start, length] = to - from > DAYS ? [5, 5] : [11, 5];
  return {
    type: 'time',
    min: from,
    max: to > from ? to : from + 1000,
    minInterval: (to - from) / (width / LABEL),
    axisLabel: {
      formatter: (v: number) => new Date(v).toISOString().slice(start, start + length),
      color: 'var(--muted)',
      fontSize: FONT,
      hideOverlap: true,
    },
    axisLine: { lineStyle: { color: 'var(--rule)' } },
    axisTick: { lineStyle: { color: 'var(--rule)' } },
    splitLine: { show: false },
  };
}

function drawn(
  { values, times, color, field }: Line,
  stacked: boolean,
  count: number,
  markLine: LineSeriesOption['markLine'],
) {
  const { fillOpacity, lineWidth, drawStyle, spanNulls, lineInterpolation } = field.custom;
  const filled = number(fillOpacity) ?? 0;
  const points = drawStyle === 'points';
  const alone = (i: number) => values[i - 1] == null && values[i + 1] == null && spanNulls !== true;
  return {
    ...STILL,
    type: drawStyle === 'bars' ? 'bar' : 'line',
    symbol: 'none',
    connectNulls: spanNulls === true,
    step: /^step(Before|After)$/.test(text(lineInterpolation))
      ? lineInterpolation === 'stepBefore'
        ? 'start'
        : 'end'
      : false,
    ...(stacked && { stack: 'all' }),
    lineStyle: { color, width: points ? 0 : Math.max(1.5, number(lineWidth) ?? 1) },
    itemStyle: { color },
    ...(filled > 0 &&
      !points && { areaStyle: { color, opacity: stacked ? filled / 100 : filled / 100 / Math.max(1, count / 2) } }),
    // A point between two gaps has no line: nobody would see it.
    data: values.map((v, i) => {
      const value = [times[i], v];
      return v !== null && (points || alone(i)) ? { value, symbol: 'circle', symbolSize: 5 } : value;
    }),
    ...(markLine && { markLine }),
  } as LineSeriesOption;
}

/** Thresholds as lines across, where the panel wants them and they are within its axis. */
function marks(field: Field, { min, max }: Scale): LineSeriesOption['markLine'] {
  const mode = text(record(field.custom.thresholdsStyle).mode);
  if (mode === '' || mode === 'off') return undefined;
  return {
    silent: true,
    animation: false,
    symbol: 'none',
    // It would round the figures.
    precision: -1,
    label: { show: false },
    data: thresholds(field)
      .steps.filter(({ from }) => from >= min && from <= max)
      .map(({ from, color }) => ({
        yAxis: from,
        lineStyle: { color, width: 1.5, type: mode.includes('dashed') ? [8, 5] : 'solid' },
      })),
  };
}

function legendOf(panel: Panel, lines: readonly Line[], at: number): LegendEntry[] {
  const { showLegend, displayMode, calcs } = record(panel.options.legend);
  if (showLegend === false || displayMode === 'hidden') return [];
  const shows = Array.isArray(calcs) && calcs.length > 0;
  return lines.map(({ name, color, last, field }) => ({
    name,
    color,
    ...(shows && last !== undefined && { value: show(field, last, at).text }),
  }));
}
