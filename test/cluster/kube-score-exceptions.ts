import type { ScoreException } from './kube-score';

/** Where we decide otherwise than kube-score, and why. An exception that excuses nothing any more fails the test. */
export const EXCEPTIONS: readonly ScoreException[] = [];
