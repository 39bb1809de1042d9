import type { Construct } from 'constructs';
import { checkResources } from '../kube/check-resources';
import { checkTaskSet, checkTuning } from '../operations/task-set';
import { BACKUP_ALERT_NAMES } from '../rules/backup-inhibitions';
import { checkOverrides } from '../rules/overrides';
import { parseDuration } from '../schedule/duration';
import { RECOVERY_COMPONENTS, type RecoveryProps } from '../sovra/recovery';
import { Checker, dnsLabel, duration, flag, known, numberRule, positiveInteger, quantity } from '../validate';
import { checkArchiving } from './archiving-check';
import { checkRepository, checkRestCredentials, checkS3Credentials, repositoryKind } from './check-repository';
import type { RestoreDrillProps } from './drill';
import { checkKinds } from './kubernetes-kinds';
import type { KubernetesBackupProps } from './kubernetes-task';
import { KEEP, type PrunerProps } from './maintenance-tasks';
import type { BackupSources } from './plan';
import { SHORTEST_EXCLUSIVE } from './promise';
import type { RepositoryProps, RestCredentials, S3Credentials } from './repository';
import type { EvidenceProps, SovraBackupScheduleProps } from './sovra-backup-schedule';

/** Holds the props against what can work, before anything is planned. @throws {SovraOpsError} */
export function checkBackupSchedule(construct: Construct, props: SovraBackupScheduleProps): void {
  const c = new Checker(construct.node.path).props(props);
  // Never a single task: verification, or what is backed up, is always beside it.
  checkTaskSet(c, props, 2);
  checkRepository(c, props.repository, props.password);
  checkRecovery(c, props.recovery);
  if (props.postgres !== false) {
    checkTuning(c, 'postgres', props.postgres);
    checkArchiving(c, props.postgres?.archiving, props.sovra?.database);
  }
  if (props.vault !== false) {
    checkTuning(
      c,
      'vault',
      props.vault,
      !Array.isArray(props.sovra?.edgeNodes) || props.sovra.localEdgeNodes.length < 2,
    );
    c.value('vault.stagingSize', props.vault?.stagingSize, known(quantity));
  }
  if (props.kubernetes !== false) checkKubernetes(c, props.kubernetes);
  const pruner = c.part('pruner', props.pruner);
  if (pruner) checkPruner(c, pruner, props.repository);
  if (props.verification !== false) {
    checkTuning(c, 'verification', props.verification);
    c.value('verification.readDataPercent', props.verification?.readDataPercent, percent);
  }
  if (props.drill !== false) checkDrill(c, props.drill, props.repository);
  if (props.evidence !== false) checkEvidence(c, c.part('evidence', props.evidence));
  c.done();
}

/** One thing is said for all restores for trial. */
function checkDrill(c: Checker, given: RestoreDrillProps | undefined, repository: RepositoryProps | undefined): void {
  checkTuning(c, 'drill', given, false);
  if (typeof given !== 'object' || given === null) return;
  c.value('drill.namespace', given.namespace, known(dnsLabel)).value(
    'drill.scratchSize',
    given.scratchSize,
    known(quantity),
  );
  c.require(given.namespace === undefined || repositoryKind(repository) !== 'volume', {
    property: 'drill.namespace',
    given: given.namespace,
    allowed: 'nothing: a volume can only be read in its own namespace',
    remedy: 'Leave it out.',
  });
}

const ALERT_RULES = {
  names: BACKUP_ALERT_NAMES,
  allowed: BACKUP_ALERT_NAMES.join(', '),
  fixedLabels: ['alertname', 'level', 'component', 'namespace', 'source', 'host', 'path'],
};

function checkEvidence(c: Checker, given: EvidenceProps | undefined): void {
  checkResources(c, 'evidence.resources', given?.resources);
  checkOverrides(c, 'evidence.alerts', given?.alerts, ALERT_RULES);
  for (const name of BACKUP_ALERT_NAMES) {
    const override = given?.alerts?.[name];
    const expr = typeof override === 'object' && override !== null ? override.expr : undefined;
    c.require(expr === undefined, {
      property: `evidence.alerts.${name}.expr`,
      given: expr,
      allowed: 'no expression for everything in the repository at once',
      remedy: 'Leave the alert out here, and write a rule of your own.',
    });
  }
}

function checkKubernetes(c: Checker, given: KubernetesBackupProps | undefined): void {
  // An expression of its own could only be right for one of the namespaces.
  checkTuning(c, 'kubernetes', given, given?.namespaces?.length === 1);
  if (typeof given !== 'object' || given === null) return;
  c.each('kubernetes.namespaces', given.namespaces, known(dnsLabel)).value('kubernetes.secrets', given.secrets, flag);
  if (Array.isArray(given.namespaces)) {
    c.unique('kubernetes.namespaces', given.namespaces).require(given.namespaces.length > 0, {
      property: 'kubernetes.namespaces',
      given: [],
      allowed: 'at least one namespace',
      remedy: 'Leave it out for those of Sovra, or write `kubernetes: false`.',
    });
  }
  checkKinds(c, 'kubernetes', given.kinds);
}

function checkRecovery(c: Checker, given: RecoveryProps | undefined): void {
  const recovery = c.part('recovery', given);
  for (const [component, objective] of Object.entries(recovery ?? {})) {
    const at = `recovery.${component}`;
    c.require((RECOVERY_COMPONENTS as readonly string[]).includes(component), {
      property: at,
      given: component,
      allowed: RECOVERY_COMPONENTS.join(', '),
      remedy: 'Use one of these.',
    });
    const part = c.part(at, objective);
    c.value(`${at}.rpo`, part?.rpo, duration).value(`${at}.rto`, part?.rto, duration);
  }
}

const percent = numberRule(
  (v) => v > 0 && v <= 100,
  'a number above 0 and at most 100',
  'Give the share in percent; 10 reads everything in about ten weeks.',
);

/** Holds what is there to back up against where it goes. @throws {SovraOpsError} */
export function checkSources(construct: Construct, props: SovraBackupScheduleProps, sources: BackupSources): void {
  const c = new Checker(construct.node.path);
  c.require(sources.namespaces.length > 0, {
    property: 'sovra',
    given: { postgres: props.postgres, vault: props.vault, kubernetes: props.kubernetes },
    allowed: 'something to back up: a control plane, or an edge node whose Vault runs in this cluster',
    remedy: 'Describe them in the installation, or leave this construct out.',
  });
  const volume = repositoryKind(props.repository) === 'volume';
  c.require(!volume || sources.namespaces.length < 2, {
    property: 'repository.volume',
    given: sources.namespaces,
    allowed: 'backups in one namespace, since a volume belongs to one',
    remedy:
      'Use s3, sftp or rest; or make one SovraBackupSchedule for each namespace, with `postgres: false` or `vault: false`, ' +
      '`kubernetes: { namespaces: [NAMESPACE] }`, and a `suffix` for all but one.',
  });
  c.done();
}

const exclusive = known<string>((v) => {
  const given = parseDuration(v);
  return given !== undefined && Number.isInteger(given) && given >= SHORTEST_EXCLUSIVE
    ? undefined
    : {
        allowed: `a duration in whole seconds, ${SHORTEST_EXCLUSIVE}s at least`,
        remedy: 'Leave it out: it then has what the recovery points leave.',
      };
});

function checkPruner(c: Checker, pruner: PrunerProps, repository: RepositoryProps | undefined): void {
  checkTuning(c, 'pruner', pruner);
  c.value('pruner.keepVerified', pruner.keepVerified, positiveInteger);
  c.value('pruner.exclusiveFor', pruner.exclusiveFor, exclusive);
  for (const [kind, count] of Object.entries(c.part('pruner.keep', pruner.keep) ?? {})) {
    c.value(`pruner.keep.${kind}`, count, positiveInteger).require(Object.hasOwn(KEEP, kind), {
      property: `pruner.keep.${kind}`,
      given: kind,
      allowed: Object.keys(KEEP).join(', '),
      remedy: 'Use one of these.',
    });
  }
  if (repositoryKind(repository) !== undefined) checkPrunerCredentials(c, pruner, repository as RepositoryProps);
}

function checkPrunerCredentials(c: Checker, pruner: PrunerProps, repository: RepositoryProps): void {
  const property = 'pruner.credentials';
  if ('volume' in repository) {
    c.require(pruner.credentials === undefined, {
      property,
      given: pruner.credentials,
      allowed: 'nothing: a volume has no credentials',
      remedy: 'Leave it out.',
    });
    return;
  }
  const own = credentialsOf(repository);
  const given = pruner.credentials;
  c.require(given?.secret !== undefined, {
    property,
    given,
    allowed: 'credentials that may delete, in a Secret',
    remedy: "Make an account for the pruner and name its Secret; the backups' own must not be able to delete.",
  });
  c.require(given === undefined || JSON.stringify(sorted(given)) !== JSON.stringify(sorted(own ?? {})), {
    property,
    given,
    allowed: 'other credentials than those of the backups, which must not be able to delete',
    remedy: 'Make an account for the pruner and name its Secret.',
  });
  if ('s3' in repository) checkS3Credentials(c, property, given as S3Credentials | undefined);
  else checkRestCredentials(c, property, given as RestCredentials | undefined);
}

function credentialsOf(
  repository: Exclude<RepositoryProps, { volume: unknown }>,
): S3Credentials | RestCredentials | undefined {
  if ('s3' in repository) return repository.s3.credentials;
  return 'sftp' in repository ? repository.sftp.credentials : repository.rest.credentials;
}

function sorted(o: object): [string, unknown][] {
  return Object.entries(o).sort(([a], [b]) => (a < b ? -1 : 1));
}
