import type { Needs } from './needs';

/** One thing that must not leave a node, as text. Several patterns may share a class; the class is what is counted. */
export interface RedactionPattern extends Needs {
  /** The class: what stands in place of the text, `[redacted:NAME]`, and the label `class` of `sovra_redactions_total`. */
  readonly name: string;
  /** What it finds, for people. */
  readonly what: string;
  /** A regular expression as Go reads it (RE2: no look-around, no back-references). */
  readonly pattern: string;
  /** What to put in its place; `${1}` keeps the first group. @default '[redacted:NAME]' */
  readonly replacement?: string;
  /**
   * Texts in small letters of which one is in every match that could be taken for plain words (letters, digits, spaces and
   * "-_/,;()"), whatever letters it has. Lines of plain words are not searched any further: see `PLAIN`. @default none
   */
  readonly hints?: readonly string[];
}
