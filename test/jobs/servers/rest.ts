import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { tool } from '../../support/tools';
import type { Authority, Certificate } from './certificates';
import { send } from './request';
import { type Command, RealServer } from './server';

export interface RestServerOptions {
  readonly names?: readonly string[];
  readonly tls: Authority;
  /** Nothing but locks can be deleted. @default false */
  readonly appendOnly?: boolean;
  /** Of another server, to serve the same repositories with other rights. @default one of its own */
  readonly folder?: string;
}

/** Speaks restic's REST protocol: rclone, which has it built in. */
export class RestServer extends RealServer {
  readonly port = 443;
  readonly user = { username: 'backup', password: 'rest-password-1' };
  private certificate: Certificate | undefined;

  private constructor(private readonly options: RestServerOptions) {
    super('rest', options.names ?? []);
  }

  static async start(options: RestServerOptions): Promise<RestServer> {
    const server = new RestServer(options);
    mkdirSync(server.folder, { recursive: true });
    server.certificate = await options.tls.issue([...server.names, server.address]);
    return server.start();
  }

  get url(): string {
    return `https://${this.names[0] ?? this.address}/`;
  }

  get folder(): string {
    return this.options.folder ?? join(this.dir, 'data');
  }

  protected command(): Command {
    const { certFile = '', keyFile = '' } = this.certificate ?? {};
    const { username, password } = this.user;
    const more = this.options.appendOnly ? ['--append-only'] : [];
    return {
      command: tool('rclone'),
      args: [
        ...['serve', 'restic', '--addr', `${this.address}:${this.port}`, '--cert', certFile, '--key', keyFile],
        ...['--config', '/dev/null', ...more, this.folder],
      ],
      env: { RCLONE_USER: username, RCLONE_PASS: password },
    };
  }

  protected async ready(): Promise<boolean> {
    const url = `https://${this.address}:${this.port}/none/config`;
    return (await send({ method: 'HEAD', url, authority: this.options.tls.pem })).status === 401;
  }
}
