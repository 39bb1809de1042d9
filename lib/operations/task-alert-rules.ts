import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { enableChecks } from '../checks/enable';
import { declareFacts, meantFor } from '../checks/facts';
import type { PrometheusRuleSpec } from '../kube/crds/prometheus-rule';
import { commonLabels } from '../kube/labels';
import { operatorObject } from '../kube/object';
import { type PrometheusRef, ruleNamespace, SOVRA_PROMETHEUS } from '../kube/prometheus-ref';
import { checkGrafanaUrl, checkRunbookBaseUrl } from '../rules/overrides';
import { Checker, dnsSubdomain } from '../validate';
import { checkTaskAlerts } from './alert-overrides';
import type { TaskDescription } from './task';
import { type TaskRuleOptions, taskRules } from './task-alerts';

export interface TaskAlertRulesProps extends TaskRuleOptions {
  /** Name of the PrometheusRule and of its group. */
  readonly name: string;
  readonly tasks: readonly TaskDescription[];
  /** The Prometheus that has to evaluate the rules. @default SOVRA_PROMETHEUS */
  readonly prometheus?: PrometheusRef;
}

/**
 * The alerts of a set of scheduled tasks: one PrometheusRule, in a namespace in which the Prometheus looks for rules and
 * with the labels that it selects. Constructs that make tasks bring it with them.
 *
 * @throws {SovraOpsError} listing every change that cannot work
 */
export class TaskAlertRules extends Construct {
  /** Undefined where every alert was left out. */
  readonly rule?: ApiObject;

  constructor(scope: Construct, id: string, props: TaskAlertRulesProps) {
    super(scope, id);
    check(this, props);
    const prometheus = props.prometheus ?? SOVRA_PROMETHEUS;
    const rules = taskRules(props.tasks, { ...props, grafanaUrl: props.grafanaUrl ?? prometheus.grafanaUrl });
    if (rules.length === 0) return;
    const metadata = {
      name: props.name,
      namespace: ruleNamespace(prometheus),
      labels: { ...commonLabels(props.name, 'tasks'), ...prometheus.selectorLabels },
    };
    this.rule = operatorObject<PrometheusRuleSpec>(this, 'rules', 'PrometheusRule', metadata, {
      groups: [{ name: props.name, rules }],
    });
    declareFacts(this, { ...meantFor(props.prometheus), proven: taskRules(props.tasks).map((r) => String(r.expr)) });
    enableChecks(this);
  }
}

function check(construct: Construct, props: TaskAlertRulesProps): void {
  const c = new Checker(construct.node.path);
  c.value('name', props.name, dnsSubdomain).unique(
    'tasks',
    props.tasks.map((t) => `${t.namespace}/${t.name}`),
  );
  checkRunbookBaseUrl(c, 'runbookBaseUrl', props.runbookBaseUrl);
  checkGrafanaUrl(c, 'grafanaUrl', props.grafanaUrl);
  checkTaskAlerts(c, 'alerts', props.alerts, props.tasks.length === 1);
  for (const [task, alerts] of Object.entries(props.perTask ?? {})) {
    checkTaskAlerts(c, `perTask["${task}"]`, alerts, true);
    c.require(
      props.tasks.some((t) => t.name === task),
      {
        property: `perTask["${task}"]`,
        given: task,
        allowed: props.tasks.map((t) => t.name).join(', '),
        remedy: 'Name a task of this set.',
      },
    );
  }
  c.done();
}
