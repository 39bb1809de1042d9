import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ServerKey } from './listener';

const run = promisify(execFile);

export interface CertificateRequest {
  /** DNS names that the server certificate carries. */
  readonly names: readonly string[];
  /** Addresses that it carries. */
  readonly addresses: readonly string[];
  readonly days: number;
}

/** A certificate authority of its own for each simulation, and one certificate for all its Vault pods. */
export interface Certificates {
  /** Holds `ca.crt` and nothing secret. */
  readonly directory: string;
  readonly ca: string;
  readonly server: ServerKey;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

export async function makeCertificates(request: CertificateRequest): Promise<Certificates> {
  const directory = await mkdtemp(join(tmpdir(), 'simulated-sovra-'));
  const at = (name: string) => join(directory, name);
  try {
    await openssl(
      'req',
      '-x509',
      ...NEW_KEY,
      '-keyout',
      at('ca.key'),
      '-out',
      at('ca.crt'),
      '-days',
      '3650',
      '-subj',
      '/CN=Simulated Sovra CA',
    );
    await openssl('req', '-new', ...NEW_KEY, '-keyout', at('tls.key'), '-out', at('tls.csr'), '-subj', '/CN=vault');
    await writeFile(at('tls.ext'), extensions(request));
    const signing = ['-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-set_serial', '2', '-extfile', at('tls.ext')];
    await openssl(
      'x509',
      '-req',
      '-in',
      at('tls.csr'),
      '-out',
      at('tls.crt'),
      '-days',
      String(request.days),
      ...signing,
    );
    const server = { key: await readFile(at('tls.key'), 'utf8'), cert: await readFile(at('tls.crt'), 'utf8') };
    for (const done of ['ca.key', 'tls.key', 'tls.csr', 'tls.ext', 'tls.crt']) await rm(at(done));
    return { directory, ca: at('ca.crt'), server };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

function extensions(request: CertificateRequest): string {
  const names = [...request.names.map((n) => `DNS:${n}`), ...new Set(request.addresses.map((a) => `IP:${a}`))];
  return [
    'basicConstraints=critical,CA:FALSE',
    'keyUsage=critical,digitalSignature',
    'extendedKeyUsage=serverAuth',
    `subjectAltName=${names.join(',')}`,
    '',
  ].join('\n');
}

async function openssl(...args: string[]): Promise<void> {
  try {
    await run('openssl', args);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new Error('The simulated Sovra needs the program `openssl` for its TLS certificates.');
    throw error;
  }
}
