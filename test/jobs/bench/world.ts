import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SovraRestore } from '../../../lib/backup/sovra-restore';
import type { KubeObject } from '../../../lib/checks/model';
import { SovraInstallation } from '../../../lib/sovra/installation';
import { make } from '../../backup/made';
import { find, objectsOf } from '../../support/synth';
import { type JobResult, type RunOptions, runJob, type Values } from '../pods';
import { Authority, Postgres, S3Store } from '../servers';
import { Bare } from './bare';

const PASSWORD = 'correct-horse-battery-staple';
const BUCKET = 'sovra-backup';
const sovra = new SovraInstallation({
  database: { sslMode: 'verify-full', caSecret: { secret: 'postgres-ca', key: 'ca.crt' } },
});
const password = { secret: 'backup', key: 'password' };
const repository = {
  s3: {
    endpoint: 'https://s3.example.com',
    bucket: BUCKET,
    credentials: { secret: 'backup-s3' },
    certificateAuthority: { secret: 's3-ca', key: 'pem' },
  },
};
/** Looking at the processes every few milliseconds would cost what is measured; here nobody asks what was seen. */
const QUIET: RunOptions = { watchMilliseconds: 1000, timeoutSeconds: 900 };

/** A database, a store that ends TLS itself, and the objects of a schedule, as they are shipped but for the names of things. */
export interface BenchWorld {
  readonly database: Postgres;
  readonly store: S3Store;
  readonly bare: Bare;
  /** Runs a CronJob of the schedule; `change` is what the bench does to it first, and says so. */
  run(name: string, change?: (job: KubeObject) => KubeObject): Promise<JobResult>;
  /** Restores the newest dump into the database: one that is empty, or in the place of what it holds. */
  restore(into: 'empty' | 'full'): Promise<JobResult>;
  /** Removes the repository, and makes a new one. */
  emptyRepository(): Promise<void>;
  /** Bytes of its objects. */
  repositorySize(): number;
  stop(): Promise<void>;
}

export async function benchWorld(settings: Readonly<Record<string, string>>): Promise<BenchWorld> {
  const authority = await Authority.create('sovra bench');
  const [database, store] = await Promise.all([
    Postgres.start({ names: ['postgres.sovra.svc.cluster.local'], tls: authority, settings }),
    S3Store.start({ names: ['s3.example.com'], tls: authority, bucket: BUCKET, direct: true }),
  ]);
  const bare = new Bare({ authority, database, store, bucket: BUCKET, password: PASSWORD });
  const { objects } = make({ sovra, repository, password, pruner: { credentials: { secret: 'pruner-s3' } } });
  const secrets = secretsOf(authority, database, store);
  const options = { ...QUIET, hosts: { ...database.hosts, ...store.hosts } };
  return {
    ...{ database, store, bare },
    run: async (name, change = (job) => job) =>
      good(await runJob(change(find(objects, 'CronJob', name)), { ...options, secrets })),
    restore: async (into) => {
      const { user, password: its } = database.superuser;
      const owner = { 'sovra-secrets': { 'database.username': user, 'database.password': its } };
      return good(await runJob(restoreJob(into), { ...options, secrets: { ...secrets, ...owner } }));
    },
    emptyRepository: async () => {
      for (const name of readdirSync(store.folder)) rmSync(join(store.folder, name), { recursive: true });
      bare.forget();
      await bare.restic(store.writer, 'init');
      bare.forget();
    },
    repositorySize: () => sizeOf(store),
    stop: async () => {
      await Promise.all([database.stop(), store.stop()]);
    },
  };
}

function secretsOf(authority: Authority, database: Postgres, store: S3Store): Values {
  const s3 = (key: { accessKeyId: string; secretAccessKey: string }) => ({
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
  });
  const { user, password: its } = database.backupRole;
  return {
    backup: { password: PASSWORD },
    's3-ca': { pem: authority.pem },
    'backup-s3': s3(store.writer),
    'pruner-s3': s3(store.pruner),
    'postgres-ca': { 'ca.crt': authority.pem },
    'sovra-secrets': { 'database.username': user, 'database.password': its },
  };
}

function restoreJob(into: 'empty' | 'full'): KubeObject {
  const at = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const postgres = into === 'full' ? { overwrite: 'sovra' } : {};
  const objects = objectsOf(
    (chart) => new SovraRestore(chart, 'restore', { sovra, repository, password, at, postgres }),
  );
  const [job] = objects.filter((o) => o.kind === 'Job');
  return job as KubeObject;
}

function good(result: JobResult): JobResult {
  // A second pod would be in the time.
  if (result.ok && result.attempts.length === 1) return result;
  throw new Error(`the job failed, or needed more than one pod\n${result.log}`);
}

const sizeOf = (store: S3Store): number =>
  store.keys().reduce((sum, key) => sum + statSync(join(store.folder, key)).size, 0);
