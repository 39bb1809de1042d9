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

export async function timed<T>(work: () => Promise<T>): Promise<readonly [number, T]> {
  const started = process.hrtime.bigint();
  const result = await work();
  return [Number(process.hrtime.bigint() - started) / 1e9, result];
}
