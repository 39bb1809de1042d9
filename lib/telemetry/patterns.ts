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

/**
 * A value behind `name=` or `"name":`, quoted or not, quotes escaped or not. Of a list or an object with quotes in it all of
 * the rest is taken, since its end cannot be told; without quotes it ends at the first bracket.
 */
const SIGN = String.raw`\\*["']?\s*[=:]\s*`;
const VALUE = String.raw`(?:\\*"[^"]*"|'[^']*'|[\[{]\s*\\*["'\[{][\s\S]+|[\[{][^\]}]*[\]}]?|[^\s,;&}\])"']+)`;
const named = (names: string) => String.raw`(?i)((?:\b|_)(?:${names})${SIGN})${VALUE}`;

/** Top-level domains and suffixes by which a dotted name is known for a host. Those that are words of loggers or endings
 * of files as well (id, name, info, go, rs, sh, py, md, in, is) are left out. */
const SUFFIXES = [
  'svc|local|internal|lan|corp|home|intranet|localdomain|localhost|arpa|test|example|invalid|onion',
  'com|org|net|edu|gov|mil|int|biz|io|dev|app|cloud|tech|ai|co|eu|swiss|online|site|xyz',
  'ch|de|at|fr|it|li|nl|be|lu|uk|ie|es|pt|cz|dk|se|fi|ee|lv|lt|us|ca|mx|br|au|nz|jp|cn|kr|tw|hk|sg|za|il|ae|tr|ua|ru',
  'gr|hu|ro|bg|hr|si|sk',
].join('|');

/** In every name with one of these suffixes, and in few numbers. */
const HOST_DOT = String.raw`\.[^0-9]`;
const HOST_END = String.raw`(?::[0-9]{1,5})?(\.?(?:[^A-Za-z0-9_.-]|$))`;
/** A dotted name that ends in one of the suffixes, and not in the middle of a longer one. */
export const hostPattern = (suffixes: string): string => String.raw`(?i)\b(?:[a-z0-9_-]+\.)+(?:${suffixes})${HOST_END}`;

/** A letter beside a digit or beside another capital, as random text has them and paths and names have not. */
const MIXED = '(?:[A-Z][0-9]|[0-9][A-Z]|[a-z][A-Z][A-Z0-9+/])';
const RUN = '[A-Za-z0-9+/_-]';
/** At least 32 characters of base64 with such a spot somewhere in them: the lengths before and after it add up. */
const MIXED_RUN = `(?:${[30, 24, 18, 12, 6, 0].map((before) => `${RUN}{${before},}${MIXED}${RUN}{${30 - before},}`).join('|')})`;

/** Letters and digits that change places at least four times, as random text does and names do not. */
const TURNS = '(?:[0-9][A-Za-z]+[0-9]+[A-Za-z]+[0-9]|[A-Za-z][0-9]+[A-Za-z]+[0-9]+[A-Za-z])';
const TURNING_RUN = `(?:${[8, 6, 4, 2, 0].map((before) => `[A-Za-z0-9]{${before},}${TURNS}[A-Za-z0-9]{${8 - before},}`).join('|')})`;

/** Of names that say who somebody is, and of words before them. */
const PEOPLE = ['user', 'login', 'actor', 'subject', 'principal', 'member', 'owner', 'account'];
/** Names of two words, in the three ways in which they are written as one. */
const joined = (first: readonly string[], second: string): string[] =>
  first.flatMap((word) => ['', '_', '-'].map((sign) => `${word}${sign}${second}`));

/** Keys by whose names somebody may do something. A `key` alone is the name of one, and a public one may be seen. */
const KEYS = [
  ...[
    'api',
    'private',
    'access',
    'unseal',
    'root',
    'secret',
    'encryption',
    'decryption',
    'signing',
    'master',
    'client',
  ],
  ...['server', 'recovery', 'shared', 'session', 'wrapping', 'hmac', 'tls', 'ssh'],
];

/** Forms of tokens, each with texts of which one is in every match. */
const TOKENS: readonly (readonly [form: string, ...needs: string[]])[] = [
  [String.raw`hv[sbr]\.[A-Za-z0-9_-]{8,}`, 'hvs.', 'hvb.', 'hvr.'],
  [String.raw`[sbr]\.[A-Za-z0-9]{20,}`, 's.', 'b.', 'r.'],
  [String.raw`eyJ[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)*`, 'eyJ'],
  ['gh[pousr]_[A-Za-z0-9]{16,}', 'ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'],
  ['github_pat_[A-Za-z0-9_]{20,}', 'github_pat_'],
  ['glpat-[A-Za-z0-9_-]{16,}', 'glpat-'],
  ['(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}', 'AKIA', 'ASIA', 'AROA', 'AIDA'],
  ['xox[a-z]-[A-Za-z0-9-]{10,}', 'xox'],
  ['xapp-[A-Za-z0-9-]{10,}', 'xapp-'],
  ['sk-[A-Za-z0-9_-]{16,}', 'sk-'],
  ['[sprk]k_(?:live|test)_[A-Za-z0-9]{10,}', 'k_live_', 'k_test_'],
  ['AIza[A-Za-z0-9_-]{30,}', 'AIza'],
  ['npm_[A-Za-z0-9]{30,}', 'npm_'],
  [String.raw`SG\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}`, 'SG.'],
  ['sovra_(?:[a-z]+_)?[A-Za-z0-9]*[0-9][A-Za-z0-9]{11,}', 'sovra_'],
  ['AGE-SECRET-KEY-1[A-Z0-9]+', 'AGE-SECRET-KEY-1'],
];

/**
 * The classes that the privacy rule names, in the order in which they are looked for: what may hold other classes comes
 * first. Source: the operations guide, log aggregation and tracing.
 */
export const PATTERNS: readonly RedactionPattern[] = [
  {
    name: 'pem',
    what: 'private keys and certificates, whole or cut off, with real or with escaped line ends',
    pattern: String.raw`-----BEGIN [A-Z0-9 ]+-----[\s\S]*?(?:-----END [A-Z0-9 ]+-----|\z)`,
    needs: ['-----BEGIN'],
  },
  {
    name: 'body',
    what: 'bodies of requests and responses, and what was encrypted: everything behind the name',
    pattern: String.raw`(?i)((?:\b|_)(?:body|payload|plaintext|ciphertext)${SIGN})[\s\S]+`,
    replacement: '${1}[redacted:body]',
    needsWords: ['body', 'payload', 'plaintext', 'ciphertext'],
  },
  {
    name: 'header',
    what: 'headers that carry credentials or addresses: the rest of the line',
    pattern: String.raw`(?i)(\b(?:proxy-authorization|authorization|set-cookie|cookie|forwarded|x-[a-z0-9-]*(?:token|key|auth|user|email|forwarded|real-ip)[a-z0-9-]*)${SIGN})[^\r\n]+`,
    replacement: '${1}[redacted:header]',
    needsWords: ['authorization', 'cookie', 'forwarded', 'x-'],
  },
  {
    name: 'token',
    what: 'tokens by their form: Sovra, Vault, JWT, GitHub, GitLab, AWS, Slack, Stripe, Google, npm, age',
    pattern: String.raw`\b(?:${TOKENS.map(([form]) => form).join('|')})`,
    needs: TOKENS.flatMap(([, ...needs]) => needs),
  },
  {
    name: 'token',
    what: 'what follows Bearer, Basic or Token',
    pattern: String.raw`\b((?i:bearer|basic|negotiate|token)\s+)(?:[A-Za-z_~+/=-]*[0-9.][A-Za-z0-9._~+/=-]{6,}|[A-Za-z0-9._~+/=-]{20,})`,
    replacement: '${1}[redacted:token]',
    hints: ['bearer', 'basic', 'negotiate', 'token '],
    needsWords: ['bearer', 'basic', 'negotiate', 'token'],
  },
  {
    name: 'secret',
    what: 'values of names that say password, secret, token, key or credential',
    pattern: named(
      String.raw`[\w.-]*(?:(?:password|passwd|passphrase|pwd|secret|token|session)(?:[_-]?(?:id|value|hash|data|accessor))?|(?:${KEYS.join('|')})[_-]?key|credentials?)`,
    ),
    replacement: '${1}[redacted:secret]',
    needsWords: [...['passw', 'passphrase', 'pwd', 'secret', 'token', 'credential', 'session'], ...joined(KEYS, 'key')],
  },
  {
    name: 'user',
    what: 'values of names that say who somebody is',
    pattern: named(
      '(?:user|login|actor|subject|principal|member|owner|account)(?:[_-]?(?:id|name|email))?|username|sub|e-?mail|(?:first|last|full)[_-]?name|phone',
    ),
    replacement: '${1}[redacted:user]',
    needsWords: [...PEOPLE, 'sub', 'mail', 'phone', ...joined(['first', 'last', 'full'], 'name')],
  },
  {
    name: 'user',
    what: 'a quoted name or a UUID behind a word that says who somebody is',
    pattern: String.raw`(?i)\b((?:user|login|actor|subject|principal|member|owner|account)(?: id)?\s+)(?:\\*"[^"]*"|'[^']*'|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})`,
    replacement: '${1}[redacted:user]',
    needsWords: PEOPLE,
  },
  {
    name: 'user',
    what: 'who or whose it is in the path of an address; the place of it in a route stays',
    pattern: String.raw`(?i)(/(?:users?|members?|accounts?|principals?)/)[^/\s"'?#{}:<>\\]+`,
    replacement: '${1}[redacted:user]',
    hints: ['/user', '/member', '/account', '/principal'],
    needsWords: ['/user', '/member', '/account', '/principal'],
  },
  {
    name: 'query',
    what: 'query strings, with or without values',
    // Not what only closes something: in traces of Go, arguments end in "?".
    pattern: String.raw`(\S)\?[,.;:)}\]]*[^\s"'<>\\,.;:)}\]][^\s"\\]*`,
    replacement: '${1}?[redacted:query]',
    needs: ['?'],
  },
  {
    name: 'host',
    what: 'host, port and credentials in addresses with a scheme, whose signs may be written otherwise',
    pattern: String.raw`\b([A-Za-z][A-Za-z0-9+.-]{1,20}(?::|%3[Aa])(?:\\*/|%2[Ff]){2})[^\s/"'?#<>\\]+`,
    replacement: '${1}[redacted:host]',
    needs: ['://', ':\\'],
    needsWords: ['%3a%2f', '%3a/', ':%2f', '%3a\\'],
  },
  {
    name: 'email',
    what: 'e-mail addresses, and the same with %40',
    pattern: String.raw`[^\s@"'<>()\[\]{},;:=|\\/]+(?:@|%40)[A-Za-z0-9][A-Za-z0-9.-]*`,
    needs: ['@', '%40'],
  },
  {
    name: 'ip',
    what: 'IPv4 addresses, with a port or without (versions of three parts stay)',
    pattern: String.raw`[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?::[0-9]{1,5})?|\bip(?:-[0-9]{1,3}){4}\b`,
    needs: ['ip-'],
    needsMatch: [String.raw`\.[0-9]{1,3}\.[0-9]`],
  },
  {
    name: 'ip',
    what: 'IPv6 addresses, whole, shortened and cut off behind four groups (times of day stay)',
    pattern: String.raw`(?i)(?:\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}\b:?|\b(?:[0-9a-f]{1,4}:){1,7}:(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6}\b)?|\B::(?:[0-9a-f]{1,4}:){0,6}[0-9a-f]{1,4}\b)(?:%[a-z0-9]+)?`,
    needsMatch: [':(?:[0-9a-fA-F]{1,4}:[0-9a-fA-F]{1,4})?:'],
  },
  {
    name: 'host',
    what: 'host names by their suffix, those inside of the cluster too',
    pattern: hostPattern(SUFFIXES),
    replacement: '[redacted:host]${1}',
    needsMatch: [HOST_DOT],
  },
  {
    name: 'host',
    what: 'names with "-" and a port, what was looked up, and values of names that say host',
    pattern: String.raw`(?i)\b(?:([a-z0-9.]*-[a-z0-9.-]*:)[0-9]{4,5}\b|(lookup )[^\s:]+|((?:host|hostname|server[_-]?name|addr|address|remote[_-]?addr|client[_-]?ip)${SIGN})${VALUE})`,
    replacement: '${2}${3}[redacted:host]',
    hints: ['lookup '],
    needsWords: ['lookup ', 'host', 'server', 'addr', 'client'],
    needsMatch: ['(?i)-[a-z0-9.-]*:[0-9]{4}'],
  },
  {
    name: 'key',
    what: 'key material: 32 and more hexadecimal digits, with colons or without',
    pattern: String.raw`\b[0-9a-fA-F]{32,}\b|\b(?:[0-9A-Fa-f]{2}[: ]){15,}[0-9A-Fa-f]{2}\b`,
    needsRun: 'long',
    needsMatch: [':', ' '].map((sign) => `${sign}(?:[0-9A-Fa-f]{2}[: ]){3}`),
  },
  {
    name: 'key',
    what: 'key material: base64 that is padded, or 40 letters and digits in a row',
    pattern: '(?:[A-Za-z0-9+/_-]{16,}={1,2}|[A-Za-z0-9+/_-]*[A-Za-z0-9]{40,}[A-Za-z0-9+/_-]*)([^A-Za-z0-9+/=]|$)',
    replacement: '[redacted:key]${1}',
    needs: ['='],
    needsRun: 'long',
  },
  {
    name: 'key',
    what: 'key material: 32 and more characters of base64 that are neither a path nor a name',
    pattern: MIXED_RUN,
    needsRun: 'long',
  },
  {
    name: 'key',
    what: 'pieces of keys and tokens: 13 and more letters and digits that change places as in no name',
    pattern: TURNING_RUN,
    needsRun: 'letters',
  },
];
