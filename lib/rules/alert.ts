import type { SovraInstallation } from '../sovra/installation';
import type { Level } from '../sovra/levels';
import type { MetricId } from '../sovra/metrics';

/** What a person on call thinks of first; also the label `component` by which Alertmanager groups. */
export type Component =
  | 'control-plane'
  | 'policy'
  | 'audit'
  | 'federation'
  | 'edge'
  | 'vault'
  | 'certificates'
  | 'database'
  | 'volumes'
  | 'tasks'
  | 'monitoring';

/** The parts of the monitoring that report about themselves. */
export type Watcher = 'prometheus' | 'alertmanager';
export const WATCHERS: readonly Watcher[] = ['prometheus', 'alertmanager'];

/** What an expression is written with. */
export interface RuleContext {
  readonly sovra: SovraInstallation;
  /** The name of a metric in the installation's dialect. @throws {Error} if the alert did not list it in `metrics` */
  metric(id: MetricId): string;
}

/** The answer to "and if the data is missing?", stated for each alert and proven by a test. */
export type MissingData<Name extends string = string> =
  /** The alert itself fires. */
  | 'fires'
  /** Another alert fires, for the reason given. */
  | { readonly coveredBy: Name; readonly because: string };

export interface AlertDefinition<Name extends string = string, Context extends RuleContext = RuleContext> {
  readonly level: Level;
  readonly component: Component;
  /** The metrics that it needs; in a dialect that lacks one of them the alert does not exist. */
  readonly metrics: readonly MetricId[];
  /** False where the installation has nothing that it could be about. @default always */
  readonly appliesTo?: (sovra: SovraInstallation) => boolean;
  /** Whose own metrics it reads; it is left out where nobody scrapes that one. @default those of something else */
  readonly watches?: Watcher;
  readonly expr: (c: Context) => string;
  /** How long the expression has to hold, as a Prometheus duration. */
  readonly for: string;
  /** How long it keeps firing after the expression stopped to hold. @default '0s' */
  readonly keepFiringFor?: string;
  /** One line: what is wrong, with the label that says where. */
  readonly summary: string;
  /** What it means for users, and the figure. */
  readonly description: string;
  readonly missingData: MissingData<Name>;
  /** Where it comes from: a section of the guide, or why a Sovra operator needs it. */
  readonly source: string;
}
