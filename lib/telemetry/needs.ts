import { literal } from './ottl';

/**
 * What every match of a pattern holds and most records lack. Any one of them makes the pattern worth trying; looking for
 * all of them costs a tenth of it. They are looked for in one text that holds all of a record: its texts, and its
 * fields as JSON.
 */
export interface Needs {
  /** Texts. @default none */
  readonly needs?: readonly string[];
  /** Words in small letters, whatever letters the match has. @default none */
  readonly needsWords?: readonly string[];
  /** Patterns; those that begin with one certain character are quick. @default none */
  readonly needsMatch?: readonly string[];
  /** A long run of letters and digits, searched for once for all patterns. @default none */
  readonly needsRun?: Run;
}

const RUN = '[A-Za-z0-9+/_-]';
/** The shortest of all runs: where it is not, neither is one of `RUNS`. */
export const SHORTEST_RUN = `${RUN}{13}`;
/** Runs that are in most keys and in few words. */
export const RUNS = { letters: '[A-Za-z0-9]{13}', long: `${RUN}{32}` } as const;
export type Run = keyof typeof RUNS;

/** The text in which all is looked for, and the same in small letters. */
export const textOf = (owner: string): string => `${owner}.cache["text"]`;
export const smallOf = (owner: string) => `${owner}.cache["small"]`;
const runOf = (owner: string, run: string) => `${owner}.cache["run${run}"]`;

/** Behind the statement that sets the text: what is looked for once for all patterns. */
export const look = (owner: string): string[] => {
  const matches = (pattern: string) => `IsMatch(${textOf(owner)}, ${literal(pattern)})`;
  return [
    // By way of capitals: a pattern that takes letters of both sizes takes the long s of old print too, and only those have one.
    `set(${smallOf(owner)}, ToLowerCase(ToUpperCase(${textOf(owner)})))`,
    `set(${runOf(owner, '')}, true) where ${matches(SHORTEST_RUN)}`,
    ...Object.entries(RUNS).map(
      ([name, run]) => `set(${runOf(owner, `.${name}`)}, true) where ${runOf(owner, '')} != nil and ${matches(run)}`,
    ),
  ];
};

/** The condition; undefined for what is always worth trying. */
export const worth = (n: Needs, owner: string): string | undefined => {
  const has = (text: string, part: string) => `Index(${text}, ${literal(part)}) >= 0`;
  const tests = [
    ...(n.needsWords ?? []).map((word) => has(smallOf(owner), word)),
    ...(n.needs ?? []).map((part) => has(textOf(owner), part)),
    ...(n.needsRun === undefined ? [] : [`${runOf(owner, `.${n.needsRun}`)} != nil`]),
    ...(n.needsMatch ?? []).map((pattern) => `IsMatch(${textOf(owner)}, ${literal(pattern)})`),
  ];
  return tests.length === 0 ? undefined : tests.join(' or ');
};
