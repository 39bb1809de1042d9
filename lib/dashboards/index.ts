import { checkThresholds } from '../rules/check-thresholds';
import { checkRunbookBaseUrl } from '../rules/overrides';
import { DEFAULT_RUNBOOK_BASE_URL, runbookUrl } from '../rules/runbook-url';
import { type AlertThresholds, thresholdsOf } from '../rules/thresholds';
import type { SovraInstallation } from '../sovra/installation';
import { Checker, type Rule } from '../validate';
import { audit } from './audit';
import { database } from './database';
import { edgeNodes } from './edge-nodes';
import { federation } from './federation';
import type { TelemetryUids } from './logs';
import type { DashboardContext, DashboardSpec } from './model';
import { monitoring } from './monitoring';
import { objectives } from './objectives';
import { overview } from './overview';
import type { DashboardJson } from './plain';
import { render } from './render';
import { tasks } from './tasks';
import { vault } from './vault';

export type { TelemetryUids } from './logs';
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
  federation,
  audit,
  objectives,
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
  const context = contextOf(sovra, options);
  return ALL.map((make) => make(context))
    .filter((spec) => spec.sections.some((s) => s.panels.length > 0))
    .map((spec) => rendered(spec, options));
}

/**
 * The dashboards of logs and traces: one to search them, and one about their way here.
 *
 * @param uids uids of the data sources; none for what there is not
 */
export function telemetryDashboards(
  sovra: SovraInstallation,
  uids: TelemetryUids,
  options: DashboardOptions = {},
): SovraDashboard[] {
  if (uids.loki === undefined && uids.tempo === undefined) return [];
  // Loaded with the first of them: whoever has none does not pay for it.
  const { searchDashboard } = require('./logs') as typeof import('./logs');
  const { telemetry } = require('./telemetry') as typeof import('./telemetry');
  const search = searchDashboard(uids, renderOptions(options));
  const parts = { logs: uids.loki !== undefined, traces: uids.tempo !== undefined };
  return [
    { name: 'logs', uid: search.uid, title: search.title, json: search },
    rendered(telemetry(contextOf(sovra, options), parts), options),
  ];
}

function contextOf(sovra: SovraInstallation, options: DashboardOptions): DashboardContext {
  const { runbookBaseUrl } = renderOptions(options);
  return {
    sovra,
    thresholds: thresholdsOf(options.thresholds),
    runbook: (alert) => runbookUrl(alert, runbookBaseUrl),
  };
}

function renderOptions({ datasourceUid = 'prometheus', runbookBaseUrl = DEFAULT_RUNBOOK_BASE_URL }: DashboardOptions) {
  return { datasourceUid, runbookBaseUrl };
}

function rendered(spec: DashboardSpec, options: DashboardOptions): SovraDashboard {
  return { name: spec.name, uid: spec.uid, title: spec.title, json: render(spec, renderOptions(options)) };
}

/** A uid of Grafana. */
export const uid: Rule = (v) =>
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
