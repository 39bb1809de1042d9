import { LONG_RUN, PATTERNS, type RedactionPattern } from '../../lib/telemetry/patterns';
import { PLAIN } from '../../lib/telemetry/plain';
import { PLAIN_LIST, SPLIT, SPLIT_HINTS } from '../../lib/telemetry/split';
import { healthyLines, secrets } from './live/corpus';

/** A pattern of Go in JavaScript: letters of both sizes as a whole, the end of the text as "$". */
const inJavaScript = (pattern: string, flags = '') =>
  new RegExp(
    pattern
      .replace(/\(\?i\)/g, '')
      .replace(/\(\?i:/g, '(?:')
      .replace(/\\z/g, '$'),
    /\(\?i[:)]/.test(pattern) ? `${flags}i` : flags,
  );
const tried = (p: RedactionPattern, text: string): boolean => {
  const small = text.toLowerCase();
  const tests = [
    ...(p.needsWords ?? []).map((w) => small.includes(w)),
    ...(p.needs ?? []).map((w) => text.includes(w)),
    ...(p.needsRun === true ? [new RegExp(LONG_RUN).test(text)] : []),
    ...(p.needsMatch === undefined ? [] : [new RegExp(p.needsMatch).test(text)]),
  ];
  return tests.length === 0 || tests.includes(true);
};
const MORE = [
  'token qabc1234567',
  'Basic qabc1234567',
  'dial edge-1:8443',
  'Lookup qabcde',
  'HostName=qabcde',
  'remote_addr: qabcde',
];
const TEXTS = [...secrets(60), ...MORE.map((text) => ({ text }))].flatMap((s) => [
  s.text,
  `x ${s.text} y`,
  s.text.toUpperCase(),
  s.text.slice(0, -3),
]);

describe.each(PATTERNS.map((p) => [`${p.name}: ${p.what}`, p] as const))('%s', (_, p) => {
  const found = TEXTS.filter((text) => inJavaScript(p.pattern).test(text));

  it('finds something, and is tried wherever it does', () => {
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter((text) => !tried(p, text))).toEqual([]);
  });

  it('finds nothing in what passes for plain', () => {
    const plain = found.filter((text) =>
      [`\n=\n${text}`, `error:${text}\n=\nx`].some((record) => inJavaScript(PLAIN).test(record)),
    );
    const hinted = (text: string) => [...SPLIT_HINTS, ...(p.hints ?? [])].some((h) => text.toLowerCase().includes(h));
    expect(plain.filter((text) => !hinted(text))).toEqual([]);
  });
});

describe('a record in parts', () => {
  const cut = (text: string) => inJavaScript(SPLIT).test(text);

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
