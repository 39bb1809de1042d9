import type { VOLUME_ALERTS } from '../../../lib/rules/alerts/volumes';
import { series } from './series';
import type { AlertCases, Missing } from './types';

const claim = { namespace: 'sovra', persistentvolumeclaim: 'data-postgres-0' };
const ofAnother = { namespace: 'somebody-else', persistentvolumeclaim: 'data-0' };

/** What the kubelet of a node says of a claim. */
const volume = (available: string, capacity: number, node = 'a', labels: Record<string, string> = claim) => ({
  [series('kubelet_volume_stats_available_bytes', { ...labels, job: 'kubelet', instance: node })]: available,
  [series('kubelet_volume_stats_capacity_bytes', { ...labels, job: 'kubelet', instance: node })]: `${capacity}x300`,
});

const missing: Missing = { what: 'no kubelet is scraped', series: () => ({}), after: '30m', alerts: [{}] };

/** An alert on the share that is left, which fires below so many of a thousand. */
const belowShare = (level: 'P1' | 'P2', perMille: number, after: string) =>
  ({
    level,
    step: '1m',
    fires: [
      {
        what: `${perMille - 1} of 1000 are left`,
        series: () => volume(`${perMille - 1}x60`, 1000),
        after,
        alerts: [claim],
      },
      {
        what: 'two nodes report it, and the larger size and the smaller rest count',
        series: () => ({ ...volume(`${perMille - 1}x60`, 1000), ...volume('900x60', 500, 'b') }),
        after,
        alerts: [claim],
      },
    ],
    silent: [
      { what: `${perMille} of 1000 are left`, series: () => volume(`${perMille}x60`, 1000), until: '40m' },
      { what: 'of others in the same cluster', series: () => volume('1x60', 1000, 'a', ofAnother), until: '25m' },
    ],
    resolves: {
      what: 'it was made larger',
      series: () => volume('1x30 500x30', 1000),
      firing: '29m',
      resolved: '31m',
      alerts: [claim],
    },
    missing,
  }) satisfies AlertCases;

export const VOLUME_CASES = {
  VolumeAlmostFull: belowShare('P1', 50, '5m'),
  VolumeSpaceLow: belowShare('P2', 100, '15m'),
  VolumeFullSoon: {
    level: 'P2',
    step: '1m',
    fires: [
      {
        what: '39.9 % are left, and nothing would be in a day',
        series: () => volume('399000-290x120', 1_000_000),
        after: '1h1m',
        alerts: [claim],
      },
      {
        what: 'after half an hour it is within a day, as one of two nodes reports',
        series: () => ({ ...volume('390000-265x120', 1_000_000), ...volume('900000x120', 900_000, 'b') }),
        after: '1h32m',
        alerts: [claim],
      },
    ],
    silent: [
      { what: 'more than a day is left', series: () => volume('390000-250x119', 1_000_000), until: '1h55m' },
      { what: 'it fills, but 40 % are left yet', series: () => volume('415000-300x120', 1_000_000), until: '1h40m' },
      { what: 'little is left, but it does not fill', series: () => volume('50000x120', 1_000_000), until: '1h55m' },
      { what: 'of others', series: () => volume('300000-900x120', 1_000_000, 'a', ofAnother), until: '1h20m' },
    ],
    resolves: {
      what: 'it was made empty',
      series: () => volume('390000-600x90 900000x60', 1_000_000),
      firing: '1h29m',
      resolved: '1h31m',
      alerts: [claim],
    },
    missing,
  },
  VolumeMetricsMissing: {
    level: 'P2',
    step: '1m',
    fires: [
      { what: 'only those of others are reported', series: () => volume('5x60', 10, 'a', ofAnother), after: '30m' },
    ],
    silent: [{ what: 'one is reported', series: () => volume('5x60', 10), until: '55m' }],
    resolves: { what: 'reported again', series: () => volume('_x40 5x30', 10), firing: '39m', resolved: '41m' },
    missing,
  },
} satisfies Record<keyof typeof VOLUME_ALERTS, AlertCases>;
