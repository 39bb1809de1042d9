import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Outcome } from '../../lib/cli/command';

/**
 * Carries out command lines in a thread of its own. A command that reads and compares for seconds would keep everything
 * waiting that the tests serve in theirs: Prometheus would find its targets down, and be right.
 */
export class Beside {
  private readonly worker = new Worker(join(__dirname, 'beside-thread.cjs'));

  /** One at a time: whoever calls waits for the outcome. */
  async run(argv: readonly string[]): Promise<Outcome> {
    const answer = once(this.worker, 'message');
    this.worker.postMessage(argv);
    const [outcome] = await answer;
    return outcome;
  }

  stop(): Promise<unknown> {
    return this.worker.terminate();
  }
}
