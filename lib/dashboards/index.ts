import { checkThresholds } from '../rules/check-thresholds';
import { checkRunbookBaseUrl } from '../rules/overrides';
import { DEFAULT_RUNBOOK_BASE_URL, runbookUrl } from '../rules/runbook-url';
import { type AlertThresholds, thresholdsOf } from '../rules/thresholds';
import type { SovraInstallation } from '../sovra/installation';
import { Checker, type Rule } from '../validate';
import { database } from './database';
import { edgeNodes } from './edge-nodes';
import type { DashboardContext, DashboardSpec } from './model';
import { monitoring } from './monitoring';
import { overview } from './overview';
import type { DashboardJson } from './plain';
import { render } from './render';
import { tasks } from './tasks';
import { vault } from './vault';

export type { DashboardJson } from './plain';
export { interpolate, type PanelQuery, panelQueries } from './queries';
export { dashboardText } from './render';

/** What can be changed about all dashboards. */
export interface DashboardOptions {
  /** The uid of the Prometheus data source that a dashboard opens with; others can be chosen in it. @default 'prometheus' */
  readonly datasourceUid?: string;
  /** The folder of runbooks that dashboards and firing alerts link to, without a slash at its end. @default that of the alerts */
  readonly runbookBaseUrl?: string;
  /** Figures at which alerts fire, where `SovraAlerts` was given other ones: lines and colours follow them. @default THRESHOLDS */
  readonly thresholds?: Partial<AlertThresholds>;
}

/** A dashboard of the installation. Names and uids are a contract: links and home pages carry them. */
export interface SovraDashboard {
  /** Last part of the name of its file and its ConfigMap: `overview`. */
  readonly name: string;
  /** What its address in Grafana ends with: `sovra-overview`. */
  readonly uid: string;
  readonly title: string;
  /** Grafana's classic dashboard JSON model. */
  readonly json: DashboardJson;
}

const ALL: readonly ((c: DashboardContext) => DashboardSpec)[] = [
  overview,
  edgeNodes,
  vault,
  database,
  tasks,
  monitoring,
];

/**
 * The dashboards of an installation, ready to be provisioned as files. Panels that its metric dialect cannot fill are left
 * out, and so is a dashboard without any panel (Vault, where no Vault can be seen). Size and content do not depend on the
 * number of edge nodes: those are counted and ranked.
 *
 * @throws {SovraOpsError} listing every option that cannot work
 */
export function dashboards(sovra: SovraInstallation, options: DashboardOptions = {}): SovraDashboard[] {
  checkDashboardOptions(new Checker('dashboards'), '', options).done();
  const runbookBaseUrl = options.runbookBaseUrl ?? DEFAULT_RUNBOOK_BASE_URL;
  const context: DashboardContext = {
    sovra,
    thresholds: thresholdsOf(options.thresholds),
    runbook: (alert) => runbookUrl(alert, runbookBaseUrl),
  };
  return ALL.map((make) => make(context))
    .filter((spec) => spec.sections.some((s) => s.panels.length > 0))
    .map((spec) => ({
      name: spec.name,
      uid: spec.uid,
      title: spec.title,
      json: render(spec, { datasourceUid: options.datasourceUid ?? 'prometheus', runbookBaseUrl }),
    }));
}

const uid: Rule = (v) =>
  /^[A-Za-z0-9_-]{1,40}$/.test(v)
    ? undefined
    : {
        allowed: 'a uid of Grafana: letters, digits, "-" and "_", at most 40 characters',
        remedy: 'Take it from the address of the data source in Grafana.',
      };

/** Holds the options of dashboards against their rules; those that the alerts have too, against the alerts'. */
export function checkDashboardOptions(c: Checker, at: string, o: DashboardOptions): Checker {
  checkThresholds(c, `${at}thresholds`, o.thresholds);
  checkRunbookBaseUrl(c, `${at}runbookBaseUrl`, o.runbookBaseUrl);
  return c.value(`${at}datasourceUid`, o.datasourceUid, uid);
}
