// `node -r ./test/support/typescript.cjs FILE.ts` runs TypeScript from source, compiled as it is loaded with the same
// compiler as the tests: nothing has to be built first, and nothing stale can be run.
const { readFileSync } = require('node:fs');
const { transformSync } = require('@swc/core');

require.extensions['.ts'] = (module, filename) => {
  const { code } = transformSync(readFileSync(filename, 'utf8'), {
    filename,
    swcrc: false,
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'commonjs' },
  });
  module._compile(code, filename);
};
