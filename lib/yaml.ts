/**
 * Writes plain JSON values as YAML: block style, one way to write each value, strings quoted whenever a reader of YAML
 * 1.1 or 1.2 could take them for something else. It exists because writing was the slowest part of a synth (see
 * docs/decisions/0003-yaml-writer.md); reading YAML is left to the `yaml` package.
 */
export function toYaml(value: unknown): string {
  return `${node(value, 0).replace(/^\n/, '')}\n`;
}

/** Several documents in one file. */
export function toYamlDocuments(values: readonly unknown[]): string {
  return values.map(toYaml).join('---\n');
}

/** The text behind `key:` or `-`: a scalar on the same line, or a block that starts on the next. */
function node(value: unknown, depth: number): string {
  if (Array.isArray(value)) return value.length === 0 ? ' []' : list(value, depth);
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, v]) => v !== undefined);
    return entries.length === 0 ? ' {}' : map(entries, depth);
  }
  return ` ${scalar(value, depth)}`;
}

function map(entries: readonly [string, unknown][], depth: number): string {
  const indent = '  '.repeat(depth);
  let text = '';
  // A list below a key is indented, so that its items stand apart from the next key.
  for (const [k, v] of entries) text += `\n${indent}${string(k)}:${node(v, depth + 1)}`;
  return text;
}

function list(values: readonly unknown[], depth: number): string {
  const indent = '  '.repeat(depth);
  let text = '';
  // The first line of a nested block moves up behind the dash; its indentation and the dash are equally wide.
  for (const v of values) text += `\n${indent}-${node(v, depth + 1).replace(/^\n +/, ' ')}`;
  return text;
}

function scalar(value: unknown, depth: number): string {
  if (typeof value === 'string') return BLOCK.test(value) && value.includes('\n') ? block(value, depth) : string(value);
  if (value === null || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return String(value);
  throw new TypeError(`cannot write ${typeof value} ${String(value)} as YAML`);
}

/** Letters, digits and marks that mean nothing to YAML; not a number, a date, or one of the words below. */
const PLAIN = /^[A-Za-z_/][\w./-]*(?::[\w./-]+)*$/;
const WORDS = /^(?:true|false|yes|no|on|off|y|n|null|nan|inf)$/i;
/** Text that survives a literal block: printable, no white space at the start of the first or the end of any line. */
const BLOCK = /^[^\s](?:[\x20-\x7e\n\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]|[\ud800-\udbff][\udc00-\udfff])*$/;

function string(value: string): string {
  return PLAIN.test(value) && !WORDS.test(value) ? value : JSON.stringify(value);
}

function block(value: string, depth: number): string {
  if (/[ \t]$/m.test(value)) return JSON.stringify(value);
  const [, body = '', end = ''] = /^([^]*?)(\n*)$/.exec(value) ?? [];
  const chomp = end === '' ? '-' : end === '\n' ? '' : '+';
  const indent = '  '.repeat(Math.max(depth, 1));
  const lines = body.split('\n').map((l) => (l === '' ? '' : indent + l));
  return `|${chomp}\n${lines.join('\n')}${end.length > 1 ? '\n'.repeat(end.length - 1) : ''}`;
}
