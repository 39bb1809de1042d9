import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { KubeObject } from '../../lib/checks/model';
import type { Outcome } from '../../lib/cli/command';
import { ask } from '../../lib/cli/doctor-http';
import { run } from '../../lib/cli/main';
import type { Diagnosis } from '../../lib/doctor/diagnosis';
import { type AlertName, CATALOGUE } from '../../lib/rules/catalogue';
import { makeCertificates } from '../sim/certificates';
import { tool } from '../support/tools';
import { Beside } from './beside';
import {
  alertObjects,
  changed,
  dashboardObject,
  listen,
  type RunningPrometheus,
  startPrometheus,
  World,
  written,
} from './doctor-world';

// Built here when the cache lacks it, which no time limit of a hook would survive.
const PROMETHEUS = tool('prometheus');

const rule = (name: string, rules: object[]): KubeObject => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PrometheusRule',
  metadata: { name, namespace: 'monitoring' },
  spec: { groups: [{ name, rules }] },
});

const ALERTS = alertObjects();
const DASHBOARD = dashboardObject({
  Heartbeats: 'max(sovra_edge_heartbeat_seconds{job="sovra-api",node_id=~"$node"})',
  Errors: 'sum(rate(sovra_api_requests_total{status=~"5.."}[$__rate_interval])) or vector(0)',
});
const HEALTHY = [...ALERTS, DASHBOARD];
/** Two series for each one on the right hand side: Prometheus finds that out when it evaluates. */
const FAILING = rule('failing', [{ record: 'test:failing', expr: 'up * on (job) group_left () up' }]);
const EMPTY_RECORDING = rule('empty', [
  { record: 'test:errors', expr: 'sum(rate(sovra_api_requests_total{status="599"}[5m]))', labels: { slo: 'test' } },
  { alert: 'TestErrors', expr: 'test:errors > 1', labels: { slo: 'test' } },
]);

let world: World;
/** The world answers from this thread: what examines it works in another. */
let beside: Beside;
beforeAll(async () => {
  beside = new Beside();
  world = await World.start([...HEALTHY, FAILING, EMPTY_RECORDING]);
}, 360_000);
afterAll(async () => {
  await world?.stop();
  await beside.stop();
});

async function doctor(objects: readonly KubeObject[], url = world.prometheus.url, ...more: string[]): Promise<Outcome> {
  const manifests = written(objects);
  try {
    return await beside.run(['doctor', '--prometheus', url, manifests.path, ...more]);
  } finally {
    manifests.remove();
  }
}

/** What it says as data, and that it says the same to people. */
async function examined(objects: readonly KubeObject[], ...more: string[]): Promise<Diagnosis & { text: string }> {
  const [data, { code, out: text }] = await world.calmly(async () => [
    await doctor(objects, undefined, '--json', ...more),
    await doctor(objects, undefined, ...more),
  ]);
  const diagnosis = JSON.parse(data.out) as Diagnosis;
  expect(data.code).toBe(diagnosis.well ? 0 : 1);
  expect(code).toBe(data.code);
  expect(text.trimEnd().split('\n').at(-1)).toBe(code === 0 ? 'Nothing is wrong.' : 'Something is wrong, see above.');
  expect(diagnosis.targets.down.map((t) => t.job)).toEqual(world.down);
  return { ...diagnosis, text };
}

const blindNames = (d: Diagnosis) => d.expressions.blind.map((b) => `${b.purpose} ${b.name}`);

describe('sovra-ops doctor', () => {
  it('finds nothing wrong where all is well', async () => {
    const d = await examined(HEALTHY);
    expect(d).toMatchObject({
      well: true,
      dialect: { expected: 'guide' },
      expressions: { blind: [], unreadable: [] },
      rules: { notLoaded: [], different: [], failing: [] },
      targets: { down: [], missing: [] },
      alerting: { watchdogFires: true, alertmanagers: 1, notificationErrors: 0 },
    });
    expect(d.rules.total).toBeGreaterThan(40);
    expect(d.metrics.filter((m) => m.series === 0)).toEqual([]);
    expect(d.text).toContain(`${d.rules.total} of ${d.rules.total} loaded`);
  });

  it('takes no alert for blind for want of events, and tells which selectors are quiet', async () => {
    const { expressions } = await examined([...HEALTHY, EMPTY_RECORDING]);
    expect(expressions.blind).toEqual([]);
    expect(expressions.quiet).toContain('sovra_api_requests_total{status="599"}');
    expect(expressions.quiet).toContain('test:errors');
  });

  it('names what is blind without a metric: alerts, recordings, objectives and panels, but not what watches for absence', async () => {
    const more = rule('more', [
      { record: 'test:age', expr: 'max(sovra_edge_heartbeat_seconds)' },
      { record: 'test:age_again', expr: 'test:age' },
      { alert: 'TestGone', expr: 'absent(sovra_edge_heartbeat_seconds)' },
      { alert: 'TestEither', expr: 'sovra_edge_heartbeat_seconds > 9 or up > 9' },
      { alert: 'TestUnless', expr: 'up unless sovra_edge_heartbeat_seconds' },
      { alert: 'TestObjective', expr: 'sovra_edge_heartbeat_seconds > 9', labels: { slo: 'age' } },
    ]);
    await world.sovra.inject('heartbeat-missing', { node: 'edge-1' });
    await world.seen('sovra_edge_heartbeat_seconds', 0);
    const d = await examined([...HEALTHY, more]);
    await world.sovra.cureAll();
    await world.seen('sovra_edge_heartbeat_seconds', 2);
    const alerts = d.expressions.blind.filter((b) => b.purpose === 'alert').map((b) => b.name as AlertName);
    expect(alerts).toEqual(
      expect.arrayContaining(['EdgeHeartbeatLate', 'EdgeHeartbeatLost', 'EdgeCertificateExpires1d']),
    );
    expect(alerts).not.toContain('EdgeNodeMissing');
    for (const name of alerts)
      expect([...CATALOGUE[name].metrics]).toEqual(
        expect.arrayContaining([expect.stringMatching(/^edge(Heartbeat|CertExpiry)$/)]),
      );
    expect(blindNames(d).filter((name) => !name.startsWith('alert '))).toEqual([
      'recording sovra_ops:edge_heartbeat_late_seconds',
      'recording sovra_ops:edge_heartbeat_late_longest_seconds',
      'recording sovra_ops:edge_certificate_ending_seconds',
      'recording sovra_ops:edge_certificate_ending_soonest_seconds',
      'recording sovra_ops:edge_certificate_unknown',
      'recording test:age',
      'recording test:age_again',
      'objective TestObjective',
      'panel keys.json panel "Heartbeats"',
    ]);
    expect(blindNames(d).filter((name) => name.startsWith('alert Test'))).toEqual([]);
    const [late] = d.expressions.blind.filter((b) => b.name === 'EdgeHeartbeatLate');
    expect(late?.missing).toEqual([
      {
        selector: 'sovra_edge_heartbeat_seconds{job="sovra-api"}',
        cause: 'no-metric',
        detail: 'no series of that name',
      },
    ]);
    expect(d.text).toMatch(
      /^ {2}sovra_edge_heartbeat_seconds: no series of that name\n(?: {4}(?:alert|recording) [\w:]+\n)* {4}alert EdgeHeartbeatLate$/m,
    );
    expect(d.text).toMatch(/^ {2}sovra_edge_heartbeat_seconds: \d+ rule\(s\) and panel\(s\) ask for it$/m);
  });

  it('tells a label that no series has from a value that none has now', async () => {
    const panels = dashboardObject({
      Label: 'sum(sovra_api_requests_total{verb="GET"})',
      Value: 'sum(sovra_api_requests_total{method="BREW"})',
      Job: 'sum(sovra_api_requests_total{job="api",method="GET"})',
      Zero: 'sum(sovra_nothing_total) or vector(0)',
    });
    const { expressions } = await examined([...ALERTS, panels]);
    expect(
      expressions.blind.map((b) => [b.name, b.missing.map((m) => [m.cause, m.detail.replace(/^\d+/, 'N')])]),
    ).toEqual([
      ['keys.json panel "Label"', [['no-label', 'N series of that name, none with a label verb']]],
      ['keys.json panel "Job"', [['no-label', 'N series of that name, none with job="api"']]],
      ['keys.json panel "Zero"', [['no-metric', 'no series of that name']]],
    ]);
    expect(expressions.quiet).toContain('sovra_api_requests_total{method="BREW"}');
  });

  it('says which dialect Prometheus looks like', async () => {
    const d = await examined(alertObjects('2026.3'));
    expect(d.dialect).toEqual({ expected: '2026.3', looksLike: 'guide' });
    expect(d.text).toContain('this looks like dialect guide, and 2026.3 is expected');
    const [late] = d.expressions.blind.filter((b) => b.name === 'EdgeHeartbeatLate');
    expect(late?.missing[0]?.detail).toBe(
      'no series of that name; there is sovra_edge_heartbeat_seconds, of dialect guide',
    );
    // The rules of the same name have other expressions.
    expect(d.rules.different.map((r) => r.name)).toContain('sovra_ops:edge_heartbeat_late_seconds');
    expect((await examined(HEALTHY, '--dialect', '2026.3')).dialect).toEqual({
      expected: '2026.3',
      looksLike: 'guide',
    });
  });

  it('names rules that are not loaded, and what cannot see because of that', async () => {
    const more = rule('not-loaded', [
      { record: 'test:recorded', expr: 'sum(up)' },
      { alert: 'TestRecorded', expr: 'test:recorded > 99' },
    ]);
    const d = await examined([...HEALTHY, more]);
    const at = { which: '', group: 'not-loaded', object: 'PrometheusRule monitoring/not-loaded' };
    expect(d.rules.notLoaded).toEqual([
      { name: 'test:recorded', ...at },
      { name: 'TestRecorded', ...at },
    ]);
    expect(d.expressions.blind.map((b) => [b.name, b.missing[0]?.cause])).toEqual([['TestRecorded', 'not-recorded']]);
    expect(d.text).toContain('group not-loaded of PrometheusRule monitoring/not-loaded: test:recorded, TestRecorded');
  });

  it('names a rule that was changed, but not one that is only written in other words', async () => {
    const d = await examined(
      [
        ['SovraApiDown', { expr: "absent( up{ job = 'sovra-api', } == 1.0 )" }],
        ['EdgeHeartbeatLost', { for: '3m' }],
        ['EdgeHeartbeatLate', { expr: 'min by (node_id) (sovra_edge_heartbeat_seconds{job="sovra-api"}) > 1000' }],
        ['VaultSealed', { labels: { severity: 'info', level: 'P1', component: 'vault' } }],
      ].reduce((all, [name, change]) => changed(all, name as string, change as object), HEALTHY as KubeObject[]),
    );
    expect(d.rules.different.map((r) => [r.name, r.property, r.expected])).toEqual([
      ['EdgeHeartbeatLate', 'expr', 'min by (node_id) (sovra_edge_heartbeat_seconds{job="sovra-api"}) > 1000'],
      ['EdgeHeartbeatLost', 'for', '3m'],
      ['VaultSealed', 'labels.severity', 'info'],
    ]);
    expect(d.rules.notLoaded).toEqual([]);
    expect(d.text).toMatch(/EdgeHeartbeatLost, for, group sovra-alerts-edge .*\n +manifests: 3m\n +loaded: {4}60s/);
  });

  it('names a rule that fails, with the reason', async () => {
    const d = await examined([...HEALTHY, FAILING]);
    expect(d.rules.failing).toMatchObject([{ name: 'test:failing', group: 'failing' }]);
    expect(d.rules.failing[0]?.error).toContain('duplicate series');
    expect(d.text).toContain(
      'test:failing, group failing of PrometheusRule monitoring/failing: found duplicate series',
    );
  });

  it('names a target that is down, and what is expected and has no target', async () => {
    const expected = rule('targets', [
      { record: 'sovra_ops:targets_expected', expr: 'vector(4)', labels: { job: 'vault', edge_node: 'edge-1' } },
    ]);
    const probe = { ...rule('probe', []), kind: 'Probe', spec: { jobName: 'no-such-job' } };
    await world.sovra.inject('api-replica-down', { pod: 1 });
    world.down = ['sovra-api'];
    const d = await examined([...HEALTHY, expected, probe]);
    await world.sovra.cureAll();
    world.down = [];
    expect(d.targets.down).toMatchObject([{ job: 'sovra-api' }]);
    expect(d.targets.down[0]?.lastError).toContain('connection refused');
    expect(d.targets.missing).toEqual([
      { job: 'vault', edgeNode: 'edge-1', count: 4, found: 3 },
      { job: 'no-such-job', count: 1, found: 0 },
    ]);
    expect(d.text).toContain('job vault of edge node edge-1: 3 of 4');
    // The other replica exports the same: no alert is blind for want of one.
    expect(d.expressions.blind).toEqual([]);
  });

  it('names an expression that is no PromQL', async () => {
    const d = await examined([...HEALTHY, dashboardObject({ Broken: 'sum(up' })]);
    expect(d.expressions.unreadable).toEqual(['ConfigMap monitoring/dashboard keys.json panel "Broken"']);
  });
});

describe('a Prometheus without anything', () => {
  let bare: RunningPrometheus;
  beforeAll(async () => {
    bare = await startPrometheus(PROMETHEUS, () => ({ scrape_configs: [] }), []);
  });
  afterAll(() => bare?.stop());

  it('tells nobody, and loads and sees nothing', async () => {
    const { code, out } = await doctor(ALERTS, bare.url);
    expect(code).toBe(1);
    expect(out).toContain('the alert Watchdog does not fire');
    expect(out).toContain('Prometheus knows no Alertmanager');
    expect(out).toContain(
      'group sovra-alerts-vault of PrometheusRule monitoring/sovra-alerts-vault: sovra_ops:vault_inactive_status,',
    );
    expect(out).toContain('job vault of edge node edge-1: 0 of 3');
    expect(out).toMatch(
      /sovra_ops:targets_expected: recorded by group sovra-expected-targets-001, which is not loaded/,
    );
  });
});

describe('an address that is no Prometheus', () => {
  it('says that nothing answers', async () => {
    const { code, out, err } = await doctor(ALERTS, 'http://127.0.0.1:1');
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^http:\/\/127\.0\.0\.1:1 does not answer: connect ECONNREFUSED .*port-forward/);
  });

  it('says that something else answers', async () => {
    const { code, err } = await doctor(ALERTS, world.sovra.url({ part: 'api', pod: 0 }));
    expect(code).toBe(1);
    expect(err).toContain('answers, but is no Prometheus: api/v1/status/buildinfo gives HTTP 404');
  });

  it.each([
    ['a sign-in', 302, 'text/html', '', /sends elsewhere \(HTTP 302\), most likely to a sign-in/],
    ['no authority', 403, 'text/plain', '', /refuses \(HTTP 403\)\. Give --token-file/],
    ['a page', 200, 'text/html', '<html>', /is no Prometheus: api\/v1\/status\/buildinfo gives HTTP 200/],
  ])('says so of %s', async (_, status, type, body, message) => {
    const server = createServer((_request, response) => response.writeHead(status, { 'content-type': type }).end(body));
    const { code, out, err } = await doctor(ALERTS, `http://${await listen(server)}`);
    server.close();
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(message);
  });

  it('does not wait for ever', async () => {
    const server = createServer((_request, response) => response.write('{'));
    const url = new URL(`http://${await listen(server)}`);
    await expect(ask({ url, timeout: 50 }, 'api/v1/status/buildinfo')).rejects.toThrow(
      'does not answer: no whole answer within 0.05 s',
    );
    server.closeAllConnections();
    server.close();
  });
});

describe('access', () => {
  const TOKEN = 'only-for-this-test';

  it('takes the token from a file and the authority from a file, and prints neither', async () => {
    const certificates = await makeCertificates({ names: ['localhost'], addresses: ['127.0.0.1'], days: 1 });
    const file = join(certificates.directory, 'token');
    writeFileSync(file, `${TOKEN}\n`);
    const asked: string[] = [];
    const guard = createSecureServer(certificates.server, async (request, response) => {
      asked.push(request.headers.authorization ?? 'nothing');
      if (request.headers.authorization !== `Bearer ${TOKEN}`) return void response.writeHead(401).end();
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const answer = await fetch(`${world.prometheus.url}${request.url}`, {
        method: request.method,
        headers: { 'content-type': request.headers['content-type'] ?? '' },
        ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
      });
      response.writeHead(answer.status).end(await answer.text());
    });
    const url = `https://${await listen(guard)}`;
    const both = ['--token-file', file, '--ca', certificates.ca];
    const well = await world.calmly(() => doctor(HEALTHY, url, ...both));
    const withoutToken = await doctor(HEALTHY, url, '--ca', certificates.ca);
    const withoutCa = await doctor(HEALTHY, url, '--token-file', file);
    guard.closeAllConnections();
    guard.close();
    rmSync(certificates.directory, { recursive: true });
    expect([well.code, well.err]).toEqual([0, '']);
    expect([withoutToken.code, withoutToken.err]).toEqual([1, expect.stringContaining('refuses (HTTP 401)')]);
    expect([withoutCa.code, withoutCa.err]).toEqual([1, expect.stringMatching(/does not answer: .*certificate/)]);
    expect(new Set(asked)).toEqual(new Set([`Bearer ${TOKEN}`, 'nothing']));
    for (const { out, err } of [well, withoutToken, withoutCa]) expect(out + err).not.toContain(TOKEN);
  });

  it.each([
    [[], /say which Prometheus/],
    [['--prometheus', 'localhost:9090'], /an address such as http:\/\/localhost:9090/],
    [['--prometheus', 'http://me:secret@localhost'], /without an account/],
    [['--prometheus', 'http://localhost', '--dialect', 'x'], /--dialect: got "x"; allowed: guide, 2026\.3/],
    [['--prometheus', 'http://localhost', 'a', 'b'], /one PATH, not a b/],
    [['--prometheus', 'http://localhost', '--token', 'x'], /--token/],
  ])('%j is wrong use', async (args, message) => {
    const { code, out, err } = await run(['doctor', ...args]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err).not.toContain('secret@');
  });

  it.each([
    ['/nowhere', /\/nowhere does not exist.*make synth/],
    [__filename, /is no YAML|holds no PrometheusRule/],
  ])('manifests that are none: %s', async (path, message) => {
    const { code, err } = await run(['doctor', '--prometheus', world.prometheus.url, path]);
    expect(code).toBe(1);
    expect(err).toMatch(message);
  });

  it('is loaded only when it is used', async () => {
    const at = (path: string) => JSON.stringify(join(__dirname, '../..', path));
    const program = `
      require(${at('test/support/typescript.cjs')});
      require(${at('lib/cli/main.ts')});
      console.log(JSON.stringify(Object.keys(require.cache)));`;
    // What the world serves goes on meanwhile.
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', program]);
    const loaded = JSON.parse(stdout) as string[];
    expect(loaded.filter((f) => f.includes('/lib/cli/doctor'))).toEqual([join(__dirname, '../../lib/cli/doctor.ts')]);
    expect(loaded.filter((f) => /\/lib\/doctor\/|lezer/.test(f))).toEqual([]);
  });
});
