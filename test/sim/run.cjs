// Starts the simulated Sovra by hand: `node test/sim/run.cjs --help`.
require('../support/typescript.cjs');
require('./main.ts');
