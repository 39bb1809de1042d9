import { postgresDrill, vaultDrill } from '../../lib/backup/drill';
import { type RepositoryProps, repositoryAccess } from '../../lib/backup/repository';
import type { KubeObject } from '../../lib/checks/model';
import { ScheduledTask } from '../../lib/operations/scheduled-task';
import type { PlannedTask } from '../../lib/operations/task-set';
import { SovraInstallation } from '../../lib/sovra/installation';
import { make } from '../backup/made';
import { find, objectsOf } from '../support/synth';
import { expectNoSecret, type RunOptions, runJob } from './pods';
import { quickKey } from './repository-key';
import { Authority, Postgres, S3Store, Vault } from './servers';

/** Restores for trial, as they are synthesized: what they bring back, and that they notice what is wrong. */
const PASSWORD = 'correct-horse-battery-staple';
const sovra = new SovraInstallation({ edgeNodes: [{ id: 'edge-1', vault: {} }] });
const repository: RepositoryProps = {
  s3: {
    endpoint: 'https://s3.example.com',
    bucket: 'sovra-backup',
    credentials: { secret: 'backup-s3' },
    certificateAuthority: { secret: 's3-ca', key: 'pem' },
  },
};
const access = repositoryAccess(repository, { secret: 'backup', key: 'password' });
let database: Postgres;
let vault: Vault;
let store: S3Store;
let options: RunOptions;

beforeAll(async () => {
  const ca = await Authority.create('sovra test');
  [database, vault, store] = await Promise.all([
    Postgres.start({ names: ['postgres.sovra.svc.cluster.local'], tls: ca }),
    Vault.start({ names: ['vault-active.sovra-edge.svc', 'vault.sovra-edge.svc'], tls: ca }),
    S3Store.start({ names: ['s3.example.com'], tls: ca, bucket: 'sovra-backup' }),
  ]);
  await Promise.all([vault.fill({ keys: 5 }), database.fill('sovra', { rows: 500 })]);
  options = {
    hosts: { ...database.hosts, ...vault.hosts, ...store.hosts },
    secrets: {
      backup: { password: PASSWORD },
      's3-ca': { pem: ca.pem },
      'backup-s3': {
        AWS_ACCESS_KEY_ID: store.writer.accessKeyId,
        AWS_SECRET_ACCESS_KEY: store.writer.secretAccessKey,
      },
      'sovra-secrets': {
        'database.username': database.backupRole.user,
        'database.password': database.backupRole.password,
      },
      'vault-tls': { 'ca.crt': ca.pem },
      'vault-snapshot': { token: await vault.snapshotToken() },
    },
  };
  const { cronJob } = make({ sovra, repository });
  for (const name of ['sovra-backup-init', 'sovra-backup-postgres', 'sovra-backup-vault-edge-1']) {
    const { ok, log } = await runJob(cronJob(name), options);
    if (!ok) throw new Error(log);
    if (name === 'sovra-backup-init') await quickKey(store.folder, PASSWORD);
  }
});
afterAll(() => Promise.all([database?.stop(), vault?.stop(), store?.stop()]));

function cronJob({ id, schedule, props }: PlannedTask): KubeObject {
  const objects = objectsOf((chart) => new ScheduledTask(chart, id, { ...props, schedule, alerts: 'shared' }));
  return find(objects, 'CronJob', props.name);
}
const NAMESPACE = 'sovra-restore-drill';
const drill = () => cronJob(postgresDrill(sovra, NAMESPACE, access, { scratchSize: '1Gi' }));
const drillOfVault = () => cronJob(vaultDrill(sovra, NAMESPACE, access, ['sovra-edge-1'], { scratchSize: '1Gi' }));

test('a dump is restored, found equal, and leaves its evidence', async () => {
  const done = await runJob(drill(), options);
  expect(done.log).toMatch(/restored \d+ tables, equal to what was stored/);
  expect(done.ok).toBe(true);
  expectNoSecret(done, [PASSWORD, store.writer.secretAccessKey], { manifests: [drill()], folders: [store.folder] });
});

test('an empty Vault takes over the snapshot, and asks for the keys of the other', async () => {
  const done = await runJob(drillOfVault(), options);
  expect(done.log).toContain('a Vault took over the snapshot of sovra-edge-1');
  expect(done.ok).toBe(true);
});
