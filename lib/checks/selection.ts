import type { PrometheusRef } from '../kube/prometheus-ref';
import { describe, type Finding, type KubeObject, type LabelSelector, type ObjectSet, selects } from './model';

/** The two selectors by which a `Prometheus` finds objects of a kind. */
const SELECTORS: Readonly<Record<string, { labels: string; namespaces: string }>> = {
  ServiceMonitor: { labels: 'serviceMonitorSelector', namespaces: 'serviceMonitorNamespaceSelector' },
  PodMonitor: { labels: 'podMonitorSelector', namespaces: 'podMonitorNamespaceSelector' },
  Probe: { labels: 'probeSelector', namespaces: 'probeNamespaceSelector' },
  PrometheusRule: { labels: 'ruleSelector', namespaces: 'ruleNamespaceSelector' },
};

interface Candidate {
  readonly name: string;
  readonly labels: LabelSelector | undefined;
  readonly inNamespace: boolean;
}

/**
 * Each rule and monitor is selected by a Prometheus. The operator ignores what no Prometheus selects, without a word:
 * the alert then never fires.
 */
export function checkSelection(set: ObjectSet): Finding[] {
  const own = set.kind('Prometheus');
  const known = new Set(own.map((p) => `${p.metadata.namespace}/${p.metadata.name}`));
  const existing = set.facts
    .flatMap((f) => f.existingPrometheus ?? [])
    .filter((r) => !known.has(`${r.namespace}/${r.name}`));
  if (own.length + existing.length === 0) existing.push(...set.facts.flatMap((f) => f.assumedPrometheus ?? []));
  if (own.length + existing.length === 0) return [];
  return set.kind(...Object.keys(SELECTORS)).flatMap((o) => {
    const candidates = [...own.map((p) => fromObject(set, p, o)), ...existing.map((r) => fromReference(r, o))];
    return candidates.some((c) => c.inNamespace && selects(c.labels, o.metadata.labels))
      ? []
      : [unselected(o, candidates)];
  });
}

function fromObject(set: ObjectSet, prometheus: KubeObject, o: KubeObject): Candidate {
  const keys = SELECTORS[o.kind] as { labels: string; namespaces: string };
  const namespaces: LabelSelector | undefined = prometheus.spec?.[keys.namespaces];
  const sameNamespace = o.metadata.namespace === prometheus.metadata.namespace;
  return {
    name: `${prometheus.metadata.namespace}/${prometheus.metadata.name}`,
    labels: prometheus.spec?.[keys.labels],
    // No namespace selector means: only the Prometheus' own namespace.
    inNamespace:
      namespaces === undefined
        ? sameNamespace
        : selects(namespaces, set.namespaceLabels(o.metadata.namespace ?? 'default')),
  };
}

function fromReference(ref: PrometheusRef, o: KubeObject): Candidate {
  return {
    name: `${ref.namespace}/${ref.name}`,
    labels: { matchLabels: { ...ref.selectorLabels } },
    inNamespace: ref.namespaces === undefined || ref.namespaces.includes(o.metadata.namespace ?? 'default'),
  };
}

function unselected(o: KubeObject, candidates: readonly Candidate[]): Finding {
  const wants = candidates.map(
    (c) =>
      `${c.name} looks for ${JSON.stringify(c.labels ?? null)}${c.inNamespace ? '' : ' but not in this namespace'}`,
  );
  return {
    object: describe(o),
    property: 'metadata.labels',
    given: o.metadata.labels ?? {},
    allowed: `labels and a namespace that a Prometheus selects (${wants.join('; ')})`,
    remedy:
      'Give the construct the Prometheus that it is meant for (`prometheus: monitoring.prometheusRef`), or add its namespace to `prometheus.namespaces`.',
  };
}
