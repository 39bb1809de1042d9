import { LEVELS, type Level } from '../sovra/levels';
import { type Checker, duration, known, type Rule, text, url } from '../validate';
import { unknownName } from './nearest';
import { templateProblem } from './template';

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
  /** More annotations; `dashboard_url` may be replaced here. @default none */
  readonly annotations?: Readonly<Record<string, string>>;
  /** One line, with Prometheus' templates. @default the catalogue's */
  readonly summary?: string;
  /** A few sentences, with Prometheus' templates. @default the catalogue's */
  readonly description?: string;
  /** The page of this alert. @default its page below `runbookBaseUrl` */
  readonly runbookUrl?: string;
}

/** What a set of alerts lets its users change. */
export interface OverrideRules {
  /** The alerts that there are. */
  readonly names: readonly string[];
  /** Where their names can be looked up, in words. */
  readonly allowed: string;
  /** Labels by which these alerts are told apart, grouped, routed and inhibited: they are not for users to set. */
  readonly fixedLabels: readonly string[];
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
const zeroOrDuration: Rule = known((v) => (v === '0s' ? undefined : duration(v)));
/** A level of the guide. */
export const level: Rule<Level> = known((v) =>
  LEVELS.includes(v)
    ? undefined
    : { allowed: LEVELS.join(', '), remedy: 'Take the level of the guide that fits: P0 wakes somebody, P3 waits.' },
);
/** A text of an alert, with what Prometheus puts in. */
const readable: Rule = (v) => {
  const problem = templateProblem(v);
  return problem === undefined
    ? undefined
    : {
        allowed: `a text whose templates Prometheus can read; there is ${problem}`,
        remedy: 'Correct it; Prometheus would take none of the rules beside this one. `{{ "{{" }}` shows two braces.',
      };
};
const template: Rule = (v) => text(v) ?? readable(v);
/** An expression is checked against the catalogue. */
const expression = known(text);
const labelName: Rule = (v) =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(v) && !v.startsWith('__')
    ? undefined
    : {
        allowed: 'a name of letters, digits and "_" that does not start with a digit or "__"',
        remedy: 'For example "team".',
      };
const freeLabel =
  (fixed: readonly string[]): Rule =>
  (v) =>
    fixed.includes(v)
      ? {
          allowed: `any label but ${fixed.join(', ')}, by which alerts are told apart, routed, grouped and inhibited`,
          remedy: v === 'level' ? 'Set the field `level` of the alert.' : 'Give the label another name.',
        }
      : undefined;

/**
 * Holds changes to a set of alerts, by name, against what can be changed.
 *
 * @param at the property under which the user finds them, such as `alerts`
 * @param given anything: users of JavaScript are told too
 */
export function checkOverrides(
  c: Checker,
  at: string,
  given: Readonly<Record<string, unknown>> | undefined,
  rules: OverrideRules,
): void {
  for (const [name, override] of Object.entries(c.part(at, given) ?? {})) {
    if (!rules.names.includes(name)) unknownName(c, `${at}.${name}`, name, rules.names, rules.allowed);
    else if (override !== undefined && override !== false) checkOverride(c, `${at}.${name}`, override, rules);
  }
}

function checkOverride(c: Checker, at: string, override: unknown, rules: OverrideRules): void {
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
  checkFields(c, at, override, rules);
}

function checkFields(c: Checker, at: string, o: AlertOverride, rules: OverrideRules): void {
  c.value(`${at}.level`, o.level, level)
    .value(`${at}.for`, o.for, zeroOrDuration)
    .value(`${at}.keepFiringFor`, o.keepFiringFor, zeroOrDuration)
    .value(`${at}.expr`, o.expr, expression)
    .value(`${at}.summary`, o.summary, template)
    .value(`${at}.description`, o.description, template)
    .value(`${at}.runbookUrl`, o.runbookUrl, webPage);
  for (const [name, value] of Object.entries(c.part(`${at}.annotations`, o.annotations) ?? {}))
    c.value(`${at}.annotations.${name}`, name, labelName).item(`${at}.annotations.${name}`, value, readable);
  checkAlertLabels(c, `${at}.labels`, o.labels, rules.fixedLabels);
}

/** Holds labels that a user gives to alerts against what Prometheus takes and what this project needs for itself. */
export function checkAlertLabels(
  c: Checker,
  at: string,
  labels: Readonly<Record<string, string>> | undefined,
  fixed: readonly string[],
): void {
  const free = freeLabel(fixed);
  for (const [name, value] of Object.entries(c.part(at, labels) ?? {})) {
    c.value(`${at}.${name}`, name, labelName).value(`${at}.${name}`, name, free).item(`${at}.${name}`, value, template);
  }
}

/** Holds the address of a folder of runbooks against what `runbookUrl` can make a page's address of. */
export function checkRunbookBaseUrl(c: Checker, property: string, given: string | undefined): void {
  checkBaseUrl(c, property, given, '/<alert>.md');
}

/** Holds the address of a Grafana against what `dashboardUrl` can make a dashboard's address of. */
export function checkGrafanaUrl(c: Checker, property: string, given: string | undefined): void {
  checkBaseUrl(c, property, given, '/d/<dashboard>');
}

function checkBaseUrl(c: Checker, property: string, given: string | undefined, added: string): void {
  c.value(property, given, webPage).require(typeof given !== 'string' || !given.endsWith('/'), {
    property,
    given,
    allowed: 'a URL without "/" at its end',
    remedy: `Drop the slash; "${added}" is added.`,
  });
}
