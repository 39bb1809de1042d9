// The thread of beside.ts: carries out one command line after the other.
const { parentPort } = require('node:worker_threads');
require('../support/typescript.cjs');
const { run } = require('../../lib/cli/main.ts');

parentPort.on('message', async (argv) => parentPort.postMessage(await run(argv)));
