// Starts the simulated Sovra by hand: `node test/sim/run.cjs --help`. It compiles the TypeScript as it is loaded, with
// the same compiler as the tests, so that nothing has to be built first.
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

require('./main.ts');
