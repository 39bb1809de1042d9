import { createServer } from 'node:net';

/** Below those that the kernel gives out by itself: a port of these does not become the other end of some connection. */
const [FIRST, LAST] = [10_000, 30_000];

/** Each process begins elsewhere: two that look at the same moment do not find the same port. */
let next = FIRST + (process.pid % 200) * 100;

const isFree = (port: number, host: string) =>
  new Promise<boolean>((resolve, reject) => {
    const server = createServer();
    server.once('error', (e: NodeJS.ErrnoException) => (e.code === 'EADDRINUSE' ? resolve(false) : reject(e)));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });

/** A port that nothing listens on, for a server that has to be told one. No port is given twice. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (;;) {
    const port = next;
    next = next === LAST ? FIRST : next + 1;
    if (await isFree(port, host)) return port;
  }
}
