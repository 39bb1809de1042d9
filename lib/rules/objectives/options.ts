import { holdsMarker } from '../../markers';
import { parseDuration, seconds } from '../../schedule/duration';
import { OBJECTIVE_WINDOW } from '../../sovra/objectives';
import { type Checker, dnsLabel, duration, known, numberRule, type Rule, text } from '../../validate';
import { MATCHED_LABELS } from '../inhibitions';
import { unknownName } from '../nearest';
import {
  type AlertOverride,
  checkAlertLabels,
  checkGrafanaUrl,
  checkOverrides,
  checkRunbookBaseUrl,
} from '../overrides';
import { silentWindows } from './burn-rate';
import { OBJECTIVE_CATALOGUE, OBJECTIVE_NAMES, type ObjectiveName } from './catalogue';
import { BURN_RATE_WINDOWS, type ObjectiveDefinition, SLO_ALERT_NAMES, type SloAlertName } from './objective';

/** An objective of your own. */
export interface OwnObjective {
  /** Value of the label `slo`: lower-case letters, digits and "-", at most 53 characters. */
  readonly name: string;
  /** In a few words, for people. */
  readonly title: string;
  /** Share of good events, above 0 and below 1. */
  readonly target: number;
  /**
   * PromQL, one series without labels: bad events per second as `rate(...[5m])`, 0 while there are none. A counter of
   * errors appears with the first error, so end with `or 0 * ...` of all events; ObjectiveDataMissing fires otherwise.
   */
  readonly bad: string;
  /** PromQL, one series without labels: all events per second as `rate(...[5m])`. */
  readonly all: string;
  /**
   * Bad events that there have to be in a window for its alert; 0 where a single one matters. @default 10
   */
  readonly minimumBadEvents?: number;
}

/** What can be changed about one of the guide's objectives. */
export interface ObjectiveChange {
  /** Share of good events, above 0 and below 1. @default the catalogue's */
  readonly target?: number;
  /**
   * Of `api-latency` only: seconds within which a request has to be answered, a bound of the histogram (0.005, 0.01, 0.025,
   * 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10), since nothing is known in between. @default 0.1, the guide's
   */
  readonly threshold?: number;
  /**
   * Of `availability` and `api-latency`, which count requests: bad ones that there have to be in a window for its alert, so
   * that one failure among a dozen requests pages nobody; 0 where a single one matters. The budget counts them all, longer
   * windows gather them, and no data is ObjectiveDataMissing. @default 10
   */
  readonly minimumBadEvents?: number;
}

export interface ObjectiveOptions {
  /** How far the error budget looks back, as a Prometheus duration; 3d to 1y, and at most as long as Prometheus keeps series. @default '30d' */
  readonly period?: string;
  /** The guide's objectives by name, changed or left out. @default all that the installation can have, as the guide has them */
  readonly objectives?: Partial<Readonly<Record<ObjectiveName, false | ObjectiveChange>>>;
  /** @default none */
  readonly own?: readonly OwnObjective[];
  /** Alerts of objectives that are changed or left out, by name. @default none */
  readonly alerts?: Partial<Readonly<Record<SloAlertName, false | Omit<AlertOverride, 'expr'>>>>;
  /** Labels of every alert. @default none */
  readonly alertLabels?: Readonly<Record<string, string>>;
  /** Where the folder of runbooks is served, without a slash at its end. @default DEFAULT_RUNBOOK_BASE_URL */
  readonly runbookBaseUrl?: string;
  /**
   * Address of the Grafana with the dashboards of this project, without a slash at its end: each alert then has a link
   * to the panel that shows it, in the annotation `dashboard_url`. @default that of the Prometheus reference, if it has one
   */
  readonly grafanaUrl?: string;
}

export const DEFAULT_PERIOD = OBJECTIVE_WINDOW;
const LONGEST_WINDOW = BURN_RATE_WINDOWS[BURN_RATE_WINDOWS.length - 1]?.long ?? '3d';

const share = numberRule(
  (v) => v > 0 && v < 1,
  'a share above 0 and below 1, such as 0.999',
  'Write 99.9 % as 0.999. A target of 1 leaves no budget, and nothing could ever be done.',
);
const enoughEvents = numberRule(
  (v) => v >= 0 && Number.isSafeInteger(v),
  'a whole number of events, 0 or more',
  'Write 10 to ask for ten bad events in a window, or 0 where a single one matters.',
);
/** With `sovra-slo-` before it, it is the value of a label of its object. */
const LONGEST_NAME = 63 - 'sovra-slo-'.length;
const objectiveName: Rule = known((v) =>
  v.length <= LONGEST_NAME
    ? dnsLabel(v)
    : {
        allowed: `a name of at most ${LONGEST_NAME} characters`,
        remedy: 'Give a shorter name; the title may be long.',
      },
);
/** Its braces are escaped. */
const title = known(text);
/** Expressions are checked against the catalogue. */
const expression = known(text);

const FIXED_LABELS: readonly string[] = ['alertname', 'level', 'component', 'slo', 'window', ...MATCHED_LABELS];
const ALERTS = {
  names: SLO_ALERT_NAMES,
  allowed: `the name of an alert of objectives (${SLO_ALERT_NAMES.join(', ')})`,
  fixedLabels: FIXED_LABELS,
};

/**
 * Holds objectives against what can be kept and measured.
 *
 * @param retention how long the Prometheus keeps series, where that is known
 */
export function checkObjectiveOptions(c: Checker, o: ObjectiveOptions, retention?: string): void {
  c.value('period', o.period, duration);
  const period = parseDuration(typeof o.period === 'string' ? o.period : DEFAULT_PERIOD);
  checkPeriod(c, o.period ?? DEFAULT_PERIOD, period, retention);
  if (period !== undefined) checkWindows(c, o, typeof o.period === 'string' ? o.period : DEFAULT_PERIOD);
  for (const [name, change] of Object.entries(c.part('objectives', o.objectives) ?? {})) {
    const at = `objectives.${name}`;
    if (!(OBJECTIVE_NAMES as readonly string[]).includes(name))
      unknownName(c, at, name, OBJECTIVE_NAMES, `the name of an objective (${OBJECTIVE_NAMES.join(', ')})`);
    else if (change !== false) checkChange(c, at, change, OBJECTIVE_CATALOGUE[name as ObjectiveName]);
  }
  const own = c.parts('own', o.own);
  for (const { at, entry } of own) checkOwn(c, at, entry);
  c.distinct(own.map(({ at, entry }) => ({ at, key: entry.name })));
  checkOverrides(c, 'alerts', o.alerts, ALERTS);
  for (const name of SLO_ALERT_NAMES) {
    const override = (o.alerts?.[name] || {}) as AlertOverride;
    c.require(override.expr === undefined, {
      property: `alerts.${name}.expr`,
      given: override.expr,
      allowed: 'nothing: the expression follows from the objective',
      remedy: 'Change `target` or `period`, or write an objective of your own.',
    });
  }
  checkAlertLabels(c, 'alertLabels', o.alertLabels, FIXED_LABELS);
  checkRunbookBaseUrl(c, 'runbookBaseUrl', o.runbookBaseUrl);
  checkGrafanaUrl(c, 'grafanaUrl', o.grafanaUrl);
}

/** The fields that one of the guide's objectives has. */
function fieldsOf({ threshold, minimumBadEvents }: ObjectiveDefinition): (keyof ObjectiveChange)[] {
  return [
    'target',
    ...(threshold ? (['threshold'] as const) : []),
    ...(minimumBadEvents === undefined ? [] : (['minimumBadEvents'] as const)),
  ];
}

function checkChange(
  c: Checker,
  at: string,
  given: ObjectiveChange | undefined,
  definition: ObjectiveDefinition,
): void {
  const change = c.part(at, given);
  const fields: readonly string[] = fieldsOf(definition);
  for (const field of Object.keys(change ?? {}))
    if (!fields.includes(field))
      unknownName(c, `${at}.${field}`, field, fields, `${fields.join(', ')}, or false for the whole`);
  c.value(`${at}.target`, change?.target, share);
  if (definition.minimumBadEvents !== undefined)
    c.value(`${at}.minimumBadEvents`, change?.minimumBadEvents, enoughEvents);
  const { threshold } = definition;
  if (threshold)
    c.require(change?.threshold === undefined || threshold.buckets.includes(change.threshold), {
      property: `${at}.threshold`,
      given: change?.threshold,
      allowed: `a bound of the histogram, in seconds: ${threshold.buckets.join(', ')}`,
      remedy: 'Take the next one: how many requests took less than a figure in between is not counted.',
    });
}

/** An objective none of whose windows could ever alert would look guarded and not be. */
function checkWindows(c: Checker, o: ObjectiveOptions, period: string): void {
  const targets = [
    ...Object.entries(o.objectives ?? {}).map(([name, change]) => ({
      property: `objectives.${name}.target`,
      target: change ? change.target : undefined,
    })),
    ...(Array.isArray(o.own) ? o.own : []).map((own, i) => ({ property: `own[${i}].target`, target: own?.target })),
  ];
  for (const { property, target } of targets) {
    if (typeof target !== 'number' || !(target > 0 && target < 1)) continue;
    c.require(silentWindows(target, period).length < BURN_RATE_WINDOWS.length, {
      property,
      given: target,
      allowed: `a target that leaves an alert for a period of ${period}: over no window could the budget burn fast enough`,
      remedy: 'Promise more, or take a shorter period.',
    });
  }
}

/** Of a budget that somebody still steers by. */
const LONGEST_PERIOD = '1y';

function checkPeriod(c: Checker, given: string, period: number | undefined, retention?: string): void {
  if (period === undefined || holdsMarker(given)) return;
  c.require(period >= seconds(LONGEST_WINDOW), {
    property: 'period',
    given,
    allowed: `at least ${LONGEST_WINDOW}, the longest window in which a burn rate is judged`,
    remedy: 'Take 7d, 28d or 30d.',
  });
  c.require(period <= seconds(LONGEST_PERIOD), {
    property: 'period',
    given,
    allowed: `at most ${LONGEST_PERIOD}: over more, hardly a target leaves a burn rate that could be too high`,
    remedy: 'Take 7d, 28d or 30d.',
  });
  const kept = retention === undefined ? undefined : parseDuration(retention);
  c.require(kept === undefined || period <= kept, {
    property: 'period',
    given,
    allowed: `at most ${retention}, for which this Prometheus keeps series`,
    remedy: 'Let it keep them longer (and say so in `retention` of its reference), or take a shorter period.',
  });
}

function checkOwn(c: Checker, at: string, o: OwnObjective): void {
  c.item(`${at}.name`, o.name, objectiveName)
    .item(`${at}.title`, o.title, title)
    .item(`${at}.target`, o.target, share)
    .item(`${at}.bad`, o.bad, expression)
    .item(`${at}.all`, o.all, expression)
    .value(`${at}.minimumBadEvents`, o.minimumBadEvents, enoughEvents);
  c.require(!(OBJECTIVE_NAMES as readonly string[]).includes(o.name), {
    property: `${at}.name`,
    given: o.name,
    allowed: `a name that none of the guide's objectives has (${OBJECTIVE_NAMES.join(', ')})`,
    remedy: 'Give it another name, or change the one that there is by `objectives`.',
  });
}
