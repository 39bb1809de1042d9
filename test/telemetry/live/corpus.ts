/**
 * Things that must never leave a node, and lines that must leave it as they are. Nothing here is anybody's: all of it is
 * made of one sequence of numbers that is the same on every run.
 */

import { HEALTHY_MESSAGES } from './near-private';

/** Numbers that look random and are not (xorshift). */
export function numbers(seed: number): () => number {
  let x = seed >>> 0 || 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    x >>>= 0;
    return x / 2 ** 32;
  };
}

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const ALNUM = `${LOWER}${LOWER.toUpperCase()}0123456789`;

export interface Secret {
  readonly family: string;
  /** The text that is written. */
  readonly text: string;
  /** What must not be found afterwards, in whole. */
  readonly parts: readonly string[];
}

export function secrets(each: number): readonly Secret[] {
  const next = numbers(20261124);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const chars = (n: number, from: string) => Array.from({ length: n }, () => pick([...from])).join('');
  const hex = (n: number) => chars(n, '0123456789abcdef');
  const octet = () => 10 + Math.floor(next() * 240);
  const name = () => `q${chars(7, LOWER)}`;
  const bytes = (n: number) => Buffer.from(Array.from({ length: n }, () => Math.floor(next() * 256)));
  const uuid = () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
  /** The text, and each stretch of it: a mask that leaves half of a key leaves enough. */
  const stretches = (text: string, n = 12) => [text, ...(text.match(new RegExp(`.{${n}}`, 'g')) ?? [])];
  const pem = (kind: string) => {
    const lines = (
      bytes(130)
        .toString('base64')
        .match(/.{1,64}/g) ?? []
    ).map((l) => l);
    return { text: `-----BEGIN ${kind}-----\n${lines.join('\n')}\n-----END ${kind}-----`, parts: lines };
  };
  const families: Record<string, () => { text: string; parts: readonly string[] }> = {
    'e-mail': () => {
      const local = `${name()}.${name()}`;
      const domain = `${name()}.${pick(['example', 'ch', 'com', 'intern'])}`;
      return { text: `${local}@${domain}`, parts: [local, domain] };
    },
    jwt: () => {
      const part = () => Buffer.from(JSON.stringify({ sub: name(), iat: octet() })).toString('base64url');
      const text = `eyJhbGciOiJFUzI1NiJ9.${part()}.${bytes(48).toString('base64url')}`;
      return { text, parts: stretches(text.slice(20)) };
    },
    'vault token': () => {
      const text = pick([`hvs.${chars(90, ALNUM)}`, `hvb.${chars(120, ALNUM)}`, `s.${chars(24, ALNUM)}`]);
      return { text, parts: stretches(text.slice(4)) };
    },
    'vendor token': () => {
      const text = pick([
        `ghp_${chars(36, ALNUM)}`,
        `AKIA${chars(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`,
        `xoxb-${chars(12, '0123456789')}-${chars(12, '0123456789')}-${chars(24, ALNUM)}`,
        `glpat-${chars(20, ALNUM)}`,
        `sk_live_${chars(24, ALNUM)}`,
        `sovra_pat_${chars(15, ALNUM)}7${chars(16, ALNUM)}`,
        `npm_${chars(36, ALNUM)}`,
      ]);
      return { text, parts: stretches(text.slice(10), 10) };
    },
    'hex key': () => {
      const text = hex(pick([32, 48, 64, 128]));
      return { text, parts: stretches(text) };
    },
    'base64 key': () => {
      const text = bytes(pick([16, 24, 32, 48, 64])).toString(pick(['base64', 'base64', 'base64url']));
      return {
        text: text.length < 32 ? `${text.replace(/=+$/, '')}==` : text,
        parts: stretches(text.replace(/=+$/, '')),
      };
    },
    'private key': () => pem(pick(['PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY', 'OPENSSH PRIVATE KEY'])),
    certificate: () => pem('CERTIFICATE'),
    IPv4: () => {
      const text = `${octet()}.${octet()}.${octet()}.${octet()}`;
      return { text, parts: [text] };
    },
    IPv6: () => {
      const text = pick([
        `2001:db8:${hex(4)}:${hex(4)}::${hex(4)}`,
        `fd${hex(2)}:${hex(4)}:${hex(4)}:${hex(4)}:${hex(4)}:${hex(4)}:${hex(4)}:${hex(4)}`,
        `fe80::${hex(4)}:${hex(4)}:${hex(4)}:${hex(4)}`,
      ]);
      return { text, parts: [text, text.slice(-9)] };
    },
    host: () => {
      const label = name();
      const text = pick([
        `${label}.${name()}.svc.cluster.local`,
        `${label}.${name()}.internal`,
        `${label}.acme.${pick(['com', 'ch', 'eu', 'org'])}`,
        `${label}.prod.acme.io:8443`,
      ]);
      return { text, parts: [label] };
    },
    address: () => {
      const user = name();
      const password = chars(14, ALNUM);
      return { text: `postgres://${user}:${password}@${name()}:5432/sovra`, parts: [user, password] };
    },
    query: () => {
      const value = `${name()}${octet()}`;
      return { text: `/v1/keys/list?${pick(['owner', 'q', 'cursor'])}=${value}&page=${name()}`, parts: [value] };
    },
    password: () => {
      const value = `${name()}${octet()}`;
      const form = pick(['password=', 'db_password: ', 'client_secret=', 'api_key=', '"passphrase":"', 'unseal_key=']);
      return { text: `${form}${value}${form.endsWith('"') ? '"' : ''}`, parts: [value] };
    },
    'bearer header': () => {
      const value = chars(28, ALNUM);
      return { text: `Authorization: ${pick(['Bearer', 'Basic', 'Token'])} ${value}`, parts: stretches(value, 9) };
    },
    cookie: () => {
      const value = `${name()}${octet()}`;
      return { text: `${pick(['Cookie', 'Set-Cookie'])}: sid=${value}; theme=${name()}`, parts: [value] };
    },
    user: () => {
      const value = pick([name(), uuid()]);
      return { text: `${pick(['user=', 'username: ', 'subject=', 'actor_id=', 'email='])}${value}`, parts: [value] };
    },
    'user in words': () => {
      const value = uuid();
      return { text: `user ${value}`, parts: [value] };
    },
    body: () => {
      const value = `${name()} ${name()} ${octet()}`;
      return {
        text: `${pick(['request_body=', 'payload: ', '"body":'])}{"note":"${value}"}`,
        parts: value.split(' ').slice(0, 2),
      };
    },
  };
  return Object.entries(families).flatMap(([family, make]) =>
    Array.from({ length: each }, () => ({ family, ...make() })),
  );
}

/** Names of fields that are nobody's business, whatever is in them. */
const FIELDS = [
  ...['user_id', 'user', 'username', 'email', 'sub', 'subject', 'actor', 'client_ip', 'remote_addr', 'host', 'body'],
  ...[
    'payload',
    'request_body',
    'headers',
    'authorization',
    'cookie',
    'query',
    'url',
    'token',
    'certificate',
    'anything',
  ],
];

/** Each way in which a line can carry a text; what it returns is written as one line of JSON, or as plain text. */
export const POSITIONS: readonly ((text: string, i: number) => Record<string, unknown> | string)[] = [
  (text) => ({ msg: `request failed: ${text}` }),
  (text) => ({ msg: `cannot use "${text}" here, giving up` }),
  (text) => ({ msg: 'request failed', error: text }),
  (text) => ({ msg: 'request failed', error: { message: `wrapped: ${text}`, type: 'io' } }),
  (text) => ({ msg: 'request failed', reason: [`first ${text}`, { deep: text }] }),
  (text) => ({ msg: 'request failed', path: `/v1/x ${text}` }),
  (text, i) => ({ msg: 'request done', [FIELDS[i % FIELDS.length] as string]: text }),
  (text, i) => ({ msg: 'request done', context: { [FIELDS[i % FIELDS.length] as string]: { inner: [text] } } }),
  (text) => ({ msg: `got ${JSON.stringify(text)} and ${JSON.stringify({ detail: text })}` }),
  (text) => ({ msg: 'request done', level: text, logger: text, request_id: text.slice(0, 60), trace_id: text }),
  (text) => ({ message: { structured: text } }),
  (text) => ({ level: 'info', note: text }),
  (text) => `WARN plain text about ${text}`,
  (text) => `{"msg":"broken json ${text}`,
];

/** Lines as Sovra writes them on a good day and on a bad one, without anything private: they come out as they went in. */
export function healthyLines(): readonly Record<string, unknown>[] {
  const messages = [
    'request completed',
    'policy evaluated in 1.2ms',
    'key rotated, version 3 is active',
    'audit event delivered',
    'edge heartbeat received (age 12s)',
    'federation link healthy; 3 of 3 up',
    'starting sovra-api-gateway v2026.3.76 at 10:15:30',
    'migrated 12 tables from schema 41 to 42',
    'retrying in 500ms, attempt 2 of 5',
    'context deadline exceeded',
    'connection pool size 10, idle 4, ratio 0.75',
    'loaded 14 policies from /etc/sovra/policies/default.rego',
    'panic recovered in handler.go:123',
    'vault is sealed: waiting for unseal',
    'token renewed, expires in 3600s',
    'slow query: 250.5 ms, 1200 rows, table audit_events',
    'std::string conversion failed in module sovra.keys.rotation',
    'ready? yes',
    'see docs/runbooks/edge.md and README.md for help',
    'AES256-GCM with ed25519 signatures, SHA-256 digests',
    '100% of shards, 3/3 replicas, priority=high',
    'certificate rotation done: 4 renewed, 0 failed',
    'wrote /backups/2026/11/24/daily/full.tar.gz (12 MiB)',
    'pod sovra-api-gateway-7d9c5b6f4-x2x9z scaled to 3',
    'metric sovra_api_requests_total registered',
  ];
  const id = (i: number) => `8f14e45f-ceea-467f-9a36-${String(i).padStart(12, '0')}`;
  const usual = messages.flatMap((msg, i) =>
    Array.from({ length: 5 }, (_, j) => ({
      level: ['info', 'warn', 'error', 'info', 'info'][j],
      time: '2026-11-24T10:00:00.123Z',
      msg: j === 0 ? msg : `${msg} #${j}`.replace(' #', ' part '),
      logger: ['sovra.api', 'sovra.policy.engine', 'keys', 'sovra-audit', 'federation'][j],
      request_id: j % 2 === 0 ? id(i * 5 + j) : `req-${i}-${j}`,
      method: 'POST',
      path: ['/v1/keys/{id}/rotate', '/v1/workspaces/default/policies', `/v1/keys/${id(i)}`][j % 3],
      status: 200 + j,
      duration_ms: i + j / 4,
      seq: i * 5 + j,
    })),
  );
  return [...usual, ...HEALTHY_MESSAGES.map((msg, i) => ({ level: 'info', msg, reason: msg, seq: usual.length + i }))];
}
