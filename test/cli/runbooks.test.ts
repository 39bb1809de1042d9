import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { run } from '../../lib/cli/main';
import { published, readPages, runbookFiles, runbookFolder } from '../../lib/cli/runbooks';
import { brokenLinks, ROOT } from '../docs/pages';

let home: string;
let dir: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sovra-runbooks-'));
  dir = join(home, 'wiki', 'sovra');
});
afterEach(() => rmSync(home, { recursive: true }));

const contents = () => Object.fromEntries(readdirSync(dir).map((f) => [f, readFileSync(join(dir, f), 'utf8')]));
const sources = () => readdirSync(runbookFolder()).sort();

describe('sovra-ops runbooks', () => {
  it('writes every page and the index, and says what it wrote and what alerts take', async () => {
    const { code, out, err } = await run(['runbooks', dir, '--base', 'https://wiki.example.org/sovra']);
    expect([code, err]).toEqual([0, '']);
    expect(readdirSync(dir).sort()).toEqual(sources());
    for (const file of sources()) expect(out).toContain(`wrote ${join(dir, file)}\n`);
    expect(out).toMatch(/\nrunbookBaseUrl: 'https:\/\/wiki\.example\.org\/sovra'\n$/);
  });

  it('keeps links inside the folder relative and intact, and makes the others absolute', async () => {
    await run(['runbooks', dir]);
    for (const [file, text] of Object.entries(contents())) {
      expect([file, brokenLinks({ path: relative(ROOT, join(dir, file)), text })]).toEqual([file, []]);
      const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((m) => String(m[1]));
      expect(targets.filter((t) => t.startsWith('..') || t.startsWith('/'))).toEqual([]);
      if (file !== 'README.md') expect(targets.filter((t) => /^[a-z]+:/.test(t))).toEqual([]);
    }
    expect(contents()['README.md']).toContain('(https://github.com/sovra-ops/sovra-ops/blob/main/docs/alerts.md)');
  });

  it('asks in the namespaces of the installation, and leaves other things of the same names alone', async () => {
    const others = ['--namespace', 'kms', '--edge-namespace', 'kms-edge', '--monitoring-namespace', 'obs'];
    expect((await run(['runbooks', dir, ...others])).code).toBe(0);
    const all = Object.values(contents()).join('\n');
    expect(
      all.match(/(-n|namespaces?) `?(sovra|sovra-edge|monitoring)(?![\w-])|\.(sovra|sovra-edge|monitoring)\.svc/g),
    ).toBeNull();
    expect(all).toContain('kubectl -n kms rollout undo deployment/sovra-api-gateway');
    expect(all).toContain('for ns in kms kms-edge; do');
    expect(all).toContain('pg_isready -h postgres.kms.svc.cluster.local');
    expect(all).toContain('kubectl label namespace obs name=monitoring');
    expect(all).toContain('job="sovra-api"');
    expect(all).toContain('-l app=sovra,component=api-gateway');
    const { code, err } = await run(['runbooks', dir, '--namespace', 'K_MS']);
    expect(code).not.toBe(0);
    expect(err).toContain('--namespace: got "K_MS"');
  });

  it('changes nothing when it runs again', async () => {
    await run(['runbooks', dir]);
    const before = contents();
    for (const file of readdirSync(dir)) utimesSync(join(dir, file), 1, 1);
    const { code, out } = await run(['runbooks', dir]);
    expect([code, contents()]).toEqual([0, before]);
    expect(readdirSync(dir).map((file) => statSync(join(dir, file)).mtimeMs)).toEqual(readdirSync(dir).map(() => 1000));
    expect(out).not.toContain('wrote ');
    expect(out).toContain(`${sources().length} files in ${dir}, 0 of them new or changed`);
  });

  it('mends what was changed, and removes the page of an alert that is gone', async () => {
    await run(['runbooks', dir]);
    const before = contents();
    writeFileSync(join(dir, 'VaultSealed.md'), String(before['VaultSealed.md']).replace('## Meaning', '## Mean'));
    writeFileSync(join(dir, 'AlertOfYore.md'), published('# AlertOfYore\n', new Map()));
    const { out } = await run(['runbooks', dir]);
    expect(out.split('\n').slice(0, 2)).toEqual([
      `wrote ${join(dir, 'VaultSealed.md')}`,
      `removed ${join(dir, 'AlertOfYore.md')}`,
    ]);
    expect(contents()).toEqual(before);
  });

  it.each([
    ['a file of another kind', () => writeFileSync(join(dir, 'notes.txt'), 'mine'), /notes\.txt/],
    ['a page of somebody else', () => writeFileSync(join(dir, 'README.md'), '# Our wiki\n'), /README\.md/],
    ['a folder', () => mkdirSync(join(dir, '.git')), /\.git/],
  ])('refuses a folder that holds %s, and touches nothing', async (_, put, message) => {
    mkdirSync(dir, { recursive: true });
    put();
    const there = readdirSync(dir);
    const { code, out, err } = await run(['runbooks', dir]);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(message);
    expect(err).toMatch(/DIR: got .*holds only what this command wrote.*Name a folder/);
    expect(readdirSync(dir)).toEqual(there);
  });

  it('tells of every problem at once, and writes nothing', async () => {
    writeFileSync(join(home, 'file'), '');
    const { code, err } = await run(['runbooks', join(home, 'file'), '--base', 'wiki/']);
    expect(code).toBe(1);
    expect(err).toMatch(/^sovra-ops runbooks: 3 problems\n/);
    expect(err).toMatch(/--base: got "wiki\/"/);
    expect(err).toMatch(/DIR: .*a folder/);
    expect((await run(['runbooks', dir, '--base', 'https://x.example/'])).err).toMatch(
      /--base: .*without "\/" at its end/,
    );
    expect(readdirSync(home)).toEqual(['file']);
  });

  it.each([[[]], [['a', 'b']], [['']], [['a', '--what']]])('runbooks %j is used wrongly', async (args) => {
    expect(await run(['runbooks', ...args])).toMatchObject({ code: 2, out: '' });
  });
});

describe('the pages', () => {
  it('are the same however often they are made', () => {
    const pages = readPages(runbookFolder());
    expect([...runbookFiles(pages)]).toEqual([...runbookFiles(new Map(pages))]);
  });

  it.each([
    ['[a](a.md)', '[a](a.md)'],
    ['[a](a.md#part)', '[a](a.md#part)'],
    ['[here](#part)', '[here](#part)'],
    ['[index](README.md)', '[index](README.md)'],
    ['[x](https://x.example/y.md)', '[x](https://x.example/y.md)'],
    ['[g](../guide.md#back-up)', '[g](https://github.com/sovra-ops/sovra-ops/blob/main/docs/guide.md#back-up)'],
    ['[r](../../README.md)', '[r](https://github.com/sovra-ops/sovra-ops/blob/main/README.md)'],
  ])('%s becomes %s', (given, expected) => {
    expect(published(given, new Map([['a', '']])).split('\n')[0]).toBe(expected);
  });

  it('are found from a checkout and from an installed package', () => {
    for (const [code, docs] of [
      ['checkout/lib/cli', 'checkout/docs/runbooks'],
      ['node_modules/sovra-ops/build/lib/cli', 'node_modules/sovra-ops/docs/runbooks'],
    ] as const) {
      mkdirSync(join(home, code), { recursive: true });
      expect(() => runbookFolder(join(home, code))).toThrow(/not whole/);
      mkdirSync(join(home, docs), { recursive: true });
      expect(runbookFolder(join(home, code))).toBe(join(home, docs));
    }
  });

  it('are in the package', () => {
    const packed = JSON.parse(
      execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
        cwd: ROOT,
        encoding: 'utf8',
        stdio: 'pipe',
      }),
    )[0].files.map((f: { path: string }) => f.path);
    expect(sources().filter((file) => !packed.includes(`docs/runbooks/${file}`))).toEqual([]);
  });
});
