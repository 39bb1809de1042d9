// `node -r ./test/policy/from-source.cjs policy-pack/index.js` serves the pack from the sources, not from build/.
const Module = require('node:module');
const { join } = require('node:path');
require('../support/typescript.cjs');

const resolve = Module._resolveFilename;
Module._resolveFilename = (request, ...others) =>
  request === '../build/lib/policy' ? join(__dirname, '../../lib/policy/index.ts') : resolve(request, ...others);
