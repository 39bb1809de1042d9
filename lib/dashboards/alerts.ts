import type { AlertName } from '../rules/catalogue';
import { above, type DashboardContext, type PanelSpec, type Step } from './model';

/** Prometheus' own record of alerts. */
export const ALERTS = 'ALERTS';

const name = (alert: AlertName) => alert;
const FIRING = `${ALERTS}{alertstate="firing",alertname!="${name('Watchdog')}"`;

/** The alert that fires for an edge node that is described and not heard of. */
export const NODE_MISSING = `${ALERTS}{alertstate="firing",alertname="${name('EdgeNodeMissing')}"}`;
/** The alert that always fires. */
export const WATCHDOG = `${ALERTS}{alertstate="firing",alertname="${name('Watchdog')}"}`;

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
