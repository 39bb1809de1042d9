import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { agentConfig } from '../../../lib/telemetry/agent-config';
import { Collector, MINUTE, PodLog, remove, scratch, until } from './collector';
import { ERRORS, FIELDS, MESSAGES, PATHS, VAULT } from './healthy';
import { DETAILS, FIELD_LEVELS, NEAR_HARMLESS, TEXT_LINES, TRACES } from './programs';
import { type Line, Sink } from './sink';

const KIB = 1024;
/** The most that Loki takes beside a line. */
const MOST = 64 * KIB;

const HEALTHY: readonly Readonly<Record<string, unknown>>[] = [
  ...PATHS.map((path) => ({ msg: 'request completed', component: 'api', path, status: 200 })),
  ...Object.entries(MESSAGES).flatMap(([component, list]) => list.map((msg) => ({ msg, component }))),
  ...ERRORS.map((error) => ({ msg: 'operation failed', error })),
  ...VAULT.map(([module, message]) => ({ '@message': message, '@module': module })),
  ...FIELDS,
];

const frame = 'github.com/sovra/keys.(*Store).Rotate(0xc0000b4000, {0x7f8e40?, 0x1?})\n\t/src/keys.go:12 +0x1d\n';
const LONG: readonly Readonly<Record<string, unknown>>[] = [
  { stacktrace: frame.repeat(2000) },
  { stacktrace: 'plain words '.repeat(10_000) },
  { stacktrace: 'ä'.repeat(60_000) },
  { stacktrace: `${'w '.repeat(11_970)}password=qzword ${'w '.repeat(40_000)}` },
  { stacktrace: frame.repeat(1000), error: frame.repeat(1000), reason: 'short' },
  Object.fromEntries(
    ['error', 'err', 'reason', 'panic', 'state', 'phase', 'result'].map((n) => [n, 'w '.repeat(9000)]),
  ),
];
/** Under the limit: as it is. */
const FITS = { stacktrace: 'w '.repeat(20_000), reason: 'short' };

describe('the log of other programs', () => {
  const dir = scratch();
  const sink = new Sink();
  let collector: Collector;
  let own: Collector;

  beforeAll(async () => {
    await sink.open();
    const options = { lokiEndpoint: sink.url, remoteWriteEndpoint: `${sink.url}/write` };
    const write = (logs: string, pods: Readonly<Record<string, readonly string[]>>) => {
      mkdirSync(logs, { recursive: true });
      for (const [pod, lines] of Object.entries(pods)) new PodLog(logs, pod, 'main').append(lines);
    };
    const json = (fields: Record<string, unknown>, seq: number) => JSON.stringify({ level: 'error', ...fields, seq });
    write(join(dir, 'pods'), {
      text: [...DETAILS, ...TEXT_LINES.map(([line]) => line)],
      fields: FIELD_LEVELS.map(([level], seq) => JSON.stringify({ msg: 'x', level, seq })),
      // Between the lines of a trace stand those of another kind.
      traces: TRACES.flatMap(([, text], i) => [
        `START ${i}`,
        ...text.split('\n').flatMap((line, n) => [line, ...(n === 0 ? [json({ msg: 'between' }, i)] : [])]),
      ]),
      healthy: HEALTHY.map(json),
      near: NEAR_HARMLESS.map(([error], seq) => json({ msg: error, error }, seq)),
      long: [...LONG, FITS].map(json),
    });
    write(join(dir, 'own'), { own: [json({ msg: 'x', stacktrace: 'w '.repeat(15_000) }, 0)] });
    const storagePath = join(dir, 'storage');
    mkdirSync(join(dir, 'o'));
    collector = await Collector.of(agentConfig({ ...options, storagePath, podLogsPath: join(dir, 'pods') }), dir);
    own = await Collector.of(
      agentConfig({
        ...options,
        storagePath: join(dir, 'o', 'storage'),
        podLogsPath: join(dir, 'own'),
        redaction: { patterns: [{ name: 'w', what: 'w', pattern: 'w', replacement: 'a word of the site' }] },
      }),
      join(dir, 'o'),
    );
    await Promise.all([collector.start(), own.start()]);
    await until('all lines are there', () => Object.entries(EXPECTED).every(([pod, count]) => of(pod).length >= count));
  }, 5 * MINUTE);

  afterAll(async () => {
    await Promise.all([collector?.stop(), own?.stop(), sink.close()]);
    remove(dir);
  });

  const of = (pod: string): readonly Line[] => sink.lines.filter((l) => l.resource['k8s.pod.name'] === pod);
  const EXPECTED = {
    text: TEXT_LINES.length,
    fields: FIELD_LEVELS.length,
    traces: 3 * TRACES.length,
    healthy: HEALTHY.length,
    near: NEAR_HARMLESS.length,
    long: LONG.length + 1,
    own: 1,
  };
  const bySeq = (pod: string, seq: number) => of(pod).find((l) => l.fields.seq === seq);
  const levelOf = (line: Line | undefined) => line?.record.severityNumber ?? 0;

  it('has 200 healthy lines and 60 of text to judge by', () => {
    expect(HEALTHY.length + TEXT_LINES.length).toBeGreaterThanOrEqual(250);
    expect(TEXT_LINES.length).toBeGreaterThanOrEqual(60);
  });

  it('has a level where a line of text begins with one', () => {
    expect(of('text').map((l) => [l.body, levelOf(l)])).toEqual(
      expect.arrayContaining(TEXT_LINES.map(([line, level]) => [line, level])),
    );
    expect(of('text').map(levelOf)).toEqual(expect.arrayContaining([9, 13, 17, 21]));
    expect(of('text').find((l) => levelOf(l) === 17)?.record.severityText).toBe('ERROR');
  });
  it('is dropped where it is of no level that is read', () => {
    expect(of('text').filter((l) => String(l.body).includes('dropped'))).toEqual([]);
    expect(of('text')).toHaveLength(TEXT_LINES.length);
  });

  it('has the levels of fields, in words and in numbers', () => {
    expect(FIELD_LEVELS.map(([level], i) => [level, levelOf(bySeq('fields', i))])).toEqual(FIELD_LEVELS);
  });

  it('keeps together what belongs together, with lines of JSON between', () => {
    const records = of('traces').filter((l) => l.fields.seq === undefined && !/^START/.test(String(l.body)));
    expect(records.map((l) => [levelOf(l), l.body])).toEqual(TRACES.map(([level, text]) => [level, text]));
    expect(of('traces').filter((l) => l.body === 'between')).toHaveLength(TRACES.length);
  });

  it('comes out as it went in', () => {
    const came = HEALTHY.map((_, i) => bySeq('healthy', i));
    expect(came.map((l, seq) => ({ ...l?.fields, seq, msg: l?.body }))).toEqual(
      HEALTHY.map(({ '@message': message, ...fields }, seq) => ({ msg: message, ...fields, seq })),
    );
  });

  it('is masked where it only looks like something harmless', () => {
    const left = NEAR_HARMLESS.flatMap(([text, part], i) => {
      const line = bySeq('near', i);
      return line === undefined || JSON.stringify([line.body, line.fields]).includes(part) ? [[text, line?.body]] : [];
    });
    expect(left).toEqual([]);
    expect(sink.payloads.join('')).not.toContain('\u{E000}');
  });

  it('is cut where Loki would refuse it, behind the masks, and says so', () => {
    const bytes = (l: Line | undefined) =>
      Object.entries(l?.fields ?? {}).reduce((a, [k, v]) => a + Buffer.byteLength(k) + Buffer.byteLength(String(v)), 0);
    LONG.forEach((fields, i) => {
      const line = bySeq('long', i);
      expect([i, bytes(line) > 0 && bytes(line) < MOST - 2 * KIB]).toEqual([i, true]);
      expect(JSON.stringify(line?.fields)).toMatch(/\[cut off here, it was longer than \d+ bytes\]/);
      expect(JSON.stringify(line)).not.toMatch(/qzword|\uFFFD/);
      if ('reason' in fields && fields.reason === 'short') expect(line?.fields.reason).toBe('short');
    });
    expect(bytes(bySeq('long', 1))).toBeGreaterThan(20 * KIB);
    expect(bySeq('long', LONG.length)?.fields).toEqual({ ...FITS, seq: LONG.length });
    expect(bytes(of('own')[0])).toBeLessThan(MOST - 2 * KIB);
    expect(bytes(of('own')[0])).toBeGreaterThan(20 * KIB);
  });
});
