import {
  closeSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { tool } from '../../support/tools';
import { filesBelow } from '../pods/secrets';
import type { Authority, Certificate } from './certificates';
import { FaultProxy, type NetworkFault, type SeenRequest } from './fault-proxy';
import type { Held } from './gate';
import type { Response } from './request';
import { type Account, s3Request } from './s3-client';
import { type Command, RealServer } from './server';

export type { Account } from './s3-client';

export interface S3StoreOptions {
  readonly names?: readonly string[];
  readonly tls: Authority;
  /** Made when it starts. */
  readonly bucket: string;
  /** @default the bucket itself; where the repository is, so that its `locks/` can be told from the rest */
  readonly prefix?: string;
  /** The gateway ends TLS itself, at its own speed; no `requests`, no `fault`. @default false */
  readonly direct?: boolean;
}

const REGION = 'us-east-1';
const INSIDE_PORT = 7070;

/** An S3 gateway on a file system, with TLS and with faults of the network in front of it. */
export class S3Store extends RealServer {
  readonly port = 443;
  readonly root: Account = { accessKeyId: 'store-root', secretAccessKey: 'store-root-secret-1' };
  /** Lists, reads and writes; deletes below `locks/` only. */
  readonly writer: Account = { accessKeyId: 'backup-writer', secretAccessKey: 'backup-writer-secret-1' };
  /** Everything in the bucket. */
  readonly pruner: Account = { accessKeyId: 'backup-pruner', secretAccessKey: 'backup-pruner-secret-1' };
  private proxy: FaultProxy | undefined;
  private certificate: Certificate | undefined;

  private constructor(private readonly options: S3StoreOptions) {
    super('s3', options.names ?? []);
  }

  static async start(options: S3StoreOptions): Promise<S3Store> {
    const store = new S3Store(options);
    store.prepare();
    const certificate = await options.tls.issue([...store.names, store.address]);
    if (options.direct) store.certificate = certificate;
    else store.proxy = new FaultProxy(certificate, { host: store.address, port: INSIDE_PORT });
    await store.start();
    await store.makeBucket();
    return store;
  }

  /** With the first name, or with the address where it has none. */
  get url(): string {
    return `https://${this.names[0] ?? this.address}`;
  }

  /** The objects of the bucket, as files. */
  get folder(): string {
    return join(this.dir, 'data', this.options.bucket);
  }

  get requests(): readonly SeenRequest[] {
    return this.proxy?.requests ?? [];
  }

  /** Until another one is set; undefined ends it. */
  fault(fault: NetworkFault | undefined): void {
    if (this.proxy === undefined) throw new Error('a store that is reached directly has no faults');
    this.proxy.set(fault);
  }

  /** How often the fault that is set has met somebody: connections, refusals, cuts. */
  get struck(): number {
    return this.proxy?.struck ?? 0;
  }

  /** Bytes of uploads since the fault was set; since the last cut, where it cuts. */
  get uploaded(): number {
    return this.proxy?.uploaded ?? 0;
  }

  /** The next such request is held back: whoever makes it has done all that comes before, and nothing of what comes after. */
  hold(method: string, path: RegExp): Held {
    if (this.proxy === undefined) throw new Error('a store that is reached directly holds nothing back');
    return this.proxy.hold(method, path);
  }

  /** Names of the objects that begin so, sorted. */
  keys(prefix = ''): readonly string[] {
    const files = [...filesBelow(this.folder)].filter(({ file }) => file);
    const names = files.map(({ path }) => path.slice(this.folder.length + 1));
    return names.filter((name) => name.startsWith(prefix) && !name.startsWith('.sgwtmp')).sort();
  }

  size(key: string): number {
    return statSync(join(this.folder, key)).size;
  }

  /** As after a write that the disk lost. */
  truncate(key: string, bytes: number): void {
    truncateSync(join(this.folder, key), bytes);
  }

  /** One byte in the middle is another one. */
  corrupt(key: string): void {
    const file = openSync(join(this.folder, key), 'r+');
    const at = Math.floor(this.size(key) / 2);
    const byte = Buffer.alloc(1);
    readSync(file, byte, 0, 1, at);
    writeSync(file, Buffer.from([(byte[0] as number) ^ 0xff]), 0, 1, at);
    closeSync(file);
  }

  remove(key: string): void {
    rmSync(join(this.folder, key));
  }

  override async start(): Promise<this> {
    await super.start();
    await this.proxy?.listen(this.address, this.port);
    return this;
  }

  override async stop(): Promise<void> {
    await this.proxy?.stop();
    await super.stop();
  }

  override async kill(): Promise<void> {
    await this.proxy?.stop();
    await super.kill();
  }

  protected command(): Command {
    const { certFile, keyFile } = this.certificate ?? {};
    const port = certFile ? this.port : INSIDE_PORT;
    const args = ['--port', `${this.address}:${port}`, '--iam-dir', join(this.dir, 'iam'), '--region', REGION];
    const tls = certFile && keyFile ? ['--cert', certFile, '--key', keyFile] : [];
    return {
      command: tool('versitygw'),
      args: [...args, ...tls, 'posix', join(this.dir, 'data')],
      env: { ROOT_ACCESS_KEY: this.root.accessKeyId, ROOT_SECRET_KEY: this.root.secretAccessKey },
    };
  }

  protected async ready(): Promise<boolean> {
    return (await this.behind('GET', '/')).status === 200;
  }

  private prepare(): void {
    for (const folder of ['data', 'iam']) mkdirSync(join(this.dir, folder));
    const accounts = [this.writer, this.pruner].map(({ accessKeyId, secretAccessKey }) => [
      accessKeyId,
      { access: accessKeyId, secret: secretAccessKey, role: 'user', userID: 0, groupID: 0, projectID: 0 },
    ]);
    const users = { accessAccounts: Object.fromEntries(accounts) };
    writeFileSync(join(this.dir, 'iam', 'users.json'), JSON.stringify(users), { mode: 0o600 });
  }

  private async makeBucket(): Promise<void> {
    const { bucket, prefix } = this.options;
    await this.succeed('PUT', `/${bucket}`);
    const all = `arn:aws:s3:::${bucket}`;
    const locks = `${all}/${prefix === undefined ? '' : `${prefix}/`}locks/*`;
    const allow = (who: Account, action: string | string[], resource: string | string[]) => ({
      ...{ Effect: 'Allow', Principal: { AWS: [who.accessKeyId] }, Action: action, Resource: resource },
    });
    const list = ['s3:ListBucket', 's3:GetBucketLocation'];
    const statements = [
      allow(this.writer, list, all),
      allow(this.writer, ['s3:GetObject', 's3:PutObject'], `${all}/*`),
      allow(this.writer, 's3:DeleteObject', locks),
      allow(this.pruner, list, all),
      allow(this.pruner, ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], `${all}/*`),
    ];
    await this.succeed('PUT', `/${bucket}?policy=`, JSON.stringify({ Version: '2012-10-17', Statement: statements }));
  }

  /** One request as a client makes it, through TLS and faults, without a pod; `path` begins with the bucket. */
  request(account: Account, method: string, path: string, body?: string): Promise<Response> {
    const authority = this.options.tls.pem;
    return s3Request(`https://${this.address}`, account, { method, path, body, region: REGION, authority });
  }

  private async succeed(method: string, path: string, body?: string): Promise<void> {
    const { status, body: answer } = await this.behind(method, path, body);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${answer}`);
  }

  private behind(method: string, path: string, body?: string): Promise<Response> {
    if (this.certificate) return this.request(this.root, method, path, body);
    const url = `http://${this.address}:${INSIDE_PORT}`;
    return s3Request(url, this.root, { method, path, body, region: REGION });
  }
}
