import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const BUILD = join(__dirname, '..', '..', 'tools', 'build.mjs');

/** Where a pinned program is; it is built first when the cache lacks it, with its progress shown. */
export function tool(name: string): string {
  return execFileSync(process.execPath, [BUILD, '--path', name], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
}
