/** What names, values and tokens look like, wherever they stand. */

/** A quote, as it is or as JSON, HTML, an address or a program's own notation writes it. */
export const QUOTE = String.raw`(?:\\*["'\x60]|&quot;|&#3[49];|%22|\\+u0022|\\+x22)`;
/** White space, as it is or as JSON writes it. */
const SPACE = String.raw`(?:\s|\\+[nrt])*`;
/** Of Unicode's private use, and in no log: it keeps apart what a pattern would find together. */
export const UNSEEN = '\u{E000}';
/** A letter of any other script. */
export const NOT_ASCII = `[^\\x00-\\x7f${UNSEEN}]`;
/** A sign that JSON writes by its number. */
export const ESCAPED = String.raw`\\+u00[0-9A-Fa-f]{2}`;
/** Between a name and its value: signs of programs, of JSON, YAML and Go, of Ruby and PHP, and the same encoded. */
export const SIGN = String.raw`${QUOTE}?[\])]?${SPACE}(?::?=[=>]?|:|->|%(?:25)?3[ad]|\\+u003[ad])(?:%20)*${SPACE}`;
/** Ways in which a name and its value are apart: tags of XML, pairs that say "value", parts of a form. */
const APART = [
  String.raw`${QUOTE}?,?;?${SPACE}${QUOTE}?value${QUOTE}?\s*[=:]\s*`,
  String.raw`${QUOTE}?(?:\s+[\w:.-]+=\\*["'][^"'<>]*["'])*\s*(?:>|&gt;)`,
  String.raw`\\*["'](?:(?:\\+r|\r)?(?:\\+n|\n)){2}`,
].join('|');

/** In quotes, with quotes in it that are escaped; where the end is missing, all of the rest. */
const QUOTED = [
  String.raw`"(?:[^"\\]|\\[\s\S])*(?:"|$)`,
  String.raw`\\"(?:[^"\\]|\\[^"\\]|\\\\\\?[\s\S])*(?:\\"|$)`,
  String.raw`\\{2,}"[^"]*(?:"|$)`,
  "'[^']*(?:'|$)",
  String.raw`\x60[^\x60]*(?:\x60|$)`,
  '&(?:quot|#3[49]);[^&]*(?:&(?:quot|#3[49]);|$)',
].join('|');
/**
 * A value behind `name=` or `"name":`, quoted or not, quotes escaped or not. Of a list or an object with quotes in it all of
 * the rest is taken, since its end cannot be told; without quotes it ends at the first bracket. A block of YAML is one line.
 */
export const VALUE = String.raw`(?:[^<>"'=\n]+(?:</|&lt;/)|[|>][+-]?(?:\\+[rn]|\s)+[^\n\\]+|!!?\w+\s+\S+|[\[{]\s*\\*["'\[{][\s\S]+|[\[{(][^\]})]*[\]})]?|(?:${QUOTED}|[^\s,;&}\])"'\x60]+)+(?:\s+=\s*[^\s,;]+)?)`;
/** A name and its value. The name and the sign are the first group. */
export const named = (names: string): string => String.raw`(?i)((?:\b|_)(?:${names})(?:${SIGN}|${APART}))${VALUE}`;

export const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
/** Names of two words, in the three ways in which they are written as one. */
export const joined = (first: readonly string[], second: string): string[] =>
  first.flatMap((word) => ['', '_', '-'].map((sign) => `${word}${sign}${second}`));

/** A letter beside a digit or beside another capital, as random text has them and paths and names have not. */
const MIXED = '(?:[A-Z][0-9]|[0-9][A-Z]|[a-z][A-Z][A-Z0-9+/])';
const RUN = '[A-Za-z0-9+/_-]';
/** At least 32 characters of base64 with such a spot somewhere in them: the lengths before and after it add up. */
export const MIXED_RUN = `(?:${[30, 24, 18, 12, 6, 0].map((before) => `${RUN}{${before},}${MIXED}${RUN}{${30 - before},}`).join('|')})`;

/** Letters and digits that change places at least four times, as random text does and names do not. */
const TURNS = '(?:[0-9][A-Za-z]+[0-9]+[A-Za-z]+[0-9]|[A-Za-z][0-9]+[A-Za-z]+[0-9]+[A-Za-z])';
/** The same where the places are far apart: what is between them makes the length. */
const FAR_TURNS =
  '[A-Za-z][0-9]+[A-Za-z]{9,}[0-9]+[A-Za-z]|[0-9][A-Za-z]{6,}[0-9]+[A-Za-z]{5,}[0-9]|[0-9][A-Za-z]{3,}[0-9]+[A-Za-z]{8,}[0-9]';
export const TURNING_RUN = `(?:[A-Za-z0-9]*(?:${FAR_TURNS})[A-Za-z0-9]*|${[8, 6, 4, 2, 0].map((before) => `[A-Za-z0-9]{${before},}${TURNS}[A-Za-z0-9]{${8 - before},}`).join('|')})`;

/** Beginnings of tokens of vendors, which are beginnings of nothing else. */
const VENDORS = [
  ...[
    'dckr_pat_',
    'dop_v1_',
    'doo_v1_',
    'dor_v1_',
    'GOCSPX-',
    'r8_',
    'shpat_',
    'shpss_',
    'NRAK-',
    'PMAK-',
    'LTAI',
    'ATBB',
  ],
  ...[
    'ATATT',
    'whsec_',
    'sntrys_',
    'tskey-',
    'lin_api_',
    'ntn_',
    'figd_',
    'sq0atp-',
    'sq0csp-',
    'nfp_',
    'CCIPAT_',
    'CFPAT-',
  ],
  ...['glpat-', 'glrt-', 'gldt-', 'glptt-', 'glft-', 'glimt-', 'glagent-', 'glsoat-', 'glffct-', 'glcbt-', 'glwt-'],
];

/** Forms of tokens, each with texts of which one is in every match. */
export const TOKENS: readonly (readonly [form: string, ...needs: string[]])[] = [
  [String.raw`hv[sbr]\.[A-Za-z0-9_-]{8,}`, 'hvs.', 'hvb.', 'hvr.'],
  [String.raw`[sbr]\.[A-Za-z0-9]{20,}(?:\.[A-Za-z0-9]{4,6}\b)?`, 's.', 'b.', 'r.'],
  [String.raw`eyJ[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)*`, 'eyJ'],
  ['gh[pousr]_[A-Za-z0-9]{16,}', 'ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'],
  ['github_pat_[A-Za-z0-9_]{20,}', 'github_pat_'],
  ['(?:AKIA|ASIA|AROA|AIDA|ABIA|ACCA)[A-Z0-9]{12,}', 'AKIA', 'ASIA', 'AROA', 'AIDA', 'ABIA', 'ACCA'],
  ['xox[a-z]-[A-Za-z0-9-]{10,}', 'xox'],
  ['xapp-[A-Za-z0-9-]{10,}', 'xapp-'],
  ['sk-[A-Za-z0-9_-]{16,}', 'sk-'],
  ['[sprk]k_(?:live|test)_[A-Za-z0-9]{10,}', 'k_live_', 'k_test_'],
  ['AIza[A-Za-z0-9_-]{30,}', 'AIza'],
  ['npm_[A-Za-z0-9]{30,}', 'npm_'],
  [String.raw`SG\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}`, 'SG.'],
  ['sovra_(?:[a-z]+_)?[A-Za-z0-9]*[0-9][A-Za-z0-9]{11,}', 'sovra_'],
  ['vault:v[0-9]+:[A-Za-z0-9+/=]{8,}', 'vault:v'],
  [`(?:${VENDORS.join('|')})[A-Za-z0-9_-]{12,}`, ...VENDORS],
  ['hf_[A-Za-z]{30,}', 'hf_'],
  [String.raw`ya29\.[A-Za-z0-9_-]{12,}`, 'ya29.'],
  [String.raw`[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]+`, '.atlasv1.'],
  ['[0-9]{8,10}:AA[A-Za-z0-9_-]{30,}', ':AA'],
  ['AAAA[A-Za-z0-9_-]{7}:[A-Za-z0-9_-]{60,}', 'AAAA'],
  ['AGE-SECRET-KEY-1[A-Z0-9]+', 'AGE-SECRET-KEY-1'],
];
