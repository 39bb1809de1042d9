/** What a program loads before its first line runs. Counted, not timed: a count is the same on every machine. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');

/** Packages of which a process has loaded modules after it loaded a file of ours. */
function loaded(file: string): string[] {
  const script = `require(${JSON.stringify(join(root, file))}); console.log(JSON.stringify(Object.keys(require.cache)))`;
  const compiler = join(root, 'test/support/typescript.cjs');
  const modules = JSON.parse(
    execFileSync('node', ['-r', compiler, '-e', script], { cwd: root, encoding: 'utf8' }),
  ) as string[];
  return modules.map((m) => m.replace(/^.*?\/node_modules\//, ''));
}
const withPulumi = (modules: readonly string[]) => modules.filter((m) => /^@(pulumi|grpc)\//.test(m));

describe('loading', () => {
  it('sovra-ops loads nothing of Pulumi', () => {
    expect(withPulumi(loaded('lib/index.ts'))).toEqual([]);
  });

  it('the stacks of cdk8s load nothing of Pulumi', () => {
    expect(withPulumi(loaded('stacks/stacks.ts'))).toEqual([]);
  });

  it('the stacks of cdk8s parse no YAML: only commands that read manifests load what does', () => {
    expect(loaded('stacks/stacks.ts').filter((m) => m.startsWith('yaml/'))).toEqual([]);
    expect(loaded('lib/cli/images.ts').some((m) => m.startsWith('yaml/'))).toBe(true);
  });

  it('sovra-ops/pulumi loads @pulumi/pulumi, and nothing of @pulumi/kubernetes', () => {
    const modules = loaded('lib/pulumi/index.ts');
    expect(modules.some((m) => m.startsWith('@pulumi/pulumi/'))).toBe(true);
    expect(modules.filter((m) => m.startsWith('@pulumi/kubernetes/'))).toEqual([]);
  });
});
