import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { closedMeanwhile } from '../../support/kept-connection';

export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export interface GetOptions {
  readonly ca?: string;
  readonly servername?: string;
  readonly method?: 'GET' | 'HEAD';
  /** How long silence lasts before it is called so, in milliseconds in which this process could listen. @default 1500 */
  readonly patience?: number;
}

const TICK = 50;

/**
 * Calls back after so many milliseconds, counted in ticks of the event loop. Whoever answers in this very process, or on this
 * machine, is not silent while it stands still: after that, what came meanwhile is read before the next tick.
 */
function afterSilence(patience: number, silent: () => void): () => void {
  let left = Math.ceil(patience / TICK);
  const timer = setInterval(() => {
    left -= 1;
    if (left === 0) silent();
  }, TICK);
  return () => clearInterval(timer);
}

/** Connections are kept, as Prometheus keeps them. */
const httpAgent = new HttpAgent({ keepAlive: true });
const httpsAgent = new HttpsAgent({ keepAlive: true });

export function get(url: string, o: GetOptions = {}): Promise<Reply | 'refused' | 'silent'> {
  const secure = url.startsWith('https:');
  return new Promise((resolve, reject) => {
    const request = (secure ? httpsRequest : httpRequest)(
      url,
      {
        agent: secure ? httpsAgent : httpAgent,
        method: o.method ?? 'GET',
        ca: o.ca,
        servername: secure ? o.servername : undefined,
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          body += chunk;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', body }),
        );
      },
    );
    let silent = false;
    const ended = afterSilence(o.patience ?? 1500, () => {
      silent = true;
      resolve('silent');
      request.destroy();
    });
    request.once('close', ended);
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (silent) return;
      if (error.code === 'ECONNREFUSED') resolve('refused');
      else if (closedMeanwhile(request, error)) resolve(get(url, o));
      else reject(error);
    });
    request.end();
  });
}
