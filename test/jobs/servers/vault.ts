import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Output, runCommand } from '../../cluster/process';
import { waitFor } from '../../cluster/wait';
import { tool } from '../../support/tools';
import type { Authority, Certificate } from './certificates';
import { send } from './request';
import { type Command, RealServer } from './server';

export interface VaultOptions {
  readonly names?: readonly string[];
  readonly tls: Authority;
  /** False: an empty node that nobody has initialized, for a restore. @default true */
  readonly initialize?: boolean;
}

const PATIENTLY = { timeout: 120_000, interval: 50 };
const SHARES = { secret_shares: 3, secret_threshold: 2 };
const SNAPSHOT_POLICY = 'path "sys/storage/raft/snapshot" {\n  capabilities = ["read"]\n}\n';

/** A node of Vault with integrated storage and TLS. */
export class Vault extends RealServer {
  readonly port = 8200;
  rootToken = '';
  unsealKeys: readonly string[] = [];
  private certificate: Certificate | undefined;

  private constructor(private readonly options: VaultOptions) {
    super('vault', options.names ?? []);
  }

  /** Unsealed, with a version 2 key/value store at `secret/`, unless it is not to be initialized. */
  static async start(options: VaultOptions): Promise<Vault> {
    const vault = new Vault(options);
    await vault.prepare();
    await vault.start();
    if (options.initialize === false) return vault;
    await vault.initialize();
    await vault.api('POST', 'sys/mounts/secret', { type: 'kv', options: { version: '2' } });
    return vault;
  }

  get url(): string {
    return `https://${this.address}:${this.port}`;
  }

  /** Makes unseal keys and a root token, and unseals. */
  async initialize(): Promise<void> {
    const made = await this.api<{ keys_base64: string[]; root_token: string }>('PUT', 'sys/init', SHARES);
    this.unsealKeys = made.keys_base64;
    this.rootToken = made.root_token;
    await this.unseal();
  }

  async seal(): Promise<void> {
    await this.api('PUT', 'sys/seal');
  }

  /** With its own keys, or after a restore with those of the Vault that the snapshot is of. */
  async unseal(keys: readonly string[] = this.unsealKeys): Promise<void> {
    for (const key of keys.slice(0, SHARES.secret_threshold)) await this.api('PUT', 'sys/unseal', { key });
    await waitFor('Vault to become active', async () => (await this.health()) === 200, PATIENTLY);
  }

  /** Vault answers before it has taken over a snapshot of another one: until it is sealed, it is still what it was. */
  async takenOver(): Promise<void> {
    await waitFor('Vault to ask for the keys of the other', () => this.sealed(), PATIENTLY);
  }

  /** 200 active, 429 standby, 501 not initialized, 503 sealed. */
  async health(): Promise<number> {
    return (await this.send('GET', 'sys/health')).status;
  }

  async sealed(): Promise<boolean> {
    return (await this.api<{ sealed: boolean }>('GET', 'sys/seal-status')).sealed;
  }

  /** `keys` secrets, of several versions some, below secret/sovra/; the same numbers make the same values. */
  async fill({ keys = 100, seed = 1 }: { readonly keys?: number; readonly seed?: number } = {}): Promise<void> {
    const value = (n: number) => createHash('sha256').update(`${seed}/${n}`).digest('hex');
    const write = async (n: number) => {
      const path = `secret/data/sovra/org-${n % 7}/key-${n}`;
      for (let version = 0; version <= n % 3; version++) {
        await this.api('POST', path, { data: { key: value(n * 10 + version), n: String(n), note: 'ü "x" \n' } });
      }
    };
    for (let n = 0; n < keys; n += 16) {
      await Promise.all(Array.from({ length: Math.min(16, keys - n) }, (_, i) => write(n + i)));
    }
  }

  /** {path: hash of its data and metadata}, of every secret below secret/, and of each policy. */
  async fingerprint(): Promise<Readonly<Record<string, string>>> {
    const paths = (await this.list('')).sort();
    const prints: [string, string][] = [];
    for (let i = 0; i < paths.length; i += 16) {
      prints.push(...(await Promise.all(paths.slice(i, i + 16).map((path) => this.printOf(path)))));
    }
    const { keys } = (await this.api<{ data: { keys: string[] } }>('GET', 'sys/policies/acl?list=true')).data;
    for (const name of keys.sort()) {
      const { data } = await this.api<{ data: { policy: string } }>('GET', `sys/policies/acl/${name}`);
      prints.push([`policy ${name}`, hash(data.policy)]);
    }
    return Object.fromEntries(prints);
  }

  async read(path: string): Promise<Readonly<Record<string, unknown>>> {
    return (await this.api<{ data: { data: Record<string, unknown> } }>('GET', `secret/data/${path}`)).data.data;
  }

  async write(path: string, data: Readonly<Record<string, string>>): Promise<void> {
    await this.api('POST', `secret/data/${path}`, { data });
  }

  /** May take snapshots and nothing else. */
  async snapshotToken(): Promise<string> {
    await this.api('PUT', 'sys/policies/acl/sovra-snapshot', { policy: SNAPSHOT_POLICY });
    const body = { policies: ['sovra-snapshot'], no_default_policy: true, no_parent: true, period: '24h' };
    return (await this.api<{ auth: { client_token: string } }>('POST', 'auth/token/create', body)).auth.client_token;
  }

  /** Vault's program, with this Vault's address and root token unless another is given. */
  run(args: readonly string[], token = this.rootToken): Promise<Output> {
    const env = { VAULT_ADDR: this.url, VAULT_CACERT: this.options.tls.file, VAULT_TOKEN: token, HOME: this.dir };
    return runCommand(tool('vault'), args, { env });
  }

  /** Any path of the API below /v1; rejects with Vault's own errors. */
  async api<T = unknown>(method: string, path: string, body?: object, token = this.rootToken): Promise<T> {
    const response = await this.send(method, path, body, token);
    if (response.status >= 400) throw new Error(`${method} ${path}: ${response.status} ${response.body.trim()}`);
    return (response.body === '' ? {} : JSON.parse(response.body)) as T;
  }

  protected command(): Command {
    return { command: tool('vault'), args: ['server', `-config=${join(this.dir, 'vault.hcl')}`] };
  }

  protected async ready(): Promise<boolean> {
    return (await this.health()) > 0;
  }

  private send(method: string, path: string, body?: object, token = '') {
    const headers: Record<string, string> = token === '' ? {} : { 'x-vault-token': token };
    const text = body === undefined ? '' : JSON.stringify(body);
    return send({ method, url: `${this.url}/v1/${path}`, headers, body: text, authority: this.options.tls.pem });
  }

  private async prepare(): Promise<void> {
    this.certificate = await this.options.tls.issue([...this.names, this.address]);
    mkdirSync(join(this.dir, 'raft'));
    const { certFile, keyFile } = this.certificate;
    const lines = [
      `listener "tcp" {\n  address = "${this.address}:${this.port}"\n  cluster_address = "${this.address}:8201"`,
      `  tls_cert_file = "${certFile}"\n  tls_key_file = "${keyFile}"\n}`,
      `storage "raft" {\n  path = "${join(this.dir, 'raft')}"\n  node_id = "node-${this.address}"\n  performance_multiplier = 1\n}`,
      `api_addr = "${this.url}"\ncluster_addr = "https://${this.address}:8201"\ndisable_mlock = true`,
    ];
    writeFileSync(join(this.dir, 'vault.hcl'), `${lines.join('\n')}\n`);
  }

  private async list(folder: string): Promise<string[]> {
    const response = await this.send('GET', `secret/metadata/${folder}?list=true`, undefined, this.rootToken);
    if (response.status === 404) return [];
    if (response.status !== 200) throw new Error(`list ${folder}: ${response.status} ${response.body}`);
    const { data } = JSON.parse(response.body) as { data: { keys: string[] } };
    const below = await Promise.all(
      data.keys.map((key) => (key.endsWith('/') ? this.list(folder + key) : Promise.resolve([folder + key]))),
    );
    return below.flat();
  }

  private async printOf(path: string): Promise<[string, string]> {
    const metadata = await this.api<{ data: { versions: object } }>('GET', `secret/metadata/${path}`);
    const versions = await Promise.all(
      Object.keys(metadata.data.versions).map(async (version) => {
        const { data } = await this.api<{ data: unknown }>('GET', `secret/data/${path}?version=${version}`);
        return JSON.stringify(data);
      }),
    );
    return [`secret/${path}`, hash([JSON.stringify(metadata.data), ...versions].join('\n'))];
  }
}

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
