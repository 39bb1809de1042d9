import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { agentConfig } from '../../../lib/telemetry/agent-config';
import { gatewayConfig } from '../../../lib/telemetry/gateway-config';
import { Collector, MINUTE, PodLog, remove, scratch, until } from './collector';
import { healthyLines, POSITIONS, secrets } from './corpus';
import { fieldsOf, Sink } from './sink';
import { strangers } from './strangers';

const SECRETS = [...secrets(18), ...strangers()];
/** So many secrets come first whose lines are long, each. */
const LONG = secrets(18).length;
const HEALTHY = healthyLines();

/** Ends of lines that are no JSON, whose field `note` is on no list. */
const BROKEN = ['"n":1e999}', '"n":1', '"error":"cut of', "'n':1}", '"n":1} and more'];

/** All that came out, but for the times, whose digits may be those of a secret by chance. */
const told = (payloads: readonly string[]) => payloads.join('\n').replace(/"\w*[tT]imeUnixNano":"\d+"/g, '');

/** Which parts of which secrets are in a text, told without telling them all. */
const found = (text: string) =>
  SECRETS.flatMap((s, i) => s.parts.filter((p) => text.includes(p)).map((p) => `${s.family} ${i}: ${p}`));

describe('logs', () => {
  const dir = scratch();
  const sink = new Sink();
  let collector: Collector;

  beforeAll(async () => {
    await sink.open();
    const logs = join(dir, 'pods');
    mkdirSync(logs, { recursive: true });
    collector = await Collector.of(
      agentConfig({
        lokiEndpoint: sink.url,
        remoteWriteEndpoint: `${sink.url}/write`,
        storagePath: join(dir, 'storage'),
        podLogsPath: logs,
      }),
      dir,
    );
    const good = new PodLog(logs);
    good.append(HEALTHY.map((l) => JSON.stringify(l)));
    const bad = new PodLog(logs, 'vault-0', 'vault', 'sovra-edge');
    SECRETS.forEach((s, i) => {
      for (const p of [0, 5, 9]) {
        const made = POSITIONS[(i + p) % POSITIONS.length]?.(s.text, i) ?? '';
        // A plain text of several lines is several lines of the log. What such a line of broken JSON leaves behind is a line
        // of its own, of which only the length says anything.
        if (i >= LONG && typeof made === 'string' && /^\{.*\n/.test(made)) continue;
        bad.append(typeof made === 'string' ? made.split('\n') : [JSON.stringify(made)]);
      }
    });
    bad.append(['{"msg":"cut off in the middle of hvs.CAESIAbcdefghij'], 'P');
    bad.append(['klmnopqrstuvwxyz0123456789","seq":-1}']);
    bad.append(BROKEN.map((rest) => `{"msg":"broken","note":"qzbroken",${rest}`));
    bad.append([JSON.stringify({ msg: 'key exported', logger: 'audit', event_type: 'key.export', seq: -2 })]);
    const own = new PodLog(logs, 'otel-agent-x2x9z', 'otel-agent');
    own.append([JSON.stringify({ msg: 'a line about a line', seq: -3 })]);
    new PodLog(logs, 'coredns-0', 'coredns', 'kube-system').append([JSON.stringify({ msg: 'not ours', seq: -4 })]);
    good.append([
      JSON.stringify({ level: 'debug', msg: 'details', seq: -5 }),
      JSON.stringify({ level: 'info', msg: 'request completed', path: '/health', seq: -6 }),
      JSON.stringify({ level: 'error', msg: 'request failed', path: '/health', seq: -7 }),
      JSON.stringify({
        msg: 'traced',
        trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
        span_id: '00f067aa0ba902b7',
        seq: -8,
      }),
    ]);
    await collector.start();
    await until('the last line of each file is there', () =>
      [-2, -8].every((n) => sink.lines.some((l) => l.fields.seq === n || l.fields.seq === String(n))),
    );
    await quiet();
  }, 5 * MINUTE);

  /**
   * Plain text waits a second for lines that belong to it, and another to be sent: three seconds, counted in looks and not
   * by the clock, each with an answer of the collector. Where the machine stands still, the collector has no second.
   */
  async function quiet(): Promise<void> {
    let [looks, seen] = [0, -1];
    await until(
      'nothing more to come',
      async () => {
        looks = seen === sink.lines.length && (await collector.idle()) ? looks + 1 : 0;
        seen = sink.lines.length;
        return looks === 60;
      },
      2 * MINUTE,
    );
  }

  afterAll(async () => {
    await collector?.stop();
    await sink.close();
    remove(dir);
  });

  const bySeq = (n: number) => sink.lines.filter((l) => Number(l.fields.seq) === n);

  it('has 1200 secrets and 250 healthy lines to judge by', () => {
    expect(SECRETS.length).toBeGreaterThanOrEqual(1200);
    expect(HEALTHY.length).toBeGreaterThanOrEqual(250);
    expect(new Set(SECRETS.map((s) => s.family)).size).toBeGreaterThanOrEqual(15);
  });

  it('lets nothing private out, in no position', () => {
    expect(found(told(sink.payloads))).toEqual([]);
  });

  it('takes the text out of what looks like JSON and cannot be read', () => {
    expect(sink.payloads.join('\n')).not.toContain('qzbroken');
    expect(sink.lines.filter((l) => l.body === '[redacted:split]').length).toBeGreaterThanOrEqual(BROKEN.length);
  });

  it('loses no line', () => {
    expect(sink.lines.filter((l) => l.resource['service.name'] === 'sovra-api-gateway')).toHaveLength(
      HEALTHY.length + 2,
    );
    // Each is one record, but for texts of several lines that were joined.
    expect(sink.lines.filter((l) => l.resource['service.name'] === 'vault').length).toBeGreaterThan(
      SECRETS.length * 2.9,
    );
  });

  it('leaves healthy lines as they are', () => {
    const came = HEALTHY.map(({ seq }) => bySeq(seq as number)[0]);
    expect(came.map((l) => ({ msg: l?.body, ...l?.fields }))).toEqual(
      HEALTHY.map(({ time: _time, level: _level, ...kept }) => kept),
    );
  });

  it('names level, time, service and stream', () => {
    const line = bySeq(1)[0];
    expect(line?.record).toMatchObject({ severityNumber: 13, severityText: 'WARN' });
    expect(String(line?.record.timeUnixNano)).toBe(`${BigInt(Date.UTC(2026, 10, 24, 10)) * 1_000_000n + 123_456n}`);
    expect(line?.resource).toEqual({
      'k8s.namespace.name': 'sovra',
      'k8s.pod.name': 'sovra-api-gateway-7d9c5b6f4-x2x9z',
      'k8s.container.name': 'api-gateway',
      'service.name': 'sovra-api-gateway',
      stream: 'application',
    });
    expect(bySeq(-2)[0]?.resource).toMatchObject({ 'service.name': 'vault', stream: 'audit' });
    expect(bySeq(-8)[0]?.record).toMatchObject({
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: '00f067aa0ba902b7',
    });
  });

  it('puts together what the runtime cut, and masks it then', () => {
    expect(bySeq(-1).map((l) => l.body)).toEqual(['cut off in the middle of [redacted:token]']);
  });

  it('reads neither itself nor other namespaces, and drops what nobody reads', () => {
    expect([-3, -4, -5, -6].flatMap(bySeq)).toEqual([]);
    expect(bySeq(-7)).toHaveLength(1);
  });

  it('says in the record what was taken out of it', () => {
    const classes = new Set(sink.lines.flatMap((l) => String(l.fields.redacted ?? '').split('+')));
    expect([...classes].sort()).toEqual(
      [
        '',
        'body',
        'email',
        'field',
        'header',
        'host',
        'ip',
        'key',
        'pem',
        'query',
        'secret',
        'split',
        'token',
        'user',
      ].sort(),
    );
  });

  it('writes nothing private into its own log', () => {
    expect(found(collector.output)).toEqual([]);
  });
});

describe('traces', () => {
  const dir = scratch();
  const sink = new Sink();
  let collector: Collector;
  const hex = (n: number, digits: number) => n.toString(16).padStart(digits, '0');
  const span = (i: number, more: Record<string, unknown>) => ({
    traceId: hex(i + 1, 32),
    spanId: hex(i + 1, 16),
    name: 'GET /v1/keys/{id}',
    kind: 2,
    startTimeUnixNano: '1795514400000000000',
    endTimeUnixNano: '1795514400050000000',
    ...more,
  });
  const text = (key: string, value: string) => ({ key, value: { stringValue: value } });
  const at: readonly ((s: string) => Record<string, unknown>)[] = [
    (s) => ({ name: `GET ${s}` }),
    (s) => ({ status: { code: 2, message: `failed: ${s}` } }),
    (s) => ({ attributes: [text('exception.message', s), text('user.id', s), text('http.url', s)] }),
    (s) => ({ attributes: [{ key: 'result', value: { arrayValue: { values: [{ stringValue: s }] } } }] }),
    (s) => ({ events: [{ name: `e ${s}`, attributes: [text('exception.stacktrace', s), text('anything', s)] }] }),
    (s) => ({ links: [{ traceId: hex(7, 32), spanId: hex(7, 16), attributes: [text('x', s)] }], traceState: `k=${s}` }),
  ];

  beforeAll(async () => {
    await sink.open();
    collector = await Collector.of(
      gatewayConfig({
        tempoEndpoint: sink.url,
        remoteWriteEndpoint: `${sink.url}/write`,
        storagePath: join(dir, 'storage'),
        keepRatio: 1,
        decisionWaitSeconds: 1,
      }),
      dir,
    );
    await collector.start();
    const private_ = SECRETS.map((s, i) => span(i, at[i % at.length]?.(s.text) ?? {}));
    const healthy = span(999_999, {
      attributes: [text('http.route', '/v1/keys/{id}'), { key: 'http.response.status_code', value: { intValue: 200 } }],
    });
    const secret = SECRETS.find((s) => s.family === 'host')?.text ?? '';
    const response = await fetch(`http://127.0.0.1:${collector.ports.otlp}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        resourceSpans: [
          {
            resource: {
              attributes: [
                text('service.name', 'sovra-api-gateway'),
                text('host.name', secret),
                text('service.version', secret),
              ],
            },
            scopeSpans: [
              {
                scope: { name: 'sovra.http', version: secret, attributes: [text('a', secret)] },
                spans: [...private_, healthy],
              },
            ],
          },
        ],
      }),
    });
    expect(response.status).toBe(200);
    await until('every trace is there', () => sink.spans.length >= SECRETS.length + 1);
  }, 5 * MINUTE);

  afterAll(async () => {
    await collector?.stop();
    await sink.close();
    remove(dir);
  });

  it('lets nothing private out, in no position', () => {
    expect(found(told(sink.payloads))).toEqual([]);
  });

  it('keeps every span, and what operations need of it', () => {
    expect(sink.spans).toHaveLength(SECRETS.length + 1);
    const healthy = sink.spans.find(({ span: s }) => s.traceId === hex(1_000_000, 32));
    expect(healthy?.span).toMatchObject({ name: 'GET /v1/keys/{id}', kind: 2, endTimeUnixNano: '1795514400050000000' });
    expect(fieldsOf(healthy?.span.attributes)).toEqual({
      'http.route': '/v1/keys/{id}',
      'http.response.status_code': 200,
    });
    expect(healthy?.resource['service.name']).toBe('sovra-api-gateway');
  });

  it('takes no logs: what comes in here is traces', async () => {
    const response = await fetch(`http://127.0.0.1:${collector.ports.otlp}/v1/logs`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(404);
  });
});
