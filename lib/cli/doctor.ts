import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { MetricDialect } from '../sovra/metrics';
import { type Command, UsageError } from './command';

const DIALECTS: readonly string[] = ['guide', '2026.3'] satisfies readonly MetricDialect[];

/** Milliseconds for one answer. */
const TIMEOUT = 15_000;

export const doctor: Command = {
  usage: `sovra-ops doctor --prometheus URL [PATH] [--dialect guide|2026.3] [--json] [--token-file FILE] [--ca FILE]
      asks a running Prometheus which rules, objectives and panels of the manifests in PATH (default: dist) are blind,
      which rules are not loaded, changed or failing, which targets are down or missing, and whether alerts get out;
      exits with 1 if anything is wrong. The metric names are those of the manifests, or of --dialect.
      A bearer token is read from a file; --ca names the authority of an https address (PEM)`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        prometheus: { type: 'string' },
        dialect: { type: 'string' },
        json: { type: 'boolean', default: false },
        'token-file': { type: 'string' },
        ca: { type: 'string' },
      },
    });
    const [path = 'dist', ...rest] = positionals;
    if (rest.length > 0) throw new UsageError(`one PATH, not ${positionals.join(' ')}`);
    const { prometheus, dialect, json, ca } = values;
    if (prometheus === undefined) throw new UsageError('say which Prometheus: --prometheus http://localhost:9090');
    if (dialect !== undefined && !DIALECTS.includes(dialect))
      throw new UsageError(`--dialect: got "${dialect}"; allowed: ${DIALECTS.join(', ')}`);
    const url = address(prometheus);
    const tokenFile = values['token-file'];
    // Loaded when it is used: the other commands need none of it.
    const { runDoctor } = require('./doctor-run') as typeof import('./doctor-run');
    return runDoctor({
      path,
      json,
      dialect: dialect as MetricDialect | undefined,
      access: {
        url,
        token: tokenFile === undefined ? undefined : token(readFileSync(tokenFile, 'utf8')),
        ca: ca === undefined ? undefined : readFileSync(ca, 'utf8'),
        timeout: TIMEOUT,
      },
    });
  },
};

/** The value itself is not repeated: what cannot be read may be a secret in the wrong place. */
function address(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new UsageError('--prometheus: an address such as http://localhost:9090 or https://prometheus.example.org');
  if (url.username !== '' || url.password !== '')
    throw new UsageError(
      '--prometheus: an address without an account, which the process list would show; use --token-file',
    );
  return url;
}

function token(text: string): string {
  const trimmed = text.trim();
  if (!/^[\x21-\x7e]+$/.test(trimmed)) throw new Error('--token-file: the file holds no token: one word is expected.');
  return trimmed;
}
