import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PGBACKREST, type PgBackRest, type PgBackRestProps, pgBackRest } from '../../lib/backup/pgbackrest';
import { pgBackRestConfig } from '../../lib/backup/pgbackrest-config';
import { pgBackRestPod } from '../../lib/backup/pgbackrest-pod';
import { pgBackRestInitProps, pgBackRestTasks } from '../../lib/backup/pgbackrest-tasks';
import type { KubeObject } from '../../lib/checks/model';
import { ScheduledTask } from '../../lib/operations/scheduled-task';
import { SovraInstallation } from '../../lib/sovra/installation';
import { runCommand } from '../cluster/process';
import { waitFor } from '../cluster/wait';
import { find, objectsOf } from '../support/synth';
import { type PodResult, type RunningContainers, type RunOptions, runPod, workFolder } from './pods';
import { POSTGRES_PROGRAMS } from './pods/images';
import { Authority, S3Store } from './servers';

/** A database that archives, as the library describes its pod, and the jobs around it. */
export const PASSPHRASE = 'correct-horse-battery-staple';
const sovra = new SovraInstallation({ database: { podLabels: { app: 'postgres' } } });
const props: PgBackRestProps = {
  image: 'registry.example.com/team/pgbackrest:15-2.45',
  repository: {
    endpoint: 'https://s3.example.com',
    bucket: 'sovra-archive',
    credentials: { secret: 'archive-s3' },
    certificateAuthority: { secret: 's3-ca', key: 'pem' },
  },
  backupCredentials: { secret: 'archive-backup-s3' },
  cipher: { secret: 'archive', key: 'passphrase' },
  archiveTimeout: '2s',
  // How long a piece of the log may take until it counts as lost; many times what it takes.
  pushWithin: '60s',
};
export const archive: PgBackRest = pgBackRest(sovra, sovra.database as NonNullable<typeof sovra.database>, props);

/** The jobs by the name of their CronJob. */
export function cronJobs(): (name: string) => KubeObject {
  const objects = objectsOf((chart) => {
    for (const { id, schedule, props: task } of pgBackRestTasks(archive))
      new ScheduledTask(chart, id, { ...task, schedule, alerts: 'shared' });
    new ScheduledTask(chart, 'init', { ...pgBackRestInitProps(archive), alerts: 'shared' });
  });
  return (name) => find(objects, 'CronJob', name);
}

/** The store, the certificates and what pods are given. */
export async function startSurroundings(): Promise<{ store: S3Store; options: RunOptions }> {
  const ca = await Authority.create('sovra test');
  const store = await S3Store.start({ names: ['s3.example.com'], tls: ca, bucket: 'sovra-archive' });
  const server = await ca.issue([archive.host]);
  const client = await issueClient(ca, archive.tls.clientName);
  const tls = ({ certFile, keyFile }: { certFile: string; keyFile: string }) => ({
    'tls.crt': readFileSync(certFile),
    'tls.key': readFileSync(keyFile),
    'ca.crt': ca.pem,
  });
  const key = (k: S3Store['writer']) => ({
    AWS_ACCESS_KEY_ID: k.accessKeyId,
    AWS_SECRET_ACCESS_KEY: k.secretAccessKey,
  });
  const options: RunOptions = {
    hosts: { ...store.hosts, [archive.host]: '127.0.0.1' },
    namespace: 'sovra',
    configMaps: { [PGBACKREST]: pgBackRestConfig(archive) },
    secrets: {
      archive: { passphrase: PASSPHRASE },
      's3-ca': { pem: ca.pem },
      'archive-s3': key(store.writer),
      'archive-backup-s3': key(store.pruner),
      [archive.tls.serverSecret]: tls(server),
      [archive.tls.clientSecret]: tls(client),
      stranger: tls(await issueClient(ca, 'somebody')),
    },
  };
  return { store, options };
}

/** A certificate that says who asks, by its common name. */
async function issueClient(ca: Authority, name: string) {
  const dir = dirname(ca.file);
  const [keyFile, request, certFile] = ['key', 'csr', 'crt'].map((ending) => join(dir, `${name}.${ending}`)) as [
    ...[string, string, string],
  ];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
  await runCommand('openssl', ['req', '-new', ...key, '-subj', `/CN=${name}`, '-out', request]);
  const signer = ['-CA', ca.file, '-CAkey', join(dir, 'ca.key'), '-set_serial', '1000'];
  await runCommand('openssl', ['x509', '-req', '-in', request, '-days', '2', ...signer, '-out', certFile]);
  return { certFile, keyFile };
}

/** An empty volume that belongs to the user of the database. */
export function emptyClaim(): string {
  const folder = mkdtempSync(join(workFolder(), 'claim-'));
  mkdirSync(join(folder, 'pgdata'), { mode: 0o700 });
  for (const path of [folder, join(folder, 'pgdata')]) chownSync(path, archive.data.user, archive.data.user);
  return folder;
}

/** A new database in that volume. */
export async function initDatabase(claim: string): Promise<void> {
  const command = ['initdb', '-D', archive.data.folder, '-U', 'postgres', '-A', 'trust', '--no-sync', '--locale=C'];
  const data = { name: 'data', mountPath: archive.data.mountPath };
  const spec = {
    restartPolicy: 'Never',
    securityContext: { runAsUser: archive.data.user },
    containers: [{ name: 'initdb', image: archive.props.image, command, volumeMounts: [data] }],
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
  };
  const made = await runPod({ metadata: { name: 'initdb' }, spec }, { claims: { data: claim } });
  if (!made.ok) throw new Error(made.log);
}

export class DatabasePod {
  private containers: RunningContainers | undefined;
  private ended: Promise<PodResult> | undefined;

  constructor(
    readonly claim: string,
    private readonly options: RunOptions,
    private readonly needs = pgBackRestPod(archive),
  ) {}

  /** As a kubelet starts it, and ready when it takes writes. */
  async start(): Promise<this> {
    const files = { name: archive.data.volume, mountPath: archive.data.mountPath };
    const { image, env, volumes, volumeMounts, sidecar, securityContext } = this.needs;
    const test = ['-c', 'fsync=off', '-c', 'shared_buffers=16MB', '-c', 'listen_addresses=127.0.0.1'];
    const spec = {
      restartPolicy: 'Never',
      securityContext: { ...securityContext, runAsUser: archive.data.user, runAsGroup: archive.data.user },
      containers: [
        {
          name: 'postgres',
          image,
          // What the entry point of the image does, which is not here: PostgreSQL refuses a folder that others can read.
          command: ['sh', '-c', 'chmod 700 "$1" && shift && exec "$@"', 'sh', archive.data.folder],
          args: ['postgres', '-D', archive.data.folder, ...this.needs.args, ...test],
          env: [...env],
          volumeMounts: [files, ...volumeMounts],
        },
        sidecar,
      ],
      volumes: [...volumes, { name: archive.data.volume, persistentVolumeClaim: { claimName: 'data-postgres-0' } }],
    };
    const started = new Promise<RunningContainers>((resolve) => {
      this.ended = runPod(
        { kind: 'Pod', metadata: { name: 'postgres-0', namespace: 'sovra' }, spec },
        {
          ...this.options,
          claims: { 'data-postgres-0': this.claim },
          // Lives as long as the tests need it, on a busy machine too; they end it.
          timeoutSeconds: 3600,
          faults: [{ when: { seconds: 0 }, action: resolve }],
        },
      );
      // Whoever ends the pod looks at it; until then nobody does.
      this.ended.catch(() => undefined);
    });
    this.containers = await started;
    const ready = async () => (await this.query('select pg_is_in_recovery()')) === 'f';
    await waitFor('the database to take writes', ready, { timeout: 120_000 }).catch(async (error: Error) => {
      throw new Error(`${error.message}\n${(await this.kill()).log}`);
    });
    return this;
  }

  /** The answer; a client that has none is killed, or it would wait for ever. */
  async query(sql: string): Promise<string> {
    const options = { env: { PGCONNECT_TIMEOUT: '10' }, timeout: 60_000 };
    const answer = await runCommand(join(POSTGRES_PROGRAMS, 'psql'), [...CONNECTION, '-c', sql], options);
    return answer.stdout.trim();
  }

  /** Politely, as a kubelet does. */
  async stop(): Promise<PodResult> {
    this.containers?.signal('SIGINT', 'postgres', /^postgres -D/);
    this.containers?.signal('SIGTERM', 'pgbackrest');
    return this.ended as Promise<PodResult>;
  }

  /** As a node that loses its power does. */
  async kill(): Promise<PodResult> {
    this.containers?.signal('SIGKILL');
    return this.ended as Promise<PodResult>;
  }
}

const CONNECTION = ['-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1', '-h', '127.0.0.1', '-U', 'postgres', '-d', 'postgres'];

export interface Written {
  readonly id: number;
  /** When it was written, as the database says. */
  readonly at: number;
  /** When its commit was known, in milliseconds since 1970. */
  readonly committed: number;
  /** The piece of the log that it began in. */
  readonly piece: string;
}

/** Writes a row every 50 ms, each in a transaction of its own, and remembers those that were committed. */
export class Writer {
  readonly written: Written[] = [];
  private readonly child: ChildProcess;
  private readonly timer: NodeJS.Timeout;

  constructor() {
    this.child = spawn(join(POSTGRES_PROGRAMS, 'psql'), [...CONNECTION, '-f', '-'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.child.stdin?.on('error', () => undefined);
    let rest = '';
    this.child.stdout?.on('data', (data: Buffer) => {
      const committed = Date.now();
      const lines = `${rest}${data}`.split('\n');
      rest = lines.pop() ?? '';
      for (const [id = '', at = '', piece = ''] of lines.map((l) => l.split('|')))
        this.written.push({ id: Number(id), at: Number(at), committed, piece });
    });
    this.timer = setInterval(() => {
      this.child.stdin?.write(INSERT);
    }, 50);
  }

  /** The last one that was committed. */
  get last(): Written {
    const last = this.written.at(-1);
    if (last === undefined) throw new Error('nothing was written');
    return last;
  }

  /** When so many more have been committed. */
  async more(count: number): Promise<void> {
    const enough = this.written.length + count;
    await waitFor('more rows', () => this.written.length >= enough, { interval: 20 });
  }

  /** Why its session ended; undefined while it lasts. */
  get exit(): number | string | undefined {
    return this.child.exitCode ?? this.child.signalCode ?? undefined;
  }

  end(): void {
    clearInterval(this.timer);
    this.child.kill('SIGKILL');
  }
}

const PIECE = 'pg_walfile_name(pg_current_wal_insert_lsn())';
const INSERT = `insert into written default values returning id, extract(epoch from at) * 1000, ${PIECE};\n`;
export const TABLE = 'create table written (id serial primary key, at timestamptz not null default clock_timestamp())';
