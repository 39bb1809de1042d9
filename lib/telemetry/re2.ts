/** What Go's regular expressions lack, with its name. They promise time in proportion to the text, which these break. */
const LACKING: readonly (readonly [RegExp, string])[] = [
  [/\(\?[=!]/, 'look-ahead'],
  [/\(\?<[=!]/, 'look-behind'],
  [/\\[1-9]/, 'back-references'],
  [/\\k[<{']/, 'back-references'],
  [/\(\?>/, 'atomic groups'],
  [/[*+?}]\+/, 'possessive quantifiers'],
  [/\\[cuZGX]/, 'this escape'],
];
const MAX_LENGTH = 1000;
/** Go refuses more repetitions than this. */
const MAX_REPEAT = 1000;

/** A refusal for a pattern that the collector would not start with, or that would mask everything. */
export function isRe2(
  pattern: string,
  maxLength = MAX_LENGTH,
): { readonly allowed: string; readonly remedy: string } | undefined {
  const refuse = (allowed: string, remedy: string) => ({ allowed, remedy });
  if (pattern === '' || pattern.length > maxLength)
    return refuse(`a pattern of 1 to ${maxLength} characters`, 'Split it into several.');
  const bare = pattern.replace(/\\\\/g, '').replace(/\[(?:\\.|[^\]\\])*\]/g, '[]');
  const lacking = LACKING.find(([form]) => form.test(bare));
  if (lacking)
    return refuse(
      `a regular expression as Go reads it (RE2), without ${lacking[1]}`,
      'Match what stands around it too, and keep that by a group in the replacement: `${1}`.',
    );
  if ([...bare.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].some(([, a, b]) => Number(a) > MAX_REPEAT || Number(b) > MAX_REPEAT))
    return refuse(`at most ${MAX_REPEAT} repetitions`, 'Use "+" or "*".');
  let compiled: RegExp;
  try {
    compiled = new RegExp(inJavaScript(pattern), 'u');
  } catch (error) {
    return refuse(`a regular expression (${(error as Error).message})`, 'Close its groups and brackets.');
  }
  return compiled.test('')
    ? refuse('a pattern that does not match the empty text', 'Use "+" instead of "*".')
    : undefined;
}

/** The few words of Go that JavaScript writes otherwise, so that its compiler can look at the rest. */
const inJavaScript = (pattern: string): string =>
  pattern
    .replace(/\(\?[imsU]+\)/g, '')
    .replace(/\(\?[imsU]+:/g, '(?:')
    .replace(/\(\?P</g, '(?<')
    .replace(/\[\[:\^?\w+:\]\]/g, '[a-z]')
    .replace(/\\[Az]/g, (e) => (e === '\\A' ? '^' : '$'))
    // An escaped backslash is none for what stands behind it.
    .replace(/\\(\\|[^\w\s/^$.*+?()[\]{}|-])/g, (e, sign) => (sign === '\\' ? e : sign));
