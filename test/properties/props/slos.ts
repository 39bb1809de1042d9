/** Props of `SovraSlos`. */

import type { SovraSlosProps } from '../../../lib/alerts/sovra-slos';
import { OBJECTIVE_NAMES } from '../../../lib/rules/objectives/catalogue';
import type { ObjectiveChange, ObjectiveOptions, OwnObjective } from '../../../lib/rules/objectives/options';
import { parseDuration } from '../../../lib/schedule/duration';
import { METRICS } from '../../../lib/sovra/metrics';
import fc from '../../support/fast-check';
import { alsoBroken, constant, corrected, either, type Fields, type Kind, list, number, record, text } from '../kinds';
import { baseUrl, dnsLabel, labels, prose } from '../leaves';
import { alertLabels, sloAlertOverrides } from './alerts';
import { sovra } from './installation';
import { lookingIn, prometheusRef } from './network';

const target = number(fc.constantFrom(0.5, 0.9, 0.95, 0.99, 0.999, 0.99995), [0, 1, -0.1, 99.9, 1.5]);
const minimumBadEvents = number(fc.constantFrom(0, 1, 10, 250), [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]);
const expr = (first: string) => text(fc.constantFrom(`count(up) * ${first}`, `vector(${first})`), ['', ' ']);
const own = list(
  record<OwnObjective>(
    {
      name: text(
        dnsLabel.valid.filter((n) => n.length <= 53 && !(OBJECTIVE_NAMES as readonly string[]).includes(n)),
        ['', 'A', 'a_b', 'availability', 'x'.repeat(54), 'x'.repeat(64)],
      ),
      title: prose,
      target,
      bad: expr('0'),
      all: expr('1'),
      minimumBadEvents,
    },
    ['name', 'title', 'target', 'bad', 'all'],
  ),
  { max: 2, unique: (o: OwnObjective) => o.name },
);
const unknownField = {
  name: 'unknown field',
  broken: fc.constantFrom('targt', 'window').map((f) => ({ value: { [f]: 0.9 }, property: `.${f}` })),
};
/** Nothing is known between the bounds of the histogram. */
const threshold = number(fc.constantFrom(...METRICS.apiLatency.buckets), [0, -1, 0.2, 11]);
const changeOf = (fields: Partial<Fields<ObjectiveChange>>) =>
  either(alsoBroken(record<ObjectiveChange>({ target, ...fields } as never), unknownField), constant(false as const));
const objectives = alsoBroken(
  record({
    availability: changeOf({ minimumBadEvents }),
    'api-latency': changeOf({ threshold, minimumBadEvents }),
    'edge-heartbeat': changeOf({}),
    'audit-delivery': changeOf({}),
  } as unknown as Fields<NonNullable<ObjectiveOptions['objectives']>>),
  {
    name: 'an unknown objective',
    broken: fc.constantFrom('availabilty', 'latency').map((n) => ({ value: { [n]: false }, property: `.${n}` })),
  },
);

export const slosProps: Kind<SovraSlosProps> = corrected(
  record<SovraSlosProps>(
    {
      sovra,
      prometheus: prometheusRef,
      namespace: dnsLabel,
      labels,
      period: text(fc.constantFrom('30d', '28d', '7d', '3d', '4w'), ['', '30', '1d', '2d', '1.5d', '100y']),
      objectives: objectives as Kind<NonNullable<ObjectiveOptions['objectives']>>,
      own,
      alerts: sloAlertOverrides as Kind<NonNullable<SovraSlosProps['alerts']>>,
      alertLabels,
      runbookBaseUrl: baseUrl,
      grafanaUrl: baseUrl,
    },
    ['sovra'],
  ),
  (p) => ({
    ...p,
    ...(p.prometheus && p.namespace && { prometheus: lookingIn(p.prometheus, [p.namespace]) }),
    // No further back than the Prometheus keeps.
    ...((parseDuration(p.prometheus?.retention ?? '35d') ?? 0) < 30 * 86_400 && { period: '7d' }),
  }),
);
