import { connect, createServer, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { claimAddress } from './server';

/** Something that is held back in the middle, for as long as a test needs: how fast the machine is does not matter. */
export class Held {
  /** It is there, and goes no further. */
  came = false;
  letGo: () => void = () => undefined;
  readonly gone = new Promise<void>((resolve) => {
    this.letGo = resolve;
  });
}

interface Target {
  readonly address: string;
  readonly port: number;
  readonly names: readonly string[];
}

/** Stands before a server, under its names and on its port. It reads nothing: TLS goes through. */
export class Gate {
  readonly address = claimAddress();
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private limit = Number.POSITIVE_INFINITY;
  private holding: Held | undefined;

  private constructor(private readonly target: Target) {
    this.server = createServer((client) => this.join(client));
  }

  static async start(target: Target): Promise<Gate> {
    const gate = new Gate(target);
    await new Promise<void>((resolve, reject) => {
      gate.server.once('error', reject);
      gate.server.listen(target.port, gate.address, resolve);
    });
    return gate;
  }

  get hosts(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.target.names.map((name) => [name, this.address]));
  }

  /** When the server has answered so many bytes from now on, its clients hear no more of it: not even that it is gone. */
  hold(afterBytes: number): Held {
    this.limit = afterBytes;
    this.holding = new Held();
    return this.holding;
  }

  async stop(): Promise<void> {
    this.holding?.letGo();
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(client: Socket): void {
    const upstream = connect(this.target.port, this.target.address);
    for (const socket of [client, upstream]) {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    }
    client.on('error', () => client.destroy());
    client.once('close', () => upstream.destroy());
    upstream.on('error', () => void this.pass(0).then(() => client.destroy()));
    client.pipe(upstream);
    upstream.pipe(this.meter()).pipe(client);
  }

  private meter(): Transform {
    return new Transform({
      transform: (chunk: Buffer, _, done) => void this.pass(chunk.length).then(() => done(null, chunk)),
    });
  }

  private async pass(bytes: number): Promise<void> {
    this.limit -= bytes;
    if (this.limit > 0 || this.holding === undefined) return;
    this.holding.came = true;
    await this.holding.gone;
  }
}
