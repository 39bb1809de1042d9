import { joined, named, QUOTE, SIGN, UUID, VALUE } from './forms';
import type { RedactionPattern } from './pattern';

/** Commands whose options are passwords, users and hosts. */
const COMMANDS = [
  ...['curl', 'wget', 'mysql', 'mysqldump', 'psql', 'redis-cli', 'sshpass', 'docker login', 'podman login', 'mongosh'],
  ...['ldapsearch', 'openssl', 'htpasswd', 'smbclient', 'sqlcmd', 'ssh'],
];
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

/** Passwords and keys by the names and words beside them. */
export const SECRET_PATTERNS: readonly RedactionPattern[] = [
  {
    name: 'secret',
    what: 'values of names that say password, secret, token, key or credential',
    pattern: named(
      String.raw`[\w.-]*(?:(?:password|passwd|passphrase|passwort|kennwort|mot de passe|contrase(?:ñ|n)a|passcode|pwd|secret|token|sess(?:ion)?)(?:[_-]?(?:id|value|hash|data|accessor|key|base|pem|confirm|confirmation|new|old|repeat|[0-9]))*|(?:${KEYS.join('|')}|account)[_-]?keys?(?:[_-]?(?:base|pem|b64|base64|data))*|credentials?|creds?|(?:user|db|database|smtp|[_.-])pass|role[_-]?id)|(?:t?otp|mfa|csrf|xsrf)(?:[_-]\w+|token)*|pass|pw|pin|sid|iv|salt|dek|kek|sig|auth[_-]?code|security[_-]?code|cvv`,
    ),
    replacement: '${1}[redacted:secret]',
    needsWords: [
      ...[
        'pass',
        'kennwort',
        'contrase',
        'pwd',
        'secret',
        'token',
        'credential',
        'cred',
        'session',
        'otp',
        'mfa',
        'csrf',
      ],
      ...[
        'pw',
        'pin',
        'sid',
        'sess',
        'iv',
        'salt',
        'dek',
        'kek',
        'sig',
        'cvv',
        'auth',
        'security',
        'role',
        ...joined([...KEYS, 'account'], 'key'),
      ],
    ],
  },
  {
    name: 'secret',
    what: 'lists of passwords and tokens, and a user and a password with a colon behind a word that says so',
    pattern: String.raw`(?i)((?:\b|_)[\w.-]*(?:passwords|secrets|tokens|cookies)${SIGN})(?:[\[{(]\s*\\*["'\[{][\s\S]+|[\[{(][^\]})]*[\]})]?|\\*["'][^"']*)|((?:\b|_)[\w.-]*(?:passwords|secrets|tokens)=)[a-z][^\s;}\])"']*|(\b(?:basic[_-]?auth|auth|userinfo|login)${SIGN})[^\s:"'=]+:[^\s,;"']+`,
    replacement: '${1}${2}${3}[redacted:secret]',
    needsWords: ['passwords', 'secrets', 'tokens', 'cookies', 'auth', 'userinfo', 'login'],
  },
  {
    name: 'secret',
    what: 'what stands behind an option of a command that says password, token or key',
    pattern: String.raw`(?i)((?:(?:^|[\s"'\x60\[({,])--| -)(?:[\w-]*-)?(?:password|passwd|passphrase|pass|passin|token|secret|user|username|login|(?:api|access|secret|private)[_-]?key)${QUOTE}?[\s,]\s*)${VALUE}`,
    replacement: '${1}[redacted:secret]',
    needs: ['--', ' -'],
  },
  {
    name: 'secret',
    what: 'options of commands that are given passwords without saying so: the rest of the line',
    pattern: String.raw`((?:^|[^\w./-])(?:${COMMANDS.join('|')})\s(?:[^\n]*?\s)??)--?[A-Za-z][^\n]*`,
    replacement: '${1}[redacted:secret]',
    needs: COMMANDS,
  },
  {
    name: 'secret',
    what: 'what stands in quotes or has digits, or a UUID, behind a word that says password or token',
    pattern: String.raw`(?i)\b((?:token|session|secret|role|accessor|lease|entity|device)(?:[ _-]?id)?\s+)${UUID}|\b((?:password|passwd|passphrase|passcode|token|api[ _-]?key|secret[ _-]?id)\s+(?:is\s+|was\s+)?)(?:\\*"[^"\n]{3,}"|'[^'\n]{3,}'|\x60[^\x60\n]+\x60|&quot;[^&\n]+&quot;|[a-z]*[0-9]+[a-z][a-z0-9]{6,}|[a-z]{6,}[0-9]+[a-z][a-z0-9]*)|\b((?:session|lease|accessor|nonce|secret)(?:[ _-]?id)?\s+)(?:[a-z]*[0-9]+[a-z][a-z0-9]{6,}|[a-z]{6,}[0-9]+[a-z][a-z0-9]*)|\b((?:pass(?:word|wd|phrase|code)|token)\s+(?:is\s+|was\s+)?)[a-z_~+/=-]{6,}[0-9][^\s,;"']*`,
    replacement: '${1}${2}${3}${4}[redacted:secret]',
    hints: ['pass', 'token '],
    needsWords: [
      'nonce',
      'pass',
      'token',
      'api key',
      'apikey',
      'api_key',
      'api-key',
      'secret',
      'session',
      'role',
      'accessor',
      'lease',
      'entity',
      'device',
    ],
  },
  {
    name: 'secret',
    what: 'codes that are valid once, behind words that say so',
    pattern: String.raw`(?i)\b((?:(?:otp|totp|mfa|2fa)(?:[ _-](?:code|token|pin)s?)?|one-time (?:password|code|pin)s?|(?:verification|authentication|confirmation|recovery|backup) codes?)(?: is| was|:|=)*\s+)[a-z]{0,4}[0-9][0-9a-z-]{3,}(?:[ ,-]+[0-9][0-9a-z]{3,})*`,
    replacement: '${1}[redacted:secret]',
    hints: ['otp', 'mfa', '2fa', 'one-time', 'tion code', 'very code', 'backup code'],
    needsWords: ['otp', 'mfa', '2fa', 'one-time', ' code'],
  },
];
