import { type CatalogueEntry, hasControlPlane, hasVaultProbe } from '../context';
import { tooFewTargets } from '../recordings';

/** Jobs whose single targets no other alert looks after. */
const WATCHED_JOBS =
  'opa|vault-health|sovra-api-probe|edge-probe|blackbox-exporter|kube-state-metrics|prometheus|alertmanager|grafana';

export const MONITORING_ALERTS = {
  MonitoringTargetDown: {
    level: 'P3',
    component: 'monitoring',
    metrics: ['up'],
    // One alert for each job and not for each target: a lost exporter takes a thousand probes with it.
    expr: (c) => `count by (job) (${c.metric('up')}{job=~"${WATCHED_JOBS}"} == 0)`,
    for: '10m',
    summary: '{{ $value }} target(s) of job {{ $labels.job }} cannot be scraped',
    description:
      'Prometheus cannot read {{ $value }} target(s) of job {{ $labels.job }}. What they measure is not watched, or only by the replicas that are left.',
    missingData: {
      coveredBy: 'MonitoringTargetMissing',
      because: 'targets that are not discovered at all are missed by name',
    },
    source: 'Guide, Monitoring; a scrape that fails leaves every alert on its series silent.',
  },
  MonitoringTargetMissing: {
    level: 'P2',
    component: 'monitoring',
    metrics: ['up'],
    expr: (c) => tooFewTargets(c.metric('up'), 'sovra-api-probe|prometheus'),
    for: '10m',
    summary: 'Prometheus has no target of job {{ $labels.job }}',
    description:
      'Job {{ $labels.job }} should have a target and has none: its monitor is gone or is not selected by this Prometheus. Alerts on its series cannot fire.',
    missingData: 'fires',
    source: 'A monitor that no Prometheus selects fails without a word.',
  },
  PrometheusRuleFailures: {
    level: 'P2',
    component: 'monitoring',
    watches: 'prometheus',
    metrics: ['promRuleFailures'],
    expr: (c) => `sum by (pod, rule_group) (increase(${c.metric('promRuleFailures')}{job="prometheus"}[5m])) > 0`,
    for: '10m',
    summary: 'Prometheus cannot evaluate rules of {{ $labels.rule_group }}',
    description:
      '{{ $value | humanize }} evaluations of rules in {{ $labels.rule_group }} failed within five minutes. The alerts in that group may not fire when they should.',
    missingData: {
      coveredBy: 'MonitoringTargetMissing',
      because: 'Prometheus scrapes itself, and that target is expected',
    },
    source: 'An alert whose expression fails is as silent as one that has nothing to report.',
  },
  PrometheusConfigReloadFailed: {
    level: 'P2',
    component: 'monitoring',
    watches: 'prometheus',
    metrics: ['promReloadOk'],
    expr: (c) => `max by (pod) (max_over_time(${c.metric('promReloadOk')}{job="prometheus"}[5m])) == 0`,
    for: '10m',
    summary: 'Prometheus {{ $labels.pod }} refuses its configuration',
    description:
      'The last reload failed, so Prometheus goes on with the configuration from before. New monitors and rules do not count; after a restart it may not start at all.',
    missingData: {
      coveredBy: 'MonitoringTargetMissing',
      because: 'Prometheus scrapes itself, and that target is expected',
    },
    source: 'Guide, Monitoring; a rule that is applied and not loaded protects nobody.',
  },
  PrometheusNotConnectedToAlertmanager: {
    level: 'P1',
    component: 'monitoring',
    watches: 'prometheus',
    metrics: ['promAlertmanagers'],
    expr: (c) => `max by (pod) (max_over_time(${c.metric('promAlertmanagers')}{job="prometheus"}[5m])) < 1`,
    for: '5m',
    summary: 'Prometheus {{ $labels.pod }} knows no Alertmanager',
    description:
      'No alert of this replica reaches anybody. If you read this, another replica delivered it; if all are cut off, only the missing Watchdog tells.',
    missingData: {
      coveredBy: 'MonitoringTargetMissing',
      because: 'Prometheus scrapes itself, and that target is expected',
    },
    source: 'Guide, Incident Response: no response time can be kept for a page that is not sent.',
  },
  AlertmanagerDown: {
    level: 'P1',
    component: 'monitoring',
    watches: 'alertmanager',
    metrics: ['up'],
    expr: (c) => `absent(${c.metric('up')}{job="alertmanager"} == 1)`,
    for: '2m',
    summary: 'No Alertmanager can be scraped',
    description:
      'Prometheus reaches no healthy Alertmanager. Alerts that fire now reach nobody unless it still takes them; only the missing Watchdog raises the alarm from outside.',
    missingData: 'fires',
    source: 'Guide, Incident Response: no response time can be kept for a page that is not sent.',
  },
  AlertmanagerNotificationsFailing: {
    level: 'P1',
    component: 'monitoring',
    watches: 'alertmanager',
    metrics: ['amNotificationsFailed', 'amNotifications'],
    // Ten minutes: what cannot be delivered is tried again once in a group interval of five, and rates over the same five
    // would now and then see no attempt at all, which begins `for` anew. A single failure is over before `for` is.
    expr: (c) =>
      `sum by (integration) (rate(${c.metric('amNotificationsFailed')}{job="alertmanager"}[10m]))\n` +
      `/ sum by (integration) (rate(${c.metric('amNotifications')}{job="alertmanager"}[10m])) > ${c.thresholds.notificationFailureRatio}`,
    for: '10m',
    summary:
      'Alertmanager cannot deliver {{ $value | humanizePercentage }} of its notifications by {{ $labels.integration }}',
    description:
      '{{ $value | humanizePercentage }} of the notifications by {{ $labels.integration }} fail. Whoever is on call there is not told; this message took another way, or a lucky try.',
    missingData: { coveredBy: 'AlertmanagerDown', because: 'both counters come from Alertmanager itself' },
    source: 'Guide, Incident Response: no response time can be kept for a page that does not arrive.',
  },
  AlertmanagerConfigReloadFailed: {
    level: 'P2',
    component: 'monitoring',
    watches: 'alertmanager',
    metrics: ['amReloadOk'],
    expr: (c) => `max by (pod) (max_over_time(${c.metric('amReloadOk')}{job="alertmanager"}[5m])) == 0`,
    for: '10m',
    summary: 'Alertmanager {{ $labels.pod }} refuses its configuration',
    description:
      'The last reload failed, so Alertmanager routes by the configuration from before: changes of receivers and levels do not count, and after a restart it may not start at all.',
    missingData: { coveredBy: 'AlertmanagerDown', because: 'the gauge comes from Alertmanager itself' },
    source: 'Guide, Incident Response: a level has to reach the people who are named for it.',
  },
  KubeStateMetricsDown: {
    level: 'P2',
    component: 'monitoring',
    metrics: ['up'],
    expr: (c) => `absent(${c.metric('up')}{job="kube-state-metrics"} == 1)`,
    for: '5m',
    summary: 'kube-state-metrics is down: nobody watches the scheduled tasks',
    description:
      'Prometheus reads no state of CronJobs and Jobs. A backup or a certificate rotation that fails now is not reported.',
    missingData: 'fires',
    source: 'Guide, Scheduled Tasks; their alerts read kube-state-metrics.',
  },
  BlackboxExporterDown: {
    level: 'P1',
    component: 'monitoring',
    metrics: ['up'],
    appliesTo: (sovra) => hasControlPlane(sovra) || hasVaultProbe(sovra),
    expr: (c) => `absent(${c.metric('up')}{job="blackbox-exporter"} == 1)`,
    for: '5m',
    summary: 'The blackbox exporter is down: a sealed Vault would go unseen',
    description:
      'Nothing probes the API and the Vaults from outside. A Vault that seals itself now is not reported, since it exports no metrics of its own.',
    missingData: 'fires',
    source: 'Sealed has to be seen from outside; every alert of that kind depends on this exporter.',
  },
  Watchdog: {
    level: 'P3',
    component: 'monitoring',
    metrics: [],
    expr: () => 'vector(1)',
    for: '0s',
    summary: 'Alerting works',
    description:
      'This alert always fires, on purpose. Send it to a service outside the cluster that raises the alarm when it stops: that is how a dead Prometheus or Alertmanager is noticed.',
    missingData: 'fires',
    source: 'What proves the whole path from a rule to a person has to be proven from outside.',
  },
} as const satisfies Record<string, CatalogueEntry>;
