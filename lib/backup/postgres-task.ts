import type { PlannedTask, TaskTuning } from '../operations/task-set';
import { cronOf } from '../schedule/cron';
import { smallestGap } from '../schedule/gaps';
import type { Database, SovraInstallation } from '../sovra/installation';
import { databaseAuthority, databaseEnvironment, toDatabase } from './postgres-connection';
import type { RepositoryAccess } from './repository';
import {
  installationTag,
  RESTIC_RESOURCES,
  resticBinaryContainer,
  retryLock,
  TOOLS,
  toolsVolume,
  unlockContainer,
} from './restic';

export const POSTGRES_BACKUP = 'sovra-backup-postgres';
/** The dump, as restic lists it. */
export const POSTGRES_FILE = '/sovra.dump';
/** The guide's daily dump cannot keep a recovery point of 15 minutes. */
export const POSTGRES_SCHEDULE = '*/5 * * * *';

/**
 * Two dumps of one database never start together. What reads the database seldom is kept apart from dumps that are seldom
 * too; from frequent ones it cannot be.
 */
function usesOf(db: Database, schedule: string): string[] {
  const seldom = smallestGap(cronOf(schedule)) >= 3600;
  return [`dump of ${db.host}/${db.name}`, ...(seldom ? ['postgres'] : [])];
}

/** A database without a table is none: it is the new, empty one that a mistake put in the place of the old one. */
const HAS_TABLES = `DO $guard$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')) THEN
    RAISE EXCEPTION 'the database has no tables: nothing is backed up';
  END IF;
END $guard$`;

/**
 * `pg_dump` straight into the repository. restic starts it and reads its output: when `pg_dump` fails, no snapshot is
 * stored and the run has failed, where a pipe would have stored half a dump as a success. Nothing unencrypted touches
 * the node's disk.
 *
 * restic and `pg_dump` come in two images, and neither of them has the other; so a container copies restic, one static
 * file, to where the last one can start it. A database without tables is refused before.
 *
 * @param exclusive how long the pruner may have the repository to itself, in seconds
 */
export function postgresTask(
  sovra: SovraInstallation,
  db: Database,
  access: RepositoryAccess,
  tuning: TaskTuning,
  exclusive: number,
  schedule: string = POSTGRES_SCHEDULE,
): PlannedTask {
  const authority = databaseAuthority(db);
  return {
    id: 'postgres',
    property: 'postgres',
    schedule,
    tuning,
    props: {
      name: POSTGRES_BACKUP,
      namespace: db.namespace,
      component: 'backup',
      purpose: 'Without a fresh copy of the database, everything since the last one is lost with it.',
      uses: usesOf(db, tuning.schedule ?? schedule),
      levels: { ScheduledTaskLate: 'P1' },
      egress: [toDatabase(db), ...access.egress],
      initContainers: [
        unlockContainer(sovra, access),
        {
          name: 'has-tables',
          image: sovra.image('postgres'),
          command: [
            'psql',
            '--no-psqlrc',
            '--no-password',
            '--quiet',
            '--set',
            'ON_ERROR_STOP=1',
            '--command',
            HAS_TABLES,
          ],
          env: databaseEnvironment(db, POSTGRES_BACKUP),
          volumeMounts: authority.mounts,
          resources: { cpu: '20m', memory: '32Mi', cpuLimit: '500m', memoryLimit: '128Mi' },
        },
        resticBinaryContainer(sovra),
      ],
      containers: [
        {
          name: 'pg-dump',
          image: sovra.image('postgres'),
          command: [`${TOOLS}/restic`, ...backupArguments(sovra, exclusive)],
          env: [...access.env, ...databaseEnvironment(db, POSTGRES_BACKUP)],
          volumeMounts: [{ name: 'tools', mountPath: TOOLS, readOnly: true }, ...access.mounts, ...authority.mounts],
          resources: tuning.resources ?? RESTIC_RESOURCES,
        },
      ],
      volumes: [toolsVolume(), ...access.volumes, ...authority.volumes],
    },
  };
}

function backupArguments(sovra: SovraInstallation, exclusive: number): string[] {
  return [
    'backup',
    ...retryLock(exclusive),
    '--host',
    sovra.name,
    '--tag',
    installationTag(sovra),
    '--tag',
    'postgres',
    '--stdin-filename',
    POSTGRES_FILE.slice(1),
    '--stdin-from-command',
    '--',
    'pg_dump',
    '--format=custom',
    // restic compresses after it has found what it has already; what pg_dump compresses is new every night.
    '--compress=0',
    '--no-password',
  ];
}
