import type { AlertOverride } from '../rules/options';
import { LEVELS } from '../sovra/levels';
import { type Checker, duration, type Rule, url } from '../validate';
import { TASK_ALERT_NAMES, type TaskAlertOverrides } from './task-alerts';

const FIELDS: readonly (keyof AlertOverride)[] = [
  'level',
  'for',
  'keepFiringFor',
  'expr',
  'labels',
  'annotations',
  'summary',
  'description',
  'runbookUrl',
];
/** By these, alerts are told apart, grouped and routed. */
const FIXED_LABELS = ['alertname', 'level', 'component', 'task', 'namespace'];

const oneOf =
  (names: readonly string[], remedy: string): Rule =>
  (v) =>
    names.includes(v) ? undefined : { allowed: names.join(', '), remedy };
const zeroOrDuration: Rule = (v) => (v === '0s' ? undefined : duration(v));
const labelName: Rule = (v) =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(v) && !v.startsWith('__')
    ? undefined
    : {
        allowed: 'a name of letters, digits and "_" that does not start with a digit or "__"',
        remedy: 'For example "team".',
      };
const freeLabel: Rule = (v) =>
  FIXED_LABELS.includes(v)
    ? {
        allowed: `any label but ${FIXED_LABELS.join(', ')}`,
        remedy: v === 'level' ? 'Set the field `level`.' : 'Give the label another name.',
      }
    : undefined;
const text: Rule = (v) =>
  typeof v === 'string' && v.trim() !== ''
    ? undefined
    : { allowed: 'a text that is not empty', remedy: 'Leave it out to keep the text that there is.' };

/**
 * Holds what a user changed about the alerts of tasks against what can be changed.
 *
 * @param single the changes are for one task: only then can they replace an expression
 */
export function checkTaskAlerts(c: Checker, at: string, alerts: TaskAlertOverrides | undefined, single: boolean): void {
  for (const [name, override] of Object.entries(alerts ?? {})) {
    c.value(`${at}.${name}`, name, oneOf(TASK_ALERT_NAMES, 'Take one of these names.'));
    if (override === undefined || override === false) continue;
    if (typeof override !== 'object' || override === null) {
      c.add({
        property: `${at}.${name}`,
        given: override,
        allowed: 'false, or an object with the fields to change',
        remedy: 'Write false to leave the alert out.',
      });
      continue;
    }
    checkOverride(c, `${at}.${name}`, override);
    c.require(single || override.expr === undefined, {
      property: `${at}.${name}.expr`,
      given: override.expr,
      allowed: 'no expression for several tasks at once',
      remedy: 'Replace the expression in the `alerts` of the task that it is about.',
    });
  }
}

function checkOverride(c: Checker, at: string, o: AlertOverride): void {
  for (const field of Object.keys(o)) c.value(`${at}.${field}`, field, oneOf(FIELDS, 'Take one of these fields.'));
  c.value(
    `${at}.level`,
    o.level as string | undefined,
    oneOf(LEVELS, 'Take the level of the guide that fits: P0 wakes somebody, P3 waits.'),
  )
    .value(`${at}.for`, o.for, zeroOrDuration)
    .value(`${at}.keepFiringFor`, o.keepFiringFor, zeroOrDuration)
    .value(`${at}.expr`, o.expr, text)
    .value(`${at}.summary`, o.summary, text)
    .value(`${at}.description`, o.description, text)
    .value(`${at}.runbookUrl`, o.runbookUrl, url('https', 'http'))
    .each(`${at}.annotations`, Object.keys(o.annotations ?? {}), labelName);
  for (const [name, value] of Object.entries(o.labels ?? {})) {
    c.value(`${at}.labels.${name}`, name, labelName)
      .value(`${at}.labels.${name}`, name, freeLabel)
      .value(`${at}.labels.${name}`, value, text);
  }
}

/** Where runbooks are served. */
export function checkRunbookBaseUrl(c: Checker, given: string | undefined): void {
  c.value('runbookBaseUrl', given, url('https', 'http')).require(!given?.endsWith('/'), {
    property: 'runbookBaseUrl',
    given,
    allowed: 'a URL without "/" at its end',
    remedy: 'Drop the slash; "/<alert>.md" is added.',
  });
}
