import type { IConstruct } from 'constructs';
import { type PrometheusRef, SOVRA_PROMETHEUS } from '../kube/prometheus-ref';
import type { AlertThresholds } from '../rules/thresholds';
import type { Labels, SovraInstallation } from '../sovra/installation';

/** Pods that are there but not ours: the control plane, Vault, the parts of an existing stack. */
export interface KnownPods {
  readonly namespace: string;
  readonly labels: Labels;
  readonly ports: readonly number[];
  /** Names of ports and Services in front of the pods, as monitors name them. */
  readonly service?: {
    readonly name: string;
    readonly labels: Labels;
    readonly ports: Readonly<Record<string, number>>;
  };
}

/** What the synth checks cannot read from the objects themselves. */
export interface Facts {
  readonly sovra?: SovraInstallation;
  /** A Prometheus that exists outside the set of objects. */
  readonly existingPrometheus?: PrometheusRef;
  readonly knownPods?: readonly KnownPods[];
  /** The Prometheus that rules are meant for, where neither the set nor the facts hold one. */
  readonly assumedPrometheus?: PrometheusRef;
  /**
   * Expressions and dashboards that come from the catalogue as they are. The tests parse each of them for every kind of
   * installation, so a synth does not have to; whatever is not among them it parses.
   */
  readonly proven?: readonly string[];
  /** At which the alerts of `sovra` fire. */
  readonly alertThresholds?: AlertThresholds;
  /** Which the dashboards of `sovra` draw, and `Kind namespace/name` of one of them. */
  readonly drawn?: { readonly thresholds: AlertThresholds; readonly object: string };
}

/** The Prometheus that a construct was told, or the one that it assumes. */
export function meantFor(prometheus: PrometheusRef | undefined): Facts {
  return prometheus ? { existingPrometheus: prometheus } : { assumedPrometheus: SOVRA_PROMETHEUS };
}

const FACTS = Symbol.for('sovra-ops.facts');

/** Attaches facts to a construct; the checks collect them over the whole tree. */
export function declareFacts(construct: IConstruct, facts: Facts): void {
  const holder = construct as { [FACTS]?: Facts[] };
  holder[FACTS] = [...(holder[FACTS] ?? []), facts];
}

/** The facts of all constructs of a tree, in the order of the tree. */
export function collectFacts(root: IConstruct): Facts[] {
  return root.node.findAll().flatMap((c) => (c as { [FACTS]?: Facts[] })[FACTS] ?? []);
}
