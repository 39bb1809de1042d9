import { checkOverrides } from '../rules/overrides';
import type { Checker } from '../validate';
import { TASK_ALERT_NAMES, type TaskAlertOverrides } from './task-alerts';

const RULES = {
  names: TASK_ALERT_NAMES,
  allowed: TASK_ALERT_NAMES.join(', '),
  fixedLabels: ['alertname', 'level', 'component', 'task', 'namespace'],
};

/**
 * Holds what a user changed about the alerts of tasks against what can be changed.
 *
 * @param single the changes are for one task: only then can they replace an expression
 */
export function checkTaskAlerts(c: Checker, at: string, alerts: TaskAlertOverrides | undefined, single: boolean): void {
  checkOverrides(c, at, alerts, RULES);
  if (single) return;
  for (const name of TASK_ALERT_NAMES) {
    const expr = alerts?.[name] ? alerts[name].expr : undefined;
    c.require(expr === undefined, {
      property: `${at}.${name}.expr`,
      given: expr,
      allowed: 'no expression for several tasks at once',
      remedy: 'Replace the expression in the `alerts` of the task that it is about.',
    });
  }
}
