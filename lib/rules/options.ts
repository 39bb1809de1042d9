import { LEVELS, type Level } from '../sovra/levels';
import { METRICS } from '../sovra/metrics';
import { type Checker, duration, type Rule, url } from '../validate';
import { ALERT_NAMES, type AlertName } from './catalogue';
import { nearest } from './nearest';
import { type AlertThresholds, THRESHOLDS } from './thresholds';

/** What can be changed about one alert; everything that is left out stays as the catalogue has it. */
export interface AlertOverride {
  /** The guide's level; the label `severity` follows it. @default the catalogue's */
  readonly level?: Level;
  /** How long the expression has to hold, as a Prometheus duration; '0s' to fire at once. @default the catalogue's */
  readonly for?: string;
  /** How long it keeps firing after the expression stopped to hold, as a Prometheus duration. @default the catalogue's */
  readonly keepFiringFor?: string;
  /** The whole expression, PromQL; the synth checks hold it against the metric catalogue. @default the catalogue's */
  readonly expr?: string;
  /** More labels of the alert, for routes of your own; `severity` may be replaced here. @default none */
  readonly labels?: Readonly<Record<string, string>>;
  /** More annotations. @default none */
  readonly annotations?: Readonly<Record<string, string>>;
  /** One line, with Prometheus' templates. @default the catalogue's */
  readonly summary?: string;
  /** A few sentences, with Prometheus' templates. @default the catalogue's */
  readonly description?: string;
  /** The page of this alert. @default its page below `runbookBaseUrl` */
  readonly runbookUrl?: string;
}

/** By name; `false` leaves the alert out. */
export type AlertOverrides = Partial<Readonly<Record<AlertName, false | AlertOverride>>>;

export interface AlertOptions {
  /**
   * Alerts that are changed or left out, by name. Alerts that this installation does not have anyway (its dialect lacks a
   * metric, it has no edge nodes) may be named too. @default the whole catalogue as it is
   */
  readonly alerts?: AlertOverrides;
  /** Figures at which alerts fire. @default THRESHOLDS */
  readonly thresholds?: Partial<AlertThresholds>;
  /** Where the folder of runbooks is served, without a slash at its end. @default DEFAULT_RUNBOOK_BASE_URL */
  readonly runbookBaseUrl?: string;
  /** Labels of every alert, for example `{ team: 'keys' }`. @default none */
  readonly alertLabels?: Readonly<Record<string, string>>;
}

const FIELDS = [
  'level',
  'for',
  'keepFiringFor',
  'expr',
  'labels',
  'annotations',
  'summary',
  'description',
  'runbookUrl',
] as const satisfies readonly (keyof AlertOverride)[];

const webPage = url('https', 'http');
const zeroOrDuration: Rule = (v) => (v === '0s' ? undefined : duration(v));
const level: Rule = (v) =>
  (LEVELS as readonly string[]).includes(v)
    ? undefined
    : { allowed: LEVELS.join(', '), remedy: 'Take the level of the guide that fits: P0 wakes somebody, P3 waits.' };
const text: Rule = (v) =>
  typeof v === 'string' && v.trim() !== ''
    ? undefined
    : { allowed: 'a text that is not empty', remedy: 'Leave it out to keep what the catalogue says.' };
const labelName: Rule = (v) =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(v) && !v.startsWith('__')
    ? undefined
    : {
        allowed: 'a name of letters, digits and "_" that does not start with a digit or "__"',
        remedy: 'For example "team".',
      };
const freeLabel: Rule = (v) =>
  ['alertname', 'level', 'component'].includes(v)
    ? {
        allowed: 'any label but alertname, level and component, by which alerts are named, routed and grouped',
        remedy: v === 'level' ? 'Set the field `level` of the alert.' : 'Give the label another name.',
      }
    : undefined;

/** Holds what a user changed against what can be changed. */
export function checkAlertOptions(c: Checker, options: AlertOptions): void {
  for (const [name, override] of Object.entries(options.alerts ?? {})) checkOverride(c, name, override);
  checkThresholds(c, options.thresholds ?? {});
  c.value('runbookBaseUrl', options.runbookBaseUrl, webPage);
  c.require(!options.runbookBaseUrl?.endsWith('/'), {
    property: 'runbookBaseUrl',
    given: options.runbookBaseUrl,
    allowed: 'a URL without "/" at its end',
    remedy: 'Drop the slash; "/<alert>.md" is added.',
  });
  checkLabels(c, 'alertLabels', options.alertLabels);
}

function checkOverride(c: Checker, name: string, override: unknown): void {
  const at = `alerts.${name}`;
  if (!(ALERT_NAMES as readonly string[]).includes(name)) {
    unknownName(c, at, name, ALERT_NAMES, 'the name of an alert of the catalogue (docs/runbooks has a page for each)');
    return;
  }
  if (override === undefined || override === false) return;
  if (typeof override !== 'object' || override === null || Array.isArray(override)) {
    c.add({
      property: at,
      given: override,
      allowed: 'false, or an object with the fields to change',
      remedy: 'Write false to leave the alert out; leave the line out to keep it.',
    });
    return;
  }
  for (const field of Object.keys(override)) {
    if (!(FIELDS as readonly string[]).includes(field))
      unknownName(c, `${at}.${field}`, field, FIELDS, FIELDS.join(', '));
  }
  checkFields(c, at, override as AlertOverride);
}

function checkFields(c: Checker, at: string, o: AlertOverride): void {
  c.value(`${at}.level`, o.level, level as Rule<Level>)
    .value(`${at}.for`, o.for, zeroOrDuration)
    .value(`${at}.keepFiringFor`, o.keepFiringFor, zeroOrDuration)
    .value(`${at}.expr`, o.expr, text)
    .value(`${at}.summary`, o.summary, text)
    .value(`${at}.description`, o.description, text)
    .value(`${at}.runbookUrl`, o.runbookUrl, webPage)
    .each(`${at}.annotations`, Object.keys(o.annotations ?? {}), labelName);
  checkLabels(c, `${at}.labels`, o.labels);
}

function checkLabels(c: Checker, at: string, labels: Readonly<Record<string, string>> | undefined): void {
  for (const [name, value] of Object.entries(labels ?? {})) {
    c.value(`${at}.${name}`, name, labelName)
      .value(`${at}.${name}`, name, freeLabel)
      .value(`${at}.${name}`, value, text);
  }
}

function unknownName(c: Checker, property: string, given: string, names: readonly string[], allowed: string): void {
  const meant = nearest(given, names);
  c.add({
    property,
    given,
    allowed,
    remedy: meant.length > 0 ? `Did you mean ${meant.map((n) => `"${n}"`).join(' or ')}?` : 'Take a name of the list.',
  });
}

type NumberKey = { [K in keyof AlertThresholds]: AlertThresholds[K] extends number ? K : never }[keyof AlertThresholds];

/** The largest figure that still makes sense: a share ends at 1, a quantile at the histogram's last bound. */
const LIMITS: Partial<Readonly<Record<NumberKey, number>>> = {
  apiErrorRatio: 1,
  policyErrorRatio: 1,
  databaseConnectionRatio: 1,
  notificationFailureRatio: 1,
  apiLatencyP95: Math.max(...METRICS.apiLatency.buckets),
  policyLatencyP95: Math.max(...METRICS.policyLatency.buckets),
  databaseLatencyP95: Math.max(...METRICS.databaseLatency.buckets),
};

function checkThresholds(c: Checker, given: Partial<AlertThresholds>): void {
  for (const [name, value] of Object.entries(given)) {
    const at = `thresholds.${name}`;
    if (!(name in THRESHOLDS)) unknownName(c, at, name, Object.keys(THRESHOLDS), 'the name of a threshold');
    else if (value === undefined) continue;
    else if (Array.isArray(THRESHOLDS[name as keyof AlertThresholds])) checkWords(c, at, value);
    else checkFigure(c, at, value, LIMITS[name as NumberKey]);
  }
  const { heartbeatLate, heartbeatLost } = { ...THRESHOLDS, ...given };
  c.require(heartbeatLate < heartbeatLost, {
    property: 'thresholds.heartbeatLost',
    given: heartbeatLost,
    allowed: `more than heartbeatLate (${heartbeatLate} s)`,
    remedy: 'A node is late before it is lost; raise the one or lower the other.',
  });
}

function checkFigure(c: Checker, property: string, given: unknown, limit = Number.MAX_SAFE_INTEGER): void {
  const fits = typeof given === 'number' && given > 0 && (limit === 1 ? given < 1 : given < limit);
  c.require(fits, {
    property,
    given,
    allowed: limit === Number.MAX_SAFE_INTEGER ? 'a number above 0' : `a number above 0 and below ${limit}`,
    remedy: 'Give it in base units: seconds, bytes, shares of 1. At or beyond the limit the alert could never fire.',
  });
}

function checkWords(c: Checker, property: string, given: unknown): void {
  const fits =
    Array.isArray(given) && given.length > 0 && given.every((w) => typeof w === 'string' && /^[\w.:-]+$/.test(w));
  c.require(fits, {
    property,
    given,
    allowed: 'at least one value of the label: letters, digits, "_", ".", ":" and "-"',
    remedy: 'Take the words from the /metrics of your release.',
  });
}
