import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { MetricDialect } from '../../lib/sovra/metrics';
import { COMMANDS, command, endpointList, faultList } from './commands';
import type { SimulatedSovraOptions } from './options';
import { SimulatedSovra } from './sovra';

const HELP = `Serves a simulated Sovra until "stop", the end of its input, or Ctrl-C.

  node test/sim/run.cjs [--config FILE] [--dialect guide|2026.3] [--any-port] [--faults] [--help]

--config FILE   SimulatedSovraOptions as JSON, for example
                {"addresses": {"api": ["10.244.0.5"], "vault": {"edge-1": ["10.244.0.7"]}}, "remoteEdgeNodes": ["edge-2"]}
--dialect       overrides the dialect of the file
--any-port      listen at any free ports instead of the real ones
--faults        print the faults that there are, and end

It prints where it listens, then "ready", and then reads commands, one a line:

${COMMANDS}
`;

const OPTIONS = {
  config: { type: 'string' },
  dialect: { type: 'string' },
  'any-port': { type: 'boolean' },
  faults: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

const say = (text: string) => process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) return void say(HELP);
  if (values.faults) return void say(faultList());
  const file: SimulatedSovraOptions =
    values.config === undefined ? {} : JSON.parse(readFileSync(values.config, 'utf8'));
  await serve({
    ...file,
    ...(values.dialect !== undefined && { dialect: values.dialect as MetricDialect }),
    ...(values['any-port'] && { anyPort: true }),
  });
}

async function serve(options: SimulatedSovraOptions): Promise<void> {
  const sovra = await SimulatedSovra.start(options);
  const lines = createInterface({ input: process.stdin });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => lines.close());
  say(`${endpointList(sovra)}\nca ${sovra.ca}\nready`);
  try {
    for await (const line of lines) {
      if (line.trim() === 'stop') break;
      if (line.trim() !== '') await carryOut(sovra, line);
    }
  } finally {
    lines.close();
    await sovra.stop();
  }
}

/** A line that cannot be carried out ends nothing: whoever typed it is told, and may try again. */
async function carryOut(sovra: SimulatedSovra, line: string): Promise<void> {
  try {
    say(await command(sovra, line));
  } catch (error) {
    say(`error ${(error as Error).message}`);
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
