import { ApiObject, App, Chart } from 'cdk8s';
import { SovraBackupSchedule, type SovraBackupScheduleProps } from '../../lib/backup/sovra-backup-schedule';
import { SovraInstallation } from '../../lib/sovra/installation';
import fc from '../support/fast-check';
import { refusal, refusedProperties } from '../support/synth';
import { password, pruner, refuse, s3, sovra } from './made';

describe('what is refused', () => {
  const repository = (more: object) => ({ repository: { s3: { ...s3, ...more } } });
  test.each<[object, string, string]>([
    [{ repository: undefined }, 'repository', 'one destination'],
    [{ repository: {} }, 'repository', 'one destination'],
    [{ repository: { s3, volume: { claimName: 'x' } } }, 'repository', 'one destination'],
    [{ repository: { gcs: {} } }, 'repository', 'one destination'],
    [{ repository: { s3: null } }, 'repository', 'one destination'],
    [{ repository: { s3, sftp: { host: 'x' } } }, 'repository', 'one destination'],
    [{ password: undefined }, 'password', 'a reference to the Secret'],
    [{ password: { secret: 'x' } }, 'password', 'a reference to the Secret'],
    [{ password: { secret: 'X Y', key: 'k' } }, 'password.secret', 'DNS-1123'],
    [repository({ endpoint: 'http://s3.example.com' }), 'repository.s3.endpoint', 'https://'],
    [repository({ endpoint: 's3.example.com' }), 'repository.s3.endpoint', 'https://'],
    [
      repository({ endpoint: 'https://key:secret@s3.example.com' }),
      'repository.s3.endpoint',
      'without user name or password',
    ],
    [repository({ endpoint: 'https://s3.example.com/bucket' }), 'repository.s3.endpoint', 'without a path'],
    [repository({ endpoint: undefined }), 'repository.s3.endpoint', 'a value'],
    [repository({ bucket: 'Bucket' }), 'repository.s3.bucket', 'a bucket name'],
    [repository({ bucket: 'ab' }), 'repository.s3.bucket', 'a bucket name'],
    [repository({ bucket: 'a..b' }), 'repository.s3.bucket', 'a bucket name'],
    [repository({ bucket: '192.168.0.1' }), 'repository.s3.bucket', 'a bucket name'],
    [repository({ prefix: '/x' }), 'repository.s3.prefix', 'a relative path'],
    [repository({ prefix: 'a/../b' }), 'repository.s3.prefix', 'a relative path'],
    [repository({ region: 'EU 1' }), 'repository.s3.region', 'a region'],
    [repository({ credentials: undefined }), 'repository.s3.credentials', 'a value'],
    [
      repository({ credentials: { secret: 's', accessKeyIdKey: 'a b' } }),
      'repository.s3.credentials.accessKeyIdKey',
      'a key of a Secret',
    ],
    [
      repository({ certificateAuthority: { secret: 'S', key: 'k' } }),
      'repository.s3.certificateAuthority.secret',
      'DNS-1123',
    ],
    [repository({ peers: [] }), 'repository.s3.peers', 'at least one'],
    [repository({ peers: [{ cidrs: ['10.0.0.1'] }] }), 'repository.s3.peers[0].cidrs[0]', 'a range of addresses'],
    [repository({ peers: [{ namespace: 'A' }] }), 'repository.s3.peers[0].namespace', 'DNS-1123'],
    [
      { repository: { rest: { url: 'http://rest.example.com', credentials: { secret: 'r' } } } },
      'repository.rest.url',
      'https://',
    ],
    [
      { repository: { rest: { url: 'https://rest.example.com?x=1', credentials: { secret: 'r' } } } },
      'repository.rest.url',
      'without "?"',
    ],
    [{ repository: { volume: { claimName: 'backup' } } }, 'repository.volume', 'backups in one namespace'],
    [{ vault: false, repository: { volume: { claimName: 'A' } } }, 'repository.volume.claimName', 'DNS-1123'],
    [{ vault: false, repository: { volume: {} } }, 'repository.volume.claimName', 'a value'],
    [{ postgres: false, vault: false, kubernetes: false }, 'sovra', 'something to back up'],
    [{ sovra: new SovraInstallation({ controlPlane: false }) }, 'sovra', 'something to back up'],
    [{ timeZone: 'Mars/Base' }, 'timeZone', 'IANA'],
    [{ postgres: { schedule: '0 25 * * *' } }, 'postgres.schedule', 'hour: "25" is out of range'],
    [{ postgres: { activeDeadline: '2d' } }, 'postgres.activeDeadline', 'less than 5m'],
    [{ vault: { stagingSize: '-1' } }, 'vault.stagingSize', 'quantity'],
    [
      { vault: { alerts: { ScheduledTaskLate: { expr: 'vector(1)' } } } },
      'vault.alerts.ScheduledTaskLate.expr',
      'several tasks',
    ],
    [{ verification: { readDataPercent: 0 } }, 'verification.readDataPercent', 'above 0'],
    [{ verification: { readDataPercent: 101 } }, 'verification.readDataPercent', 'at most 100'],
    [{ pruner: {} }, 'pruner.credentials', 'credentials that may delete'],
    [{ pruner: { credentials: { secret: 'backup-s3' } } }, 'pruner.credentials', 'other credentials'],
    [{ pruner: { ...pruner, keep: { daily: 0 } } }, 'pruner.keep.daily', 'at least 1'],
    [{ pruner: { ...pruner, keep: { weekly: 1.5 } } }, 'pruner.keep.weekly', 'at least 1'],
    [
      { pruner: { ...pruner, keep: { minutely: 5 } } },
      'pruner.keep.minutely',
      'last, hourly, daily, weekly, monthly, yearly',
    ],
    [
      { vault: false, repository: { volume: { claimName: 'b' } }, pruner },
      'pruner.credentials',
      'a volume has no credentials',
    ],
    [{ pruner: { ...pruner, keepVerified: 0 } }, 'pruner.keepVerified', 'at least 1'],
    [{ pruner: { ...pruner, exclusiveFor: '29s' } }, 'pruner.exclusiveFor', '30s at least'],
    [{ pruner: { ...pruner, exclusiveFor: '30500ms' } }, 'pruner.exclusiveFor', 'whole seconds'],
    [{ pruner: { ...pruner, exclusiveFor: 'long' } }, 'pruner.exclusiveFor', '30s at least'],
    [{ recovery: [] }, 'recovery', 'an object'],
    [
      { recovery: { database: { rpo: '1h' } } },
      'recovery.database',
      'controlPlane, edgeNode, federation, configuration',
    ],
    [{ recovery: { controlPlane: '15m' } }, 'recovery.controlPlane', 'an object'],
    [{ recovery: { controlPlane: { rpo: '15 minutes' } } }, 'recovery.controlPlane.rpo', 'a Prometheus duration'],
    [{ recovery: { controlPlane: { rpo: '0s' } } }, 'recovery.controlPlane.rpo', 'a Prometheus duration'],
    [{ recovery: { edgeNode: { rto: 30 } } }, 'recovery.edgeNode.rto', 'a text'],
    [{ runbookBaseUrl: 'x' }, 'runbookBaseUrl', 'an absolute URL'],
  ])('%j', (more, property, allowed) => {
    const error = refusal(refuse(more));
    expect(error.construct).toBe('test/backup');
    expect(error.problems.map((p) => p.property)).toEqual([property]);
    expect(error.problems[0]?.allowed).toContain(allowed);
  });

  test('a password that was written down is not repeated', () => {
    const error = refusal(refuse({ password: 'hunter2' }));
    expect(error.message).toContain('password: got "(not shown)"');
    expect(error.message).not.toContain('hunter2');
  });

  test('everything at once, and nothing is made', () => {
    const chart = new Chart(new App(), 'test');
    const wrong = {
      sovra,
      repository: { s3: { ...s3, endpoint: 'http://x', bucket: 'B' } },
      password: undefined,
      pruner: {},
      timeZone: 'x',
    } as unknown as SovraBackupScheduleProps;
    expect(refusedProperties(() => new SovraBackupSchedule(chart, 'backup', wrong))).toEqual([
      'timeZone',
      'password',
      'repository.s3.endpoint',
      'repository.s3.bucket',
      'pruner.credentials',
    ]);
    const late = { sovra, repository: { s3 }, password, verification: { activeDeadline: '8d' } };
    expect(refusedProperties(() => new SovraBackupSchedule(chart, 'late', late))).toEqual([
      'verification.activeDeadline',
    ]);
    expect(chart.node.findAll().filter((c) => c instanceof ApiObject)).toEqual([]);
  });

  test('whatever is broken gives the typed error', () => {
    const text = fc.string({ maxLength: 12 });
    const broken = fc.oneof(
      text.filter((t) => !/^https:/.test(t)).map((endpoint) => repository({ endpoint })),
      text.filter((t) => !/^[a-z0-9][a-z0-9.-]*$/.test(t)).map((bucket) => repository({ bucket })),
      fc.constantFrom(null, 5, 'x', [], {}).map((password) => ({ password })),
      fc.constantFrom(null, 5, 'x', [], {}).map((r) => ({ repository: r })),
      fc.integer({ max: 0 }).map((daily) => ({ pruner: { ...pruner, keep: { daily } } })),
    );
    fc.assert(
      fc.property(broken, (more) => {
        refusal(refuse(more));
      }),
      { numRuns: 300 },
    );
  });
});
