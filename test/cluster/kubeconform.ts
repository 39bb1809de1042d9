import { join } from 'node:path';
import { CommandError, runCommand } from './process';
import type { Programs } from './programs';
import { schemaTemplate } from './schemas';

export interface Invalid {
  readonly file: string;
  /** "Kind name" */
  readonly object: string;
  readonly reason: string;
}

interface Report {
  readonly resources: readonly {
    readonly filename: string;
    readonly kind: string;
    readonly name: string;
    readonly status: string;
    readonly msg: string;
  }[];
  readonly summary: { readonly valid: number };
}

export interface Validation {
  readonly valid: number;
  readonly invalid: readonly Invalid[];
}

/** Drops what stands before the list of faults, which only names the schema. */
const shorten = (message: string) => message.replace(/^problem validating schema.*?json#' - /, '');

/** Validates files, or all files of directories, offline. A kind without a schema is invalid. */
export async function validate(
  programs: Pick<Programs, 'kubeconform'>,
  schemaDir: string,
  paths: readonly string[],
): Promise<Validation> {
  const location = join(schemaDir, schemaTemplate);
  // -strict refuses keys that are there twice; the schemas refuse unknown fields.
  const args = ['-strict', '-summary', '-output', 'json', '-n', '2', '-schema-location', location, ...paths];
  const { stdout } = await runCommand(programs.kubeconform.path, args).catch((error) => {
    if (error instanceof CommandError && error.output.stdout.startsWith('{')) return error.output;
    throw error;
  });
  const { resources, summary } = JSON.parse(stdout) as Report;
  const invalid = resources.map(({ filename, kind, name, msg }) => {
    return { file: filename, object: `${kind} ${name}`, reason: shorten(msg) };
  });
  return { valid: summary.valid, invalid };
}
