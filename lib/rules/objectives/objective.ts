import type { SovraInstallation } from '../../sovra/installation';
import type { MetricId } from '../../sovra/metrics';
import type { Component, RuleContext } from '../alert';

/**
 * How an objective is measured: two expressions with one series each and no labels that differ, both evaluated every
 * time. Bad events per second among all events per second (counters), or bad things among all things at the moment (gauges).
 * Longer windows are sums of these over time, so that a busy hour weighs more than a quiet one.
 */
export interface Indicator {
  /** PromQL. 0 while nothing is bad; no series while there is no data. */
  readonly bad: string;
  /** PromQL. No series while there is no data. */
  readonly all: string;
  /** Rates over five minutes (`rate(...[5m])`), or what is true at the moment. */
  readonly over: '5m' | 'now';
}

/** What an indicator is written with. */
export interface IndicatorContext extends RuleContext {
  /** The limit that the objective is about, where it has one that can be set. */
  readonly threshold: number;
}

/** A limit that can be set. */
export interface ObjectiveThreshold {
  /** Seconds. */
  readonly default: number;
  /** The bounds of the histogram that it is read from: nothing is known in between. */
  readonly buckets: readonly number[];
}

/** One of the objectives that come with the product. */
export interface ObjectiveDefinition {
  /** In a few words, for people: `Availability of the API`. */
  readonly title: string;
  /** What counts as bad, in a sentence or two. */
  readonly description: (threshold: number) => string;
  /** Share of good events, above 0 and below 1. */
  readonly target: number;
  /** Whom it concerns; the label `component` of its alerts. */
  readonly component: Component;
  /** The metrics that it needs; in a dialect that lacks one of them the objective does not exist. */
  readonly metrics: readonly MetricId[];
  /** False where the installation has nothing that it could be about. */
  readonly appliesTo: (sovra: SovraInstallation) => boolean;
  readonly indicator: (c: IndicatorContext) => Indicator;
  /** @default nothing but the target can be set */
  readonly threshold?: ObjectiveThreshold;
  /**
   * Bad events that there have to be in a window for its alert, where events are counted: one failure among a dozen
   * requests is 8 %, and says nothing. @default what is measured is time, of which there is always enough
   */
  readonly minimumBadEvents?: number;
  /** The section of the guide. */
  readonly source: string;
}

/** Two windows that must both burn, and how fast (SRE workbook, "Alerting on SLOs", multiwindow, multi-burn-rate). */
export interface BurnRateWindow {
  readonly short: string;
  readonly long: string;
  /** Share of the period's error budget that is gone when the long window has burnt at this rate. */
  readonly budget: number;
  readonly level: 'P1' | 'P2' | 'P3';
}

/** For any period: how many times faster than allowed is `budget * period / long`; 14.4, 6, 3 and 1 for 30 days. */
export const BURN_RATE_WINDOWS: readonly BurnRateWindow[] = [
  { short: '5m', long: '1h', budget: 0.02, level: 'P1' },
  { short: '30m', long: '6h', budget: 0.05, level: 'P1' },
  { short: '2h', long: '1d', budget: 0.1, level: 'P2' },
  { short: '6h', long: '3d', budget: 0.1, level: 'P3' },
];

/** How many bad events an alert wants to see where nothing else is said. */
export const MINIMUM_BAD_EVENTS = 10;

/** The series that are recorded, each with the label `slo`. Their names are a contract: dashboards and people query them. */
export const SLO_SERIES = {
  bad: 'sovra_slo:bad_events',
  all: 'sovra_slo:all_events',
  /** With the window behind it: `sovra_slo:error_ratio:1h`; the last one is that of the period. */
  errorRatio: 'sovra_slo:error_ratio',
  /** 1 when nothing was spent in the period, 0 when all was, negative beyond. */
  budgetLeft: 'sovra_slo:error_budget_left:ratio',
  /** The target. */
  objective: 'sovra_slo:objective:ratio',
} as const;

/** The alert of a window: what is urgent has another page than what is not. */
export const burnAlertName = ({ level }: BurnRateWindow) =>
  level === 'P1' ? 'ErrorBudgetBurnsFast' : 'ErrorBudgetBurnsSlowly';

/** Alerts of objectives; each with the label `slo`, the first two also with `window`, the long one. */
export const SLO_ALERT_NAMES = ['ErrorBudgetBurnsFast', 'ErrorBudgetBurnsSlowly', 'ObjectiveDataMissing'] as const;
export type SloAlertName = (typeof SLO_ALERT_NAMES)[number];
