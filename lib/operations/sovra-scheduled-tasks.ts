import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { PersistentVolumeClaim } from 'kubernetes-types/core/v1';
import { checkStorage } from '../kube/check-resources';
import { commonLabels } from '../kube/labels';
import { kubeObject } from '../kube/object';
import type { Move } from '../schedule/apart';
import type { ControlPlane, SovraInstallation } from '../sovra/installation';
import { Checker, positiveInteger } from '../validate';
import { AUDIT_EXPORT, type AuditExportProps, auditExportContainer } from './audit-export';
import {
  type CertificateRotationProps,
  type CertManagerRotation,
  certificateObjects,
  checkCertManager,
} from './cert-manager';

export type { CertificateRotationProps } from './cert-manager';

import type { ScheduledTask } from './scheduled-task';
import { CLI_USER, type Command, checkCommand, checkCommands, cliCommand, cliContainer, toApi } from './sovra-cli';
import type { TaskDescription } from './task';
import type { TaskAlertRules } from './task-alert-rules';
import { checkTaskSet, checkTuning, makeTasks, type PlannedTask, type TaskSetProps, type TaskTuning } from './task-set';

export interface HealthCheckProps extends TaskTuning {
  /**
   * By name of the container; all run side by side, and one that fails makes the check fail.
   * @default sovra-cli health check, edge-node status --all, federation status --all (guide: "Health Checks")
   */
  readonly commands?: Readonly<Record<string, Command>>;
}

export interface SovraScheduledTasksProps extends TaskSetProps {
  /**
   * False leaves it out. With `certManager`, cert-manager renews what it is told to, and there is a task only if `task` says so.
   * @default daily at 02:00 (guide: "Scheduled Tasks")
   */
  readonly certificateRotation?: CertificateRotationProps | CertManagerRotation | false;
  /** False leaves it out. @default daily at 04:00 (guide: "Scheduled Tasks") */
  readonly auditExport?: AuditExportProps | false;
  /** False leaves it out. @default every five minutes (guide: "Scheduled Tasks") */
  readonly healthCheck?: HealthCheckProps | false;
}

/** When the guide runs them, and what they use. The order is that of importance: the first keeps its time. */
const CERTIFICATE_ROTATION = {
  name: 'sovra-certificate-rotation',
  schedule: '0 2 * * *',
  uses: ['certificates', 'vault'],
};
const AUDIT = { name: AUDIT_EXPORT, schedule: '0 4 * * *', uses: ['audit', 'postgres'] };
const HEALTH_CHECK = { name: 'sovra-health-check', schedule: '*/5 * * * *', uses: [] };

/**
 * The guide's "Scheduled Tasks" other than backup: certificate rotation, audit export and health check, in the control
 * plane's namespace, at the guide's times, with their alerts.
 *
 * The commands are those of the guide; a release that lacks one needs another `command`, or `false` for the task.
 *
 * @throws {SovraOpsError} listing every property that cannot work
 */
export class SovraScheduledTasks extends Construct {
  readonly scheduledTasks: readonly ScheduledTask[];
  /** Hand them to `apartFrom` of other sets. */
  readonly tasks: readonly TaskDescription[];
  /** Tasks that do not run at the guide's time, because another one uses the same thing then. */
  readonly moves: readonly Move[];
  readonly alertRules: TaskAlertRules;
  /** What cert-manager renews; none where the rotation is a task. */
  readonly certificates: readonly ApiObject[];
  /** Where the audit log goes; undefined without an audit export. */
  readonly auditVolume?: ApiObject;

  constructor(scope: Construct, id: string, props: SovraScheduledTasksProps) {
    super(scope, id);
    const api = check(this, props);
    const { certificateRotation: rotation, auditExport: audit, healthCheck: health, sovra } = props;
    const task = taskOf(rotation);
    const made = makeTasks(
      this,
      'sovra-scheduled-tasks',
      [
        ...(task === false ? [] : [rotationTask(sovra, api, task ?? {})]),
        ...(audit === false ? [] : [auditTask(sovra, api, audit ?? {})]),
        ...(health === false ? [] : [healthTask(sovra, api, health ?? {})]),
      ],
      props,
    );
    this.scheduledTasks = made.scheduledTasks;
    this.tasks = made.tasks;
    this.moves = made.moves;
    this.alertRules = made.alertRules;
    this.certificates = renews(rotation) ? certificateObjects(this, sovra, rotation.certManager) : [];
    if (audit !== false) this.auditVolume = auditVolume(this, api.namespace, audit ?? {});
  }
}

type Rotation = SovraScheduledTasksProps['certificateRotation'];

/** Whether the rotation is left to cert-manager. */
function renews(rotation: Rotation): rotation is CertManagerRotation {
  return typeof rotation === 'object' && rotation !== null && 'certManager' in rotation;
}

/** The rotation as far as it is a task. */
function taskOf(rotation: Rotation): CertificateRotationProps | false | undefined {
  if (!renews(rotation)) return rotation;
  return rotation.task === undefined ? false : rotation.task;
}

function common(api: ControlPlane) {
  return { namespace: api.namespace, user: CLI_USER, egress: [toApi(api)] };
}

function rotationTask(sovra: SovraInstallation, api: ControlPlane, tuning: CertificateRotationProps): PlannedTask {
  const command = tuning.command ?? cliCommand(sovra, api, 'cert', 'rotate', '--all');
  return {
    id: 'certificate-rotation',
    property: 'certificateRotation',
    schedule: CERTIFICATE_ROTATION.schedule,
    tuning,
    props: {
      ...common(api),
      name: CERTIFICATE_ROTATION.name,
      uses: CERTIFICATE_ROTATION.uses,
      component: 'certificates',
      purpose:
        'Certificates are not rotated; when one expires, edge nodes and federation partners lose their connection.',
      containers: [cliContainer(sovra, 'rotate', command, tuning.resources)],
    },
  };
}

function auditTask(sovra: SovraInstallation, api: ControlPlane, tuning: AuditExportProps): PlannedTask {
  return {
    id: 'audit-export',
    property: 'auditExport',
    schedule: AUDIT.schedule,
    tuning,
    props: {
      ...common(api),
      name: AUDIT.name,
      uses: AUDIT.uses,
      component: 'audit',
      purpose: 'The audit log has no copy outside the database for the days that are missing.',
      containers: [auditExportContainer(sovra, api, tuning, tuning.schedule ?? AUDIT.schedule)],
      volumes: [{ name: 'export', persistentVolumeClaim: { claimName: AUDIT_EXPORT } }],
    },
  };
}

function healthTask(sovra: SovraInstallation, api: ControlPlane, tuning: HealthCheckProps): PlannedTask {
  const commands = tuning.commands ?? {
    'control-plane': cliCommand(sovra, api, 'health', 'check'),
    'edge-nodes': cliCommand(sovra, api, 'edge-node', 'status', '--all'),
    federation: cliCommand(sovra, api, 'federation', 'status', '--all'),
  };
  return {
    id: 'health-check',
    property: 'healthCheck',
    schedule: HEALTH_CHECK.schedule,
    tuning,
    props: {
      ...common(api),
      name: HEALTH_CHECK.name,
      uses: HEALTH_CHECK.uses,
      component: 'health',
      purpose:
        "Sovra's own check of the control plane, the edge nodes and the federation does not pass or does not run.",
      // Side by side: an edge node that is down must not hide what the federation says.
      containers: Object.entries(commands).map(([name, command]) =>
        cliContainer(sovra, name, command, tuning.resources),
      ),
      // The next run is the retry.
      retries: 0,
    },
  };
}

function auditVolume(scope: Construct, namespace: string, { storage }: AuditExportProps): ApiObject {
  const metadata = { name: AUDIT_EXPORT, namespace, labels: commonLabels(AUDIT_EXPORT, 'audit') };
  return kubeObject<PersistentVolumeClaim>(scope, 'audit-volume', 'v1', 'PersistentVolumeClaim', metadata, {
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: storage?.size ?? '10Gi' } },
      ...(storage?.storageClass !== undefined && { storageClassName: storage.storageClass }),
    },
  });
}

function check(construct: Construct, props: SovraScheduledTasksProps): ControlPlane {
  const c = new Checker(construct.node.path).props(props);
  const { certificateRotation: rotation, auditExport: audit, healthCheck: health } = props;
  const task = taskOf(rotation);
  const wanted = [task, audit, health].filter((t) => t !== false);
  checkTaskSet(c, props, wanted.length);
  const api = props.sovra?.controlPlane;
  c.require(api !== undefined, {
    property: 'sovra.controlPlane',
    given: false,
    allowed: 'a description with a control plane: these tasks talk to its API',
    remedy: 'Leave this construct out in a cluster that holds only edge nodes.',
  });
  if (renews(rotation)) checkCertManager(c, 'certificateRotation.certManager', rotation.certManager, props.sovra);
  if (task !== false) {
    const at = renews(rotation) ? 'certificateRotation.task' : 'certificateRotation';
    checkTuning(c, at, task);
    checkCommand(c, `${at}.command`, task?.command);
  }
  if (audit !== false) checkAudit(c, audit);
  if (health !== false) checkHealth(c, health);
  c.done();
  return api as ControlPlane;
}

function checkAudit(c: Checker, audit: AuditExportProps | undefined): void {
  checkTuning(c, 'auditExport', audit);
  checkCommand(c, 'auditExport.command', audit?.command);
  checkStorage(c, 'auditExport.storage', audit?.storage);
  c.value('auditExport.eventLimit', audit?.eventLimit, positiveInteger);
}

function checkHealth(c: Checker, health: HealthCheckProps | undefined): void {
  checkTuning(c, 'healthCheck', health);
  checkCommands(c, 'healthCheck.commands', health?.commands);
  const commands = health?.commands;
  c.require(typeof commands !== 'object' || commands === null || Object.keys(commands).length > 0, {
    property: 'healthCheck.commands',
    given: {},
    allowed: 'at least one command',
    remedy: 'Write healthCheck: false to leave the check out.',
  });
}
