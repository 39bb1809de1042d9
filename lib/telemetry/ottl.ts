/**
 * Words of the collector's transformation language (OTTL). A text goes through two readers on its way: the collector
 * expands `$` in every value of its configuration, and OTTL then reads backslashes in string literals.
 */

/** A string literal of OTTL, as it is written into the collector's configuration. */
export const literal = (text: string): string =>
  `"${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n').replace(UNSEEN, numbered)}"`.replace(
    /\$/g,
    '$$$$',
  );

/** Signs that nobody can see are written as what they are. */
const UNSEEN = /[\u{E000}-\u{F8FF}\u{FFFD}]/gu;
const numbered = (sign: string) => `\\u${sign.charCodeAt(0).toString(16)}`;

/** A list of string literals. */
export const literals = (texts: readonly string[]): string => `[${texts.map(literal).join(', ')}]`;

/** A group of statements that share conditions; the collector runs it for each record that one of them holds for. */
export interface StatementGroup {
  readonly context?: 'log' | 'span' | 'spanevent' | 'resource' | 'scope' | 'datapoint' | 'metric';
  readonly conditions?: readonly string[];
  readonly statements: readonly string[];
}
