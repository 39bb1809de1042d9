import { Agent, request } from 'node:https';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import { closedMeanwhile } from '../support/kept-connection';

/** Any object of the API, seen as what all of them have. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: ObjectMeta;
  readonly [field: string]: unknown;
}

export class ApiError extends Error {
  constructor(
    method: string,
    path: string,
    readonly status: number,
    body: string,
  ) {
    super(`${method} ${path} answered ${status}: ${body.slice(0, 500)}`);
  }
}

export interface ApiAccess {
  readonly server: string;
  /** PEM text of the authority that signed the server's certificate. */
  readonly authority: string;
  readonly token: string;
}

/** "namespace/name", or the name of an object without a namespace. */
export function nameOf(object: KubeObject): string {
  const { namespace, name = '?' } = object.metadata ?? {};
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** Reads from the API server without starting a kubectl each time: waits ask many times a second. */
export class ApiClient {
  private readonly agent: Agent;

  constructor(readonly access: ApiAccess) {
    this.agent = new Agent({ keepAlive: true, ca: access.authority });
  }

  /** The body as text, whatever it is. */
  text(method: string, path: string, body?: unknown): Promise<string> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${this.access.token}`, 'content-type': 'application/json' };
      const call = request(new URL(path, this.access.server), { method, headers, agent: this.agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const status = response.statusCode ?? 0;
          if (status >= 200 && status < 300) resolve(text);
          else reject(new ApiError(method, path, status, text));
        });
      });
      call.on('error', (error: NodeJS.ErrnoException) => {
        if (method === 'GET' && closedMeanwhile(call, error)) resolve(this.text(method, path, body));
        else reject(error);
      });
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  async get<T = KubeObject>(path: string): Promise<T> {
    return JSON.parse(await this.text('GET', path)) as T;
  }

  /** The object, or undefined where there is none. */
  async find<T = KubeObject>(path: string): Promise<T | undefined> {
    return this.get<T>(path).catch((error) => {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    });
  }

  async list<T = KubeObject>(path: string, labelSelector?: string): Promise<readonly T[]> {
    const query = labelSelector === undefined ? '' : `?labelSelector=${encodeURIComponent(labelSelector)}`;
    return (await this.get<{ items: readonly T[] }>(path + query)).items;
  }

  async post<T = KubeObject>(path: string, body: unknown): Promise<T> {
    return JSON.parse(await this.text('POST', path, body)) as T;
  }

  close(): void {
    this.agent.destroy();
  }
}
