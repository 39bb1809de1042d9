import type { Chart } from 'cdk8s';
import type { CronJob } from 'kubernetes-types/batch/v1';
import { type ArchivingProps, archivingTasks, DatabaseArchive } from '../../lib/backup/archiving';
import { checkArchiving } from '../../lib/backup/archiving-check';
import {
  archiveLoss,
  archiveSummands,
  archiveTimes,
  archivingPromises,
  checkArchivingPromises,
} from '../../lib/backup/archiving-promise';
import type { PgBackRestProps } from '../../lib/backup/pgbackrest';
import { pgBackRest } from '../../lib/backup/pgbackrest';
import { pgBackRestConfig } from '../../lib/backup/pgbackrest-config';
import { pgBackRestPod } from '../../lib/backup/pgbackrest-pod';
import { type PgBackRestRestoreProps, pgBackRestRestoreJob, postgresTime } from '../../lib/backup/pgbackrest-restore';
import { ScheduledTask } from '../../lib/operations/scheduled-task';
import { type Database, SovraInstallation } from '../../lib/sovra/installation';
import { recoveryTimes } from '../../lib/sovra/recovery';
import { Checker } from '../../lib/validate';
import { shortcomings } from '../operations/pods';
import { find, objectsOf, refusal, refusedProperties } from '../support/synth';

const sovra = new SovraInstallation({ database: { podLabels: { app: 'postgres' } } });
const database = sovra.database as Database;
const repository = {
  endpoint: 'https://s3.example.com:9000',
  bucket: 'sovra-archive',
  credentials: { secret: 'archive-s3' },
  certificateAuthority: { secret: 's3-ca', key: 'pem' },
};
const base: PgBackRestProps = {
  image: 'registry.example.com/team/postgres-pgbackrest:15.15-2.57',
  repository,
  backupCredentials: { secret: 'archive-backup-s3' },
  cipher: { secret: 'archive', key: 'passphrase' },
};
const cnpg = { cloudNativePg: { cluster: 'postgres', repository } } as const;
const archive = pgBackRest(sovra, database, base);

const make = (archiving: ArchivingProps) => {
  let made: DatabaseArchive | undefined;
  const objects = objectsOf((chart: Chart) => {
    made = new DatabaseArchive(chart, 'archive', { sovra, database, archiving });
    for (const { id, schedule, props } of archivingTasks(sovra, database, archiving))
      new ScheduledTask(chart, id, { ...props, schedule, alerts: 'shared' });
  });
  return { archive: made as DatabaseArchive, objects };
};

describe('pgBackRest', () => {
  const { objects, archive: made } = make({ pgBackRest: base });

  test('what it makes', () => {
    const names = objects.filter((o) => o.kind !== 'ServiceAccount' && o.kind !== 'NetworkPolicy');
    expect(names.map((o) => `${o.kind} ${o.metadata.name}`).sort()).toEqual([
      'ConfigMap sovra-pgbackrest',
      'CronJob sovra-archive-check',
      'CronJob sovra-archive-differential',
      'CronJob sovra-archive-full',
      'CronJob sovra-archive-incremental',
      'CronJob sovra-archive-init',
      'CronJob sovra-archive-verify',
      'PrometheusRule sovra-archive',
      'Service sovra-pgbackrest',
    ]);
    const init = find(objects, 'CronJob', 'sovra-archive-init') as unknown as CronJob;
    expect(init.spec?.suspend).toBe(true);
  });

  test('every pod is hardened', () => {
    const jobs = objects.filter((o) => o.kind === 'CronJob');
    expect(jobs.flatMap(shortcomings)).toEqual([]);
  });

  test('the repository is encrypted, in every part that writes to it; the one that hands out files knows no store', () => {
    const { 'database.conf': own, 'jobs.conf': jobs, 'server.conf': server } = pgBackRestConfig(archive);
    for (const text of [own, jobs]) {
      expect(text).toContain('repo1-cipher-type=aes-256-cbc\n');
      expect(text).toContain('repo1-s3-endpoint=s3.example.com\nrepo1-storage-port=9000\n');
      expect(text).toContain('repo1-storage-ca-file=/etc/pgbackrest-store/ca.crt\n');
    }
    expect(server).not.toContain('repo1-');
    expect(server).toContain('tls-server-auth=sovra-pgbackrest=sovra\n');
    expect(jobs).toContain('pg1-host=sovra-pgbackrest.sovra.svc\npg1-host-type=tls\n');
  });

  test('nothing may throw away what waits, and no process may be left to PostgreSQL', () => {
    for (const text of Object.values(pgBackRestConfig(archive))) {
      expect(text).not.toMatch(/archive-push-queue-max|archive-async=y/);
    }
  });

  test('what the pod of the database needs', () => {
    const pod = made.databasePod;
    expect(pod?.settings).toEqual({
      archive_mode: 'on',
      archive_command: 'pgbackrest --config=/etc/pgbackrest/database.conf --stanza=sovra archive-push %p',
      archive_timeout: '60s',
      wal_level: 'replica',
    });
    expect(pod?.env.every((e) => e.valueFrom?.secretKeyRef !== undefined)).toBe(true);
    expect(pod?.env.map((e) => e.valueFrom?.secretKeyRef?.name)).toEqual(['archive-s3', 'archive-s3', 'archive']);
    // It has no credentials: who takes it over has the files of the database, and nothing more.
    expect(pod?.sidecar.env).toBeUndefined();
    const volumes = new Set([...(pod?.volumes ?? []).map((v) => v.name), 'data']);
    for (const { name } of [...(pod?.volumeMounts ?? []), ...(pod?.sidecar.volumeMounts ?? [])])
      expect(volumes).toContain(name);
  });

  test('props that are given are obeyed', () => {
    const other = pgBackRest(sovra, database, {
      ...base,
      repository: { ...repository, prefix: 'a/b', region: 'eu-1', uriStyle: 'host' },
      compression: 'lz4',
      processes: 4,
      port: 9000,
      retention: { full: 2, differential: 3 },
      data: { folder: '/data/pg', mountPath: '/data', volume: 'pg', user: 70, role: 'sovra' },
      tls: { clientName: 'backups' },
      archiveTimeout: '30s',
    });
    const { 'jobs.conf': jobs, 'server.conf': server } = pgBackRestConfig(other);
    for (const line of [
      ...['repo1-path=/a/b', 'repo1-s3-region=eu-1', 'repo1-s3-uri-style=host', 'compress-type=lz4', 'process-max=4'],
      ...['repo1-retention-full=2', 'repo1-retention-diff=3', 'pg1-host-port=9000', 'pg1-path=/data/pg'],
      'pg1-user=sovra',
    ])
      expect(jobs?.split('\n')).toContain(line);
    expect(server).toContain('tls-server-auth=backups=sovra\n');
    const pod = pgBackRestPod(other);
    expect(pod.settings.archive_timeout).toBe('30s');
    expect(pod.securityContext.fsGroup).toBe(70);
  });
});

describe('CloudNativePG', () => {
  const { objects, archive: made } = make(cnpg);
  const of = (kind: string) => find(objects, kind, 'sovra-archive') as unknown as { apiVersion: string; spec: object };

  test('its objects have the fields that operator and plugin (0.14) define', () => {
    const store = of('ObjectStore');
    expect(store.apiVersion).toBe('barmancloud.cnpg.io/v1');
    expect(store.spec).toEqual({
      configuration: {
        destinationPath: 's3://sovra-archive',
        endpointURL: 'https://s3.example.com:9000',
        endpointCA: { name: 's3-ca', key: 'pem' },
        s3Credentials: {
          accessKeyId: { name: 'archive-s3', key: 'AWS_ACCESS_KEY_ID' },
          secretAccessKey: { name: 'archive-s3', key: 'AWS_SECRET_ACCESS_KEY' },
        },
        wal: { compression: 'gzip', encryption: 'AES256', maxParallel: 2 },
        data: { compression: 'gzip', encryption: 'AES256', immediateCheckpoint: true, jobs: 2 },
      },
      retentionPolicy: '30d',
    });
    const backup = of('ScheduledBackup');
    expect(backup.apiVersion).toBe('postgresql.cnpg.io/v1');
    expect(backup.spec).toEqual({
      // Six fields: the first one is the second.
      schedule: '0 0 1 * * *',
      immediate: true,
      backupOwnerReference: 'self',
      cluster: { name: 'postgres' },
      method: 'plugin',
      pluginConfiguration: { name: 'barman-cloud.cloudnative-pg.io' },
    });
  });

  test('it runs its own backups, and says what the Cluster needs', () => {
    expect(archivingTasks(sovra, database, cnpg)).toEqual([]);
    expect(made.databasePod).toBeUndefined();
    expect(made.cluster).toEqual({
      plugins: [
        {
          name: 'barman-cloud.cloudnative-pg.io',
          isWALArchiver: true,
          parameters: { barmanObjectName: 'sovra-archive' },
        },
      ],
      postgresql: { parameters: { archive_timeout: '1m' } },
    });
  });
});

describe('the promise', () => {
  const times = (more: Partial<PgBackRestProps> = {}) =>
    archiveTimes(sovra, database, { pgBackRest: { ...base, ...more } }, 'Etc/UTC');

  test('by default, 12m45s: a piece of the log, its way, and until somebody is told', () => {
    // 300 s between two checks + 75 s until one starts + 120 s for it.
    expect(times()).toEqual({ archiveTimeout: 60, push: 60, maxAge: 495 });
    const summands = archiveSummands(times(), 0);
    expect(summands).toEqual({ archiveTimeout: 60, push: 60, unseen: 645, vaults: 0 });
    expect(archiveLoss(summands)).toBe(765);
  });

  test('of the archive and a Vault, the larger loss counts, not both', () => {
    expect(archiveLoss(archiveSummands(times(), 700))).toBe(765);
    expect(archiveLoss(archiveSummands(times(), 900))).toBe(900);
  });

  test('a check that is too seldom is refused, with the sum', () => {
    const summands = archiveSummands(times({ check: { schedule: '*/10 * * * *' } }), 0);
    const promised = { subject: 'sovra', task: 'sovra-archive-check', keeps: ['controlPlane'] as const };
    const promises = archivingPromises(promised, recoveryTimes(), summands);
    const [problem] = refusal(() => checkArchivingPromises('test', promises)).problems;
    expect(problem?.allowed).toBe(
      'a loss of at most 15m (recovery.controlPlane.rpo); 1m until a piece of the log is handed over + 1m on its way into the store + 17m until somebody is told that it stays away = 19m',
    );
    expect(problem?.remedy).toContain('check: { schedule: "*/2 * * * *" }');
    // 120 s between two checks + 60 s until one starts + 110 s for it, and 270 s until somebody is told.
    expect(archiveLoss(archiveSummands(times({ check: { schedule: '*/2 * * * *' } }), 0))).toBe(560);
    expect(problem?.remedy).toContain('recovery: { controlPlane: { rpo: "19m" } }');
    checkArchivingPromises(
      'test',
      archivingPromises(promised, recoveryTimes({ controlPlane: { rpo: '19m' } }), summands),
    );
  });

  test('CloudNativePG', () => {
    expect(archiveTimes(sovra, database, cnpg, 'Etc/UTC')).toEqual({ archiveTimeout: 60, push: 60, maxAge: 120 });
  });
});

describe('bad input', () => {
  const check =
    (archiving: unknown, db: Database | undefined = database) =>
    () => {
      const c = new Checker('test');
      checkArchiving(c, archiving as ArchivingProps, db);
      c.done();
    };
  const pg = (more: object) => check({ pgBackRest: { ...base, ...more } });
  const cn = (more: object) => check({ cloudNativePg: { ...cnpg.cloudNativePg, ...more } });
  const P = 'postgres.archiving.pgBackRest';
  const C = 'postgres.archiving.cloudNativePg';

  test('what is sound is let through', () => {
    pg({})();
    cn({})();
  });

  test.each<[string, () => void, string]>([
    ['no kind', check({}), 'postgres.archiving'],
    ['both kinds', check({ pgBackRest: base, ...cnpg }), 'postgres.archiving'],
    ['an unknown kind', check({ walG: {} }), 'postgres.archiving'],
    ['no props', check({ pgBackRest: null }), P],
    ['no image', pg({ image: undefined }), `${P}.image`],
    ['an image that moves', pg({ image: 'team/pgbackrest:latest' }), `${P}.image`],
    [
      'no labels of the database',
      check({ pgBackRest: base }, { ...database, podLabels: undefined }),
      'sovra.database.podLabels',
    ],
    [
      'plain http',
      pg({ repository: { ...repository, endpoint: 'http://s3.example.com' } }),
      `${P}.repository.endpoint`,
    ],
    ['a bucket that is none', pg({ repository: { ...repository, bucket: 'A' } }), `${P}.repository.bucket`],
    ['no repository', pg({ repository: undefined }), `${P}.repository`],
    ['the passphrase itself', pg({ cipher: 'secret' }), `${P}.cipher`],
    ['no passphrase', pg({ cipher: undefined }), `${P}.cipher`],
    ['no credentials for backups', pg({ backupCredentials: undefined }), `${P}.backupCredentials`],
    ['the credentials of the database', pg({ backupCredentials: { secret: 'archive-s3' } }), `${P}.backupCredentials`],
    ['half a second', pg({ archiveTimeout: '500ms' }), `${P}.archiveTimeout`],
    ['a number for a duration', pg({ pushWithin: 60 }), `${P}.pushWithin`],
    ['gzip', pg({ compression: 'gz' }), `${P}.compression`],
    ['no processes', pg({ processes: 0 }), `${P}.processes`],
    ['a port that is none', pg({ port: 0 }), `${P}.port`],
    ['root', pg({ data: { user: 0 } }), `${P}.data.user`],
    ['a relative folder', pg({ data: { folder: 'pgdata' } }), `${P}.data.folder`],
    ['nothing kept', pg({ retention: { full: 0 } }), `${P}.retention.full`],
    ['six fields', pg({ full: { schedule: '0 0 1 * * 0' } }), `${P}.full.schedule`],
    ['an unknown alert', check({ pgBackRest: base, alerts: { Nothing: false } }), 'postgres.archiving.alerts.Nothing'],
    ['no cluster', cn({ cluster: undefined }), `${C}.cluster`],
    ['six fields of the operator', cn({ schedule: '0 0 1 * * *' }), `${C}.schedule`],
    ['Sunday as 7', cn({ schedule: '0 1 * * 7' }), `${C}.schedule`],
    ['hours of retention', cn({ retention: '24h' }), `${C}.retention`],
    ['another cipher', cn({ encryption: 'none' }), `${C}.encryption`],
  ])('%s', (_, action, property) => expect(refusedProperties(action)).toEqual([property]));

  test('without a control plane there is nothing to archive', () => {
    expect(
      refusedProperties(() => {
        const c = new Checker('test');
        checkArchiving(c, cnpg, undefined);
        c.done();
      }),
    ).toEqual(['postgres.archiving']);
  });
});

describe('a restore', () => {
  const job = (more: object) => () =>
    pgBackRestRestoreJob('test', archive, {
      ...{ claimName: 'data-postgres-0', target: { latest: true } },
      ...more,
    } as PgBackRestRestoreProps);

  test('is never started by itself, and goes to the moment in UTC', () => {
    const { spec } = job({ target: { at: '2026-11-24T11:00:00.25+01:00' } })();
    expect(spec?.suspend).toBe(true);
    const [container] = spec?.template.spec?.containers ?? [];
    expect(container?.command).toContain('--target=2026-11-24 10:00:00.25+00');
    expect(container?.command).not.toContain('--delta');
    expect(postgresTime('2026-11-24T10:00:00Z')).toBe('2026-11-24 10:00:00+00');
  });

  test('runs as an account that each namespace has, since it brings none, and without its token', () => {
    expect(job({})().spec?.template.spec).toMatchObject({
      serviceAccountName: 'default',
      automountServiceAccountToken: false,
    });
  });

  test.each<[string, object, string]>([
    ['no claim', { claimName: undefined }, 'claimName'],
    ['no zone', { target: { at: '2026-11-24T10:00:00' } }, 'target.at'],
    ['no such day', { target: { at: '2026-13-24T10:00:00Z' } }, 'target.at'],
    ['no such day in February', { target: { at: '2026-02-30T10:00:00Z' } }, 'target.at'],
    ['neither', { target: {} }, 'target'],
    ['both', { target: { latest: true, at: '2026-11-24T10:00:00Z' } }, 'target'],
    ['another database', { overwrite: 'I know that other is stopped and will be replaced' }, 'overwrite'],
  ])('%s is refused', (_, more, property) => expect(refusedProperties(job(more))).toEqual([property]));
});
