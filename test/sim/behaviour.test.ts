import { readFileSync } from 'node:fs';
import { FAULTS } from './faults';
import { SimulatedSovra } from './sovra';
import { get } from './testing/get';
import type { ParsedFamily, ParsedSample } from './testing/parse';
import { ask, ManualClock, metricsOf, SERVER_NAME } from './testing/snapshot';

let clock: ManualClock;
let sovra: SimulatedSovra;

beforeEach(async () => {
  clock = new ManualClock();
  sovra = await SimulatedSovra.start({
    dialect: '2026.3',
    clock: clock.read,
    remoteEdgeNodes: ['edge-2'],
    federationPartners: ['acme', 'globex'],
  });
});
afterEach(() => sovra.stop());

type Pages = Map<string, ParsedFamily>;

function total(page: Pages, family: string, wanted: (s: ParsedSample) => boolean = () => true): number {
  return (page.get(family)?.samples ?? []).filter(wanted).reduce((sum, s) => sum + s.value, 0);
}

const status =
  (...codes: string[]) =>
  (s: ParsedSample) =>
    codes.includes(s.labels.status ?? '');
const REQUESTS = 'sovra_api_gateway_http_requests_total';
const LATENCY = 'sovra_api_gateway_http_request_duration_seconds';

/** The share of new observations that took at most `le` seconds. */
function shareWithin(before: Pages, after: Pages, family: string, le: string): number {
  const within = (p: Pages) => total(p, family, (s) => s.name.endsWith('_bucket') && s.labels.le === le);
  const all = (p: Pages) => total(p, family, (s) => s.name.endsWith('_count'));
  return (within(after) - within(before)) / (all(after) - all(before));
}

async function twoMinutes(): Promise<[Pages, Pages]> {
  const before = await metricsOf(sovra, 'api');
  clock.advance(120);
  return [before, await metricsOf(sovra, 'api')];
}

describe('the control plane', () => {
  it('is within its objectives when healthy', async () => {
    const [before, after] = await twoMinutes();
    const failed = (p: Pages) => total(p, REQUESTS, status('500', '503'));
    expect(total(after, REQUESTS) - total(before, REQUESTS)).toBeGreaterThan(1000);
    expect((failed(after) - failed(before)) / (total(after, REQUESTS) - total(before, REQUESTS))).toBeLessThan(0.001);
    expect(shareWithin(before, after, LATENCY, '0.1')).toBeGreaterThan(0.99);
    expect(
      Math.max(...(after.get('sovra_edge_heartbeat_age_seconds')?.samples ?? []).map((s) => s.value)),
    ).toBeLessThan(60);
    expect(total(after, 'sovra_audit_sync_lag_seconds')).toBeLessThan(300);
  });

  it('fails the share of requests that is asked for', async () => {
    await sovra.inject('api-erroring', { value: 0.5 });
    const [before, after] = await twoMinutes();
    const failed = total(after, REQUESTS, status('500', '503')) - total(before, REQUESTS, status('500', '503'));
    expect(failed / (total(after, REQUESTS) - total(before, REQUESTS))).toBeCloseTo(0.5, 2);
  });

  it('is slower than its objective when it is slow', async () => {
    await sovra.inject('api-slow');
    const [before, after] = await twoMinutes();
    expect(shareWithin(before, after, LATENCY, '0.1')).toBeLessThan(0.5);
    expect(shareWithin(before, after, LATENCY, '0.5')).toBeCloseTo(0.95, 2);
  });

  it('counts from zero after it was down, and has no series of errors until there is one', async () => {
    await sovra.inject('api-replica-down', { pod: 0 });
    expect(await ask(sovra, { url: sovra.url({ part: 'api', pod: 0 }) }, '/live')).toBe('refused');
    clock.advance(30);
    await sovra.cure('api-replica-down');
    clock.advance(10);
    const page = await metricsOf(sovra, 'api');
    expect(total(page, REQUESTS)).toBeLessThan(300);
    expect(page.get(REQUESTS)?.samples.some(status('500', '503'))).toBe(false);
    expect(total(await metricsOf(sovra, 'api', 1), REQUESTS)).toBeGreaterThan(50_000);
  });

  it('sees the age of a lost heartbeat grow by one each second, from what it was', async () => {
    const age = async () =>
      total(await metricsOf(sovra, 'api'), 'sovra_edge_heartbeat_age_seconds', (s) => s.labels.node_id === 'edge-2');
    const before = await age();
    await sovra.inject('heartbeat-lost', { node: 'edge-2' });
    clock.advance(300);
    expect(await age()).toBeCloseTo(before + 300, 6);
  });

  it('tells late heartbeats as late at every moment', async () => {
    await sovra.inject('heartbeat-late', { node: 'edge-2' });
    for (let i = 0; i < 20; i += 1) {
      clock.advance(1);
      const samples = (await metricsOf(sovra, 'api')).get('sovra_edge_heartbeat_age_seconds')?.samples ?? [];
      expect(samples.find((s) => s.labels.node_id === 'edge-2')?.value).toBeGreaterThanOrEqual(
        FAULTS['heartbeat-late'].value.default,
      );
      expect(samples.find((s) => s.labels.node_id === 'edge-1')?.value).toBeLessThan(60);
    }
  });

  it('grows its queue from what it was', async () => {
    const depth = async () => total(await metricsOf(sovra, 'api'), 'sovra_audit_queue_depth');
    const before = await depth();
    await sovra.inject('audit-queue-growing');
    expect(await depth()).toBe(before);
    clock.advance(100);
    expect(await depth()).toBeGreaterThan(4990);
  });

  it('loses one link, or all of them', async () => {
    const down = async () =>
      total(await metricsOf(sovra, 'api'), 'sovra_federation_connections_active', status('unhealthy'));
    await sovra.inject('federation-down', { partner: 'acme' });
    expect(await down()).toBe(1);
    await sovra.inject('federation-down');
    expect(await down()).toBe(2);
    await sovra.cure('federation-down');
    expect(await down()).toBe(0);
  });
});

describe('Vault', () => {
  const health = (pod: number, query = '') =>
    ask(sovra, { url: sovra.url({ part: 'vault', node: 'edge-1', pod }) }, `/v1/sys/health${query}`);
  const statuses = () =>
    Promise.all([0, 1, 2].map(async (pod) => health(pod).then((r) => (typeof r === 'string' ? r : r.status))));
  const unsealed = async (pod: number) =>
    (await metricsOf(sovra, 'vault', pod, 'edge-1'))
      .get('vault_core_unsealed')
      ?.samples.map((s) => [s.labels.cluster, s.value]);
  const CLUSTER = expect.stringMatching(/^vault-cluster-[0-9a-f]{8}$/);

  it('serves both series right after it was unsealed, and one later', async () => {
    expect(await unsealed(0)).toEqual([
      ['', 0],
      [CLUSTER, 1],
    ]);
    clock.advance(31);
    expect(await unsealed(0)).toEqual([[CLUSTER, 1]]);
  });

  it('keeps its series for their retention after it was sealed, and then answers without them', async () => {
    clock.advance(100);
    await sovra.inject('vault-sealed', { node: 'edge-1', pod: 2 });
    expect(await statuses()).toEqual([200, 429, 503]);
    clock.advance(29);
    expect(await unsealed(2)).toEqual([[CLUSTER, 1]]);
    clock.advance(2);
    const page = await metricsOf(sovra, 'vault', 2, 'edge-1');
    expect([...page.keys()]).toEqual(['go_goroutines']);
    await sovra.cure('vault-sealed');
    expect(await unsealed(2)).toEqual([
      ['', 0],
      [CLUSTER, 1],
    ]);
  });

  it('is led by another pod while a majority is unsealed, and by none after that', async () => {
    expect(await statuses()).toEqual([200, 429, 429]);
    await sovra.inject('vault-sealed', { node: 'edge-1', pod: 0 });
    expect(await statuses()).toEqual([503, 200, 429]);
    await sovra.inject('vault-uninitialised', { node: 'edge-1', pod: 1 });
    expect(await statuses()).toEqual([503, 501, 429]);
    await sovra.cureAll();
    await sovra.inject('vault-leaderless', { node: 'edge-1' });
    expect(await statuses()).toEqual([429, 429, 429]);
  });

  it('never answers when it is silent', async () => {
    await sovra.inject('vault-silent', { node: 'edge-1' });
    expect(await statuses()).toEqual(['silent', 'silent', 'silent']);
    await sovra.cure('vault-silent', { node: 'edge-1' });
    expect(await statuses()).toEqual([200, 429, 429]);
  });

  it("says how it is in Vault's words, and as the caller asks", async () => {
    expect(await health(0)).toMatchObject({
      type: 'application/json',
      body: expect.stringMatching(/"initialized":true,"sealed":false,"standby":false/),
    });
    expect(await health(1, '?standbyok=true')).toMatchObject({
      status: 200,
      body: expect.stringContaining('"standby":true'),
    });
    expect(await health(1, '?standbycode=299')).toMatchObject({ status: 299 });
    await sovra.inject('vault-sealed', { node: 'edge-1', pod: 1 });
    expect(await health(1, '?standbyok=true')).toMatchObject({
      status: 503,
      body: expect.not.stringContaining('cluster_name'),
    });
  });

  it('answers in JSON where the format is not asked for', async () => {
    const reply = await ask(sovra, { url: sovra.url({ part: 'vault', node: 'edge-1', pod: 0 }) }, '/v1/sys/metrics');
    expect(reply).toMatchObject({ status: 200, type: 'application/json' });
  });

  it('shows a certificate for its name and its address, and for no other name', async () => {
    const url = `${sovra.url({ part: 'vault', node: 'edge-1', pod: 0 })}/v1/sys/health`;
    const ca = readFileSync(sovra.ca, 'utf8');
    expect(await get(url, { ca, servername: SERVER_NAME })).toMatchObject({ status: 200 });
    expect(await get(url, { ca })).toMatchObject({ status: 200 });
    await expect(get(url, { ca, servername: 'vault.elsewhere.svc' })).rejects.toThrow(/altnames/);
    await expect(get(url, { servername: SERVER_NAME })).rejects.toThrow(/certificate/);
  });
});

describe('PostgreSQL', () => {
  it('has most of its connections taken when they are exhausted', async () => {
    await sovra.inject('connections-exhausted');
    const page = await metricsOf(sovra, 'postgres-exporter');
    expect(total(page, 'pg_stat_activity_count') / total(page, 'pg_settings_max_connections')).toBeCloseTo(0.97, 6);
  });

  it('leaves nothing but pg_up when it is down', async () => {
    await sovra.inject('database-down');
    const page = await metricsOf(sovra, 'postgres-exporter');
    expect([...page.keys()]).toEqual(['pg_up']);
    expect(total(page, 'pg_up')).toBe(0);
  });
});
