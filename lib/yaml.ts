/**
 * Writes plain JSON values as YAML: block style, one way to write each value, strings quoted whenever a reader of YAML
 * 1.1 or 1.2 could take them for something else. It exists because writing was the slowest part of a synth (see
 * docs/decisions/0003-yaml-writer.md); reading YAML is left to the `yaml` package.
 */
export function toYaml(value: unknown): string {
  const out: string[] = [];
  write(out, value, 0, '');
  return out.join('');
}

/** Several documents in one file. */
export function toYamlDocuments(values: readonly unknown[]): string {
  return values.map(toYaml).join('---\n');
}

/**
 * Writes a value and the end of its line. `lead` stands before it on the current line: nothing at the start of a
 * document, `key:` or `-` elsewhere. The first line of a block behind a dash goes on the dash's line, since the dash and
 * a step of indentation are equally wide; a block behind a key starts on the next line.
 */
function write(out: string[], value: unknown, depth: number, lead: string): void {
  if (value === null || typeof value !== 'object') {
    out.push(lead, lead === '' ? '' : ' ', scalar(value, depth), '\n');
    return;
  }
  const keys = Array.isArray(value)
    ? undefined
    : Object.keys(value).filter((k) => (value as Record<string, unknown>)[k] !== undefined);
  if ((keys ?? (value as unknown[])).length === 0) {
    out.push(lead, lead === '' ? '' : ' ', keys ? '{}' : '[]', '\n');
    return;
  }
  const indent = '  '.repeat(depth);
  let first = lead === '' ? '' : lead.endsWith('-') ? `${lead} ` : `${lead}\n${indent}`;
  if (keys) {
    for (const k of keys) {
      write(out, (value as Record<string, unknown>)[k], depth + 1, `${first}${string(k)}:`);
      first = indent;
    }
  } else {
    for (const v of value as unknown[]) {
      write(out, v, depth + 1, `${first}-`);
      first = indent;
    }
  }
}

function scalar(value: unknown, depth: number): string {
  if (typeof value === 'string') return value.includes('\n') && fitsBlock(value) ? block(value, depth) : string(value);
  if (value === null || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)))
    return String(value);
  throw new TypeError(`cannot write ${typeof value} ${String(value)} as YAML`);
}

/** Letters, digits and marks that mean nothing to YAML; not one of the words below (`e0` is a number to YAML 1.1). */
const PLAIN = /^[A-Za-z_/][\w./-]*(?::[\w./-]+)*$/;
const WORDS = /^(?:true|false|yes|no|on|off|y|n|null|nan|inf|e\d+)$/i;
/** Text that survives a literal block: printable, and no white space at its start. */
const BLOCK =
  /^[^\s](?:[\x20-\x7e\n\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]|[\ud800-\udbff][\udc00-\udfff])*$/;
/** Nearly every text, and seen in a tenth of the time that the others take: dashboards are long. */
const ASCII = /^[\x20-\x7e\n]*$/;
/** Characters that JSON leaves as they are and some reader of YAML takes for a line break, or refuses. */
const UNPRINTABLE = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g;
/** Half of a surrogate pair: no character, and no reader of UTF-8 takes it. */
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
/** White space before the end of a line would be lost on people, and in editors. */
const TRAILING = /[ \t]$/m;

function string(value: string): string {
  if (PLAIN.test(value) && !WORDS.test(value)) return value;
  return quoted(value);
}

const fitsBlock = (value: string): boolean => (ASCII.test(value) ? /^\S/.test(value) : BLOCK.test(value));

function quoted(value: string): string {
  if (ASCII.test(value)) return JSON.stringify(value);
  if (LONE_SURROGATE.test(value))
    throw new TypeError(`cannot write half a surrogate pair as YAML: ${JSON.stringify(value)}`);
  const code = (c: string) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(UNPRINTABLE, code);
}

/** A literal block, without the line break that `write` adds. */
function block(value: string, depth: number): string {
  if (TRAILING.test(value)) return quoted(value);
  let end = value.length;
  while (value[end - 1] === '\n') end--;
  const breaks = value.length - end;
  const chomp = breaks === 0 ? '-' : breaks === 1 ? '' : '+';
  const indent = `\n${'  '.repeat(Math.max(depth, 1))}`;
  const lines = value.slice(0, end).replace(/\n(?!\n)/g, indent);
  return `|${chomp}${indent}${lines}${'\n'.repeat(Math.max(0, breaks - 1))}`;
}
