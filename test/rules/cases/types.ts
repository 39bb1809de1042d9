import type { SovraInstallationProps } from '../../../lib/sovra/installation';
import type { Level } from '../../../lib/sovra/levels';
import type { MetricDialect, MetricId } from '../../../lib/sovra/metrics';

/** The name of a metric in the dialect under test; null where it has none. */
export interface Names {
  (id: MetricId): string;
  has(id: MetricId): boolean;
}

export type LabelSet = Readonly<Record<string, string>>;
type Alerts = readonly LabelSet[] | ((m: Names) => readonly LabelSet[]);

export interface Scenario {
  /** What the case shows. */
  readonly what: string;
  /** Series in promtool's notation: `name{label="value"}` to `0x10 1x10`. One value a step, from time 0. */
  readonly series: (m: Names) => Record<string, string>;
  /** @default every dialect in which the alert exists */
  readonly dialect?: MetricDialect;
}

/** Fires at `after`, and not one step earlier: so both the condition and the duration are held. */
export interface Fires extends Scenario {
  readonly after: string;
  /** Labels of the alerts, without severity, level and component. @default one alert without any */
  readonly alerts?: Alerts;
}

/** Does not fire at `until`, which lies well beyond the duration. */
export interface Silent extends Scenario {
  readonly until: string;
}

/** Fires at `firing` and no longer at `resolved`. */
export interface Resolves extends Scenario {
  readonly firing: string;
  readonly resolved: string;
  readonly alerts?: Alerts;
}

/**
 * The series of the alert are missing. By its definition it then fires itself at `after`, or it is silent and the alert
 * that covers it fires; `alerts` are the labels of whichever that is.
 */
export type Missing = Fires;

export interface AlertCases {
  readonly level: Level;
  /** Time between samples and between evaluations. @default '15s' */
  readonly step?: string;
  /** @default SUBJECT */
  readonly sovra?: SovraInstallationProps;
  readonly fires: readonly [Fires, ...Fires[]];
  /** 'never' is for the Watchdog alone. */
  readonly silent: readonly [Silent, ...Silent[]] | 'never';
  readonly resolves: Resolves | 'never';
  readonly missing: Missing;
}

/** The installation under test: a Vault here, a probed one elsewhere, and a node that is seen by its heartbeat only. */
export const SUBJECT: SovraInstallationProps = {
  edgeNodes: [
    { id: 'edge-1', vault: {} },
    {
      id: 'edge-2',
      healthUrls: ['https://a.example.com/v1/sys/health', 'https://b.example.com/v1/sys/health'],
    },
    { id: 'edge-3' },
  ],
  federationPartners: [{ id: 'north' }, { id: 'south' }],
  volumes: {},
};
