import { dashboards, type PanelQuery, panelQueries, type SovraDashboard } from '../../lib/dashboards';
import type { PanelJson, RowJson } from '../../lib/dashboards/plain';
import { SovraInstallation, type SovraInstallationProps } from '../../lib/sovra/installation';

/** An installation that has a bit of everything. */
export function full(props: SovraInstallationProps = {}): SovraInstallation {
  return new SovraInstallation({
    edgeNodes: [
      { id: 'here', vault: {} },
      { id: 'elsewhere', healthUrls: ['https://vault.example.com:8200/v1/sys/health'] },
    ],
    federationPartners: [{ id: 'partner' }],
    volumes: {},
    ...props,
  });
}

export const isPanel = (p: PanelJson | RowJson): p is PanelJson => p.type !== 'row';

export function panelsOf(dashboard: SovraDashboard): PanelJson[] {
  return dashboard.json.panels.filter(isPanel);
}

export function dashboardOf(all: readonly SovraDashboard[], uid: string): SovraDashboard {
  const found = all.find((d) => d.uid === uid);
  if (!found) throw new Error(`no dashboard ${uid}`);
  return found;
}

/** One panel of one dashboard. */
export function panelOf(all: readonly SovraDashboard[], uid: string, id: number): PanelJson {
  const found = panelsOf(dashboardOf(all, uid)).find((p) => p.id === id);
  if (!found) throw new Error(`${uid} has no panel ${id}`);
  return found;
}

/** The expressions of one panel, as Prometheus gets them. */
export function expressions(sovra: SovraInstallation, uid: string, id: number): string[] {
  const { json } = dashboardOf(dashboards(sovra), uid);
  return panelQueries(json).flatMap((q) => (q.where.startsWith(`panel ${id} `) ? q.expr : []));
}

export function allQueries(sovra: SovraInstallation): PanelQuery[] {
  return dashboards(sovra).flatMap((d) => panelQueries(d.json));
}
