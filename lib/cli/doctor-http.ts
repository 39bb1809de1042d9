import { type IncomingMessage, request as plain, type RequestOptions } from 'node:http';
import { request as secure } from 'node:https';

/** How a Prometheus is reached. */
export interface Access {
  /** Address with the path below which the API is; without a slash at its end. */
  readonly url: URL;
  /** Bearer token. */
  readonly token?: string;
  /** Authorities of its certificate (PEM). */
  readonly ca?: string;
  /** Milliseconds for one answer. */
  readonly timeout: number;
}

/** It does not answer, or not as a Prometheus does. The message is for the person at the keyboard. */
export class NoAnswer extends Error {}

/** An answer of Prometheus that is an error: what it says, and the HTTP status. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

interface Reply {
  readonly status: number;
  readonly body: string;
}

/** More than any answer of a sound Prometheus; what never ends must not fill the memory. */
const LARGEST = 256 * 2 ** 20;

/**
 * One question to the HTTP API. Not by `fetch`: that of Node.js 20 cannot be given an authority for a single call.
 *
 * @param form sent in the body, since an expression may be longer than an address may be; without it, the question is a GET
 * @throws {NoAnswer} {Refused}
 */
export async function ask<T>(access: Access, path: string, form?: Readonly<Record<string, string>>): Promise<T> {
  const reply = await send(access, path, form).catch((e: Error) => {
    throw new NoAnswer(`${shown(access.url)} does not answer: ${reason(e)}. ${REMEDY}`);
  });
  const { status } = reply;
  if (status === 401 || status === 403)
    throw new NoAnswer(
      `${shown(access.url)} refuses (HTTP ${status}). Give --token-file with a token that may query it.`,
    );
  if (status >= 300 && status < 400)
    throw new NoAnswer(
      `${shown(access.url)} sends elsewhere (HTTP ${status}), most likely to a sign-in. Give the address behind it, or --token-file.`,
    );
  const answer = parsed<T>(reply.body);
  if (answer?.status === 'success' && answer.data !== undefined) return answer.data;
  if (answer?.status === 'error')
    throw new Refused(status, `${path}: ${(answer.error ?? `HTTP ${status}`).replace(/\p{Cc}+/gu, ' ')}`);
  throw new NoAnswer(`${shown(access.url)} answers, but is no Prometheus: ${path} gives HTTP ${status}. ${REMEDY}`);
}

const REMEDY =
  'Give the address of the Prometheus itself, for example http://localhost:9090 after kubectl port-forward -n monitoring svc/prometheus-operated 9090:9090.';

interface Answer<T> {
  readonly status?: string;
  readonly data?: T;
  readonly error?: string;
}

function parsed<T>(body: string): Answer<T> | undefined {
  try {
    const value = JSON.parse(body) as unknown;
    return value !== null && typeof value === 'object' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Without what an address may carry beside the place. */
export function shown({ origin, pathname }: URL): string {
  return `${origin}${pathname}`.replace(/\/$/, '');
}

function reason(e: Error & { code?: string }): string {
  return e.message || e.code || String(e);
}

function send(access: Access, path: string, form?: Readonly<Record<string, string>>): Promise<Reply> {
  const url = new URL(`${shown(access.url)}/${path}`);
  const body = form && new URLSearchParams(form).toString();
  const options: RequestOptions & { ca?: string } = {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      accept: 'application/json',
      ...(access.token !== undefined && { authorization: `Bearer ${access.token}` }),
      ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
    },
    ...(access.ca !== undefined && { ca: access.ca }),
  };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? secure : plain)(url, options, (response) => {
      read(response).then(resolve, reject);
    });
    // Of the whole answer, not of a pause in it.
    const patience = setTimeout(
      () => request.destroy(new Error(`no whole answer within ${access.timeout / 1000} s`)),
      access.timeout,
    );
    request.on('close', () => clearTimeout(patience));
    request.on('error', reject);
    request.end(body);
  });
}

async function read(response: IncomingMessage): Promise<Reply> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += (chunk as Buffer).length;
    if (size > LARGEST) throw new Error('the answer does not end');
    chunks.push(chunk as Buffer);
  }
  return { status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() };
}
