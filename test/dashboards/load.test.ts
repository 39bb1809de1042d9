import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');

/** Loads a file in a process of its own, as a user's program would, and tells which modules that brought in. */
function loadedBy(file: string): string[] {
  const script = `
    const swc = require('@swc/core');
    require.extensions['.ts'] = (module, path) => module._compile(swc.transformFileSync(path, {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' },
    }).code, path);
    const before = new Set(Object.keys(require.cache));
    require(${JSON.stringify(join(root, file))});
    console.log(Object.keys(require.cache).filter((path) => !before.has(path)).join('\\n'));`;
  return execFileSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8' }).trim().split('\n');
}

describe('loading the dashboards', () => {
  const loaded = loadedBy('lib/dashboards/index.ts');

  it('loads them', () => {
    expect(loaded).toContain(join(root, 'lib/dashboards/overview.ts'));
  });

  it("runs no code of Grafana's SDK, which alone would take as long as a whole synth", () => {
    expect(loaded.filter((path) => path.includes('@grafana'))).toEqual([]);
  });

  it('runs no code of any package', () => {
    expect(loaded.filter((path) => path.includes('node_modules'))).toEqual([]);
  });
});
