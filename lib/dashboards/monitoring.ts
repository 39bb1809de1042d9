import { ofVolumes } from '../rules/context';
import { WATCHDOG } from './alerts';
import { runbookLink } from './links';
import { above, below, countOf, type DashboardContext, type DashboardSpec, type PanelSpec, using } from './model';
import { ALERTMANAGER, CLUSTER, OURS, PROMETHEUS, RATE } from './promql';

/** Who watches the watchers. */
export function monitoring(c: DashboardContext): DashboardSpec {
  return {
    name: 'monitoring',
    uid: 'sovra-monitoring',
    title: 'Sovra / Monitoring',
    description: 'Whether what the other dashboards and the alerts rest on is well.',
    variables: [],
    sections: [
      { id: 100, title: 'Alerting', panels: alerting(c) },
      { id: 200, title: 'Targets', panels: targets(c) },
      { id: 300, title: 'Prometheus', panels: prometheus(c) },
      { id: 400, title: 'Alertmanager', panels: alertmanager(c) },
      { id: 500, title: 'Volumes', panels: c.sovra.volumes ? volumes(c) : [] },
    ],
  };
}

function alerting(c: DashboardContext): PanelSpec[] {
  const reloadValues = [
    { value: 1, text: 'accepted', color: 'green' as const },
    { value: 0, text: 'refused', color: 'red' as const },
  ];
  return [
    {
      id: 101,
      kind: 'stat',
      title: 'Watchdog',
      description: 'An alert that always fires. When it does not, rules are not evaluated and no alert can fire.',
      unit: 'none',
      queries: [{ expr: `clamp_max(count(${WATCHDOG}) or vector(0), 1)` }],
      values: [
        { value: 1, text: 'fires', color: 'green' },
        { value: 0, text: 'silent', color: 'red' },
      ],
    },
    ...using(
      c,
      ['promAlertmanagers'],
      ({ promAlertmanagers }): PanelSpec => ({
        id: 102,
        kind: 'stat',
        title: 'Alertmanagers known',
        description:
          'How many Alertmanagers the Prometheus replica with the fewest knows. With none, its alerts reach nobody.',
        unit: 'none',
        queries: [{ expr: `min(${promAlertmanagers}{${PROMETHEUS}})` }],
        steps: below([1, 'red']),
      }),
    ),
    ...using(
      c,
      ['promRuleFailures'],
      ({ promRuleFailures }): PanelSpec => ({
        id: 103,
        kind: 'stat',
        title: 'Failed rules',
        description: 'Evaluations of rules that failed within five minutes. Alerts of those rules cannot fire.',
        unit: 'none',
        queries: [{ expr: `sum(increase(${promRuleFailures}{${PROMETHEUS}}[5m]))` }],
        steps: above([0.5, 'red']),
      }),
    ),
    ...using(
      c,
      ['promReloadOk'],
      ({ promReloadOk }): PanelSpec => ({
        id: 104,
        kind: 'stat',
        title: 'Prometheus configuration',
        description: 'Whether every replica accepted its last configuration.',
        unit: 'none',
        queries: [{ expr: `min(${promReloadOk}{${PROMETHEUS}})` }],
        values: reloadValues,
      }),
    ),
    ...using(
      c,
      ['amReloadOk'],
      ({ amReloadOk }): PanelSpec => ({
        id: 105,
        kind: 'stat',
        title: 'Alertmanager configuration',
        description: 'Whether every replica accepted its last configuration.',
        unit: 'none',
        queries: [{ expr: `min(${amReloadOk}{${ALERTMANAGER}})` }],
        values: reloadValues,
      }),
    ),
    ...using(
      c,
      ['up'],
      ({ up }): PanelSpec => ({
        id: 106,
        kind: 'stat',
        title: 'Targets down',
        description: 'Targets that Prometheus cannot scrape.',
        unit: 'none',
        queries: [{ expr: countOf(`${up}{${OURS},${CLUSTER}}`, '==', 0) }],
        steps: above([1, 'yellow']),
      }),
    ),
  ];
}

function targets(c: DashboardContext): PanelSpec[] {
  return using(c, ['up'], ({ up }): PanelSpec[] => [
    {
      id: 201,
      kind: 'graph',
      title: 'Targets that answer',
      description: 'By job. A job that disappears from here has no target left, and no alert on its series can fire.',
      unit: 'short',
      queries: [{ expr: `sum by (job) (${up}{${OURS},${CLUSTER}})`, legend: '{{job}}' }],
    },
    {
      id: 202,
      kind: 'table',
      title: 'Targets that do not answer',
      description: 'Fifty at most.',
      unit: 'none',
      width: 12,
      queries: [
        { expr: `topk(50, max by (job, namespace, pod, instance, edge_node) (${up}{${OURS},${CLUSTER}} == 0))` },
      ],
      columns: [
        { field: 'job', title: 'Job' },
        { field: 'namespace', title: 'Namespace' },
        { field: 'pod', title: 'Pod' },
        { field: 'instance', title: 'Address' },
        { field: 'edge_node', title: 'Edge node' },
      ],
      sortBy: { title: 'Job', descending: false },
    },
  ]).flat();
}

function prometheus(c: DashboardContext): PanelSpec[] {
  return [
    ...using(
      c,
      ['promHeadSeries'],
      ({ promHeadSeries }): PanelSpec => ({
        id: 301,
        kind: 'graph',
        title: 'Series in memory',
        description: 'Memory grows with it. A jump is a label with too many values.',
        unit: 'short',
        width: 8,
        queries: [{ expr: `max by (pod) (${promHeadSeries}{${PROMETHEUS}})`, legend: '{{pod}}' }],
      }),
    ),
    ...using(
      c,
      ['promRuleFailures'],
      ({ promRuleFailures }): PanelSpec => ({
        id: 302,
        kind: 'graph',
        title: 'Failed rules by group',
        description: 'Evaluations that failed within five minutes, the ten worst groups.',
        unit: 'short',
        width: 8,
        queries: [
          {
            expr: `topk(10, sum by (rule_group) (increase(${promRuleFailures}{${PROMETHEUS}}[5m])) > 0)`,
            legend: '{{rule_group}}',
          },
        ],
      }),
    ),
    ...using(
      c,
      ['promNotificationsDropped'],
      ({ promNotificationsDropped }): PanelSpec => ({
        id: 303,
        kind: 'graph',
        title: 'Alerts dropped',
        description: 'Alerts per second that could not be handed to an Alertmanager.',
        unit: 'ops',
        width: 8,
        queries: [
          { expr: `sum by (pod) (rate(${promNotificationsDropped}{${PROMETHEUS}}[${RATE}]))`, legend: '{{pod}}' },
        ],
      }),
    ),
  ];
}

function alertmanager(c: DashboardContext): PanelSpec[] {
  return [
    ...using(
      c,
      ['amNotifications'],
      ({ amNotifications }): PanelSpec => ({
        id: 401,
        kind: 'graph',
        title: 'Notifications',
        description: 'Notifications per second by the way that they take.',
        unit: 'ops',
        queries: [
          {
            expr: `sum by (integration) (rate(${amNotifications}{${ALERTMANAGER}}[${RATE}])) > 0`,
            legend: '{{integration}}',
          },
        ],
      }),
    ),
    ...using(
      c,
      ['amNotificationsFailed', 'amNotifications'],
      ({ amNotificationsFailed, amNotifications }): PanelSpec => {
        const rate = (name: string) => `sum by (integration) (rate(${name}{${ALERTMANAGER}}[10m]))`;
        return {
          id: 402,
          kind: 'graph',
          title: 'Notifications that fail',
          description:
            'Share of the notifications of ten minutes that were not delivered. The dashed line is the alert.',
          unit: 'percentunit',
          queries: [{ expr: `${rate(amNotificationsFailed)} / ${rate(amNotifications)}`, legend: '{{integration}}' }],
          steps: above([c.thresholds.notificationFailureRatio, 'red']),
        };
      },
    ),
  ];
}

/** Space on persistent volumes, where somebody scrapes the kubelets. */
function volumes(c: DashboardContext): PanelSpec[] {
  const t = c.thresholds;
  const of = `{${ofVolumes(c.sovra)},${CLUSTER}}`;
  const by = 'by (namespace, persistentvolumeclaim)';
  const legend = '{{namespace}}/{{persistentvolumeclaim}}';
  return using(c, ['volumeAvailable', 'volumeCapacity'], ({ volumeAvailable, volumeCapacity }): PanelSpec[] => {
    const size = `max ${by} (${volumeCapacity}${of})`;
    return [
      {
        id: 501,
        kind: 'graph',
        title: 'Space left on volumes',
        description: 'Share that is left of the ten fullest volumes. The dashed lines are the alerts.',
        unit: 'percentunit',
        softMax: 1,
        queries: [{ expr: `bottomk(10, min ${by} (${volumeAvailable}${of}) / ${size})`, legend }],
        steps: below([t.volumeShareAlmostFull, 'red'], [t.volumeShareLow, 'orange']),
        links: [runbookLink(c, 'VolumeAlmostFull'), runbookLink(c, 'VolumeSpaceLow')],
      },
      {
        id: 502,
        kind: 'graph',
        title: 'Space left if it goes on',
        description: `Share that will be left in ${t.volumeForecast / 3600} h if it goes on as in the last six, the ten worst volumes. Below 0 the alert fires, for volumes of which less than ${t.volumeForecastShare * 100} % is left now.`,
        unit: 'percentunit',
        queries: [
          {
            expr: `bottomk(10, min ${by} (predict_linear(${volumeAvailable}${of}[6h], ${t.volumeForecast})) / ${size})`,
            legend,
          },
        ],
        steps: below([0, 'orange']),
        links: [runbookLink(c, 'VolumeFullSoon')],
      },
    ];
  }).flat();
}
