import type { AlertCases } from '../rules/cases/types';

const up = (job: string, ...values: string[]) =>
  Object.fromEntries(values.map((v, i) => [`up{job="${job}",pod="${i}",instance="${i}"}`, v]));

/** Of three replicas, some do not answer. */
export const degradedCases = (job: string): AlertCases => ({
  level: 'P3',
  fires: [
    {
      what: 'one of three does not answer',
      series: () => up(job, '1x200', '1x200', '0x200'),
      after: '15m',
      alerts: [{}],
    },
    { what: 'one has no node, so that nobody scrapes it', series: () => up(job, '1x200', '1x200'), after: '15m' },
  ],
  silent: [
    { what: 'all answer', series: () => up(job, '1x200', '1x200', '1x200'), until: '40m' },
    { what: 'none answers, of which another alert tells', series: () => up(job, '0x200', '0x200'), until: '40m' },
    { what: 'it restarts', series: () => up(job, '1x200', '1x200', '1x40 0x40 1x120'), until: '40m' },
  ],
  resolves: {
    what: 'it is back',
    series: () => up(job, '1x200', '1x200', '0x80 1x120'),
    firing: '19m',
    resolved: '20m15s',
    alerts: [{}],
  },
  missing: { what: 'nothing is scraped', series: () => ({}), after: '5m', alerts: [{}] },
});
