import type { Problem } from './errors';

/**
 * Markers: texts that stand in for values that are not known at synth (the Outputs of a Pulumi program). They travel
 * through constructs like any text and are replaced in the finished objects. A marker is made of lower-case letters and
 * digits only, so that it survives quoting, URLs and the syntax of labels, and holds 128 random bits, so that no text of
 * a user can be one.
 */
const PREFIX = 'latevalue';
const MARKER = /latevalue[0-9a-f]{32}n\d+z/g;
const WHOLE = /^latevalue[0-9a-f]{32}n\d+z$/;

/** The marker with a number, of a set whose nonce has 32 hexadecimal digits. */
export const markerOf = (nonce: string, index: number): string => `${PREFIX}${nonce}n${index}z`;

/** Whether a value is a marker and nothing else. */
export const isMarker = (value: unknown): value is string => typeof value === 'string' && WHOLE.test(value);

/** The text between markers, and the markers, in their order. */
export const splitAtMarkers = (text: string): { readonly texts: string[]; readonly markers: string[] } => ({
  texts: text.split(MARKER),
  markers: text.match(MARKER) ?? [],
});

/** What base64 makes of a text, at each of the three places where it can start in a group of three bytes. */
const inBase64 = (text: string): string[] =>
  [0, 1, 2].map((offset) => {
    const bytes = Buffer.from(`${'\0'.repeat(offset)}${text}`).toString('base64');
    // The first characters also hold bits of what stands before, the last ones of what comes behind.
    return bytes.slice([0, 2, 3][offset], Math.floor(((offset + text.length) * 8) / 6));
  });
const ENCODED = inBase64(PREFIX);
/** A marker, or what cutting, other capitals or base64 left of one. Eight digits are enough to tell it from a word. */
const TRACE = new RegExp(`${PREFIX}[0-9a-f]{8}|${PREFIX.toUpperCase()}[0-9A-F]{8}|${ENCODED.join('|')}`);
/** What each of them starts with. To look for texts takes a tenth of the time, and nearly no text has one of these. */
const STARTS = [PREFIX, PREFIX.toUpperCase(), ...ENCODED];

/** Whether there is anything of a marker in a text. */
export function holdsMarker(text: string): boolean {
  // Asked before a value is checked, so that in plain JavaScript it may be anything.
  const all = String(text);
  return STARTS.some((start) => all.includes(start)) && TRACE.test(all);
}

/** A text for people: what a marker stands for cannot be shown. */
export const withoutMarkers = (text: string): string => text.replace(MARKER, '<Output>');

/** What makes markers for a tree of constructs. */
export interface MarkerSource {
  /** A marker for what `f` makes of a text, once the markers in it are known. */
  derive(text: string, f: (text: string) => string): string;
  /** The markers of a finished object that stand where nothing can stand in for a value. */
  misplaced(object: unknown): Problem[];
}

/** Judges the value that a marker stands for, once it is known. @throws {SovraOpsError} if it is none of those allowed */
export type Judge = (value: unknown) => void;
let listener: ((marker: string, judge: Judge) => void) | undefined;

/** Makes constructs, and hears of the judgements that have to wait until the values of their markers are known. */
export function withJudges<T>(hear: (marker: string, judge: Judge) => void, make: () => T): T {
  const outer = listener;
  listener = hear;
  try {
    return make();
  } finally {
    listener = outer;
  }
}

export function judgeLater(marker: string, judge: Judge): void {
  listener?.(marker, judge);
}

const SOURCE = Symbol.for('sovra-ops.markers');
type Root = { [SOURCE]?: MarkerSource };

export function attachMarkers(root: object, source: MarkerSource | undefined): void {
  (root as Root)[SOURCE] = source;
}

export const markersOf = (construct: { readonly node: { readonly root: object } }): MarkerSource | undefined =>
  (construct.node.root as Root)[SOURCE];

/** What is computed from a text that may hold markers, such as its hash: that of the marker would say nothing. */
export function derived(
  construct: { readonly node: { readonly root: object } },
  text: string,
  f: (text: string) => string,
): string {
  const source = holdsMarker(text) ? markersOf(construct) : undefined;
  return source ? source.derive(text, f) : f(text);
}

/** Whether a value is an Output, of whatever copy of Pulumi. */
export const isOutput = (value: unknown): boolean =>
  (value as { __pulumiOutput?: unknown } | null | undefined)?.__pulumiOutput === true;

/** What to do with an Output where Pulumi does not create the objects. */
export const NO_OUTPUT_HERE =
  'Outputs only work where Pulumi creates the objects: take the components of sovra-ops/pulumi, or give a plain value.';

/** What to do where an Output was made a text of. */
export const TEXT_OF_OUTPUT = {
  allowed: 'a value that is known',
  remedy:
    'Pass the Output itself, or build the text with pulumi.interpolate; inside a chart, take carry(scope, output) for it.',
} as const;

/** What Pulumi writes where an Output is made a text by `${}`, by `+` or as JSON; as it is, in an address, in small letters. */
const HELP_TEXT = new RegExp(
  'Calling [to\\w+] on an [Output<T>]'.replace(/[ <>]|\[|\]/g, (c) => `(?:\\${c}|${encodeURIComponent(c)})`),
  'i',
);
/** The same in the `data` of a Secret. */
const ENCODED_HELP_TEXT = inBase64('] on an [Output<T>]');
export const isHelpText = (text: string): boolean =>
  HELP_TEXT.test(text) || ENCODED_HELP_TEXT.some((encoded) => text.includes(encoded));
