import { type Metric, same } from './metric';

/** What Prometheus and Alertmanager tell of themselves. */
export const MONITORING_METRICS = {
  promRuleFailures: {
    name: same('prometheus_rule_evaluation_failures_total'),
    type: 'counter',
    labels: ['rule_group'],
    job: ['prometheus'],
    help: 'Rule evaluations that failed',
  },
  promReloadOk: {
    name: same('prometheus_config_last_reload_successful'),
    type: 'gauge',
    labels: [],
    job: ['prometheus'],
    help: '1 when the last reload succeeded',
  },
  promNotificationsDropped: {
    name: same('prometheus_notifications_dropped_total'),
    type: 'counter',
    labels: [],
    job: ['prometheus'],
    help: 'Alerts that could not be handed to an Alertmanager',
  },
  promAlertmanagers: {
    name: same('prometheus_notifications_alertmanagers_discovered'),
    type: 'gauge',
    labels: [],
    job: ['prometheus'],
    help: 'Alertmanagers that Prometheus knows',
  },
  promHeadSeries: {
    name: same('prometheus_tsdb_head_series'),
    type: 'gauge',
    labels: [],
    job: ['prometheus'],
    help: 'Series in memory',
  },
  amNotificationsFailed: {
    name: same('alertmanager_notifications_failed_total'),
    type: 'counter',
    labels: ['integration', 'reason', 'receiver_name'],
    job: ['alertmanager'],
    help: 'Notifications that were not delivered',
  },
  amNotifications: {
    name: same('alertmanager_notifications_total'),
    type: 'counter',
    labels: ['integration', 'receiver_name'],
    job: ['alertmanager'],
    help: 'Notifications that were attempted',
  },
  amReloadOk: {
    name: same('alertmanager_config_last_reload_successful'),
    type: 'gauge',
    labels: [],
    job: ['alertmanager'],
    help: '1 when the last reload succeeded',
  },
} as const satisfies Record<string, Metric>;
