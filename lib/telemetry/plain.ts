/**
 * The quick way past the patterns, which cost a hundred times as much: a record of plain words and numbers, message and
 * then fields as JSON. Whatever a built-in pattern finds holds a character that this does not allow, or a word that mixes
 * digits and letters as names do not, or one of the pattern's hints. Each character leaves one way on, so that Go reads
 * it in a single pass: it does so for fewer than 1000 instructions, so that bounds are small.
 */
const LETTERS = '[A-Z]{0,12}[a-z]{0,20}';
const WORD = String.raw`${LETTERS}(?:-${LETTERS})*(?:[0-9]{1,10}(?:\.[0-9]{1,9})?)?`;
const WORDS = `${WORD}(?:[ ,;()/_{}]${WORD})*`;
const NUMBER = String.raw`-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?`;

const hex = (digits: number) => `[0-9a-f]{${digits}}`;
/** UUIDs, and 16 or 32 hexadecimal digits. */
const ID = `${hex(8)}(?:(?:-${hex(4)}){3}-${hex(12)}|${hex(8)}(?:${hex(16)})?)`;
/**
 * A name in parts, with its value where the last part is "id": an identifier may stand there and nowhere else. That a name
 * without a value, or one that goes on behind a value, would match too does no harm: JSON has neither.
 */
const CHARS = '[a-z.]*';
const PART = `(?:[a-hj-z.]${CHARS}|i(?:[a-ce-z.]${CHARS}|d(?:[a-z.]${CHARS}|":"${ID}"))?)`;
const MEMBER = `"${CHARS}(?:_${PART})*(?:":(?:"${WORDS}"|${NUMBER}|true|false))?`;

export const PLAIN = String.raw`^${WORDS}\n\{(?:${MEMBER}[,}])*\}?$`;
