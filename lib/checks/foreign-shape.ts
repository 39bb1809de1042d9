import type { KubeObject } from './model';

/**
 * Stands for a value that is not known yet. It is a symbol, so that nothing takes it for a text, and what is made of it
 * by mistake throws.
 */
export const UNKNOWN = Symbol('a value that is not known yet');

/** Whether there is anything unknown in a value. */
export function holdsUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsUnknown);
}

/** What the checks read of a value: a scalar, a list, a map of texts, or an object of fields. */
type Shape = 'text' | 'number' | 'flag' | 'portish' | 'texts' | readonly [Shape] | { readonly [field: string]: Shape };

const SELECTOR: Shape = {
  matchLabels: 'texts',
  matchExpressions: [{ key: 'text', operator: 'text', values: ['text'] }],
};
const PEERS: Shape = [{ ipBlock: { cidr: 'text' }, namespaceSelector: SELECTOR, podSelector: SELECTOR }];
const POLICY_PORTS: Shape = [{ port: 'portish', endPort: 'number', protocol: 'text' }];
const CHOSEN_NAMESPACES: Shape = { any: 'flag', matchNames: ['text'] };
const SCRAPED: Shape = [
  {
    port: 'text',
    portNumber: 'number',
    targetPort: 'portish',
    relabelings: [{ targetLabel: 'text', replacement: 'text', sourceLabels: ['text'] }],
  },
];
const WORKLOAD: Shape = {
  spec: {
    template: {
      metadata: { labels: 'texts' },
      spec: { hostNetwork: 'flag', containers: [{ ports: [{ name: 'text', containerPort: 'number' }] }] },
    },
  },
};
const OPERATED = { podMetadata: { labels: 'texts' }, hostNetwork: 'flag' } as const;
const MONITOR_SELECTORS = {
  serviceMonitorSelector: SELECTOR,
  serviceMonitorNamespaceSelector: SELECTOR,
  podMonitorSelector: SELECTOR,
  podMonitorNamespaceSelector: SELECTOR,
  probeSelector: SELECTOR,
  probeNamespaceSelector: SELECTOR,
} as const;
const RULE_SELECTORS = { ruleSelector: SELECTOR, ruleNamespaceSelector: SELECTOR } as const;

/**
 * The kinds that the checks read, by group, and of each the fields. Nothing else of an object is looked at (but for the
 * search for strays), so that nothing else, such as the values of a Secret, can end up in a message.
 */
const SHAPES: Readonly<Record<string, Shape>> = {
  '/Namespace': {},
  '/Service': {
    spec: { selector: 'texts', ports: [{ name: 'text', port: 'number', targetPort: 'portish' }] },
  },
  '/ConfigMap': { data: 'texts' },
  'apps/Deployment': WORKLOAD,
  'apps/StatefulSet': WORKLOAD,
  'apps/DaemonSet': WORKLOAD,
  'networking.k8s.io/NetworkPolicy': {
    spec: {
      podSelector: SELECTOR,
      policyTypes: ['text'],
      ingress: [{ from: PEERS, ports: POLICY_PORTS }],
      egress: [{ to: PEERS, ports: POLICY_PORTS }],
    },
  },
  'monitoring.coreos.com/Prometheus': { spec: { ...OPERATED, ...MONITOR_SELECTORS, ...RULE_SELECTORS } },
  'monitoring.coreos.com/PrometheusAgent': { spec: { ...OPERATED, ...MONITOR_SELECTORS } },
  'monitoring.coreos.com/ThanosRuler': { spec: { ...OPERATED, ...RULE_SELECTORS } },
  'monitoring.coreos.com/Alertmanager': { spec: OPERATED },
  'monitoring.coreos.com/ServiceMonitor': {
    spec: { selector: SELECTOR, namespaceSelector: CHOSEN_NAMESPACES, endpoints: SCRAPED },
  },
  'monitoring.coreos.com/PodMonitor': {
    spec: { selector: SELECTOR, namespaceSelector: CHOSEN_NAMESPACES, podMetricsEndpoints: SCRAPED },
  },
  'monitoring.coreos.com/Probe': {
    spec: { prober: { url: 'text' }, targets: { staticConfig: { static: ['text'] } } },
  },
  'monitoring.coreos.com/PrometheusRule': {
    spec: { groups: [{ name: 'text', rules: [{ alert: 'text', record: 'text', expr: 'text' }] }] },
  },
};

/** Common kinds that live in a namespace; of any other kind nobody can tell without asking the cluster. */
const NAMESPACED =
  /^(apps\/|networking\.k8s\.io\/(Ingress|NetworkPolicy)$|batch\/|autoscaling\/|monitoring\.coreos\.com\/|policy\/PodDisruptionBudget$|rbac\.authorization\.k8s\.io\/Role(Binding)?$|\/(Service|ConfigMap|Secret|ServiceAccount|Pod|PersistentVolumeClaim|Endpoints|ResourceQuota|LimitRange|ReplicationController)$)/;

/** A document that may be an object, with its place in the list that was given. */
export interface Document {
  readonly index: number;
  readonly value: unknown;
}

/** An object of other people, reduced to what the checks read. Any field can be `UNKNOWN`, whatever its type says. */
export interface ForeignObject {
  readonly index: number;
  readonly object: KubeObject;
  /** False for kinds that no check but the one for duplicates reads, also where another group has a kind of that name. */
  readonly read: boolean;
  /** False where its name is left to the cluster, or missing. */
  readonly named: boolean;
}

/** The documents in a list, those in lists of Kubernetes (`kind: List`, `kind: RoleList`) on their own. */
export function documentsIn(given: readonly unknown[]): Document[] {
  return given.flatMap((value, index) => unfold(value).map((v) => ({ index, value: v })));
}

function unfold(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(unfold);
  if (!isMap(value)) return [];
  const { kind, apiVersion, items } = value;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return [value];
  const inherited = kind === 'List' ? {} : { apiVersion, kind: kind.slice(0, -'List'.length) };
  return items.flatMap((item) => unfold(isMap(item) ? { ...inherited, ...item } : item));
}

/** What the checks can read of a document; undefined where it is no object of Kubernetes. */
export function foreignObject({ index, value }: Document, defaultNamespace: string): ForeignObject | undefined {
  if (!isMap(value)) return undefined;
  const { apiVersion, kind } = value;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return undefined;
  const type = `${apiVersion.includes('/') ? apiVersion.split('/')[0] : ''}/${kind}`;
  const shape = SHAPES[type];
  const body = shape && shaped(shape, value);
  const { name, ...metadata } = metadataOf(value.metadata);
  const namespace = metadata.namespace || (NAMESPACED.test(type) ? defaultNamespace : undefined);
  return {
    index,
    read: shape !== undefined,
    named: typeof name === 'string',
    object: {
      ...(isMap(body) ? body : {}),
      apiVersion,
      kind,
      metadata: { ...metadata, ...(namespace !== undefined && { namespace }), name: name ?? NO_NAME },
    } as KubeObject,
  };
}

/** What can stand where a name is missing; no name of an object holds a space. */
export const NO_NAME = 'without a name';

function metadataOf(given: unknown): { name?: unknown; namespace?: unknown; labels?: unknown } {
  if (given === UNKNOWN) return { name: UNKNOWN, namespace: UNKNOWN, labels: UNKNOWN };
  return shaped({ name: 'text', namespace: 'text', labels: 'texts' }, given) ?? {};
}

/** Whether a value holds named values. */
export const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A value reduced to a shape; undefined where it has another one. A malformed field is left out rather than refused: the
 * API server says so better, and the other objects can still be checked.
 */
function shaped(shape: Shape, value: unknown): Record<string, unknown> | undefined {
  return reduced(shape, value) as Record<string, unknown> | undefined;
}

function reduced(shape: Shape, value: unknown): unknown {
  if (value === UNKNOWN) return UNKNOWN;
  if (typeof shape === 'string') return scalar(shape, value);
  if (Array.isArray(shape)) return Array.isArray(value) ? value.flatMap((v) => reduced(shape[0], v) ?? []) : undefined;
  if (!isMap(value)) return undefined;
  return Object.fromEntries(
    Object.entries(shape).flatMap(([k, s]) => {
      const v = reduced(s, value[k]);
      return v === undefined ? [] : [[k, v]];
    }),
  );
}

function scalar(shape: Shape & string, value: unknown): unknown {
  switch (shape) {
    case 'number':
      // A port in quotation marks is one all the same.
      return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : ofType('number', value);
    case 'flag':
      return ofType('boolean', value);
    case 'portish':
      return ofType('number', value) ?? textOf(value);
    case 'text':
      return textOf(value);
    case 'texts':
      return isMap(value) ? Object.fromEntries(Object.entries(value).flatMap(([k, v]) => textEntry(k, v))) : undefined;
  }
}

const ofType = (type: 'number' | 'boolean', value: unknown) => (typeof value === type ? value : undefined);
/** YAML reads a text without quotation marks as a number or flag where it looks like one. */
const textOf = (value: unknown) =>
  typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : undefined;
const textEntry = (key: string, value: unknown): [string, unknown][] => {
  const text = value === UNKNOWN ? value : textOf(value);
  return text === undefined ? [] : [[key, text]];
};
