import { ESCAPED, MIXED_RUN, NOT_ASCII, QUOTE, SIGN, TOKENS, TURNING_RUN, VALUE } from './forms';
import type { RedactionPattern } from './pattern';
import { PEOPLE_PATTERNS } from './people';
import { SECRET_PATTERNS } from './secrets';

export type { RedactionPattern } from './pattern';

/** Top-level domains and suffixes by which a dotted name is known for a host. Those that are words of loggers or endings
 * of files as well (id, name, info, go, rs, sh, py, md, in, is) are left out. */
export const SUFFIXES = [
  'svc|local|internal|lan|corp|home|intranet|localdomain|localhost|arpa|test|example|invalid|onion',
  'com|org|net|edu|gov|mil|int|biz|io|dev|app|cloud|tech|ai|co|eu|swiss|online|site|xyz',
  'ch|de|at|fr|it|li|nl|be|lu|uk|ie|es|pt|cz|dk|se|fi|ee|lv|lt|us|ca|mx|br|au|nz|jp|cn|kr|tw|hk|sg|za|il|ae|tr|ua|ru',
  'gr|hu|ro|bg|hr|si|sk',
].join('|');

/** In every name with one of these suffixes, and in few numbers. */
const HOST_DOT = String.raw`\.[^0-9]`;
const HOST_END = String.raw`(?::[0-9]{1,5})?(\.*(?:[^A-Za-z0-9_.-]|$))`;
/** A dotted name that ends in one of the suffixes, and not in the middle of a longer one. */
export const hostPattern = (suffixes: string): string => String.raw`(?i)\b(?:[a-z0-9_-]+\.)+(?:${suffixes})${HOST_END}`;

/**
 * The classes that the privacy rule names, in the order in which they are looked for: what may hold other classes comes
 * first. Source: the operations guide, log aggregation and tracing.
 */
export const PATTERNS: readonly RedactionPattern[] = [
  {
    name: 'pem',
    what: 'private keys and certificates, whole or cut off, with real or with escaped line ends',
    pattern: String.raw`(?i)-{4,5} ?BEGIN [a-z0-9 ]+-{4,5}[\s\S]*?(?:-{4,5} ?END [a-z0-9 ]+-{4,5}|\z)`,
    needsWords: ['----begin', '---- begin'],
  },
  {
    name: 'body',
    what: 'bodies of requests and responses, and what was encrypted: everything behind the name',
    pattern: String.raw`(?i)((?:\b|_)(?:(?:request|response|req|resp|http|message|raw)?[_-]?body(?:[_-]?(?:text|json))?|payload|plaintext|ciphertext|cleartext|decrypted|(?:post|form|request|response)[_-]data)(?:${SIGN}|\s+\\*["'{]))[\s\S]+`,
    replacement: '${1}[redacted:body]',
    needsWords: ['body', 'payload', 'plaintext', 'ciphertext', 'cleartext', 'decrypted', 'data'],
  },
  {
    name: 'body',
    what: 'an object of JSON or of its like inside of a text, and all behind it: its names are on no list',
    pattern: String.raw`(?i)(?:\{|%7b)\s*${QUOTE}[\w.@ $/-]+${QUOTE}\s*(?:=>|:|%3a)[\s\S]+`,
    needs: ["{'", '{`', '{&', '{%', 'u0026quot;', 'u0026#3'],
    needsWords: ['%7b', 'u0022', 'x22'],
    needsMatch: [
      // The text ends with the fields as JSON, which begin a line; in the fields, quotes are escaped.
      String.raw`\{\s*\\*["'\x60][\s\S]*\n\{`,
      String.raw`\{(?:\s|\\+[nrtux])*(?:\\+["'\x60]|&|%|'|\x60)`,
    ],
  },
  {
    name: 'body',
    what: 'documents of GraphQL',
    pattern: String.raw`\b(?:query|mutation|subscription)\s*(?:\w+\s*)?(?:\([^)]*\)\s*)?\{[\s\S]+`,
    needs: ['query', 'mutation', 'subscription'],
  },
  {
    name: 'header',
    what: 'headers that carry credentials or addresses: the rest of the line',
    pattern: String.raw`(?i)((?:\b(?:proxy-authorization|authorization|set-cookie|cookies?|forwarded|(?:private|job|deploy)-token|remote-user|x-[a-z0-9-]*(?:token|key|auth|user|email|forwarded|real-ip|host|cert|client|session|secret|signature)[a-z0-9-]*|(?:x|cf|true|fastly|fly)-[a-z-]*ip)|:authority)(?:${SIGN}|${QUOTE}\s*,\s*${QUOTE}|${QUOTE}?[\s,;]*${QUOTE}?value${QUOTE}?\s*[=:]?\s*|\s+\\*"|\s+(?:bearer|basic|negotiate|token)\s+))[^\r\n]+`,
    replacement: '${1}[redacted:header]',
    needsWords: ['authorization', 'cookie', 'forwarded', 'x-', '-token', 'remote-user', '-ip', ':authority', 'ip'],
  },
  {
    name: 'token',
    what: 'tokens by their form: Sovra, Vault, JWT, GitHub, GitLab, AWS, Slack, Stripe, Google, npm, age',
    pattern: String.raw`\b(?:${TOKENS.map(([form]) => form).join('|')})`,
    hints: ['hvs.', 'hvb.', 'hvr.'],
    needs: TOKENS.flatMap(([, ...needs]) => needs),
  },
  {
    name: 'token',
    what: 'what follows Bearer, Basic or Token; behind a quote or a sign any word',
    pattern: String.raw`\b((?i:bearer|basic|negotiate|token):?\s+)(?:\\*["'\x60])?(?:[A-Za-z_~+/=-]*[0-9.][A-Za-z0-9._~+/=-]{6,}|[A-Za-z_~+/=-]{7,}[0-9][A-Za-z0-9._~+/=-]*|[A-Za-z0-9._~+/=-]{20,})|(["'\x60=\[(]Bearer\s+)[^\s"'\x60\])]+`,
    replacement: '${1}${2}[redacted:token]',
    hints: ['bearer', 'basic', 'negotiate', 'token '],
    needsWords: ['bearer', 'basic', 'negotiate', 'token'],
  },
  {
    name: 'query',
    what: 'statements to a database, from the first text in them on; what a row holds',
    pattern: String.raw`(?i)(\b(?:select\s[^']*\bfrom|select\s+\w+\(|insert\s+into|update\s+\S+\s+set|delete\s+from|where\s+\S+\s*(?:=|<>|!=|i?like|in)|values\s*\(|execute\s+\w+\()[^'\n]*)'[\s\S]+|(\b(?:create|alter|drop)\s+(?:user|role)\s+)[^'\n]*'[\s\S]+|(\bgrant\s+[a-z, ]+\son\s+\S+\s+to\s+)[^\s;]+|(\bkey \([^)]*\)=)\([^)]*\)|(row contains )\([^)]*\)|(\$[0-9]+ = )'[^']*'`,
    replacement: '${1}${2}${3}${4}${5}${6}[redacted:query]',
    hints: ['grant ', 'row contains'],
    needs: ['$'],
    needsWords: [
      ...['select', 'insert', 'update', 'delete', 'where', 'values', 'execute', 'create', 'alter', 'drop', 'grant'],
      ...['key (', 'row contains'],
    ],
  },
  {
    name: 'token',
    what: 'letters of both sizes behind Bearer or Basic, as encoded text has them',
    pattern: String.raw`\b((?:[Bb]earer|BEARER|[Bb]asic|[Nn]egotiate):?\s+)[A-Za-z0-9._~+/=-]*[a-z][A-Z][A-Za-z0-9._~+/=-]{4,}`,
    replacement: '${1}[redacted:token]',
    needsWords: ['bearer', 'basic', 'negotiate'],
  },
  ...SECRET_PATTERNS,
  ...PEOPLE_PATTERNS,
  {
    name: 'query',
    what: 'forms and queries without their question mark, and values of names that say query',
    pattern: String.raw`(?i)[\w.%-]+=[^\s&"'\\]*(?:(?:&|\\+u0026)[\w.%-]+=[^\s&"'\\]*)+|(?:^|\s)&[\w.-]+=[^\s"']+|%3f[^\s"'\\]+|((?:raw_?query|query_?string)${SIGN})[^\s"',;}]+|(\bquery=)[^\s"',;}]+|(\bquery[=:]\s*)(?:\\*"[^"]*"|'[^']*')`,
    replacement: '${1}${2}${3}[redacted:query]',
    needs: ['&', 'u0026'],
    needsWords: ['%3f', 'query=', 'query:', 'rawquery', 'raw_query', 'querystring', 'query_string'],
  },
  {
    name: 'query',
    what: 'query strings, with or without values',
    // Not what only closes something: in traces of Go, arguments end in "?".
    pattern: String.raw`(\S)\?[,.;:)}\]]*(?:[^\s"'<>\\,.;:)}\]]|${ESCAPED})(?:[^\s"\\]|${ESCAPED})*`,
    replacement: '${1}?[redacted:query]',
    needs: ['?'],
  },
  {
    name: 'host',
    what: 'host, port and credentials in addresses with a scheme, whose signs may be written otherwise',
    pattern: String.raw`\b([A-Za-z][A-Za-z0-9+.-]{1,20}(?::|%3[Aa])(?:\\*/|%2[Ff]){2})(?:[^\s/"'?#<>\\]|${ESCAPED})+`,
    replacement: '${1}[redacted:host]',
    needs: ['://', ':\\'],
    needsWords: ['%3a%2f', '%3a/', ':%2f', '%3a\\'],
  },
  {
    name: 'host',
    what: 'addresses of databases without a scheme of their own, with credentials',
    pattern: String.raw`\b(jdbc:[a-z0-9]+:)[^\s"']+|\b(dns:///)[^\s"'/]+|[^\s:@"'/(\[{\x60<>]+:[^\s@"\\]*(?:@|\\+u0040)(?:(?:tcp6?|udp|unix|cloudsql)?\([^)\s]*\)|/)`,
    replacement: '${1}${2}[redacted:host]',
    needs: [
      '@tcp',
      '@udp',
      '@unix',
      '@cloudsql',
      '@(',
      '@/',
      'u0040tcp',
      'u0040unix',
      'u0040udp',
      'u0040cloudsql',
      'u0040(',
      'u0040/',
      'jdbc:',
      'dns:',
    ],
  },
  {
    name: 'email',
    what: 'e-mail addresses, with the sign as it is, written otherwise, or put into words',
    pattern: String.raw`(?:\\*"[^"\\@\n]{1,64}\\*"|[^\s@"'<>()\[\]{},;:=|\\/]+)(?:@|%(?:25)*40|\\+(?:u0040|x40)|&#(?:64|x40);|＠|\s?[\[(]at[\])]\s?)(?:\[[0-9a-fA-F.:]+\]|(?:[A-Za-z0-9]|${NOT_ASCII})(?:[\w.-]|${NOT_ASCII})*)|[A-Za-z][^\s@"'<>()\[\]{},;:=|\\/]* @ [\w-]+\.[\w.-]+|'[^'\s]*'@'[^'\s]*'`,
    needs: ['@', '40', '&#', 'u0026#', '＠', '[at]', '(at)'],
  },
  {
    name: 'ip',
    what: 'IPv4 addresses, with a port or without (versions of three parts stay)',
    pattern: String.raw`[0-9]{1,3}(?:(?:\.|\[\.\]|%2[eE])[0-9]{1,3}){3}(?::[0-9]{1,5})?|\bip(?:-[0-9]{1,3}){4}\b`,
    needs: ['ip-', '[.]', '%2e', '%2E'],
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
    pattern: String.raw`(?i)\b(?:[a-z0-9.]*-[a-z0-9.-]*:[0-9]{4,5}(\.?(?:[^A-Za-z0-9_.-]|$))|((?:host name|host) )(?:\\*"[^"\s]+"|'[^'\s]+')|((?:(?:ns)?lookup|getaddrinfo (?:ENOTFOUND|EAI_AGAIN)|UnknownHostException:) )[^\s:]+|((?:node|peer|instance|upstream|broker)=|(?:[\w.-]*host|[\w.-]*hostname|server[_-]?name|node[_-]?name|fqdn|sni|sans?|[\w.-]*addr|[\w.-]*address|client[_-]?ip|dns)${SIGN})${VALUE})`,
    replacement: '${2}${3}${4}[redacted:host]${1}',
    hints: ['lookup ', 'getaddrinfo '],
    needsWords: [
      'lookup ',
      'getaddrinfo ',
      'unknownhost',
      'host',
      'server',
      'node',
      'peer=',
      'instance=',
      'upstream=',
      'broker=',
      'fqdn',
      'sni',
      'san',
      'addr',
      'client',
      'dns',
    ],
    needsMatch: ['(?i)-[a-z0-9.-]*:[0-9]{4}'],
  },
  {
    name: 'host',
    what: 'lists of hosts',
    pattern: String.raw`(?i)((?:\b|_)(?:hosts|hostnames|nodes|brokers|servers|endpoints)${SIGN})(?:[\[{(]\s*\\*["'\[{][\s\S]+|[\[{(][^\]})]*[\]})]?|\\*["'][^"']*)|((?:\b|_)(?:hosts|hostnames|brokers|servers|endpoints)=)[a-z][^\s;}\])"']*`,
    replacement: '${1}${2}[redacted:host]',
    needsWords: ['hosts', 'hostnames', 'nodes', 'brokers', 'servers', 'endpoints'],
  },
  {
    name: 'host',
    what: 'a name of one word and a port, behind words of connections; the name beside an address; names of certificates',
    pattern: String.raw`(?i)(?:\b|_)((?:dial (?:tcp|udp)[46]? |connect(?:ion|ing|ed)? (?:to|from) |to |(?:upstream|broker|endpoint|target|peer|remote|server|proxy|instance|backend|leader|address|listener|host)s?(?:\s+|${SIGN}))[\[{(]?)(?:[a-z_][\w.-]*:[0-9]{2,5}[, ]{1,2})*(?:[a-z_][\w.-]*)?[a-z_-][0-9]*(:[0-9]{2,5}\b)|(certificate is valid for )(?:[^\s,]+, )+not [^\s;:"]+|(but wanted to match )[^\s;"]+|(authority certificate )\\*"[^"\n]*"|\b[a-z][\w.-]*([\[/]\[redacted:ip\])`,
    replacement: '${1}${3}${4}${5}[redacted:host]${2}${6}',
    hints: ['wanted to match ', 'is valid for '],
    needsWords: ['certificate ', 'wanted to match '],
    needsMatch: ['[A-Za-z_-][0-9]*:[0-9]{2}', String.raw`[\[/][0-9]{1,3}(?:\.|\[|%)`],
  },
  {
    name: 'key',
    what: 'key material: 32 and more hexadecimal digits, with colons or without; bytes one by one',
    pattern: String.raw`\b(?:[A-Za-z0-9]{12,20}\.)?[0-9a-fA-F]{32,}\b|\b(?:[0-9A-Fa-f]{2}(?::| {1,2})){15,}[0-9A-Fa-f]{2}\b|\b(?:[0-9A-Fa-f]{4} {1,2}){7,}[0-9A-Fa-f]{4}\b|(?:0x[0-9A-Fa-f]{1,2}, ?){7,}0x[0-9A-Fa-f]{1,2}|(?:(?:\\+x|%)[0-9A-Fa-f]{2}){8,}|\[(?:[0-9]{1,3}[, ] ?){15,}[0-9]{1,3}\]`,
    needs: ['0x', '\\x', '%'],
    needsRun: 'long',
    needsMatch: [
      ...[':', ' '].map((sign) => `${sign}(?:[0-9A-Fa-f]{2}[: ] ?){3}`),
      ' (?:[0-9A-Fa-f]{4} {1,2}){3}',
      String.raw`\[(?:[0-9]{1,3}[, ] ?){4}`,
    ],
  },
  {
    name: 'key',
    what: 'hashes of passwords, whole; numbers of certificates',
    pattern: String.raw`(?i)\$(?:argon2(?:id?|d)|[0-9]|2[abxy]|apr1|y|sha1|pbkdf2[\w-]*|scrypt)\$[^\s"';]+|\b(?:pbkdf2_\w+|scrypt|SCRAM-SHA-\d+)[:$][^\s"',;]+|\{(?:S?SHA(?:256|512)?|S?MD5|CRYPT|base64)\}[A-Za-z0-9+/=$.]{8,}|\b(serial(?:[ _-]?number)?${SIGN})[0-9A-Fa-f:]{8,}`,
    needs: ['$'],
    replacement: '${1}[redacted:key]',
    needsWords: [
      'serial',
      'scrypt',
      'pbkdf2_',
      'scram-sha-',
      'sha}',
      'sha256}',
      'sha512}',
      'md5}',
      'crypt}',
      'base64}',
    ],
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
  {
    name: 'user',
    what: 'the rest of what a program dumped, a structure or a call, when something in it was found',
    pattern: String.raw`\{[^"{}][^{}]*\[redacted:(?:secret|user|email|token)\][^{}]*|\b([A-Za-z_]\w*\()[^()\n]*\[redacted:(?:secret|user|email|token)\][^()\n]*`,
    replacement: '${1}[redacted:user]',
    needs: ['('],
    needsMatch: [String.raw`\{[^"{}][^{}]*[:=@ ]`],
  },
];
