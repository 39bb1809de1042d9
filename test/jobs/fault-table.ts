/** What can go wrong with a backup, and what comes of it. The page docs/backup-faults.md shows these rows; tests hold both. */
export interface BackupFault {
  readonly id: string;
  readonly fault: string;
  /** The run that meets it. */
  readonly job: string;
  /** `fails`: the Job, loudly. `recovers`: it ends well, by itself. */
  readonly outcome: 'fails' | 'recovers';
  /** For the reader. */
  readonly happens: string;
  /** Words in the log of the run. */
  readonly log?: string;
  /** What fires while it lasts. `[]`: nothing has to be done. */
  readonly alerts: readonly string[];
  /** What can be restored. @default every snapshot from before; none is made of what was broken */
  readonly left?: string;
  /** Another test that shows it: file and name. @default faults.test.ts, by the id */
  readonly proof?: readonly [file: string, name: string];
}

const POSTGRES = 'sovra-backup-postgres';
const VAULT = 'sovra-backup-vault-edge-1';
const FAILED = 'ScheduledTaskFailed';
const STALE = 'BackupStale';
const LOST = [FAILED, STALE];
const NEW = 'every snapshot from before, and the new one';

export const BACKUP_FAULTS: readonly BackupFault[] = [
  {
    id: 'pg-dump-killed',
    fault: '`pg_dump` is killed in mid-dump',
    job: POSTGRES,
    outcome: 'fails',
    alerts: LOST,
    happens: 'restic sees that its child failed and stores nothing; two more pods try',
    log: 'signal: killed',
  },
  {
    id: 'postgres-killed',
    fault: "PostgreSQL's backend is killed in mid-dump",
    job: POSTGRES,
    outcome: 'recovers',
    happens: 'the pod fails and stores nothing; PostgreSQL recovers, and the next pod of the Job takes a whole dump',
    log: 'Fatal: command failed: exit status 1',
    alerts: [],
    left: NEW,
  },
  {
    id: 'database-down',
    fault: 'PostgreSQL is down',
    job: POSTGRES,
    outcome: 'fails',
    alerts: LOST,
    happens: 'the question for tables gets no answer; the dump is not begun',
    log: 'Connection refused',
  },
  {
    id: 'database-empty',
    fault: 'the database is new and empty',
    job: POSTGRES,
    outcome: 'fails',
    alerts: LOST,
    happens: 'a database without tables is refused',
    log: 'the database has no tables',
    proof: [
      'test/jobs/backup-base.test.ts',
      'a database without tables is not backed up; one with tables is, and so is Vault',
    ],
  },
  {
    id: 'database-shrunk',
    fault: 'the database has lost nine tenths of its content',
    job: POSTGRES,
    outcome: 'recovers',
    happens: 'the dump is good and is stored; that it is under half of the largest of a week is what tells',
    alerts: ['BackupShrank'],
    left: 'every snapshot from before still has the content; the new one has not',
  },
  {
    id: 'repository-password',
    fault: 'wrong password of the repository',
    job: POSTGRES,
    outcome: 'fails',
    happens: 'the first container cannot open the repository',
    log: 'wrong password or no key found',
    alerts: LOST,
  },
  {
    id: 'database-password',
    fault: 'wrong password of the database',
    job: POSTGRES,
    outcome: 'fails',
    alerts: LOST,
    happens: 'the question for tables is refused',
    log: 'password authentication failed',
  },
  {
    id: 'vault-token',
    fault: 'wrong or expired token of Vault',
    job: VAULT,
    outcome: 'fails',
    alerts: LOST,
    happens: 'Vault refuses the snapshot',
    log: 'permission denied',
  },
  {
    id: 'vault-sealed',
    fault: 'Vault is sealed',
    job: VAULT,
    outcome: 'fails',
    alerts: LOST,
    happens: 'Vault gives no snapshot',
    log: 'Vault is sealed',
  },
  {
    id: 'staging-full',
    fault: 'the Vault snapshot is larger than its volume (`stagingSize`)',
    job: VAULT,
    outcome: 'fails',
    happens: 'the snapshot cannot be written; half a one is not stored',
    log: 'no space left on device',
    alerts: LOST,
  },
  {
    id: 'tmp-full',
    fault: 'the temporary volume of restic is full',
    job: POSTGRES,
    outcome: 'fails',
    alerts: LOST,
    happens:
      'restic cannot pack what it reads and stands still, without a word; the deadline of the Job ends it. A small dump, which it has read to its end by then, fails at once: "no space left on device"',
  },
  {
    id: 'cache-full',
    fault: 'the cache volume of restic is full',
    job: POSTGRES,
    outcome: 'fails',
    alerts: LOST,
    happens: 'restic tries again to fill its cache, until the deadline of the Job',
    log: 'no space left on device',
  },
  {
    id: 'store-denies',
    fault: 'the store refuses everything (403)',
    job: POSTGRES,
    outcome: 'fails',
    alerts: LOST,
    happens: 'fails at once; restic does not try a refusal again',
    log: 'Access Denied',
  },
  {
    id: 'store-down',
    fault: 'the store is down',
    job: POSTGRES,
    outcome: 'fails',
    happens: 'restic tries again until the deadline of the Job',
    alerts: [FAILED, STALE, 'BackupEvidenceMissing'],
  },
  {
    id: 'store-back',
    fault: 'the store is down for a moment',
    job: POSTGRES,
    outcome: 'recovers',
    alerts: [],
    happens: 'restic tries again and goes on',
    left: NEW,
  },
  {
    id: 'store-cuts',
    fault: 'the connection is cut in mid-upload, again and again',
    job: POSTGRES,
    outcome: 'fails',
    happens: 'restic tries again until the deadline of the Job; without its data no snapshot is written',
    alerts: LOST,
  },
  {
    id: 'store-cuts-once',
    fault: 'the connection is cut in mid-upload, for a while',
    job: POSTGRES,
    outcome: 'recovers',
    happens: 'restic uploads the pack again',
    alerts: [],
    left: NEW,
  },
  {
    id: 'store-slow',
    fault: 'the store is so slow that the deadline passes',
    job: POSTGRES,
    outcome: 'fails',
    happens: 'the Job ends at its deadline; what was uploaded stays, and a later run need not upload it again',
    alerts: LOST,
  },
  {
    id: 'object-truncated-verify',
    fault: 'an object of the store is truncated',
    job: 'sovra-backup-verify',
    outcome: 'fails',
    happens: 'verification tells which pack; nothing is changed',
    log: 'error',
    alerts: [FAILED, 'BackupVerificationLate'],
    left: 'snapshots that share no data with that object; the next dump may refer to it too, until it is repaired',
  },
  {
    id: 'object-truncated-prune',
    fault: 'the same',
    job: 'sovra-backup-prune',
    outcome: 'fails',
    happens: 'the newest snapshot cannot be read back, so nothing at all is removed',
    log: 'reading back',
    alerts: [FAILED],
    left: 'as above',
  },
  {
    id: 'object-truncated-drill',
    fault: 'the same',
    job: 'sovra-restore-drill',
    outcome: 'fails',
    happens: 'the restore for trial cannot fetch what it is to restore',
    alerts: [FAILED, 'RestoreDrillLate'],
    left: 'as above',
  },
  {
    id: 'lock-fresh',
    fault: 'the pruner died a moment ago and left its lock',
    job: POSTGRES,
    outcome: 'fails',
    happens: 'the first container leaves a fresh lock alone, since its writer may live; the backup waits, then fails',
    log: 'repo already locked, waiting up to',
    alerts: LOST,
  },
  {
    id: 'lock-stale',
    fault: 'the same lock, after half an hour',
    job: POSTGRES,
    outcome: 'recovers',
    alerts: [],
    happens: 'the first container removes it',
    log: 'successfully removed 1 locks',
    left: NEW,
  },
  {
    id: 'two-writers',
    fault: 'two jobs write at once',
    job: `${POSTGRES} and ${VAULT}`,
    outcome: 'recovers',
    happens: 'both succeed; backups do not exclude each other',
    alerts: [],
    left: NEW,
  },
  {
    id: 'pruner-holds',
    fault: 'the pruner hangs while it has the repository to itself',
    job: 'sovra-backup-prune',
    outcome: 'fails',
    happens: 'its command is ended after the time that it may take, and its lock is removed; nothing is lost',
    log: 'it may have the repository to itself for',
    alerts: [FAILED],
  },
  {
    id: 'pruner-beside',
    fault: 'a backup begins while the pruner has the repository',
    job: POSTGRES,
    outcome: 'recovers',
    happens: 'it waits for the lock and goes on; the wait is part of what is promised',
    log: 'repo already locked, waiting up to',
    alerts: [],
    left: NEW,
  },
  {
    id: 'evicted',
    fault: 'the pod is evicted in mid-dump',
    job: POSTGRES,
    outcome: 'recovers',
    alerts: [],
    happens: 'the Job makes another pod; the first left no snapshot',
    left: NEW,
  },
  {
    id: 'unseal-keys',
    fault: 'a Vault is restored and unsealed with the keys of another one',
    job: 'the restore',
    outcome: 'fails',
    happens: 'it stays sealed; the keys of the Vault that was backed up open it',
    alerts: [],
    proof: [
      'test/jobs/restore.test.ts',
      'one edge node is lost: its own newest snapshot by the point, its old keys, the database untouched',
    ],
  },
  {
    id: 'clock-change',
    fault: 'the clocks change to or from daylight-saving time',
    job: 'every backup',
    outcome: 'recovers',
    happens: 'the largest gap between two runs that the promise is made of counts the longer night',
    alerts: [],
    proof: ['test/backup/loss.test.ts', 'over the longest day of the year'],
  },
];

const proofOf = ({ id, proof }: BackupFault) => (proof ? `\`${proof[0]}\`` : `\`faults.test.ts\`: ${id}`);

/** The table of the page. */
export function faultTable(): string {
  const rows = BACKUP_FAULTS.map((f) => [
    f.fault,
    f.job,
    `${f.outcome === 'fails' ? 'Fails' : 'Succeeds'}: ${f.happens}`,
    f.log === undefined ? '' : `\`${f.log}\``,
    f.alerts.join(', ') || 'none',
    f.left ?? 'every snapshot from before',
    proofOf(f),
  ]);
  const head = ['Fault', 'Run', 'What happens', 'In the log', 'Alert', 'What can be restored', 'Test'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}
