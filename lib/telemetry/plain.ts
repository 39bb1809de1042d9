import { literal } from './ottl';

/**
 * The quick way past the patterns, which cost a hundred times as much: a record of plain words and numbers. Whatever a
 * built-in pattern finds holds a character that this does not allow, or a word that mixes digits and letters as names do
 * not, or a name with dots that is DOTTED, or one of the pattern's hints. Each character leaves one way on, so that Go reads
 * it in a single pass: it does so for fewer than 1000 instructions, so that bounds are small.
 */
const LETTERS = '(?:[A-Z]{1,7}[a-z]{0,16}|[a-z]{1,16})';
const WORD = String.raw`(?:${LETTERS}(?:[.-]${LETTERS})*)?(?:[0-9]{1,10}(?:\.[0-9]{1,6})?)?`;
const WORDS = `${WORD}(?:[ ,;()/_{}]${WORD})*`;

const hex = (digits: number) => `[0-9a-f]{${digits}}`;
/** UUIDs, and 16 or 32 hexadecimal digits. */
const ID = `${hex(8)}(?:(?:-${hex(4)}){3}-${hex(12)}|${hex(8)}(?:${hex(16)})?)`;
/** A name in parts, with its value where the last part is "id": an identifier may stand there and nowhere else. */
const CHARS = '[a-z.@]*';
const PART = `(?:[a-hj-z.]${CHARS}|i(?:[a-ce-z.]${CHARS}|d(?:[a-z.]${CHARS}|:${ID}))?)`;

const FIELD = `${CHARS}(?:_${PART})*(?::${WORDS})?`;

/** Fields, one a line, and then the message. Values with a colon or a line end have quotes, which are not allowed. */
export const PLAIN = String.raw`^(?:${FIELD}\n)*=\n${WORDS}$`;

/** Of names with dots, those that may be hosts or tokens; most are loggers. It begins with a dot, for which Go looks first. */
export const dotted = (suffixes: string): string =>
  String.raw`\.(?:(?i:${suffixes})(?:[^A-Za-z0-9_-]|$)|[A-Za-z0-9]{20})`;

/**
 * A record as PLAIN reads it. It costs half of what JSON does.
 *
 * @param texts what is no attribute, in one line: a line end in them is not plain
 */
export const plainText = (owner: string, texts: readonly string[]): string => {
  const message = texts.length > 1 ? `Concat([${texts.join(', ')}], " ")` : texts[0];
  return `Concat([ToKeyValueString(${owner}.attributes, ":", ${literal('\n')}), "=", ${message}], ${literal('\n')})`;
};
