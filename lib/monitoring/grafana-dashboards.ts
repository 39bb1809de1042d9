import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { enableChecks } from '../checks/enable';
import { declareFacts } from '../checks/facts';
import { checkDashboardOptions, type DashboardOptions, dashboards, type SovraDashboard } from '../dashboards';
import { checkInstallation } from '../sovra/check-installation';
import type { SovraInstallation } from '../sovra/installation';
import { Checker, dnsLabel, labelKey, labelValue, text } from '../validate';
import { dashboardConfigMaps } from './grafana-provisioning';

export interface GrafanaDashboardsProps extends DashboardOptions {
  readonly sovra: SovraInstallation;
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
 * kube-prometheus-stack: ConfigMaps that the sidecar picks up by their label.
 *
 * @throws {SovraOpsError} listing every property that cannot work
 */
export class GrafanaDashboards extends Construct {
  readonly dashboards: readonly SovraDashboard[];
  /** One ConfigMap for each dashboard. */
  readonly configMaps: readonly ApiObject[];

  constructor(scope: Construct, id: string, props: GrafanaDashboardsProps) {
    super(scope, id);
    const checker = new Checker(this.node.path).props(props);
    checkInstallation(checker, props.sovra);
    checkGrafanaDashboards(checker, '', props).done();
    const label = props.label ?? { key: 'grafana_dashboard', value: '1' };
    const folder = props.folder ?? { annotation: 'grafana_folder', name: 'Sovra' };
    this.dashboards = dashboards(props.sovra, props);
    this.configMaps = dashboardConfigMaps(this, props.namespace ?? 'monitoring', this.dashboards, {
      labels: { [label.key]: label.value },
      ...(folder && { annotations: { [folder.annotation]: folder.name } }),
    });
    declareFacts(this, { sovra: props.sovra });
    enableChecks(this);
  }
}

/** Holds the props, without the installation, against their rules. */
export function checkGrafanaDashboards(c: Checker, at: string, p: Omit<GrafanaDashboardsProps, 'sovra'>): Checker {
  const label = c.part(`${at}label`, p.label);
  const folder = p.folder === false ? undefined : c.part(`${at}folder`, p.folder);
  c.value(`${at}namespace`, p.namespace, dnsLabel);
  if (label) c.item(`${at}label.key`, label.key, labelKey).item(`${at}label.value`, label.value, labelValue);
  if (folder) c.item(`${at}folder.annotation`, folder.annotation, labelKey).item(`${at}folder.name`, folder.name, text);
  return checkDashboardOptions(c, at, p);
}
