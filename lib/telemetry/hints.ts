import { literal } from './ottl';
import type { RedactionPattern } from './pattern';
import { SPLIT_HINTS } from './split';

/**
 * Words by which a record of plain words (see `PLAIN`) may hold something private all the same. To look for them in the
 * transform processor costs six times as much as in the receiver, where they are looked for in the whole line first. Where
 * the receiver found none, it says so; whatever else came here is looked at.
 */

/** Attribute of the resource of lines in which the receiver found none of the words. It is on no list. */
const UNHINTED = 'sovra.unhinted';

/**
 * In small letters, as they stand in a record's text for `PLAIN`.
 *
 * @param fields those that are kept
 * @param free fields in which an identifier may stand; in others whose names end alike it is masked like anything else
 */
export const hintsOf = (
  patterns: readonly RedactionPattern[],
  fields: readonly string[],
  free: readonly string[] = [],
): readonly string[] => [
  ...new Set([
    ...SPLIT_HINTS,
    ...patterns.flatMap((p) => p.hints ?? []),
    ...fields.filter((f) => f.endsWith('_id') && !free.includes(f)).map((f) => `${f.toLowerCase()}:`),
  ]),
];

/** The receiver's part, in front of what reads the fields: only a line that was not cut begins like JSON there. */
export const seeUnhinted = (hints: readonly string[]): object => {
  // In the line, names of fields have a quote behind them; and by its number any letter may be written.
  const words = ['\\\\u', ...hints.map((h) => h.replace(/:$/, ''))];
  const shortest = words.filter((w) => !words.some((other) => other !== w && w.includes(other)));
  return {
    type: 'add',
    id: 'unhinted',
    if: `body startsWith '{' and (let small = lower(body); not (${shortest.map((w) => `small contains '${w}'`).join(' or ')}))`,
    field: `resource["${UNHINTED}"]`,
    value: true,
  };
};

/** The processor's part. @param small the record's text in small letters */
export const hinted = (hints: readonly string[], small: string): string =>
  hints.map((h) => `Index(${small}, ${literal(h)}) >= 0`).join(' or ');
/** Of logs: whether there is anything to look for. */
export const MAY_HINT = `resource.attributes["${UNHINTED}"] == nil`;
