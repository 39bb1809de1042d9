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
import { silentWindows } from '../rules/objectives/burn-rate';
import { checkObjectiveOptions, DEFAULT_PERIOD, type ObjectiveOptions } from '../rules/objectives/options';
import { groupsOf, resolveObjectives } from '../rules/objectives/render';
import { checkInstallation } from '../sovra/check-installation';
import type { Labels, SovraInstallation } from '../sovra/installation';
import { Checker, dnsLabel } from '../validate';

export interface SovraSlosProps extends ObjectiveOptions {
  /** What is promised something about. */
  readonly sovra: SovraInstallation;
  /** The Prometheus that evaluates the rules. @default SOVRA_PROMETHEUS, the one that SovraMonitoring makes */
  readonly prometheus?: PrometheusRef;
  /** Namespace of the PrometheusRule objects. @default the namespace of the Prometheus, or the first in which it looks */
  readonly namespace?: string;
  /** More labels of the PrometheusRule objects; those by which the Prometheus selects them win. @default none */
  readonly labels?: Labels;
}

/** What one objective asks for. */
export interface ObjectiveTarget {
  /** Share of good events. */
  readonly target: number;
  /** Of `api-latency` only: seconds within which a request has to be answered. */
  readonly threshold?: number;
  /** How far its error budget looks back, as a Prometheus duration. */
  readonly period: string;
}

/**
 * The guide's service level objectives with error budgets: what is bad and what is all is recorded, every window is summed
 * from that, and the budget's burn rate alerts in two windows each (SRE workbook). No data is an alert, not health.
 *
 * @throws {SovraOpsError} listing every target, period, name, expression or override that cannot work
 */
export class SovraSlos extends Construct {
  /** One object for each objective, in a stable order. */
  readonly rules: readonly ApiObject[];
  /** Values of the label `slo`. */
  readonly objectives: readonly string[];
  /** What each objective asks for. */
  readonly targets: Readonly<Record<string, ObjectiveTarget>>;
  /**
   * Of each objective, the long windows over which it has no alert, since even if all were bad the budget could not burn
   * fast enough: those of low targets. Empty where it alerts over all of them; never all of them.
   */
  readonly silentWindows: Readonly<Record<string, readonly string[]>>;

  constructor(scope: Construct, id: string, props: SovraSlosProps) {
    super(scope, id);
    check(this, props);
    const { sovra, prometheus = SOVRA_PROMETHEUS } = props;
    const namespace = props.namespace ?? ruleNamespace(prometheus);
    const options = { ...props, grafanaUrl: props.grafanaUrl ?? prometheus.grafanaUrl };
    const objectives = resolveObjectives(sovra, options);
    const resolved = objectives.map((o) => ({ name: o.name, groups: groupsOf(o, options) }));
    this.objectives = objectives.map((o) => o.name);
    const period = props.period ?? DEFAULT_PERIOD;
    this.targets = Object.fromEntries(
      objectives.map(({ name, target, threshold }) => [name, { target, ...(threshold && { threshold }), period }]),
    );
    this.silentWindows = Object.fromEntries(objectives.map((o) => [o.name, silentWindows(o.target, period)]));
    this.rules = resolved.map(({ name: objective, groups }) => {
      const name = `sovra-slo-${objective}`;
      const labels = { ...props.labels, ...commonLabels(name, 'monitoring'), ...prometheus.selectorLabels };
      const spec: PrometheusRuleSpec = { groups };
      return operatorObject(this, objective, 'PrometheusRule', { name, namespace, labels }, spec);
    });
    const own = new Set((props.own ?? []).flatMap((o) => [o.bad, o.all]));
    declareFacts(this, {
      sovra,
      ...meantFor(props.prometheus),
      proven: resolved
        .flatMap((o) => o.groups.flatMap((g) => (g.rules ?? []).map((r) => String(r.expr))))
        .filter((e) => !own.has(e)),
    });
    enableChecks(this);
  }
}

function check(construct: Construct, props: SovraSlosProps): void {
  const c = new Checker(construct.node.path).props(props);
  checkInstallation(c, props.sovra);
  checkPrometheusRef(c, 'prometheus', props.prometheus);
  c.value('namespace', props.namespace, dnsLabel).labels('labels', props.labels);
  checkObjectiveOptions(c, props, (props.prometheus ?? SOVRA_PROMETHEUS).retention);
  c.done();
  checkRuleNamespace(c, props.namespace, props.prometheus ?? SOVRA_PROMETHEUS).done();
}
