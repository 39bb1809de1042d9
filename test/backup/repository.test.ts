import { PRUNE_SCRIPT } from '../../lib/backup/prune-script';
import type { SovraBackupScheduleProps } from '../../lib/backup/sovra-backup-schedule';
import { SovraInstallation } from '../../lib/sovra/installation';
import { containerOf, environmentOf, podOf, shortcomings } from '../operations/pods';
import { find, refusedProperties } from '../support/synth';
import { make, pruner, refuse, schedulesOf, vaults } from './made';

describe('maintenance', () => {
  test('nothing is ever deleted without credentials that may', () => {
    expect(Object.keys(make().schedules)).not.toContain('sovra-backup-prune');
    for (const o of make().objects) expect(JSON.stringify(o)).not.toContain('--prune');
  });

  test('pruning has credentials of its own, and touches what this installation wrote', () => {
    const { cronJob } = make({ pruner: { ...pruner, keep: { hourly: undefined, daily: 7, yearly: 10 } } });
    const prune = containerOf(cronJob('sovra-backup-prune'), 'prune');
    expect(prune.command).toEqual(['/bin/sh', '-c', PRUNE_SCRIPT, 'sovra-backup-prune']);
    expect(prune.args).toEqual([
      ...['--tag', 'sovra-installation=sovra', '--group-by', 'host,paths'],
      ...['--keep-last', '24', '--keep-hourly', '24', '--keep-daily', '7', '--keep-weekly', '8'],
      ...['--keep-monthly', '12', '--keep-yearly', '10'],
    ]);
    expect(environmentOf(prune)).toMatchObject({ KEEP_VERIFIED: '3', TZ: 'UTC' });
    expect(environmentOf(prune)).toMatchObject({ AWS_ACCESS_KEY_ID: 'pruner-s3/AWS_ACCESS_KEY_ID' });
    expect(environmentOf(containerOf(cronJob('sovra-backup-verify'), 'verify'))).toMatchObject({
      AWS_ACCESS_KEY_ID: 'backup-s3/AWS_ACCESS_KEY_ID',
    });
  });

  test('as many of the newest snapshots stay as have to be read back, whatever the policy says', () => {
    const { cronJob } = make({ pruner: { ...pruner, keep: { last: 2 }, keepVerified: 5 } });
    const { args = [], env } = containerOf(cronJob('sovra-backup-prune'), 'prune');
    expect(args[args.indexOf('--keep-last') + 1]).toBe('5');
    expect(env).toContainEqual({ name: 'KEEP_VERIFIED', value: '5' });
  });

  test('a command of the pruner ends within the time that backups wait for it, its lock too', () => {
    const { cronJob } = make({ pruner: { ...pruner, exclusiveFor: '40s' } });
    expect(environmentOf(containerOf(cronJob('sovra-backup-prune'), 'prune'))).toMatchObject({
      ALONE: '30',
      PAUSE: '40',
    });
    expect(containerOf(cronJob('sovra-backup-postgres'), 'pg-dump').command).toContain('40s');
    expect(containerOf(cronJob('sovra-backup-vault-edge-1'), 'store').command).toContain('40s');
    // The waiting comes on top of the time for the work.
    expect(cronJob('sovra-backup-postgres').spec.jobTemplate.spec.activeDeadlineSeconds).toBe(150 + 40);
  });

  test('what has worked for hours and is part of no promise waits for a pruner as long as one may take', () => {
    // A site that may lose a day leaves the pruner an hour.
    const recovery = Object.fromEntries(['controlPlane', 'edgeNode', 'federation'].map((c) => [c, { rpo: '3d' }]));
    const daily = { postgres: { schedule: '0 1 * * *' }, vault: { schedule: '0 2 * * *' } };
    const { cronJob } = make({ pruner, recovery, ...daily, kubernetes: false });
    const alone = Number(environmentOf(containerOf(cronJob('sovra-backup-prune'), 'prune')).ALONE);
    for (const name of ['sovra-backup-verify', 'sovra-restore-drill', 'sovra-restore-drill-vault']) {
      const { command = [] } = containerOf(cronJob(name), 'evidence');
      const waits = command[command.indexOf('--retry-lock') + 1];
      expect(Number.parseInt(waits as string, 10)).toBeGreaterThanOrEqual(alone);
    }
    expect(PRUNE_SCRIPT).toContain('restic dump --retry-lock 3600s ');
  });

  test('verification reads data back', () => {
    expect(containerOf(make().cronJob('sovra-backup-verify'), 'verify').command).toEqual([
      ...['restic', 'check', '--no-lock', '--read-data-subset=10%'],
    ]);
    expect(
      containerOf(make({ verification: { readDataPercent: 100 } }).cronJob('sovra-backup-verify'), 'verify').command,
    ).toContain('--read-data-subset=100%');
    expect(Object.keys(schedulesOf({ verification: false }))).not.toContain('sovra-backup-verify');
  });
});

describe('where copies go', () => {
  test('S3, with keys and an authority of another name, narrowed to a peer', () => {
    const { cronJob, objects } = make({
      repository: {
        s3: {
          endpoint: 'https://minio.store.svc/',
          bucket: 'b.ucket',
          credentials: { secret: 's', accessKeyIdKey: 'id', secretAccessKeyKey: 'key' },
          certificateAuthority: { secret: 'ca', key: 'pem' },
          peers: [{ namespace: 'store' }],
        },
      },
    });
    const verify = containerOf(cronJob('sovra-backup-verify'), 'verify');
    expect(environmentOf(verify)).toMatchObject({
      RESTIC_REPOSITORY: 's3:https://minio.store.svc/b.ucket',
      AWS_ACCESS_KEY_ID: 's/id',
      AWS_SECRET_ACCESS_KEY: 's/key',
      RESTIC_CACERT: '/etc/restic-ca/ca.crt',
    });
    expect(environmentOf(verify)).not.toHaveProperty('AWS_DEFAULT_REGION');
    expect(find(objects, 'NetworkPolicy', 'sovra-backup-verify').spec.egress[1]).toEqual({
      to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'store' } } }],
      ports: [{ protocol: 'TCP', port: 443 }],
    });
    expect(shortcomings(cronJob('sovra-backup-vault-edge-1'))).toEqual([]);
  });

  test('a REST server', () => {
    const { cronJob } = make({
      repository: { rest: { url: 'https://rest.example.com:8000/sovra', credentials: { secret: 'r' } } },
      pruner: { credentials: { secret: 'p', usernameKey: 'u' } },
    });
    expect(environmentOf(containerOf(cronJob('sovra-backup-verify'), 'verify'))).toMatchObject({
      RESTIC_REPOSITORY: 'rest:https://rest.example.com:8000/sovra/',
      RESTIC_REST_USERNAME: 'r/username',
      RESTIC_REST_PASSWORD: 'r/password',
    });
    expect(environmentOf(containerOf(cronJob('sovra-backup-prune'), 'prune'))).toMatchObject({
      RESTIC_REST_USERNAME: 'p/u',
      RESTIC_REST_PASSWORD: 'p/password',
    });
  });

  test('a volume, for one namespace', () => {
    const { cronJob, objects } = make({
      vault: false,
      kubernetes: false,
      repository: { volume: { claimName: 'backup', subPath: 'a/b' } },
      pruner: {},
    });
    const job = cronJob('sovra-backup-prune');
    expect(podOf(job).volumes).toContainEqual({ name: 'repository', persistentVolumeClaim: { claimName: 'backup' } });
    expect(containerOf(job, 'prune').volumeMounts).toContainEqual({
      name: 'repository',
      mountPath: '/repository',
      subPath: 'a/b',
    });
    expect(environmentOf(containerOf(job, 'prune')).RESTIC_REPOSITORY).toBe('/repository');
    expect(find(objects, 'NetworkPolicy', 'sovra-backup-prune').spec.egress).toHaveLength(1);
    expect(shortcomings(job)).toEqual([]);
  });

  test("the cache has the room that each destination says, within the limit of the node's disk", () => {
    const rooms = (repository: SovraBackupScheduleProps['repository']) => {
      const only = 'volume' in repository ? { vault: false as const, kubernetes: false as const } : {};
      const { volumes = [] } = podOf(make({ repository, ...only }).cronJob('sovra-backup-postgres'));
      return volumes.find((v) => v.name === 'cache')?.emptyDir?.sizeLimit;
    };
    const credentials = { secret: 's' };
    expect(rooms({ s3: { endpoint: 'https://s3.example.com', bucket: 'abc', credentials } })).toBe('2Gi');
    const s3 = { endpoint: 'https://s3.example.com', bucket: 'abc', credentials, cacheSize: '8Gi' };
    expect(rooms({ s3 })).toBe('8Gi');
    expect(rooms({ rest: { url: 'https://rest.example.com', credentials, cacheSize: '3Gi' } })).toBe('3Gi');
    expect(rooms({ volume: { claimName: 'backup', cacheSize: '512Mi' } })).toBe('512Mi');
    // More than 8 GiB of disk in all: the kubelet would evict a pod that fills its own cache.
    const { resources } = containerOf(make({ repository: { s3 } }).cronJob('sovra-backup-verify'), 'verify');
    expect(resources?.limits?.['ephemeral-storage']).toBe(`${(8 + 1) * 1024 + 256}Mi`);
    expect(refusedProperties(refuse({ repository: { s3: { ...s3, cacheSize: 'large' } } }))).toEqual([
      'repository.s3.cacheSize',
    ]);
  });

  test('only edge nodes: everything runs beside the first of them', () => {
    const edge = new SovraInstallation({ controlPlane: false, edgeNodes: vaults(1, 'edge') });
    const { backup, cronJob } = make({ sovra: edge });
    expect(backup.namespaces).toEqual(['edge']);
    expect(cronJob('sovra-backup-verify').metadata.namespace).toBe('edge');
    expect(Object.keys(make({ sovra: edge }).schedules)).not.toContain('sovra-backup-postgres');
  });
});
