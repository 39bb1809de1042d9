import type { SovraBackupScheduleProps } from '../../lib/backup/sovra-backup-schedule';
import type { KubeObject } from '../../lib/checks/model';
import { SovraInstallation } from '../../lib/sovra/installation';
import { make } from '../backup/made';
import { type JobResult, type RunOptions, runJob } from './pods';
import { quickKey } from './repository-key';
import { Authority, Postgres, S3Store, Vault } from './servers';

export const PASSWORD = 'correct-horse-battery-staple';
export const VAULT_NAMES = ['vault-active.sovra-edge.svc', 'vault.sovra-edge.svc'];
export const sovra = new SovraInstallation({
  database: { sslMode: 'verify-full', caSecret: { secret: 'postgres-ca', key: 'ca.crt' } },
  edgeNodes: [{ id: 'edge-1', vault: {} }],
});
export const repository: SovraBackupScheduleProps['repository'] = {
  s3: {
    endpoint: 'https://s3.example.com',
    bucket: 'sovra-backup',
    credentials: { secret: 'backup-s3' },
    certificateAuthority: { secret: 's3-ca', key: 'pem' },
  },
};
export const password = { secret: 'backup', key: 'password' };

/** Snapshots are told apart by whole seconds: a Vault's belongs to a dump that ended in an earlier one. */
export const nextSecond = () => new Promise((resolve) => setTimeout(resolve, 1000 - (Date.now() % 1000) + 5));

/** A Sovra with a database and one Vault, both with content, and a store in which the repository is made. */
export interface BackupWorld {
  readonly authority: Authority;
  readonly database: Postgres;
  readonly vault: Vault;
  readonly store: S3Store;
  readonly options: RunOptions;
  /** Secrets that must be seen nowhere. */
  readonly secrets: readonly string[];
  /** Runs a CronJob of the schedule as it is synthesized. @throws {Error} with its log, if it fails */
  run(name: string, more?: RunOptions): Promise<JobResult>;
  job(name: string): KubeObject;
  stop(): Promise<void>;
}

export async function backupWorld(props: Partial<SovraBackupScheduleProps> = {}): Promise<BackupWorld> {
  const authority = await Authority.create('sovra test');
  const [database, vault, store] = await Promise.all([
    Postgres.start({ names: ['postgres.sovra.svc.cluster.local'], tls: authority }),
    Vault.start({ names: VAULT_NAMES, tls: authority }),
    S3Store.start({ names: ['s3.example.com'], tls: authority, bucket: 'sovra-backup' }),
  ]);
  await Promise.all([vault.fill({ keys: 5 }), database.fill('sovra', { rows: 300 })]);
  const token = await vault.snapshotToken();
  const s3 = (key: { accessKeyId: string; secretAccessKey: string }) => ({
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
  });
  const options: RunOptions = {
    hosts: { ...database.hosts, ...vault.hosts, ...store.hosts },
    secrets: {
      backup: { password: PASSWORD },
      's3-ca': { pem: authority.pem },
      'backup-s3': s3(store.writer),
      'pruner-s3': s3(store.pruner),
      'postgres-ca': { 'ca.crt': authority.pem },
      'sovra-secrets': {
        'database.username': database.backupRole.user,
        'database.password': database.backupRole.password,
      },
      'vault-tls': { 'ca.crt': authority.pem },
      'vault-snapshot': { token },
    },
  };
  const { cronJob } = make({ sovra, repository, ...props });
  const run = async (name: string, more: RunOptions = {}) => {
    const done = await runJob(cronJob(name), { ...options, ...more });
    if (!done.ok) throw new Error(`${name} failed\n${done.log}`);
    return done;
  };
  await run('sovra-backup-init');
  await quickKey(store.folder, PASSWORD);
  return {
    authority,
    database,
    vault,
    store,
    options,
    secrets: [PASSWORD, database.backupRole.password, token, store.writer.secretAccessKey],
    run,
    job: cronJob,
    stop: async () => {
      await Promise.all([database.stop(), vault.stop(), store.stop()]);
    },
  };
}
