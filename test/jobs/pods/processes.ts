import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface Process {
  readonly pid: number;
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Process 1 of its container. */
  readonly first: boolean;
}

/** undefined for what has ended meanwhile. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

/** {process: its children}, of everything that runs here. */
export function readTree(): ReadonlyMap<number, readonly number[]> {
  const tree = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? read(`/proc/${name}/stat`) : undefined;
    // The name of the program, in brackets, may hold anything.
    const parent = stat === undefined ? undefined : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (parent === undefined) continue;
    const children = tree.get(parent);
    if (children) children.push(Number(name));
    else tree.set(parent, [Number(name)]);
  }
  return tree;
}

function below(pid: number, tree: ReadonlyMap<number, readonly number[]>): readonly number[] {
  return (tree.get(pid) ?? []).flatMap((child) => [child, ...below(child, tree)]);
}

/** What runs inside the root of a container: not what prepares it, and not what has ended. */
export function processesIn(pid: number, root: string, tree = readTree()): readonly Process[] {
  return below(pid, tree).flatMap((child) => {
    const process = describe(child, root);
    return process ? [process] : [];
  });
}

function describe(pid: number, root: string): Process | undefined {
  try {
    if (readlinkSync(`/proc/${pid}/root`) !== root) return undefined;
  } catch {
    return undefined;
  }
  const argv = split(read(`/proc/${pid}/cmdline`));
  // The last step before the container's own program has its root already.
  if (argv.length === 0 || argv[0] === LAUNCHER) return undefined;
  return { pid, argv, environment: environmentFrom(read(`/proc/${pid}/environ`)), first: isFirst(pid) };
}

/** Its number in the innermost namespace comes last. */
const isFirst = (pid: number) => /^NSpid:.*\t1$/m.test(read(`/proc/${pid}/status`) ?? '');

/** Process 1 of a container, which may still be what prepares it. */
export function firstIn(pid: number): number | undefined {
  return below(pid, readTree()).find(isFirst);
}

export const LAUNCHER = '/usr/bin/perl';

const split = (text = '') => (text === '' ? [] : Buffer.from(text.replace(/\0$/, ''), 'latin1').toString().split('\0'));

function environmentFrom(text: string | undefined): Record<string, string> {
  const pairs = split(text).map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]);
  return Object.fromEntries(pairs);
}

/** A process that has ended meanwhile needs no signal. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
