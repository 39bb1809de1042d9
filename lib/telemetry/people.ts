import { named, SIGN, UUID } from './forms';
import type { RedactionPattern } from './pattern';

/** Of names that say who somebody is, and of words before them. */
const PEOPLE = ['user', 'login', 'actor', 'subject', 'principal', 'member', 'owner', 'account'];
/** The same in paths of addresses, of which only some have a plural. */
export const PATH_PEOPLE = [
  'user',
  'member',
  'account',
  'principal',
  'owner',
  'customer',
  'people',
  'identities',
  'home',
];
/** A word that is no participle, as in "for user expired". */
const NAME = String.raw`[\w.-]*(?:[^\W_dg]|[^\We]d|[^\Wn]g)`;

/** Who somebody is: names, numbers, and whatever leads to them. */
export const PEOPLE_PATTERNS: readonly RedactionPattern[] = [
  {
    name: 'user',
    what: 'numbers of telephones',
    pattern: String.raw`\+[1-9](?:[ -]?[0-9]){8,14}\b`,
    needs: ['+'],
  },
  {
    name: 'user',
    what: 'values of names that say who somebody is',
    pattern: named(
      String.raw`(?:\w{0,4}user|${PEOPLE.join('|')}|identity)(?:[._ -]?(?:id|name|email))?|[\w.-]*(?:user[._-]?(?:id|name)|e-?mails?)|usernames?|sub|oid|uid|upn|(?:entity|customer|patient|employee|person|device)(?:[_-]?id)?|(?:first|last|full|given|family|middle|display|sur|nick)[_-]?name|(?:phone|mobile|tel)(?:[_-]?number)?|(?:created|updated|deleted|approved|requested|granted|revoked|signed|issued)[_-]?(?:by|for)|requester|requestor|approver|author|assignee|initiator|impersonate|(?:date[_-]?of[_-]?birth|birth[_-]?da(?:te|y)|dob|ssn|iban|street)|common[_-]?name|nameid|pan|card(?:[_-]?number)?`,
    ),
    replacement: '${1}[redacted:user]',
    needsWords: [
      ...[...PEOPLE, 'sub', 'mail', 'phone', 'mobile', 'tel', 'oid', 'uid', 'upn', 'entity', 'customer', 'patient'],
      ...[
        'employee',
        'person',
        'device',
        'requeste',
        'requesto',
        'approve',
        'author',
        'assignee',
        'initiator',
        'impersonate',
      ],
      ...['birth', 'dob', 'ssn', 'iban', 'street', 'nameid', 'name', 'by', 'for', 'pan', 'card', 'identity'],
    ],
  },
  {
    name: 'user',
    what: 'lists of people in brackets or quotes',
    pattern: String.raw`(?i)(\b(?:users|members|owners|accounts|principals|subjects|approvers)${SIGN})(?:[\[{(]\s*\\*["'\[{][\s\S]+|[\[{(][^\]})]*[\]})]?|\\*["'][^"']*)|(\b(?:users|members|owners|approvers)=)[a-z][^\s;}\])"']*`,
    replacement: '${1}${2}[redacted:user]',
    needsWords: ['users', 'members', 'owners', 'accounts', 'principals', 'subjects', 'approvers'],
  },
  {
    name: 'user',
    what: 'a name in quotes or brackets, a number or a UUID behind a word that says who somebody is',
    pattern: String.raw`(?i)\b((?:${PEOPLE.join('|')}|role|created[_ ]by|updated[_ ]by|(?:logged in|authenticated) as|(?:credentials|password|login|authentication failed|access denied) for|sub)(?:[ _-]?(?:id|name))?(?: with id| with name| named| name)?\s+)(?:\\*"[^"]*"|'[^']*'(?:@'[^']*')?|\x60[^\x60]*\x60|&quot;[^&]*&quot;|<[^<>\s]+>|\[[^\]\s]+\]|#[0-9]+|${UUID}|[a-z0-9-]{2,}\|[^\s"',;]+)|\b((?:user|account|member)[-_:/])${UUID}|\b((?:user|account)(?:[ _-]?id| with id| number)?\s+)(?:[0-9]{3,}\b|\([^()\s:]+\))`,
    replacement: '${1}${2}${3}[redacted:user]',
    hints: ['user', 'account '],
    needsWords: [
      ...PEOPLE,
      'role',
      'created',
      'updated',
      'sub',
      'logged in',
      'authenti',
      'credentials',
      'password',
      'access denied',
    ],
  },
  {
    name: 'user',
    what: 'a name behind words of systems that say whose it is, where it ends the sentence or where somebody comes from',
    pattern: String.raw`(?i)\b((?:for|invalid|unknown|as|no such|by) user )${NAME}(\s+(?:from|on|at|has|is|was|not|with|via)\b|[(.,;:)\]]|$)|( - )[A-Za-z0-9][\w.@-]*( \[[0-9]{2}/[A-Z])|\b((?:logged in as|authenticated as|on behalf of) (?:user )?)[^\s"',;]+|\b((?:password|publickey|keyboard-interactive/pam) for (?:invalid user )?)[^\s"']+( from (?:[0-9]{1,3}\.[0-9]{1,3}\.|[0-9a-f]*:))|(\bsudo: +)\S+`,
    replacement: '${1}${3}${5}${6}${8}[redacted:user]${2}${4}${7}',
    hints: ['user', 'logged in as ', 'authenticated as ', 'behalf of'],
    needsWords: [
      'user ',
      'logged in as ',
      'authenticated as ',
      'on behalf of ',
      'word for ',
      'key for ',
      'pam for ',
      'sudo:',
      ' - ',
    ],
  },
  {
    name: 'user',
    what: 'subjects of certificates and names of directories, and who a system account belongs to',
    pattern: String.raw`(?i)\b(?:cn|ou|dc|uid|o|l|st|c|sn|street|emailaddress|serialnumber)\s?=\s?[^,/+;"'\n=]+(?:\s?[,/+;]\s?(?:cn|ou|dc|uid|o|l|st|c|sn|street|emailaddress|serialnumber)\s?=\s?[^,/+;"'\n=]+)+|\b(?:cn|ou|dc)=[^\s,;"')\]]+|\b(?:e?[ug]id|groups)=[0-9]+\([^)]*\)|\barn:aws[a-z-]*:[^\s"',]+`,
    needsWords: ['=', 'arn:aws'],
  },
  {
    name: 'user',
    what: 'identifiers of those who logged in elsewhere',
    pattern: String.raw`\b(?:auth0|google-oauth2|github|windowslive|waad|samlp|oidc|facebook|apple|linkedin|twitter|oauth2|email|sms)\|[^\s"',;)]+|\b(?:usr|user|cus|acct)_[A-Za-z]*[0-9]+[A-Za-z][A-Za-z0-9]+|\b(?:usr|cus|acct)_[A-Za-z0-9]*[a-z][A-Z][A-Za-z0-9]*`,
    needs: ['|', 'usr_', 'user_', 'cus_', 'acct_'],
  },
  {
    name: 'user',
    what: 'who or whose it is in the path of an address or of a file; the place of it in a route stays',
    pattern: String.raw`(?i)((?:/|\\+)(?:${PATH_PEOPLE.join('|')})s?(?:/|\\+))[^/\s"'?#{}:<>\\]+`,
    replacement: '${1}[redacted:user]',
    hints: PATH_PEOPLE.map((w) => (w === 'user' ? w : `/${w}`)),
    needsWords: PATH_PEOPLE.flatMap((w) => [`/${w}`, `\\${w}`]),
  },
];
