import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { SovraApp } from '../../lib';
import { STACKS } from '../../stacks/stacks';

const root = join(__dirname, '..', '..');
const golden = join(__dirname, 'golden');
/** Those of cdk8s; programs of Pulumi have their tests in test/pulumi. */
const examples = readdirSync(join(root, 'examples'))
  .sort()
  .filter((name) => existsSync(join(root, 'examples', name, 'main.ts')));

/** Runs an example the way a user does, in a process of its own, on the sources as they are. */
function synthExample(name: string): Record<string, string> {
  const outdir = mkdtempSync(join(tmpdir(), `sovra-example-${name}-`));
  try {
    execFileSync('node', ['-r', join(root, 'test/support/typescript.cjs'), join(root, 'examples', name, 'main.ts')], {
      cwd: root,
      env: { ...process.env, CDK8S_OUTDIR: outdir },
      stdio: 'pipe',
    });
    return manifests(outdir);
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

function synthStack(name: string): Record<string, string> {
  const outdir = mkdtempSync(join(tmpdir(), `sovra-stack-${name}-`));
  try {
    const app = new SovraApp({ outdir });
    STACKS[name]?.(app);
    app.synth();
    return manifests(outdir);
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

function manifests(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((f) => [f, readFileSync(join(folder, f), 'utf8')]),
  );
}

/** Holds what was written against the golden files; `make golden` rewrites those, for a review to see. */
function compare(name: string, written: Record<string, string>): void {
  const folder = join(golden, name);
  if (process.env.UPDATE_GOLDEN) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const [file, text] of Object.entries(written)) writeFileSync(join(folder, file), text);
  }
  expect(Object.keys(written)).toEqual(readdirSync(folder).sort());
  for (const [file, text] of Object.entries(written)) expect(text).toBe(readFileSync(join(folder, file), 'utf8'));
}

describe('golden manifests', () => {
  it.each(examples)('example %s', (name) => {
    compare(name, synthExample(name));
  });

  it.each(Object.keys(STACKS))('stack %s', (name) => {
    const written = synthStack(name);
    compare(`stack-${name}`, written);
    expect(synthStack(name)).toEqual(written);
  });

  it('no golden folder is left of what is gone', () => {
    expect(readdirSync(golden).sort()).toEqual([...examples, ...Object.keys(STACKS).map((s) => `stack-${s}`)].sort());
  });
});

describe('what is written', () => {
  const everything = () => readdirSync(golden).flatMap((name) => Object.values(manifests(join(golden, name))));

  it('holds no value of a secret', () => {
    for (const text of everything()) {
      for (const doc of parseAllDocuments(text)) expect((doc.toJS() as { kind: string }).kind).not.toBe('Secret');
      expect(text).not.toMatch(/admin\/admin|password: ?["']?(admin|changeme|secret)\b/i);
    }
  });

  it('names images by version, each with a registry', () => {
    const images = everything().flatMap((text) =>
      [...text.matchAll(/^\s+(?:- )?image: "?([^"\n]+)"?$/gm)].map(([, i]) => i ?? ''),
    );
    expect(images.length).toBeGreaterThan(20);
    for (const image of images)
      expect(image).toMatch(/^[a-z0-9.-]+\.[a-z]+(:\d+)?\/.+(:[\w.-]+|@sha256:[0-9a-f]{64})$/);
    expect(images.filter((i) => i.endsWith(':latest'))).toEqual([]);
  });
});
