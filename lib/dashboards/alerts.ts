import type { AlertName } from '../rules/catalogue';
import type { SloAlertName } from '../rules/objectives/objective';
import { dashboardLink } from './links';
import { above, type DashboardContext, type PanelSpec, type Step } from './model';
import { CLUSTER } from './promql';

const name = (alert: AlertName) => alert;
/** Prometheus' own record of alerts, without the one that always fires; to be closed, or narrowed first. */
const FIRING = `ALERTS{alertstate="firing",${CLUSTER},alertname!="${name('Watchdog')}"`;

/** The series of one alert while it fires. */
export function firing(alert: AlertName | SloAlertName): string {
  return `ALERTS{alertstate="firing",${CLUSTER},alertname="${alert}"}`;
}

/** The alert that fires for an edge node that is described and not heard of. */
export const NODE_MISSING = firing('EdgeNodeMissing');
/** The alert that always fires. */
export const WATCHDOG = firing('Watchdog');

/** How many alerts of a component fire; a 0 where none does. */
export function firingOf(component: string, id: number): PanelSpec {
  return {
    id,
    kind: 'stat',
    title: 'Alerts that fire',
    description: `Alerts of the component "${component}". Which ones, with their runbooks: see the overview.`,
    unit: 'none',
    queries: [{ expr: `count(${FIRING},component="${component}"}) or vector(0)` }],
    steps: above([1, 'red']),
    links: [dashboardLink('overview')],
  };
}

const COLORS: readonly (readonly [severity: string, title: string, steps: readonly Step[]])[] = [
  ['critical', 'P0 and P1', above([1, 'red'])],
  ['warning', 'P2', above([1, 'orange'])],
  ['info', 'P3', above([1, 'yellow'])],
];

/** How many alerts fire at each level, and which ones. Takes up to four ids, from `id` on. */
export function firingAlerts(c: DashboardContext, id: number): PanelSpec[] {
  return [
    ...COLORS.map(
      ([severity, title, steps], i): PanelSpec => ({
        id: id + i,
        kind: 'stat',
        title,
        description: `Alerts that fire with the severity "${severity}". A 0 here says nothing while Prometheus itself is not well: see the dashboard of the monitoring.`,
        unit: 'none',
        width: 8,
        queries: [{ expr: `count(${FIRING},severity="${severity}"}) or vector(0)` }],
        steps,
      }),
    ),
    {
      id: id + 3,
      kind: 'table',
      title: 'Firing alerts',
      description: 'One row for each kind of alert; a click on its name opens the runbook.',
      unit: 'none',
      queries: [{ expr: `count by (alertname, level, component) (${FIRING}})` }],
      columns: [
        { field: 'level', title: 'Level' },
        { field: 'alertname', title: 'Alert', link: { title: 'Runbook', url: c.runbook('${__value.raw}') } },
        { field: 'component', title: 'Component' },
        { field: 'Value', title: 'Firing' },
      ],
      sortBy: { title: 'Level', descending: false },
    },
  ];
}
