import { type Json, list, record, text } from './dashboard';

/** What is chosen of a variable, as a dashboard opens. */
export interface Choice {
  readonly name: string;
  /** As the dashboard calls it. */
  readonly label: string;
  /** What a reader sees: `All`, or the values. */
  readonly shown: string;
  readonly values: readonly string[];
  /** Whether several can be chosen: their values then stand in patterns, and are escaped for those. */
  readonly several: boolean;
  /** What stands for "All", as it is. */
  readonly raw?: string;
}

/** The values of a label of some series. */
export interface ValuesQuery {
  readonly label: string;
  /** Undefined: of any series. */
  readonly selector?: string;
}

/** What has to be asked before a choice can be made; undefined where the file says it all, or asks in an unknown way. */
export function valuesQuery(variable: Json): ValuesQuery | undefined {
  const source = text(record(variable.datasource).type);
  if (variable.type !== 'query' || !(source === '' || source === 'prometheus')) return undefined;
  const query = text(variable.definition) || text(record(variable.query).query) || text(variable.query);
  const match = /^\s*label_values\(\s*(?:(.*),)?\s*([A-Za-z_]\w*)\s*\)\s*$/s.exec(query);
  const label = match?.[2];
  return label === undefined ? undefined : { label, selector: match?.[1]?.trim() || undefined };
}

/** What a dashboard opens with: what its file has chosen if that is offered, otherwise "All", otherwise the first value. */
export function choose(variable: Json, found: readonly string[]): Choice {
  const name = text(variable.name);
  const several = variable.multi === true || variable.includeAll === true;
  const base = { name, label: text(variable.label) || name, several };
  const offered = offers(variable, found);
  const current = [record(variable.current).value].flat().filter((v): v is string => typeof v === 'string' && v !== '');
  const kept = current.filter((v) => offered.includes(v));
  if (kept.length > 0) return { ...base, values: kept, shown: kept.join(' + ') };
  if (variable.includeAll === true)
    return { ...base, values: offered, shown: 'All', raw: text(variable.allValue) || undefined };
  const first = offered.slice(0, 1);
  return { ...base, values: first, shown: first[0] ?? 'none' };
}

function offers(variable: Json, found: readonly string[]): readonly string[] {
  const fixed = text(variable.query);
  switch (variable.type) {
    case 'query':
      return sorted(filtered(found, text(variable.regex)), Number(variable.sort ?? 0));
    case 'custom':
    case 'interval':
      return fixed.split(',').map((v) => (v.split(' : ')[1] ?? v).trim());
    case 'constant':
    case 'textbox':
      return [fixed];
    default:
      return list([record(variable.current).value].flat()).map(text);
  }
}

/** Keeps what a pattern matches, and of that its first group. */
function filtered(values: readonly string[], regex: string): string[] {
  const [, pattern, flags] = /^\/(.*)\/(\w*)$/s.exec(regex) ?? [];
  if (pattern === undefined) return [...values];
  const wanted = new RegExp(pattern, flags?.replace('g', ''));
  const kept = values.flatMap((v) => {
    const match = wanted.exec(v);
    return match ? [match[1] ?? match[0]] : [];
  });
  return [...new Set(kept)];
}

/** Grafana's numbers of orders: 1 and 2 by letters, 3 and 4 by numbers, 5 and 6 by letters of any case; even ones backwards. */
function sorted(values: string[], order: number): string[] {
  if (!(order >= 1)) return values;
  const by = (order: number): ((a: string, b: string) => number) => {
    if (order === 3 || order === 4)
      return (a, b) => Number(/\d+/.exec(a)?.[0] ?? -1) - Number(/\d+/.exec(b)?.[0] ?? -1);
    const key = (v: string) => (order >= 5 ? v.toLowerCase() : v);
    return (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
  };
  values.sort(by(order));
  return order % 2 === 0 ? values.reverse() : values;
}

/** The time of a query, and what Grafana makes of it. */
export interface Window {
  /** Seconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** Seconds between two points. */
  readonly step: number;
  /** Seconds between two scrapes. */
  readonly scrape: number;
}

const BRACES = /\$\{(\w+)(?:\.[^:}]+)?(?::([^}]+))?\}|\[\[(\w+)(?::(\w+))?\]\]|\$(\w+)/g;

/** What Grafana sends for an expression. What is no variable stays as it is. */
export function sent(expr: string, choices: readonly Choice[], window: Window): string {
  const builtIn = builtIns(window);
  return expr.replace(BRACES, (whole, a, formatA, b, formatB, c) => {
    const name = String(a ?? b ?? c);
    const choice = choices.find((v) => v.name === name);
    return builtIn[name] ?? (choice ? inQuery(choice, formatA ?? formatB) : whole);
  });
}

/** A title as a reader sees it. */
export function readable(title: string, choices: readonly Choice[]): string {
  return title.replace(BRACES, (whole, a, _formatA, b, _formatB, c) => {
    return choices.find((v) => v.name === (a ?? b ?? c))?.shown ?? whole;
  });
}

function builtIns({ from, to, step, scrape }: Window): Readonly<Record<string, string>> {
  const range = to - from;
  return {
    __interval: `${step}s`,
    __interval_ms: String(step * 1000),
    // Long enough for four scrapes, so that one that is lost leaves no gap.
    __rate_interval: `${Math.max(step + scrape, 4 * scrape)}s`,
    __range: `${Math.round(range)}s`,
    __range_s: String(Math.round(range)),
    __range_ms: String(Math.round(range * 1000)),
    __from: String(Math.round(from * 1000)),
    __to: String(Math.round(to * 1000)),
  };
}

function inQuery({ values, several, raw }: Choice, format: string | undefined): string {
  if (raw !== undefined) return raw;
  switch (format) {
    case 'raw':
    case 'csv':
      return values.join(',');
    case 'pipe':
      return values.join('|');
    case 'regex':
      return oneOf(values.map((v) => pattern(v)));
    default:
      return several ? oneOf(values.map((v) => quoted(pattern(v)))) : quoted(values.join(','));
  }
}

const oneOf = (values: readonly string[]) => (values.length > 1 ? `(${values.join('|')})` : (values[0] ?? ''));
const pattern = (v: string) => v.replace(/[\\^$*+?.()|[\]{}/]/g, '\\$&');
/** Variables stand between the quotes of a matcher. */
const quoted = (v: string) => v.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n');
