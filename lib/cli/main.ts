#!/usr/bin/env node
import { type Command, type Outcome, UsageError } from './command';
import { doctor } from './doctor';
import { images } from './images';
import { preview } from './preview';
import { runbooks } from './runbooks';

const COMMANDS: Readonly<Record<string, Command>> = { images, doctor, preview, runbooks };

const USAGE = `sovra-ops: the operations guide of Sovra, beside the manifests

  ${Object.values(COMMANDS)
    .map((c) => c.usage)
    .join('\n\n  ')}
`;

/** Runs one command; what it prints and its exit code are its result. */
export async function run(argv: readonly string[]): Promise<Outcome> {
  const [name, ...args] = argv;
  if (argv.some((a) => a === '--help' || a === '-h')) return { code: 0, out: USAGE, err: '' };
  const command = name === undefined || !Object.hasOwn(COMMANDS, name) ? undefined : COMMANDS[name];
  if (!command)
    return { code: 2, out: '', err: name === undefined ? USAGE : `unknown command: ${argv.join(' ')}\n\n${USAGE}` };
  try {
    return await command.run(args);
  } catch (e) {
    const { message } = e as Error;
    if (e instanceof UsageError || isArgumentError(e)) return { code: 2, out: '', err: `${message}\n\n${USAGE}` };
    return { code: 1, out: '', err: `${message}\n` };
  }
}

/** What `parseArgs` throws. */
const isArgumentError = (e: unknown): boolean => String((e as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS');

if (require.main === module) {
  run(process.argv.slice(2)).then(({ code, out, err }) => {
    process.stdout.write(out);
    process.stderr.write(err);
    process.exitCode = code;
  });
}
