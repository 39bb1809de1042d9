import { cronOf } from '../../lib/schedule/cron';
import { largestGap, smallestGap } from '../../lib/schedule/gaps';
import { zoneSegments } from '../../lib/schedule/zone';
import fc from '../support/fast-check';
import { cronerRuns, TEN_ZONES } from './croner';
import { countedGaps, schedules, utc } from './reference';

const FROM = utc('2025-01-01');
const TO = utc('2027-01-01');

const computed = (schedule: string, zone: string) => ({
  largest: largestGap(cronOf(schedule), zone),
  smallest: smallestGap(cronOf(schedule), zone),
});
const counted = (schedule: string, zone: string) => countedGaps(cronerRuns(schedule, zone, FROM, TO));

/** By day, when no zone changes its clock: what is left out or comes twice, croner reads in another way than Kubernetes. */
const byDay = fc
  .tuple(
    fc.integer({ min: 0, max: 59 }),
    fc.uniqueArray(fc.integer({ min: 5, max: 21 }), { minLength: 1, maxLength: 3 }),
  )
  .map(([minute, hours]) => `${minute} ${hours.sort((a, b) => a - b).join(',')}`);
const daily = byDay.map((time) => `${time} * * *`);
const weekly = fc.tuple(byDay, fc.integer({ min: 0, max: 6 })).map(([time, day]) => `${time} * * ${day}`);

describe("the time between runs, over two years of croner's runs", () => {
  test.each(TEN_ZONES)('daily and weekly in %s: the same', (zone) => {
    fc.assert(
      fc.property(fc.oneof(daily, weekly), (schedule) => {
        expect({ schedule, ...computed(schedule, zone) }).toEqual({ schedule, ...counted(schedule, zone) });
      }),
      { numRuns: 2 },
    );
  });

  test.each(TEN_ZONES)('any schedule in %s: never more, never less', (zone) => {
    fc.assert(
      fc.property(schedules, (schedule) => {
        const runs = cronerRuns(schedule, zone, FROM, TO, 200);
        const { largest, smallest } = countedGaps(runs);
        expect(computed(schedule, zone).largest).toBeGreaterThanOrEqual(largest);
        expect(computed(schedule, zone).smallest).toBeLessThanOrEqual(smallest);
      }),
      { numRuns: 3 },
    );
  });

  test.each(TEN_ZONES)('every few minutes in %s: never more, never less, also while the clocks change', (zone) => {
    const changes = zoneSegments(zone).filter((s) => s.from > 366 * 1440 && s.from < 2 * 365 * 1440);
    for (const schedule of ['*/2 * * * *', '1-59/2 * * * *', '*/5 * * * *']) {
      for (const at of [{ from: 400 * 1440 }, ...changes]) {
        const change = utc('2024-01-01') + at.from;
        const { largest, smallest } = countedGaps(cronerRuns(schedule, zone, change - 60, change + 60));
        expect(largest).toBeLessThanOrEqual(computed(schedule, zone).largest);
        expect(smallest).toBeGreaterThanOrEqual(computed(schedule, zone).smallest);
      }
    }
  });
});
