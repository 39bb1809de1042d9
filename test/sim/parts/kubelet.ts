import type { Behaviour } from '../endpoint';
import { CONTENT_TYPE } from '../exposition';
import { NOT_FOUND } from '../listener';
import type { Moment } from '../moment';
import type { SimulatedSovraSettings } from '../options';
import { Page } from '../page';

const GIB = 2 ** 30;

/** Volumes of the installation and of what watches it: how large they are, and how much of them is used. */
const VOLUMES = [
  { namespace: 'sovra', persistentvolumeclaim: 'data-postgres-0', size: 20 * GIB, used: 0.4 },
  { namespace: 'sovra-edge', persistentvolumeclaim: 'data-vault-0', size: 10 * GIB, used: 0.1 },
  {
    namespace: 'monitoring',
    persistentvolumeclaim: 'prometheus-sovra-db-prometheus-sovra-0',
    size: 50 * GIB,
    used: 0.8,
  },
];
/** The one that fills. */
const FILLS = 'data-postgres-0';

/** What a kubelet says of the volumes of the pods on its node. */
export function kubelet(s: SimulatedSovraSettings): Behaviour {
  return {
    answer: (request, moment) =>
      request.path === '/metrics' ? { status: 200, type: CONTENT_TYPE, body: metrics(moment, s) } : NOT_FOUND,
  };
}

function metrics(m: Moment, s: SimulatedSovraSettings): string {
  const filling = m.faults.active('volume-filling');
  const left = (v: (typeof VOLUMES)[number]) =>
    Math.round(v.size * (1 - (filling && v.persistentvolumeclaim === FILLS ? filling.value : v.used)));
  const of = (value: (v: (typeof VOLUMES)[number]) => number) =>
    VOLUMES.map((v) => ({
      labels: { namespace: v.namespace, persistentvolumeclaim: v.persistentvolumeclaim },
      value: value(v),
    }));
  return new Page(s.dialect)
    .series('volumeAvailable', of(left))
    .series(
      'volumeCapacity',
      of((v) => v.size),
    )
    .toString();
}
