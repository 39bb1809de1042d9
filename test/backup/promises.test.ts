import type { RecoveryPromise } from '../../lib/backup/promise';
import { cronOf } from '../../lib/schedule/cron';
import { formatDuration } from '../../lib/schedule/duration';
import { largestGap } from '../../lib/schedule/gaps';
import { SovraInstallation } from '../../lib/sovra/installation';
import { RECOVERY } from '../../lib/sovra/recovery';
import { refusal } from '../support/synth';
import { make, pruner, refuse, vaults } from './made';

const installation = (count: number, partners = 0) =>
  new SovraInstallation({
    edgeNodes: vaults(count),
    federationPartners: Array.from({ length: partners }, (_, i) => ({ id: `p${i}` })),
  });
/** Of the database and the Vaults: the objects of Kubernetes have tests of their own. */
const promisesOf = (more: object) => copiesOf(make({ kubernetes: false, ...more })) as readonly RecoveryPromise[];

/** What dumps and snapshots keep. */
const copiesOf = ({ backup }: ReturnType<typeof make>) => backup.promises as readonly RecoveryPromise[];

describe('the objectives', () => {
  test("are those of Sovra's disaster-recovery page", () => {
    expect(RECOVERY).toMatchObject({
      controlPlane: { rpo: '15m', rto: '1h' },
      edgeNode: { rpo: '5m', rto: '30m' },
      federation: { rpo: '1h', rto: '2h' },
    });
  });

  test('are kept by nobody while the backup is suspended', () => {
    const kept = (more: object) => [...new Set(promisesOf(more).map((p) => p.source))];
    expect(kept({})).toEqual(['postgres', 'vault']);
    expect(kept({ postgres: { suspend: true } })).toEqual(['vault']);
    expect(kept({ vault: { suspend: true } })).toEqual(['postgres']);
  });

  test('can be changed one by one; what is not named stays', () => {
    const [database, vault] = promisesOf({ recovery: { controlPlane: { rto: '3h' }, edgeNode: { rpo: '10m' } } });
    expect(database).toMatchObject({ component: 'controlPlane', rpoSeconds: 900, rtoSeconds: 3 * 3600 });
    expect(vault).toMatchObject({ component: 'edgeNode', rpoSeconds: 600, rtoSeconds: 1800 });
  });
});

describe('the defaults keep what is promised', () => {
  const zones = ['Etc/UTC', 'Europe/Zurich', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'];
  const some = [0, 1, 20].flatMap((nodes) => zones.map((zone) => [nodes, zone] as const));
  test.each(some)('with %i edge nodes in %s, with and without pruning', (nodes, timeZone) => {
    for (const more of [{}, { pruner }]) {
      const { promises } = make({ sovra: installation(nodes, 1), timeZone, ...more }).backup;
      expect(promises.map((p) => p.component)).toEqual([
        ...['controlPlane', 'federation'],
        ...Array.from({ length: nodes }, () => 'edgeNode'),
        // One for each namespace.
        ...(nodes === 0 ? ['configuration'] : ['configuration', 'configuration']),
      ]);
      for (const p of promises) {
        expect(p.worstLossSeconds).toBeLessThanOrEqual(p.rpoSeconds);
        expect(Object.values(p.summands).reduce((a, b) => a + b, 0)).toBe(p.worstLossSeconds);
      }
    }
  });

  test('to the second', () => {
    const [database, vault] = promisesOf({ pruner });
    expect(database).toEqual({
      ...{ component: 'controlPlane', source: 'postgres', subject: 'sovra', task: 'sovra-backup-postgres' },
      ...{ rpoSeconds: 900, rtoSeconds: 3600, worstLossSeconds: 865 },
      summands: { schedule: 300, start: 75, run: 150, exclusive: 50, vaults: 290 },
    });
    expect(vault).toEqual({
      ...{ component: 'edgeNode', source: 'vault', subject: 'edge-1', task: 'sovra-backup-vault-edge-1' },
      ...{ rpoSeconds: 300, rtoSeconds: 1800, worstLossSeconds: 290 },
      summands: { schedule: 120, start: 60, run: 60, exclusive: 50, vaults: 0 },
    });
  });

  test('with no more Vaults at one minute than half of them', () => {
    const { schedules } = make({ sovra: installation(20) });
    const times = Object.entries(schedules).filter(([name]) => name.includes('vault'));
    expect(times.filter(([, s]) => s === '*/2 * * * *')).toHaveLength(10);
    expect(times.filter(([, s]) => s === '1-59/2 * * * *')).toHaveLength(10);
  });

  test('and the deadlines of the CronJobs are those of the sum', () => {
    const { cronJob, backup } = make({ pruner });
    for (const p of backup.promises as readonly RecoveryPromise[]) {
      const { spec } = cronJob(p.task);
      expect(largestGap(cronOf(spec.schedule), spec.timeZone)).toBe(p.summands.schedule);
      expect(spec.startingDeadlineSeconds).toBe(p.summands.start);
      expect(spec.jobTemplate.spec.activeDeadlineSeconds).toBe(p.summands.run + p.summands.exclusive);
      // A run that waits and then works is over before the next one is due.
      expect(p.summands.run + p.summands.exclusive).toBeLessThan(p.summands.schedule);
    }
  });

  test('also where there are only Vaults, or only the database', () => {
    const edge = new SovraInstallation({ controlPlane: false, edgeNodes: vaults(1) });
    expect(promisesOf({ sovra: edge }).map((p) => p.component)).toEqual(['edgeNode']);
    const [database, ...others] = promisesOf({ vault: false });
    expect(database?.summands).toEqual({ schedule: 300, start: 75, run: 150, exclusive: 0, vaults: 0 });
    expect(others).toEqual([]);
  });
});

describe('a schedule that cannot keep a recovery point', () => {
  const error = (more: object) => refusal(refuse(more));

  test('is refused with every summand, the sum, the point and what can be done', () => {
    const { problems } = error({ postgres: { schedule: '0 3 * * *' }, timeZone: 'Europe/Zurich', pruner });
    expect(problems).toEqual([
      {
        property: 'postgres.schedule',
        given: '0 3 * * *',
        allowed:
          'a loss of at most 15m (recovery.controlPlane.rpo); "0 3 * * *" (Europe/Zurich) can lose 1d1h between two runs + ' +
          '5h45m until one starts + 4h for its work + 30s while the pruner has the repository to itself + ' +
          '4m30s until every Vault has its snapshot = 1d10h50m',
        remedy:
          'Run it at "*/5 * * * *", or archive the log of the database (postgres.archiving), or state the loss that you ' +
          'accept: recovery: { controlPlane: { rpo: "1d10h50m" } }.',
      },
    ]);
  });

  test.each<[string, object, string]>([
    ['an hour that is left out', { timeZone: 'Europe/Zurich', vault: { schedule: '30 2 * * *' } }, '1d23h between'],
    ['weekly', { vault: { schedule: '0 3 * * 0' } }, '7d between'],
    ['a deadline that is too long', { postgres: { activeDeadline: '4m50s' } }, '4m50s for its work'],
    ['a pruner that is too long', { recovery: { edgeNode: { rpo: '4m' } }, pruner }, '30s while the pruner'],
  ])('%s', (_, more, text) => {
    expect(error(more).message).toContain(text);
  });

  test('the example works, and so does the loss that is accepted', () => {
    const wrong: [object, 'postgres' | 'vault'][] = [
      [{ postgres: { schedule: '0 3 * * *' } }, 'postgres'],
      [{ postgres: { schedule: '*/30 * * * *' }, recovery: { controlPlane: { rpo: '30m' } } }, 'postgres'],
      [
        { vault: { schedule: '0 * * * *' }, recovery: { edgeNode: { rpo: '20m' }, controlPlane: { rpo: '9h' } } },
        'vault',
      ],
      [
        { vault: { schedule: '0 3 * * *' }, recovery: { edgeNode: { rpo: '7h' }, controlPlane: { rpo: '9d' } } },
        'vault',
      ],
    ];
    for (const [given, source] of wrong) {
      for (const more of [given, { ...given, pruner }]) {
        const { remedy } = error(more).problems[0] as { remedy: string };
        const example = /^Run it at "([^"]+)"/.exec(remedy)?.[1];
        expect(promisesOf({ ...more, [source]: { schedule: example } }).length).toBeGreaterThan(0);
        const [, component = '', rpo] = /recovery: \{ (\w+): \{ rpo: "([^"]+)"/.exec(remedy) ?? [];
        const { recovery = {} } = more as { recovery?: object };
        const accepted = { ...more, recovery: { ...recovery, [component]: { rpo } } };
        expect(promisesOf(accepted).find((p) => p.component === component)?.worstLossSeconds).toBe(
          promisesOf(accepted).find((p) => p.component === component)?.rpoSeconds,
        );
      }
    }
  });

  test('a point that no schedule keeps is said to be one', () => {
    const { problems } = error({ recovery: { edgeNode: { rpo: '1m' } } });
    expect(problems[0]?.remedy).toBe(
      'No schedule of its own is enough: state the loss that you accept: recovery: { edgeNode: { rpo: "4m" } }.',
    );
  });

  test('of many Vaults one is named', () => {
    const { problems } = error({ sovra: installation(20), vault: { schedule: '*/30 * * * *' } });
    expect(problems.map((p) => p.property)).toEqual(['postgres.schedule', 'vault.schedule']);
    expect(error({ sovra: installation(3), recovery: { edgeNode: { rpo: '1m' } } }).problems).toHaveLength(1);
  });

  test('the federation lies in the database: its point is kept by the dump', () => {
    const more = { sovra: installation(1, 2), postgres: { schedule: '0 * * * *' } };
    expect(error(more).problems.map((p) => p.allowed.slice(0, 58))).toEqual([
      'a loss of at most 15m (recovery.controlPlane.rpo); "0 * * ',
      'a loss of at most 1h (recovery.federation.rpo); "0 * * * *',
    ]);
    const accepted = { ...more, recovery: { controlPlane: { rpo: '2h' }, federation: { rpo: '2h' } } };
    expect(promisesOf(accepted).map((p) => p.component)).toEqual(['controlPlane', 'federation', 'edgeNode']);
    expect(promisesOf({ sovra: installation(1) }).map((p) => p.component)).toEqual(['controlPlane', 'edgeNode']);
  });
});

describe('the pruner', () => {
  const exclusive = (more: object) => promisesOf({ pruner, ...more })[0]?.summands.exclusive;

  test('has what the tightest recovery point and the tightest schedule leave, an hour at most', () => {
    expect(exclusive({})).toBe(50);
    // 15m - (5m + 1m15s + 2m30s) = 6m15s, but the next dump is due 5m after the one before: 5m - 2m30s - 10s.
    expect(exclusive({ vault: false })).toBe(140);
    expect(exclusive({ recovery: { edgeNode: { rpo: '4m45s' } } })).toBe(45);
    const seldom = { recovery: { controlPlane: { rpo: '9d' } }, postgres: { schedule: '0 3 * * *' }, vault: false };
    expect(exclusive(seldom)).toBe(3600);
    // What the user says is taken.
    expect(exclusive({ ...seldom, pruner: { ...pruner, exclusiveFor: '2h' } })).toBe(7200);
  });

  test('has nothing where it is not there', () => {
    expect(promisesOf({})[0]?.summands.exclusive).toBe(0);
  });

  test('has half a minute at least, and what that makes impossible is refused with the sum', () => {
    const { problems } = refusal(refuse({ pruner, recovery: { edgeNode: { rpo: '4m15s' } } }));
    expect(problems.map((p) => p.property)).toEqual(['vault.schedule']);
    expect(problems[0]?.allowed).toContain(
      '2m between two runs + 1m until one starts + 1m for its work + 30s while the pruner has the repository to itself = 4m30s',
    );
  });

  test('never has a run wait into the next one', () => {
    const { problems } = refusal(
      refuse({ pruner: { ...pruner, exclusiveFor: '2m' }, postgres: { activeDeadline: '4m' } }),
    );
    expect(problems.map((p) => [p.property, p.given])).toEqual([
      ['postgres.activeDeadline', '4m'],
      ['vault.schedule', '*/2 * * * *'],
    ]);
    expect(problems[0]?.allowed).toContain(
      'here 4m for its work + 2m while the pruner has the repository to itself + 10s to end = 6m10s',
    );
  });

  test('is waited for only as long as that', () => {
    for (const more of [{}, { vault: false as const }, { pruner: { ...pruner, exclusiveFor: '33s' } }]) {
      const { cronJob, backup } = make({ pruner, ...more });
      const [promise] = backup.promises as readonly RecoveryPromise[];
      const wait = promise?.summands.exclusive ?? 0;
      const dump: { command: string[] } =
        cronJob('sovra-backup-postgres').spec.jobTemplate.spec.template.spec.containers[0];
      expect(dump.command[dump.command.indexOf('--retry-lock') + 1]).toBe(`${wait}s`);
      expect(formatDuration(wait)).not.toBe('0s');
    }
  });
});
