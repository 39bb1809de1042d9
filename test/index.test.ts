import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import * as published from '../lib';

const root = join(__dirname, '..');
const path = join(root, 'lib', 'index.ts');
const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022);

interface Exported {
  readonly name: string;
  readonly kind: 'type' | 'value';
}

/** What a statement of the entry re-exports by name, or undefined where it does anything else. */
function reExports(statement: ts.Statement): Exported[] | undefined {
  if (!ts.isExportDeclaration(statement) || !statement.moduleSpecifier) return undefined;
  const { exportClause, isTypeOnly } = statement;
  if (!exportClause || !ts.isNamedExports(exportClause)) return undefined;
  return exportClause.elements.map((e) => ({
    name: e.name.text,
    kind: isTypeOnly || e.isTypeOnly ? 'type' : 'value',
  }));
}

const from = (statement: ts.Statement) =>
  ts.isExportDeclaration(statement) && statement.moduleSpecifier && ts.isStringLiteral(statement.moduleSpecifier)
    ? statement.moduleSpecifier.text
    : '';

describe('the public API', () => {
  const exported = source.statements.flatMap((s) => reExports(s) ?? []);

  it('is made of re-exports by name and of nothing else, each module once and in order', () => {
    expect(source.statements.filter((s) => reExports(s) === undefined).map((s) => s.getText(source))).toEqual([]);
    const modules = source.statements.map(from);
    expect(modules).toEqual([...new Set(modules)].sort((a, b) => (a < b ? -1 : 1)));
  });

  it('never loses or renames anything by accident: names are a contract', () => {
    expect(exported.map((e) => `${e.kind} ${e.name}`).sort()).toMatchSnapshot();
  });

  it('has every value that it names, and no other', () => {
    const values = exported.filter((e) => e.kind === 'value').map((e) => e.name);
    expect(Object.keys(published).sort()).toEqual(values.sort());
    for (const [name, value] of Object.entries(published)) expect([name, value]).not.toEqual([name, undefined]);
  });
});

describe('loading the public API', () => {
  // In a process of its own: here, jest has loaded half the world already.
  const script = `
    const before = new Set(Object.keys(require.cache));
    require(${JSON.stringify(path)});
    console.log(JSON.stringify(Object.keys(require.cache).filter((file) => !before.has(file))));`;
  const loaded: string[] = JSON.parse(
    execFileSync(process.execPath, ['-r', join(root, 'test', 'support', 'typescript.cjs'), '-e', script], {
      cwd: root,
      encoding: 'utf8',
    }),
  );

  it('loads the constructs', () => {
    expect(loaded).toContain(join(root, 'lib', 'monitoring', 'sovra-monitoring.ts'));
    expect(loaded.some((file) => file.includes('/node_modules/cdk8s/'))).toBe(true);
  });

  it.each(['@pulumi', 'cdk8s-plus-28', '@grafana', '@prometheus-io'])('does not load %s', (name) => {
    expect(loaded.filter((file) => file.includes(`/node_modules/${name}`))).toEqual([]);
  });
});
