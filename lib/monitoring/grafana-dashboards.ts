import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { enableChecks } from '../checks/enable';
import { declareFacts } from '../checks/facts';
import {
  checkDashboardOptions,
  type DashboardOptions,
  dashboards,
  type SovraDashboard,
  type TelemetryUids,
  telemetryDashboards,
  uid,
} from '../dashboards';
import { checkInstallation } from '../sovra/check-installation';
import type { SovraInstallation } from '../sovra/installation';
import { Checker, dnsLabel, labelKey, labelValue, text } from '../validate';
import { dashboardConfigMaps, drawnIn } from './grafana-provisioning';

export interface SovraDashboardsProps extends DashboardOptions {
  readonly sovra: SovraInstallation;
  /** uids of the data sources of logs and traces, for the dashboards that show them. @default none, and no such dashboards */
  readonly telemetry?: TelemetryUids;
  /** Where the sidecar of that Grafana looks: its own namespace, unless it was told otherwise. @default 'monitoring' */
  readonly namespace?: string;
  /** The label by which the sidecar finds dashboards. @default { key: 'grafana_dashboard', value: '1' }, the charts' default */
  readonly label?: { readonly key: string; readonly value: string };
  /**
   * The annotation that names the folder, and the folder. It has an effect where the sidecar's `folderAnnotation` is set
   * to the same name. @default { annotation: 'grafana_folder', name: 'Sovra' }
   */
  readonly folder?: { readonly annotation: string; readonly name: string } | false;
}

/**
 * The dashboards for a Grafana that is there already and has the sidecar of the Grafana chart or of
 * kube-prometheus-stack: ConfigMaps that the sidecar picks up by their label. Nine of them: overview, edge nodes, Vault,
 * database, tasks, monitoring, federation, audit and objectives; those without anything to show are left out.
 *
 * @throws {SovraOpsError} listing every property that cannot work
 */
export class SovraDashboards extends Construct {
  readonly dashboards: readonly SovraDashboard[];
  /** One ConfigMap for each dashboard. */
  readonly configMaps: readonly ApiObject[];

  constructor(scope: Construct, id: string, props: SovraDashboardsProps) {
    super(scope, id);
    const checker = new Checker(this.node.path).props(props);
    checkInstallation(checker, props.sovra);
    checkGrafanaDashboards(checker, '', props).done();
    const label = props.label ?? { key: 'grafana_dashboard', value: '1' };
    const folder = props.folder ?? { annotation: 'grafana_folder', name: 'Sovra' };
    this.dashboards = [
      ...dashboards(props.sovra, props),
      ...telemetryDashboards(props.sovra, props.telemetry ?? {}, props),
    ];
    this.configMaps = dashboardConfigMaps(this, props.namespace ?? 'monitoring', this.dashboards, {
      labels: { [label.key]: label.value },
      ...(folder && { annotations: { [folder.annotation]: folder.name } }),
    });
    declareFacts(this, { sovra: props.sovra, drawn: drawnIn(this.configMaps, props.thresholds) });
    enableChecks(this);
  }
}

/** The name that both had first; it stays, and means the same. */
export { SovraDashboards as GrafanaDashboards, type SovraDashboardsProps as GrafanaDashboardsProps };

/** Holds the props, without the installation, against their rules. */
export function checkGrafanaDashboards(c: Checker, at: string, p: Omit<SovraDashboardsProps, 'sovra'>): Checker {
  const label = c.part(`${at}label`, p.label);
  const folder = p.folder === false ? undefined : c.part(`${at}folder`, p.folder);
  const telemetry = c.part(`${at}telemetry`, p.telemetry);
  c.value(`${at}namespace`, p.namespace, dnsLabel)
    .value(`${at}telemetry.loki`, telemetry?.loki, uid)
    .value(`${at}telemetry.tempo`, telemetry?.tempo, uid);
  if (label) c.item(`${at}label.key`, label.key, labelKey).item(`${at}label.value`, label.value, labelValue);
  if (folder) c.item(`${at}folder.annotation`, folder.annotation, labelKey).item(`${at}folder.name`, folder.name, text);
  return checkDashboardOptions(c, at, p);
}
