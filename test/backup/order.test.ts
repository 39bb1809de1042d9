import * as fc from 'fast-check';
import { SovraBackupSchedule } from '../../lib/backup/sovra-backup-schedule';
import { SovraScheduledTasks } from '../../lib/operations/sovra-scheduled-tasks';
import { cronOf } from '../../lib/schedule/cron';
import { longestWait } from '../../lib/schedule/gaps';
import { ZONES } from '../schedule/reference';
import { find, objectsOf, refusal } from '../support/synth';
import { make, password, pruner, refuse, s3, schedulesOf, sovra } from './made';

describe('the order: a database is never restored with a Vault that is older', () => {
  test('Vault follows wherever the database goes', () => {
    expect(schedulesOf({ postgres: { schedule: '*/15 * * * *' } })).toMatchObject({
      'sovra-backup-postgres': '*/15 * * * *',
      'sovra-backup-vault-edge-1': '5,20,35,50 * * * *',
      'sovra-backup-vault-edge-2': '10,25,40,55 * * * *',
    });
    expect(schedulesOf({ postgres: { schedule: '50 23 * * *' } })).toMatchObject({
      'sovra-backup-vault-edge-1': '5 0 * * *',
      'sovra-backup-vault-edge-2': '20 0 * * *',
    });
    expect(schedulesOf({ postgres: { schedule: '0 * * * *' } })).toMatchObject({
      'sovra-backup-vault-edge-1': '15 * * * *',
      'sovra-backup-vault-edge-2': '30 * * * *',
    });
  });

  test('also when tasks of another set push the database back', () => {
    const apartFrom = ['0 3 * * *', '15 3 * * *', '30 3 * * *'].map((schedule, i) => ({
      name: `other-${i}`,
      schedule,
      timeZone: 'Etc/UTC',
      uses: ['postgres'],
    }));
    const { schedules, backup } = make({ apartFrom });
    expect(schedules).toMatchObject({
      'sovra-backup-postgres': '45 3 * * *',
      'sovra-backup-vault-edge-1': '0 4 * * *',
      'sovra-backup-vault-edge-2': '15 4 * * *',
    });
    expect(backup.moves.map((m) => m.task)).toEqual(['sovra-backup-postgres']);
  });

  test('also when maintenance has a time of its own', () => {
    expect(
      schedulesOf({ verification: { schedule: '0 3 * * *' }, pruner: { ...pruner, schedule: '15 3 * * *' } }),
    ).toMatchObject({ 'sovra-backup-postgres': '30 3 * * *', 'sovra-backup-vault-edge-1': '45 3 * * *' });
  });

  test('a time for Vault that follows is taken', () => {
    expect(schedulesOf({ vault: { schedule: '0 4 * * *' } })).toMatchObject({
      'sovra-backup-vault-edge-1': '0 4 * * *',
      'sovra-backup-vault-edge-2': '15 4 * * *',
    });
  });

  test.each([['0 3 * * *'], ['0 2 * * *'], ['45 2 * * *'], ['15 3 * * 0']])(
    'a time for Vault that does not follow, %s, is refused',
    (schedule) => {
      const error = refusal(refuse({ vault: { schedule } }));
      expect(error.problems.map((p) => p.property)).toEqual(['vault.schedule']);
      expect(error.message).toContain('within 12h after each dump of the database ("0 3 * * *")');
      expect(error.message).toContain('for example "15 3 * * *"');
    },
  );

  test('whatever times are chosen, each Vault follows the database', () => {
    const times = fc.record({
      timeZone: fc.constantFrom(...ZONES),
      database: fc.tuple(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 23 })),
    });
    fc.assert(
      fc.property(times, ({ timeZone, database: [minute, hour] }) => {
        const { tasks } = make({ timeZone, postgres: { schedule: `${minute} ${hour} * * *` } }).backup;
        const [database, ...others] = tasks;
        for (const vault of others.filter((t) => t.name.includes('vault'))) {
          expect(longestWait(cronOf(database?.schedule ?? ''), cronOf(vault.schedule))).toBeLessThanOrEqual(30 * 60);
        }
      }),
      { numRuns: 40 },
    );
  });
});

test("the guide's other tasks get out of its way", () => {
  const objects = objectsOf((chart) => {
    const backup = new SovraBackupSchedule(chart, 'backup', {
      sovra,
      repository: { s3 },
      password,
      postgres: { schedule: '0 4 * * *' },
      vault: { schedule: '0 5 * * *' },
    });
    new SovraScheduledTasks(chart, 'tasks', { sovra, apartFrom: backup.tasks });
  });
  expect(find(objects, 'CronJob', 'sovra-audit-export').spec.schedule).toBe('15 4 * * *');
});
