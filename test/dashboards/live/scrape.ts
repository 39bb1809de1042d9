import type { Endpoint, SimulatedSovra } from '../../sim';
import { get, type Reply } from '../../sim/testing/get';
import { parse } from '../../sim/testing/parse';
import { METRICS_PATH, SERVER_NAME } from '../../sim/testing/snapshot';

/** One sample, as Prometheus would store it. */
export interface StoredSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What does not answer at once is slow because this machine is busy; where a Vault hangs, nobody has to wait for it that long. */
const PATIENCE = { usual: 10_000, vaultHangs: 500 };
const JOBS = {
  api: 'sovra-api',
  vault: 'vault',
  opa: 'opa',
  'opa-health': undefined,
  'postgres-exporter': 'postgres',
  grafana: 'grafana',
  kubelet: 'kubelet',
} as const;
/** Statuses of `/v1/sys/health` that the probe's module accepts. */
const WELL = [200, 429, 472, 473];
const DAY = 86_400;

/** Everything that Prometheus would have after one scrape of each target and one probe of each health endpoint. */
export async function scrape(
  sovra: SimulatedSovra,
  ca: string,
  now: number,
  vaultHangs: boolean,
): Promise<StoredSample[]> {
  const ask = asker(ca, vaultHangs ? PATIENCE.vaultHangs : PATIENCE.usual);
  const parts = await Promise.all(
    sovra.endpoints.flatMap((endpoint) => [
      metrics(endpoint, ask),
      ...(endpoint.part === 'vault' ? [vaultHealth(endpoint, ask, now)] : []),
    ]),
  );
  return [...parts.flat(), ...(await apiHealth(sovra, ask))];
}

type Ask = (endpoint: Endpoint, path: string) => Promise<Reply | 'refused' | 'silent'>;

const asker =
  (ca: string, patience: number): Ask =>
  ({ url, part }, path) =>
    get(`${url}${path}`, { ca, servername: SERVER_NAME, patience: part === 'vault' ? patience : PATIENCE.usual });

function target({ part, node, pod }: Endpoint): Record<string, string> {
  // A kubelet says of each volume in which namespace it is.
  if (part === 'kubelet') return { instance: `node-${pod}` };
  const name = `${part}-${node === undefined ? '' : `${node}-`}${pod}`;
  return { pod: name, instance: name, namespace: 'sovra', ...(node !== undefined && { edge_node: node }) };
}

async function metrics(endpoint: Endpoint, ask: Ask): Promise<StoredSample[]> {
  const job = JOBS[endpoint.part];
  if (job === undefined) return [];
  const labels = { ...target(endpoint), job };
  const reply = await ask(endpoint, METRICS_PATH[endpoint.part]);
  if (typeof reply === 'string' || reply.status !== 200) return [{ name: 'up', labels, value: 0 }];
  const own = [...parse(reply.body).values()].flatMap((family) => family.samples);
  return [
    { name: 'up', labels, value: 1 },
    ...own.map((s) => ({ name: s.name, labels: { ...s.labels, ...labels }, value: s.value })),
  ];
}

async function vaultHealth(endpoint: Endpoint, ask: Ask, now: number): Promise<StoredSample[]> {
  const reply = await ask(endpoint, '/v1/sys/health');
  const status = typeof reply === 'string' ? 0 : reply.status;
  const labels = { ...target(endpoint), job: 'vault-health' };
  return [
    ...probe(labels, WELL.includes(status), status),
    // Without an answer there is no certificate to look at.
    ...(status === 0 ? [] : [{ name: 'probe_ssl_earliest_cert_expiry', labels, value: now + 300 * DAY }]),
  ];
}

/** Through the Service: by any replica that answers. */
async function apiHealth(sovra: SimulatedSovra, ask: Ask): Promise<StoredSample[]> {
  const labels = { job: 'sovra-api-probe', instance: 'http://sovra-api-gateway.sovra.svc:8080/health' };
  const replies = await Promise.all(
    sovra.endpoints.filter((e) => e.part === 'api').map((endpoint) => ask(endpoint, '/health')),
  );
  const status = Math.max(0, ...replies.map((r) => (typeof r === 'string' ? 0 : r.status)));
  return probe(labels, status === 200, status);
}

function probe(labels: Record<string, string>, success: boolean, status: number): StoredSample[] {
  return [
    { name: 'up', labels, value: 1 },
    { name: 'probe_success', labels, value: Number(success) },
    { name: 'probe_http_status_code', labels, value: status },
    { name: 'probe_duration_seconds', labels, value: 0.01 },
  ];
}
