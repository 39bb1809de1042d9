import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { runCommand } from '../../cluster/process';
import { type Command, RealServer } from './server';

const PROGRAM = '/usr/sbin/sshd';
/** An account of every Debian, without a shell: user and group 34. */
const USER = { name: 'backup', id: 34 };
/** What a usual server has; a client may be shown any of them. */
const KINDS = ['ed25519', 'ecdsa', 'rsa'] as const;

/** OpenSSH's server, for one account that has a key and can do nothing but SFTP. */
export class SftpServer extends RealServer {
  readonly port = 22;
  readonly user = USER.name;

  private constructor(names: readonly string[]) {
    super('sftp', names);
  }

  static async start(options: { readonly names?: readonly string[] } = {}): Promise<SftpServer> {
    if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing (Debian: apt-get install openssh-server)`);
    const server = new SftpServer(options.names ?? []);
    await server.prepare();
    return server.start();
  }

  /** Where the account logs in. */
  get folder(): string {
    return join(this.dir, 'data');
  }

  /** Names of files below. */
  files(below = ''): string[] {
    const entries = readdirSync(join(this.folder, below), { recursive: true, withFileTypes: true });
    return entries.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name).slice(this.folder.length + 1));
  }

  /** As `ssh-keyscan` has it, without the host. */
  hostKey(kind: (typeof KINDS)[number] = 'ed25519'): string {
    return publicPart(join(this.dir, `host-${kind}`));
  }

  /** Of the account. */
  get privateKey(): string {
    return readFileSync(join(this.dir, 'account'), 'utf8');
  }

  /** A key that no account has. */
  async strangersKey(): Promise<string> {
    const file = join(this.dir, 'stranger');
    if (!existsSync(file)) await makeKey('ed25519', file);
    return readFileSync(file, 'utf8');
  }

  private async prepare(): Promise<void> {
    // sshd demands the folder to which it confines itself.
    for (const folder of ['/run/sshd', this.folder]) mkdirSync(folder, { recursive: true });
    chownSync(this.folder, USER.id, USER.id);
    for (const kind of KINDS) await makeKey(kind, join(this.dir, `host-${kind}`));
    await makeKey('ed25519', join(this.dir, 'account'));
    writeFileSync(join(this.dir, 'authorized_keys'), `${publicPart(join(this.dir, 'account'))}\n`);
    const config = [
      `ListenAddress ${this.address}`,
      ...KINDS.map((kind) => `HostKey ${join(this.dir, `host-${kind}`)}`),
      `AuthorizedKeysFile ${join(this.dir, 'authorized_keys')}`,
      // The folder of the run is below /tmp, in which everybody may write.
      'StrictModes no',
      ...['UsePAM no', 'PasswordAuthentication no', 'KbdInteractiveAuthentication no', 'PidFile none'],
      `AllowUsers ${USER.name}`,
      'Subsystem sftp internal-sftp',
      `ForceCommand internal-sftp -d ${this.folder}`,
    ];
    writeFileSync(join(this.dir, 'sshd_config'), `${config.join('\n')}\n`);
  }

  protected command(): Command {
    return { command: PROGRAM, args: ['-D', '-e', '-f', join(this.dir, 'sshd_config')] };
  }

  protected ready(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, this.address);
      socket.once('data', (data) => {
        socket.destroy();
        resolve(data.toString().startsWith('SSH-2.0'));
      });
      socket.once('error', () => resolve(false));
    });
  }
}

const makeKey = (kind: string, file: string) => runCommand('ssh-keygen', ['-q', '-t', kind, '-N', '', '-f', file]);

/** Without the comment. */
function publicPart(file: string): string {
  return readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' ').trim();
}
