import type { EnvVar } from 'kubernetes-types/core/v1';
import { ANYWHERE, type Opening } from '../kube/network';
import type { PlannedTask, TaskTuning } from '../operations/task-set';
import type { Database, SovraInstallation } from '../sovra/installation';
import { fromSecret, type RepositoryAccess } from './repository';
import { BACKUP_LOCK_WAIT, installationTag, RESTIC_RESOURCES } from './restic';

export const POSTGRES_BACKUP = 'sovra-backup-postgres';
/** Guide: "Automation, Scheduled Tasks". */
export const POSTGRES_SCHEDULE = '0 3 * * *';

export const POSTGRES_USES = ['postgres', 'repository'];

const TOOLS = '/tools';
const AUTHORITY_FOLDER = '/etc/postgres-ca';

/**
 * `pg_dump` straight into the repository. restic starts it and reads its output: when `pg_dump` fails, no snapshot is
 * stored and the run has failed, where a pipe would have stored half a dump as a success. Nothing unencrypted touches
 * the node's disk.
 *
 * restic and `pg_dump` come in two images, and neither of them has the other; so the first container copies restic, one
 * static file, to where the second can start it.
 */
export function postgresTask(
  sovra: SovraInstallation,
  db: Database,
  access: RepositoryAccess,
  tuning: TaskTuning,
): PlannedTask {
  return {
    id: 'postgres',
    property: 'postgres',
    schedule: POSTGRES_SCHEDULE,
    tuning,
    props: {
      name: POSTGRES_BACKUP,
      namespace: db.namespace,
      component: 'backup',
      purpose: 'Without a fresh copy of the database, everything since the last one is lost with it.',
      uses: POSTGRES_USES,
      levels: { ScheduledTaskLate: 'P1' },
      egress: [toDatabase(db), ...access.egress],
      initContainers: [
        {
          name: 'restic-binary',
          image: sovra.image('restic'),
          command: ['cp', '/usr/bin/restic', `${TOOLS}/restic`],
          volumeMounts: [{ name: 'tools', mountPath: TOOLS }],
          resources: { cpu: '20m', memory: '32Mi', cpuLimit: '500m', memoryLimit: '64Mi' },
        },
      ],
      containers: [
        {
          name: 'pg-dump',
          image: sovra.image('postgres'),
          command: [`${TOOLS}/restic`, ...backupArguments(sovra)],
          env: [...access.env, ...databaseEnvironment(db)],
          volumeMounts: [
            { name: 'tools', mountPath: TOOLS, readOnly: true },
            ...access.mounts,
            ...(db.caSecret ? [{ name: 'postgres-ca', mountPath: AUTHORITY_FOLDER, readOnly: true }] : []),
          ],
          resources: tuning.resources ?? RESTIC_RESOURCES,
        },
      ],
      volumes: [
        { name: 'tools', emptyDir: { sizeLimit: '128Mi' } },
        ...access.volumes,
        ...(db.caSecret
          ? [
              {
                name: 'postgres-ca',
                secret: {
                  secretName: db.caSecret.secret,
                  defaultMode: 0o440,
                  items: [{ key: db.caSecret.key, path: 'ca.crt' }],
                },
              },
            ]
          : []),
      ],
    },
  };
}

function backupArguments(sovra: SovraInstallation): string[] {
  return [
    'backup',
    '--retry-lock',
    BACKUP_LOCK_WAIT,
    '--host',
    sovra.name,
    '--tag',
    installationTag(sovra),
    '--tag',
    'postgres',
    '--stdin-filename',
    'sovra.dump',
    '--stdin-from-command',
    '--',
    'pg_dump',
    '--format=custom',
    // restic compresses after it has found what it has already; what pg_dump compresses is new every night.
    '--compress=0',
    '--no-password',
  ];
}

/**
 * libpq's variables. A password file would be read by nobody else either, but it has to be put together from host, user
 * and password in a shell, and the Secret of the installation holds the two values apart.
 */
function databaseEnvironment(db: Database): EnvVar[] {
  return [
    { name: 'PGHOST', value: db.host },
    { name: 'PGPORT', value: String(db.port) },
    { name: 'PGDATABASE', value: db.name },
    { name: 'PGSSLMODE', value: db.sslMode },
    ...(db.caSecret ? [{ name: 'PGSSLROOTCERT', value: `${AUTHORITY_FOLDER}/ca.crt` }] : []),
    { name: 'PGCONNECT_TIMEOUT', value: '30' },
    { name: 'PGAPPNAME', value: POSTGRES_BACKUP },
    fromSecret('PGUSER', db.username.secret, db.username.key),
    fromSecret('PGPASSWORD', db.password.secret, db.password.key),
  ];
}

function toDatabase(db: Database): Opening {
  return {
    peers: [db.podLabels ? { namespace: db.namespace, podLabels: db.podLabels } : { cidrs: ANYWHERE }],
    ports: [db.port],
  };
}
