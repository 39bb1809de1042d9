import { ANYWHERE, type Opening } from '../kube/network';
import type { Resources } from '../kube/pod';
import type { PlannedTask, TaskTuning } from '../operations/task-set';
import { cronOf } from '../schedule/cron';
import { formatDuration, seconds } from '../schedule/duration';
import { smallestGap } from '../schedule/gaps';
import type { PgBackRest } from './pgbackrest';
import { JOBS_CONFIG, pgBackRestCommand } from './pgbackrest-config';
import { storeEnvironment, storeMounts, storeVolumes, TLS, tlsVolume } from './pgbackrest-pod';
import { PAUSE } from './promise';

export const ARCHIVE_FULL = 'sovra-archive-full';
export const ARCHIVE_DIFFERENTIAL = 'sovra-archive-differential';
export const ARCHIVE_INCREMENTAL = 'sovra-archive-incremental';
export const ARCHIVE_CHECK = 'sovra-archive-check';
export const ARCHIVE_VERIFY = 'sovra-archive-verify';
export const ARCHIVE_INIT = 'sovra-archive-init';

export const CHECK_SCHEDULE = '*/5 * * * *';
/** Beside the waiting: to connect, and to ask the store. */
const CHECK_WORK = 60;
const RESOURCES: Resources = { cpu: '100m', memory: '128Mi', cpuLimit: '2', memoryLimit: '512Mi' };
/** pgBackRest refuses two backups at once; and what retention removes, nobody may be reading. */
const USES = ['postgres', 'archive'];

/** How long a check may take, in seconds; it ends before the next one is due. */
export function checkSeconds(p: PgBackRest): number {
  const { schedule = CHECK_SCHEDULE, activeDeadline } = p.props.check ?? {};
  if (activeDeadline !== undefined) return seconds(activeDeadline);
  return Math.min(p.pushSeconds + CHECK_WORK, smallestGap(cronOf(schedule)) - PAUSE);
}

/** Base backups as often as restores want them, the check that the promise is made of, and verification. */
export function pgBackRestTasks(p: PgBackRest): PlannedTask[] {
  const { full, differential, incremental, check, verify } = p.props;
  return [
    backup(
      p,
      'full',
      ARCHIVE_FULL,
      '0 1 * * 0',
      full,
      'A restore begins with a base backup; of an older one it has more log to go through.',
    ),
    backup(
      p,
      'differential',
      ARCHIVE_DIFFERENTIAL,
      '0 1 * * 1-6',
      differential,
      'A restore has more log to go through, up to a week of it.',
    ),
    ...(incremental === false
      ? []
      : [
          backup(
            p,
            'incremental',
            ARCHIVE_INCREMENTAL,
            '30 5-21/4 * * *',
            incremental,
            'A restore has more log to go through, up to a day of it.',
          ),
        ]),
    checkTask(p, check ?? {}),
    verifyTask(p, verify ?? {}),
  ];
}

const TYPES = { full: 'full', differential: 'diff', incremental: 'incr' } as const;

function backup(
  p: PgBackRest,
  kind: keyof typeof TYPES,
  name: string,
  schedule: string,
  tuning: TaskTuning = {},
  purpose: string,
): PlannedTask {
  const command = pgBackRestCommand(JOBS_CONFIG, p.stanza, `--type=${TYPES[kind]}`, 'backup');
  return task(p, kind, name, schedule, tuning, { purpose, uses: USES, command });
}

/**
 * Asks PostgreSQL to hand over the piece of the log that it is writing, and waits until it is in the store. So the archive
 * moves on in a database in which nothing happens, and the way there is proven from one end to the other.
 */
function checkTask(p: PgBackRest, tuning: TaskTuning): PlannedTask {
  const planned = task(p, 'check', ARCHIVE_CHECK, CHECK_SCHEDULE, tuning, {
    purpose: 'Nobody knows whether the log of the database reaches the store.',
    uses: [],
    command: pgBackRestCommand(JOBS_CONFIG, p.stanza, 'check'),
  });
  const activeDeadline = formatDuration(checkSeconds(p));
  // The next one is soon; a second try at once would only be late.
  return { ...planned, tuning: { ...tuning, activeDeadline }, props: { ...planned.props, retries: 0 } };
}

/**
 * The exit code says only whether it could look; so what it found is read from its report. It lists what is there of the
 * log as ranges: two of one line of time have a hole between them, which it counts as no fault. All of the log since the
 * oldest backup is kept, so nothing else makes a hole.
 */
export const VERIFY_SCRIPT = `
report=/tmp/pgbackrest/report
"$@" > $report || { cat $report; exit 1; }
cat $report
if grep -Eq "(missing|checksum invalid|size invalid|other): [1-9]|status: (error|invalid)" $report; then
  echo "the repository has faults" >&2
  exit 1
fi
holes=$(sed -n 's/.*archiveId: \\([^,]*\\), wal start: \\(.\\{8\\}\\).*/\\1 \\2/p' $report | sort | uniq -d)
if [ -n "$holes" ]; then
  echo "the log has a hole: archive and line of time $holes" >&2
  exit 1
fi
`.trimStart();

/** Reads back every file in the repository, and looks for pieces of the log that are not there. */
function verifyTask(p: PgBackRest, tuning: TaskTuning): PlannedTask {
  const verify = pgBackRestCommand(JOBS_CONFIG, p.stanza, '--verbose', '--log-level-console=detail', 'verify');
  return task(p, 'verify', ARCHIVE_VERIFY, '0 4 * * 3', tuning, {
    purpose: 'Nobody knows whether what is in the archive can be read back.',
    uses: USES,
    command: ['/bin/sh', '-c', VERIFY_SCRIPT, ARCHIVE_VERIFY, ...verify],
  });
}

/** Makes the repository; suspended, to be started once by hand. The database has to run, and not yet archive. */
export function pgBackRestInitProps(p: PgBackRest) {
  const command = pgBackRestCommand(JOBS_CONFIG, p.stanza, 'stanza-create');
  return {
    ...pod(p, 'init', command),
    name: ARCHIVE_INIT,
    schedule: '0 0 1 1 *',
    suspend: true,
    retries: 0,
    purpose: 'Started by hand, once, to make the repository of the archive.',
    uses: USES,
    images: p.sovra.images,
  };
}

function task(
  p: PgBackRest,
  kind: string,
  name: string,
  schedule: string,
  tuning: TaskTuning,
  what: { readonly purpose: string; readonly uses: readonly string[]; readonly command: readonly string[] },
): PlannedTask {
  const { command, ...rest } = what;
  return {
    id: `archive-${kind}`,
    property: `postgres.archiving.pgBackRest.${kind}`,
    schedule,
    tuning,
    props: {
      ...pod(p, kind, command, tuning.resources),
      ...rest,
      name,
      // A base backup that is late makes restores longer; the check is what the promise is made of.
      ...(kind === 'check' && { levels: { ScheduledTaskLate: 'P1' as const } }),
    },
  };
}

function pod(p: PgBackRest, kind: string, command: readonly string[], resources?: Resources) {
  return {
    namespace: p.database.namespace,
    component: 'backup',
    user: p.data.user,
    egress: [toServer(p), toStore(p)],
    containers: [
      {
        name: kind,
        image: p.props.image,
        command: [...command],
        env: storeEnvironment(p, p.props.backupCredentials),
        volumeMounts: [...storeMounts(p), TLS],
        resources: resources ?? p.props.resources ?? RESOURCES,
      },
    ],
    volumes: [...storeVolumes(p), tlsVolume(p.tls.clientSecret)],
  };
}

function toServer(p: PgBackRest): Opening {
  const { namespace, podLabels } = p.database;
  return { peers: [podLabels ? { namespace, podLabels } : { namespace }], ports: [p.port] };
}

export function toStore({ props }: PgBackRest): Opening {
  const { endpoint, peers } = props.repository;
  return { peers: peers ?? [{ cidrs: ANYWHERE }], ports: [Number(new URL(endpoint).port || 443)] };
}
