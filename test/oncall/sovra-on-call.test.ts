import { JsonPatch } from 'cdk8s';
import type { KubeObject } from '../../lib/checks/model';
import { SovraMonitoring } from '../../lib/monitoring/sovra-monitoring';
import type { OnCallProps } from '../../lib/oncall/on-call';
import { SovraOnCall, type SovraOnCallProps } from '../../lib/oncall/sovra-on-call';
import { BACKUP_INHIBITIONS } from '../../lib/rules/backup-inhibitions';
import { INHIBITIONS } from '../../lib/rules/inhibitions';
import { SLO_INHIBITIONS } from '../../lib/rules/objectives/inhibitions';
import { parseDuration } from '../../lib/schedule/duration';
import { SovraInstallation } from '../../lib/sovra/installation';
import { LEVEL_POLICIES, LEVELS } from '../../lib/sovra/levels';
import { find, objectsOf } from '../support/synth';
import { EVERYBODY } from './props';

interface Route {
  readonly receiver: string;
  readonly matchers?: readonly { readonly name: string; readonly value: string; readonly matchType: string }[];
  readonly continue?: boolean;
  readonly groupBy?: readonly string[];
  readonly groupWait: string;
  readonly groupInterval: string;
  readonly repeatInterval: string;
  readonly activeTimeIntervals?: readonly string[];
  readonly routes?: readonly Route[];
}

const shared = (props: Partial<SovraOnCallProps> = {}) =>
  find(
    objectsOf((chart) => void new SovraOnCall(chart, 'on-call', { onCall: EVERYBODY, ...props })),
    'AlertmanagerConfig',
    'sovra-on-call',
  );
const stack = (onCall: OnCallProps, receivers?: object): KubeObject[] =>
  objectsOf(
    (chart) =>
      void new SovraMonitoring(chart, 'monitoring', {
        sovra: new SovraInstallation(),
        alertmanager: { onCall, receivers },
      }),
  );
const own = (onCall: OnCallProps = EVERYBODY) => find(stack(onCall), 'AlertmanagerConfig', 'sovra');
const routes = (config: KubeObject): readonly Route[] => config.spec.route.routes;
const reached = (config: KubeObject, value: string) =>
  routes(config)
    .filter((r) => r.matchers?.some((m) => m.name === 'level' && m.value === value))
    .map((r) => r.receiver);
const receiver = (config: KubeObject, name: string) =>
  (config.spec.receivers as { name: string }[]).find((r) => r.name === name) as unknown as Record<string, object[]>;

describe('levels', () => {
  it('reach the receivers that the props name, in their order, each but the last with a route behind it', () => {
    for (const config of [own(), shared()])
      expect(['P0', 'P1', 'P3'].map((level) => reached(config, level))).toEqual([
        ['pager', 'genie', 'chat'],
        ['pager', 'chat'],
        ['tickets'],
      ]);
    expect(reached(shared(), 'P2')).toEqual(['chat', 'mail']);
    const p0 = routes(shared()).filter((r) => r.matchers?.[0]?.value === 'P0');
    expect(p0.map((r) => r.continue ?? false)).toEqual([true, true, false]);
  });

  it('that are none of the guide go where P2 goes in an Alertmanager of our own, and nowhere in that of others', () => {
    expect(reached(own(), 'P0|P1|P3')).toEqual(['chat', 'mail']);
    expect(routes(own()).at(-1)?.matchers).toEqual([{ name: 'level', value: 'P0|P1|P3', matchType: '!~' }]);
    expect(own().spec.route.matchers).toBeUndefined();
    expect(shared().spec.route).toMatchObject({
      receiver: 'nowhere',
      matchers: [{ name: 'level', value: 'P0|P1|P2|P3', matchType: '=~' }],
    });
  });

  it('have times of their own; P0 is told again while there is still time to answer', () => {
    for (const level of LEVELS) {
      const route = routes(shared()).find((r) => r.matchers?.[0]?.value === level) as Route;
      const [wait, interval, repeat] = [route.groupWait, route.groupInterval, route.repeatInterval].map(
        (d) => (parseDuration(d) as number) / 60,
      ) as [number, number, number];
      expect([level, wait]).toEqual([level, level === 'P0' ? 1 / 6 : 1 / 2]);
      expect([level, interval]).toEqual([level, level === 'P0' ? 1 : 5]);
      // Alertmanager repeats at the first look at the group after the interval, so up to one look later.
      if (level === 'P0') expect(2 * (repeat + interval)).toBeLessThanOrEqual(15);
      else expect(route.repeatInterval).toBe(LEVEL_POLICIES[level].repeatInterval);
    }
    expect(LEVEL_POLICIES.P0.responseTime).toBe('15 minutes');
  });

  it('below P3 ask for no hours; P3 waits for them, unless it need not', () => {
    const waiting = (config: KubeObject) => routes(config).flatMap((r) => (r.activeTimeIntervals ? [r.receiver] : []));
    expect(waiting(shared())).toEqual(['tickets']);
    expect(waiting(own())).toEqual(['tickets']);
    expect(shared().spec.muteTimeIntervals).toHaveLength(1);
    const atAnyTime = shared({ onCall: { ...EVERYBODY, businessHours: false } });
    expect(waiting(atAnyTime)).toEqual([]);
    expect(atAnyTime.spec.muteTimeIntervals).toBeUndefined();
  });
});

describe('the Watchdog', () => {
  it('goes to the heartbeat and no further', () => {
    for (const config of [own(), shared()])
      expect(routes(config)[0]).toMatchObject({
        receiver: 'heartbeat',
        matchers: [{ name: 'alertname', value: 'Watchdog', matchType: '=' }],
        repeatInterval: '1m',
      });
    expect(routes(shared())[0]?.continue).toBeUndefined();
  });

  it('goes nowhere without one', () => {
    for (const config of [
      own({ ...EVERYBODY, heartbeat: undefined }),
      shared({ onCall: { ...EVERYBODY, heartbeat: undefined } }),
    ]) {
      expect(routes(config)[0]?.receiver).toBe('nowhere');
      expect(receiver(config, 'nowhere')).toEqual({ name: 'nowhere' });
    }
  });
});

describe('receivers', () => {
  const config = shared();

  it('take every secret from its Secret, and none from the props', () => {
    const ref = (key: string) => ({ name: 'on-call', key });
    expect(receiver(config, 'pager').pagerdutyConfigs?.[0]).toMatchObject({ routingKey: ref('pagerduty') });
    expect(receiver(config, 'genie').opsgenieConfigs?.[0]).toMatchObject({
      apiKey: ref('opsgenie'),
      apiURL: 'https://api.eu.opsgenie.com/',
    });
    expect(receiver(config, 'chat').slackConfigs?.[0]).toMatchObject({
      apiURL: ref('slack'),
      channel: '#sovra-oncall',
    });
    expect(receiver(config, 'chat').msteamsv2Configs?.[0]).toMatchObject({ webhookURL: ref('teams') });
    expect(receiver(config, 'mail').emailConfigs?.[0]).toMatchObject({
      to: 'oncall@example.com, desk@example.com',
      authUsername: 'sovra',
      authPassword: ref('smtp'),
      requireTLS: true,
      html: '',
    });
    expect(receiver(config, 'tickets').webhookConfigs).toEqual([{ urlSecret: ref('tickets'), sendResolved: true }]);
    expect(receiver(config, 'heartbeat').webhookConfigs).toEqual([{ urlSecret: ref('heartbeat'), sendResolved: true }]);
  });

  it('all hear of the end', () => {
    const ways = (config.spec.receivers as Record<string, unknown>[]).flatMap((r) =>
      Object.values(r).flatMap((v) => (Array.isArray(v) ? (v as { sendResolved?: boolean }[]) : [])),
    );
    expect(ways.map((w) => w.sendResolved)).toEqual(Array.from({ length: 7 }, () => true));
  });
});

describe('SovraOnCall', () => {
  it('is where an Alertmanager looks for it', () => {
    expect(shared().metadata).toMatchObject({
      namespace: 'monitoring',
      labels: { release: 'kube-prometheus-stack', 'app.kubernetes.io/name': 'sovra-on-call' },
    });
    const labels = { alertmanager: 'platform' };
    expect(shared({ namespace: 'platform', labels }).metadata).toMatchObject({ namespace: 'platform', labels });
    expect(shared({ labels }).metadata.labels).not.toHaveProperty('release');
  });

  it('inhibits as the stack does', () => {
    expect(shared().spec.inhibitRules).toHaveLength(
      INHIBITIONS.length + SLO_INHIBITIONS.length + BACKUP_INHIBITIONS.length,
    );
    expect(shared().spec.inhibitRules).toEqual(own().spec.inhibitRules);
  });

  it('can be patched, and the next one is not', () => {
    const patched = find(
      objectsOf((chart) => {
        const onCall = new SovraOnCall(chart, 'on-call', { onCall: EVERYBODY });
        onCall.config.addJsonPatch(
          JsonPatch.replace('/spec/muteTimeIntervals/0/timeIntervals/0/times/0/startTime', '03:00'),
        );
      }),
      'AlertmanagerConfig',
      'sovra-on-call',
    );
    expect(patched.spec.muteTimeIntervals).not.toEqual(shared().spec.muteTimeIntervals);
    expect(JSON.stringify(shared().spec.muteTimeIntervals)).not.toContain('03:00');
  });
});

describe('the network of our Alertmanager', () => {
  const ports = (objects: readonly KubeObject[]): readonly number[] =>
    find(objects, 'NetworkPolicy', 'alertmanager')
      .spec.egress.at(-1)
      .ports.map((p: { port: number }) => p.port);
  const only = (receivers: OnCallProps['receivers']): OnCallProps => {
    const [name = ''] = Object.keys(receivers);
    return { receivers, levels: { P0: name, P1: name, P2: name, P3: name }, businessHours: false };
  };
  const url = { secret: 'a', key: 'b' };
  const mail = { to: 'a@example.com', from: 'b@example.com', smarthost: 'mail.example.com:465' };

  it.each<[string, OnCallProps, object | undefined, number[]]>([
    ['all receivers', EVERYBODY, undefined, [443, 587]],
    ['mail alone', only({ mail: { email: mail } }), undefined, [465]],
    ['mail and a heartbeat', { ...only({ mail: { email: mail } }), heartbeat: url }, undefined, [443, 465]],
    [
      'another port of Opsgenie',
      only({ a: { opsgenie: { apiKey: url, apiUrl: 'https://ops:8443' } } }),
      undefined,
      [8443],
    ],
    ['a webhook inside of the cluster', only({ a: { webhook: { url } } }), { ports: [8080] }, [8080]],
    [
      'that and a pager',
      only({ a: { webhook: { url }, pagerduty: { routingKey: url } } }),
      { ports: [8080] },
      [8080, 443],
    ],
  ])('lets %s out', (_, onCall, receivers, expected) => {
    expect(ports(stack(onCall, receivers))).toEqual(expected);
  });

  it('goes to the peers that were named', () => {
    const peers = [{ namespace: 'gateway' }];
    expect(find(stack(EVERYBODY, { peers }), 'NetworkPolicy', 'alertmanager').spec.egress.at(-1).to).toEqual([
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'gateway' } } },
    ]);
  });
});
