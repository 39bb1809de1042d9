import { FaultLog } from './fault-log';
import { histogramSamples, meanLatency, shareBelow } from './latency';
import { events, lifetimeWork, type Moment, phases } from './moment';

const moment = (now: number, faults = new FaultLog(), startedAt = -3600): Moment => ({ now, startedAt, faults });

describe('elapsed time', () => {
  it('is cut where a fault came and went, and nothing is lost', () => {
    const faults = new FaultLog();
    faults.begin('api-erroring', {}, 0.2, 100);
    faults.end('api-erroring', {}, 160);
    const all = phases(moment(500, faults), 'api-erroring');
    expect(all.map((p) => p.fault !== undefined)).toEqual([false, true, false]);
    expect(all.reduce((sum, p) => sum + p.work, 0)).toBeCloseTo(lifetimeWork(moment(500)), 6);
  });

  it('knows of a fault only from the time before it that its process has lived', () => {
    const faults = new FaultLog();
    faults.begin('api-erroring', {}, 0.2, 100);
    faults.end('api-erroring', {}, 160);
    expect(phases(moment(500, faults, 200), 'api-erroring').find((p) => p.fault)?.work).toBe(0);
  });

  it('counts overlapping faults once', () => {
    const faults = new FaultLog();
    faults.begin('federation-down', {}, 1, 10);
    faults.begin('federation-down', { partner: 'a' }, 1, 20);
    faults.endAll(30);
    const down = phases(moment(40, faults, 0), 'federation-down', { partner: 'a' }).filter((p) => p.fault);
    expect(down).toHaveLength(2);
    expect(down.reduce((sum, p) => sum + p.work, 0)).toBeCloseTo(lifetimeWork(moment(30, faults, 10)), 6);
  });

  it('never takes a counter back, whatever comes and goes', () => {
    const faults = new FaultLog();
    let last = [0, 0];
    const backwards: number[] = [];
    for (let tick = 0; tick < 6000; tick += 1) {
      const now = tick / 10;
      if (tick % 400 === 100) faults.begin('api-erroring', {}, 0.2 + (tick % 3) / 10, now);
      if (tick % 400 === 300) faults.end('api-erroring', {}, now);
      const all = phases(moment(now, faults), 'api-erroring');
      const counts = [0.8, 0.2].map((share) => events(6, all, (fault) => (fault ? share : 1 - share)));
      if (counts.some((count, i) => count < (last[i] ?? 0))) backwards.push(now);
      last = counts;
    }
    expect(backwards).toEqual([]);
  });
});

describe('latencies', () => {
  it('lie below the 95th percentile in 95 of 100 cases', () => {
    expect(shareBelow(0.25, 0.25)).toBeCloseTo(0.95, 9);
    expect(shareBelow(Number.POSITIVE_INFINITY, 0.25)).toBe(1);
  });

  it('have buckets that add up, and a count that is the last of them', () => {
    const samples = histogramSamples([0.1, 0.5, 1], {
      labels: { a: 'b' },
      rate: 7,
      phases: [{ work: 1000 }],
      p95: () => 0.3,
    });
    const buckets = samples.filter((s) => s.suffix === '_bucket');
    expect(buckets.map((s) => s.labels)).toEqual(['0.1', '0.5', '1', '+Inf'].map((le) => ({ a: 'b', le })));
    expect(buckets.map((s) => s.value)).toEqual(buckets.map((s) => s.value).sort((a, b) => a - b));
    expect(samples.at(-1)).toEqual({ suffix: '_count', labels: { a: 'b' }, value: 7000 });
    expect(buckets.at(-1)?.value).toBe(7000);
    expect(samples.find((s) => s.suffix === '_sum')?.value).toBeCloseTo(7000 * meanLatency(0.3), 6);
  });
});
