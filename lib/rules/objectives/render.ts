import { formatDuration, seconds } from '../../schedule/duration';
import type { SovraInstallation } from '../../sovra/installation';
import type { Level } from '../../sovra/levels';
import { metricName } from '../../sovra/metrics';
import type { Component } from '../alert';
import { alertRule, literal } from '../alert-rule';
import { alertContext } from '../context';
import type { View } from '../dashboard-url';
import type { AlertOverride } from '../overrides';
import type { Rule, RuleGroup } from '../render';
import { budget, burnRate, burnThreshold, rounded, silentWindows } from './burn-rate';
import { OBJECTIVE_CATALOGUE, OBJECTIVE_NAMES } from './catalogue';
import {
  BURN_RATE_WINDOWS,
  type BurnRateWindow,
  burnAlertName,
  type Indicator,
  MINIMUM_BAD_EVENTS,
  type ObjectiveDefinition,
  SLO_SERIES,
  type SloAlertName,
} from './objective';
import { DEFAULT_PERIOD, type ObjectiveChange, type ObjectiveOptions } from './options';

/** An objective with everything decided. */
export interface ResolvedObjective {
  readonly name: string;
  /** As a template of Prometheus, like the description. */
  readonly title: string;
  readonly description: string;
  readonly target: number;
  /** Seconds beyond which a request is bad; only where that can be changed. */
  readonly threshold?: number;
  readonly component: Component;
  readonly indicator: Indicator;
  /** Whether its data comes from the API, whose absence is an alert of its own. */
  readonly ofApi: boolean;
  /** Bad events that there have to be in a window for its alert; 0 for none. */
  readonly minimumBadEvents: number;
}

/** Often enough for the shortest window of 5 minutes, seldom enough for a period of 30 days. */
const INTERVAL = '30s';
/** What looks back for days changes slowly. An instant query looks back 5 minutes, so it must not be longer than that. */
const LONG_INTERVAL = '2m';
/** Windows from here on are recorded in the slower group. */
const LONG = seconds('1d');

/** The objectives of an installation: the guide's that apply, and the user's own. Pure. */
export function resolveObjectives(sovra: SovraInstallation, options: ObjectiveOptions = {}): ResolvedObjective[] {
  const builtIn = OBJECTIVE_NAMES.flatMap((name): ResolvedObjective[] => {
    const definition: ObjectiveDefinition = OBJECTIVE_CATALOGUE[name];
    const change = options.objectives?.[name];
    const exported = definition.metrics.every((id) => metricName(id, sovra.dialect) !== null);
    if (change === false || !exported || !definition.appliesTo(sovra)) return [];
    const { title, component } = definition;
    const asked: ObjectiveChange = change ?? {};
    const threshold = asked.threshold ?? definition.threshold?.default ?? 0;
    const context = { ...alertContext(sovra, definition.metrics, {}), threshold };
    return [
      {
        name,
        title,
        description: definition.description(threshold),
        component,
        indicator: definition.indicator(context),
        ofApi: true,
        target: asked.target ?? definition.target,
        ...(definition.threshold && { threshold }),
        minimumBadEvents: asked.minimumBadEvents ?? definition.minimumBadEvents ?? 0,
      },
    ];
  });
  const own = (options.own ?? []).map(
    ({ name, title, target, bad, all, minimumBadEvents = MINIMUM_BAD_EVENTS }): ResolvedObjective => ({
      name,
      title: literal(title),
      description: literal(title),
      target,
      component: 'control-plane',
      indicator: { bad, all, over: '5m' },
      ofApi: false,
      minimumBadEvents,
    }),
  );
  return [...builtIn, ...own];
}

/** The rule groups of the objectives, two for each: what is measured and pages, and what looks back for days. Pure. */
export function renderObjectives(sovra: SovraInstallation, options: ObjectiveOptions = {}): RuleGroup[] {
  return resolveObjectives(sovra, options).flatMap((o) => groupsOf(o, options));
}

/** The two groups of one objective. */
export function groupsOf(o: ResolvedObjective, options: ObjectiveOptions = {}): RuleGroup[] {
  const period = options.period ?? DEFAULT_PERIOD;
  return [
    {
      name: `sovra-slo-${o.name}`,
      interval: INTERVAL,
      rules: [
        ...measured(o),
        ...windows()
          .filter((w) => seconds(w) < LONG)
          .map((w) => errorRatio(o, w)),
        ...burnAlerts(o, period, options, (w) => seconds(w.long) < LONG),
        ...missingAlert(o, options),
      ],
    },
    {
      name: `sovra-slo-${o.name}-long`,
      interval: LONG_INTERVAL,
      rules: [
        ...[...windows().filter((w) => seconds(w) >= LONG && w !== period), period].map((w) => errorRatio(o, w)),
        budgetLeft(o, period),
        ...burnAlerts(o, period, options, (w) => seconds(w.long) >= LONG),
      ],
    },
  ];
}

/** Every window of a burn rate, the shortest first. */
const windows = (): string[] =>
  [...new Set(BURN_RATE_WINDOWS.flatMap((w) => [w.short, w.long]))].sort((a, b) => seconds(a) - seconds(b));

const selector = (o: ResolvedObjective): string => `{slo="${o.name}"}`;
const series = (o: ResolvedObjective, name: string): string => `${name}${selector(o)}`;
const ratioSeries = (o: ResolvedObjective, window: string): string => series(o, `${SLO_SERIES.errorRatio}:${window}`);
const recording = (o: ResolvedObjective, record: string, expr: string): Rule => ({
  record,
  expr,
  labels: { slo: o.name },
});

function measured(o: ResolvedObjective): Rule[] {
  return [
    recording(o, SLO_SERIES.bad, o.indicator.bad),
    recording(o, SLO_SERIES.all, o.indicator.all),
    recording(o, SLO_SERIES.objective, `vector(${o.target})`),
  ];
}

/** Sums of events over time and not means of ratios: a busy hour weighs more than a quiet one. */
function errorRatio(o: ResolvedObjective, window: string): Rule {
  const [bad, all] = [series(o, SLO_SERIES.bad), series(o, SLO_SERIES.all)];
  // Rates over five minutes are those of the window of five minutes already.
  const now = window === '5m' && o.indicator.over === '5m';
  const expr = now ? `${bad} / ${all}` : `sum_over_time(${bad}[${window}]) / sum_over_time(${all}[${window}])`;
  return recording(o, `${SLO_SERIES.errorRatio}:${window}`, expr);
}

function budgetLeft(o: ResolvedObjective, period: string): Rule {
  return recording(o, SLO_SERIES.budgetLeft, `1 - ${ratioSeries(o, period)} / ${budget(o.target)}`);
}

/** A window that can never be above its threshold, since no more than all can fail, has no alert; the others say so. */
function burnAlerts(
  o: ResolvedObjective,
  period: string,
  options: ObjectiveOptions,
  belongs: (w: BurnRateWindow) => boolean,
): Rule[] {
  const silent = silentWindows(o.target, period);
  return BURN_RATE_WINDOWS.map((w, i) => ({ w, panel: FIRST_BURN_PANEL + i }))
    .filter(({ w }) => belongs(w) && !silent.includes(w.long))
    .flatMap(({ w, panel }) => {
      const threshold = burnThreshold(w, o.target, period);
      const gone = formatDuration(Math.round(seconds(period) / burnRate(w, period) / 60) * 60);
      return alert(o, burnAlertName(w), options, {
        expr: `${ratioSeries(o, w.long)} > ${threshold}\nand ${ratioSeries(o, w.short)} > ${threshold}${enough(o, w)}`,
        level: w.level,
        labels: { slo: o.name, window: w.long },
        summary: `${o.title}: {{ $value | humanizePercentage }} bad over ${w.long}, allowed are ${percent(budget(o.target))}`,
        description: `${o.description} At this rate the error budget of ${period} is gone in ${gone} or sooner.${without(silent)}`,
        view: { dashboard: 'objectives', panel, choose: 'slo' },
      });
    });
}

/** Of the dashboard of objectives: one panel for each window, in their order. */
const FIRST_BURN_PANEL = 401;

/**
 * Rates are recorded every so often: times that, their sum is how many there were, within a rounding. A mean times the
 * window would take a first hour for a whole day.
 */
function enough(o: ResolvedObjective, { long }: BurnRateWindow): string {
  if (o.minimumBadEvents === 0 || o.indicator.over === 'now') return '';
  return `\nand sum_over_time(${series(o, SLO_SERIES.bad)}[${long}]) * ${seconds(INTERVAL)} > ${o.minimumBadEvents - 0.5}`;
}

function without(silent: readonly string[]): string {
  if (silent.length === 0) return '';
  return ` There is no alert over ${silent.join(' and ')}: even if all were bad, so much of the budget could not go in that time.`;
}

function missingAlert(o: ResolvedObjective, options: ObjectiveOptions): Rule[] {
  const answers = o.ofApi ? '\nand on () (max(up{job="sovra-api"}) == 1)' : '';
  return alert(o, 'ObjectiveDataMissing', options, {
    // Without bad events there is no ratio either: a bucket that is not exported, or a counter of errors without the first.
    // Nor where both are there and do not match: a `sum` that was forgotten leaves labels on one of them.
    expr: `(${[SLO_SERIES.all, SLO_SERIES.bad, `${SLO_SERIES.errorRatio}:5m`].map((s) => `absent(${series(o, s)})`).join(' or ')})${answers}`,
    level: 'P2',
    labels: { slo: o.name },
    for: '15m',
    summary: `${o.title}: no data`,
    description:
      `Nothing can be said about this objective, and none of its alerts can fire: what it is measured by is not there. ${o.description} ` +
      'Most likely the installed release names the metric otherwise (`dialect`), or nothing scrapes it.',
  });
}

const percent = (share: number): string => `${rounded(share * 100)} %`;

interface Alert {
  readonly expr: string;
  readonly level: Level;
  readonly labels: Readonly<Record<string, string>>;
  readonly for?: string;
  readonly summary: string;
  readonly description: string;
  readonly view?: View;
}

function alert(o: ResolvedObjective, name: SloAlertName, options: ObjectiveOptions, a: Alert): Rule[] {
  const override: AlertOverride | false = options.alerts?.[name] ?? {};
  return override === false ? [] : [alertRule({ ...a, name, component: o.component }, override, options)];
}
