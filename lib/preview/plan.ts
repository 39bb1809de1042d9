import { parseDuration } from '../schedule/duration';
import type { Panel, Target } from './dashboard';
import { innerWidth } from './geometry';
import { type Choice, sent, type Window } from './variables';

/** What a Prometheus is asked for one query of a panel. */
export interface Question {
  readonly panel: Panel;
  readonly target: Target;
  readonly expr: string;
  /** Seconds since 1970; the same for both where one moment is asked for. */
  readonly start: number;
  readonly end: number;
  /** Undefined for one moment. */
  readonly step?: number;
}

/** Points of a line: more than a reader can tell apart only make the file large. */
const MOST_POINTS = 300;
/** Pixels of a point at least. */
const PIXELS = 2;

/** Steps that Grafana rounds to, in seconds. */
const NICE = [
  ...[0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 20, 30],
  ...[1, 2, 5, 10, 15, 20, 30].map((m) => m * 60),
  ...[1, 2, 3, 6, 12].map((h) => h * 3600),
  ...[1, 7, 30, 365].map((d) => d * 86_400),
];

/** The nice step that is nearest, the longer one of two. */
export function niceStep(seconds: number): number {
  return NICE.reduce((best, step) => (Math.abs(step - seconds) <= Math.abs(best - seconds) ? step : best));
}

/** The time of a panel: as many points as it is wide, never closer than two scrapes are. */
export function windowOf(panel: Panel, from: number, to: number, scrape: number): Window {
  const points = Math.min(MOST_POINTS, Math.floor(innerWidth(panel.place) / PIXELS));
  const least = parseDuration(panel.interval.replace(/^>/, '')) ?? scrape;
  return { from, to, scrape, step: Math.max(least, niceStep((to - from) / points)) };
}

/** The queries of a panel, as Grafana would send them. */
export function questions(panel: Panel, choices: readonly Choice[], window: Window): Question[] {
  const { from, to, step } = window;
  const aligned = (time: number) => Math.floor(time / step) * step;
  return panel.targets.map((target) => ({
    panel,
    target,
    expr: sent(target.expr, choices, window),
    ...(target.instant ? { start: to, end: to } : { start: aligned(from), end: aligned(to), step }),
  }));
}
