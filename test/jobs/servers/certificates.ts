import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../../cluster/process';
import { workFolder } from '../pods';

export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
let made = 0;

/** A certificate authority of the test's own, made by openssl. */
export class Authority {
  private constructor(
    private readonly dir: string,
    /** Of the authority's certificate; give it to a pod as `ca.crt`. */
    readonly pem: string,
  ) {}

  static async create(name = 'sovra test'): Promise<Authority> {
    const dir = mkdtempSync(join(workFolder(), 'authority-'));
    chmodSync(dir, 0o755);
    const files = ['-keyout', join(dir, 'ca.key'), '-out', join(dir, 'ca.crt')];
    const extensions = ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign'];
    await runCommand('openssl', [
      'req',
      '-x509',
      ...KEY,
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      ...extensions,
      ...files,
    ]);
    return new Authority(dir, readFileSync(join(dir, 'ca.crt'), 'utf8'));
  }

  get file(): string {
    return join(this.dir, 'ca.crt');
  }

  /** For names and addresses. The key can be read by everybody here: servers run as users of their own. */
  async issue(names: readonly string[]): Promise<Certificate> {
    made += 1;
    const at = (ending: string) => join(this.dir, `server-${made}.${ending}`);
    const [keyFile, request, certFile, extensions] = [at('key'), at('csr'), at('crt'), at('ext')];
    const alternatives = names.map((name) => (/^[\d.]+$/.test(name) ? `IP:${name}` : `DNS:${name}`));
    writeFileSync(extensions, `subjectAltName=${alternatives.join(',')}\nextendedKeyUsage=serverAuth\n`);
    await runCommand('openssl', ['req', '-new', ...KEY, '-subj', '/CN=server', '-keyout', keyFile, '-out', request]);
    const signer = ['-CA', this.file, '-CAkey', join(this.dir, 'ca.key'), '-set_serial', String(made)];
    await runCommand('openssl', [
      ...['x509', '-req', '-in', request, '-days', '2', ...signer, '-extfile', extensions, '-out', certFile],
    ]);
    chmodSync(keyFile, 0o644);
    return { certFile, keyFile };
  }
}
