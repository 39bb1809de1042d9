import { readFileSync } from 'node:fs';
import { UsageError } from './command';
import type { Access } from './doctor-http';

/** Milliseconds for one answer. */
const TIMEOUT = 15_000;

/** How the Prometheus is reached that a flag names. @throws {UsageError} if it is no address, or holds an account */
export function accessTo(flag: string, text: string, tokenFile?: string, ca?: string): Access {
  return {
    url: address(flag, text),
    token: tokenFile === undefined ? undefined : token(readFileSync(tokenFile, 'utf8')),
    ca: ca === undefined ? undefined : readFileSync(ca, 'utf8'),
    timeout: TIMEOUT,
  };
}

/** The value itself is not repeated: what cannot be read may be a secret in the wrong place. */
function address(flag: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new UsageError(`${flag}: an address such as http://localhost:9090 or https://prometheus.example.org`);
  if (url.username !== '' || url.password !== '')
    throw new UsageError(`${flag}: an address without an account, which the process list would show; use --token-file`);
  return url;
}

function token(text: string): string {
  const trimmed = text.trim();
  if (!/^[\x21-\x7e]+$/.test(trimmed)) throw new Error('--token-file: the file holds no token: one word is expected.');
  return trimmed;
}
