import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Role, RoleBinding } from 'kubernetes-types/rbac/v1';
import { commonLabels, PART_OF } from '../kube/labels';
import { type ClusterNetworkProps, toApiServer } from '../kube/network';
import { kubeObject } from '../kube/object';
import type { TaskContainer, TaskPodProps } from '../operations/task-pod';
import type { SovraInstallation } from '../sovra/installation';
import { type Checker, dnsLabel, known, type Rule } from '../validate';
import { checkKinds, KINDS_FIRST, KINDS_LAST, type KubernetesKinds, kindsOf, rulesFor } from './kubernetes-kinds';
import { kubectlContainer, RBAC } from './kubernetes-task';
import type { RepositoryAccess } from './repository';
import { resticContainer } from './restic';
import { RESTORE_COMPONENT } from './restore-job';
import { SCRATCH, STORED } from './restore-scripts';

export interface RestoreNamespaceProps extends Pick<KubernetesKinds, 'kinds'> {
  /** Whose objects. It has to be there, with the Secrets of the repository. */
  readonly namespace: string;
  /**
   * The name of the namespace, as the word that fields which somebody else has set in the meantime may be set back. Without
   * it one such field is enough for nothing to be restored. @default none
   */
  readonly overwrite?: string;
}

/** To whom the restored fields belong, in the objects' own records. */
const FIELD_MANAGER = 'sovra-restore';
const OBJECTS = `${SCRATCH}/objects.json`;

/**
 * Makes objects that can be applied of those that were read: without what a cluster gives to each object by itself, and
 * without what has no sense in another one. Left out are objects that a controller made of others, that were being deleted,
 * and the accounts of restores, which may do everything.
 *
 * References to owners go too: the owner has another uid now, and what refers to one that is not there is collected as
 * garbage. Tokens of accounts are made anew by the cluster, since the old ones were signed for an account that is gone.
 */
export const APPLIABLE_PROGRAM = `
${JSON.stringify(KINDS_FIRST)} as $first | ${JSON.stringify(KINDS_LAST)} as $last
| def rank: .kind as $kind | ($first | index($kind)) // (if ($last | index($kind)) then 1000 + ($last | index($kind)) else 999 end);
  def is($version; $kind): .apiVersion == $version and .kind == $kind;
  def token: is("v1"; "Secret") and .type == "kubernetes.io/service-account-token";
  def not_declared: .metadata.deletionTimestamp != null
    or any(.metadata.ownerReferences[]?; .controller == true)
    or (is("v1"; "ConfigMap") and .metadata.name == "kube-root-ca.crt")
    or (token and .metadata.annotations["kubernetes.io/service-account.name"] == "default")
    or (.metadata.labels["app.kubernetes.io/managed-by"] == "${PART_OF}"
        and .metadata.labels["app.kubernetes.io/component"] == "${RESTORE_COMPONENT}");
  def of_the_cluster: test("^(kubectl\\\\.kubernetes\\\\.io/last-applied-configuration|deployment\\\\.kubernetes\\\\.io/revision"
    + "|deprecated\\\\.daemonset\\\\.template\\\\.generation|pv\\\\.kubernetes\\\\.io/.+"
    + "|volume\\\\.(beta\\\\.)?kubernetes\\\\.io/(storage-provisioner|selected-node)|kubernetes\\\\.io/service-account\\\\.uid)$");
  def finalizers_of_the_cluster: ["kubernetes.io/pvc-protection", "service.kubernetes.io/load-balancer-cleanup", "orphan", "foregroundDeletion"];
  def without_empty($key): if .[$key] == {} or .[$key] == [] then del(.[$key]) else . end;
  def appliable:
    del(.status)
    | .metadata |= (
        del(.uid, .resourceVersion, .creationTimestamp, .generation, .managedFields, .selfLink, .ownerReferences)
        | if .annotations then .annotations |= with_entries(select(.key | of_the_cluster | not)) else . end
        | if .finalizers then .finalizers -= finalizers_of_the_cluster else . end
        | without_empty("annotations") | without_empty("finalizers"))
    | if token then del(.data) else . end
    | if is("v1"; "Service") then .spec |= (del(.healthCheckNodePort)
        | if .clusterIP == "None" then . else del(.clusterIP, .clusterIPs) end) else . end
    | if is("v1"; "PersistentVolumeClaim") then del(.spec.volumeName) else . end
    | if .kind == "StatefulSet" and .spec.volumeClaimTemplates then del(.spec.volumeClaimTemplates[].status) else . end;
[ .items[] | select(not_declared | not) ]
| if . == [] then error("no object in it can be restored") else sort_by(rank)[] | appliable end
`.trim();

/** In the image of restic; the program above is its first argument. */
const PREPARE_SCRIPT = `
set -eu
umask 077
jq --compact-output "$1" ${STORED} > ${OBJECTS}
echo "$(wc -l < ${OBJECTS}) objects are to be restored"
`.trim();

/**
 * What is restored of a namespace, in the steps of a pod: choose and fetch, make appliable, try, apply. The API server is
 * asked to try all of it first, so that a conflict or an object that it does not take is found before anything is changed.
 *
 * What is fetched never touches the node's disk, since Secrets are in it.
 */
export function namespacePod(
  sovra: SovraInstallation,
  access: RepositoryAccess,
  fetch: TaskContainer,
  given: RestoreNamespaceProps,
  network: ClusterNetworkProps = {},
): TaskPodProps {
  const scratch = { name: 'scratch', mountPath: SCRATCH };
  const apply = (name: string, ...more: readonly string[]): TaskContainer => ({
    ...kubectlContainer(sovra, name, [
      ...['apply', '--server-side', `--field-manager=${FIELD_MANAGER}`, '--namespace', given.namespace],
      ...['--filename', OBJECTS, ...(given.overwrite === undefined ? [] : ['--force-conflicts']), ...more],
    ]),
    volumeMounts: [{ ...scratch, readOnly: true }],
  });
  return {
    serviceAccountToken: true,
    egress: [toApiServer(network), ...access.egress],
    initContainers: [
      fetch,
      {
        ...resticContainer(sovra, access, 'prepare', []),
        command: ['/bin/sh', '-c', PREPARE_SCRIPT, 'prepare', APPLIABLE_PROGRAM],
        env: [],
        volumeMounts: [scratch],
      },
      apply('try', '--dry-run=server'),
    ],
    containers: [apply('restore')],
    volumes: [{ name: 'scratch', emptyDir: { medium: 'Memory', sizeLimit: '256Mi' } }, ...access.volumes],
  };
}

/**
 * What the account of the Job may do, in that namespace: read, make and change what is restored. To make Roles and
 * RoleBindings that allow more than it has itself it needs `escalate` and `bind`, so whoever has this account has the
 * namespace.
 */
export function namespaceRights(
  scope: Construct,
  id: string,
  name: string,
  { namespace, kinds }: RestoreNamespaceProps,
): ApiObject {
  const metadata = { name, namespace, labels: commonLabels(name, RESTORE_COMPONENT) };
  kubeObject<RoleBinding>(scope, `${id}-role-binding`, `${RBAC}/v1`, 'RoleBinding', metadata, {
    roleRef: { apiGroup: RBAC, kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  });
  return kubeObject<Role>(scope, `${id}-role`, `${RBAC}/v1`, 'Role', metadata, {
    rules: [
      ...rulesFor(kindsOf({ kinds }), ['get', 'create', 'patch']),
      { apiGroups: [RBAC], resources: ['roles'], verbs: ['escalate'] },
      { apiGroups: [RBAC], resources: ['roles', 'clusterroles'], verbs: ['bind'] },
    ],
  });
}

/** @param theWord the rule for `overwrite`, of the name that it has to be */
export function checkRestoreNamespaces(
  c: Checker,
  namespaces: readonly RestoreNamespaceProps[] | undefined,
  theWord: (name: string | undefined, what: string) => Rule,
): void {
  const all = c.parts('namespaces', namespaces);
  for (const { at, entry } of all) {
    c.item(`${at}.namespace`, entry.namespace, known(dnsLabel)).value(
      `${at}.overwrite`,
      entry.overwrite,
      theWord(entry.namespace, 'namespace'),
    );
    checkKinds(c, at, entry.kinds);
  }
  c.unique(
    'namespaces',
    all.map(({ entry }) => entry.namespace),
  );
}
