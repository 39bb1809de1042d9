import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { enableChecks } from '../checks/enable';
import { declareFacts, meantFor } from '../checks/facts';
import type { PrometheusRuleSpec } from '../kube/crds/prometheus-rule';
import { commonLabels } from '../kube/labels';
import { operatorObject } from '../kube/object';
import {
  checkPrometheusRef,
  checkRuleNamespace,
  type PrometheusRef,
  ruleNamespace,
  SOVRA_PROMETHEUS,
} from '../kube/prometheus-ref';
import { WATCHERS } from '../rules/alert';
import type { AlertName } from '../rules/catalogue';
import { type AlertOptions, checkAlertOptions } from '../rules/options';
import { alertNames, type RuleGroup, renderAlerts } from '../rules/render';
import { thresholdsOf } from '../rules/thresholds';
import { checkInstallation } from '../sovra/check-installation';
import type { Labels, SovraInstallation } from '../sovra/installation';
import { Checker, dnsLabel } from '../validate';

export interface SovraAlertsProps extends AlertOptions {
  /** What is watched. */
  readonly sovra: SovraInstallation;
  /** The Prometheus that evaluates the rules. @default SOVRA_PROMETHEUS, the one that SovraMonitoring makes */
  readonly prometheus?: PrometheusRef;
  /** Namespace of the PrometheusRule objects. @default the namespace of the Prometheus, or the first in which it looks */
  readonly namespace?: string;
  /** More labels of the PrometheusRule objects; those by which the Prometheus selects them win. @default none */
  readonly labels?: Labels;
}

/**
 * The alerts of the operations guide as PrometheusRule objects: one for each component, and further ones that record
 * what ought to be there (at most 300 rules each, so that no object nears the limit of etcd).
 *
 * @throws {SovraOpsError} with the construct's path, listing every name, override, duration, label or URL that cannot work
 */
export class SovraAlerts extends Construct {
  /** The objects, in a stable order; the name of each is that of its rule group. */
  readonly rules: readonly ApiObject[];
  /** The alerts that were rendered: those that apply to the installation and were not left out. */
  readonly alertNames: readonly AlertName[];

  constructor(scope: Construct, id: string, props: SovraAlertsProps) {
    super(scope, id);
    check(this, props);
    const prometheus = props.prometheus ?? SOVRA_PROMETHEUS;
    const namespace = props.namespace ?? ruleNamespace(prometheus);
    const watched = WATCHERS.filter((w) => prometheus.watched?.[w] !== undefined);
    this.alertNames = alertNames(props.sovra, props, watched);
    const options = { ...props, grafanaUrl: props.grafanaUrl ?? prometheus.grafanaUrl };
    const groups = renderAlerts(props.sovra, options, this.node.path, watched);
    this.rules = groups.map((group) => {
      const labels = { ...props.labels, ...commonLabels(group.name, 'monitoring'), ...prometheus.selectorLabels };
      const spec: PrometheusRuleSpec = { groups: [group] };
      return operatorObject(this, group.name, 'PrometheusRule', { name: group.name, namespace, labels }, spec);
    });
    declareFacts(this, {
      sovra: props.sovra,
      ...meantFor(props.prometheus),
      proven: catalogueExpressions(groups, props),
      alertThresholds: thresholdsOf(props.thresholds),
    });
    enableChecks(this);
  }
}

/** The expressions that nobody replaced. */
function catalogueExpressions(groups: readonly RuleGroup[], options: AlertOptions): string[] {
  const replaced = (alert: string | undefined) => {
    const override = options.alerts?.[alert as AlertName];
    return override !== undefined && override !== false && override.expr !== undefined;
  };
  return groups.flatMap((g) => (g.rules ?? []).flatMap((r) => (replaced(r.alert) ? [] : [String(r.expr)])));
}

/** Everything is held against its rules before the first rule is rendered. */
function check(construct: Construct, props: SovraAlertsProps): void {
  const c = new Checker(construct.node.path).props(props);
  checkInstallation(c, props.sovra);
  checkPrometheusRef(c, 'prometheus', props.prometheus);
  c.value('namespace', props.namespace, dnsLabel).labels('labels', props.labels);
  checkAlertOptions(c, props);
  c.done();
  checkRuleNamespace(c, props.namespace, props.prometheus ?? SOVRA_PROMETHEUS).done();
}
