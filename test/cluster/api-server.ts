import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../support/ports';
import { type ApiAccess, ApiClient } from './api';
import { addresses } from './network';
import { Server } from './process';
import type { Programs } from './programs';

export interface ApiServer {
  readonly api: ApiClient;
  /** A kubeconfig of an administrator. */
  readonly kubeconfig: string;
  /** The private key that signs service account tokens. */
  readonly signingKey: string;
  /** The certificate that the server made itself, with its authority. */
  readonly certificate: string;
  stop(): Promise<void>;
}

export interface ApiServerOptions {
  readonly programs: Programs;
  /** Where its files and logs go. */
  readonly dir: string;
  /** The address to listen on. */
  readonly host: string;
}

async function startEtcd({ programs, dir, host }: ApiServerOptions): Promise<{ server: Server; url: string }> {
  const url = `http://${host}:${await freePort(host)}`;
  const peer = `http://${host}:${await freePort(host)}`;
  const args = [
    `--data-dir=${join(dir, 'etcd')}`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    // Nothing here outlives the tests, so nothing has to survive a power cut.
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
  const server = Server.start({ name: 'etcd', command: programs.etcd.path, args, logFile: join(dir, 'etcd.log') });
  await server
    .ready(async () => (await fetch(`${url}/health`)).ok)
    .catch(async (error) => {
      await server.stop();
      throw error;
    });
  return { server, url };
}

function writeSecrets(dir: string): { tokens: string; token: string; signingKey: string } {
  const tokens = join(dir, 'tokens.csv');
  const signingKey = join(dir, 'service-account.key');
  const token = randomBytes(16).toString('hex');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(tokens, `${token},admin,admin,"system:masters"\n`, { mode: 0o600 });
  writeFileSync(signingKey, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  return { tokens, token, signingKey };
}

function writeKubeconfig(path: string, server: string, certificate: string, token: string): void {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority': certificate } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
    'current-context': 'test',
  };
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
}

/** A real etcd and a real API server: RBAC, Pod Security admission and an administrator with a token. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { programs, dir, host } = options;
  mkdirSync(dir, { recursive: true });
  const { tokens, token, signingKey } = writeSecrets(dir);
  const etcd = await startEtcd(options);
  const port = await freePort(host);
  const certificates = join(dir, 'certificates');
  const args = [
    `--etcd-servers=${etcd.url}`,
    `--bind-address=${host}`,
    `--secure-port=${port}`,
    `--cert-dir=${certificates}`,
    // Said, since it is otherwise that of the default route, which an isolated machine does not have.
    `--advertise-address=${addresses.host}`,
    // The API refuses loopback addresses in endpoints, also for its own Service.
    ...(host.startsWith('127.') ? ['--endpoint-reconciler-type=none'] : []),
    `--service-cluster-ip-range=${addresses.services}`,
    '--authorization-mode=RBAC',
    `--token-auth-file=${tokens}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${signingKey}`,
    `--service-account-signing-key-file=${signingKey}`,
    '--allow-privileged=true',
  ];
  const logFile = join(dir, 'kube-apiserver.log');
  const server = Server.start({ name: 'kube-apiserver', command: programs['kube-apiserver'].path, args, logFile });
  const stop = async () => {
    await server.stop();
    await etcd.server.stop();
  };
  const url = `https://${host}:${port}`;
  const certificate = join(certificates, 'apiserver.crt');
  const access = (): ApiAccess => ({ server: url, authority: readFileSync(certificate, 'utf8'), token });
  try {
    await server.ready(async () => (await readyz(access())) === 'ok', { timeout: 120_000 });
  } catch (error) {
    await stop();
    throw error;
  }
  const kubeconfig = join(dir, 'kubeconfig');
  writeKubeconfig(kubeconfig, url, certificate, token);
  const api = new ApiClient(access());
  return {
    api,
    kubeconfig,
    signingKey,
    certificate,
    stop: async () => {
      api.close();
      await stop();
    },
  };
}

async function readyz(access: ApiAccess): Promise<string> {
  const probe = new ApiClient(access);
  return probe.text('GET', '/readyz').finally(() => probe.close());
}
