import type { AlertName } from '../catalogue';
import type { Inhibition } from '../inhibitions';
import type { SloAlertName } from './objective';

const BURNS: Inhibition<AlertName | SloAlertName>['targets'] = ['ErrorBudgetBurnsFast', 'ErrorBudgetBurnsSlowly'];
const of = (...values: readonly string[]) => ({ label: 'slo', values });

/** What a burning budget need not say beside an alert that names the cause, or that is the same and more urgent. */
export const SLO_INHIBITIONS: readonly Inhibition<AlertName | SloAlertName>[] = [
  {
    source: 'ErrorBudgetBurnsFast',
    targets: ['ErrorBudgetBurnsSlowly'],
    equal: ['slo'],
    because: 'the same budget, burning faster; what burns slowly is told when that has ended',
  },
  {
    source: 'SovraApiDown',
    targets: BURNS,
    equal: [],
    where: of('availability', 'api-latency'),
    because: 'the requests of an API that is down fail and wait; the budget says nothing beyond that',
  },
  {
    source: 'DatabaseDown',
    targets: BURNS,
    equal: [],
    where: of('availability', 'api-latency'),
    because: 'the requests of an API without its database fail and wait; the budget says nothing beyond that',
  },
  {
    source: 'EdgeNodesSilentTogether',
    targets: BURNS,
    equal: [],
    where: of('edge-heartbeat'),
    because: 'the budget of heartbeats burns by the nodes that this alert counts',
  },
];
