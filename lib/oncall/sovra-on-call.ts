import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { enableChecks } from '../checks/enable';
import type { AlertmanagerConfigSpec } from '../kube/crds/alertmanager-config';
import { commonLabels } from '../kube/labels';
import { operatorObject } from '../kube/object';
import { checkPrometheusRef, kubePrometheusStack, type PrometheusRef } from '../kube/prometheus-ref';
import type { Labels } from '../sovra/installation';
import { Checker, dnsLabel } from '../validate';
import { checkOnCall } from './check-on-call';
import type { OnCallProps } from './on-call';
import { sharedRouting } from './routing';

export interface SovraOnCallProps {
  /** Who is told, by level. */
  readonly onCall: OnCallProps;
  /** The monitoring whose Alertmanager it is. @default kubePrometheusStack() */
  readonly prometheus?: PrometheusRef;
  /** Namespace of the AlertmanagerConfig and of the Secrets that it names. @default the namespace of the Prometheus */
  readonly namespace?: string;
  /** Labels by which the Alertmanager selects the object. @default those by which the Prometheus selects rules */
  readonly labels?: Labels;
}

/**
 * Who is told, by level, for an Alertmanager that is there already, such as that of kube-prometheus-stack: one
 * AlertmanagerConfig, named `sovra-on-call`. It takes alerts with the label `level` and leaves all others alone. For the
 * Alertmanager of `SovraMonitoring`, give `onCall` to its `alertmanager` instead.
 *
 * The operator confines an AlertmanagerConfig to alerts whose label `namespace` is its own, and most alerts here have
 * none: they would reach nobody. Set `alertmanagerConfigMatcherStrategy: { type: None }` on the Alertmanager
 * (kube-prometheus-stack: `alertmanager.alertmanagerSpec`); where the object is in the namespace of the Alertmanager,
 * `OnNamespaceExceptForAlertmanagerNamespace` does as well. Alertmanager has to be 0.28 or newer for `teams`, and its pods
 * have to reach the receivers: no network policy of theirs is made here.
 *
 * Where several Prometheuses share the Alertmanager, each needs an external label `cluster` of its own: by it, an outage of
 * one does not silence alerts of the others. The Prometheus of `SovraMonitoring` has one, that of a chart none by default.
 *
 * Routes of others still see the alerts, Watchdog included: the operator lets every alert go on to the next
 * AlertmanagerConfig and to the configuration of the Alertmanager itself.
 *
 * @throws {SovraOpsError} listing every property that cannot work
 */
export class SovraOnCall extends Construct {
  readonly config: ApiObject;

  constructor(scope: Construct, id: string, props: SovraOnCallProps) {
    super(scope, id);
    check(this, props);
    const prometheus = props.prometheus ?? kubePrometheusStack();
    this.config = operatorObject<AlertmanagerConfigSpec>(
      this,
      'config',
      'AlertmanagerConfig',
      {
        name: NAME,
        namespace: props.namespace ?? prometheus.namespace,
        labels: { ...commonLabels(NAME, 'monitoring'), ...(props.labels ?? prometheus.selectorLabels) },
      },
      sharedRouting(props.onCall),
      'v1alpha1',
    );
    enableChecks(this);
  }
}

const NAME = 'sovra-on-call';

function check(construct: Construct, props: SovraOnCallProps): void {
  const c = new Checker(construct.node.path).props(props);
  checkOnCall(c, 'onCall', props.onCall ?? null);
  checkPrometheusRef(c, 'prometheus', props.prometheus);
  c.value('namespace', props.namespace, dnsLabel).labels('labels', props.labels).done();
}
