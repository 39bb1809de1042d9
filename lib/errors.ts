import { isOutput, withoutMarkers } from './markers';

/** One thing that is wrong with one property, told so that the person at the keyboard can mend it. */
export interface Problem {
  /** The property, as it is written in the props: `prometheus.retention`, `edgeNodes[2].id`. */
  readonly property: string;
  /** What was given. */
  readonly given: unknown;
  /** What is allowed. */
  readonly allowed: string;
  /** What to do about it. */
  readonly remedy: string;
}

/**
 * The only error that this library throws for bad input. It carries every problem that was found, not just the first,
 * with the path of the construct (or the name of the description) that they belong to.
 */
export class SovraOpsError extends Error {
  constructor(
    /** Path of the construct in the tree, or the name of the description that was being read. */
    readonly construct: string,
    readonly problems: readonly Problem[],
  ) {
    super(
      // What stands in for an Output tells people nothing, wherever in the message it is.
      withoutMarkers(
        [
          `${construct}: ${problems.length === 1 ? '1 problem' : `${problems.length} problems`}`,
          ...problems.map(line),
        ].join('\n'),
      ),
    );
    this.name = 'SovraOpsError';
  }
}

function line(p: Problem): string {
  return `  - ${p.property}: got ${show(p.given)}; allowed: ${p.allowed}. ${p.remedy}`;
}

/** Prints what was given, without the credentials that a pasted URL may carry and without flooding the terminal. */
function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = written(value);
  const clean = withoutMarkers(text).replace(/(:\/\/)[^/@\s"]+@/g, '$1***@');
  return clean.length > 120 ? `${clean.slice(0, 117)}...` : clean;
}

/** Anything may have been given by mistake: a number that JSON has no word for, a construct that refers to itself. */
function written(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (isOutput(value)) return '<Output>';
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
