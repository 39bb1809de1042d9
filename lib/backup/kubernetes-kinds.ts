import type { PolicyRule } from 'kubernetes-types/rbac/v1';
import { type Checker, known, type Rule } from '../validate';

/**
 * What people and pipelines declare in a namespace: as `kubectl get` takes it, and as objects call it. What controllers make
 * of it (pods, ReplicaSets, Jobs, endpoints, leases, events) is not here: they make it again. In the order in which a
 * restore needs them.
 */
const FIRST: readonly (readonly [string, string])[] = [
  ['serviceaccounts', 'ServiceAccount'],
  ['secrets', 'Secret'],
  ['configmaps', 'ConfigMap'],
  ['persistentvolumeclaims', 'PersistentVolumeClaim'],
  ['roles.rbac.authorization.k8s.io', 'Role'],
  ['rolebindings.rbac.authorization.k8s.io', 'RoleBinding'],
  ['networkpolicies.networking.k8s.io', 'NetworkPolicy'],
  ['limitranges', 'LimitRange'],
  ['services', 'Service'],
  ['poddisruptionbudgets.policy', 'PodDisruptionBudget'],
  ['deployments.apps', 'Deployment'],
  ['statefulsets.apps', 'StatefulSet'],
  ['daemonsets.apps', 'DaemonSet'],
  ['horizontalpodautoscalers.autoscaling', 'HorizontalPodAutoscaler'],
  ['cronjobs.batch', 'CronJob'],
  ['ingresses.networking.k8s.io', 'Ingress'],
];
/** After kinds of others: a quota that its controller has not counted yet admits nothing. */
const LAST: readonly (readonly [string, string])[] = [['resourcequotas', 'ResourceQuota']];
const BUILT_IN = [...FIRST, ...LAST].map(([resource]) => resource);

/** The kinds that a restore takes first, and those that it takes last, in order. */
export const KINDS_FIRST: readonly string[] = FIRST.map(([, kind]) => kind);
export const KINDS_LAST: readonly string[] = LAST.map(([, kind]) => kind);

/** Which kinds of objects. */
export interface KubernetesKinds {
  /**
   * Kinds of custom resources, as `RESOURCE.GROUP`, such as 'prometheusrules.monitoring.coreos.com'. A kind that the
   * cluster does not know fails the backup. @default none, only those of Kubernetes itself
   */
  readonly kinds?: readonly string[];
  /** False leaves Secrets out. In the repository they lie encrypted. @default true */
  readonly secrets?: boolean;
}

/** As `kubectl get` takes them. */
export function kindsOf({ kinds = [], secrets = true }: KubernetesKinds): string[] {
  const [last, first] = [LAST, FIRST].map((list) => list.map(([resource]) => resource)) as [string[], string[]];
  return [...first, ...kinds, ...last].filter((kind) => secrets || kind !== 'secrets');
}

/** One rule for each API group. */
export function rulesFor(kinds: readonly string[], verbs: readonly string[]): PolicyRule[] {
  const groups = new Map<string, string[]>();
  for (const kind of kinds) {
    const [resource = '', ...group] = kind.split('.');
    const name = group.join('.');
    groups.set(name, [...(groups.get(name) ?? []), resource]);
  }
  return [...groups].map(([group, resources]) => ({ apiGroups: [group], resources, verbs: [...verbs] }));
}

const RESOURCE = /^[a-z][a-z0-9]*(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)+$/;
const VERSION = /^v\d+((alpha|beta)\d+)?$/;
/** The rights are made of it, so it has to be known. */
const customKind: Rule = known((v) => {
  if (!RESOURCE.test(v) || v.length > 253)
    return {
      allowed: 'a resource and its API group in lower case, such as "prometheusrules.monitoring.coreos.com"',
      remedy: 'Take the name of its CustomResourceDefinition: `kubectl get crds`.',
    };
  if (VERSION.test(v.split('.')[1] as string))
    return { allowed: 'a resource and its API group, without a version', remedy: 'Leave the version out.' };
  if (BUILT_IN.includes(v))
    return { allowed: 'a kind beside those that are backed up anyway', remedy: 'Leave it out.' };
  return undefined;
});

export function checkKinds(c: Checker, at: string, kinds: readonly string[] | undefined): void {
  c.each(`${at}.kinds`, kinds, customKind);
  if (Array.isArray(kinds)) c.unique(`${at}.kinds`, kinds);
}
