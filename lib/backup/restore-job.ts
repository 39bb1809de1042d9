import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { Job } from 'kubernetes-types/batch/v1';
import type { ServiceAccount } from 'kubernetes-types/core/v1';
import { commonLabels } from '../kube/labels';
import { type ClusterNetworkProps, networkPolicy, toDns } from '../kube/network';
import { kubeObject } from '../kube/object';
import { TASK_SELECTOR, type TaskPodProps, taskPod } from '../operations/task-pod';
import type { SovraInstallation } from '../sovra/installation';

export interface RestoreJobProps extends TaskPodProps {
  readonly name: string;
  readonly namespace: string;
  readonly sovra: SovraInstallation;
  readonly network?: ClusterNetworkProps;
}

/** The label by which everything that belongs to a restore is known. */
export const RESTORE_COMPONENT = 'restore';

/** However large it is: after a day somebody has to look. */
const DAY = 86_400;

/**
 * A Job that a person lets go: suspended when it is made, tried once, never started by a schedule. What it may talk to is
 * as closed as for a task.
 */
export class RestoreJob extends Construct {
  readonly job: ApiObject;

  constructor(scope: Construct, id: string, props: RestoreJobProps) {
    super(scope, id);
    const { name, namespace } = props;
    const labels = commonLabels(name, RESTORE_COMPONENT);
    const metadata = { name, namespace, labels };
    // A tool that waits for what it makes would wait for a person.
    const untilLetGo = { ...metadata, annotations: { 'pulumi.com/skipAwait': 'true' } };
    kubeObject<ServiceAccount>(this, 'service-account', 'v1', 'ServiceAccount', metadata, {
      automountServiceAccountToken: false,
    });
    this.job = kubeObject<Job>(this, 'job', 'batch/v1', 'Job', untilLetGo, {
      spec: {
        suspend: true,
        backoffLimit: 0,
        activeDeadlineSeconds: DAY,
        template: {
          metadata: { labels: { ...labels, ...props.podLabels } },
          spec: taskPod(props, name, props.sovra.images),
        },
      },
    });
    networkPolicy(this, 'network-policy', {
      name,
      namespace,
      component: RESTORE_COMPONENT,
      podLabels: Object.fromEntries(TASK_SELECTOR.map((key) => [key, labels[key] as string])),
      egress: [toDns(props.network ?? {}), ...props.egress],
    });
  }
}
