export interface ParsedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ParsedFamily {
  readonly type: string;
  readonly help: string;
  readonly samples: ParsedSample[];
}

/** Reads the text format back; strict about the order of lines, since it judges what was written. */
export function parse(text: string): Map<string, ParsedFamily> {
  const families = new Map<string, ParsedFamily>();
  let current = '';
  let help = '';
  for (const line of text.split('\n').slice(0, -1)) {
    const [, word = '', name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (word === 'HELP') help = rest;
    else if (word === 'TYPE') families.set(name, { type: rest, help, samples: [] });
    else families.get(current)?.samples.push(sample(line, current));
    if (word !== '') current = name;
  }
  return families;
}

function sample(line: string, family: string): ParsedSample {
  const [, name = '', , inner = '', value = ''] = /^([a-z_:0-9]+)(\{(.*)\})? (\S+)$/i.exec(line) ?? [];
  if (!name.startsWith(family)) throw new Error(`"${line}" stands under the family ${family}`);
  const labels = [...inner.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"(?:,|$)/g)].map(([, key = '', text = '']) => [
    key,
    unescaped(text),
  ]);
  return {
    name,
    labels: Object.fromEntries(labels),
    value: value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value),
  };
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c));
}

/** A series as it is written in PromQL, with its labels in order. */
export function seriesKey(s: ParsedSample): string {
  const labels = Object.entries(s.labels).sort(([a], [b]) => a.localeCompare(b));
  return `${s.name}{${labels.map(([k, v]) => `${k}=${JSON.stringify(v)}`).join(',')}}`;
}
