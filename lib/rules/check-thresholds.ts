import { holdsMarker } from '../markers';
import { METRICS } from '../sovra/metrics';
import type { Checker } from '../validate';
import { unknownName } from './nearest';
import { type AlertThresholds, THRESHOLDS, thresholdsOf } from './thresholds';

type NumberKey = { [K in keyof AlertThresholds]: AlertThresholds[K] extends number ? K : never }[keyof AlertThresholds];

/** The largest figure that still makes sense: a share ends at 1, a quantile at the histogram's last bound. */
const LIMITS: Partial<Readonly<Record<NumberKey, number>>> = {
  apiErrorRatio: 1,
  policyErrorRatio: 1,
  databaseConnectionRatio: 1,
  databaseConnectionExhaustion: 1,
  authFailureRatio: 1,
  volumeShareLow: 1,
  volumeShareAlmostFull: 1,
  volumeForecastShare: 1,
  notificationFailureRatio: 1,
  apiLatencyP95: Math.max(...METRICS.apiLatency.buckets),
  policyLatencyP95: Math.max(...METRICS.policyLatency.buckets),
  databaseLatencyP95: Math.max(...METRICS.databaseLatency.buckets),
};

/**
 * Holds figures at which alerts fire against those at which they could still fire.
 *
 * @param at the property under which the user finds them, such as `thresholds`
 */
export function checkThresholds(c: Checker, at: string, thresholds: Partial<AlertThresholds> | undefined): void {
  const given = c.part(at, thresholds) ?? {};
  for (const [name, value] of Object.entries(given)) checkThreshold(c, `${at}.${name}`, name, value);
  const all = thresholdsOf(given);
  // What is not a number was reported already.
  for (const { less, more, unit = '', remedy } of ORDERED)
    c.require(!(all[less] >= all[more]), {
      property: `${at}.${more}`,
      given: all[more],
      allowed: `more than ${less} (${all[less]}${unit})`,
      remedy,
    });
}

/** Figures of which one lies beyond the other, or the more urgent alert would come first. */
const ORDERED: readonly { less: NumberKey; more: NumberKey; unit?: string; remedy: string }[] = [
  {
    less: 'heartbeatLate',
    more: 'heartbeatLost',
    unit: ' s',
    remedy: 'A node is late before it is lost; raise the one or lower the other.',
  },
  {
    less: 'databaseConnectionRatio',
    more: 'databaseConnectionExhaustion',
    remedy: 'Many connections are in use before all are; raise the one or lower the other.',
  },
  {
    less: 'volumeShareAlmostFull',
    more: 'volumeShareLow',
    remedy: 'Little is left before hardly anything is; raise the one or lower the other.',
  },
];

function checkThreshold(c: Checker, property: string, name: string, value: unknown): void {
  if (!Object.hasOwn(THRESHOLDS, name)) {
    unknownName(c, property, name, Object.keys(THRESHOLDS), 'the name of a threshold');
  } else if (value !== undefined) {
    const words = Array.isArray(THRESHOLDS[name as keyof AlertThresholds]);
    if (words) checkWords(c, property, value);
    else checkFigure(c, property, value, LIMITS[name as NumberKey]);
  }
}

function checkFigure(c: Checker, property: string, given: unknown, limit = Number.MAX_SAFE_INTEGER): void {
  c.require(typeof given === 'number' && given > 0 && given < limit, {
    property,
    given,
    allowed: limit === Number.MAX_SAFE_INTEGER ? 'a number above 0' : `a number above 0 and below ${limit}`,
    remedy: 'Give it in base units: seconds, bytes, shares of 1. At or beyond the limit the alert could never fire.',
  });
}

function checkWords(c: Checker, property: string, given: unknown): void {
  const fits =
    Array.isArray(given) &&
    given.length > 0 &&
    given.every((w) => typeof w === 'string' && /^[\w.:-]+$/.test(w) && !holdsMarker(w));
  c.require(fits, {
    property,
    given,
    allowed: 'at least one value of the label: letters, digits, "_", ".", ":" and "-"',
    remedy: 'Take the words from the /metrics of your release.',
  });
}
