import { type Needs, RUNS, SHORTEST_RUN } from '../../lib/telemetry/needs';
import { PATTERNS, SUFFIXES } from '../../lib/telemetry/patterns';
import { dotted, PLAIN } from '../../lib/telemetry/plain';
import { PLAIN_LIST, SIGNS, SPLIT_HINTS } from '../../lib/telemetry/split';
import fc from '../support/fast-check';
import { healthyLines, secrets } from './live/corpus';
import { strangers } from './live/strangers';

/** A pattern of Go in JavaScript: letters of both sizes as a whole, the end of the text as "$". */
const inJavaScript = (pattern: string, flags = '') =>
  new RegExp(
    pattern
      .replace(/\(\?i\)/g, '')
      .replace(/\(\?i:/g, '(?:')
      .replace(/\\z/g, '$'),
    /\(\?i[:)]/.test(pattern) ? `${flags}i` : flags,
  );
const tried = (n: Needs, text: string): boolean => {
  const small = text.toUpperCase().toLowerCase();
  const run = (pattern: string) => new RegExp(pattern).test(text);
  return [
    ...(n.needsWords ?? []).map((w) => small.includes(w)),
    ...(n.needs ?? []).map((w) => text.includes(w)),
    ...(n.needsRun === undefined ? [] : [run(SHORTEST_RUN) && run(RUNS[n.needsRun])]),
    ...(n.needsMatch ?? []).map((m) => inJavaScript(m).test(text)),
  ].includes(true);
};
const DOTTED = new RegExp(dotted(SUFFIXES).replace(/\(\?i:/g, '(?:'), 'i');
/** Whether a record is taken for plain, unless it has a hint. */
const passes = (record: string): boolean => new RegExp(PLAIN).test(record) && !DOTTED.test(record);
/** As the message of a record, and as a field of it. */
const records = (text: string): string[] => [`${text}\n{}`, `x\n${JSON.stringify({ error: text, status: 200 })}`];
const MORE = [
  'token qabc1234567',
  'Basic qabc1234567',
  'dial edge-1:8443',
  'GET /v1/users/qabcde',
  'Lookup qabcde',
  'HostName=qabcde',
  'remote_addr: qabcde',
  '{Name:qabcde Email:[redacted:user]}',
];
const TEXTS = [...secrets(60), ...strangers(), ...MORE.map((text) => ({ text }))].flatMap((s) => [
  s.text,
  `x ${s.text} y`,
  s.text.toUpperCase(),
  s.text.slice(0, -3),
]);

describe.each(PATTERNS.map((p) => [`${p.name}: ${p.what}`, p] as const))('%s', (_, p) => {
  const found = TEXTS.filter((text) => inJavaScript(p.pattern).test(text));

  it('finds something, and is tried wherever it does', () => {
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter((text) => !records(text).every((r) => tried(p, r)))).toEqual([]);
  });

  it('finds nothing in what passes for plain', () => {
    const plain = found.filter((text) => [`\n=\n${text}`, `error:${text}\n=\nx`].some(passes));
    const hinted = (text: string) => [...SPLIT_HINTS, ...(p.hints ?? [])].some((h) => text.toLowerCase().includes(h));
    expect(plain.filter((text) => !hinted(text))).toEqual([]);
  });
});

/** Texts of which a part once came out, and that part. */
const SEEN: readonly (readonly [text: string, part: string])[] = [
  ['{"password": ["hunterabc"]}', 'hunterabc'],
  ['{"token":{"value":"hunterabc"},"n":1}', 'hunterabc'],
  [String.raw`{\"secret\":[{\"v\":\"hunterabc\"}]}`, 'hunterabc'],
  ['map[password:[hunter abc] n:[1]]', 'abc'],
  ['secret_id=84896a0c-1347-aa90-a4f6-aca8b7558780', '84896a0c'],
  ['secret_key: hunterabc', 'hunterabc'],
  ['encryptionKey=hunterabc', 'hunterabc'],
  ['client-key=hunterabc', 'hunterabc'],
  ['password_hash=hunterabc', 'hunterabc'],
  ["GET /v1/keys?name='bob'&c=hunterabc", 'hunterabc'],
  ['GET /v1/keys?name=<bob>&c=hunterabc', 'hunterabc'],
  [String.raw`to https:\/\/edge.acme:8443\/x`, 'edge'],
  ['to=https%3A%2F%2Fedge.acme%2Fx', 'edge'],
  ['peer ip_10.20.30.40_8443', '10.20'],
  ['conn10.20.30.40', '10.20'],
  ['GET /v1/users/hunterabc/keys', 'hunterabc'],
  ['GET /v1/Accounts/84896a0c-1347-aa90-a4f6-aca8b7558780', '84896a0c'],
  ['pa\u017f\u017fword=hunterabc', 'hunterabc'],
  [String.raw`GET /v1/keys?a=b\u0026c=hunterabc`, 'hunterabc'],
  [String.raw`redis://:pass\u0040hunterabc:6379/0`, 'hunterabc'],
  [String.raw`me:secret\u0040tcp(hunterabc:3306)/x`, 'hunterabc'],
  [String.raw`{\"password\":\"a\\\"hunterabc\"}`, 'hunterabc'],
  ['password="hunterabc', 'hunterabc'],
  ['Bearer abcdefgh12', 'abcdefgh12'],
  ['glrt-v49yzfXaHSxnKrie96Sd', 'v49yzf'],
  ['{"note":"hunterabc"}', 'hunterabc'],
  ['{Name:hunterabc Email:a@b.ch}', 'hunterabc'],
  ['[jdbc:oracle:thin:@//hunterabc:1521/x]', 'hunterabc'],
  ["login('hunterabc', password='x')", 'hunterabc'],
];
const masked = (text: string): string =>
  PATTERNS.reduce(
    (all, p) =>
      records(text).every((r) => tried(p, r))
        ? all.replace(inJavaScript(p.pattern, 'gu'), (p.replacement ?? '[]').replace(/\$\{(\d)\}/g, '$$$1'))
        : all,
    text,
  );

describe('what once came out', () => {
  it.each(SEEN)('%s', (text, part) => {
    expect(masked(text)).not.toContain(part);
    const plain = [`\n=\n${text}`, `error:${text}\n=\nx`].some(passes);
    const hinted = [...SPLIT_HINTS, ...PATTERNS.flatMap((p) => p.hints ?? [])].some((h) =>
      text.toLowerCase().includes(h),
    );
    expect(plain && !hinted).toBe(false);
  });

  it('leaves what only looks like it', () => {
    for (const text of [
      'GET /v1/users/{id}/keys',
      'GET /v1/users/:id',
      'key=orders',
      'public_key=present',
      'tokens: 5',
      'what is that?',
      'password policy updated',
      'no session for user expired',
      'image sovra/api-gateway:2026.3.76 pulled',
      'X25519Kyber768Draft00',
      'users: 12 active',
      'handler.go:1234',
      'ratio 1.5.2',
    ])
      expect(masked(text)).toBe(text);
  });
});

/** What patterns and signs are made of, in any order. */
const COMMON = [
  ...['authorization', 'x-api-', 'Token', 'BEARER', '-----BEGIN A-----', '-----END A-----', 'svc', 'com', 'ip', 'id'],
  ...['user "a"', 'c0ffee'.repeat(6), 'c0 ff:'.repeat(8), 'a 10.20.', '?a=', '"\n'],
  ...['a', 'Z', '7', '42', 'f0', 'c0ffee', 'a1b2c3', 'qZ9', '10.0.0.1', '::', '::1', 'fe80'],
  ...['=', ':', '.', '-', '_', '/', '+', '@', '?', '&', ' ', '\t', '\n', ',', '"', "'", '\\', '(', '%40'],
  ...[
    '{a',
    '[redacted:user]',
    ')',
    '[',
    ']',
    '{',
    '}',
    '<',
    '>',
    '|',
    '$',
    '`',
    '--',
    ' -',
    'password',
    'users',
    'cn',
    '1234',
  ],
];
/** What each pattern finds. */
const FOUND = PATTERNS.map((p) => TEXTS.filter((text) => inJavaScript(p.pattern).test(text)));
const linesOf = (parts: readonly { needs?: readonly string[]; needsWords?: readonly string[] }[]) => {
  const pieces = [...new Set([...parts.flatMap((p) => [...(p.needs ?? []), ...(p.needsWords ?? [])]), ...COMMON])];
  const both = fc.constantFrom(...pieces, ...pieces.map((p) => p.toUpperCase()));
  const some = (minLength: number, maxLength: number) =>
    fc.array(both, { minLength, maxLength }).map((list) => list.join(''));
  // What was seen, with anything around it and in the middle of it.
  const seen = fc
    .tuple(
      some(0, 3),
      fc.constantFrom(...FOUND).chain((texts) => fc.constantFrom(...texts)),
      fc.nat(),
      some(0, 2),
      some(0, 3),
    )
    .map(([before, text, at, within, after]) => {
      const cut = at % (2 * text.length + 1);
      return `${before}${text.slice(0, cut)}${cut < text.length ? within : ''}${text.slice(cut)}${after}`;
    });
  return fc.oneof({ weight: 2, arbitrary: some(1, 40) }, { weight: 1, arbitrary: seen });
};

describe('what is looked for first', () => {
  const patterns = PATTERNS.map((p) => [p, inJavaScript(p.pattern)] as const);
  const signs = SIGNS.map((p) => [p, inJavaScript(p.pattern)] as const);

  it('is in every text in which a pattern finds something, as it is and as JSON', () => {
    const found = new Set<Needs>();
    fc.assert(
      fc.property(linesOf([...PATTERNS, ...SIGNS]), (text) => {
        const [asMessage = '', asField = ''] = records(text);
        for (const [p, regExp] of patterns) {
          if (!regExp.test(text)) continue;
          found.add(p);
          expect([p.what, asMessage, tried(p, asMessage)]).toEqual([p.what, asMessage, true]);
          expect([p.what, asField, tried(p, asField)]).toEqual([p.what, asField, true]);
        }
      }),
      { numRuns: 6000 },
    );
    expect(PATTERNS.filter((p) => !found.has(p)).map((p) => p.what)).toEqual([]);
  });

  it('is in every record that a sign calls cut off', () => {
    const found = new Set<Needs>();
    fc.assert(
      fc.property(linesOf(SIGNS), (text) => {
        for (const record of records(text))
          for (const [sign, regExp] of signs) {
            if (!regExp.test(record)) continue;
            found.add(sign);
            expect([sign.pattern, record, tried(sign, record)]).toEqual([sign.pattern, record, true]);
          }
      }),
      { numRuns: 3000 },
    );
    expect(SIGNS.filter((s) => !found.has(s)).map((s) => s.pattern)).toEqual([]);
  });

  it('is not in most lines', () => {
    const line = 'dial tcp: connect: connection refused';
    expect(PATTERNS.filter((p) => records(line).some((r) => tried(p, r))).map((p) => p.what)).toEqual([]);
  });
});

describe('a record in parts', () => {
  const cut = (text: string) => SIGNS.some((s) => inJavaScript(s.pattern).test(text) && tried(s, text));

  it('is seen where a text ends or begins as if a secret went on', () => {
    for (const text of [
      'sent Bearer\n{}',
      'x\n{"error":"Authorization: Basic","reason":"x"}',
      'password=\n{}',
      'x\n{"error":"DB_PASSWORD: "}',
      'x\n{"error":"alice@","reason":"acme.example"}',
      'x\n{"error":"x","reason":"@acme.example"}',
      'x\n{"path":"/v1/keys?owner="}',
      'x\n{"path":"\\u0026owner=x"}',
      'x\n{"error":"postgres://me:"}',
      'x\n{"error":"10.20."}',
      'x\n{"reason":"[\\"Bearer\\",\\"x\\"]"}',
    ])
      expect([text, cut(text)]).toEqual([text, true]);
  });

  it('is not seen in healthy lines', () => {
    for (const { msg, ...fields } of healthyLines()) {
      const text = `${msg}\n${JSON.stringify(fields)}`;
      expect([text, cut(text)]).toEqual([text, false]);
    }
    for (const text of [
      'request failed:\n{}',
      'ready?\n{}',
      'took 5.\n{}',
      'at 3.5 s\n{}',
      'x\n{"error":"in key store"}',
    ])
      expect([text, cut(text)]).toEqual([text, false]);
  });

  it('keeps lists of plain words', () => {
    const list = new RegExp(`^${PLAIN_LIST}`);
    for (const text of ['[]', '["not owner","expired"]', '["policy-denied"]']) expect(list.test(text)).toBe(true);
    for (const text of ['[1,2]', '["a1"]', '["a.b"]', '[["a"]]', '[{"a":"b"}]', '["a"] x', `["${'a'.repeat(21)}"]`])
      expect(list.test(text)).toBe(false);
  });
});

describe('plain records', () => {
  const plain = (text: string) => new RegExp(PLAIN).test(text);
  const uuid = '8f14e45f-ceea-467f-9a36-000000000001';

  it('may have identifiers where a name ends as theirs do', () => {
    for (const id of [uuid, 'a'.repeat(16), '0'.repeat(32)]) expect(plain(`request_id:${id}\n=\nx`)).toBe(true);
    expect(plain(`a_id:${uuid}\ncomponent:keys\na_idle:3\n=\nx`)).toBe(true);
  });

  it('may have them nowhere else', () => {
    for (const text of [
      `reason:${uuid}\n=\nx`,
      `reason_idx:${'a1'.repeat(16)}\n=\nx`,
      `request_id:${'a'.repeat(17)}\n=\nx`,
      `request_id:${uuid} x\n=\nx`,
      `\n=\nx ${uuid}`,
      `\n=\nrequest_id:${uuid}`,
    ])
      expect([text, plain(text)]).toEqual([text, false]);
  });

  it('have a message of one line, in which nothing looks like a field', () => {
    for (const text of ['user:alice', 'x\nuser:alice', '=\nuser:alice', 'x\n=\ny', '"x"'])
      expect([text, plain(`component:keys\n=\n${text}`)]).toEqual([text, false]);
  });
});
