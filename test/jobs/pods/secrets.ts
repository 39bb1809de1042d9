import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JobResult, PodResult } from './types';

export interface WhereToLook {
  /** What was synthesized. */
  readonly manifests?: readonly unknown[];
  /** Every file below, with its name. */
  readonly folders?: readonly string[];
  /** Container names whose processes must not have it in their environment either. @default none */
  readonly alsoEnvironment?: readonly string[];
}

/** A secret as it is, and as it looks after the usual encodings. */
function forms(secret: string): readonly Buffer[] {
  const bytes = Buffer.from(secret);
  const base64 = bytes.toString('base64').replace(/=+$/, '');
  const texts = [secret, base64, bytes.toString('base64url'), bytes.toString('hex'), encodeURIComponent(secret)];
  return [...new Set([...texts, JSON.stringify(secret).slice(1, -1)])].map((text) => Buffer.from(text));
}

const has = (haystack: Buffer | string, needles: readonly Buffer[]) => {
  const bytes = typeof haystack === 'string' ? Buffer.from(haystack) : haystack;
  return needles.some((needle) => bytes.includes(needle));
};

/** What is below a folder in which others write: what goes meanwhile is left out. */
export function* filesBelow(folder: string): Generator<{ readonly path: string; readonly file: boolean }> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    yield { path, file: entry.isFile() };
    if (!entry.isDirectory()) continue;
    try {
      yield* filesBelow(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

/** Throws when one of the secrets is somewhere; the error says which (by its place in the list) and where, never what. */
export function expectNoSecret(run: PodResult | JobResult, secrets: readonly string[], where: WhereToLook = {}): void {
  if (run.processes.length === 0) throw new Error('no process of the run was seen: there is nothing to search');
  const found = secrets.flatMap((secret, i) => {
    if (secret.length < 4) throw new Error(`secret ${i} is too short to be searched for`);
    return placesOf(forms(secret), run, where).map((place) => `secret ${i}: ${place}`);
  });
  if (found.length > 0) throw new Error(`a secret is where it must not be:\n  ${[...new Set(found)].join('\n  ')}`);
}

function placesOf(needles: readonly Buffer[], run: PodResult | JobResult, where: WhereToLook): readonly string[] {
  const pods = 'attempts' in run ? run.attempts : [run];
  const containers = pods.flatMap((pod) => pod.containers);
  const environments = run.processes.filter(({ container }) => where.alsoEnvironment?.includes(container));
  return [
    ...run.processes
      .filter(({ argv }) => argv.some((word) => has(word, needles)))
      .map(({ container, argv }) => `command line of ${argv[0]} in ${container}`),
    ...environments
      .filter(({ environment }) => Object.values(environment).some((value) => has(value, needles)))
      .map(({ container, argv }) => `environment of ${argv[0]} in ${container}`),
    ...containers
      .filter(({ stdout, stderr }) => has(stdout, needles) || has(stderr, needles))
      .map((c) => `log of ${c.name}`),
    ...(where.manifests ?? []).flatMap((manifest, i) =>
      has(JSON.stringify(manifest), needles) ? [`manifest ${i}`] : [],
    ),
    ...(where.folders ?? []).flatMap((folder) => filesWith(folder, needles)),
  ];
}

function filesWith(folder: string, needles: readonly Buffer[]): readonly string[] {
  return [...filesBelow(folder)].flatMap(({ path, file }) => {
    if (has(path, needles)) return ['the name of a file'];
    try {
      return file && has(readFileSync(path), needles) ? [path] : [];
    } catch (error) {
      // It has gone meanwhile.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  });
}
