import type { AlertName } from '../rules/catalogue';
import type { SloAlertName } from '../rules/objectives/objective';
import type { DashboardContext, PanelLink } from './model';

/** Dashboards that panels lead to, by the last part of their uid. */
const TITLES = {
  overview: 'Overview',
  objectives: 'Objectives',
  'edge-nodes': 'Edge nodes',
  federation: 'Federation',
  audit: 'Audit',
  tasks: 'Scheduled tasks',
} as const;

const SAME_VIEW = '${__url_time_range}&${__all_variables}';

/** To another dashboard, which opens at the same time and with the same choices. */
export function dashboardLink(name: keyof typeof TITLES): PanelLink {
  return { title: TITLES[name], url: `/d/sovra-${name}?${SAME_VIEW}` };
}

/** To the page of an alert. */
export function runbookLink(
  c: DashboardContext,
  alert: AlertName | SloAlertName | 'ScheduledTaskFailed' | 'ScheduledTaskLate',
): PanelLink {
  return { title: `Runbook: ${alert}`, url: c.runbook(alert), elsewhere: true };
}
