import { Construct } from 'constructs';
import { checkNetwork } from '../kube/check-network';
import { slug } from '../kube/names';
import type { ClusterNetworkProps } from '../kube/network';
import type { TaskContainer, TaskPodProps } from '../operations/task-pod';
import { checkInstallation, checkSecret } from '../sovra/check-installation';
import type { Database, EdgeNode, SecretKeyRef, SovraInstallation, Vault } from '../sovra/installation';
import { Checker, flag, isDay, known, quantity, type Rule } from '../validate';
import { checkRepository, repositoryKind } from './check-repository';
import {
  checkRestoreNamespaces,
  namespacePod,
  namespaceRights,
  type RestoreNamespaceProps,
} from './kubernetes-restore';
import { kubernetesFile } from './kubernetes-task';
import { databaseAuthority, databaseEnvironment, POSTGRES_USER, toDatabase } from './postgres-connection';
import { POSTGRES_FILE } from './postgres-task';
import type { RepositoryAccess, RepositoryProps } from './repository';
import {
  installationTag,
  RESTIC_RESOURCES,
  resticBinaryContainer,
  resticContainer,
  TOOLS,
  toolsVolume,
} from './restic';
import { RESTORE_COMPONENT, RestoreJob } from './restore-job';
import {
  CHOOSE_PROGRAM,
  FETCH_SCRIPT,
  GUARD_POSTGRES_SCRIPT,
  RESTORE_POSTGRES_SCRIPT,
  RESTORE_VAULT_SCRIPT,
  SCRATCH,
} from './restore-scripts';
import { SftpGateway } from './sftp-gateway';
import { accessThrough, gatewayPlace, RESTORE_SFTP, taskPods } from './sftp-repository';
import { vaultAuthority, vaultConnection, vaultSnapshotHost } from './vault-connection';
import { VAULT_FILE } from './vault-task';

export interface RestorePostgresProps {
  /**
   * The name of the database, as the word that what it holds may be replaced. Without it only a database that has no tables
   * is restored into. @default none
   */
  readonly overwrite?: string;
  /**
   * The repository holds no Vaults: `SovraBackupSchedule` was given `vault: false`. The newest dump by the point is then
   * restored, whether or not a Vault is as new. @default false, every Vault of this cluster needs a snapshot after the dump
   */
  readonly withoutVaults?: boolean;
}

export interface RestoreVaultProps {
  /** The edge node whose Vault it is. */
  readonly edgeNode: string;
  /** The id of the edge node, as the word that the secrets which its Vault holds may be replaced. @default none */
  readonly overwrite?: string;
  /**
   * A token that may restore snapshots: of a fresh Vault the root token that `vault operator init` gave. In the edge node's
   * namespace. @default { secret: 'vault-restore', key: 'token' }
   */
  readonly token?: SecretKeyRef;
}

export interface SovraRestoreProps {
  readonly sovra: SovraInstallation;
  /**
   * Where the copies are; as `SovraBackupSchedule` was given it. For `sftp` a restore brings a gateway of its own, which deletes
   * nothing, so that it needs nothing of the cluster that is lost.
   */
  readonly repository: RepositoryProps;
  /** The password of the repository. */
  readonly password: SecretKeyRef;
  /**
   * The point in time, RFC 3339 with a zone, such as '2026-11-24T10:00:00Z'. Nothing newer is brought back. The same point
   * always means the same snapshots, so that the parts belong together although they are restored one after the other.
   */
  readonly at: string;
  /** False leaves the database alone; a Vault then gets its own newest snapshot by that point. @default the database is restored */
  readonly postgres?: RestorePostgresProps | false;
  /** Vaults to restore, those of this cluster only. @default none */
  readonly vaults?: readonly RestoreVaultProps[];
  /**
   * Namespaces whose objects are restored: what is missing is made, what is there keeps everything that the backup does not
   * set. Volumes come back as empty ones. @default none
   */
  readonly namespaces?: readonly RestoreNamespaceProps[];
  /**
   * Room for what is fetched of a Vault, or of a database whose content is replaced, on the node's disk, as a Kubernetes
   * quantity. Into an empty database nothing is fetched first. @default '20Gi'
   */
  readonly scratchSize?: string;
  /** What network policies cannot know. @default CoreDNS in kube-system */
  readonly network?: ClusterNetworkProps;
}

const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})$/;
const pointInTime: Rule = known((v) =>
  RFC_3339.test(v) && !Number.isNaN(Date.parse(v)) && isDay(v.slice(0, 10))
    ? undefined
    : {
        allowed: 'a point in time of RFC 3339 with seconds and a zone, such as "2026-11-24T10:00:00Z"',
        remedy: 'Write the zone: the clock on the wall of one place is another time elsewhere.',
      },
);

/**
 * Jobs that bring back a point in time: the objects of namespaces, then Vault, then the database, since rows refer to keys.
 * Made suspended, each is let
 * go by a person: `kubectl -n NAMESPACE patch job NAME -p '{"spec":{"suspend":false}}'`. None runs by a schedule, and none
 * replaces what is there without the word `overwrite`.
 *
 * Deploy it for a restore, and remove it afterwards: the account that restores the objects of a namespace may do everything
 * there.
 *
 * @throws {SovraOpsError} listing every property that cannot work
 */
export class SovraRestore extends Construct {
  /** In the order in which they are to be let go. */
  readonly jobs: readonly RestoreJob[];
  /** What stands before an SFTP server; undefined for other repositories. */
  readonly sftpGateway?: SftpGateway;

  constructor(scope: Construct, id: string, props: SovraRestoreProps) {
    super(scope, id);
    checkRestore(this, props);
    const { sovra, network } = props;
    const place = gatewayPlace(props.repository, RESTORE_SFTP, firstNamespace(props));
    const access = accessThrough(props.repository, props.password, place);
    const vaults = (props.vaults ?? []).map((given) => {
      const edgeNode = sovra.localEdgeNodes.find((n) => n.id === given.edgeNode) as EdgeNode & { vault: Vault };
      return vaultRestore(props, access, edgeNode, given);
    });
    const database = props.postgres === false ? undefined : sovra.database;
    const namespaces = (props.namespaces ?? []).map((given) => {
      const planned = namespaceRestore(props, access, given);
      namespaceRights(this, planned.id, planned.name, given);
      return planned;
    });
    const all = [...namespaces, ...vaults, ...(database ? [postgresRestore(props, access, database)] : [])];
    this.jobs = all.map(({ id: job, ...rest }) => new RestoreJob(this, job, { ...rest, sovra, network }));
    if (!('sftp' in props.repository)) return;
    const component = RESTORE_COMPONENT;
    const podLabels = taskPods({ component });
    this.sftpGateway = new SftpGateway(this, 'sftp-gateway', {
      ...{ sovra, network, component, repository: props.repository.sftp, ...place },
      writers: [...new Set(all.map((job) => job.namespace))].map((namespace) => ({ namespace, podLabels })),
    });
  }
}

/** As for backups: that of the database, or of the first Vault or objects. */
function firstNamespace({ sovra, postgres, vaults = [], namespaces = [] }: SovraRestoreProps): string {
  const database = postgres === false ? undefined : sovra.database?.namespace;
  const vault = sovra.localEdgeNodes.find((n) => n.id === vaults[0]?.edgeNode)?.vault?.namespace;
  return database ?? vault ?? (namespaces[0]?.namespace as string);
}

type Planned = TaskPodProps & { readonly id: string; readonly name: string; readonly namespace: string };

/** Another point is another Job: what a Job does cannot be changed. */
function jobName(what: string, at: string): string {
  return `sovra-restore-${what}-${new Date(at)
    .toISOString()
    .replace(/[-:]|\.\d+/g, '')
    .toLowerCase()}`;
}

function postgresRestore(props: SovraRestoreProps, access: RepositoryAccess, db: Database): Planned {
  const { sovra, at } = props;
  const { volumes, mounts } = databaseAuthority(db);
  const overwrite = (props.postgres ? props.postgres.overwrite : undefined) ?? '';
  const inPostgres = (name: string, script: string): TaskContainer => ({
    name,
    image: sovra.image('postgres'),
    command: ['/bin/sh', '-c', script, name],
    env: [...databaseEnvironment(db, 'sovra-restore'), { name: 'OVERWRITE', value: overwrite }],
    volumeMounts: [{ name: 'scratch', mountPath: SCRATCH }, ...mounts],
    resources: RESTIC_RESOURCES,
  });
  const guard = inPostgres('guard', GUARD_POSTGRES_SCRIPT);
  const restore = inPostgres('restore', RESTORE_POSTGRES_SCRIPT);
  return {
    id: 'postgres',
    name: jobName('postgres', at),
    namespace: db.namespace,
    user: POSTGRES_USER,
    egress: [toDatabase(db), ...access.egress],
    initContainers: [
      guard,
      fetchContainer(props, access, { file: POSTGRES_FILE, want: '' }),
      resticBinaryContainer(sovra),
    ],
    containers: [
      {
        ...restore,
        env: [...access.env, ...(restore.env ?? []), { name: 'FILE', value: POSTGRES_FILE }],
        volumeMounts: [
          ...(restore.volumeMounts ?? []),
          { name: 'tools', mountPath: TOOLS, readOnly: true },
          ...access.mounts,
        ],
      },
    ],
    volumes: [scratch(props), toolsVolume(), ...volumes, ...access.volumes],
  };
}

function vaultRestore(
  props: SovraRestoreProps,
  access: RepositoryAccess,
  edgeNode: EdgeNode & { vault: Vault },
  given: RestoreVaultProps,
): Planned {
  const { sovra, at } = props;
  const { vault } = edgeNode;
  const { volume, mount } = vaultAuthority(vault);
  const token = given.token ?? { secret: 'vault-restore', key: 'token' };
  return {
    id: `vault-${edgeNode.id}`,
    name: jobName(`vault-${slug(edgeNode.id, 20)}`, at),
    namespace: vault.namespace,
    podLabels: { 'app.kubernetes.io/part-of': 'sovra' },
    egress: [
      { peers: [{ namespace: vault.namespace, podLabels: vault.labels }], ports: [vault.port] },
      ...access.egress,
    ],
    initContainers: [fetchContainer(props, access, { file: VAULT_FILE, want: vaultSnapshotHost(sovra, edgeNode) })],
    containers: [
      {
        name: 'restore',
        image: sovra.image('vault'),
        command: ['/bin/sh', '-c', RESTORE_VAULT_SCRIPT, 'restore'],
        env: [
          ...vaultConnection(vault, token),
          // A token helper is looked for in the home directory; a snapshot is unpacked where temporary files go.
          { name: 'HOME', value: SCRATCH },
          { name: 'TMPDIR', value: SCRATCH },
          { name: 'EDGE_NODE', value: edgeNode.id },
          { name: 'OVERWRITE', value: given.overwrite ?? '' },
        ],
        volumeMounts: [{ name: 'scratch', mountPath: SCRATCH }, mount],
        resources: RESTIC_RESOURCES,
      },
    ],
    volumes: [scratch(props), volume, ...access.volumes],
  };
}

function namespaceRestore(props: SovraRestoreProps, access: RepositoryAccess, given: RestoreNamespaceProps): Planned {
  const { namespace } = given;
  const file = kubernetesFile(namespace);
  const fetch = fetchContainer(props, access, { file, want: file });
  return {
    id: `namespace-${namespace}`,
    name: jobName(`namespace-${slug(namespace, 20)}`, props.at),
    namespace,
    ...namespacePod(props.sovra, access, fetch, given, props.network),
  };
}

const scratch = (props: SovraRestoreProps) => ({
  name: 'scratch',
  emptyDir: { sizeLimit: props.scratchSize ?? '20Gi' },
});

function fetchContainer(
  { sovra, at, postgres }: SovraRestoreProps,
  access: RepositoryAccess,
  { file, want }: { readonly file: string; readonly want: string },
): TaskContainer {
  const container = resticContainer(sovra, access, 'fetch', []);
  const alone = postgres !== false && postgres?.withoutVaults === true;
  const hosts = alone ? [] : sovra.localEdgeNodes.map((n) => vaultSnapshotHost(sovra, n));
  return {
    ...container,
    command: ['/bin/sh', '-c', FETCH_SCRIPT, 'fetch', CHOOSE_PROGRAM],
    env: [
      ...(container.env ?? []),
      { name: 'INSTALLATION', value: installationTag(sovra) },
      { name: 'AT', value: String(Math.floor(Date.parse(at) / 1000)) },
      { name: 'VAULTS', value: JSON.stringify(hosts) },
      { name: 'WANT', value: want },
      { name: 'ALONE', value: String(want !== '' && (postgres === false || sovra.database === undefined)) },
      { name: 'FILE', value: file },
    ],
    volumeMounts: [...(container.volumeMounts ?? []), { name: 'scratch', mountPath: SCRATCH }],
  };
}

function checkRestore(construct: Construct, props: SovraRestoreProps): void {
  const c = new Checker(construct.node.path).props(props);
  checkInstallation(c, props.sovra);
  checkRepository(c, props.repository, props.password);
  checkNetwork(c, 'network', props.network);
  c.given('at', props.at, 'Say to which point, for example "2026-11-24T10:00:00Z".')
    .value('at', props.at, pointInTime)
    .value('scratchSize', props.scratchSize, known(quantity));
  const database = props.postgres === false ? undefined : props.sovra?.database;
  if (props.postgres !== false && c.part('postgres', props.postgres))
    c.value('postgres.overwrite', props.postgres?.overwrite, theWord(database?.name, 'database'))
      .value('postgres.withoutVaults', props.postgres?.withoutVaults, flag)
      .require(props.postgres?.withoutVaults !== true || !props.vaults?.length, {
        property: 'postgres.withoutVaults',
        given: true,
        allowed: 'false, where Vaults are restored from the same repository',
        remedy: 'Leave it out: the parts then belong to one point. Or leave `vaults` out.',
      });
  const local = props.sovra?.localEdgeNodes?.map((n) => n.id) ?? [];
  const vaults = c.parts('vaults', props.vaults);
  for (const { at, entry } of vaults) {
    c.require(local.includes(entry.edgeNode), {
      property: `${at}.edgeNode`,
      given: entry.edgeNode,
      allowed: local.join(', ') || 'nothing: the description names no Vault in this cluster',
      remedy: 'Name an edge node whose Vault is described, or restore it from the cluster that holds it.',
    });
    c.value(`${at}.overwrite`, entry.overwrite, theWord(entry.edgeNode, 'edge node'));
    checkSecret(c, `${at}.token`, entry.token);
  }
  c.unique(
    'vaults',
    vaults.map(({ entry }) => entry.edgeNode),
  );
  checkRestoreNamespaces(c, props.namespaces, theWord);
  checkOneNamespace(c, props);
  c.require(database !== undefined || (props.vaults ?? []).length > 0 || (props.namespaces ?? []).length > 0, {
    property: 'vaults',
    given: props.vaults,
    allowed: 'at least one Vault or namespace, where no database is restored',
    remedy: 'Say what is to be restored.',
  });
  c.done();
}

/** Where the Jobs would run, each name once; of what can be told from props that may be wrong. */
function namespacesOf({ sovra, postgres, vaults, namespaces }: SovraRestoreProps): string[] {
  const chosen = Array.isArray(vaults) ? vaults.map((v: RestoreVaultProps | undefined) => v?.edgeNode) : [];
  const nodes = sovra?.localEdgeNodes?.filter(({ id }) => chosen.includes(id)) ?? [];
  const given = Array.isArray(namespaces) ? namespaces.map((n: RestoreNamespaceProps | undefined) => n?.namespace) : [];
  const database = postgres === false ? undefined : sovra?.database?.namespace;
  const all = [database, ...nodes.map(({ vault }) => vault.namespace), ...given];
  return [...new Set(all.filter((name) => name !== undefined))];
}

function checkOneNamespace(c: Checker, props: SovraRestoreProps): void {
  const namespaces = namespacesOf(props);
  c.require(repositoryKind(props.repository) !== 'volume' || namespaces.length < 2, {
    property: 'repository.volume',
    given: namespaces,
    allowed: 'Jobs in one namespace, since a volume belongs to one',
    remedy:
      'Make one SovraRestore for each namespace, with the volume that is there: `postgres: false` leaves the database out, ' +
      '`postgres: { withoutVaults: true }` restores it where the Vaults are on another volume, ' +
      '`vaults` and `namespaces` name what is in that namespace.',
  });
}

const theWord = (name: string | undefined, what: string): Rule =>
  known((v) =>
    v === name
      ? undefined
      : {
          allowed: `"${name}", the name of the ${what} whose content may be replaced`,
          remedy: 'Write the name once more, or leave it out to restore only into what is empty.',
        },
  );
