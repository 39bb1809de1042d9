import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { agentConfig } from '../../../lib/telemetry/agent-config';
import { gatewayConfig } from '../../../lib/telemetry/gateway-config';
import { Collector, MINUTE, PodLog, remove, scratch, until } from './collector';
import { fieldsOf, Sink } from './sink';
import { CUT_LINES, SPLIT_SPANS, SPLITS } from './split';

/** Short parts are words of their own; long ones must not be there in the middle of something either. */
const has = (text: string, part: string) =>
  part.length >= 6
    ? text.includes(part)
    : new RegExp(`(?<![A-Za-z0-9])${part.replace(/\W/g, '\\$&')}(?![0-9A-Za-z])`).test(text);
const left = (what: string, text: string, parts: readonly string[]) =>
  parts.filter((p) => has(text, p)).map((p) => `${what}: ${p} in ${text}`);

describe('secrets that are cut into parts', () => {
  const dir = scratch();
  const loki = new Sink();
  const tempo = new Sink();
  let agent: Collector;
  let gateway: Collector;

  const sendSpans = () =>
    fetch(`http://127.0.0.1:${gateway.ports.otlp}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        resourceSpans: [
          {
            resource: { attributes: [{ key: 'service.name', value: { stringValue: 'sovra-api-gateway' } }] },
            scopeSpans: [
              {
                scope: { name: 'sovra.http' },
                spans: SPLIT_SPANS.map(({ span }, i) => ({
                  traceId: (i + 1).toString(16).padStart(32, '0'),
                  spanId: (i + 1).toString(16).padStart(16, '0'),
                  name: 'GET /v1/keys/{id}',
                  kind: 2,
                  startTimeUnixNano: '1795514400000000000',
                  endTimeUnixNano: '1795514400050000000',
                  ...span,
                })),
              },
            ],
          },
        ],
      }),
    });

  beforeAll(async () => {
    await Promise.all([loki.open(), tempo.open()]);
    const logs = join(dir, 'pods');
    mkdirSync(logs, { recursive: true });
    mkdirSync(join(dir, 'g'), { recursive: true });
    const remoteWriteEndpoint = `${loki.url}/write`;
    agent = await Collector.of(
      agentConfig({ lokiEndpoint: loki.url, remoteWriteEndpoint, storagePath: join(dir, 'a'), podLogsPath: logs }),
      dir,
    );
    gateway = await Collector.of(
      gatewayConfig({
        tempoEndpoint: tempo.url,
        remoteWriteEndpoint,
        storagePath: join(dir, 'g', 's'),
        keepRatio: 1,
        decisionWaitSeconds: 1,
      }),
      join(dir, 'g'),
    );
    const fields = new PodLog(logs);
    SPLITS.forEach(({ records }, i) => {
      fields.append(records.map((r, j) => JSON.stringify({ level: 'info', ...r, request_id: `req-${i}-${j}` })));
    });
    const cut = new PodLog(logs, 'vault-0', 'vault', 'sovra-edge');
    for (const { pieces } of CUT_LINES) {
      cut.append(pieces.slice(0, -1), 'P');
      cut.append(pieces.slice(-1));
    }
    await Promise.all([agent.start(), gateway.start()]);
    expect((await sendSpans()).status).toBe(200);
    await until('every record is there', () => loki.lines.length >= COUNT + CUT_LINES.length);
    await until('every span is there', () => tempo.spans.length >= SPLIT_SPANS.length);
  }, 5 * MINUTE);

  afterAll(async () => {
    await Promise.all([agent?.stop(), gateway?.stop(), loki.close(), tempo.close()]);
    remove(dir);
  });

  const COUNT = SPLITS.reduce((a, s) => a + s.records.length, 0);
  const textOf = (id: string) => {
    const line = loki.lines.find((l) => l.fields.request_id === id);
    const { request_id: _, ...fields } = line?.fields ?? {};
    return line && JSON.stringify([line.body, fields]);
  };

  it('are more than 40 in logs and more than 40 in spans', () => {
    expect(SPLITS.length).toBeGreaterThan(60);
    expect(SPLIT_SPANS.length).toBeGreaterThan(60);
    expect(new Set(SPLITS.map((s) => s.what)).size).toBe(SPLITS.length);
  });

  it('do not come out of a log, and no record is lost', () => {
    const all = SPLITS.flatMap(({ what, records, parts }, i) =>
      records.flatMap((_, j) => {
        const text = textOf(`req-${i}-${j}`);
        return text === undefined ? [`${what}: lost`] : left(what, text, parts);
      }),
    );
    expect(all).toEqual([]);
  });

  it('do not come out of lines that the runtime cut', () => {
    const text = loki.payloads.join('\n');
    expect(CUT_LINES.flatMap(({ what, parts }) => left(what, text, parts).map((l) => l.slice(0, 100)))).toEqual([]);
  });

  it('do not come out of a trace, and no span is lost', () => {
    const all = SPLIT_SPANS.flatMap(({ what, parts }, i) => {
      const found = tempo.spans.find(({ span }) => Number.parseInt(span.traceId, 16) === i + 1)?.span;
      if (found === undefined) return [`${what}: lost`];
      const events = (found.events ?? []) as { name: string; attributes?: [] }[];
      const texts = [
        found.name,
        found.status,
        fieldsOf(found.attributes),
        events.map((e) => [e.name, fieldsOf(e.attributes)]),
      ];
      return left(what, JSON.stringify(texts), parts);
    });
    expect(all).toEqual([]);
  });

  it('say that they were there', () => {
    const redacted = loki.lines.map((l) => String(l.fields.redacted ?? ''));
    expect(redacted.filter((r) => r.split('+').includes('split')).length).toBeGreaterThan(20);
    expect(loki.lines.filter((l) => l.body === '[redacted:split]').length).toBeGreaterThan(10);
  });
});
