import { panels } from '../checks/expressions';
import { describe, type KubeObject } from '../checks/model';
import { TARGETS_EXPECTED } from '../rules/recordings';
import { type Sight, sightOf } from './sight';

/** What an expression is for. */
export type Purpose = 'alert' | 'recording' | 'objective' | 'panel';

/** A rule as the manifests have it. */
export interface ExpectedRule {
  readonly purpose: Exclude<Purpose, 'panel'>;
  readonly type: 'alerting' | 'recording';
  readonly name: string;
  readonly group: string;
  /** `PrometheusRule monitoring/sovra-alerts-vault` */
  readonly object: string;
  readonly expr: string;
  readonly for: string;
  readonly keepFiringFor: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Something that can be blind: a rule, or the query of a panel. */
export interface Viewer {
  readonly purpose: Purpose;
  /** Name of the rule, or `sovra-vault.json panel "Sealed"`. */
  readonly name: string;
  /** What tells it from others of its name: `task=backup`; empty where nothing has to. */
  readonly which: string;
  readonly object: string;
  readonly expr: string;
  /** Undefined where the expression cannot be read. */
  readonly sight: Sight | undefined;
}

/** Targets that the manifests ask for. */
export interface ExpectedTargets {
  readonly job: string;
  readonly edgeNode?: string;
  readonly count: number;
}

/** What a Prometheus that serves these manifests should have. */
export interface Expected {
  readonly rules: readonly ExpectedRule[];
  readonly viewers: readonly Viewer[];
  readonly targets: readonly ExpectedTargets[];
}

/** Reads rules, dashboards and monitors from Kubernetes objects; all others say nothing of a Prometheus. */
export function expectedOf(objects: readonly KubeObject[]): Expected {
  const rules = objects.filter((o) => o.kind === 'PrometheusRule').flatMap(rulesOf);
  const queries = panels(
    objects.filter((o) => o.kind === 'ConfigMap'),
    new Set(),
  );
  return {
    rules,
    viewers: [
      ...rules.map((r) => viewer(r.purpose, r.name, distinction(r, rules), r.object, r.expr)),
      ...queries.map((q) => viewer('panel', q.property, '', describe(q.object), q.expr)),
    ],
    targets: merged([...rules.flatMap(targetsOfRule), ...objects.flatMap(targetsOfMonitor)]),
  };
}

function viewer(purpose: Purpose, name: string, which: string, object: string, expr: string): Viewer {
  return { purpose, name, which, object, expr, sight: sightOf(expr) };
}

interface RawRule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr?: string | number;
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly labels?: Record<string, string>;
}

function rulesOf(object: KubeObject): ExpectedRule[] {
  const groups = (object.spec?.groups ?? []) as readonly { name: string; rules?: readonly RawRule[] }[];
  return groups.flatMap((g) => (g.rules ?? []).map((r) => ruleOf(r, g.name, describe(object))));
}

/** The label by which rules of one objective belong together. */
const OBJECTIVE_LABEL = 'slo';

function ruleOf(r: RawRule, group: string, object: string): ExpectedRule {
  const labels = Object.fromEntries(Object.entries(r.labels ?? {}).map(([k, v]) => [k, String(v)]));
  const type = r.alert === undefined ? 'recording' : 'alerting';
  const plain = type === 'alerting' ? 'alert' : 'recording';
  return {
    purpose: labels[OBJECTIVE_LABEL] === undefined ? plain : 'objective',
    type,
    name: r.alert ?? r.record ?? '',
    group,
    object,
    expr: String(r.expr ?? ''),
    for: r.for ?? '0s',
    keepFiringFor: r.keep_firing_for ?? '0s',
    labels,
  };
}

/** The labels in which rules of the same name differ. */
function distinction(rule: ExpectedRule, rules: readonly ExpectedRule[]): string {
  const same = rules.filter((r) => r.name === rule.name);
  return Object.entries(rule.labels)
    .filter(([k, v]) => same.some((r) => r.labels[k] !== v))
    .map(([k, v]) => `${k}=${v}`)
    .join(' ');
}

/** The description of the installation, as far as its rules carry it. */
function targetsOfRule({ name, expr, labels }: ExpectedRule): ExpectedTargets[] {
  const count = /^vector\((\d+)\)$/.exec(expr)?.[1];
  const { job, edge_node: edgeNode } = labels;
  return name === TARGETS_EXPECTED && count !== undefined && job !== undefined
    ? [{ job, edgeNode, count: Number(count) }]
    : [];
}

interface Endpoint {
  readonly relabelings?: readonly { readonly targetLabel?: string; readonly replacement?: string }[];
}

/** A monitor says its job by relabelling, a probe by name; of others the job depends on what they find. */
function targetsOfMonitor({ kind, spec }: KubeObject): ExpectedTargets[] {
  if (kind === 'Probe') {
    const fixed = spec?.targets?.staticConfig as { static?: string[]; labels?: Record<string, string> } | undefined;
    const count = fixed?.static?.length ?? 1;
    return spec?.jobName === undefined ? [] : [{ job: spec.jobName, edgeNode: fixed?.labels?.edge_node, count }];
  }
  if (kind !== 'ServiceMonitor' && kind !== 'PodMonitor') return [];
  return ((spec?.endpoints ?? spec?.podMetricsEndpoints ?? []) as Endpoint[]).flatMap(({ relabelings = [] }) => {
    const constant = (target: string) => relabelings.find((r) => r.targetLabel === target)?.replacement;
    const job = constant('job');
    return job === undefined || job.includes('$') ? [] : [{ job, edgeNode: constant('edge_node'), count: 1 }];
  });
}

function merged(all: readonly ExpectedTargets[]): ExpectedTargets[] {
  const byKey = new Map<string, ExpectedTargets>();
  for (const t of all) {
    const key = JSON.stringify([t.job, t.edgeNode]);
    if ((byKey.get(key)?.count ?? 0) < t.count) byKey.set(key, t);
  }
  return [...byKey.values()];
}
