import { SovraBackupSchedule } from '../../lib/backup/sovra-backup-schedule';
import { SovraScheduledTasks } from '../../lib/operations/sovra-scheduled-tasks';
import { find, objectsOf } from '../support/synth';
import { make, password, pruner, s3, schedulesOf, sovra } from './made';

/** Recovery points that a daily backup keeps. */
const DAYS = { controlPlane: { rpo: '5d' }, edgeNode: { rpo: '3d' } };

describe('when backups run', () => {
  test('every second Vault a minute later', () => {
    expect(schedulesOf({ vault: { schedule: '*/3 * * * *', activeDeadline: '30s' } })).toMatchObject({
      'sovra-backup-vault-edge-1': '*/3 * * * *',
      'sovra-backup-vault-edge-2': '1-59/3 * * * *',
    });
    expect(schedulesOf({ vault: { schedule: '0 4 * * *' }, recovery: DAYS })).toMatchObject({
      'sovra-backup-vault-edge-1': '0 4 * * *',
      'sovra-backup-vault-edge-2': '1 4 * * *',
    });
  });

  test('a dump that is frequent lets other tasks read the database at the same minute; one that is seldom does not', () => {
    const audit = { name: 'audit', schedule: '0 4 * * *', timeZone: 'Etc/UTC', uses: ['postgres'] };
    expect(make({ apartFrom: [audit] }).backup.moves).toEqual([]);
    const { schedules, backup } = make({ apartFrom: [audit], postgres: { schedule: '0 5 * * *' }, recovery: DAYS });
    expect(schedules['sovra-backup-postgres']).toBe('0 5 * * *');
    expect(backup.tasks[0]?.uses).toContain('postgres');
  });

  test('two backups of one database or one Vault never start together', () => {
    const first = make().backup;
    const second = make({ apartFrom: first.tasks, verification: false });
    expect(second.schedules).toMatchObject({
      'sovra-backup-postgres': '1-59/5 * * * *',
      'sovra-backup-vault-edge-1': '1-59/2 * * * *',
      'sovra-backup-vault-edge-2': '*/2 * * * *',
    });
  });

  test('pruning and verification are apart; backups do not mind either', () => {
    const { backup, schedules } = make({ pruner: { ...pruner, schedule: '0 6 * * *' } });
    expect(schedules['sovra-backup-verify']).toBe('15 6 * * 3');
    expect(backup.moves.map((m) => m.task)).toEqual(['sovra-backup-verify']);
  });
});

test("the guide's other tasks get out of the way of a dump that is seldom, and stay beside one that is frequent", () => {
  const auditAt = (more: object) => {
    const objects = objectsOf((chart) => {
      const backup = new SovraBackupSchedule(chart, 'backup', { sovra, repository: { s3 }, password, ...more });
      new SovraScheduledTasks(chart, 'tasks', { sovra, apartFrom: backup.tasks });
    });
    return find(objects, 'CronJob', 'sovra-audit-export').spec.schedule;
  };
  expect(auditAt({ postgres: { schedule: '0 4 * * *' }, recovery: DAYS })).toBe('15 4 * * *');
  expect(auditAt({})).toBe('0 4 * * *');
});
