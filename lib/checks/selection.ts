import type { PrometheusRef } from '../kube/prometheus-ref';
import { describe, type Finding, type KubeObject, type LabelSelector, type ObjectSet, selects } from './model';
import { operatedPods, operatorLabels } from './operated';
import type { Endpoint } from './reach';

/** The two selectors by which an object of the operator finds objects of a kind, and which kinds have them. */
const SELECTORS: Readonly<Record<string, { labels: string; namespaces: string; of: readonly string[] }>> = {
  ServiceMonitor: {
    labels: 'serviceMonitorSelector',
    namespaces: 'serviceMonitorNamespaceSelector',
    of: ['Prometheus', 'PrometheusAgent'],
  },
  PodMonitor: {
    labels: 'podMonitorSelector',
    namespaces: 'podMonitorNamespaceSelector',
    of: ['Prometheus', 'PrometheusAgent'],
  },
  Probe: { labels: 'probeSelector', namespaces: 'probeNamespaceSelector', of: ['Prometheus', 'PrometheusAgent'] },
  PrometheusRule: { labels: 'ruleSelector', namespaces: 'ruleNamespaceSelector', of: ['Prometheus', 'ThanosRuler'] },
};

/** What Prometheus finds by labels. */
export const SELECTED_KINDS: readonly string[] = Object.keys(SELECTORS);
/** What finds them. */
export const SELECTING_KINDS: readonly string[] = ['Prometheus', 'PrometheusAgent', 'ThanosRuler'];

/** A Prometheus that may be meant for an object. */
interface Candidate {
  readonly name: string;
  readonly labels: LabelSelector | undefined;
  readonly inNamespace: boolean;
  readonly pods: Endpoint;
}

/**
 * Each rule and monitor is selected by a Prometheus. The operator ignores what no Prometheus selects, without a word:
 * the alert then never fires.
 */
export function checkSelection(set: ObjectSet): Finding[] {
  return set.kind(...SELECTED_KINDS).flatMap((o) => {
    const candidates = candidatesFor(set, o);
    return candidates.length === 0 || candidates.some((c) => takes(c, o)) ? [] : [unselected(o, candidates)];
  });
}

/** The pods of each Prometheus that selects a monitor. */
export function selectingPods(set: ObjectSet, monitor: KubeObject): Endpoint[] {
  return candidatesFor(set, monitor)
    .filter((c) => takes(c, monitor))
    .map((c) => c.pods);
}

function takes(c: Candidate, o: KubeObject): boolean {
  return c.inNamespace && selects(c.labels, o.metadata.labels);
}

function candidatesFor(set: ObjectSet, o: KubeObject): Candidate[] {
  const own = set.kind('Prometheus');
  const known = new Set(own.map((p) => `${p.metadata.namespace}/${p.metadata.name}`));
  const existing = set.facts
    .flatMap((f) => f.existingPrometheus ?? [])
    .filter((r) => !known.has(`${r.namespace}/${r.name}`));
  if (own.length + existing.length === 0) existing.push(...set.facts.flatMap((f) => f.assumedPrometheus ?? []));
  // Without a Prometheus that is known, nobody can say which one is meant.
  if (own.length + existing.length === 0) return [];
  return [
    ...set.kind(...(SELECTORS[o.kind]?.of ?? [])).map((p) => fromObject(set, p, o)),
    ...existing.map((r) => fromReference(r, o)),
  ];
}

function fromObject(set: ObjectSet, prometheus: KubeObject, o: KubeObject): Candidate {
  const keys = SELECTORS[o.kind] as { labels: string; namespaces: string };
  const namespaces: LabelSelector | null | undefined = prometheus.spec?.[keys.namespaces];
  const sameNamespace = o.metadata.namespace === prometheus.metadata.namespace;
  return {
    name: `${prometheus.metadata.namespace}/${prometheus.metadata.name}`,
    labels: prometheus.spec?.[keys.labels],
    // No namespace selector means: only the Prometheus' own namespace.
    inNamespace:
      namespaces === undefined || namespaces === null
        ? sameNamespace
        : set.selectsNamespace(namespaces, o.metadata.namespace ?? 'default'),
    pods: operatedPods(prometheus).pods,
  };
}

function fromReference(ref: PrometheusRef, o: KubeObject): Candidate {
  return {
    name: `${ref.namespace}/${ref.name}`,
    labels: { matchLabels: { ...ref.selectorLabels } },
    inNamespace: ref.namespaces === undefined || ref.namespaces.includes(o.metadata.namespace ?? 'default'),
    pods: { namespace: ref.namespace, labels: { ...operatorLabels('Prometheus', ref.name), ...ref.podLabels } },
  };
}

function unselected(o: KubeObject, candidates: readonly Candidate[]): Finding {
  const wants = candidates.map(
    (c) =>
      `${c.name} looks for ${JSON.stringify(c.labels ?? null)}${c.inNamespace ? '' : ' but not in this namespace'}`,
  );
  return {
    object: describe(o),
    subject: o,
    property: 'metadata.labels',
    given: o.metadata.labels ?? {},
    allowed: `labels and a namespace that a Prometheus selects (${wants.join('; ')})`,
    remedy:
      'Give the construct the Prometheus that it is meant for (`prometheus: monitoring.prometheusRef`), or add its namespace to `prometheus.namespaces`.',
  };
}
