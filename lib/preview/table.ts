import { type Json, list, type Panel, record, text } from './dashboard';
import type { Answer } from './series';

export type Cell = string | number | undefined;
export type Row = Readonly<Record<string, Cell>>;

export interface Column {
  /** As the query has it: a label, `Time`, `Value`, `Value #A`. */
  readonly field: string;
  /** As the table shows it. */
  readonly title: string;
}

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** Ids of transformations of the panel that have no effect here. */
  readonly left: readonly string[];
}

interface Frame {
  readonly fields: readonly string[];
  readonly rows: readonly Row[];
}

/** The answers of instant queries as one table, changed as the panel says. */
export function tableOf(panel: Panel, answers: readonly Answer[]): Table {
  const frames = answers.filter((a) => a.series.length > 0).map((a) => frameOf(a, answers.length > 1));
  const left: string[] = [];
  const merges = panel.transformations.some((t) => t.id === 'merge');
  const whole = merges || frames.length < 2 ? merged(frames) : (frames[0] as Frame);
  let columns: readonly Column[] = whole.fields.map((field) => ({ field, title: field }));
  let rows = whole.rows;
  for (const { id, options, disabled } of panel.transformations) {
    if (disabled === true || id === 'merge') continue;
    if (id === 'filterFieldsByName') columns = filtered(columns, record(options));
    else if (id === 'organize') columns = organized(columns, record(options));
    else if (id === 'limit') rows = rows.slice(0, Number(record(options).limitField ?? rows.length));
    else left.push(text(id));
  }
  return { columns, rows: sorted(rows, columns, panel.options), left };
}

function frameOf({ question, series }: Answer, several: boolean): Frame {
  const value = several ? `Value #${question.target.refId}` : 'Value';
  const labels = [...new Set(series.flatMap((s) => Object.keys(s.labels)))].sort();
  const rows = series.flatMap((s) => {
    const last = s.points.at(-1);
    return last ? [{ Time: last[0] * 1000, ...s.labels, [value]: last[1] }] : [];
  });
  return { fields: ['Time', ...labels, value], rows };
}

/** Rows that agree in the fields of all frames become one, where they do not contradict each other in others. */
function merged(frames: readonly Frame[]): Frame {
  const fields = [...new Set(frames.flatMap((f) => f.fields))];
  const shared = fields.filter((field) => frames.every((f) => f.fields.includes(field)));
  if (frames.length < 2) return { fields, rows: frames[0]?.rows ?? [] };
  const rows: Record<string, Cell>[] = [];
  const byKey = new Map<string, Record<string, Cell>[]>();
  for (const row of frames.flatMap((f) => f.rows)) {
    const key = JSON.stringify(shared.map((field) => row[field] ?? null));
    const alike = byKey.get(key) ?? [];
    const fits = alike.find((other) => Object.entries(row).every(([f, v]) => other[f] === undefined || other[f] === v));
    if (fits) Object.assign(fits, row);
    else {
      const fresh = { ...row };
      rows.push(fresh);
      byKey.set(key, [...alike, fresh]);
    }
  }
  return { fields, rows };
}

function filtered(columns: readonly Column[], options: Json): Column[] {
  const { names, pattern } = record(options.include);
  const { names: out } = record(options.exclude);
  return columns.filter(({ title }) => {
    if (list(out).includes(title)) return false;
    if (!Array.isArray(names) && typeof pattern !== 'string') return true;
    return list(names).includes(title) || (typeof pattern === 'string' && new RegExp(pattern).test(title));
  });
}

function organized(columns: readonly Column[], options: Json): Column[] {
  const [order, out, names] = [
    record(options.indexByName),
    record(options.excludeByName),
    record(options.renameByName),
  ];
  const place = (c: Column) => Number(order[c.title] ?? columns.length);
  return columns
    .filter((c) => out[c.title] !== true)
    .sort((a, b) => place(a) - place(b))
    .map((c) => ({ field: c.field, title: text(names[c.title]) || c.title }));
}

function sorted(rows: readonly Row[], columns: readonly Column[], options: Json): Row[] {
  const [by] = list(options.sortBy).map(record);
  const field = columns.find((c) => c.title === by?.displayName)?.field;
  if (field === undefined) return [...rows];
  const turn = by?.desc === true ? -1 : 1;
  return [...rows].sort((a, b) => turn * compare(a[field], b[field]));
}

/** What is not there comes first, as Grafana has it. */
function compare(a: Cell, b: Cell): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  if (typeof a === 'number' && typeof b === 'number')
    return (Number.isNaN(a) ? -Infinity : a) - (Number.isNaN(b) ? -Infinity : b);
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}
