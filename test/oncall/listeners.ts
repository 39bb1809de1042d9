/** Whoever is told: a server that keeps what is posted to it, and one that takes mail. */
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';

export interface Received {
  readonly path: string;
  readonly body: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export class PostListener {
  readonly received: Received[] = [];
  private readonly server: HttpServer;

  private constructor() {
    this.server = createHttpServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.received.push({ path: request.url ?? '', body: Buffer.concat(chunks).toString(), at: Date.now() });
        // PagerDuty and Opsgenie answer so; Slack would say "ok".
        response.writeHead(202, { 'content-type': 'text/plain' }).end('ok');
      });
    });
  }

  static start(address: string, port: number): Promise<PostListener> {
    const listener = new PostListener();
    return new Promise((resolve, reject) => {
      listener.server.once('error', reject);
      listener.server.listen(port, address, () => resolve(listener));
    });
  }

  at(path: string): readonly Received[] {
    return this.received.filter((r) => r.path === path);
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

/** As much of SMTP as one client needs that neither encrypts nor logs in. */
export class MailListener {
  /** Envelope and text of each message. */
  readonly received: { readonly to: readonly string[]; readonly text: string }[] = [];
  private readonly server: Server;

  private constructor() {
    this.server = createServer((socket) => {
      let [pending, to, text]: [string, string[], string | undefined] = ['', [], undefined];
      socket.setEncoding('utf8').write('220 mail.example.com\r\n');
      socket.on('error', () => undefined);
      socket.on('data', (data: string) => {
        pending += data;
        for (let end = pending.indexOf('\r\n'); end >= 0; end = pending.indexOf('\r\n')) {
          const line = pending.slice(0, end);
          pending = pending.slice(end + 2);
          if (text !== undefined && line !== '.') {
            text += `${line}\n`;
            continue;
          }
          if (text !== undefined) {
            this.received.push({ to, text });
            [to, text] = [[], undefined];
          } else if (line.startsWith('RCPT TO:')) to.push(line.replace(/^RCPT TO:<(.*)>.*$/, '$1'));
          if (line === 'DATA') text = '';
          socket.write(line === 'DATA' ? '354 go on\r\n' : line === 'QUIT' ? '221 bye\r\n' : '250 ok\r\n');
        }
      });
    });
  }

  static start(address: string, port: number): Promise<MailListener> {
    const listener = new MailListener();
    return new Promise((resolve, reject) => {
      listener.server.once('error', reject);
      listener.server.listen(port, address, () => resolve(listener));
    });
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
