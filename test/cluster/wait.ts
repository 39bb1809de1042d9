export interface WaitOptions {
  /** Milliseconds until the wait is given up. @default 60000, many times what is needed on a machine that has nothing else to do */
  readonly timeout?: number;
  /** Milliseconds between two looks. @default 100 */
  readonly interval?: number;
}

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/**
 * Looks again and again until `check` gives something other than undefined or false. A check that throws counts as
 * "not yet": servers that are starting refuse connections. What it threw last is in the error of a wait given up.
 */
export async function waitFor<T>(
  what: string,
  check: () => Promise<T | undefined | false> | T | undefined | false,
  { timeout = 60_000, interval = 100 }: WaitOptions = {},
): Promise<T> {
  const deadline = Date.now() + timeout;
  let last: unknown;
  for (;;) {
    // Asked before the look: what came while this machine stood still has come.
    const late = Date.now() >= deadline;
    try {
      const result = await check();
      if (result !== undefined && result !== false) return result;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (late) break;
    await pause(interval);
  }
  const reason = last instanceof Error ? `: ${last.message}` : '';
  throw new Error(`gave up after ${timeout / 1000} s waiting for ${what}${reason}`);
}
