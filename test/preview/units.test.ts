import { axisText } from '../../lib/preview/fields';
import { formatOf } from '../../lib/preview/units';

const NOW = 1_767_603_600;

describe('values in the units of Grafana', () => {
  it.each([
    ['none', 0, '0'],
    ['none', 2, '2'],
    ['none', 12.345, '12.3'],
    ['none', 0.0123, '0.0123'],
    ['none', Number.NaN, 'NaN'],
    ['none', Number.POSITIVE_INFINITY, '∞'],
    ['short', 1234, '1.23 K'],
    ['short', -2_500_000, '-2.50 Mil'],
    ['short', 0.5, '0.500'],
    ['s', 0, '0 s'],
    ['s', 0.0000004, '400 ns'],
    ['s', 0.0367, '36.7 ms'],
    ['s', 59, '59 s'],
    ['s', 90, '1.50 min'],
    ['s', 7200, '2 hour'],
    ['s', 3 * 86_400, '3 day'],
    ['s', 70 * 86_400, '10 week'],
    ['s', 730 * 86_400, '2 year'],
    ['ms', 1500, '1.50 s'],
    ['d', 0.5, '0.500 day'],
    ['d', 0, '0 day'],
    ['d', 60, '8.57 week'],
    ['bytes', 0, '0 B'],
    ['bytes', 1536, '1.50 KiB'],
    ['bytes', 400 * 2 ** 20, '400 MiB'],
    ['decbytes', 1500, '1.50 kB'],
    ['kbytes', 2048, '2 MiB'],
    ['percent', 12.5, '12.5%'],
    ['percentunit', 0.999, '99.9%'],
    ['percentunit', 0.07, '7%'],
    ['reqps', 31.7, '31.7 req/s'],
    ['reqps', 1200, '1.20K req/s'],
    ['ops', 0.2, '0.200 ops/s'],
    ['hertz', 1500, '1.50 kHz'],
    ['bool_yes_no', 1, 'Yes'],
    ['dateTimeAsIso', NOW * 1000, '2026-01-05 09:00:00'],
    ['dateTimeFromNow', (NOW - 10) * 1000, 'a few seconds ago'],
    ['dateTimeFromNow', (NOW - 300) * 1000, '5 minutes ago'],
    ['dateTimeFromNow', (NOW - 3600) * 1000, 'an hour ago'],
    ['dateTimeFromNow', (NOW + 3 * 86_400) * 1000, 'in 3 days'],
    ['suffix: keys', 3, '3 keys'],
    ['prefix:no. ', 3, 'no. 3'],
    ['constructor', 3, '3 constructor'],
    ['furlong', 3, '3 furlong'],
  ])('%s %d is %s', (unit, value, text) => {
    expect(formatOf(unit, NOW)(value)).toBe(text);
  });

  it('has as many decimals as a panel says', () => {
    expect(formatOf('percentunit', NOW)(0.99995, 3)).toBe('99.995%');
    expect(formatOf('s', NOW)(90, 0)).toBe('2 min');
  });

  it.each([
    ['percentunit', 0.2, '20%'],
    ['none', 0.1 + 0.2, '0.3'],
    ['none', 1.5, '1.5'],
    ['s', 600, '10 min'],
    ['bytes', 3 * 2 ** 26, '192 MiB'],
    ['reqps', 10, '10 req/s'],
  ])('an axis writes %s %d as %s', (unit, value, text) => {
    expect(axisText(unit, value, NOW)).toBe(text);
  });
});
