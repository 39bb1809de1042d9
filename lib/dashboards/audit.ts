import { firingOf } from './alerts';
import { dashboardLink, runbookLink } from './links';
import { above, type DashboardContext, type DashboardSpec, type PanelSpec, using } from './model';
import { API, CLUSTER, KUBE, RATE } from './promql';

/** Name of the CronJob that exports the audit log. */
export const EXPORT_TASK = 'sovra-audit-export';
const EXPORT = `${KUBE},cronjob="${EXPORT_TASK}"`;

/** What is written down of what users do, and whether it arrives where it is kept. */
export function audit(c: DashboardContext): DashboardSpec {
  const panels = (make: (c: DashboardContext) => PanelSpec[]) => (c.sovra.controlPlane ? make(c) : []);
  return {
    name: 'audit',
    uid: 'sovra-audit',
    title: 'Sovra / Audit',
    description:
      'Audit events: how many, of which types, how late they are delivered, and when they were last exported.',
    variables: [],
    sections: [
      { id: 100, title: 'Now', panels: panels(now) },
      { id: 200, title: 'Delivery', panels: panels(delivery) },
      { id: 300, title: 'Events', panels: panels(events) },
      { id: 400, title: 'Export', panels: panels(exportTask) },
    ],
  };
}

function now(c: DashboardContext): PanelSpec[] {
  const t = c.thresholds;
  return [
    ...using(
      c,
      ['auditLag'],
      ({ auditLag }): PanelSpec => ({
        id: 101,
        kind: 'stat',
        title: 'Delivery lag',
        description: `Age of the oldest audit event that is not yet delivered, on the slowest replica. The objective, and the alert, is ${t.auditLag} s.`,
        unit: 's',
        queries: [{ expr: `max(${auditLag}{${API}})` }],
        steps: above([t.auditLag, 'orange']),
        links: [runbookLink(c, 'AuditDeliveryLate'), dashboardLink('objectives')],
      }),
    ),
    ...using(
      c,
      ['auditQueue'],
      ({ auditQueue }): PanelSpec => ({
        id: 102,
        kind: 'stat',
        title: 'Waiting',
        description: `Audit events that wait for delivery, on the fullest replica. The alert fires above ${t.auditQueue}, while they grow in number.`,
        unit: 'short',
        queries: [{ expr: `max(${auditQueue}{${API}})` }],
        steps: above([t.auditQueue, 'yellow']),
        links: [runbookLink(c, 'AuditQueueGrowing')],
      }),
    ),
    ...using(
      c,
      ['auditEvents'],
      ({ auditEvents }): PanelSpec => ({
        id: 103,
        kind: 'stat',
        title: 'Events',
        description: 'Audit events per second over five minutes. None at all while requests are served is a fault.',
        unit: 'ops',
        queries: [{ expr: `sum(rate(${auditEvents}{${API}}[5m]))` }],
      }),
    ),
    ...using(
      c,
      ['cronJobLastSuccess'],
      ({ cronJobLastSuccess }): PanelSpec => ({
        id: 104,
        kind: 'stat',
        title: 'Last export',
        description: `How long ago the task ${EXPORT_TASK} last succeeded. "no data": it never did, it is not there, or kube-state-metrics does not tell. What is late is told by the alert, which knows its schedule.`,
        unit: 's',
        queries: [{ expr: `time() - max(${cronJobLastSuccess}{${EXPORT}})` }],
        links: [runbookLink(c, 'ScheduledTaskLate'), dashboardLink('tasks')],
      }),
    ),
    {
      id: 105,
      kind: 'stat',
      title: 'Export alerts',
      description: `Alerts of the task ${EXPORT_TASK} that fire: failed, late or missing.`,
      unit: 'none',
      queries: [
        {
          expr: `count(ALERTS{alertstate="firing",${CLUSTER},component="tasks",task="${EXPORT_TASK}"}) or vector(0)`,
        },
      ],
      steps: above([1, 'orange']),
      links: [runbookLink(c, 'ScheduledTaskFailed'), dashboardLink('overview')],
    },
    firingOf('audit', 106),
  ];
}

function delivery(c: DashboardContext): PanelSpec[] {
  const t = c.thresholds;
  return [
    ...using(
      c,
      ['auditLag'],
      ({ auditLag }): PanelSpec => ({
        id: 201,
        kind: 'graph',
        title: 'Delivery lag by replica',
        description:
          'Age of the oldest audit event that is not yet delivered. The dashed line is the objective. One replica alone: look at that pod; all of them: look at the sink.',
        unit: 's',
        queries: [{ expr: `max by (pod) (${auditLag}{${API}})`, legend: '{{pod}}' }],
        steps: above([t.auditLag, 'orange']),
        links: [runbookLink(c, 'AuditDeliveryLate')],
      }),
    ),
    ...using(
      c,
      ['auditQueue'],
      ({ auditQueue }): PanelSpec => ({
        id: 202,
        kind: 'graph',
        title: 'Queue by replica',
        description: 'Audit events that wait for delivery. Above the dashed line, and growing, the alert fires.',
        unit: 'short',
        queries: [{ expr: `max by (pod) (${auditQueue}{${API}})`, legend: '{{pod}}' }],
        steps: above([t.auditQueue, 'yellow']),
        links: [runbookLink(c, 'AuditQueueGrowing')],
      }),
    ),
  ];
}

function events(c: DashboardContext): PanelSpec[] {
  return [
    ...using(
      c,
      ['auditEvents'],
      ({ auditEvents }): PanelSpec => ({
        id: 301,
        kind: 'graph',
        title: 'Events by type',
        description: 'Audit events per second, the ten most frequent types.',
        unit: 'ops',
        width: 8,
        stacked: true,
        queries: [
          { expr: `topk(10, sum by (event_type) (rate(${auditEvents}{${API}}[${RATE}])))`, legend: '{{event_type}}' },
        ],
      }),
    ),
    ...using(
      c,
      ['auditEvents', 'apiRequests'],
      ({ auditEvents, apiRequests }): PanelSpec => ({
        id: 302,
        kind: 'graph',
        title: 'Events and requests',
        description:
          'Both per second. They rise and fall together; requests without events mean that nothing is written down.',
        unit: 'ops',
        width: 8,
        queries: [
          { expr: `sum(rate(${auditEvents}{${API}}[${RATE}]))`, legend: 'audit events' },
          { expr: `sum(rate(${apiRequests}{${API}}[${RATE}]))`, legend: 'requests' },
        ],
      }),
    ),
    ...using(
      c,
      ['auditEvents'],
      ({ auditEvents }): PanelSpec => ({
        id: 303,
        kind: 'table',
        title: 'Types of events',
        description: 'How many in the last hour and in the last day, the fifty most frequent types of the day.',
        unit: 'short',
        width: 8,
        queries: [
          { expr: `topk(50, sum by (event_type) (increase(${auditEvents}{${API}}[1d])))` },
          {
            expr: `sum by (event_type) (increase(${auditEvents}{${API}}[1h])) and topk(50, sum by (event_type) (increase(${auditEvents}{${API}}[1d])))`,
          },
        ],
        columns: [
          { field: 'event_type', title: 'Type' },
          { field: 'Value #B', title: 'Last hour' },
          { field: 'Value #A', title: 'Last day' },
        ],
        sortBy: { title: 'Last day', descending: true },
      }),
    ),
  ];
}

function exportTask(c: DashboardContext): PanelSpec[] {
  return using(
    c,
    ['cronJobLastSuccess', 'cronJobLastSchedule'],
    ({ cronJobLastSuccess, cronJobLastSchedule }): PanelSpec => ({
      id: 401,
      kind: 'graph',
      title: 'Age of the last export',
      description:
        'Since the task last succeeded and since it was last started. Two saw-teeth that fall together; when only the second one falls, the runs fail.',
      unit: 's',
      width: 24,
      queries: [
        { expr: `time() - max(${cronJobLastSuccess}{${EXPORT}})`, legend: 'last success' },
        { expr: `time() - max(${cronJobLastSchedule}{${EXPORT}})`, legend: 'last start' },
      ],
      links: [runbookLink(c, 'ScheduledTaskFailed'), runbookLink(c, 'ScheduledTaskLate'), dashboardLink('tasks')],
    }),
  );
}
