import type { Problem } from '../errors';
import { holdsMarker, isHelpText, NO_OUTPUT_HERE, TEXT_OF_OUTPUT } from '../markers';

/**
 * What must never reach a cluster: an Output that somebody made a text of, for which Pulumi writes a help text, or
 * calculated with; and, where nobody will replace them, the markers that stand in for Outputs.
 */
export function straysIn(object: unknown, markersAreReplaced: boolean): Problem[] {
  // One look at everything is much cheaper than a look at each value, and nearly always enough. What is no number is null there.
  const all = JSON.stringify(object);
  return [...(all.includes('null') ? noNumbersIn(object, '') : []), ...textsLeftIn(object, all, markersAreReplaced)];
}

/** What came of calculating with an Output, or with anything else that is no number. The API server would get null. */
function noNumbersIn(value: unknown, at: string): Problem[] {
  if (typeof value === 'number' && !Number.isFinite(value))
    return [{ property: at, given: value, allowed: 'a number', remedy: COMPUTED }];
  if (typeof value !== 'object' || value === null) return [];
  return Array.isArray(value)
    ? value.flatMap((v, i) => noNumbersIn(v, `${at}[${i}]`))
    : Object.entries(value).flatMap(([k, v]) => noNumbersIn(v, at === '' ? k : `${at}.${k}`));
}

function textsLeftIn(object: unknown, all: string, markersAreReplaced: boolean): Problem[] {
  if (!isHelpText(all) && (markersAreReplaced || !holdsMarker(all))) return [];
  return textsOf(object, '').flatMap(({ at, text }) => {
    if (isHelpText(text))
      return [problem(at, 'the help text that Pulumi writes for an Output in a text', TEXT_OF_OUTPUT.remedy)];
    if (holdsMarker(text) && !markersAreReplaced) return [problem(at, 'the marker of an Output', NO_OUTPUT_HERE)];
    return [];
  });
}

const COMPUTED =
  'Look at what it was computed from; calculate with an Output in `.apply(...)`, and pass what that gives.';
const problem = (property: string, given: string, remedy: string): Problem => ({
  property,
  given,
  allowed: TEXT_OF_OUTPUT.allowed,
  remedy,
});

/** A text of a value, or a key of it, with its place. */
export interface PlacedText {
  readonly at: string;
  readonly text: string;
  readonly isKey?: boolean;
}

export function textsOf(value: unknown, at: string): PlacedText[] {
  if (typeof value === 'string') return [{ at, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((v, i) => textsOf(v, `${at}[${i}]`));
  return Object.entries(value).flatMap(([k, v]) => [
    { at: at === '' ? 'a key' : `a key of ${at}`, text: k, isKey: true },
    ...textsOf(v, at === '' ? k : `${at}.${k}`),
  ]);
}
