import { readFileSync } from 'node:fs';
import { describeEndpoint, type Part } from '../endpoint';
import type { Endpoint, SimulatedSovra } from '../sovra';
import { get, type Reply } from './get';
import { type ParsedFamily, parse, seriesKey } from './parse';

export const SERVER_NAME = 'vault.sovra-edge.svc';

export const METRICS_PATH: Readonly<Record<Part, string>> = {
  api: '/metrics',
  vault: '/v1/sys/metrics?format=prometheus',
  opa: '/metrics',
  'opa-health': '/metrics',
  'postgres-exporter': '/metrics',
  grafana: '/metrics',
  kubelet: '/metrics',
};

const HEALTH_PATHS: Readonly<Record<Part, readonly string[]>> = {
  api: ['/live', '/ready', '/health'],
  vault: ['/v1/sys/health'],
  opa: ['/health'],
  'opa-health': ['/health'],
  'postgres-exporter': [],
  grafana: ['/api/health'],
  kubelet: [],
};

/** A clock that a test moves. */
export class ManualClock {
  time = 1000;
  readonly read = () => this.time;

  advance(seconds: number): void {
    this.time += seconds;
  }
}

export function ask(
  sovra: SimulatedSovra,
  endpoint: Pick<Endpoint, 'url'>,
  path: string,
): Promise<Reply | 'refused' | 'silent'> {
  return get(`${endpoint.url}${path}`, { ca: readFileSync(sovra.ca, 'utf8'), servername: SERVER_NAME });
}

/** The metrics of an endpoint. @throws {Error} if it does not answer with 200 */
export async function metricsOf(
  sovra: SimulatedSovra,
  part: Part,
  pod = 0,
  node?: string,
): Promise<Map<string, ParsedFamily>> {
  const reply = await ask(sovra, { url: sovra.url({ part, pod, node }) }, METRICS_PATH[part]);
  if (typeof reply === 'string' || reply.status !== 200)
    throw new Error(`${part} ${pod} answered ${JSON.stringify(reply)}`);
  return parse(reply.body);
}

export interface Observation {
  readonly value: number | string;
  readonly counts: boolean;
}

/** Everything that can be seen from outside: how each endpoint answers, what its health says, and every series. */
export async function observe(sovra: SimulatedSovra): Promise<Map<string, Observation>> {
  const all = await Promise.all(sovra.endpoints.map((e) => observeEndpoint(sovra, e)));
  return new Map(all.flat());
}

async function observeEndpoint(sovra: SimulatedSovra, endpoint: Endpoint): Promise<[string, Observation][]> {
  const at = describeEndpoint(endpoint);
  const reply = await ask(sovra, endpoint, METRICS_PATH[endpoint.part]);
  if (typeof reply === 'string') return [[at, { value: reply, counts: false }]];
  const health = await Promise.all(
    HEALTH_PATHS[endpoint.part].map(async (path): Promise<[string, Observation]> => {
      const answer = await ask(sovra, endpoint, path);
      return [`${at} ${path}`, { value: typeof answer === 'string' ? answer : answer.status, counts: false }];
    }),
  );
  const series = [...parse(reply.body).values()].flatMap((family) =>
    family.samples.map((s): [string, Observation] => [
      `${at} ${seriesKey(s)}`,
      { value: s.value, counts: family.type !== 'gauge' },
    ]),
  );
  return [[at, { value: reply.status, counts: false }], ...health, ...series];
}

/**
 * What differs between two observations. Where an endpoint answers in one and not in the other, that is told once and
 * not again for each of its series.
 */
export function differences(a: Map<string, Observation>, b: Map<string, Observation>): string[] {
  const keys = new Set([...a.keys(), ...b.keys()].filter((key) => a.get(key)?.value !== b.get(key)?.value));
  const isTold = (key: string): boolean => {
    for (let end = key.indexOf(' '); end !== -1; end = key.indexOf(' ', end + 1))
      if (keys.has(key.slice(0, end))) return true;
    return false;
  };
  return [...keys].filter((key) => !isTold(key));
}
