import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { Service, ServiceAccount } from 'kubernetes-types/core/v1';
import { checkPeers } from '../kube/check-network';
import { checkResources, checkStorage } from '../kube/check-resources';
import type { AlertmanagerSpec } from '../kube/crds/alertmanager';
import type { AlertmanagerConfigSpec } from '../kube/crds/alertmanager-config';
import { disruptionBudget } from '../kube/exporter';
import { commonLabels, PART_OF } from '../kube/labels';
import { ANYWHERE, type ClusterNetworkProps, networkPolicy, type Peer, toDns } from '../kube/network';
import { kubeObject, operatorObject } from '../kube/object';
import { hardenedPodSecurity, type Resources, resources, spreadOverNodes } from '../kube/pod';
import { checkOnCall } from '../oncall/check-on-call';
import type { OnCallProps } from '../oncall/on-call';
import { GROUP_BY, groupBy, inhibitRules, ownRouting, portsOf, watchdogRoute } from '../oncall/routing';
import { checkSecret } from '../sovra/check-installation';
import type { SecretKeyRef, SovraInstallation } from '../sovra/installation';
import { LEVEL_POLICIES, LEVELS, type Level } from '../sovra/levels';
import { Checker, port, positiveInteger } from '../validate';
import type { StorageProps } from './prometheus';

export interface AlertmanagerProps {
  /** @default 3 */
  readonly replicas?: number;
  /** Who is told, by level (guide: "Severity Levels"). Not together with `webhook` and `heartbeat`. @default `webhook` for all levels */
  readonly onCall?: OnCallProps;
  /**
   * The short form of `onCall`: one webhook for all levels, whose address, often a secret in itself, lies in a Secret.
   * @default { secret: 'alertmanager-webhook', key: 'url' }, unless there is `onCall`
   */
  readonly webhook?: SecretKeyRef;
  /**
   * Webhook of an external service that raises the alarm when the Watchdog stops; with `onCall` it is named there.
   * @default none; the Watchdog goes nowhere
   */
  readonly heartbeat?: SecretKeyRef;
  /**
   * Where notifications may go. Ports that `onCall` shows to be needed, such as that of a mail server, come on top.
   * @default any address on port 443, with `onCall` the ports of its receivers (443 for webhooks)
   */
  readonly receivers?: { readonly peers?: readonly Peer[]; readonly ports?: readonly number[] };
  /** Volume for silences and the notification log. @default 2Gi of the default class */
  readonly storage?: StorageProps;
  /** @default 25m and 64Mi requested, 250m and 256Mi allowed */
  readonly resources?: Resources;
}

export interface SovraAlertmanagerProps extends AlertmanagerProps {
  readonly sovra: SovraInstallation;
  readonly namespace: string;
  readonly network: ClusterNetworkProps;
  readonly prometheus: Peer;
  /** More pods that may ask it. */
  readonly queriedBy: readonly Peer[];
}

export const ALERTMANAGER_PORT = 9093;
const GOSSIP_PORT = 9094;
const NAME = 'sovra';

export const ALERTMANAGER_POD_LABELS = { 'app.kubernetes.io/name': 'alertmanager', alertmanager: NAME };

/** The Alertmanager of the stack, with one route for each incident level of the guide. */
export class SovraAlertmanager extends Construct {
  readonly alertmanager: ApiObject;
  readonly config: ApiObject;
  readonly service: ApiObject;
  readonly policy: ApiObject;

  constructor(scope: Construct, id: string, props: SovraAlertmanagerProps) {
    super(scope, id);
    checkAlertmanager(new Checker(this.node.path), '', props).done();
    const { namespace } = props;
    const metadata = { name: 'alertmanager', namespace, labels: commonLabels('alertmanager', 'monitoring') };
    const own: Peer = { namespace, podLabels: ALERTMANAGER_POD_LABELS };
    kubeObject<ServiceAccount>(this, 'service-account', 'v1', 'ServiceAccount', metadata, {
      automountServiceAccountToken: false,
    });
    this.config = operatorObject<AlertmanagerConfigSpec>(
      this,
      'config',
      'AlertmanagerConfig',
      { ...metadata, name: NAME },
      props.onCall ? ownRouting(props.onCall) : routing(props),
      'v1alpha1',
    );
    this.alertmanager = operatorObject<AlertmanagerSpec>(
      this,
      'alertmanager',
      'Alertmanager',
      { ...metadata, name: NAME },
      spec(props),
    );
    this.service = kubeObject<Service>(this, 'service', 'v1', 'Service', metadata, {
      spec: {
        type: 'ClusterIP',
        selector: ALERTMANAGER_POD_LABELS,
        ports: [{ name: 'http', port: ALERTMANAGER_PORT, targetPort: 'web', protocol: 'TCP' }],
      },
    });
    const receivers = props.receivers ?? {};
    this.policy = networkPolicy(this, 'network-policy', {
      name: 'alertmanager',
      namespace,
      component: 'monitoring',
      podLabels: ALERTMANAGER_POD_LABELS,
      ingress: [
        { peers: [props.prometheus, ...props.queriedBy], ports: [ALERTMANAGER_PORT] },
        { peers: [own], ports: [GOSSIP_PORT], udpPorts: [GOSSIP_PORT] },
      ],
      egress: [
        toDns(props.network),
        { peers: [own], ports: [GOSSIP_PORT], udpPorts: [GOSSIP_PORT] },
        { peers: receivers.peers ?? [{ cidrs: ANYWHERE }], ports: receiverPorts(props) },
      ],
    });
    if ((props.replicas ?? 3) > 1) disruptionBudget(this, 'disruption-budget', metadata, ALERTMANAGER_POD_LABELS);
  }
}

export function checkAlertmanager(c: Checker, at: string, p: AlertmanagerProps): Checker {
  const receivers = c.part(`${at}receivers`, p.receivers);
  c.value(`${at}replicas`, p.replicas, positiveInteger).each(`${at}receivers.ports`, receivers?.ports, port);
  c.require(receivers?.ports?.length !== 0, {
    property: `${at}receivers.ports`,
    given: receivers?.ports,
    allowed: 'at least one port (a rule without any would open all of them)',
    remedy: 'Leave it out for 443.',
  });
  checkPeers(c, `${at}receivers.peers`, receivers?.peers);
  checkStorage(c, `${at}storage`, p.storage);
  checkSecret(c, `${at}webhook`, p.webhook);
  checkSecret(c, `${at}heartbeat`, p.heartbeat);
  checkOnCall(c, `${at}onCall`, p.onCall);
  for (const short of ['webhook', 'heartbeat'] as const)
    c.require(p.onCall === undefined || p[short] === undefined, {
      property: `${at}${short}`,
      given: p[short],
      allowed: 'nothing beside `onCall`, which says who is told',
      remedy: short === 'webhook' ? 'Make it a receiver of `onCall`.' : 'Move it to `onCall.heartbeat`.',
    });
  checkResources(c, `${at}resources`, p.resources);
  return c;
}

function receiverPorts({ onCall, receivers }: AlertmanagerProps): readonly number[] {
  if (onCall === undefined) return receivers?.ports ?? [443];
  const { known, webhooks } = portsOf(onCall);
  const more = receivers?.ports ?? (webhooks ? [443] : []);
  return [...new Set([...more, ...known])];
}

function spec(props: SovraAlertmanagerProps): AlertmanagerSpec {
  const { sovra, storage } = props;
  const pullSecrets = sovra.images.pullSecrets ?? [];
  return {
    image: sovra.image('alertmanager'),
    ...(pullSecrets.length > 0 && { imagePullSecrets: pullSecrets.map((name) => ({ name })) }),
    replicas: props.replicas ?? 3,
    serviceAccountName: 'alertmanager',
    automountServiceAccountToken: false,
    // The whole configuration, not one that is confined to alerts of its own namespace.
    alertmanagerConfiguration: { name: NAME },
    podMetadata: { labels: { 'app.kubernetes.io/part-of': PART_OF } },
    securityContext: hardenedPodSecurity(),
    resources: resources(
      props.resources ?? { cpu: '25m', memory: '64Mi', cpuLimit: '250m', memoryLimit: '256Mi' },
    ) as AlertmanagerSpec['resources'],
    topologySpreadConstraints: spreadOverNodes(
      ALERTMANAGER_POD_LABELS,
    ) as AlertmanagerSpec['topologySpreadConstraints'],
    storage: {
      volumeClaimTemplate: {
        spec: {
          accessModes: ['ReadWriteOnce'],
          ...(storage?.storageClass && { storageClassName: storage.storageClass }),
          resources: { requests: { storage: storage?.size ?? '2Gi' } },
        },
      },
    },
  };
}

/**
 * One route for each level. The groups are small (an alert of a component) so that a page says one thing, and a P0 does
 * not wait for more of its kind.
 */
function routing(props: SovraAlertmanagerProps): AlertmanagerConfigSpec {
  const webhook = props.webhook ?? { secret: 'alertmanager-webhook', key: 'url' };
  const receiver = (name: string, url: SecretKeyRef) => ({
    name,
    webhookConfigs: [{ urlSecret: { name: url.secret, key: url.key }, sendResolved: true }],
  });
  return {
    route: {
      receiver: 'oncall',
      groupBy: [...GROUP_BY],
      groupWait: '30s',
      groupInterval: '5m',
      repeatInterval: '4h',
      routes: [watchdogRoute(props.heartbeat), ...LEVELS.map(levelRoute)],
    },
    receivers: [
      receiver('oncall', webhook),
      props.heartbeat ? receiver('heartbeat', props.heartbeat) : { name: 'nowhere' },
    ],
    inhibitRules: inhibitRules(),
  };
}

function levelRoute(level: Level) {
  return {
    receiver: 'oncall',
    matchers: [{ name: 'level', value: level, matchType: '=' }],
    ...(level === 'P0' && { groupBy: groupBy(level) }),
    groupWait: level === 'P0' ? '10s' : '30s',
    repeatInterval: LEVEL_POLICIES[level].repeatInterval,
  };
}
