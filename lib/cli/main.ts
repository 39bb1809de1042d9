#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { Checker, registry } from '../validate';
import { imagesOf, mirrorPlan } from './images';

const USAGE = `sovra-ops: what the synthesized manifests need and hold

  sovra-ops images [PATH] [--mirror REGISTRY]
      lists the container images of the manifests in PATH (default: dist), one a line;
      with --mirror, each with its place on that registry: SOURCE DESTINATION
`;

/** Runs one command; what it prints and its exit code are its result. */
export function run(argv: readonly string[]): { code: number; out: string; err: string } {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { mirror: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    const [command, path = 'dist', ...rest] = positionals;
    if (values.help || command === undefined)
      return { code: values.help ? 0 : 2, out: values.help ? USAGE : '', err: values.help ? '' : USAGE };
    if (command !== 'images' || rest.length > 0)
      return { code: 2, out: '', err: `unknown command: ${argv.join(' ')}\n\n${USAGE}` };
    new Checker('sovra-ops images').value('--mirror', values.mirror, registry).done();
    const images = imagesOf(path);
    const lines = values.mirror === undefined ? images : mirrorPlan(images, values.mirror);
    return { code: 0, out: `${lines.join('\n')}\n`, err: '' };
  } catch (e) {
    return { code: 1, out: '', err: `${(e as Error).message}\n` };
  }
}

if (require.main === module) {
  const { code, out, err } = run(process.argv.slice(2));
  process.stdout.write(out);
  process.stderr.write(err);
  process.exitCode = code;
}
