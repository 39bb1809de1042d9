import { firingAlerts } from './alerts';
import { api, audit, federation, keys, policy } from './control-plane';
import { dashboardLink } from './links';
import { above, below, countOf, type DashboardContext, type DashboardSpec, type PanelSpec, using } from './model';
import { API, CLUSTER, ERROR_BUDGET, errorRatio, quantile } from './promql';

/** What somebody who was just woken looks at first. */
export function overview(c: DashboardContext): DashboardSpec {
  const controlPlane = c.sovra.controlPlane !== undefined;
  const section = (id: number, title: string, panels: (c: DashboardContext) => PanelSpec[]) => ({
    id,
    title,
    panels: controlPlane ? panels(c) : [],
  });
  return {
    name: 'overview',
    uid: 'sovra-overview',
    title: 'Sovra / Overview',
    description: 'The control plane against its objectives, and what fires.',
    variables: [],
    sections: [
      section(100, 'Now', now),
      { id: 800, title: 'Alerts', panels: [...firingAlerts(c, 801)] },
      section(200, 'API', api),
      section(300, 'Policy', policy),
      section(400, 'Audit', audit),
      section(500, 'Federation', federation),
      section(600, 'Keys and sign-in', keys),
      section(700, 'Edge nodes', edge),
    ],
  };
}

function now(c: DashboardContext): PanelSpec[] {
  const t = c.thresholds;
  return [
    ...using(
      c,
      ['up'],
      ({ up }): PanelSpec => ({
        id: 101,
        kind: 'stat',
        title: 'API replicas',
        description: `Replicas of the API gateway that answer Prometheus. Fewer than ${t.apiReplicas} is degraded, none is an outage.`,
        unit: 'none',
        queries: [{ expr: `count(${up}{${API}} == 1) or vector(0)` }],
        steps: below([1, 'red'], [t.apiReplicas, 'orange']),
      }),
    ),
    ...using(
      c,
      ['probeSuccess'],
      ({ probeSuccess }): PanelSpec => ({
        id: 102,
        kind: 'stat',
        title: 'Health endpoint',
        description: 'What the health endpoint of the API says, asked through its Service.',
        unit: 'none',
        queries: [{ expr: `max(${probeSuccess}{job="sovra-api-probe",${CLUSTER}})` }],
        values: [
          { value: 1, text: 'healthy', color: 'green' },
          { value: 0, text: 'failing', color: 'red' },
        ],
      }),
    ),
    ...using(
      c,
      ['apiRequests'],
      ({ apiRequests }): PanelSpec => ({
        id: 103,
        kind: 'stat',
        title: 'Failed requests',
        description: `Share of requests answered with a 5xx status, over five minutes. The alert fires above ${t.apiErrorRatio}.`,
        unit: 'percentunit',
        links: [dashboardLink('objectives')],
        queries: [{ expr: errorRatio(apiRequests, '5m') }],
        steps: above([ERROR_BUDGET, 'yellow'], [t.apiErrorRatio, 'red']),
      }),
    ),
    ...using(
      c,
      ['apiLatency'],
      ({ apiLatency }): PanelSpec => ({
        id: 104,
        kind: 'stat',
        title: 'API latency (p95)',
        description: `95 % of the requests of five minutes are answered within this time. The objective is ${t.apiLatencyP95} s.`,
        unit: 's',
        links: [dashboardLink('objectives')],
        queries: [{ expr: quantile(0.95, apiLatency, '5m') }],
        steps: above([t.apiLatencyP95, 'orange']),
      }),
    ),
    ...using(
      c,
      ['auditLag'],
      ({ auditLag }): PanelSpec => ({
        id: 105,
        kind: 'stat',
        title: 'Audit lag',
        description: `Age of the oldest audit event that is not yet delivered. The objective is ${t.auditLag} s.`,
        unit: 's',
        links: [dashboardLink('audit')],
        queries: [{ expr: `max(${auditLag}{${API}})` }],
        steps: above([t.auditLag, 'orange']),
      }),
    ),
    ...using(
      c,
      ['edgeHeartbeat'],
      ({ edgeHeartbeat }): PanelSpec => ({
        id: 106,
        kind: 'stat',
        title: 'Edge nodes late',
        description: `Edge nodes whose last heartbeat is older than ${t.heartbeatLate} s.`,
        unit: 'none',
        links: [dashboardLink('edge-nodes')],
        queries: [{ expr: countOf(`min by (node_id) (${edgeHeartbeat}{${API}})`, '>', t.heartbeatLate) }],
        steps: above([1, 'orange']),
      }),
    ),
  ];
}

function edge(c: DashboardContext): PanelSpec[] {
  const { heartbeatLate, heartbeatLost } = c.thresholds;
  return [
    ...using(c, ['edgeHeartbeat'], ({ edgeHeartbeat }): PanelSpec => {
      const age = `min by (node_id) (${edgeHeartbeat}{${API}})`;
      return {
        id: 701,
        kind: 'graph',
        title: 'Edge nodes late and lost',
        description: `Edge nodes without a heartbeat for ${heartbeatLate} s (late) and for ${heartbeatLost} s (lost). Which ones: see the dashboard of the edge nodes.`,
        unit: 'short',
        links: [dashboardLink('edge-nodes')],
        queries: [
          { expr: countOf(age, '>', heartbeatLate), legend: 'late' },
          { expr: countOf(age, '>', heartbeatLost), legend: 'lost' },
        ],
      };
    }),
    ...using(
      c,
      ['edgeNodes'],
      ({ edgeNodes }): PanelSpec => ({
        id: 702,
        kind: 'graph',
        title: 'Edge nodes by status',
        description: 'Edge nodes as the control plane counts them.',
        unit: 'short',
        stacked: true,
        queries: [{ expr: `max by (status) (${edgeNodes}{${API}})`, legend: '{{status}}' }],
      }),
    ),
  ];
}
