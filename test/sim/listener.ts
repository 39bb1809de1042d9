import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

export interface Request {
  readonly path: string;
  readonly query: URLSearchParams;
}

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Answers a request, or never does. */
export type Handler = (request: Request) => Answer | 'silence';

export interface ServerKey {
  readonly key: string;
  readonly cert: string;
}

export function json(status: number, body: object): Answer {
  return { status, type: 'application/json', body: `${JSON.stringify(body)}\n` };
}

export const NOT_FOUND: Answer = { status: 404, type: 'text/plain; charset=utf-8', body: '404 page not found\n' };

/** One address and port that can be closed, so that connections are refused, and opened again. */
export class Listener {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #port: number;

  constructor(
    readonly host: string,
    /** 0 takes any free port, and keeps it. */
    port: number,
    handler: Handler,
    readonly tls?: ServerKey,
  ) {
    this.#port = port;
    const listener: RequestListener = (request, response) => respond(handler, request, response);
    this.#server = tls ? createHttpsServer({ ...tls, minVersion: 'TLSv1.2' }, listener) : createHttpServer(listener);
    this.#server.on('connection', (socket: Socket) => this.#remember(socket));
  }

  get url(): string {
    const host = this.host.includes(':') ? `[${this.host}]` : this.host;
    return `${this.tls ? 'https' : 'http'}://${host}:${this.#port}`;
  }

  get open(): boolean {
    return this.#server.listening;
  }

  async start(): Promise<void> {
    if (this.open) return;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, this.host, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Refuses connections from now on and breaks those that are there, kept alive, hung or in their TLS handshake. */
  async stop(): Promise<void> {
    if (!this.open) return;
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #remember(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}

function respond(handler: Handler, request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  const url = new URL(request.url ?? '/', 'http://localhost');
  const answer = handler({ path: url.pathname, query: url.searchParams });
  if (answer === 'silence') return;
  response.writeHead(answer.status, { 'content-type': answer.type, 'content-length': Buffer.byteLength(answer.body) });
  response.end(request.method === 'HEAD' ? undefined : answer.body);
}
