import type { Construct } from 'constructs';
import { checkTaskSet, checkTuning } from '../operations/task-set';
import { Checker, numberRule, positiveInteger, quantity } from '../validate';
import { checkRepository, checkRestCredentials, checkS3Credentials, repositoryKind } from './check-repository';
import { KEEP, type PrunerProps } from './maintenance-tasks';
import type { RepositoryProps, RestCredentials, S3Credentials } from './repository';
import type { BackupPlan, SovraBackupScheduleProps } from './sovra-backup-schedule';

/** Holds the props against what can work, before anything is planned. @throws {SovraOpsError} */
export function checkBackupSchedule(construct: Construct, props: SovraBackupScheduleProps): void {
  const c = new Checker(construct.node.path).props(props);
  // Never a single task: verification, or what is backed up, is always beside it.
  checkTaskSet(c, props, 2);
  checkRepository(c, props.repository, props.password);
  if (props.postgres !== false) checkTuning(c, 'postgres', props.postgres);
  if (props.vault !== false) {
    checkTuning(
      c,
      'vault',
      props.vault,
      !Array.isArray(props.sovra?.edgeNodes) || props.sovra.localEdgeNodes.length < 2,
    );
    c.value('vault.stagingSize', props.vault?.stagingSize, quantity);
  }
  const pruner = c.part('pruner', props.pruner);
  if (pruner) checkPruner(c, pruner, props.repository);
  if (props.verification !== false) {
    checkTuning(c, 'verification', props.verification);
    c.value('verification.readDataPercent', props.verification?.readDataPercent, percent);
  }
  c.done();
}

const percent = numberRule(
  (v) => v > 0 && v <= 100,
  'a number above 0 and at most 100',
  'Give the share in percent; 10 reads everything in about ten weeks.',
);

/** Holds what is there to back up against where it goes. @throws {SovraOpsError} */
export function checkSources(construct: Construct, props: SovraBackupScheduleProps, plan: BackupPlan): void {
  const c = new Checker(construct.node.path);
  c.require(plan.namespaces.length > 0, {
    property: 'sovra',
    given: { postgres: props.postgres, vault: props.vault },
    allowed: 'something to back up: a control plane, or an edge node whose Vault runs in this cluster',
    remedy: 'Describe them in the installation, or leave this construct out.',
  });
  const volume = repositoryKind(props.repository) === 'volume';
  c.require(!volume || plan.namespaces.length < 2, {
    property: 'repository.volume',
    given: plan.namespaces,
    allowed: 'backups in one namespace, since a volume belongs to one',
    remedy:
      'Use s3 or rest; or make one SovraBackupSchedule for each namespace, with `postgres: false` or `vault: false`.',
  });
  c.done();
}

function checkPruner(c: Checker, pruner: PrunerProps, repository: RepositoryProps | undefined): void {
  checkTuning(c, 'pruner', pruner);
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
  const own = 's3' in repository ? repository.s3.credentials : repository.rest.credentials;
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

function sorted(o: object): [string, unknown][] {
  return Object.entries(o).sort(([a], [b]) => (a < b ? -1 : 1));
}
