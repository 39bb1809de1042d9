import type { MetricDialect, MetricId } from '../sovra/metrics';
import type { LoadedTarget } from './evidence';
import type { ExpectedTargets, Purpose } from './expected';

/** Why a selector finds nothing that could ever be found. */
export type Cause =
  /** No series of that name. */
  | 'no-metric'
  /** There are such series, and none with a label that it asks for. */
  | 'no-label'
  /** Targets of its job are there, and all are down. */
  | 'targets-down'
  /** A rule of the manifests records it, and is not loaded. */
  | 'not-recorded';

export interface MissingSeries {
  readonly selector: string;
  readonly cause: Cause;
  /** For people. */
  readonly detail: string;
}

/** A rule or panel that cannot say anything, whatever happens. */
export interface Blind {
  readonly purpose: Purpose;
  readonly name: string;
  readonly which: string;
  readonly object: string;
  readonly expr: string;
  readonly missing: readonly MissingSeries[];
}

export interface MetricState {
  readonly metric: MetricId;
  readonly name: string;
  readonly help: string;
  readonly series: number;
  /** Labels of the catalogue that none of its series has; empty where there are no series. */
  readonly missingLabels: readonly string[];
  /** How many rules and panels of the manifests ask for it. */
  readonly usedBy: number;
}

export interface RuleName {
  readonly name: string;
  readonly which: string;
  readonly group: string;
  readonly object: string;
}

export interface Difference extends RuleName {
  readonly property: string;
  readonly expected: string;
  readonly loaded: string;
}

export interface Diagnosis {
  /** Nothing is blind, missing or down. */
  readonly well: boolean;
  readonly prometheus: {
    readonly url: string;
    readonly version: string;
    readonly configurationTaken: boolean;
  };
  readonly dialect: {
    readonly expected: MetricDialect;
    /** The one that Prometheus has names of, where that is the other one. */
    readonly looksLike?: MetricDialect;
  };
  readonly metrics: readonly MetricState[];
  readonly expressions: {
    readonly total: number;
    readonly blind: readonly Blind[];
    /** Selectors whose series exist, without one that has the values now: nothing is wrong. */
    readonly quiet: readonly string[];
    /** Rules and panels that are no PromQL. */
    readonly unreadable: readonly string[];
  };
  readonly rules: {
    readonly total: number;
    readonly notLoaded: readonly RuleName[];
    readonly different: readonly Difference[];
    readonly failing: readonly (RuleName & { readonly error: string })[];
    /** Loaded, and not evaluated yet. */
    readonly waiting: number;
  };
  readonly targets: {
    readonly up: number;
    readonly down: readonly LoadedTarget[];
    readonly missing: readonly (ExpectedTargets & { readonly found: number })[];
    /** Known, and not scraped yet. */
    readonly waiting: number;
    /** Down, of jobs that are not ours: not counted. */
    readonly othersDown: number;
  };
  readonly alerting: {
    readonly watchdogFires: boolean;
    readonly alertmanagers: number;
    readonly notificationErrors: number;
  };
}
