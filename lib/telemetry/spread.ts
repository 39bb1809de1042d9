import { type BatchSize, COLLECTOR_PORTS, durableExporter, MEMORY_LIMITER, type Pipeline } from './collector';

/**
 * Spans among several gateways. Whether a trace is kept is decided where all of its spans are, so that whichever replica gets a
 * span hands it to the one that its trace belongs to. Each has a queue on disk for each of them, itself too: what is for a
 * replica that is away waits, and goes nowhere else. (The collector's own balancing exporter cannot do that: its parts for
 * single endpoints share one name, and with it one file.)
 */
export interface Spread {
  readonly receivers: Readonly<Record<string, unknown>>;
  readonly processors: Readonly<Record<string, unknown>>;
  readonly exporters: Readonly<Record<string, unknown>>;
  readonly pipelines: Readonly<Record<string, Pipeline>>;
}

/** The receiver that other replicas send to. */
export const PEERS = 'otlp/peers';

/** Larger than any message between them: what is refused for its size would never arrive. */
const BODY_BYTES = 100 * 2 ** 20;

/** The end of a trace's identifier, which is random in every format: four hexadecimal digits. */
const END = 'Substring(span.trace_id.string, 28, 4)';
const bound = (i: number, of: number) =>
  Math.round((0x10000 * i) / of)
    .toString(16)
    .padStart(4, '0');

/** True of the spans that belong to another replica than number `i`. */
const ofOthers = (i: number, of: number): string =>
  [...(i > 0 ? [`${END} < "${bound(i, of)}"`] : []), ...(i < of - 1 ? [`${END} >= "${bound(i + 1, of)}"`] : [])].join(
    ' or ',
  );

/**
 * From a span that came in to the replica that judges it.
 *
 * @param peers addresses of all replicas, in their order
 * @param queueBatches what waits for all of them together, so that the volume need not grow with their number
 * @param masked the processors that mask: nothing private waits on a disk or goes to another replica
 */
export function spreadOver(
  peers: readonly string[],
  queueBatches: number,
  batch: BatchSize,
  masked: readonly string[],
): Spread {
  const waiting = Math.ceil(queueBatches / peers.length);
  const entries = <T>(make: (peer: string, i: number) => readonly [string, T]) => Object.fromEntries(peers.map(make));
  return {
    receivers: {
      [PEERS]: {
        protocols: { http: { endpoint: `0.0.0.0:${COLLECTOR_PORTS.peers}`, max_request_body_size: BODY_BYTES } },
      },
    },
    processors: entries((_, i) => [
      `filter/replica-${i}`,
      { error_mode: 'propagate', traces: { span: [ofOthers(i, peers.length)] } },
    ]),
    exporters: entries((peer, i) => [`otlp_http/replica-${i}`, durableExporter(`http://${peer}`, waiting, batch)]),
    pipelines: entries((_, i) => [
      `traces/replica-${i}`,
      {
        receivers: ['otlp'],
        processors: [MEMORY_LIMITER, `filter/replica-${i}`, ...masked],
        exporters: [`otlp_http/replica-${i}`],
      },
    ]),
  };
}
