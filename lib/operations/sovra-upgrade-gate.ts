import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { Job } from 'kubernetes-types/batch/v1';
import type { ServiceAccount } from 'kubernetes-types/core/v1';
import type { Role, RoleBinding } from 'kubernetes-types/rbac/v1';
import { checkNetwork } from '../kube/check-network';
import { commonLabels } from '../kube/labels';
import { type ClusterNetworkProps, networkPolicy, toApiServer, toDns } from '../kube/network';
import { kubeObject } from '../kube/object';
import type { Resources } from '../kube/pod';
import { checkInstallation } from '../sovra/check-installation';
import type { SovraInstallation } from '../sovra/installation';
import { Checker, cronJobName, dnsLabel, known, positiveInteger, type Rule } from '../validate';
import { ScheduledTask } from './scheduled-task';
import { TASK_SELECTOR, type TaskContainer, taskPod } from './task-pod';

/** A CronJob that the gate starts once. A `TaskDescription`, such as those of `SovraBackupSchedule`, is one. */
export interface GateTask {
  /** Of the CronJob. */
  readonly name: string;
  readonly namespace: string;
  /** How long a run may take with all its retries, in seconds; the gate waits a little longer. */
  readonly activeDeadlineSeconds: number;
}

export interface SovraUpgradeGateProps {
  /** What is operated. */
  readonly sovra: SovraInstallation;
  /**
   * What has to succeed before an upgrade, in this order: the backups (the database, then every Vault, since rows refer to
   * keys), then their verification. Each is started when the one before has succeeded.
   */
  readonly run: readonly GateTask[];
  /** Name of the gate's objects; at most 52 characters. @default 'sovra-upgrade-gate' */
  readonly name?: string;
  /** Where it runs. @default the namespace of the installation */
  readonly namespace?: string;
  /**
   * Who starts it. 'manual': a suspended CronJob, of which a person or a pipeline makes a Job. 'argo-cd': a Job that Argo CD
   * runs before each sync. 'helm': a Job that Helm runs before each upgrade. @default 'manual'
   */
  readonly startedBy?: 'manual' | 'argo-cd' | 'helm';
  /** What network policies cannot know. @default CoreDNS in kube-system, the API server at any address */
  readonly network?: ClusterNetworkProps;
}

const NAME = 'sovra-upgrade-gate';
/** Until the controller has started the Job, and until the watch has told of its end; in seconds. */
const SLACK = 120;
const RESOURCES: Resources = { cpu: '10m', memory: '32Mi', cpuLimit: '200m', memoryLimit: '128Mi' };
const HOOKS = {
  'argo-cd': {
    'argocd.argoproj.io/hook': 'PreSync',
    'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation',
  },
  helm: { 'helm.sh/hook': 'pre-upgrade', 'helm.sh/hook-delete-policy': 'before-hook-creation' },
} as const;

/**
 * What stands before an upgrade: it takes a backup now and has it verified, and succeeds only when all of that did.
 *
 * ```sh
 * kubectl -n sovra create job --from=cronjob/sovra-upgrade-gate before-2026-4
 * kubectl -n sovra wait --for=condition=complete job/before-2026-4 --timeout=5h && kubectl apply --server-side -f dist/
 * ```
 *
 * It starts Jobs from the CronJobs that are named, one after the other. Its account may read those CronJobs, and make and
 * watch Jobs in their namespaces. RBAC cannot say which Jobs: who has the account can run any pod that the namespace admits.
 *
 * @throws {SovraOpsError} listing every property that cannot work
 */
export class SovraUpgradeGate extends Construct {
  /** The suspended CronJob; undefined for a hook. */
  readonly task?: ScheduledTask;
  /** The Job of a hook. */
  readonly job?: ApiObject;
  readonly roles: readonly ApiObject[];
  /** The longest that it can take, in seconds. */
  readonly deadlineSeconds: number;

  constructor(scope: Construct, id: string, props: SovraUpgradeGateProps) {
    super(scope, id);
    check(this, props);
    const { sovra, run, startedBy = 'manual', network = {} } = props;
    const name = props.name ?? NAME;
    const namespace = props.namespace ?? sovra.namespace;
    this.deadlineSeconds = run.reduce((sum, t) => sum + waitFor(t), 0) + SLACK;
    const containers = run.flatMap((t, i) => steps(sovra, t, i));
    const pod = {
      initContainers: containers.slice(0, -1),
      containers: containers.slice(-1),
      egress: [toApiServer(network)],
      serviceAccountToken: true,
    };
    if (startedBy === 'manual') {
      this.task = new ScheduledTask(this, 'task', {
        ...pod,
        name,
        namespace,
        network,
        component: 'upgrades',
        purpose: 'Started by hand or by a pipeline, before an upgrade.',
        // Never: it is suspended.
        schedule: '0 0 1 1 *',
        suspend: true,
        retries: 0,
        activeDeadline: `${this.deadlineSeconds}s`,
        images: sovra.images,
        alerts: 'shared',
      });
    } else {
      const labels = commonLabels(name, 'upgrades');
      const metadata = { name, namespace, labels };
      kubeObject<ServiceAccount>(this, 'service-account', 'v1', 'ServiceAccount', metadata, {
        automountServiceAccountToken: false,
      });
      networkPolicy(this, 'network-policy', {
        name,
        namespace,
        component: 'upgrades',
        podLabels: Object.fromEntries(TASK_SELECTOR.map((key) => [key, labels[key] as string])),
        egress: [toDns(network), ...pod.egress],
      });
      const hook = { ...metadata, annotations: { ...HOOKS[startedBy] } };
      this.job = kubeObject<Job>(this, 'job', 'batch/v1', 'Job', hook, {
        spec: {
          backoffLimit: 0,
          activeDeadlineSeconds: this.deadlineSeconds,
          template: { metadata: { labels }, spec: taskPod(pod, name, sovra.images) },
        },
      });
    }
    this.roles = rights(this, name, namespace, run);
  }
}

const waitFor = (task: GateTask): number => task.activeDeadlineSeconds + SLACK;

/**
 * Two containers for each task: the image of kubectl has no shell, so each does one thing. The name of the Job is that of the
 * gate's pod, by its uid: two gates never take the Job of one another for theirs.
 */
function steps(sovra: SovraInstallation, task: GateTask, i: number): TaskContainer[] {
  const job = `gate-$(POD_UID)-${i}`;
  const container = (name: string, ...args: string[]): TaskContainer => ({
    name: `${name}-${i}`,
    image: sovra.image('kubectl'),
    args: ['--namespace', task.namespace, '--cache-dir=/nowhere', ...args],
    env: [{ name: 'POD_UID', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } }],
    resources: RESOURCES,
  });
  return [
    container('start', 'create', 'job', job, `--from=cronjob/${task.name}`),
    container('wait', 'wait', '--for=condition=complete', `job/${job}`, `--timeout=${waitFor(task)}s`),
  ];
}

/** In each namespace: read the CronJobs that are meant, make Jobs, and see what comes of them. */
function rights(scope: Construct, name: string, namespace: string, run: readonly GateTask[]): ApiObject[] {
  const group = 'rbac.authorization.k8s.io';
  return [...new Set(run.map((t) => t.namespace))].map((watched) => {
    const metadata = { name, namespace: watched, labels: commonLabels(name, 'upgrades') };
    const own = [...new Set(run.filter((t) => t.namespace === watched).map((t) => t.name))];
    kubeObject<RoleBinding>(scope, `role-binding-${watched}`, `${group}/v1`, 'RoleBinding', metadata, {
      roleRef: { apiGroup: group, kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    });
    return kubeObject<Role>(scope, `role-${watched}`, `${group}/v1`, 'Role', metadata, {
      rules: [
        { apiGroups: ['batch'], resources: ['cronjobs'], resourceNames: own, verbs: ['get'] },
        { apiGroups: ['batch'], resources: ['jobs'], verbs: ['create', 'get', 'list', 'watch'] },
      ],
    });
  });
}

const starter: Rule = known((v) =>
  ['manual', ...Object.keys(HOOKS)].includes(v)
    ? undefined
    : { allowed: '"manual", "argo-cd" or "helm"', remedy: 'Write one of them, or leave it out.' },
);

function check(construct: Construct, props: SovraUpgradeGateProps): void {
  const c = new Checker(construct.node.path).props(props);
  checkInstallation(c, props.sovra);
  c.value('name', props.name, known(cronJobName))
    .value('namespace', props.namespace, dnsLabel)
    .value<string>('startedBy', props.startedBy, starter);
  const run = c.parts('run', props.run ?? null);
  for (const { at, entry } of run) {
    c.item(`${at}.name`, entry.name, cronJobName)
      .item(`${at}.namespace`, entry.namespace, known(dnsLabel))
      .item(`${at}.activeDeadlineSeconds`, entry.activeDeadlineSeconds, positiveInteger);
  }
  c.distinct(run.map(({ at, entry }) => ({ at, key: `${entry.namespace}/${entry.name}` })));
  c.require(!Array.isArray(props.run) || props.run.length > 0, {
    property: 'run',
    given: [],
    allowed: 'at least one task: a gate that asks for nothing lets everything pass',
    remedy: 'Name the backups and their verification.',
  });
  checkNetwork(c, 'network', props.network);
  c.done();
}
