import type { MetricType } from '../../lib/sovra/metrics';

export type LabelSet = Readonly<Record<string, string>>;

export interface Sample {
  /** What a histogram adds to its name. @default '' */
  readonly suffix?: '_bucket' | '_sum' | '_count';
  readonly labels: LabelSet;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly samples: readonly Sample[];
}

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Writes the Prometheus text format. A family without samples is left out, as the client libraries do. */
export function exposition(families: readonly Family[]): string {
  return families
    .filter((f) => f.samples.length > 0)
    .map(written)
    .join('');
}

function written(f: Family): string {
  const lines = f.samples.map((s) => `${f.name}${s.suffix ?? ''}${labels(s.labels)} ${number(s.value)}`);
  return `# HELP ${f.name} ${escapeHelp(f.help)}\n# TYPE ${f.name} ${f.type}\n${lines.join('\n')}\n`;
}

function labels(set: LabelSet): string {
  const pairs = Object.entries(set).map(([name, value]) => `${name}="${escapeValue(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeValue(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}

/** The format's spelling of numbers; it is also that of the label `le`. */
export function number(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}
