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
  private last: Promise<unknown> = Promise.resolve();

  /** One after the other, in the order in which they were given. */
  run(argv: readonly string[]): Promise<Outcome> {
    const outcome = this.last.then(async () => {
      const answer = once(this.worker, 'message') as Promise<[Outcome]>;
      this.worker.postMessage(argv);
      return (await answer)[0];
    });
    this.last = outcome.catch(() => undefined);
    return outcome;
  }

  stop(): Promise<unknown> {
    return this.worker.terminate();
  }
}
