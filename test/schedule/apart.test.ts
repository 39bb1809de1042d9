import { apart, type TaskToPlace } from '../../lib/schedule/apart';
import { sharesMinute } from '../../lib/schedule/coincide';
import { cronOf } from '../../lib/schedule/cron';
import fc from '../support/fast-check';
import { refusal } from '../support/synth';
import { dailySchedules } from './reference';

const task = (name: string, schedule: string, uses: string[], more: Partial<TaskToPlace> = {}): TaskToPlace => ({
  name,
  schedule,
  timeZone: 'Etc/UTC',
  uses,
  ...more,
});
const times = (tasks: readonly TaskToPlace[], occupied: readonly TaskToPlace[] = []) =>
  apart(tasks, 'test', occupied).tasks.map((t) => t.schedule);

describe('moving tasks apart', () => {
  test('the first keeps its time, the next is a quarter of an hour later, and is told to be', () => {
    const { tasks, moves } = apart(
      [task('a', '0 2 * * *', ['vault']), task('b', '0 2 * * *', ['vault', 'disk'])],
      'test',
    );
    expect(tasks.map((t) => t.schedule)).toEqual(['0 2 * * *', '15 2 * * *']);
    expect(moves).toEqual([
      { task: 'b', from: '0 2 * * *', to: '15 2 * * *', minutes: 15, because: { task: 'a', uses: 'vault' } },
    ]);
  });

  test('who shares nothing stays', () => {
    expect(
      times([task('a', '0 2 * * *', ['vault']), task('b', '0 2 * * *', ['disk']), task('c', '*/5 * * * *', [])]),
    ).toEqual(['0 2 * * *', '0 2 * * *', '*/5 * * * *']);
  });

  test('a third one goes on to the next free quarter', () => {
    expect(times(['a', 'b', 'c', 'd'].map((n) => task(n, '50 23 * * *', ['x'])))).toEqual([
      '50 23 * * *',
      '5 0 * * *',
      '20 0 * * *',
      '35 0 * * *',
    ]);
  });

  test('a time that was chosen wins, wherever it stands', () => {
    expect(times([task('a', '0 2 * * *', ['x']), task('b', '0 2 * * *', ['x'], { fixed: true })])).toEqual([
      '15 2 * * *',
      '0 2 * * *',
    ]);
  });

  test('tasks of other sets have their times already', () => {
    expect(
      times([task('a', '0 2 * * *', ['x'])], [task('other', '0 2 * * *', ['x']), task('more', '15 2 * * *', ['x'])]),
    ).toEqual(['30 2 * * *']);
  });

  test('quarters of an hour cannot part what runs every quarter; five minutes can, then one', () => {
    expect(times([task('a', '*/15 * * * *', ['x']), task('b', '*/15 * * * *', ['x'])])).toEqual([
      '*/15 * * * *',
      '5,20,35,50 * * * *',
    ]);
    expect(times([task('a', '*/5 * * * *', ['x']), task('b', '*/5 * * * *', ['x'])])[1]).toBe('1-59/5 * * * *');
  });

  test('the zones count', () => {
    const zurich = task('b', '0 4 * * *', ['x'], { timeZone: 'Europe/Zurich' });
    expect(times([task('a', '0 3 * * *', ['x']), zurich])).toEqual(['0 3 * * *', '15 4 * * *']);
  });

  test('chosen times that collide are refused', () => {
    const error = refusal(() =>
      times([task('a', '0 2 * * *', ['x'], { fixed: true }), task('b', '*/30 * * * *', ['x'], { fixed: true })]),
    );
    expect(error.construct).toBe('test');
    expect(error.message).toContain(
      'schedule of b: got "*/30 * * * *"; allowed: a time at which no other task uses "x"; a runs at "0 2 * * *" (Etc/UTC). Choose another time',
    );
  });

  test('where no time is free, it is refused', () => {
    const error = refusal(() =>
      times([task('a', '* * * * *', ['x']), task('b', '0 2 * * *', ['x']), task('c', '0 3 * * *', ['x'])]),
    );
    expect(error.problems).toHaveLength(2);
    expect(error.problems[0]?.remedy).toContain('No time within a day is free');
  });

  test('whatever is given: nobody shares a minute and a thing, the order stays, and it is the same again', () => {
    const some = fc.array(fc.record({ schedule: dailySchedules, uses: fc.subarray(['x', 'y', 'z']) }), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(some, (given) => {
        const tasks = given.map((g, i) => task(`t${i}`, g.schedule, g.uses));
        const placed = attempt(() => apart(tasks, 'test'));
        if (placed === undefined) return;
        expect(placed.tasks.map((t) => t.name)).toEqual(tasks.map((t) => t.name));
        placed.tasks.forEach((a, i) => {
          for (const b of placed.tasks.slice(i + 1)) {
            const together =
              a.uses.some((u) => b.uses.includes(u)) &&
              sharesMinute({ cron: cronOf(a.schedule) }, { cron: cronOf(b.schedule) });
            expect(together).toBe(false);
          }
        });
        expect(apart(tasks, 'test')).toEqual(placed);
      }),
      { numRuns: 50 },
    );
  });
});

/** Undefined where it was refused with the typed error. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    refusal(action);
    return undefined;
  }
}
