import type { PrometheusRuleSpec } from '../kube/crds/prometheus-rule';
import type { SovraInstallation } from '../sovra/installation';
import { metricName } from '../sovra/metrics';
import { Checker } from '../validate';
import { type Component, WATCHERS, type Watcher } from './alert';
import { alertRule } from './alert-rule';
import { ALERT_NAMES, type AlertName, CATALOGUE, type CatalogueAlert } from './catalogue';
import { alertContext } from './context';
import { type AlertOptions, checkAlertOptions } from './options';
import {
  EDGE_NODE_EXPECTED,
  expectedEdgeNodes,
  expectedTargets,
  RECORDING_INTERVAL,
  RECORDINGS_PER_GROUP,
  type RecordingRule,
  TARGETS_EXPECTED,
} from './recordings';
import { TROUBLES } from './troubles';

export type RuleGroup = NonNullable<PrometheusRuleSpec['groups']>[number];
export type Rule = NonNullable<RuleGroup['rules']>[number];

/** The order in which groups are rendered: from what users feel to what watches it. */
const COMPONENTS: readonly Component[] = [
  'control-plane',
  'policy',
  'audit',
  'federation',
  'edge',
  'vault',
  'certificates',
  'database',
  'volumes',
  'monitoring',
];

/** The alerts that apply to an installation and are not left out, in the order of the catalogue. */
export function alertNames(
  sovra: SovraInstallation,
  options: AlertOptions = {},
  watched: readonly Watcher[] = WATCHERS,
): AlertName[] {
  return ALERT_NAMES.filter((name) => options.alerts?.[name] !== false && applies(CATALOGUE[name], sovra, watched));
}

function applies(alert: CatalogueAlert, sovra: SovraInstallation, watched: readonly Watcher[]): boolean {
  const exported = alert.metrics.every((id) => metricName(id, sovra.dialect) !== null);
  const scraped = alert.watches === undefined || watched.includes(alert.watches);
  return exported && scraped && (alert.appliesTo?.(sovra) ?? true);
}

/**
 * The rule groups of an installation: one for each component that has alerts, and as many of recordings as its edge
 * nodes need. The names are unique and stable; equal input gives equal output.
 *
 * @param construct who is named in errors
 * @param watched what of the monitoring itself is scraped; alerts about the rest could never be answered
 * @throws {SovraOpsError} listing every override, threshold or URL that cannot work
 */
export function renderAlerts(
  sovra: SovraInstallation,
  options: AlertOptions = {},
  construct = 'renderAlerts',
  watched: readonly Watcher[] = WATCHERS,
): RuleGroup[] {
  const checker = new Checker(construct);
  checkAlertOptions(checker, options);
  checker.done();
  const names = alertNames(sovra, options, watched);
  const groups = COMPONENTS.flatMap((component) => {
    const alerts = names.filter((n) => CATALOGUE[n].component === component).map((n) => renderAlert(n, sovra, options));
    const rules = [...troubles(component, alerts, sovra, options), ...alerts];
    return rules.length > 0 ? [{ name: `sovra-alerts-${component}`, rules }] : [];
  });
  return [...groups, ...recordingGroups(sovra, groups, watched)];
}

function renderAlert(name: AlertName, sovra: SovraInstallation, options: AlertOptions): Rule {
  const alert: CatalogueAlert = CATALOGUE[name];
  const context = alertContext(sovra, alert.metrics, options);
  return alertRule({ ...alert, name, expr: alert.expr(context) }, options.alerts?.[name] || {}, options);
}

/** What these alerts ask for, and what that is made of; gathered backwards, since a trouble is made of earlier ones. */
function troubles(
  component: Component,
  alerts: readonly Rule[],
  sovra: SovraInstallation,
  options: AlertOptions,
): Rule[] {
  const rules: Rule[] = [];
  for (const { record, labels, component: of, metrics, expr } of [...TROUBLES].reverse()) {
    if (of !== component || ![...rules, ...alerts].some((r) => asksFor(r, record))) continue;
    rules.unshift({ record, expr: expr(alertContext(sovra, metrics, options)), ...(labels && { labels }) });
  }
  return rules;
}

const asksFor = (rule: Rule, record: string): boolean => new RegExp(`\\b${record}\\b`).test(String(rule.expr));

/** Only what some alert asks for: an installation that left EdgeNodeMissing out needs no series for each node. */
function recordingGroups(
  sovra: SovraInstallation,
  groups: readonly RuleGroup[],
  watched: readonly Watcher[],
): RuleGroup[] {
  const used = (name: string) => groups.some((g) => g.rules?.some((r) => asksFor(r, name)));
  return [
    ...(used(TARGETS_EXPECTED) ? chunks('sovra-expected-targets', expectedTargets(sovra, watched)) : []),
    ...(used(EDGE_NODE_EXPECTED) ? chunks('sovra-expected-edge-nodes', expectedEdgeNodes(sovra)) : []),
  ];
}

function chunks(name: string, rules: readonly RecordingRule[]): RuleGroup[] {
  const count = Math.ceil(rules.length / RECORDINGS_PER_GROUP);
  return Array.from({ length: count }, (_, i) => ({
    name: `${name}-${String(i + 1).padStart(3, '0')}`,
    interval: RECORDING_INTERVAL,
    rules: rules.slice(i * RECORDINGS_PER_GROUP, (i + 1) * RECORDINGS_PER_GROUP),
  }));
}
