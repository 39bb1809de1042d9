import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentConfig } from '../../../lib/telemetry/agent-config';
import { gatewayConfig, SPAN_METRICS } from '../../../lib/telemetry/gateway-config';
import { REDACTIONS_METRIC } from '../../../lib/telemetry/redaction';
import { freePort } from '../../support/ports';
import { tool } from '../../support/tools';
import { Collector, MINUTE, PodLog, remove, scratch, until } from './collector';
import { Sink } from './sink';

/** Names that alerts and dashboards of the collectors may use: they are there on a collector that has worked. */
const AGENT_OWN = [
  'otelcol_receiver_accepted_log_records_total',
  'otelcol_exporter_sent_log_records_total',
  'otelcol_exporter_queue_size',
  'otelcol_exporter_queue_capacity',
  'otelcol_process_memory_rss_bytes',
  'otelcol_process_uptime_seconds_total',
];
const GATEWAY_OWN = [
  'otelcol_receiver_accepted_spans_total',
  'otelcol_exporter_sent_spans_total',
  'otelcol_processor_tail_sampling_global_count_traces_sampled_total',
];

describe('what the collectors count', () => {
  const dir = scratch();
  const dirs = { agent: scratch(), gateway: scratch() };
  const tempo = new Sink();
  const loki = new Sink();
  let prometheus: ChildProcess;
  let agent: Collector;
  let gateway: Collector;
  let address = '';

  const query = async (path: string) =>
    ((await (await fetch(`${address}/api/v1/${path}`)).json()) as { data: unknown }).data;
  const value = async (promql: string): Promise<number> => {
    const { result } = (await query(`query?query=${encodeURIComponent(promql)}`)) as {
      result: { value: [number, string] }[];
    };
    return Number(result[0]?.value[1] ?? Number.NaN);
  };
  /** The collectors send what they count every 15 s, and not all of it in one message. */
  const comesToBe = (wanted: Record<string, number>) =>
    until(
      'the counts of the collectors in Prometheus',
      async () => {
        const found = await Promise.all(Object.keys(wanted).map(async (q) => [q, await value(q)] as const));
        expect(Object.fromEntries(found)).toEqual(wanted);
        return true;
      },
      2 * MINUTE,
    );
  /** One moment for all: between two looks at the clock the machine may stand still, and a span would be slow. */
  const began = Date.now();
  const nanoseconds = (ms: number) => `${BigInt(ms) * 1_000_000n}`;
  const span = (i: number, more: Record<string, unknown>) => ({
    traceId: (i + 1).toString(16).padStart(32, '0'),
    spanId: (i + 1).toString(16).padStart(16, '0'),
    name: 'POST /v1/keys/{id}/rotate',
    kind: 2,
    startTimeUnixNano: nanoseconds(began),
    endTimeUnixNano: nanoseconds(began + 20),
    ...more,
  });

  beforeAll(async () => {
    await Promise.all([tempo.open(), loki.open()]);
    const port = await freePort();
    address = `http://127.0.0.1:${port}`;
    writeFileSync(join(dir, 'prometheus.yml'), 'global: {scrape_interval: 1s}\n');
    prometheus = spawn(
      tool('prometheus'),
      [
        `--config.file=${join(dir, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(dir, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--web.enable-remote-write-receiver',
        '--enable-feature=exemplar-storage',
      ],
      { stdio: 'ignore' },
    );
    const common = { remoteWriteEndpoint: `${address}/api/v1/write` };
    const logs = join(dir, 'pods');
    const log = new PodLog(logs);
    agent = await Collector.of(
      agentConfig({ ...common, lokiEndpoint: loki.url, storagePath: join(dir, 'a'), podLogsPath: logs }),
      dirs.agent,
    );
    gateway = await Collector.of(
      gatewayConfig({
        ...common,
        tempoEndpoint: tempo.url,
        storagePath: join(dir, 'g'),
        keepRatio: 0,
        decisionWaitSeconds: 1,
      }),
      dirs.gateway,
    );
    await until('Prometheus is ready', () =>
      fetch(`${address}/-/ready`).then(
        (r) => r.ok,
        () => false,
      ),
    );
    await Promise.all([agent.start(), gateway.start()]);
    log.append([
      ...Array.from({ length: 7 }, (_, i) => JSON.stringify({ msg: `mail to q${i}@acme.example`, seq: i })),
      ...Array.from({ length: 5 }, (_, i) =>
        JSON.stringify({ msg: 'request completed', user_id: `q${i}`, seq: 7 + i }),
      ),
      ...Array.from({ length: 9 }, (_, i) => JSON.stringify({ msg: 'request completed', seq: 12 + i })),
    ]);
    const spans = Array.from({ length: 50 }, (_, i) =>
      span(
        i,
        i < 5
          ? { status: { code: 2, message: 'refused by 10.9.8.7' } }
          : i < 8
            ? { endTimeUnixNano: nanoseconds(began + 900) }
            : {},
      ),
    );
    await fetch(`http://127.0.0.1:${gateway.ports.otlp}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        resourceSpans: [
          {
            resource: { attributes: [{ key: 'service.name', value: { stringValue: 'sovra-api-gateway' } }] },
            scopeSpans: [{ scope: { name: 'sovra.http' }, spans }],
          },
        ],
      }),
    });
  }, 5 * MINUTE);

  afterAll(async () => {
    await Promise.all([agent?.stop(), gateway?.stop(), tempo.close(), loki.close()]);
    if (prometheus?.exitCode === null && prometheus.signalCode === null) {
      // It writes until it has ended.
      const ended = once(prometheus, 'exit');
      prometheus.kill();
      await ended;
    }
    for (const folder of [dir, dirs.agent, dirs.gateway]) remove(folder);
  });

  it(
    'says how much was taken out, by class and signal',
    async () => {
      await comesToBe({
        [`${REDACTIONS_METRIC}{signal="logs",class="email"}`]: 7,
        [`${REDACTIONS_METRIC}{signal="logs",class="field"}`]: 5,
        [`${REDACTIONS_METRIC}{signal="traces",class="ip"}`]: 5,
        [`count(${REDACTIONS_METRIC}{pod="collector-under-test"})`]: 3,
      });
    },
    3 * MINUTE,
  );

  it(
    'measures every span, also those that are not kept, with a trace as an exemplar',
    async () => {
      const labels = '{service_name="sovra-api-gateway",span_name="POST /v1/keys/{id}/rotate"';
      await comesToBe({
        [`sum(${SPAN_METRICS.calls}${labels}})`]: 50,
        [`sum(${SPAN_METRICS.calls}${labels},status_code="STATUS_CODE_ERROR"})`]: 5,
        [`sum(${SPAN_METRICS.duration}_bucket${labels},le="0.5"})`]: 47,
      });
      await until('an exemplar is there', async () => {
        const now = Date.now() / 1000;
        const exemplars = (await query(
          `query_exemplars?query=${SPAN_METRICS.duration}_bucket&start=${now - 900}&end=${now + 60}`,
        )) as { exemplars: { labels: Record<string, string> }[] }[];
        return /[0-9a-f]{32}/.test(exemplars.flatMap((s) => s.exemplars.map((e) => e.labels.trace_id)).join(' '));
      });
    },
    5 * MINUTE,
  );

  it(
    'keeps errors and what was slow',
    async () => {
      await until('kept traces are there', () => tempo.spans.length >= 8);
      await until('nothing is on its way', () => gateway.idle());
      expect(tempo.spans.map(({ span: s }) => Number.parseInt(s.traceId, 16)).sort((a, b) => a - b)).toEqual([
        1, 2, 3, 4, 5, 6, 7, 8,
      ]);
    },
    3 * MINUTE,
  );

  it.each([
    ['agent', AGENT_OWN],
    ['gateway', GATEWAY_OWN],
  ])('has the metrics of its own that alerts ask for: %s', async (which, names) => {
    // What was sent is counted when the other side has said that it has it.
    await until(`all metrics of the ${which}`, async () => {
      const text = await (which === 'agent' ? agent : gateway).metrics();
      expect(names.filter((n) => !new RegExp(`^${n}[{ ]`, 'm').test(text))).toEqual([]);
      return true;
    });
  });
});
