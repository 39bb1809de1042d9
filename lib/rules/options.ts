import type { Checker } from '../validate';
import { ALERT_NAMES, type AlertName } from './catalogue';
import { checkThresholds } from './check-thresholds';
import { MATCHED_LABELS } from './inhibitions';
import {
  type AlertOverride,
  checkAlertLabels,
  checkGrafanaUrl,
  checkOverrides,
  checkRunbookBaseUrl,
} from './overrides';
import type { AlertThresholds } from './thresholds';

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
  /**
   * Address of the Grafana with the dashboards of this project, without a slash at its end: each alert then has a link
   * to the panel that shows it, in the annotation `dashboard_url`. @default that of the Prometheus reference, if it has one
   */
  readonly grafanaUrl?: string;
  /** Labels of every alert, for example `{ team: 'keys' }`. @default none */
  readonly alertLabels?: Readonly<Record<string, string>>;
}

const FIXED_LABELS: readonly string[] = ['alertname', 'level', 'component', ...MATCHED_LABELS];
const RULES = {
  names: ALERT_NAMES,
  allowed: 'the name of an alert of the catalogue (docs/runbooks has a page for each)',
  fixedLabels: FIXED_LABELS,
};

/** Holds what a user changed against what can be changed. */
export function checkAlertOptions(c: Checker, options: AlertOptions): void {
  checkOverrides(c, 'alerts', options.alerts, RULES);
  checkThresholds(c, 'thresholds', options.thresholds);
  checkRunbookBaseUrl(c, 'runbookBaseUrl', options.runbookBaseUrl);
  checkGrafanaUrl(c, 'grafanaUrl', options.grafanaUrl);
  checkAlertLabels(c, 'alertLabels', options.alertLabels, FIXED_LABELS);
}
