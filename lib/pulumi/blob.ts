import { toYaml } from '../yaml';

/** A way to write values into a text, and to read them back. */
interface Codec {
  readonly read: (text: string) => unknown;
  readonly write: (value: unknown) => string;
}

const CODECS: readonly Codec[] = [
  { read: JSON.parse, write: (v) => JSON.stringify(v) },
  { read: JSON.parse, write: (v) => JSON.stringify(v, null, 2) },
  { read: JSON.parse, write: (v) => `${JSON.stringify(v, null, 2)}\n` },
  // Loaded only where a text with an Output in it may be YAML.
  { read: yamlStructure, write: toYaml },
];

/**
 * To YAML any text is a value, and a line of text that ends in a line break is written as that value. But a file with a
 * certificate or a password, and nothing else, is meant as it is.
 */
function yamlStructure(text: string): unknown {
  const value: unknown = (require('yaml') as typeof import('yaml')).parse(text);
  return typeof value === 'object' && value !== null ? value : undefined;
}

/** A text that is data in a known notation: its value, and how to write it again to the byte. */
export interface Blob {
  readonly value: unknown;
  readonly write: (value: unknown) => string;
}

/**
 * Reads a text that `JSON.stringify` or `toYaml` wrote, so that an Output in it can be written by the same rules: a
 * quotation mark in its value is escaped, a number stays a number. Undefined for a text that was composed by hand.
 */
export function readBlob(text: string): Blob | undefined {
  for (const { read, write } of CODECS) {
    const value = attempt(read, text);
    if (value !== undefined && attempt(write, value) === text) return { value, write };
  }
  return undefined;
}

function attempt<A, B>(f: (a: A) => B, a: A): B | undefined {
  try {
    return f(a);
  } catch {
    return undefined;
  }
}
