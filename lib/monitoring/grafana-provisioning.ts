import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { ConfigMap } from 'kubernetes-types/core/v1';
import { declareFacts, type Facts } from '../checks/facts';
import { type DashboardOptions, dashboardText, type SovraDashboard } from '../dashboards';
import { commonLabels } from '../kube/labels';
import { kubeObject, type Metadata } from '../kube/object';
import { thresholdsOf } from '../rules/thresholds';
import { toYaml } from '../yaml';
import { DASHBOARDS_PATH } from './grafana-settings';
import { ALERTMANAGER_UID, PROMETHEUS_UID } from './source-uids';
import { metricLinks, type TelemetrySources, telemetrySources } from './telemetry-sources';

export { ALERTMANAGER_UID, PROMETHEUS_UID } from './source-uids';

/** What the data sources point at. */
export interface Sources extends TelemetrySources {
  readonly prometheusUrl: string;
  readonly alertmanagerUrl?: string;
  readonly scrapeInterval: string;
}

/** Data sources that nobody can change in Grafana; what is no longer in the file is removed. */
export function datasources({ prometheusUrl, alertmanagerUrl, scrapeInterval, ...telemetry }: Sources): string {
  const shared = { orgId: 1, access: 'proxy', editable: false };
  return toYaml({
    apiVersion: 1,
    prune: true,
    datasources: [
      {
        name: 'Prometheus',
        uid: PROMETHEUS_UID,
        type: 'prometheus',
        ...shared,
        url: prometheusUrl,
        isDefault: true,
        jsonData: {
          // Long expressions do not fit into an address.
          httpMethod: 'POST',
          prometheusType: 'Prometheus',
          timeInterval: scrapeInterval,
          ...(alertmanagerUrl && { alertmanagerUid: ALERTMANAGER_UID }),
          ...metricLinks(telemetry),
        },
      },
      ...(alertmanagerUrl
        ? [
            {
              name: 'Alertmanager',
              uid: ALERTMANAGER_UID,
              type: 'alertmanager',
              ...shared,
              url: alertmanagerUrl,
              jsonData: { implementation: 'prometheus', handleGrafanaManagedAlerts: false },
            },
          ]
        : []),
      ...telemetrySources(shared, telemetry, alertmanagerUrl !== undefined),
    ],
  });
}

/**
 * Where Grafana looks for dashboards. It reads the folder again every 30 s, and the kubelet brings a changed ConfigMap
 * there within about a minute: a new dashboard needs no new pod.
 */
export function dashboardProvider(): string {
  return toYaml({
    apiVersion: 1,
    providers: [
      {
        name: 'sovra',
        orgId: 1,
        folder: 'Sovra',
        folderUid: 'sovra',
        type: 'file',
        disableDeletion: false,
        allowUiUpdates: false,
        updateIntervalSeconds: 30,
        options: { path: DASHBOARDS_PATH, foldersFromFilesStructure: false },
      },
    ],
  });
}

/** Name of the ConfigMap of a dashboard. */
export function dashboardConfigMapName(dashboard: SovraDashboard): string {
  return `sovra-dashboard-${dashboard.name}`;
}

/** What the checks hold against the alerts: the figures at which the panels draw their lines. */
export function drawnIn(configMaps: readonly ApiObject[], thresholds: DashboardOptions['thresholds']): Facts['drawn'] {
  const [first] = configMaps;
  if (first === undefined) return undefined;
  const { namespace, name } = first.metadata;
  return { thresholds: thresholdsOf(thresholds), object: `ConfigMap ${namespace}/${name}` };
}

/** One ConfigMap for each dashboard, so that none comes near the 1 MiB that an object may have. */
export function dashboardConfigMaps(
  scope: Construct,
  namespace: string,
  dashboards: readonly SovraDashboard[],
  more: Pick<Metadata, 'annotations'> & { labels?: Record<string, string> } = {},
): ApiObject[] {
  return dashboards.map((dashboard) => {
    const text = dashboardText(dashboard.json);
    declareFacts(scope, { proven: [text] });
    const name = dashboardConfigMapName(dashboard);
    const metadata = {
      name,
      namespace,
      labels: { ...commonLabels(name, 'monitoring'), ...more.labels },
      ...(more.annotations && { annotations: more.annotations }),
    };
    return kubeObject<ConfigMap>(scope, name, 'v1', 'ConfigMap', metadata, {
      data: { [`${dashboard.uid}.json`]: text },
    });
  });
}
