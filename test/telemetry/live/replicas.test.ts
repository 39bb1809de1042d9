import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { gatewayConfig } from '../../../lib/telemetry/gateway-config';
import { freePort } from '../../support/ports';
import { Collector, MINUTE, remove, scratch, until } from './collector';
import { Sink } from './sink';

/** Traces of two spans each; every second one has an error, in one of its spans only. */
const TRACES = 40;
const ERROR = { code: 2, message: 'refused by 10.9.8.7' };

describe('two gateways', () => {
  const dirs = [scratch(), scratch()];
  const tempo = new Sink();
  let gateways: Collector[] = [];

  /** Random where identifiers are; the number stands in front. */
  const idOf = (trace: number) =>
    trace.toString(16).padStart(8, '0') + createHash('md5').update(`${trace}`).digest('hex').slice(8);
  const began = BigInt(Date.now()) * 1_000_000n;
  const span = (trace: number, half: 0 | 1) => ({
    traceId: idOf(trace),
    spanId: (trace * 2 + half).toString(16).padStart(16, '0'),
    name: `half ${half}`,
    kind: 2,
    startTimeUnixNano: `${began}`,
    endTimeUnixNano: `${began + 20_000_000n}`,
    ...(trace % 2 === 0 && half === 0 && { status: ERROR }),
  });
  const send = async (to: number, spans: readonly object[]) => {
    const answer = await fetch(`http://127.0.0.1:${gateways[to]?.ports.otlp}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceSpans: [{ resource: {}, scopeSpans: [{ scope: { name: 'x' }, spans }] }] }),
    });
    expect(answer.status).toBe(200);
  };
  const numbers = (from: number) => Array.from({ length: TRACES }, (_, i) => from + i);
  /** The halves that came of each trace. */
  const came = () => {
    const halves = new Map<number, string[]>();
    for (const { span: s } of tempo.spans) {
      const trace = Number.parseInt(s.traceId.slice(0, 8), 16);
      halves.set(trace, [...(halves.get(trace) ?? []), s.name].sort());
    }
    return halves;
  };
  const whole = (traces: readonly number[]) =>
    Object.fromEntries(traces.filter((t) => t % 2 === 0).map((t) => [t, ['half 0', 'half 1']]));
  const untilWhole = (traces: readonly number[]) =>
    until('each trace with an error is there, whole and once', () => {
      const halves = [...came()].filter(([t]) => traces.includes(t));
      expect(Object.fromEntries(halves)).toEqual(whole(traces));
      return true;
    });

  beforeAll(async () => {
    await tempo.open();
    const ports = [await freePort(), await freePort()];
    const peers = ports.map((port) => `127.0.0.1:${port}`);
    gateways = await Promise.all(
      dirs.map((dir, i) =>
        Collector.of(
          gatewayConfig({
            tempoEndpoint: tempo.url,
            remoteWriteEndpoint: `${tempo.url}/write`,
            storagePath: join(dir, 'storage'),
            keepRatio: 0,
            decisionWaitSeconds: 3,
            peers,
          }),
          dir,
          ports[i],
        ),
      ),
    );
    await Promise.all(gateways.map((g) => g.start()));
  }, 5 * MINUTE);

  afterAll(async () => {
    await Promise.all([...gateways.map((g) => g.stop()), tempo.close()]);
    for (const dir of dirs) remove(dir);
  });

  /** Names of the files in a folder that hold a text. */
  const filesWith = (text: string, dir: string) => {
    const { stdout, status } = spawnSync('grep', ['-rlaF', text, dir], { encoding: 'utf8' });
    expect(status).toBeLessThan(2);
    return stdout;
  };

  it('judge a trace by all of its spans, whichever of them got which', async () => {
    const traces = numbers(1);
    await send(
      0,
      traces.map((t) => span(t, 0)),
    );
    await send(
      1,
      traces.map((t) => span(t, 1)),
    );
    await untilWhole(traces);
  });

  it('share the traces, and measure each span once', async () => {
    const received = await Promise.all(
      gateways.map((g) => g.metric('otelcol_receiver_accepted_spans_total\\{receiver="otlp/peers".*\\}')),
    );
    expect(received.reduce((a, n) => a + n, 0)).toBe(2 * TRACES);
    for (const n of received) expect(n).toBeGreaterThan(0);
  });

  it('keep what is for one that was killed until it is back', async () => {
    const traces = numbers(1001);
    await gateways[1]?.stop('SIGKILL');
    await send(
      0,
      traces.flatMap((t) => [span(t, 0), span(t, 1)]),
    );
    await until('those of the one that is left are there', () => [...came().keys()].some((t) => t > 1000));
    const missing = traces.filter((t) => t % 2 === 0 && !came().has(t));
    expect(missing.length).toBeGreaterThan(0);
    const waiting = dirs[0] as string;
    expect(filesWith('refused by [redacted:ip]', waiting)).toContain('replica-1');
    expect(filesWith('10.9.8.7', waiting)).toBe('');
    await gateways[1]?.start();
    await untilWhole(traces);
  });

  it('write nothing private, neither to each other nor to a disk', () => {
    expect(tempo.payloads.join('\n')).toContain('refused by [redacted:ip]');
    expect(tempo.payloads.join('\n')).not.toContain('10.9.8.7');
    for (const dir of dirs) expect(filesWith('10.9.8.7', dir)).toBe('');
  });
});
