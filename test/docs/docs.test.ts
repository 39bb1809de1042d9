/**
 * What the documentation says, held against what is here: its code compiles and runs, its links and names lead somewhere.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Construct } from 'constructs';
import { parseAllDocuments } from 'yaml';
import * as lib from '../../lib';
import { run } from '../pulumi/program';
import {
  allPages,
  type Block,
  blocks,
  brokenLinks,
  codeSpans,
  missingPaths,
  type Page,
  page,
  ROOT,
  shellLines,
} from './pages';
import { runBlock, typeErrors } from './snippets';

const readme = page('README.md');
const guide = page('docs/guide.md');
const pulumiPage = page('docs/pulumi.md');
const OTHER_STACK = {
  'pulumi:pulumi:StackReference': {
    outputs: { bucket: 'bucket', databaseHost: 'db.example.org' },
    secretOutputNames: [],
  },
};
const snippets = [readme, guide, pulumiPage].flatMap(blocks).filter((b) => b.info.split(' ')[0] === 'ts');
/** Proof that a fault would be found. */
const WRONG: Block = {
  page: 'x',
  at: 'x:1',
  info: 'ts',
  code: "new SovraInstallation({ dialect: 'none' });\nundefinedName;\n",
};

describe('code', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'sovra-ops-docs-'));
  const before = process.env.CDK8S_OUTDIR;
  let errors: readonly string[] = [];
  beforeAll(() => {
    process.env.CDK8S_OUTDIR = outdir;
    // Once: to read the library is what takes the compiler its time.
    errors = typeErrors([...snippets, WRONG]);
  });
  afterAll(() => {
    if (before === undefined) delete process.env.CDK8S_OUTDIR;
    else process.env.CDK8S_OUTDIR = before;
    rmSync(outdir, { recursive: true });
  });

  test('the first stack of the README is the example of that name, in under 20 lines', () => {
    const example = readFileSync(join(ROOT, 'examples/first-stack/main.ts'), 'utf8').replace(/^\/\/.*\n/gm, '');
    const first = blocks(readme).find((b) => b.info === 'ts')?.code ?? '';
    expect(first).toBe(example.replace("'../../lib'", "'sovra-ops'"));
    expect(first.split('\n').length).toBeLessThan(20);
  });

  const isOfWrong = (error: string) => error.startsWith(`${WRONG.at} `);

  test('compiles against the library', () => expect(errors.filter((e) => !isOfWrong(e))).toEqual([]));

  test.each(snippets.filter((b) => b.info === 'ts').map((b) => [b.at, b]))(
    '%s runs, and its objects fit',
    async (_, block) => {
      if (block.page !== pulumiPage.path) runBlock(block);
      else expect((await run(() => runBlock(block), { read: OTHER_STACK })).some((r) => r.custom)).toBe(true);
    },
  );

  test.each(snippets.filter((b) => b.info === 'ts throws').map((b) => [b.at, b]))(
    '%s is refused as the page says',
    (_, block) => {
      let message = '';
      try {
        runBlock(block);
      } catch (e) {
        if (!(e instanceof lib.SovraOpsError)) throw e;
        message = e.message;
      }
      expect(blocks(page(block.page)).map((b) => b.code)).toContain(`${message}\n`);
    },
  );

  test('a block that is wrong is found', () => {
    expect(errors.filter(isOfWrong)).toHaveLength(2);
    expect(() => runBlock(WRONG)).toThrow(lib.SovraOpsError);
  });
});

describe('every page', () => {
  /** What is wrong, each with the page on which it stands. */
  const found = (problems: (p: Page) => readonly string[]) =>
    allPages().flatMap((p) => problems(p).map((problem) => `${p.path}: ${problem}`));

  test('has no link that leads nowhere', () => expect(found(brokenLinks)).toEqual([]));

  test('names no path that is not there', () => expect(found(missingPaths)).toEqual([]));

  test('names no target of make that is not there', () => {
    const targets = [...readFileSync(join(ROOT, 'Makefile'), 'utf8').matchAll(/^([a-z-]+):/gm)].map((m) => m[1]);
    const named = (p: Page) =>
      [...codeSpans(p), ...shellLines(p)].flatMap((code) =>
        [...code.matchAll(/\bmake ([a-z-]+)/g)].map((m) => m[1] ?? ''),
      );
    expect(allPages().flatMap(named).length).toBeGreaterThan(8);
    expect(found((p) => named(p).filter((target) => !targets.includes(target)))).toEqual([]);
  });

  test('has no shell command that does not parse', () => {
    const broken = (p: Page) =>
      blocks(p)
        .filter((b) => b.info === 'sh')
        // A word in angle brackets stands for what the reader has to put there.
        .map((b) => ({ at: b.at, input: b.code.replace(/<[a-z-]+>/g, 'WORD') }))
        .filter(({ input }) => spawnSync('bash', ['-n'], { input }).status !== 0)
        .map(({ at }) => at);
    expect(found(broken)).toEqual([]);
  });

  test('puts no value of a secret on a command line', () => {
    const secret = /--from-literal|--password[ =]|(TOKEN|PASSWORD|_KEY)=[^.\s]/;
    expect(found((p) => [...shellLines(p), ...codeSpans(p)].filter((line) => secret.test(line)))).toEqual([]);
  });
});

describe('nothing is left out', () => {
  test('every construct that the package exports is in the README or in the guide', () => {
    const constructs = Object.entries(lib).flatMap(([name, value]) =>
      typeof value === 'function' && value.prototype instanceof Construct ? [name] : [],
    );
    expect(constructs.length).toBeGreaterThan(7);
    expect(constructs.filter((name) => !new RegExp(`\`${name}\``).test(readme.text + guide.text))).toEqual([]);
  });

  test('every Secret and ConfigMap that the stacks expect is in the README', () => {
    const golden = join(ROOT, 'test/examples/golden');
    const objects = readdirSync(golden)
      .filter((name) => name.startsWith('stack-'))
      .flatMap((name) => readdirSync(join(golden, name)).map((file) => readFileSync(join(golden, name, file), 'utf8')))
      .flatMap((text) => parseAllDocuments(text).map((d) => d.toJS()));
    const made = new Set(objects.filter((o) => o.kind === 'ConfigMap').map((o) => o.metadata.name));
    const expected = [...new Set(objects.flatMap(references))].filter((name) => !made.has(name));
    expect(expected).toContain('grafana-admin');
    expect(expected.filter((name) => !readme.text.includes(`\`${name}\``))).toEqual([]);
  });

  test('the page of alerts and metrics is what the catalogue says (node tools/docs.mjs)', () => {
    const now = execFileSync(process.execPath, [join(ROOT, 'tools/docs.mjs'), '--print'], { encoding: 'utf8' });
    expect(page('docs/alerts.md').text).toBe(now);
  });

  test('the changelog and the package have the same version', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(/^## (\S+)/m.exec(page('CHANGELOG.md').text)?.[1]).toBe(version);
  });
});

/** Names of the Secrets and ConfigMaps that an object refers to, wherever that stands in it. */
function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, v]) => {
    const named = v as { name?: string; secretName?: string } | null;
    const own = ['secret', 'secretKeyRef', 'configMap', 'urlSecret'].includes(key)
      ? [named?.name ?? named?.secretName]
      : [];
    return [...own.filter((n) => n !== undefined), ...references(v)];
  });
}
