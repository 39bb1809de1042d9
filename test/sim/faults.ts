import type { MetricDialect } from '../../lib/sovra/metrics';

/** What a fault strikes, and so what has to be said when it is injected. */
interface Targets {
  nothing: Record<never, never>;
  'api-pod': { readonly pod: number };
  /** One pod of the edge node, or all of them. */
  'vault-pod': { readonly node: string; readonly pod?: number };
  vault: { readonly node: string };
  'opa-pod': { readonly node: string; readonly pod?: number };
  /** Any edge node that the control plane knows, here or elsewhere. */
  'edge-node': { readonly node: string };
  /** One partner, or all of them. */
  partner: { readonly partner?: string };
}
export type TargetKind = keyof Targets;

export interface Fault {
  readonly target: TargetKind;
  /** What changes in the simulation; nothing else does. */
  readonly description: string;
  /** What a person on call would see, without knowing the cause. */
  readonly seen: string;
  /** How bad it is. */
  readonly value?: { readonly default: number; readonly means: string };
  /** Where it can be seen. @default in every dialect */
  readonly dialects?: readonly MetricDialect[];
}

const DAY = 86_400;

export const FAULTS = {
  'api-down': {
    target: 'nothing',
    description: 'Every replica of the API refuses connections; when cured they start anew, with counters at zero.',
    seen: 'Clients get "connection refused"; no metric of the control plane arrives, those of its edge nodes included.',
  },
  'api-replica-down': {
    target: 'api-pod',
    description: 'One replica of the API refuses connections; when cured it starts anew, with counters at zero.',
    seen: 'Clients are served by the other replica; one target is down.',
  },
  'api-erroring': {
    target: 'nothing',
    description: 'A share of the API requests is answered with 500 or 503.',
    seen: 'Some calls of every client fail, at random; health endpoints look well.',
    value: { default: 0.2, means: 'share of the requests' },
  },
  'api-slow': {
    target: 'nothing',
    description: 'API requests take longer, and so more of them are in flight.',
    seen: 'Everything works, but everybody waits.',
    value: { default: 0.5, means: 'seconds within which 95 % are answered' },
  },
  'auth-failing': {
    target: 'nothing',
    description: 'A share of the attempts to sign in fails.',
    seen: 'Users are turned away whose credentials are good.',
    value: { default: 0.5, means: 'share of the attempts' },
    dialects: ['2026.3'],
  },
  'auth-guessed': {
    target: 'nothing',
    description: 'Somebody tries to sign in many times a second, and fails.',
    seen: 'Nothing; users sign in as always.',
    value: { default: 4, means: 'attempts by which there are more each second' },
    dialects: ['2026.3'],
  },
  'vault-sealed': {
    target: 'vault-pod',
    description:
      "Vault is sealed: its health says 503 at once, its series vanish after their retention, the endpoint still answers 200. Another pod leads if a majority is unsealed. When cured it is 'just unsealed'.",
    seen: 'Keys of the edge node are out of reach once a majority is sealed; before that, one pod is missing from the raft.',
  },
  'vault-uninitialised': {
    target: 'vault-pod',
    description: 'Vault has lost its storage: its health says 501, its series vanish after their retention.',
    seen: 'A pod came back with an empty volume.',
  },
  'vault-silent': {
    target: 'vault-pod',
    description: 'Vault is sealed and hangs: it accepts connections and never answers.',
    seen: 'Requests to the pod run into their time limit; neither metrics nor health arrive.',
  },
  'vault-leaderless': {
    target: 'vault',
    description: 'No Vault of the edge node leads: each says that it is a standby (429), none is active.',
    seen: 'Reads and writes fail with "no active node", although every pod is unsealed and answers.',
  },
  'heartbeat-late': {
    target: 'edge-node',
    description:
      'Heartbeats of an edge node arrive late: their age swings above the given one instead of starting at 0.',
    seen: 'The edge node works, its link to the control plane is slow.',
    value: { default: 90, means: 'seconds by which they are late' },
  },
  'heartbeat-lost': {
    target: 'edge-node',
    description: 'No heartbeat of an edge node arrives any more: its age grows by one each second.',
    seen: 'The control plane does not know whether the edge node lives.',
    value: { default: 0, means: 'seconds of silence before the fault was injected' },
  },
  'heartbeat-missing': {
    target: 'edge-node',
    description:
      'The control plane exports nothing about an edge node any more: neither heartbeat nor certificate, nor is it counted.',
    seen: 'The edge node is gone from every list, so nothing about it is red.',
  },
  'edge-cert-expiring': {
    target: 'edge-node',
    description: 'The certificate of an edge node nears its end, as the control plane reports it.',
    seen: 'Nothing yet; on the day, the edge node is cut off.',
    value: { default: 5 * DAY, means: 'seconds left when the fault was injected' },
  },
  'fleet-certs-expiring': {
    target: 'nothing',
    description: 'The certificates of all edge nodes near their end, as the control plane reports them.',
    seen: 'Nothing yet; on the day, every edge node is cut off.',
    value: { default: 5 * DAY, means: 'seconds left when the fault was injected' },
  },
  'audit-late': {
    target: 'nothing',
    description: 'Audit events are delivered late.',
    seen: 'The audit trail ends some minutes ago.',
    value: { default: 600, means: 'seconds of delay' },
  },
  'audit-queue-growing': {
    target: 'nothing',
    description: 'Audit events are queued faster than they are delivered.',
    seen: 'Nothing yet; when the queue is full, events are lost or the API stands still.',
    value: { default: 50, means: 'events by which the queue grows each second' },
    dialects: ['2026.3'],
  },
  'federation-down': {
    target: 'partner',
    description: 'The link to a federation partner is down, and attempts to mend it fail.',
    seen: "The partner's keys cannot be used here, nor ours there.",
  },
  'policy-slow': {
    target: 'nothing',
    description: 'Policy evaluations take longer.',
    seen: 'Each call that needs a decision waits for it.',
    value: { default: 0.25, means: 'seconds within which 95 % are done' },
  },
  'policy-errors': {
    target: 'nothing',
    description: 'A share of the policy evaluations fails.',
    seen: 'Calls are refused that the policy allows.',
    value: { default: 0.2, means: 'share of the evaluations' },
  },
  'database-down': {
    target: 'nothing',
    description: 'The exporter cannot reach PostgreSQL: pg_up is 0 and no other pg_ series is served.',
    seen: 'Nothing can be stored; the API fails as soon as its own connections break.',
  },
  'database-exporter-down': {
    target: 'nothing',
    description: 'The PostgreSQL exporter refuses connections.',
    seen: 'The database may be well, but nobody watches it.',
  },
  'database-slow': {
    target: 'nothing',
    description: 'Queries of the control plane take longer.',
    seen: 'Everything works, but what needs the database is slow.',
    value: { default: 0.5, means: 'seconds within which 95 % are answered' },
  },
  'connections-exhausted': {
    target: 'nothing',
    description: 'Most connections that PostgreSQL allows are taken by idle transactions.',
    seen: 'New sessions are refused with "too many clients already".',
    value: { default: 0.97, means: 'share of the connections that are taken' },
  },
  'volume-filling': {
    target: 'nothing',
    description: 'The volume of PostgreSQL is almost full, as the kubelet reports it.',
    seen: 'Nothing yet; when it is full, PostgreSQL stops.',
    value: { default: 0.97, means: 'share of the volume that is used' },
  },
  'opa-down': {
    target: 'opa-pod',
    description: 'The policy agent refuses connections; when cured it starts anew, with counters at zero.',
    seen: 'The edge node decides nothing, or by its other replica only.',
  },
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];

/** Where something is, or which things are meant: a part that is left out stands for all. */
export interface Where {
  readonly node?: string;
  readonly pod?: number;
  readonly partner?: string;
}

type Valued<N extends FaultName> = (typeof FAULTS)[N] extends { value: object } ? { readonly value?: number } : unknown;
/** What is said when a fault is injected: where, and for some how bad it is. */
export type FaultDetail<N extends FaultName> = Targets[(typeof FAULTS)[N]['target']] & Valued<N>;
/** The detail may be left out where everything in it may. */
export type DetailArgument<N extends FaultName> =
  Record<never, never> extends FaultDetail<N> ? [detail?: FaultDetail<N>] : [detail: FaultDetail<N>];

/** The table that a person reads. */
export function faultTable(): { name: FaultName; description: string; seen: string }[] {
  return FAULT_NAMES.map((name) => ({ name, description: FAULTS[name].description, seen: FAULTS[name].seen }));
}
