import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { Resources } from '../kube/pod';
import { ScheduledTask } from '../operations/scheduled-task';
import type { TaskDescription } from '../operations/task';
import type { TaskAlertRules } from '../operations/task-alert-rules';
import { makeTasks, type TaskSetProps, type TaskTuning } from '../operations/task-set';
import type { Move } from '../schedule/apart';
import type { SecretKeyRef } from '../sovra/installation';
import type { RecoveryProps } from '../sovra/recovery';
import { type ArchivingProps, DatabaseArchive } from './archiving';
import type { BackupAlertOverrides } from './backup-alerts';
import { evidenceRules, promisesOf } from './backup-rules';
import { checkBackupSchedule, checkSources } from './check-backup-schedule';
import type { RestoreDrillProps } from './drill';
import { BackupEvidence } from './evidence-exporter';
import { type KubernetesBackupProps, kubernetesRights } from './kubernetes-task';
import { initProps, PRUNE, type PrunerProps, type VerificationProps } from './maintenance-tasks';
import { backupAccess, backupSources, drillNamespace, type KeptPromise, planBackups } from './plan';
import type { RepositoryProps, RestCredentials } from './repository';
import { SftpGateway } from './sftp-gateway';
import { BACKUP_SFTP, gatewayPlace, taskPods } from './sftp-repository';
import { vaultSnapshotHost } from './vault-connection';
import type { VaultBackupProps } from './vault-task';

export interface SovraBackupScheduleProps extends TaskSetProps {
  /**
   * Where the encrypted copies go. Two clusters may share one only under different names of the installation (`name`), which is
   * how copies are told apart: namespaces of the same name would be restored from whichever cluster was copied last.
   */
  readonly repository: RepositoryProps;
  /**
   * The password of the repository. It, the credentials and the certificate authority must be in a Secret of that name
   * in each namespace of `namespaces`; keep a copy of the password where no cluster can lose it.
   */
  readonly password: SecretKeyRef;
  /**
   * How much may be lost and how long a restore may take, as durations. A schedule that cannot keep such a point is refused,
   * with the sum. @default RECOVERY, Sovra's disaster-recovery page: 15m for the control plane, 5m for an edge node
   */
  readonly recovery?: RecoveryProps;
  /**
   * The dump of the database. `activeDeadline` is the time for its work: what it waits for the pruner comes on top. False
   * leaves it out. @default every 5 minutes, with half of that for its work
   */
  readonly postgres?: PostgresBackupProps | false;
  /**
   * Snapshots of every Vault that runs in this cluster. A schedule that is given is that of the first edge node, and of
   * every second one; the others run a minute later. `activeDeadline` is the time for the work. False leaves them out;
   * `SovraRestore` then has to be told: `postgres: { withoutVaults: true }`.
   * @default every 2 minutes, with 1 minute for the work
   */
  readonly vault?: VaultBackupProps | false;
  /**
   * What people and pipelines declared in the namespaces of Sovra: Deployments, ConfigMaps, Secrets and so on. A schedule that
   * is given is that of each namespace. False leaves them out.
   * @default twice an hour, the namespaces of the control plane and of the edge nodes in this cluster
   */
  readonly kubernetes?: KubernetesBackupProps | false;
  /** What may delete old snapshots. Without it nothing is ever deleted. @default none, no pruning */
  readonly pruner?: PrunerProps;
  /** Reads the repository back. False leaves it out. @default Wednesdays at 06:00, a tenth of the data each time */
  readonly verification?: VerificationProps | false;
  /**
   * Restores for trial: the newest dump into a database of its own, compared row for row; the newest Vault snapshots into an
   * empty Vault. False leaves them out. @default Thursdays at 07:00
   */
  readonly drill?: RestoreDrillProps | false;
  /**
   * What reads the repository for Prometheus, and the alerts made of that: BackupStale and its kin. False leaves both out;
   * then only the jobs tell of themselves. @default there
   */
  readonly evidence?: EvidenceProps | false;
}

export interface PostgresBackupProps extends TaskTuning {
  /**
   * Who archives the log of the database all the time, where a dump every few minutes does not suit it. It then keeps the
   * recovery points, and the dump is a second line: daily at 03:00, held to none. @default nobody, dumps keep them
   */
  readonly archiving?: ArchivingProps;
}

export interface EvidenceProps {
  /** Of the container that reads the repository. @default 50m and 128Mi requested, 500m and 512Mi allowed */
  readonly resources?: Resources;
  /** Changes to the alerts, by name; `false` leaves one out. @default none */
  readonly alerts?: BackupAlertOverrides;
}

/**
 * The guide's backup, made sound: PostgreSQL and the Vault of each edge node in this cluster, into one encrypted restic
 * repository, as often as the recovery points ask for, with alerts, weekly verification and, with credentials of its own,
 * pruning. Beside them the objects of their namespaces; objects of the cluster as a whole belong to the platform and are not
 * in it.
 *
 * A database that is restored must never be newer than the Vault that is restored with it: rows refer to keys. So a dump
 * counts only from when every Vault has a snapshot that is not older, and that is part of what can be lost.
 *
 * The repository has to be made once, by hand:
 * `kubectl -n NAMESPACE create job --from=cronjob/sovra-backup-init sovra-backup-init-once`
 *
 * @throws {SovraOpsError} listing every property that cannot work, or every recovery point that cannot be kept
 */
export class SovraBackupSchedule extends Construct {
  readonly scheduledTasks: readonly ScheduledTask[];
  /** Hand them to `apartFrom` of other sets. */
  readonly tasks: readonly TaskDescription[];
  /** Tasks that do not run at the time that they were meant for, because another one uses the same thing then. */
  readonly moves: readonly Move[];
  readonly alertRules: TaskAlertRules;
  /** Makes the repository when it is started by hand; never runs by itself, so it has no alerts. */
  readonly initTask: ScheduledTask;
  /** The recovery points that the schedules keep, with what can be lost at worst. Backups that are suspended keep none. */
  readonly promises: readonly KeptPromise[];
  /** Where backups and restores for trial run: each of these namespaces needs the Secrets. */
  readonly namespaces: readonly string[];
  /** What archiving needs of the database's pod, and its alerts; undefined without archiving. */
  readonly archive?: DatabaseArchive;
  /** What reads the repository; undefined where it was left out. */
  readonly evidence?: BackupEvidence;
  /** What stands before an SFTP server; undefined for other repositories. */
  readonly sftpGateway?: SftpGateway;
  /** Alerts of what the repository says. */
  readonly evidenceRules?: ApiObject;

  constructor(scope: Construct, id: string, props: SovraBackupScheduleProps) {
    super(scope, id);
    checkBackupSchedule(this, props);
    const sources = backupSources(props);
    checkSources(this, props, sources);
    const plan = planBackups(this.node.path, props, sources);
    const home = sources.namespaces[0] as string;
    const scratch = drillNamespace(props, home);
    const made = makeTasks(this, 'sovra-backup', plan.tasks, props);
    for (const namespace of sources.objectsOf) kubernetesRights(this, namespace, props.kubernetes || {});
    this.scheduledTasks = made.scheduledTasks;
    this.tasks = made.tasks;
    this.moves = made.moves;
    this.alertRules = made.alertRules;
    this.promises = plan.promises;
    this.namespaces = [...new Set([...sources.namespaces, ...(scratch === undefined ? [] : [scratch])])];
    const access = backupAccess(props, sources);
    const { sovra, network, prometheus, evidence } = props;
    const archiving = props.postgres ? props.postgres.archiving : undefined;
    if (archiving && sources.database) {
      const { timeZone, runbookBaseUrl, suffix } = props;
      const common = { sovra, prometheus, network, timeZone, runbookBaseUrl, suffix };
      this.archive = new DatabaseArchive(this, 'archive', { ...common, database: sources.database, archiving });
    }
    if (evidence !== false) {
      const vaultHosts = sources.edgeNodes.map((node) => vaultSnapshotHost(sovra, node));
      const common = { sovra, access, vaultHosts, prometheus, network, suffix: props.suffix };
      this.evidence = new BackupEvidence(this, 'evidence', { ...common, ...evidence, namespace: home });
      this.evidenceRules = evidenceRules(this, props, promisesOf(home, plan, made.tasks, props.recovery));
    }
    this.sftpGateway = this.gateway(props, home);
    this.initTask = new ScheduledTask(this, 'init', {
      ...initProps(props.sovra, home, access),
      network: props.network,
      alerts: 'shared',
    });
  }

  private gateway({ repository, sovra, network, pruner }: SovraBackupScheduleProps, home: string) {
    if (!('sftp' in repository)) return undefined;
    const pods = [{ namespace: home, podLabels: taskPods({ name: PRUNE }) }];
    const component = 'backup';
    return new SftpGateway(this, 'sftp-gateway', {
      ...{ sovra, network, component, repository: repository.sftp, ...gatewayPlace(repository, BACKUP_SFTP, home) },
      writers: this.namespaces.map((namespace) => ({ namespace, podLabels: taskPods({ component }) })),
      ...(pruner && { pruner: { pods, credentials: pruner.credentials as RestCredentials } }),
    });
  }
}
