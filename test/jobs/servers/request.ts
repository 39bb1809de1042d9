import { request as http } from 'node:http';
import { request as https } from 'node:https';

export interface Request {
  readonly method: string;
  /** Of an address, not a name: the tests' own process resolves nothing. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** PEM of the authority; with it the certificate is verified. */
  readonly authority?: string;
}

export interface Response {
  readonly status: number;
  readonly body: string;
}

export function send({ method, url, headers = {}, body = '', authority }: Request): Promise<Response> {
  return new Promise((resolve, reject) => {
    const start = url.startsWith('https:') ? https : http;
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    const request = start(
      url,
      { method, headers: { ...length, ...headers }, ca: authority, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
