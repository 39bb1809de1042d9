/**
 * Secrets that are cut into parts: over the fields of a record, a list, an object, several records, or the pieces in which
 * a container runtime writes a long line. Each part alone may look like nothing.
 */
import { secrets } from './corpus';

type Fields = Record<string, unknown>;

export interface Split {
  readonly what: string;
  /** Records, one a line of the log; each becomes a line of JSON. */
  readonly records: readonly Fields[];
  /** What must be in none of them afterwards. */
  readonly parts: readonly string[];
}

const of = (family: string, i = 0): string =>
  secrets(18).filter((s) => s.family === family)[i]?.text ??
  (() => {
    throw new Error(`no ${family}`);
  })();
const cut = (text: string, n: number): string[] =>
  text.match(new RegExp(`[\\s\\S]{1,${Math.ceil(text.length / n)}}`, 'g')) ?? [];
const word = (i: number) => `qz${'bcdfghjklmnp'[i % 12]}v${'aeiou'[i % 5]}x${'rstw'[i % 4]}yo`;

const TOKEN = 'tR4xq9Lm2Vb7Kd0Zs5Yw8Hc3Nf6J';
const AWS = { id: 'AKIAQ7X2M4N6P3R5T2VW', secret: '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' };
const PEM = of('private key').split('\n');
const CERT = of('certificate').split('\n');
const JWT = of('jwt').split('.');
const HEX = 'd41f8a07c39e52b6e8704d1bf25a96c30b7ae1d85f3c4296a7d0518ebc63f924';
const BASE64 = 'Zk3Qv8Lw1Rt6Yx0Nb5Hc2Md9Js4Pf7Gu3Ka8Ve1Wz6E';
const VAULT = `hvs.${'CAESIJ4k8Lq2Vx7Rz0Wm5Tb9Yc3Nd6Hf1Gj8Ks2Pu4Qa7Ze0Xw5Vr9'.repeat(1)}Lt3Mb6Nc1Hd8`;
const CARD = ['4929', '8217', '3064', '7751'];
const OCTETS = ['187', '243', '119', '206'];

/** Fields that are kept, so that only what is in them can be the reason to take it out. */
const KEPT = ['error', 'reason', 'result', 'state', 'phase', 'outcome', 'decision', 'action'];
const over = (parts: readonly string[], names: readonly string[] = KEPT): Fields =>
  Object.fromEntries(parts.map((p, i) => [names[i % names.length] as string, p]));

/** Each way to lay parts out. `alone`: a part can be told for a secret by itself, so that records can be apart. */
const ways = (what: string, parts: readonly string[], secret: readonly string[] = parts): Split[] => [
  {
    what: `${what}, fields that are not kept`,
    records: [
      over(
        parts,
        parts.map((_, i) => `part_${i}`),
      ),
    ],
    parts: secret,
  },
  {
    what: `${what}, an object below a kept field`,
    records: [
      {
        reason: over(
          parts,
          parts.map((_, i) => `p${i}`),
        ),
      },
    ],
    parts: secret,
  },
  { what: `${what}, a list below a kept field`, records: [{ reason: parts }], parts: secret },
  {
    what: `${what}, an object as message`,
    records: [
      {
        msg: over(
          parts,
          parts.map((_, i) => `p${i}`),
        ),
      },
    ],
    parts: secret,
  },
];
const kept = (what: string, parts: readonly string[], secret: readonly string[] = parts): Split => ({
  what: `${what}, kept fields`,
  records: [over(parts)],
  parts: secret,
});
const message = (what: string, first: string, rest: string): Split => ({
  what: `${what}, message and field`,
  records: [{ msg: first, result: rest }],
  parts: [rest],
});
const records = (what: string, parts: readonly string[], secret: readonly string[] = parts): Split => ({
  what: `${what}, records`,
  records: parts.map((msg) => ({ msg })),
  parts: secret,
});

export const SPLITS: readonly Split[] = [
  ...ways('key and its secret', [AWS.id, AWS.secret]),
  kept('key and its secret', [AWS.id, AWS.secret]),
  records('key and its secret', [AWS.id, AWS.secret]),
  ...ways('Bearer and token', ['Bearer', TOKEN], [TOKEN]),
  kept('Bearer and token', ['Bearer', word(1)], [word(1)]),
  message('Bearer and token', 'upstream refused Authorization: Bearer', word(2)),
  message('Basic and token', 'sent Basic', word(3)),
  records('Bearer and token', ['sent Bearer', TOKEN], [TOKEN]),
  message('header and token', 'X-Vault-Token:', word(4)),
  message('cookie and value', 'got Cookie:', `sid ${word(5)}`),
  ...ways('private key, by its lines', PEM, PEM.slice(1, -1)),
  ...ways('certificate, by its lines', CERT, CERT.slice(1, -1)),
  kept('private key, by its lines', PEM, PEM.slice(1, -1)),
  records('private key, by its lines', PEM, PEM.slice(1, -1)),
  kept('private key, in halves', cut(PEM.join('\n'), 2), PEM.slice(1, -1)),
  kept('end of a private key', [word(6), '-----END RSA PRIVATE KEY-----'], [word(6)]),
  ...ways('JWT, at its dots', JWT, JWT.slice(1)),
  kept('JWT, at its dots', JWT, JWT.slice(1)),
  records('JWT, at its dots', JWT, JWT.slice(1)),
  kept('JWT, in halves', cut(JWT.join('.'), 2), JWT.slice(1)),
  ...ways('e-mail, user and domain', [word(7), `${word(8)}.example`], [word(7), word(8)]),
  kept('e-mail, user with sign and domain', [`${word(7)}@`, `${word(8)}.example`], [word(7), word(8)]),
  kept('e-mail, user and domain with sign', [word(9), `@${word(10)}.example`], [word(9), word(10)]),
  ...ways('address by octets', OCTETS),
  { what: 'address by octets, numbers', records: [{ reason: OCTETS.map(Number) }], parts: OCTETS },
  kept(
    'address in halves',
    [`${OCTETS[0]}.${OCTETS[1]}.`, `${OCTETS[2]}.${OCTETS[3]}`],
    [`${OCTETS[0]}.`, `${OCTETS[2]}.`],
  ),
  kept('IPv6 in halves', ['2001:0db8:7af3:91ce:', '44d2:0e8b:c6a5:10f7'], ['7af3:91ce', 'c6a5:10f7']),
  ...ways('number of a card in groups', CARD),
  { what: 'number of a card, numbers', records: [{ result: CARD.map(Number) }], parts: CARD },
  ...ways('hexadecimal key in pieces', cut(HEX, 4)),
  kept('hexadecimal key in pieces', cut(HEX, 4)),
  records('hexadecimal key in pieces', cut(HEX, 4)),
  {
    what: 'key by its bytes',
    records: [{ reason: HEX.match(/../g) }],
    parts: [(HEX.match(/../g) ?? []).join('","'), HEX.slice(0, 8)],
  },
  ...ways('base64 key in pieces', cut(BASE64, 4)),
  kept('base64 key in halves', cut(BASE64, 2)),
  message('password and value', 'connection failed, db_password=', word(11)),
  message('passphrase and value', 'wrong passphrase:', word(0)),
  { what: 'name and value, an object', records: [{ reason: { name: 'password', value: word(1) } }], parts: [word(1)] },
  { what: 'name and value, pairs', records: [{ reason: [['password', word(2)]] }], parts: [word(2)] },
  {
    what: 'name and password, fields',
    records: [{ login_name: word(3), login_value: word(4) }],
    parts: [word(3), word(4)],
  },
  ...ways('Vault token in pieces', cut(VAULT, 3)),
  kept('Vault token in halves', cut(VAULT, 2)),
  kept('address with credentials', [`postgres://${word(5)}:`, `${word(6)}@db:5432/x`], [word(5), word(6)]),
  kept('query, name and value', ['/v1/keys?owner=', word(7)], [word(7)]),
  kept('query, second half', ['/v1/keys', `&owner=${word(8)}`], [word(8)]),
  message('body and text', 'rejected request_body=', `${word(9)} ${word(10)}`),
  message('user and name', 'no such user:', word(11)),
  message('subject and name', 'denied for subject=', word(0)),
];

/** Lines that the container runtime cut: halves of one line, put together before they are looked at. */
export const CUT_LINES: readonly {
  readonly what: string;
  readonly pieces: readonly string[];
  readonly parts: readonly string[];
}[] = [
  'jwt',
  'vault token',
  'hex key',
  'base64 key',
  'e-mail',
  'IPv4',
  'bearer header',
  'password',
  'cookie',
  'address',
].flatMap((family, i) => {
  const secret = secrets(18).filter((s) => s.family === family)[i + 1] as { text: string; parts: readonly string[] };
  const inJson = JSON.stringify({ msg: `cut ${secret.text}`, request_id: `req-cut-${i}` });
  const inText = `WARN cut ${secret.text} in the middle`;
  const halves = (line: string) => {
    const at = line.indexOf(secret.text) + Math.floor(secret.text.length / 2);
    return [line.slice(0, at), line.slice(at)];
  };
  return [inJson, inText].map((line) => ({
    what: `${family} in ${line[0] === '{' ? 'JSON' : 'text'}`,
    pieces: halves(line),
    parts: secret.parts,
  }));
});

export interface SplitSpan {
  readonly what: string;
  readonly span: Fields;
  readonly parts: readonly string[];
}

const value = (v: unknown): Fields =>
  Array.isArray(v)
    ? { arrayValue: { values: v.map(value) } }
    : typeof v === 'object' && v !== null
      ? { kvlistValue: { values: attributes(v as Fields) } }
      : typeof v === 'number'
        ? { doubleValue: v }
        : { stringValue: v };
const attributes = (fields: Fields): Fields[] => Object.entries(fields).map(([key, v]) => ({ key, value: value(v) }));
const SPAN_KEPT: Record<string, string> = {
  error: 'exception.message',
  reason: 'result',
  result: 'outcome',
  state: 'operation',
  phase: 'component',
  msg: 'decision',
  outcome: 'policy',
  decision: 'workspace',
  action: 'event_type',
};
const renamed = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).map(([k, v]) => [SPAN_KEPT[k] ?? k, v]));

/** The same of one record as attributes of a span, and of an event; and what only spans can do. */
export const SPLIT_SPANS: readonly SplitSpan[] = [
  ...SPLITS.filter((s) => s.records.length === 1).flatMap((s, i) => {
    const fields = attributes(renamed(s.records[0] as Fields));
    return [
      i % 2 === 0
        ? { what: `${s.what}, attributes`, span: { attributes: fields }, parts: s.parts }
        : {
            what: `${s.what}, an event`,
            span: { events: [{ name: 'exception', attributes: fields }] },
            parts: s.parts,
          },
    ];
  }),
  {
    what: 'name and attribute',
    span: { name: 'GET Bearer', attributes: attributes({ result: word(1) }) },
    parts: [word(1)],
  },
  {
    what: 'status and attribute',
    span: { status: { code: 2, message: 'Authorization: Basic' }, attributes: attributes({ outcome: word(2) }) },
    parts: [word(2)],
  },
  {
    what: 'name and status',
    span: { name: 'password=', status: { code: 2, message: word(3) } },
    parts: [word(3)],
  },
  {
    what: 'events',
    span: { events: PEM.map((line) => ({ name: line })) },
    parts: PEM.slice(1, -1),
  },
  {
    what: 'span and event',
    span: { name: 'Bearer', events: [{ name: 'x', attributes: attributes({ result: TOKEN }) }] },
    parts: [TOKEN],
  },
  {
    what: 'a number that JSON does not know',
    span: {
      attributes: [
        { key: 'duration_ms', value: { doubleValue: 'NaN' } },
        { key: 'result', value: { stringValue: `password=${word(4)}` } },
      ],
    },
    parts: [word(4)],
  },
];
