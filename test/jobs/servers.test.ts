import { join } from 'node:path';
import { runPod, workFolder } from './pods';
import { Authority, Postgres, RestServer, S3Store, Vault } from './servers';

const security = { runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532 };
const RESTIC = {
  RESTIC_REPOSITORY: '',
  RESTIC_PASSWORD: 'repository-password',
  RESTIC_CACHE_DIR: '/tmp/cache',
  RESTIC_CACERT: '/ca/ca.crt',
};

let authority: Authority;
beforeAll(async () => {
  authority = await Authority.create();
});

/** One program in the pod of a task, with the authority in /ca and a /tmp. */
async function inPod(
  image: string,
  command: readonly string[],
  env: Record<string, string>,
  hosts: Record<string, string>,
) {
  const mounts = [
    { name: 'ca', mountPath: '/ca' },
    { name: 'tmp', mountPath: '/tmp' },
  ];
  const variables = Object.entries(env).map(([name, value]) => ({ name, value }));
  const container = {
    name: 'main',
    image,
    command,
    env: variables,
    volumeMounts: mounts,
    securityContext: { readOnlyRootFilesystem: true },
  };
  const volumes = [
    { name: 'ca', configMap: { name: 'ca' } },
    { name: 'tmp', emptyDir: {} },
  ];
  const spec = { restartPolicy: 'Never', securityContext: security, containers: [container], volumes };
  return runPod({ spec }, { configMaps: { ca: { 'ca.crt': authority.pem } }, hosts });
}

describe('PostgreSQL', () => {
  let database: Postgres;
  const NAME = 'postgres.sovra.svc.cluster.local';
  beforeAll(async () => {
    database = await Postgres.start({ names: [NAME], tls: authority });
    await database.fill('sovra', { rows: 500 });
  });
  afterAll(() => database?.stop());

  const psql = (role: { user: string; password: string }, sql: string, more: Record<string, string> = {}) =>
    inPod(
      'docker.io/library/postgres:15.15-alpine3.22',
      ['psql', '-At', '-c', sql],
      {
        ...{ PGHOST: NAME, PGUSER: role.user, PGPASSWORD: role.password, PGDATABASE: 'sovra' },
        ...{ PGSSLMODE: 'verify-full', PGSSLROOTCERT: '/ca/ca.crt', ...more },
      },
      { ...database.hosts },
    );

  it('is reached from a pod by name, with TLS only, by a role that can read and not write', async () => {
    const reading = await psql(database.backupRole, 'SELECT count(*) FROM key_record');
    expect(reading.container('main').stdout).toBe('500\n');
    const writing = await psql(database.backupRole, 'DELETE FROM key_record', {
      PGOPTIONS: '-c default_transaction_read_only=off',
    });
    expect(writing.container('main').stderr).toContain('permission denied for table key_record');
    const plain = await psql(database.backupRole, 'SELECT 1', { PGSSLMODE: 'disable' });
    expect(plain.container('main').stderr).toContain('no pg_hba.conf entry');
  });

  it('has a fingerprint that is equal after a restore, and not after any change', async () => {
    const file = join(database.folder, 'copy.dump');
    await database.run('pg_dump', ['-U', 'backup', '-Fc', '-f', file, 'sovra']);
    await database.query('CREATE DATABASE copy');
    await database.run('pg_restore', ['-U', 'postgres', '--exit-on-error', '-d', 'copy', file]);
    const [before, copy] = [await database.fingerprint('sovra'), await database.fingerprint('copy')];
    expect(copy).toEqual(before);
    expect(Object.keys(before.rows)).toHaveLength(6);
    expect([Object.keys(before.sequences).length, Object.keys(before.largeObjects).length]).toEqual([3, 3]);
    for (const [part, change] of [
      ['rows', 'UPDATE key_record SET ratio = 1 WHERE id = (SELECT min(id::text)::uuid FROM key_record)'],
      ['sequences', "SELECT nextval('ticket')"],
      ['largeObjects', "SELECT lo_put(10001, 5, 'x')"],
      ['schema', 'GRANT SELECT ON organisation TO backup'],
    ] as const) {
      await database.query(change, { database: 'copy' });
      expect((await database.fingerprint('copy'))[part]).not.toEqual(before[part]);
    }
  });

  it('keeps its data over a stop and a start', async () => {
    const before = await database.fingerprint('sovra');
    await database.stop();
    await database.start();
    expect(await database.fingerprint('sovra')).toEqual(before);
  });
});

describe('Vault', () => {
  let vault: Vault;
  const NAME = 'vault-active.sovra-edge.svc';
  beforeAll(async () => {
    vault = await Vault.start({ names: [NAME], tls: authority });
    await vault.fill({ keys: 20 });
  });
  afterAll(() => vault?.stop());

  const inVaultPod = (args: readonly string[], token: string) =>
    inPod(
      'docker.io/hashicorp/vault:1.18.3',
      ['vault', ...args],
      { VAULT_ADDR: `https://${NAME}:8200`, VAULT_CACERT: '/ca/ca.crt', VAULT_TOKEN: token, HOME: '/tmp' },
      { ...vault.hosts },
    );

  it('gives a snapshot to a token that may do nothing else', async () => {
    const token = await vault.snapshotToken();
    const save = await inVaultPod(['operator', 'raft', 'snapshot', 'save', '/tmp/vault.snap'], token);
    expect(save.log).toContain('ended with 0');
    const read = await inVaultPod(['kv', 'get', 'secret/sovra/org-1/key-1'], token);
    expect(read.container('main').stderr).toContain('Code: 403');
  });

  it('is restored into an empty node, key for key, with the original unseal keys', async () => {
    const before = await vault.fingerprint();
    expect(Object.keys(before).filter((path) => path.startsWith('secret/'))).toHaveLength(20);
    const file = join(workFolder(), 'servers-test.snap');
    await vault.run(['operator', 'raft', 'snapshot', 'save', file]);
    await vault.write('sovra/later', { a: 'b' });
    expect(await vault.fingerprint()).not.toEqual(before);
    const other = await Vault.start({ tls: authority, initialize: false });
    try {
      expect(await other.health()).toBe(501);
      await other.initialize();
      await other.run(['operator', 'raft', 'snapshot', 'restore', '-force', file]);
      await other.takenOver();
      await other.unseal(vault.unsealKeys);
      other.rootToken = vault.rootToken;
      expect(await other.fingerprint()).toEqual(before);
    } finally {
      await other.stop();
    }
  });

  it('is sealed and unsealed', async () => {
    await vault.seal();
    expect([await vault.sealed(), await vault.health()]).toEqual([true, 503]);
    await vault.unseal();
    expect(await vault.health()).toBe(200);
  });
});

describe('the S3 store', () => {
  let store: S3Store;
  const NAME = 's3.example.com';
  beforeAll(async () => {
    store = await S3Store.start({ names: [NAME], tls: authority, bucket: 'sovra-backup', prefix: 'prod/a' });
  });
  afterAll(() => store?.stop());

  const restic = (args: readonly string[], account = store.writer) =>
    inPod(
      'docker.io/restic/restic:0.18.1',
      ['restic', ...args],
      {
        ...RESTIC,
        RESTIC_REPOSITORY: `s3:https://${NAME}/sovra-backup/prod/a`,
        ...{ AWS_ACCESS_KEY_ID: account.accessKeyId, AWS_SECRET_ACCESS_KEY: account.secretAccessKey },
      },
      { ...store.hosts },
    );
  const codeOf = async (run: ReturnType<typeof restic>) => (await run).container('main').exitCode;

  it('lets the writer back up, and delete locks only', async () => {
    expect((await restic(['init'])).log).toContain('ended with 0');
    expect((await restic(['backup', '/etc/passwd'])).log).toContain('ended with 0');
    expect(store.keys('prod/a/locks/')).toEqual([]);
    const deletions = store.requests.filter(({ method }) => method === 'DELETE');
    expect(deletions.length).toBeGreaterThan(0);
    expect(deletions.every(({ path, status }) => path.includes('/locks/') && status === 204)).toBe(true);
    const [snapshot = ''] = store.keys('prod/a/snapshots/');
    const tryTo = async (account: typeof store.writer, method: string, key: string, body?: string) =>
      (await store.request(account, method, `/sovra-backup/${key}`, body)).status;
    expect(await tryTo(store.writer, 'DELETE', snapshot)).toBe(403);
    expect(await tryTo({ ...store.pruner, secretAccessKey: 'wrong' }, 'DELETE', snapshot)).toBe(403);
    expect(await tryTo(store.writer, 'PUT', 'prod/a/locks/x', 'x')).toBe(200);
    expect(await tryTo(store.writer, 'DELETE', 'prod/a/locks/x')).toBe(204);
    expect(await tryTo(store.writer, 'PUT', 'prod/a/index/x', 'x')).toBe(200);
    expect(await tryTo(store.pruner, 'DELETE', 'prod/a/index/x')).toBe(204);
    expect(store.keys('prod/a/snapshots/')).toEqual([snapshot]);
  });

  it('can be damaged, and restic sees it', async () => {
    const check = () => codeOf(restic(['check', '--read-data', '--no-lock']));
    expect(await check()).toBe(0);
    const [data] = store.keys('prod/a/data/');
    store.corrupt(data as string);
    expect(await check()).not.toBe(0);
    store.corrupt(data as string);
    expect(await check()).toBe(0);
    store.truncate(data as string, store.size(data as string) - 1);
    expect(await check()).not.toBe(0);
  });

  it('has faults of the network, which end', async () => {
    const put = (body: string) => store.request(store.writer, 'PUT', '/sovra-backup/prod/a/data/x', body);
    store.fault({ kind: 'deny' });
    expect((await put('x')).status).toBe(403);
    expect(store.requests.at(-1)).toMatchObject({ method: 'PUT', status: 403, accessKeyId: 'backup-writer' });
    store.fault({ kind: 'down' });
    await expect(put('x')).rejects.toThrow();
    store.fault({ kind: 'cut', afterBytes: 500_000 });
    await expect(put('x'.repeat(600_000))).rejects.toThrow();
    expect(store.requests.at(-1)).toMatchObject({ method: 'PUT', status: 0 });
    store.fault({ kind: 'slow', bytesPerSecond: 100_000 });
    const started = Date.now();
    expect((await put('x'.repeat(50_000))).status).toBe(200);
    expect(Date.now() - started).toBeGreaterThan(450);
    store.fault(undefined);
    expect((await put('x'.repeat(600_000))).status).toBe(200);
    expect(store.size('prod/a/data/x')).toBe(600_000);
    store.remove('prod/a/data/x');
  });

  it('keeps its objects over a stop and a start', async () => {
    const before = store.keys();
    await store.stop();
    await expect(store.request(store.writer, 'GET', '/sovra-backup/prod/a/config')).rejects.toThrow();
    await store.start();
    expect((await store.request(store.writer, 'GET', '/sovra-backup/prod/a/config')).status).toBe(200);
    expect(store.keys()).toEqual(before);
  });
});

describe('the REST server', () => {
  it('keeps what it has, when it is to append only', async () => {
    const server = await RestServer.start({ names: ['rest.example.com'], tls: authority, appendOnly: true });
    try {
      const env = { ...RESTIC, RESTIC_REPOSITORY: `rest:${server.url}sovra/` };
      const user = { RESTIC_REST_USERNAME: server.user.username, RESTIC_REST_PASSWORD: server.user.password };
      const restic = (args: readonly string[], more: Record<string, string> = user) =>
        inPod('restic/restic:0.18.1', ['restic', ...args], { ...env, ...more }, { ...server.hosts });
      expect((await restic(['cat', 'config'], {})).ok).toBe(false);
      expect((await restic(['init'])).log).toContain('ended with 0');
      expect((await restic(['backup', '/etc/passwd'])).log).toContain('ended with 0');
      expect((await restic(['forget', 'latest'])).log).toMatch(/403|Forbidden/);
      expect((await restic(['snapshots', 'latest'])).log).toContain('ended with 0');
    } finally {
      await server.stop();
    }
  });
});
