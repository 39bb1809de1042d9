import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const BUILD = join(__dirname, '..', '..', 'tools', 'build.mjs');

// The programs are of Go, and run for a second or two: they have the memory not to collect garbage all the time.
process.env.GOGC ??= '400';
const paths = new Map<string, string>();

/** Where a pinned program is; it is built first when the cache lacks it, with its progress shown. */
export function tool(name: string): string {
  let path = paths.get(name);
  if (path === undefined) {
    path = execFileSync(process.execPath, [BUILD, '--path', name], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    }).trim();
    paths.set(name, path);
  }
  return path;
}
