// Loads modules, named from the root of the project, and does nothing with them.
const { join } = require('node:path');

const root = join(__dirname, '..', '..');
for (const name of process.argv.slice(2)) require(require.resolve(name, { paths: [root] }));
