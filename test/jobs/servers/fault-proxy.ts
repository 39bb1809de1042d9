import { readFileSync } from 'node:fs';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import { Transform } from 'node:stream';
import type { Certificate } from './certificates';
import { Held } from './gate';

/** What the network, or a store that is not well, does to its clients. */
export type NetworkFault =
  /** Every request is refused with 403. */
  | { readonly kind: 'deny' }
  /** No connection comes about. */
  | { readonly kind: 'down' }
  /** The connection is reset after so many bytes of uploads, each time that they are reached. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** Uploads and downloads take their time. */
  | { readonly kind: 'slow'; readonly bytesPerSecond: number };

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  /** 0 where the connection ended before there was an answer. */
  readonly status: number;
  readonly accessKeyId: string | undefined;
}

const DENIED = '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>';

/** Ends TLS, keeps a record of the requests, and passes them on unless a fault is set. */
export class FaultProxy {
  fault: NetworkFault | undefined;
  readonly requests: SeenRequest[] = [];
  /** How often the fault has met somebody. */
  struck = 0;
  private holding: { readonly held: Held; readonly which: (request: IncomingMessage) => boolean } | undefined;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  uploaded = 0;

  constructor(
    { certFile, keyFile }: Certificate,
    private readonly target: { readonly host: string; readonly port: number },
  ) {
    this.server = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) });
    this.server.on('request', (incoming, outgoing) => void this.handle(incoming, outgoing));
    this.server.on('connection', () => {
      if (this.fault?.kind === 'down') this.struck++;
    });
    for (const event of ['connection', 'secureConnection']) {
      this.server.on(event, (socket: Socket) => {
        this.sockets.add(socket);
        socket.on('error', () => socket.destroy());
        socket.once('close', () => this.sockets.delete(socket));
        if (this.fault?.kind === 'down') socket.destroy();
      });
    }
  }

  listen(address: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, address, resolve);
    });
  }

  set(fault: NetworkFault | undefined): void {
    this.fault = fault;
    this.struck = 0;
    this.uploaded = 0;
    if (fault?.kind === 'down') this.dropConnections();
  }

  /** The next such request: nothing of it goes on until it is let go. */
  hold(method: string, path: RegExp): Held {
    const which = (request: IncomingMessage) => request.method === method && path.test(request.url ?? '');
    this.holding = { held: new Held(), which };
    return this.holding.held;
  }

  async stop(): Promise<void> {
    this.dropConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private dropConnections(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private async handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    let status = 0;
    outgoing.once('close', () => this.note(incoming, status));
    await this.holdBack(incoming);
    if (outgoing.destroyed) return;
    if (this.fault?.kind === 'deny') {
      this.struck++;
      status = 403;
      incoming.resume();
      outgoing.writeHead(status, { 'content-type': 'application/xml' }).end(DENIED);
      return;
    }
    const { method, url: path, rawHeaders } = incoming;
    // The first line of a signed request, and its headers, go on as they are: the signature is over them.
    const headers = rawHeaders.filter((_, i) => !/^expect$/i.test(rawHeaders[i - (i % 2)] as string));
    const upstream = request({ ...this.target, method, path, headers, agent: false }, (response) => {
      status = response.statusCode ?? 0;
      outgoing.writeHead(status, response.rawHeaders);
      response.pipe(this.pace()).pipe(outgoing);
      response.on('error', () => outgoing.destroy());
    });
    upstream.on('error', () => outgoing.destroy());
    outgoing.on('close', () => upstream.destroy());
    incoming.pipe(this.meter(incoming)).pipe(this.pace()).pipe(upstream);
  }

  private async holdBack(incoming: IncomingMessage): Promise<void> {
    const { holding } = this;
    if (!holding?.which(incoming)) return;
    this.holding = undefined;
    holding.held.came = true;
    await holding.held.gone;
  }

  private note({ method = '', url = '', headers }: IncomingMessage, status: number): void {
    const accessKeyId = /Credential=([^/]+)\//.exec(headers.authorization ?? '')?.[1];
    this.requests.push({ method, path: decodeURIComponent(url), status, accessKeyId });
  }

  private meter(incoming: IncomingMessage): Transform {
    const proxy = this;
    return new Transform({
      transform(chunk: Buffer, _, done) {
        proxy.uploaded += chunk.length;
        if (proxy.fault?.kind === 'cut' && proxy.uploaded >= proxy.fault.afterBytes) {
          proxy.uploaded = 0;
          proxy.struck++;
          incoming.socket.destroy();
          return;
        }
        done(null, chunk);
      },
    });
  }

  private pace(): Transform {
    const proxy = this;
    return new Transform({
      transform(chunk: Buffer, _, done) {
        const rate = proxy.fault?.kind === 'slow' ? proxy.fault.bytesPerSecond : undefined;
        if (rate === undefined) done(null, chunk);
        else setTimeout(() => done(null, chunk), (chunk.length / rate) * 1000);
      },
    });
  }
}
