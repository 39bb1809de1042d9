import { SovraApp, SovraOpsError } from '../lib';
import { STACKS } from './stacks';

const [name = process.env.SOVRA_STACK ?? 'control-plane'] = process.argv.slice(2);
const stack = STACKS[name];
if (!stack) {
  console.error(`There is no stack "${name}". Stacks: ${Object.keys(STACKS).join(', ')}.`);
  process.exit(2);
}
try {
  const app = new SovraApp();
  stack(app);
  app.synth();
} catch (e) {
  // What the user did wrong is told without a stack trace; what we did wrong comes with one.
  console.error(e instanceof SovraOpsError ? e.message : e);
  process.exit(1);
}
