import { createHash, createHmac } from 'node:crypto';
import { type Response, send } from './request';

export interface Account {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: Buffer | string, text: string) => createHmac('sha256', key).update(text).digest();

export interface S3Request {
  readonly method: string;
  /** Begins with the bucket; no query but names with "=". */
  readonly path: string;
  readonly body?: string;
  readonly region: string;
  /** PEM, for a URL with https. */
  readonly authority?: string;
}

/** One request with Signature Version 4. */
export function s3Request(
  url: string,
  { accessKeyId, secretAccessKey }: Account,
  { method, path, body = '', region, authority }: S3Request,
): Promise<Response> {
  const [resource, query = ''] = path.split('?');
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const day = time.slice(0, 8);
  const signed = { host: new URL(url).host, 'x-amz-content-sha256': sha256(body), 'x-amz-date': time };
  const names = Object.keys(signed).join(';');
  const lines = Object.entries(signed)
    .map(([name, value]) => `${name}:${value}\n`)
    .join('');
  const canonical = [method, resource, query, lines, names, sha256(body)].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const key = [day, region, 's3', 'aws4_request'].reduce<Buffer | string>(hmac, `AWS4${secretAccessKey}`);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return send({ method, url: `${url}${path}`, headers: { ...signed, authorization }, body, authority });
}
