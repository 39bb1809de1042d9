import { UNSEEN } from './forms';
import { type Needs, textOf, worth } from './needs';
import { literal } from './ottl';
import { PATH_PEOPLE } from './people';

/**
 * What looks like something private and is not: it would be masked, and an alert would wake somebody. Go's regular
 * expressions cannot say "but not this one", so a sign that no log has is put into the middle of such a text, which no
 * pattern finds then, and taken out again when all is masked.
 */
const SIGN = UNSEEN;

export interface Harmless extends Needs {
  /** What it lets through, for people. */
  readonly what: string;
  /** Of its groups, the sign is put behind the second. */
  readonly pattern: string;
}

/** Parts of a route that may stand where else a person stands. A name that is like one of these is not masked either. */
export const ROUTE_WORDS: readonly string[] = [
  ...['me', 'self', 'current', 'all', 'new', 'list', 'search', 'query', 'find', 'count', 'stats', 'summary', 'status'],
  ...[
    'export',
    'import',
    'bulk',
    'batch',
    'invite',
    'invites',
    'invitations',
    'login',
    'logout',
    'register',
    'verify',
    'transfer',
  ],
  ...['settings', 'profile', 'preferences', 'password', 'roles', 'groups', 'permissions', 'sessions', 'keys', 'tokens'],
];

export const HARMLESS: readonly Harmless[] = [
  {
    what: 'parts of a route in the place of a person',
    pattern: String.raw`(?i)()(/(?:${PATH_PEOPLE.join('|')})s?)(/(?:${ROUTE_WORDS.join('|')}|\*)(?:[/\s"'?#,;)\]\\]|$))`,
    needsWords: PATH_PEOPLE.map((w) => `/${w}`),
  },
  {
    what: 'what is done by a user, whoever that is',
    pattern: String.raw`(?i)()(\b(?:for|by|as) user)( (?:request|action|input|interrupt|command|choice|error|mistake|data|code|space|mode)\b)`,
    needsWords: [' user '],
  },
  {
    what: 'addresses that mean this machine, or all of its addresses',
    pattern: String.raw`(^|[^0-9A-Za-z.@_-])(127|0)(\.0\.0\.[01](?:[^0-9A-Za-z._-]|$))`,
    needs: ['127.0.0.1', '0.0.0.0'],
  },
  { what: 'the same of IPv6', pattern: String.raw`()(\[:)(:1\])`, needs: ['[::1]'] },
  {
    what: 'where the code of a program comes from, in traces and in names of its modules',
    pattern: String.raw`(^|[^A-Za-z0-9_.@-])(github|golang|google\.golang|k8s|sigs\.k8s|gopkg|go\.(?:uber|opentelemetry|etcd))(\.(?:com|org|io|in)/)`,
    needs: [
      'github.com/',
      'golang.org/',
      'k8s.io/',
      'gopkg.in/',
      'go.uber.org/',
      'go.opentelemetry.io/',
      'go.etcd.io/',
    ],
  },
  {
    what: 'its version there, which looks like a domain behind a name',
    pattern: String.raw`([A-Za-z0-9])(@)(v[0-9]+\.[0-9]+\.[0-9]+(?:-(?:(?:alpha|beta|rc)[0-9.]*|(?:0\.)?[0-9]{14}-[0-9a-f]{12}))?(?:\+incompatible)?/)`,
    needs: ['@v'],
  },
  {
    what: 'the address in memory at which a program of Go ended',
    pattern: String.raw`()(\bad)(dr=0x[0-9a-f]{1,16} pc=0x)`,
    needs: ['addr=0x'],
  },
  {
    what: 'that Vault knows no leader',
    pattern: String.raw`()(leader-add)(ress= leader-id=(?:\s|$))`,
    needs: ['leader-address= leader-id='],
  },
];

const some = (owner: string) => `${owner}.cache["harmless"]`;
const replace = (owner: string, pattern: string, by: string, where: string) =>
  `replace_all_patterns(${owner}.attributes, "value", ${literal(pattern)}, ${literal(by)}) where ${where}`;

/** Before anything is masked. A sign that was there before would be taken out with ours, and join what it stood between. */
export const hideHarmless = (owner: string): string[] => [
  replace(owner, SIGN, '\u{FFFD}', `Index(${textOf(owner)}, ${literal(SIGN)}) >= 0`),
  ...HARMLESS.flatMap((h, i) => {
    const found = `${owner}.cache["harmless.${i}"]`;
    return [
      `set(${found}, true) where ${worth(h, owner)}`,
      replace(owner, h.pattern, `\${1}\${2}${SIGN}\${3}`, `${found} != nil`),
      `set(${some(owner)}, true) where ${found} != nil`,
    ];
  }),
];

/** When all is masked. */
export const showHarmless = (owner: string): string[] => [replace(owner, SIGN, '', `${some(owner)} != nil`)];
