/**
 * Who is told, on a real Alertmanager: the operator takes our objects, every level arrives at whom the props name, in the
 * form of each service, and what is to wait for business hours does.
 */
import { Chart, JsonPatch } from 'cdk8s';
import { SovraApp } from '../../lib';
import { SovraAlertmanager } from '../../lib/monitoring/alertmanager';
import type { OnCallProps } from '../../lib/oncall/on-call';
import { SovraOnCall } from '../../lib/oncall/sovra-on-call';
import { SovraInstallation } from '../../lib/sovra/installation';
import { MailListener, PostListener } from '../oncall/listeners';
import type { Alertmanager } from './alertmanager';
import { addresses, type Cluster, startCluster } from './cluster';
import { hoursFrom, minuteAfter, notToday } from './hours';
import { readAlertmanagerConfig } from './operator';
import { pairTests } from './pair-tests';
import { DELIVERY } from './timing';
import { waitFor } from './wait';
import { monitoringNamespace, secret } from './world';

const minute = 60_000;
const HOST = 'oncall.example.com';
const [POST, SMTP] = [8080, 2525];
/**
 * Business hours begin with a minute of the clock, this long after they are applied at the earliest: until then Alertmanager
 * should have learned of them.
 */
const AHEAD = 45_000;
const KEYS = ['pagerduty', 'opsgenie', 'slack', 'teams', 'tickets', 'heartbeat'] as const;
const ref = (key: (typeof KEYS)[number]) => ({ secret: 'on-call', key });

let cluster: Cluster;
let posts: PostListener;
let mails: MailListener;
/** One that others have made, for SovraOnCall, and our own, for `onCall`. */
let shared: Alertmanager;
let own: Alertmanager;
/** When business hours begin, and when Alertmanager knew of them. */
let [opens, known] = [0, 0];

const onCall = (businessHours: OnCallProps['businessHours']): OnCallProps => ({
  receivers: {
    pager: { pagerduty: { routingKey: ref('pagerduty') } },
    genie: { opsgenie: { apiKey: ref('opsgenie') } },
    chat: { slack: { webhookUrl: ref('slack'), channel: '#sovra' }, teams: { webhookUrl: ref('teams') } },
    mail: {
      email: {
        to: ['a@example.com', 'b@example.com'],
        from: 's@example.com',
        smarthost: `${HOST}:${SMTP}`,
        requireTls: false,
      },
    },
    tickets: { webhook: { url: ref('tickets') } },
  },
  levels: { P0: ['pager', 'genie', 'chat', 'mail'], P1: 'pager', P2: ['chat', 'mail'], P3: 'tickets' },
  businessHours,
  heartbeat: ref('heartbeat'),
});

function objects(businessHours: OnCallProps['businessHours']): object[] {
  const app = new SovraApp();
  const chart = new Chart(app, 'chart');
  const props = onCall(businessHours);
  const { config } = new SovraOnCall(chart, 'on-call', { onCall: props });
  // Their addresses are not secret and must be https, which is more than a test can serve.
  const local = (path: string, value: string) =>
    config.addJsonPatch(JsonPatch.add(path, `http://${HOST}:${POST}/${value}`));
  local('/spec/receivers/0/pagerdutyConfigs/0/url', 'pagerduty');
  local('/spec/receivers/1/opsgenieConfigs/0/apiURL', 'opsgenie/');
  // Else business hours begin up to five minutes late, and the test takes as long.
  const p3 = (config.toJson().spec.route.routes as { receiver: string }[]).findIndex((r) => r.receiver === 'tickets');
  config.addJsonPatch(
    JsonPatch.replace(`/spec/route/routes/${p3}/groupWait`, '1s'),
    JsonPatch.replace(`/spec/route/routes/${p3}/groupInterval`, '2s'),
  );
  new SovraAlertmanager(chart, 'alertmanager', {
    sovra: new SovraInstallation(),
    namespace: 'monitoring',
    network: {},
    prometheus: { namespace: 'monitoring' },
    queriedBy: [],
    replicas: 1,
    onCall: props,
  });
  const urls = KEYS.map((key) => [key, /pagerduty|opsgenie/.test(key) ? 'test-only' : `http://${HOST}:${POST}/${key}`]);
  return [
    monitoringNamespace,
    secret('monitoring', 'on-call', Object.fromEntries(urls)),
    {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'Alertmanager',
      metadata: { name: 'shared', namespace: 'monitoring' },
      spec: {
        replicas: 1,
        version: '0.31.1',
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 1000,
          fsGroup: 2000,
          seccompProfile: { type: 'RuntimeDefault' },
        },
        alertmanagerConfigSelector: { matchLabels: { release: 'kube-prometheus-stack' } },
        alertmanagerConfigMatcherStrategy: { type: 'None' },
      },
    },
    ...app.manifests().flatMap(([, made]) => made),
  ];
}

async function post(...alerts: readonly Record<string, string>[]): Promise<void> {
  const body = alerts.map(({ summary = 'It fails', ...labels }) => ({
    labels: { cluster: 'sovra', component: 'test', ...labels },
    annotations: {
      summary,
      description: 'This is why.',
      runbook_url: `https://runbooks.example.com/${labels.alertname}`,
    },
    startsAt: new Date().toISOString(),
    endsAt: new Date(Date.now() + 10 * minute).toISOString(),
  }));
  const response = await fetch(`${shared.url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect([response.status, await response.text()]).toEqual([200, '']);
}

const told = (path: string, ...texts: readonly string[]) =>
  posts.at(path).filter(({ body }) => texts.every((t) => body.includes(t)));

/** Lets other business hours hold: by the operator, and by the reloader of the pod. */
async function setHours(businessHours: OnCallProps['businessHours']): Promise<void> {
  const written = await readAlertmanagerConfig(cluster.api, 'monitoring', 'shared');
  const configs = objects(businessHours).filter((o) => (o as { kind: string }).kind === 'AlertmanagerConfig');
  expect(await cluster.applyObjects(configs)).toEqual({ warnings: [] });
  await waitFor(
    'the operator to write the hours',
    async () => (await readAlertmanagerConfig(cluster.api, 'monitoring', 'shared')) !== written,
  );
  await cluster.refreshAlertmanager(shared);
}

beforeAll(async () => {
  cluster = await startCluster();
  posts = await PostListener.start(addresses.host, POST);
  mails = await MailListener.start(addresses.host, SMTP);
  await cluster.services.addHost(HOST, addresses.host);
  expect(await cluster.applyObjects(objects(notToday()))).toEqual({ warnings: [] });
  await cluster.waitForWorkloads({ timeout: 2 * minute });
  const config = 'alertmanagerconfigs/monitoring/';
  shared = await cluster.startAlertmanager({ namespace: 'monitoring', name: 'shared', ignored: [`${config}sovra`] });
  await post({ alertname: 'VaultMemoryGrowing', level: 'P3', summary: 'It can wait' });
  // It has looked at the group, and would have told of it.
  await waitFor('it to be held back', async () => (await shared.heldBack('active_time_interval')) > 0, {
    timeout: 2 * minute,
  });
  // Only now: nobody knows how long all that takes.
  opens = minuteAfter(AHEAD);
  await setHours(hoursFrom(opens));
  known = Date.now();
  own = await cluster.startAlertmanager({
    namespace: 'monitoring',
    name: 'sovra',
    ignored: [`${config}sovra-on-call`],
  });
  // Last of all: what is looked at below is repeated after five minutes.
  await post(
    { alertname: 'VaultLeaderless', level: 'P0', edge_node: 'edge-1', summary: 'Edge node edge-1 has no leader' },
    { alertname: 'VaultSealed', level: 'P1', edge_node: 'edge-1', pod: 'vault-0' },
    { alertname: 'VaultSealed', level: 'P1', edge_node: 'edge-1', pod: 'vault-1' },
    // The same on another edge node, of which nothing says more.
    { alertname: 'VaultSealed', level: 'P1', edge_node: 'edge-2', pod: 'vault-7' },
    { alertname: 'Watchdog', level: 'P3' },
    { alertname: 'Foreign', severity: 'critical', summary: 'Of somebody else' },
  );
}, 10 * minute);

afterAll(async () => {
  await posts?.stop();
  await mails?.stop();
  await cluster?.stop();
}, 2 * minute);

describe('the configuration that the operator wrote', () => {
  const to = (config: string, ...names: readonly string[]) => names.map((n) => `monitoring/${config}/${n}`);

  test('is one that amtool accepts', async () => {
    for (const alertmanager of [shared, own]) expect(await alertmanager.checkConfig()).toContain('SUCCESS');
  });

  test.each<[string, readonly string[]]>([
    ['P0', ['pager', 'genie', 'chat', 'mail']],
    ['P1', ['pager']],
    ['P2', ['chat', 'mail']],
    ['P3', ['tickets']],
  ])('sends %s to those that the props name, and to nobody else', async (level, names) => {
    expect(await shared.route({ level, alertname: 'X' })).toEqual(to('sovra-on-call', ...names));
    expect(await own.route({ level, alertname: 'X' })).toEqual(to('sovra', ...names));
  });

  test('sends the Watchdog to the heartbeat alone', async () => {
    const watchdog = { alertname: 'Watchdog', level: 'P3' };
    expect(await shared.route(watchdog)).toEqual(to('sovra-on-call', 'heartbeat'));
    expect(await own.route(watchdog)).toEqual(to('sovra', 'heartbeat'));
  });

  test('leaves alerts of others to others, and our own Alertmanager sends them where P2 goes', async () => {
    expect(await shared.route({ alertname: 'Foreign' })).toEqual(['null']);
    expect(await own.route({ alertname: 'Foreign' })).toEqual(to('sovra', 'chat', 'mail'));
  });
});

describe('P0', () => {
  const title = '[P0] Edge node edge-1 has no leader';

  test(
    'arrives everywhere that it is meant to after ten seconds, with the same text',
    async () => {
      await waitFor(
        'all of them to be told',
        () => {
          const paths = ['/pagerduty', '/opsgenie/v2/alerts', '/slack', '/teams'];
          expect([...paths.map((path) => told(path, title).length), mails.received.length]).toEqual([1, 1, 1, 1, 1]);
          return true;
        },
        { timeout: minute },
      );
      const parsed = (path: string) => JSON.parse(told(path, title)[0]?.body ?? '');
      const runbook = 'https://runbooks.example.com/VaultLeaderless';
      const { payload, ...event } = parsed('/pagerduty');
      expect(event).toMatchObject({
        routing_key: 'test-only',
        event_action: 'trigger',
        links: [{ href: runbook, text: 'Runbook' }],
      });
      expect(payload).toMatchObject({
        summary: title,
        severity: 'critical',
        source: 'edge-1',
        class: 'VaultLeaderless',
        component: 'test',
        group: 'sovra',
      });
      const genie = parsed('/opsgenie/v2/alerts');
      expect(genie).toMatchObject({ message: title, priority: 'P1', entity: 'edge-1', tags: ['P0', 'test'] });
      const [slack] = parsed('/slack').attachments;
      expect(parsed('/slack').channel).toBe('#sovra');
      expect(slack).toMatchObject({ title, title_link: runbook, color: 'danger' });
      const [heading, text] = parsed('/teams').attachments[0].content.body;
      expect(heading.text).toBe(title);
      const mail = mails.received[0]?.text.replaceAll('=\n', '') ?? '';
      expect(mails.received[0]?.to).toEqual(['a@example.com', 'b@example.com']);
      expect(mail).toContain(`Subject: ${title}`);
      expect(mail).not.toContain('text/html');
      for (const body of [payload.custom_details.firing, genie.description, slack.text, text.text, mail]) {
        expect(body).toContain('This is why.');
        expect(body).toContain(`Runbook: ${runbook}`);
        // Mail writes "=" in another way, so nothing with one is looked for.
        expect(body).toContain('- cluster sovra, edge_node edge-1, since 20');
      }
    },
    2 * minute,
  );

  test('does not take the rest along: the Watchdog arrives at the heartbeat, others at nobody', async () => {
    await waitFor('the heartbeat', () => told('/heartbeat', 'Watchdog').length > 0);
    const elsewhere = posts.received.filter(({ path, body }) => path !== '/heartbeat' && body.includes('Watchdog'));
    expect(elsewhere).toEqual([]);
    expect(posts.received.filter(({ body }) => body.includes('Foreign'))).toEqual([]);
  });
});

describe('P1', () => {
  test(
    'is one page where another alert says more, and one of its own where none does',
    async () => {
      await waitFor('the page of the other edge node', () => told('/pagerduty', 'VaultSealed').length > 0, {
        timeout: minute,
      });
      await waitFor('the others to be held back', async () => (await shared.heldBack('inhibition')) > 0);
      const [page] = told('/pagerduty', 'VaultSealed');
      expect(page?.body).toContain('vault-7');
      expect(page?.body).not.toContain('vault-0');
      expect(page?.body).not.toContain('vault-1');
      expect(told('/pagerduty')).toHaveLength(2);
    },
    3 * minute,
  );
});

describe('on a Prometheus and an Alertmanager of their own', () => {
  const others = ['sovra-on-call', 'sovra'].map((name) => `alertmanagerconfigs/monitoring/${name}`);
  pairTests(() => cluster, others);
});

describe('P3', () => {
  test(
    'is held back until business hours begin, and is told then',
    async () => {
      await waitFor('the ticket', () => told('/tickets').length > 0, { timeout: 2 * minute });
      const [ticket] = told('/tickets');
      expect(ticket?.body).toContain('VaultMemoryGrowing');
      expect(ticket?.at).toBeGreaterThanOrEqual(opens);
      // Where the hours had begun when Alertmanager learned of them, it looks at its groups from then on.
      expect(ticket?.at).toBeLessThan(Math.max(opens, known) + (2 + DELIVERY) * 1000);
    },
    3 * minute,
  );
});
