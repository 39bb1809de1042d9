import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tool } from '../support/tools';

let path: string | undefined;

/** Runs promtool on one file; what it says when it is not content is the error's message. */
export function promtool(args: readonly string[], content: unknown): string {
  path ??= tool('promtool');
  const folder = mkdtempSync(join(tmpdir(), 'sovra-dashboards-'));
  const file = join(folder, 'input.yml');
  try {
    writeFileSync(file, JSON.stringify(content));
    return execFileSync(path, [...args, file], { encoding: 'utf8', stdio: 'pipe' });
  } catch (e) {
    const { stdout, stderr } = e as { stdout?: string; stderr?: string };
    throw new Error(`promtool ${args.join(' ')}: ${stdout ?? ''}${stderr ?? String(e)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Series of one minute's samples that never change. */
export function constant(series: Readonly<Record<string, number>>): { series: string; values: string }[] {
  return Object.entries(series).map(([name, value]) => ({ series: name, values: `${value}x30` }));
}

export interface Answer {
  readonly labels: string;
  readonly value: number;
}

export interface Case {
  readonly series: { series: string; values: string }[];
  readonly expr: string;
  readonly answers: readonly Answer[];
}

/** Lets the real Prometheus engine evaluate expressions over series, at ten minutes. */
export function evaluate(...cases: readonly Case[]): void {
  promtool(['test', 'rules'], {
    rule_files: [],
    tests: cases.map(({ series, expr, answers }) => ({
      interval: '1m',
      input_series: series,
      promql_expr_test: [{ expr, eval_time: '10m', exp_samples: answers }],
    })),
  });
}
