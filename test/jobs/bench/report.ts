import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';

export const MIB = 2 ** 20;

export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
}

/** As Markdown has it: the page of the figures is what was printed. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0))).join(' | ')} |`;
  const [head = [], ...body] = rows;
  print(line(head));
  print(`| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`);
  for (const row of body) print(line(row));
}

export const seconds = (value: number) => `${value.toFixed(1)} s`;
export const mib = (bytes: number) => `${Math.round(bytes / MIB).toLocaleString('en')} MiB`;
export const percent = (ratio: number) => `${((ratio - 1) * 100).toFixed(0)} %`;

/** Others may be at work on the machine: the figures say how much. */
export const load = () => `load ${loadavg()[0]?.toFixed(1)}`;

const TICKS = 100;

/** Of the programs that this process started and that have ended; the servers still run, and are not in it. */
function programSeconds(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / TICKS;
}

export interface Taken<T> {
  readonly seconds: number;
  /** Of a processor, of the programs alone: what does not depend on who else is at work here. */
  readonly cpu: number;
  readonly result: T;
}

export async function timed<T>(work: () => Promise<T>): Promise<Taken<T>> {
  const [started, cpu] = [process.hrtime.bigint(), programSeconds()];
  const result = await work();
  return { seconds: Number(process.hrtime.bigint() - started) / 1e9, cpu: programSeconds() - cpu, result };
}
