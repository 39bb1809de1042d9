import { type Needs, textOf, worth } from './needs';
import { literal, literals } from './ottl';

/**
 * Secrets that are cut into parts: over the fields of a record, over a list, over an object. Each part by itself may be a
 * plain word, so patterns do not find it. Objects below a kept field are dropped, since their names are not on the list;
 * lists stay when they hold plain words only; and a record in which one text ends, or begins, where a secret would go on
 * loses all of its texts, since any of them may be the rest.
 */

/** The class of records that lost all texts. */
export const SPLIT_CLASS = 'split';
export const SPLIT_MARK = `[redacted:${SPLIT_CLASS}]`;

const WORD = '[A-Za-z]{1,20}';
/** A list as JSON, of plain words without digits: why a policy refused, for example. */
export const PLAIN_LIST = String.raw`\[(?:"${WORD}(?:[ _-]${WORD}){0,11}",?)*\]$`;

/** Names behind which a value is private, with the sign but without the value. */
const NAMES = [
  'authorization|cookie|pass(?:word|wd|phrase)?|pwd|secret|token|key|credentials?|session(?:[_-]?id)?|sid',
  'user(?:[_-]?(?:id|name))?|username|login|e-?mail|subject|sub|actor|owner|account|body|payload|plaintext|ciphertext',
  'host(?:name)?|addr(?:ess)?|(?:client[_-]?)?ip',
].join('|');
/** Where a text ends: before the closing quote of JSON or of an element, before the fields, at the end of all. */
const END = String.raw`\s*(?:\\*"|\n|$)`;
/** Where a text begins. */
const BEGIN = String.raw`(?:^|\n|[:,\[]")`;

/** One way in which a text is cut off. */
interface Sign extends Needs {
  readonly pattern: string;
}

/** Looked for in all texts of a record at once: the message, and then the fields as JSON. */
export const SIGNS: readonly Sign[] = [
  {
    pattern: String.raw`(?i)(?:\b|_)(?:${NAMES})\s*[=:]${END}`,
    // The name of a field in JSON has a quote behind it.
    needsMatch: [String.raw`[^"\\\s]\s*[=:]${END}`],
  },
  { pattern: `(?:[Bb]earer|BEARER|Basic|Negotiate)${END}`, needsWords: ['bearer', 'basic', 'negotiate'] },
  { pattern: String.raw`(?:[?&]|u0026)[\w.-]+=${END}`, needsMatch: [`=${END}`] },
  { pattern: `[A-Za-z0-9]@${END}`, needsMatch: [`@${END}`] },
  { pattern: String.raw`://[^\s"]*[:@]${END}`, needs: ['://'] },
  { pattern: String.raw`\b[0-9]{1,3}\.[0-9]{1,3}\.${END}`, needsMatch: [String.raw`\.${END}`] },
  // Headings begin with "==> ".
  { pattern: String.raw`${BEGIN}(?:=(?:[^=]|=[^>]|=?$)|&|\\u0026|@[\w-]+\.)`, needs: ['=', '&', 'u0026', '@'] },
];

/** Signs that look plain, in small letters. */
export const SPLIT_HINTS = ['bearer', 'basic', 'negotiate'];

/** Half of a PEM block: a whole one is masked by then, beginning and end. */
const HALF_PEM = '-----(?:BEGIN|END) ';

/** Stands in front of what was text from the beginning, while lists and objects become text. */
const WAS_TEXT = 'sovra.text:';

/** Behind `dropNested`: whether there was anything to drop. */
export const hadNested = (owner: string): string => `${owner}.cache["nested"] != nil`;

/**
 * Lists and objects become JSON, which is masked like any text; numbers stay numbers. Objects are taken out, and lists
 * of more than plain words. `replace_all_patterns` sees texts only, so that what has no mark afterwards was no text.
 * The text holds the attributes as JSON: most records need not be written as JSON once more to see that.
 */
export const dropNested = (owner: string): string[] => {
  const all = `${owner}.attributes`;
  const nested = hadNested(owner);
  const maybe = ['{', '['].map((sign) => `Index(${textOf(owner)}, ${literal(`":${sign}`)}) >= 0`).join(' or ');
  const replace = (pattern: string, by: string) =>
    `replace_all_patterns(${all}, "value", ${literal(pattern)}, ${literal(by)}) where ${nested}`;
  return [
    `set(${owner}.cache["nested"], true) where (${maybe}) and IsMatch(${all}, ${literal(String.raw`[^\\]":[\[{]`)})`,
    replace('^', WAS_TEXT),
    `stringify_all(${all}) where ${nested}`,
    replace(`^(${PLAIN_LIST})`, `${WAS_TEXT}\${1}`),
    replace(String.raw`(?s)^[\[{].*$`, SPLIT_MARK),
    replace(`^${WAS_TEXT}`, ''),
  ];
};

/**
 * Before anything is masked: whether a text of the record is cut off. A record of which no text could be made (of numbers
 * that JSON does not know, say) cannot be judged and loses its texts as well.
 */
export const seeSplit = (owner: string): string[] => {
  const split = `${owner}.cache["${SPLIT_CLASS}"]`;
  const cutOff = SIGNS.map((sign) => `(${worth(sign, owner)}) and IsMatch(${textOf(owner)}, ${literal(sign.pattern)})`);
  return [`${textOf(owner)} == nil`, ...cutOff.map((c) => `${split} == nil and ${c}`)].map(
    (condition) => `set(${split}, true) where ${condition}`,
  );
};

/** After whole blocks were masked. */
export const seeHalfPem = (owner: string, after: string): string =>
  `set(${owner}.cache["${SPLIT_CLASS}"], true) where IsMatch(${after}, ${literal(HALF_PEM)})`;

/** Takes every text out of a record that is cut off; numbers, times and what is not text stay. */
export const dropSplit = (owner: string, texts: readonly string[], marks: readonly string[]): string[] => {
  const cut = `${owner}.cache["${SPLIT_CLASS}"] != nil`;
  return [
    ...texts.map((t) => `set(${t}, "${SPLIT_MARK}") where ${cut}`),
    `keep_keys(${owner}.attributes, ${literals(marks)}) where ${cut}`,
  ];
};
