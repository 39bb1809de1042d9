/** A rule as Prometheus has loaded it. */
export interface LoadedRule {
  readonly type: 'alerting' | 'recording';
  readonly name: string;
  readonly group: string;
  readonly expr: string;
  /** Seconds. */
  readonly for: number;
  /** Seconds. */
  readonly keepFiringFor: number;
  readonly labels: Readonly<Record<string, string>>;
  /** `unknown` before its first evaluation. */
  readonly health: 'ok' | 'err' | 'unknown';
  readonly lastError: string;
  /** Of alerts. */
  readonly state: 'inactive' | 'pending' | 'firing' | undefined;
}

export interface LoadedTarget {
  readonly job: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `unknown` before its first scrape. */
  readonly health: 'up' | 'down' | 'unknown';
  readonly lastError: string;
}

/** What a Prometheus said when it was asked. */
export interface Evidence {
  readonly url: string;
  readonly version: string;
  /** False where it goes on with the configuration from before. */
  readonly configurationTaken: boolean;
  readonly rules: readonly LoadedRule[];
  readonly targets: readonly LoadedTarget[];
  /** Alertmanagers that it knows. */
  readonly alertmanagers: number;
  /** Notifications of the last five minutes that no Alertmanager took, where Prometheus scrapes itself. */
  readonly notificationErrors: number;
  /** How many series there are, by name. */
  readonly series: ReadonlyMap<string, number>;
  /** Names of the series that carry a label, by label. */
  readonly carriers: ReadonlyMap<string, ReadonlySet<string>>;
  /** How many series a selector matches, by its text. */
  readonly matching: ReadonlyMap<string, number>;
  /** Expressions in the words of Prometheus, by their text; without those that it could not be asked about. */
  readonly formatted: ReadonlyMap<string, string>;
}
