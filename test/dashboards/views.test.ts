/** Every alert leads to a dashboard that is there, and to a panel that shows what it is about. */
import { backupAlerts } from '../../lib/backup/backup-alerts';
import { dashboards, type SovraDashboard } from '../../lib/dashboards';
import { type TaskDescription, taskTiming } from '../../lib/operations/task';
import { TASK_ALERT_NAMES, taskAlerts, taskRules } from '../../lib/operations/task-alerts';
import { BACKUP_ALERT_NAMES } from '../../lib/rules/backup-inhibitions';
import { ALERT_NAMES, CATALOGUE } from '../../lib/rules/catalogue';
import { ALERT_VIEWS, type View, viewOf } from '../../lib/rules/dashboard-url';
import { BURN_RATE_WINDOWS, SLO_ALERT_NAMES } from '../../lib/rules/objectives/objective';
import { renderObjectives } from '../../lib/rules/objectives/render';
import { alertNames } from '../../lib/rules/render';
import { SovraInstallation, type SovraInstallationProps } from '../../lib/sovra/installation';
import { METRIC_DIALECTS, type MetricDialect, type MetricId, metricName } from '../../lib/sovra/metrics';
import { full, panelsOf } from './installations';

const GRAFANA = 'https://grafana.example.com';
const SHAPES: Readonly<Record<string, SovraInstallationProps>> = {
  everything: {},
  'control plane only': { edgeNodes: [], federationPartners: [] },
  'edge nodes only': { controlPlane: false, edgeNodes: [{ id: 'edge-1', vault: {} }] },
  'edge nodes elsewhere': { edgeNodes: [{ id: 'edge-2', healthUrls: ['https://vault.example.com/v1/sys/health'] }] },
  'nobody scrapes kubelets': { volumes: undefined },
};

interface Shown {
  readonly alert: string;
  readonly view: View;
  readonly metrics: readonly MetricId[];
}

const TASK: TaskDescription = {
  name: 'task',
  namespace: 'sovra',
  schedule: '0 3 * * *',
  timeZone: 'Etc/UTC',
  uses: [],
  purpose: '',
  levels: { ScheduledTaskFailed: 'P2', ScheduledTaskLate: 'P2', ScheduledTaskMissing: 'P2' },
  ...taskTiming('0 3 * * *', 'Etc/UTC'),
};

const BACKUPS = backupAlerts({
  namespace: 'sovra',
  copies: [{ source: 'postgres', host: 'sovra', path: '/sovra.dump', what: '', worstLossSeconds: 900 }],
  recoverySetSeconds: 900,
  verificationSeconds: 900,
  drills: [{ source: 'postgres', rtoSeconds: 900, maxAgeSeconds: 900 }],
}).map(({ name, ...alert }) => ({ alert: name, ...alert }));

/** The alerts of an installation, of its tasks and of its backups, with what they read. */
function shown(sovra: SovraInstallation): Shown[] {
  const task = taskAlerts(TASK);
  return [
    ...alertNames(sovra).map((alert) => ({ alert, ...CATALOGUE[alert] })),
    ...TASK_ALERT_NAMES.map((alert) => ({ alert, ...task[alert] })),
    ...BACKUPS,
  ].map(({ alert, component, metrics }) => ({ alert, view: viewOf(alert, component), metrics }));
}

const exprs = (d: SovraDashboard, panel: number | undefined): string[] =>
  panelsOf(d)
    .filter((p) => p.id === panel)
    .flatMap((p) => ((p.targets ?? []) as unknown as { expr: string }[]).map((t) => t.expr));

/** What is wrong with the place of an alert. */
function problem(all: readonly SovraDashboard[], { alert, view, metrics }: Shown, dialect: MetricDialect): string[] {
  const dashboard = all.find((d) => d.uid === `sovra-${view.dashboard}`);
  if (!dashboard) return [`${alert}: no dashboard ${view.dashboard}`];
  const queries = exprs(dashboard, view.panel);
  if (view.panel !== undefined && queries.length === 0) return [`${alert}: no panel ${view.panel}`];
  const asks = (name: string | null) => queries.some((q) => new RegExp(`\\b${name}(_bucket|_count)?\\b`).test(q));
  // An alert without metrics is shown by its own state.
  const reads = metrics.length > 0 ? metrics.some((id) => asks(metricName(id, dialect))) : asks(alert);
  const variables = (dashboard.json.templating.list ?? []).map((v) => v.name);
  return [
    ...(view.panel !== undefined && !reads ? [`${alert}: panel ${view.panel} asks for none of ${metrics}`] : []),
    ...(view.choose && !variables.includes(view.choose) ? [`${alert}: no variable ${view.choose}`] : []),
    ...(view.choose && view.panel !== undefined && !queries.some((q) => q.includes(`$${view.choose}`))
      ? [`${alert}: panel ${view.panel} does not depend on ${view.choose}`]
      : []),
  ];
}

describe.each(METRIC_DIALECTS)('in the dialect %s', (dialect) => {
  it.each(Object.entries(SHAPES))('%s: every alert is seen where it leads to', (_, props) => {
    const sovra = full({ ...props, dialect });
    const all = dashboards(sovra);
    expect(shown(sovra).flatMap((s) => problem(all, s, dialect))).toEqual([]);
  });

  it('an alert on a window of an objective leads to the panel of that window', () => {
    const sovra = full({ dialect });
    const objectives = dashboards(sovra).find((d) => d.uid === 'sovra-objectives') as SovraDashboard;
    const alerts = renderObjectives(sovra, { grafanaUrl: GRAFANA })
      .flatMap((g) => g.rules ?? [])
      .filter((r) => r.alert !== undefined);
    expect(new Set(alerts.map((r) => r.alert))).toEqual(new Set(SLO_ALERT_NAMES));
    for (const { labels, annotations } of alerts) {
      const [, panel] = /\/d\/sovra-objectives\?viewPanel=(\d+)&var-slo=\{\{ \$labels\.slo/.exec(
        annotations?.dashboard_url ?? '',
      ) as RegExpExecArray;
      const window = labels?.window;
      const [query] = exprs(objectives, Number(panel));
      expect(query).toContain(window === undefined ? 'error_budget_left' : `error_ratio:${window}{`);
      expect(query).toContain('$slo');
    }
    expect(alerts.filter((r) => r.labels?.slo === 'availability' && r.labels.window)).toHaveLength(
      BURN_RATE_WINDOWS.length,
    );
  });
});

it('alerts of tasks lead to theirs, in the Grafana that is known', () => {
  const links = (grafanaUrl?: string) => taskRules([TASK], { grafanaUrl }).map((r) => r.annotations?.dashboard_url);
  expect(links()).toEqual([undefined, undefined, undefined]);
  expect(links(GRAFANA)[0]).toBe(
    `${GRAFANA}/d/sovra-tasks?viewPanel=202&var-namespace={{ $labels.namespace | urlquery }}`,
  );
});

it('no place is of an alert that is not there', () => {
  const names: readonly string[] = [...ALERT_NAMES, ...SLO_ALERT_NAMES, ...TASK_ALERT_NAMES, ...BACKUP_ALERT_NAMES];
  expect(new Set(BACKUPS.map((b) => b.alert))).toEqual(new Set(BACKUP_ALERT_NAMES));
  expect(Object.keys(ALERT_VIEWS).filter((name) => !names.includes(name))).toEqual([]);
});

it('a place that is not there is found', () => {
  const sovra = new SovraInstallation();
  const wrong = (view: View) => problem(dashboards(sovra), { alert: 'SovraApiDown', view, metrics: ['up'] }, 'guide');
  expect(wrong({ dashboard: 'vault' })).toHaveLength(1);
  expect(wrong({ dashboard: 'overview', panel: 999 })).toHaveLength(1);
  expect(wrong({ dashboard: 'overview', panel: 203, choose: 'node_id' })).toHaveLength(3);
  expect(wrong({ dashboard: 'overview', panel: 101 })).toEqual([]);
});
