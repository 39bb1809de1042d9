import { Construct } from 'constructs';
import { ScheduledTask } from '../operations/scheduled-task';
import type { TaskDescription } from '../operations/task';
import type { TaskAlertRules } from '../operations/task-alert-rules';
import { makeTasks, type PlannedTask, type TaskSetProps, type TaskTuning } from '../operations/task-set';
import { apart, type Move } from '../schedule/apart';
import { cronOf } from '../schedule/cron';
import { formatDuration } from '../schedule/duration';
import { longestWait, smallestGap } from '../schedule/gaps';
import { shift } from '../schedule/shift';
import type { SecretKeyRef } from '../sovra/installation';
import { Checker } from '../validate';
import { checkBackupSchedule, checkSources } from './check-backup-schedule';
import {
  initProps,
  PRUNE,
  type PrunerProps,
  pruneTask,
  REPOSITORY_USES,
  VERIFY,
  type VerificationProps,
  verifyTask,
} from './maintenance-tasks';
import { POSTGRES_BACKUP, POSTGRES_SCHEDULE, POSTGRES_USES, postgresTask } from './postgres-task';
import { type RepositoryProps, repositoryAccess } from './repository';
import { type VaultBackupProps, vaultTask } from './vault-task';

export interface SovraBackupScheduleProps extends TaskSetProps {
  /** Where the encrypted copies go. */
  readonly repository: RepositoryProps;
  /**
   * The password of the repository. It, the credentials and the certificate authority must be in a Secret of that name
   * in each namespace of `namespaces`; keep a copy of the password where no cluster can lose it.
   */
  readonly password: SecretKeyRef;
  /** False leaves it out. @default daily at 03:00 (guide: "Scheduled Tasks") */
  readonly postgres?: TaskTuning | false;
  /**
   * Snapshots of every Vault that runs in this cluster. A schedule that is given is that of the first edge node; each
   * further one is 15 minutes later. False leaves them out. @default 15 minutes after PostgreSQL and 15 minutes apart
   */
  readonly vault?: VaultBackupProps | false;
  /** What may delete old snapshots. Without it nothing is ever deleted. @default none, no pruning */
  readonly pruner?: PrunerProps;
  /** Reads the repository back. False leaves it out. @default Wednesdays at 05:00, a tenth of the data each time */
  readonly verification?: VerificationProps | false;
}

/** A snapshot of Vault follows the one before, or the dump of the database, by this many minutes. */
const INTERVAL = 15;

/**
 * The guide's backup, made sound: PostgreSQL, then the Vault of each edge node in this cluster, into one encrypted
 * restic repository, with alerts, weekly verification and, with credentials of its own, pruning.
 *
 * Vault comes after the database on purpose. Rows refer to keys: a database that is restored must never be newer than
 * the Vault that is restored with it.
 *
 * The repository has to be made once, by hand:
 * `kubectl -n NAMESPACE create job --from=cronjob/sovra-backup-init sovra-backup-init-once`
 *
 * @throws {SovraOpsError} listing every property that cannot work
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
  /** Where backups run: each of these namespaces needs the Secrets. */
  readonly namespaces: readonly string[];

  constructor(scope: Construct, id: string, props: SovraBackupScheduleProps) {
    super(scope, id);
    checkBackupSchedule(this, props);
    const plan = planBackups(props);
    checkSources(this, props, plan);
    const access = repositoryAccess(props.repository, props.password);
    const home = plan.namespaces[0] as string;
    const made = makeTasks(this, 'sovra-backup', plannedTasks(this, props, plan, home), props);
    this.scheduledTasks = made.scheduledTasks;
    this.tasks = made.tasks;
    this.moves = made.moves;
    this.alertRules = made.alertRules;
    this.namespaces = plan.namespaces;
    this.initTask = new ScheduledTask(this, 'init', {
      ...initProps(props.sovra, home, access),
      network: props.network,
      alerts: 'shared',
    });
  }
}

/** What is there to back up. */
export interface BackupPlan {
  readonly database: NonNullable<SovraBackupScheduleProps['sovra']['database']> | undefined;
  readonly edgeNodes: SovraBackupScheduleProps['sovra']['localEdgeNodes'];
  /** Of the database first: pruning and verification run there. */
  readonly namespaces: readonly string[];
}

function planBackups({ sovra, postgres, vault }: SovraBackupScheduleProps): BackupPlan {
  const database = postgres === false ? undefined : sovra.database;
  const edgeNodes = vault === false ? [] : sovra.localEdgeNodes;
  const namespaces = [
    ...new Set([...(database ? [database.namespace] : []), ...edgeNodes.map((n) => n.vault.namespace)]),
  ];
  return { database, edgeNodes, namespaces };
}

function plannedTasks(
  construct: Construct,
  props: SovraBackupScheduleProps,
  plan: BackupPlan,
  home: string,
): PlannedTask[] {
  const { sovra, repository, password, pruner, verification } = props;
  const access = repositoryAccess(repository, password);
  return [
    ...(plan.database ? [postgresTask(sovra, plan.database, access, props.postgres || {})] : []),
    ...vaultTasks(construct, props, plan),
    ...(pruner ? [pruneTask(sovra, home, repositoryAccess(repository, password, pruner.credentials), pruner)] : []),
    ...(verification === false ? [] : [verifyTask(sovra, home, access, verification ?? {})]),
  ];
}

/**
 * When the database is dumped in the end: tasks of other sets, and maintenance whose time the user chose, may have moved
 * it. Known before the Vaults get their times, since they follow it.
 */
function databaseSchedule(construct: Construct, props: SovraBackupScheduleProps): string {
  const timeZone = props.timeZone ?? 'Etc/UTC';
  const given = props.postgres ? props.postgres.schedule : undefined;
  const chosen = [props.pruner, props.verification || undefined].flatMap((tuning, i) =>
    tuning?.schedule === undefined
      ? []
      : [{ name: i === 0 ? PRUNE : VERIFY, schedule: tuning.schedule, timeZone, uses: REPOSITORY_USES }],
  );
  const task = {
    name: POSTGRES_BACKUP,
    schedule: given ?? POSTGRES_SCHEDULE,
    timeZone,
    uses: POSTGRES_USES,
    fixed: given !== undefined,
  };
  const placed = apart([task], construct.node.path, [...(props.apartFrom ?? []), ...chosen]);
  return placed.tasks[0]?.schedule ?? task.schedule;
}

/** Each a quarter of an hour after the one before; where a schedule cannot be moved like that, `apart` finds a time. */
function vaultTasks(construct: Construct, props: SovraBackupScheduleProps, plan: BackupPlan): PlannedTask[] {
  const access = repositoryAccess(props.repository, props.password);
  const tuning = props.vault || {};
  const database = databaseSchedule(construct, props);
  if (plan.database && tuning.schedule !== undefined) checkOrder(construct, database, tuning.schedule);
  const first = tuning.schedule ?? shift(database, INTERVAL) ?? database;
  return plan.edgeNodes.map((node, i) => {
    const schedule = shift(first, i * INTERVAL) ?? first;
    // Only the first one has the very time that the user gave.
    const own = i === 0 ? tuning : { ...tuning, schedule: undefined };
    return vaultTask(props.sovra, node, access, schedule, own);
  });
}

/** A time that the user chose for Vault has to follow the dump, not to precede it. */
function checkOrder(construct: Construct, database: string, vault: string): void {
  const [dump, snapshot] = [cronOf(database), cronOf(vault)];
  const [wait, allowed] = [longestWait(dump, snapshot), smallestGap(dump) / 2];
  const c = new Checker(construct.node.path);
  c.require(wait <= allowed, {
    property: 'vault.schedule',
    given: vault,
    allowed: `a snapshot within ${formatDuration(allowed)} after each dump of the database ("${database}"); here it takes up to ${formatDuration(wait)}`,
    remedy: `Let it follow the database, for example "${shift(database, INTERVAL) ?? '15 3 * * *'}": a dump can only be restored with a Vault that has its keys.`,
  });
  c.done();
}
