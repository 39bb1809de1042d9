import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import ts from 'typescript';
import * as lib from '../../lib';
import { type Block, ROOT } from './pages';

/**
 * What a block without imports may use: everything that the package exports, and what its page says has been made before.
 */
const GIVEN = {
  app: 'import("cdk8s").App',
  chart: 'import("cdk8s").Chart',
  sovra: 'import("sovra-ops").SovraInstallation',
  prometheus: 'import("sovra-ops").PrometheusRef',
} as const;

const isWhole = (block: Block) => /^import /m.test(block.code);
const uses = (code: string, name: string) => new RegExp(`\\b${name}\\b`).test(code);

/** The block as a module of its own. Whatever is put before it stays on its first line, so that lines still count. */
function moduleText(block: Block): string {
  if (isWhole(block)) return block.code;
  const exported = Object.keys(lib).filter((name) => uses(block.code, name));
  const given = Object.entries(GIVEN).filter(([name]) => uses(block.code, name));
  return [
    exported.length > 0 ? `import { ${exported.join(', ')} } from 'sovra-ops'; ` : '',
    ...given.map(([name, type]) => `declare const ${name}: ${type}; `),
    block.code,
  ].join('');
}

function options(): ts.CompilerOptions {
  const config = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const parsed = ts.parseJsonConfigFileContent(config.config, ts.sys, ROOT).options;
  return {
    ...parsed,
    types: ['node'],
    noUnusedLocals: false,
    moduleDetection: ts.ModuleDetectionKind.Force,
    paths: {
      'sovra-ops': [join(ROOT, 'lib', 'index.ts')],
      'sovra-ops/pulumi': [join(ROOT, 'lib', 'pulumi', 'index.ts')],
    },
  };
}

/** What the compiler has to say against the blocks, read as if each were a file of a project that has this package. */
export function typeErrors(blocks: readonly Block[]): string[] {
  const files = new Map(blocks.map((b, i) => [join(ROOT, 'test', 'docs', `block-${i}.ts`), b]));
  const host = ts.createCompilerHost(options());
  const readSource = host.getSourceFile.bind(host);
  host.getSourceFile = (name, version, ...rest) => {
    const block = files.get(name);
    return block ? ts.createSourceFile(name, moduleText(block), version, true) : readSource(name, version, ...rest);
  };
  const exists = host.fileExists.bind(host);
  host.fileExists = (name) => files.has(name) || exists(name);
  const program = ts.createProgram([...files.keys()], options(), host);
  return [...files].flatMap(([name, block]) => {
    const source = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((d) => {
      const line = source?.getLineAndCharacterOfPosition(d.start ?? 0).line ?? 0;
      return `${block.at} + ${line}: ${ts.flattenDiagnosticMessageText(d.messageText, ' ')}`;
    });
  });
}

/** Runs a block, and the checks across the objects that it made. @throws {SovraOpsError} what the block is refused with */
export function runBlock(block: Block): void {
  const { outputText } = ts.transpileModule(moduleText(block), {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true },
  });
  const made: App[] = [];
  const requireFor = (name: string): unknown => {
    if (name === 'sovra-ops') return lib;
    if (name === 'sovra-ops/pulumi') return require('../../lib/pulumi');
    // The apps that a block makes are checked like those that it was given.
    if (name === 'cdk8s') return { ...require('cdk8s'), App: recording(made) };
    return require(name);
  };
  const app = new App();
  const given = {
    app,
    chart: new Chart(app, 'sovra-operations'),
    sovra: new lib.SovraInstallation({ edgeNodes: [{ id: 'edge-1', vault: {} }] }),
    prometheus: lib.SOVRA_PROMETHEUS,
  };
  const names = Object.keys(given).filter(
    (name) => !new RegExp(`\\b(const|=>|\\{) .*\\b${name}\\b.*=`).test(block.code),
  );
  const run = new Function('require', 'exports', ...(isWhole(block) ? [] : names), outputText);
  run(requireFor, {}, ...(isWhole(block) ? [] : names.map((name) => given[name as keyof typeof given])));
  for (const each of [app, ...made]) lib.runChecks(each);
}

function recording(made: App[]): typeof App {
  return class extends App {
    constructor(...args: ConstructorParameters<typeof App>) {
      super(...args);
      made.push(this);
    }
  };
}
