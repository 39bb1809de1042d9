import type { PlannedTask } from '../operations/task-set';
import { placeTasks } from '../operations/task-set';
import { formatDuration, seconds } from '../schedule/duration';
import { shift } from '../schedule/shift';
import { type RecoveryComponent, recoveryTimes } from '../sovra/recovery';
import { type ArchivingProps, archivingTasks, DUMP_BESIDE_ARCHIVE } from './archiving';
import {
  type ArchivingPromise,
  archiveSummands,
  archiveTimes,
  archivingPromises,
  checkArchivingPromises,
} from './archiving-promise';
import type { PromisedCopy } from './backup-alerts';
import { checkPromises } from './check-promises';
import { CNPG_ARCHIVE } from './cloudnativepg';
import { postgresDrill, vaultDrill } from './drill';
import { kubernetesFile, kubernetesNamespaces, kubernetesTask } from './kubernetes-task';
import { pruneTask, verifyTask } from './maintenance-tasks';
import { ARCHIVE_CHECK } from './pgbackrest-tasks';
import { POSTGRES_FILE, postgresTask } from './postgres-task';
import {
  type BackupSource,
  backupTimes,
  exclusiveSeconds,
  lossSummands,
  type RecoveryPromise,
  recoveryPromises,
  type TimedBackup,
  worstLoss,
} from './promise';
import type { RepositoryAccess } from './repository';
import { accessThrough, BACKUP_SFTP, gatewayPlace } from './sftp-repository';
import type { SovraBackupScheduleProps } from './sovra-backup-schedule';
import { vaultSnapshotHost } from './vault-connection';
import { VAULT_FILE, VAULT_SCHEDULE, vaultTask } from './vault-task';

/** What is there to back up. */
export interface BackupSources {
  readonly database: NonNullable<SovraBackupScheduleProps['sovra']['database']> | undefined;
  readonly edgeNodes: SovraBackupScheduleProps['sovra']['localEdgeNodes'];
  /** Namespaces whose objects are copied. */
  readonly objectsOf: readonly string[];
  /** Of the database first: pruning and verification run there. */
  readonly namespaces: readonly string[];
}

export function backupSources({ sovra, postgres, vault, kubernetes }: SovraBackupScheduleProps): BackupSources {
  const database = postgres === false ? undefined : sovra.database;
  const edgeNodes = vault === false ? [] : sovra.localEdgeNodes;
  const objectsOf = kubernetes === false ? [] : kubernetesNamespaces(sovra, kubernetes);
  const namespaces = [
    ...new Set([...(database ? [database.namespace] : []), ...edgeNodes.map((n) => n.vault.namespace), ...objectsOf]),
  ];
  return { database, edgeNodes, objectsOf, namespaces };
}

/** How the jobs reach the repository; the pruner with its own rights. */
export function backupAccess(
  { repository, password }: SovraBackupScheduleProps,
  { namespaces }: BackupSources,
  pruner?: SovraBackupScheduleProps['pruner'],
): RepositoryAccess {
  return accessThrough(repository, password, gatewayPlace(repository, BACKUP_SFTP, namespaces[0] as string), pruner);
}

/** A backup: what is run, what of, and whose recovery point it keeps (nobody's, where it is a second line). */
export interface Backup {
  readonly task: PlannedTask;
  readonly source: BackupSource;
  readonly subject: string;
  readonly keeps: readonly RecoveryComponent[];
  /** `restic --host` of its snapshots. */
  readonly host: string;
  /** The one path in its snapshots. */
  readonly path: string;
}

/** A recovery point that the copies keep, or the archive. */
export type KeptPromise = RecoveryPromise | ArchivingPromise;

export interface BackupPlan {
  readonly tasks: readonly PlannedTask[];
  readonly promises: readonly KeptPromise[];
  /** What has to be in the repository, and how old it may be. */
  readonly copies: readonly PromisedCopy[];
  /** The oldest that the newest whole recovery set can be while all is well, in seconds. */
  readonly recoverySetSeconds?: number;
}

/**
 * Everything that runs, with times that keep the recovery points. Tasks get their times first, since the sums are made of
 * the times that they have in the end.
 *
 * @throws {SovraOpsError} if a recovery point cannot be kept, with the sum
 */
export function planBackups(construct: string, props: SovraBackupScheduleProps, sources: BackupSources): BackupPlan {
  const drafts = backups(props, sources, 0);
  const placed = placeTasks(construct, [...drafts.map((b) => b.task), ...maintenance(props, sources, 0)], props);
  const timed = drafts.map((backup, i) => timedBackup(backup, placed.tasks[i]?.schedule ?? '', props));
  const exclusive = exclusiveTime(timed, props);
  const objectives = recoveryTimes(props.recovery);
  const promises = recoveryPromises(timed, objectives, exclusive);
  checkPromises(construct, timed, promises, exclusive);
  const archived = archivePromises(props, sources, promises);
  checkArchivingPromises(construct, archived);
  const tasks = backups(props, sources, exclusive).map(({ task }, i) =>
    withDeadline(task, backupTimes(timed[i] as TimedBackup).run + exclusive),
  );
  const all = [...tasks, ...maintenance(props, sources, exclusive)];
  // They are held to their times all the same, so that they can be let go again; until then they keep nothing.
  const suspended = new Set(all.filter((t) => t.tuning.suspend === true).map((t) => t.props.name));
  return {
    tasks: all,
    promises: [...archived, ...promises].filter((p) => !suspended.has(p.task)),
    ...promisedCopies(drafts, timed, exclusive),
  };
}

/** What the archive keeps in the place of the dump. */
function archivePromises(
  props: SovraBackupScheduleProps,
  { database }: BackupSources,
  promises: readonly RecoveryPromise[],
): ArchivingPromise[] {
  const archiving = archivingOf(props);
  if (archiving === undefined || database === undefined) return [];
  const losses = promises.filter((p) => p.source === 'vault').map((p) => p.worstLossSeconds);
  const times = archiveTimes(props.sovra, database, archiving, props.timeZone ?? 'Etc/UTC');
  const task = 'pgBackRest' in archiving ? ARCHIVE_CHECK : CNPG_ARCHIVE;
  const promised = { subject: database.name, task, keeps: keptByDatabase(props.sovra) };
  return archivingPromises(promised, recoveryTimes(props.recovery), archiveSummands(times, Math.max(0, ...losses)));
}

function archivingOf({ postgres }: SovraBackupScheduleProps): ArchivingProps | undefined {
  return postgres ? postgres.archiving : undefined;
}

/** The state of the federation lies in the database, so that keeps the recovery point of it too. */
function keptByDatabase(sovra: SovraBackupScheduleProps['sovra']): RecoveryComponent[] {
  return ['controlPlane', ...(sovra.federationPartners.length > 0 ? FEDERATION : [])];
}

/** Each on its own; a whole set also waits for the Vaults. */
function promisedCopies(
  backups: readonly Backup[],
  timed: readonly TimedBackup[],
  exclusive: number,
): Pick<BackupPlan, 'copies' | 'recoverySetSeconds'> {
  const losses = timed.map((backup) => lossSummands(backup, timed, exclusive));
  const copies = backups.map(({ source, host, path, task }, i) => {
    const alone = { ...(losses[i] as (typeof losses)[number]), vaults: 0 };
    return { source, host, path, what: task.props.purpose, worstLossSeconds: worstLoss(alone) };
  });
  const database = losses[backups.findIndex((b) => b.source === 'postgres')];
  return { copies, ...(database && { recoverySetSeconds: worstLoss(database) }) };
}

/** What a run may wait for the pruner comes on top of the time for its work. */
function withDeadline(task: PlannedTask, deadline: number): PlannedTask {
  return { ...task, tuning: { ...task.tuning, activeDeadline: formatDuration(deadline) } };
}

function exclusiveTime(timed: readonly TimedBackup[], { pruner, recovery }: SovraBackupScheduleProps): number {
  if (pruner === undefined) return 0;
  return pruner.exclusiveFor === undefined
    ? exclusiveSeconds(timed, recoveryTimes(recovery))
    : seconds(pruner.exclusiveFor);
}

function timedBackup({ task, source, subject, keeps }: Backup, schedule: string, set: SovraBackupScheduleProps) {
  const { activeDeadline } = task.tuning;
  return {
    source,
    subject,
    keeps,
    schedule,
    task: task.props.name,
    property: task.property,
    timeZone: set.timeZone ?? 'Etc/UTC',
    workSeconds: activeDeadline === undefined ? undefined : seconds(activeDeadline),
  };
}

/** @param exclusive how long the pruner may have the repository to itself, in seconds */
function backups(props: SovraBackupScheduleProps, sources: BackupSources, exclusive: number): Backup[] {
  return [
    ...databaseBackups(props, sources, exclusive),
    ...vaultBackups(props, sources, exclusive),
    ...objectBackups(props, sources, exclusive),
  ];
}

/** The dump: what keeps the recovery points, or a second line beside an archive. */
function databaseBackups(props: SovraBackupScheduleProps, sources: BackupSources, exclusive: number): Backup[] {
  const { database } = sources;
  if (database === undefined) return [];
  const { sovra } = props;
  const access = backupAccess(props, sources);
  const archived = archivingOf(props) !== undefined;
  const schedule = archived ? DUMP_BESIDE_ARCHIVE : undefined;
  const task = postgresTask(sovra, database, access, props.postgres || {}, exclusive, schedule);
  const keeps = archived ? [] : keptByDatabase(sovra);
  return [{ task, source: 'postgres', subject: database.name, keeps, host: sovra.name, path: POSTGRES_FILE }];
}
const FEDERATION = ['federation'] as const;

/** Every second Vault a minute later, so that not all of them start their pods at once. */
function vaultBackups(props: SovraBackupScheduleProps, sources: BackupSources, exclusive: number): Backup[] {
  const { edgeNodes } = sources;
  const access = backupAccess(props, sources);
  const tuning = props.vault || {};
  const first = tuning.schedule ?? VAULT_SCHEDULE;
  const second = edgeNodes.length > 1 ? (shift(first, 1) ?? first) : first;
  return edgeNodes.map((node, i) => {
    // Only the first one has the very time that the user gave.
    const own = i === 0 ? tuning : { ...tuning, schedule: undefined };
    const task = vaultTask(props.sovra, node, access, i % 2 === 0 ? first : second, own, exclusive);
    const host = vaultSnapshotHost(props.sovra, node);
    return { task, source: 'vault', subject: node.id, keeps: ['edgeNode'], host, path: VAULT_FILE };
  });
}

/** Each only lists what is there: they may run side by side. */
function objectBackups(props: SovraBackupScheduleProps, sources: BackupSources, exclusive: number): Backup[] {
  const { sovra, network } = props;
  const access = backupAccess(props, sources);
  return sources.objectsOf.map((namespace) => ({
    task: kubernetesTask(sovra, namespace, access, props.kubernetes || {}, exclusive, network),
    source: 'kubernetes',
    subject: namespace,
    keeps: ['configuration'],
    host: sovra.name,
    path: kubernetesFile(namespace),
  }));
}

/** What is done to the repository itself. */
function maintenance(props: SovraBackupScheduleProps, sources: BackupSources, exclusive: number): PlannedTask[] {
  const { sovra, pruner, verification } = props;
  const { database } = sources;
  const archiving = archivingOf(props);
  const home = sources.namespaces[0] as string;
  const access = backupAccess(props, sources);
  return [
    ...(pruner ? [pruneTask(sovra, home, backupAccess(props, sources, pruner), pruner, exclusive)] : []),
    ...(verification === false ? [] : [verifyTask(sovra, home, access, verification ?? {})]),
    ...drills(props, sources),
    ...(archiving && database ? archivingTasks(sovra, database, archiving) : []),
  ];
}

/** Where restores for trial run; undefined without them. */
export function drillNamespace({ drill }: SovraBackupScheduleProps, home: string): string | undefined {
  return drill === false ? undefined : (drill?.namespace ?? home);
}

function drills(props: SovraBackupScheduleProps, sources: BackupSources): PlannedTask[] {
  const { database, edgeNodes, namespaces } = sources;
  const namespace = drillNamespace(props, namespaces[0] as string);
  if (namespace === undefined) return [];
  const { sovra } = props;
  const access = backupAccess(props, sources);
  const tuning = props.drill || {};
  const hosts = edgeNodes.map((node) => vaultSnapshotHost(sovra, node));
  return [
    ...(database ? [postgresDrill(sovra, namespace, access, tuning)] : []),
    // Only the first one has the very time that the user gave.
    ...(hosts.length > 0
      ? [vaultDrill(sovra, namespace, access, hosts, database ? { ...tuning, schedule: undefined } : tuning)]
      : []),
  ];
}
