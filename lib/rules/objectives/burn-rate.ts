import { seconds } from '../../schedule/duration';
import { BURN_RATE_WINDOWS, type BurnRateWindow } from './objective';

/** Without the noise of binary fractions: 1 - 0.999 is 0.001. */
export const rounded = (n: number): number => Number(n.toPrecision(12));

/** Share of events that may be bad. */
export const budget = (target: number): number => rounded(1 - target);

/** How many times faster than allowed the budget burns when a share of it goes in one window; never below the allowed. */
export function burnRate({ budget: share, long }: BurnRateWindow, period: string): number {
  return rounded(Math.max(1, (share * seconds(period)) / seconds(long)));
}

/** Share of bad events above which the budget burns so fast. */
export function burnThreshold(w: BurnRateWindow, target: number, period: string): number {
  return rounded(burnRate(w, period) * budget(target));
}

/**
 * Long windows over which an objective has no alert: their burn rate would take more than all to be bad. That is so for low
 * targets and long periods; of 30 days over 1h for a target of 0.93 and below, over 6h of 0.83 and below.
 */
export function silentWindows(target: number, period: string): string[] {
  return BURN_RATE_WINDOWS.filter((w) => burnThreshold(w, target, period) >= 1).map((w) => w.long);
}
