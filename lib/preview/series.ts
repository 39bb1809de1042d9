import { type Json, list } from './dashboard';
import type { Question } from './plan';

/** A series as Prometheus answers with it, in the order of time. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [seconds: number, value: number])[];
}

/** What came of one query. */
export interface Answer {
  readonly question: Question;
  readonly series: readonly Series[];
  /** What Prometheus said, where it refuses. */
  readonly refused?: string;
}

type RawPoint = readonly [number, string];
/** The `data` of an answer of Prometheus. */
export type RawResult = { readonly resultType: string; readonly result: unknown };

/** What asks for an order. */
const ORDERED = /^\s*(topk|bottomk|sort\w*)\b/;

/**
 * Reads the result of a query, of whatever type. In the order of the labels, since Prometheus promises none; unless the
 * query asks for one.
 */
export function seriesOf({ resultType, result }: RawResult, expr: string): Series[] {
  if (resultType === 'scalar' || resultType === 'string') return [{ labels: {}, points: [point(result as RawPoint)] }];
  const found = (list(result) as readonly Json[]).map((r): Series => {
    const values = resultType === 'matrix' ? (list(r.values) as readonly RawPoint[]) : [r.value as RawPoint];
    return { labels: r.metric as Record<string, string>, points: values.map(point) };
  });
  return resultType === 'vector' && ORDERED.test(expr) ? found : inOrder(found);
}

function inOrder(all: readonly Series[]): Series[] {
  const keyed = all.map(
    (s) => [JSON.stringify(Object.entries(s.labels).sort(([a], [b]) => (a < b ? -1 : 1))), s] as const,
  );
  return keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, s]) => s);
}

function point([seconds, value]: RawPoint): readonly [number, number] {
  return [seconds, Number(value.replace('Inf', 'Infinity'))];
}

/** How a series is called: by its legend, otherwise by its labels, as Prometheus writes them. */
export function nameOf({ labels }: Series, { target, expr }: Question): string {
  if (target.legend !== '')
    return target.legend.replace(/\{\{\s*([^}]*?)\s*\}\}/g, (_, name: string) => labels[name] ?? '');
  const { __name__: name = '', ...rest } = labels;
  const pairs = Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1));
  if (name === '' && pairs.length === 0) return expr;
  return name + (pairs.length === 0 ? '' : `{${pairs.map(([k, v]) => `${k}=${JSON.stringify(v)}`).join(', ')}}`);
}

/** One number of a series, by the name that Grafana has for the way. */
export function reduced(series: Series, calc: string): number | undefined {
  const values = series.points.map(([, v]) => v);
  const real = values.filter((v) => !Number.isNaN(v));
  const sum = real.reduce((a, b) => a + b, 0);
  switch (calc) {
    case 'last':
      return values.at(-1);
    case 'first':
      return values[0];
    case 'firstNotNull':
      return real[0];
    case 'min':
      return real.length === 0 ? undefined : Math.min(...real);
    case 'max':
      return real.length === 0 ? undefined : Math.max(...real);
    case 'mean':
      return real.length === 0 ? undefined : sum / real.length;
    case 'sum':
      return real.length === 0 ? undefined : sum;
    case 'count':
      return values.length;
    default:
      return real.at(-1);
  }
}

/** The values of a series at each step of a question, with nothing where there is none. */
export function onGrid({ points }: Series, { start, end, step = 1 }: Question): (number | null)[] {
  const count = Math.floor((end - start) / step + 1e-6) + 1;
  const values: (number | null)[] = Array.from({ length: Math.max(0, count) }, () => null);
  for (const [time, value] of points) {
    const at = Math.round((time - start) / step);
    if (at >= 0 && at < values.length && Number.isFinite(value)) values[at] = value;
  }
  return values;
}
