import { literal } from './ottl';

/**
 * The quick way past the patterns, which cost a hundred times as much: a record of plain words and numbers. Whatever a
 * built-in pattern finds holds a character that this does not allow, or a word that mixes digits and letters as names do
 * not, or one of the pattern's hints. Each character leaves one way on, so that Go reads it in a single pass: it does so
 * for fewer than 1000 instructions, so that bounds are small.
 */
const LETTERS = '[A-Z]{0,12}[a-z]{0,20}';
const SOME_LETTERS = '(?:[A-Z]{1,12}[a-z]{0,20}|[a-z]{1,20})';
const WORD = String.raw`${LETTERS}(?:-${SOME_LETTERS})*(?:[0-9]{1,10}(?:\.[0-9]{1,9})?)?`;
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

/**
 * A record as PLAIN reads it. It costs half of what JSON does.
 *
 * @param message the text that is no field
 * @param fields texts that stand beside the attributes, by the names under which they are read
 */
export const plainText = (owner: string, message: string, fields: Readonly<Record<string, string>> = {}): string => {
  const more = Object.entries(fields).map(([name, text]) => `Concat([${literal(name)}, ${text}], ":")`);
  const all = [`ToKeyValueString(${owner}.attributes, ":", ${literal('\n')})`, ...more, '"="', message];
  return `Concat([${all.join(', ')}], ${literal('\n')})`;
};
