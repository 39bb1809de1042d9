import { type Json, list, number, type Panel, record, text } from './dashboard';
import { formatOf } from './units';

/** A colour as CSS has it. Names are variables of the page, which has them for light and for dark. */
export type Paint = string;

export const NO_COLOR: Paint = 'var(--text)';
/** Lines that are told apart by their order. */
export const PALETTE: readonly Paint[] = Array.from({ length: 10 }, (_, i) => `var(--line-${i})`);

const HUES = ['green', 'yellow', 'orange', 'red', 'blue', 'purple'];

/** Grafana's names (`dark-red`, `semi-dark-green`) become their hue, colours in figures stay; anything else has none. */
export function paint(color: unknown): Paint {
  const name = text(color);
  const hue = name.replace(/^(super-light|semi-dark|light|dark)-/, '');
  if (HUES.includes(hue)) return `var(--${hue})`;
  return /^#([\da-f]{3}|[\da-f]{6}|[\da-f]{8})$/i.test(name) ? name : NO_COLOR;
}

/** How values of a field are shown: the settings of a panel, with those for this field over them. */
export interface Field {
  readonly settings: Json;
  readonly custom: Json;
}

/** A value as it is shown. */
export interface Shown {
  readonly text: string;
  /** Undefined where neither a word nor a threshold says one. */
  readonly color?: Paint;
}

/** The settings of a field, by its name, or by the query that it comes from. */
export function fieldOf(panel: Panel, name: string, refId = ''): Field {
  const settings: Record<string, unknown> = { ...panel.defaults };
  const custom: Record<string, unknown> = { ...record(panel.defaults.custom) };
  for (const o of panel.overrides.filter((o) => matches(record(o.matcher), name, refId)))
    for (const { id, value } of list(o.properties).map(record)) {
      const [, own] = /^custom\.(\w+)$/.exec(text(id)) ?? [];
      if (own === undefined) settings[text(id)] = value;
      else custom[own] = value;
    }
  return { settings, custom };
}

function matches({ id, options }: Json, name: string, refId: string): boolean {
  if (id === 'byName') return options === name;
  if (id === 'byFrameRefID') return options === refId;
  if (id !== 'byRegexp') return false;
  const [, pattern = text(options), flags = ''] = /^\/(.*)\/(\w*)$/s.exec(text(options)) ?? [];
  try {
    return new RegExp(pattern, flags.replace('g', '')).test(name);
  } catch {
    return false;
  }
}

export interface Threshold {
  readonly from: number;
  readonly color: Paint;
}

/** The steps above the first one, and the colour below them. */
export function thresholds({ settings }: Field): { base: Paint; steps: Threshold[] } {
  const { mode, steps } = record(settings.thresholds);
  const [min, max] = [number(settings.min) ?? 0, number(settings.max) ?? 100];
  const all = list(steps).map(record);
  const figure = (v: number) => (mode === 'percentage' ? min + ((max - min) * v) / 100 : v);
  const [first] = all;
  return {
    base: first && number(first.value) === undefined ? paint(first.color) : NO_COLOR,
    steps: all.flatMap((s) => {
      const value = number(s.value);
      return value === undefined ? [] : [{ from: figure(value), color: paint(s.color) }];
    }),
  };
}

/** The colour of a number: that of the last step that it reaches. */
export function thresholdColor(field: Field, value: number): Paint {
  const { base, steps } = thresholds(field);
  return steps.filter((s) => s.from <= value).at(-1)?.color ?? base;
}

/** A word for a value, where the panel has one. */
function mapped({ settings }: Field, value: number | string): Shown | undefined {
  for (const { type, options } of list(settings.mappings).map(record)) {
    const found = word(text(type), record(options), value);
    if (found) {
      const color = text(found.color) === '' ? undefined : paint(found.color);
      return { text: text(found.text) || String(value), color };
    }
  }
  return undefined;
}

function word(type: string, options: Json, value: number | string): Json | undefined {
  switch (type) {
    case 'value':
      return Object.hasOwn(options, String(value)) ? record(options[String(value)]) : undefined;
    case 'range': {
      const [from, to] = [number(options.from) ?? Number.NEGATIVE_INFINITY, number(options.to) ?? Infinity];
      return typeof value === 'number' && value >= from && value <= to ? record(options.result) : undefined;
    }
    case 'regex': {
      const [, pattern] = /^\/(.*)\/\w*$/s.exec(text(options.pattern)) ?? [];
      return pattern !== undefined && new RegExp(pattern).test(String(value)) ? record(options.result) : undefined;
    }
    case 'special':
      return text(options.match).includes('nan') && Number.isNaN(value) ? record(options.result) : undefined;
    default:
      return undefined;
  }
}

/** A value in words, unit and colour. @param now seconds since 1970 */
export function show(field: Field, value: number | string, now: number): Shown {
  const found = mapped(field, value);
  if (found) return found;
  if (typeof value === 'string') return { text: value };
  const { settings } = field;
  const mode = text(record(settings.color).mode);
  const color = mode === 'fixed' ? paint(record(settings.color).fixedColor) : thresholdColor(field, value);
  const format = formatOf(text(settings.unit) || 'none', now);
  return { text: format(value, number(settings.decimals)), color };
}

/** A figure of an axis: like a value, without zeros that say nothing. */
export function axisText(unit: string, value: number, now: number): string {
  const written = formatOf(unit || 'none', now)(Number(value.toPrecision(10)));
  return written.replace(/^(-?\d+)\.(\d*?)0+(?=\D|$)/, (_, whole, rest) => (rest ? `${whole}.${rest}` : whole));
}
