import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const root = join(__dirname, '..');
const lib = join(root, 'lib');

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : path.endsWith('.ts') ? [path] : [];
  });
}

/** What a file imports: paths for our own files, names for packages. Types count too: they tie files just as well. */
function imports(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/(?:from|require\(|import\()\s*'([^']+)'/g)].map(([, to]) =>
    to?.startsWith('.') ? relative(lib, resolve(dirname(file), to)) : (to ?? ''),
  );
}

/** The rooms of the house, the lowest first; a file imports from its own room and from lower ones. */
const FLOORS = [
  ['errors', 'markers', 'validate', 'yaml', 'schedule', 'sovra'],
  ['rules'],
  ['kube'],
  ['checks'],
  ['operations', 'dashboards', 'oncall', 'doctor', 'preview'],
  ['alerts', 'backup', 'monitoring', 'telemetry'],
  ['app', 'cli', 'synth', 'validation'],
  ['index'],
  // They stand outside, beside each other: nothing else in lib/ knows them.
  ['pulumi', 'policy'],
];
// Types that were generated from the CRDs are a vocabulary, not code.
const floorOf = (path: string) =>
  path.startsWith('kube/crds/')
    ? 0
    : FLOORS.findIndex((rooms) => rooms.includes(path.split('/')[0]?.replace(/\.ts$/, '') ?? ''));

describe('architecture', () => {
  const all = files(lib).map((f) => relative(lib, f));

  it('every room has its floor', () => {
    expect(all.filter((f) => floorOf(f) === -1)).toEqual([]);
  });

  it('imports go down only', () => {
    const upward = all.flatMap((f) =>
      imports(join(lib, f))
        .filter((to) => floorOf(to) > floorOf(f))
        .map((to) => `${f} -> ${to}`),
    );
    expect(upward).toEqual([]);
  });

  it('the model knows neither cdk8s nor Kubernetes objects', () => {
    const model = all.filter((f) => /^(sovra|schedule|rules|errors|validate|yaml)/.test(f));
    expect(
      model.flatMap((f) =>
        imports(join(lib, f))
          .filter((to) => /^(cdk8s|constructs|@pulumi)/.test(to))
          .map((to) => `${f} -> ${to}`),
      ),
    ).toEqual([]);
  });

  it('nothing outside of its rooms loads Pulumi', () => {
    const others = all.filter((f) => !/^(pulumi|policy)\//.test(f));
    expect(others.flatMap((f) => imports(join(lib, f)).filter((to) => to.includes('pulumi')))).toEqual([]);
  });

  it('the rooms that load Pulumi do not know each other', () => {
    const between = all.flatMap((f) =>
      imports(join(lib, f))
        .filter((to) => (f.startsWith('policy/') ? /^pulumi\// : f.startsWith('pulumi/') ? /^policy\// : /^$/).test(to))
        .map((to) => `${f} -> ${to}`),
    );
    expect(between).toEqual([]);
  });

  it('no file grows beyond 400 lines, but for generated types', () => {
    const long = [
      ...files(lib),
      ...files(join(root, 'stacks')),
      ...files(join(root, 'examples')),
      ...files(join(root, 'test')),
    ].filter((f) => !f.includes('/crds/'));
    expect(long.filter((f) => readFileSync(f, 'utf8').split('\n').length > 401).map((f) => relative(root, f))).toEqual(
      [],
    );
  });
});
