import type { AlertmanagerConfigSpec } from '../kube/crds/alertmanager-config';
import { BACKUP_INHIBITIONS } from '../rules/backup-inhibitions';
import { CATALOGUE } from '../rules/catalogue';
import { INHIBITIONS, type Inhibition } from '../rules/inhibitions';
import { SLO_INHIBITIONS } from '../rules/objectives/inhibitions';
import type { SecretKeyRef } from '../sovra/installation';
import { LEVEL_POLICIES, LEVELS, type Level } from '../sovra/levels';
import { utcIntervals } from './business-hours';
import type { OnCallProps, Receiver } from './on-call';
import { receiverSpec, webhook } from './receivers';

type Route = NonNullable<AlertmanagerConfigSpec['route']>;

/** Names of receivers that are ours. */
export const HEARTBEAT = 'heartbeat';
export const NOWHERE = 'nowhere';
const BUSINESS_HOURS = 'business-hours';

/** The groups are small (an alert of a component) so that a page says one thing. */
export const GROUP_BY: readonly string[] = ['alertname', 'component', 'cluster'];

/** A second edge node that is down must not wait for the next news of the first. */
export const groupBy = (level: Level): string[] => [...GROUP_BY, ...(level === 'P0' ? ['edge_node'] : [])];

/**
 * Alertmanager looks at a group once in a `groupInterval` and repeats at the first look after `repeatInterval`. For P0 a
 * repetition has to come while there is still time to keep the response time of 15 minutes.
 */
const TIMES: Readonly<Record<Level, Pick<Route, 'groupWait' | 'groupInterval' | 'repeatInterval'>>> = {
  P0: { groupWait: '10s', groupInterval: '1m', repeatInterval: '5m' },
  P1: { groupWait: '30s', groupInterval: '5m', repeatInterval: LEVEL_POLICIES.P1.repeatInterval },
  P2: { groupWait: '30s', groupInterval: '5m', repeatInterval: LEVEL_POLICIES.P2.repeatInterval },
  P3: { groupWait: '30s', groupInterval: '5m', repeatInterval: LEVEL_POLICIES.P3.repeatInterval },
};

/** The names that a level reaches. */
export const namesOf = (onCall: OnCallProps, level: Level): readonly string[] => {
  const names = onCall.levels[level];
  return typeof names === 'string' ? [names] : names;
};

/**
 * The configuration of an Alertmanager that is told of nothing else. An alert without one of the levels, of a rule that
 * is not ours, goes where P2 goes: better a ticket too many than an alert that nobody sees.
 */
export function ownRouting(onCall: OnCallProps): AlertmanagerConfigSpec {
  const others = LEVELS.filter((l) => l !== 'P2');
  return {
    route: {
      receiver: namesOf(onCall, 'P2')[0] as string,
      groupBy: [...GROUP_BY],
      routes: [
        watchdogRoute(onCall.heartbeat),
        ...others.flatMap((level) => levelRoutes(onCall, level, '=', level)),
        ...levelRoutes(onCall, 'P2', '!~', others.join('|')),
      ],
    },
    ...parts(onCall),
  };
}

/** The same for an Alertmanager that others have configured: only what has one of the levels is ours. */
export function sharedRouting(onCall: OnCallProps): AlertmanagerConfigSpec {
  return {
    route: {
      receiver: NOWHERE,
      groupBy: [...GROUP_BY],
      matchers: [{ name: 'level', value: LEVELS.join('|'), matchType: '=~' }],
      routes: [watchdogRoute(onCall.heartbeat), ...LEVELS.flatMap((level) => levelRoutes(onCall, level, '=', level))],
    },
    ...parts(onCall, true),
  };
}

function parts(onCall: OnCallProps, nowhere = onCall.heartbeat === undefined): Omit<AlertmanagerConfigSpec, 'route'> {
  const hours = onCall.businessHours === false ? undefined : utcIntervals(onCall.businessHours);
  return {
    receivers: [
      ...Object.entries(onCall.receivers).map(([name, r]) => receiverSpec(name, r)),
      ...(onCall.heartbeat ? [{ name: HEARTBEAT, webhookConfigs: [webhook(onCall.heartbeat)] }] : []),
      ...(nowhere ? [{ name: NOWHERE }] : []),
    ],
    ...(hours && {
      muteTimeIntervals: [
        { name: BUSINESS_HOURS, timeIntervals: hours },
      ] as AlertmanagerConfigSpec['muteTimeIntervals'],
    }),
    inhibitRules: inhibitRules(),
  };
}

/** One route for each receiver, so that each has its name in Alertmanager and in what it is sent. */
function levelRoutes(onCall: OnCallProps, level: Level, matchType: '=' | '!~', value: string): Route[] {
  const names = namesOf(onCall, level);
  return names.map((receiver, i) => ({
    receiver,
    matchers: [{ name: 'level', value, matchType }],
    ...(i < names.length - 1 && { continue: true }),
    groupBy: groupBy(level),
    ...TIMES[level],
    ...(level === 'P3' && onCall.businessHours !== false && { activeTimeIntervals: [BUSINESS_HOURS] }),
  }));
}

/** First of all routes, and the last for what it matches. */
export function watchdogRoute(heartbeat: SecretKeyRef | undefined): Route {
  return {
    receiver: heartbeat ? HEARTBEAT : NOWHERE,
    matchers: [{ name: 'alertname', value: 'Watchdog', matchType: '=' }],
    groupWait: '0s',
    groupInterval: '1m',
    repeatInterval: '1m',
  };
}

/** The TCP ports that receivers need for certain. Those of webhooks lie in Secrets, where a synth does not look. */
export function portsOf(onCall: OnCallProps): { readonly known: readonly number[]; readonly webhooks: boolean } {
  const receivers = Object.values(onCall.receivers);
  return {
    known: [...new Set(receivers.flatMap(knownPorts))].sort((a, b) => a - b),
    webhooks: onCall.heartbeat !== undefined || receivers.some((r) => r.webhook !== undefined),
  };
}

function knownPorts(r: Receiver): number[] {
  return [
    ...(r.pagerduty ? [portOfUrl(r.pagerduty.url)] : []),
    ...(r.opsgenie ? [portOfUrl(r.opsgenie.apiUrl)] : []),
    ...(r.slack || r.teams ? [443] : []),
    ...(r.email ? [Number(r.email.smarthost.split(':').at(-1))] : []),
  ];
}

const portOfUrl = (url: string | undefined): number => Number((url && new URL(url).port) || 443);

/**
 * The operator takes the inhibitions of an Alertmanager's own configuration as they are. Those of further
 * AlertmanagerConfigs it confines to alerts of their namespace, unless it is told not to.
 */
export const inhibitRules = () => [...INHIBITIONS, ...SLO_INHIBITIONS, ...BACKUP_INHIBITIONS].map(inhibitRule);

/**
 * `cluster` is the external label of Prometheus: an Alertmanager may serve several, and one must not hide the other. Levels
 * can be changed by whoever makes the alerts, which is not known here: a source that became less urgent than it is in the
 * catalogue, or a target that became more urgent than that, is told by itself.
 */
function inhibitRule({ source, targets, equal, where }: Inhibition<string>) {
  const at = LEVELS.indexOf(levelOf(source));
  const levels = (some: readonly Level[]) => ({ name: 'level', value: some.join('|'), matchType: '=~' as const });
  return {
    sourceMatch: [{ name: 'alertname', value: source, matchType: '=' as const }, levels(LEVELS.slice(0, at + 1))],
    targetMatch: [
      { name: 'alertname', value: targets.join('|'), matchType: '=~' as const },
      ...(where ? [{ name: where.label, value: where.values.join('|'), matchType: '=~' as const }] : []),
      levels(LEVELS.slice(at)),
    ],
    equal: ['cluster', ...equal],
  };
}

/** Sources that are not in the catalogue are alerts of objectives and backups, all of this level. */
function levelOf(source: string): Level {
  const known: Readonly<Record<string, { readonly level: Level } | undefined>> = CATALOGUE;
  return known[source]?.level ?? 'P1';
}
