import type { Behaviour } from '../endpoint';
import { CONTENT_TYPE } from '../exposition';
import { type Answer, json, NOT_FOUND, type Request } from '../listener';
import type { Moment } from '../moment';
import type { SimulatedSovraSettings } from '../options';
import { Page } from '../page';
import { edgeNodes, federation } from './fleet';
import { apiTraffic, auditTrail, databaseUse, keyOperations, policyDecisions } from './traffic';

/** One replica of the control plane. */
export function api(s: SimulatedSovraSettings, pod: number): Behaviour {
  return {
    refuses: (faults) =>
      faults.active('api-down') !== undefined || faults.active('api-replica-down', { pod }) !== undefined,
    answer: (request, moment) => answer(request, moment, s),
  };
}

function answer(request: Request, m: Moment, s: SimulatedSovraSettings): Answer {
  switch (request.path) {
    case '/metrics':
      return { status: 200, type: CONTENT_TYPE, body: metrics(m, s) };
    case '/live':
      return json(200, { status: 'alive' });
    case '/ready':
      return json(200, { status: 'ready' });
    case '/health':
      return json(200, { status: 'healthy' });
    default:
      return NOT_FOUND;
  }
}

function metrics(m: Moment, s: SimulatedSovraSettings): string {
  const page = new Page(s.dialect);
  apiTraffic(page, m);
  policyDecisions(page, m);
  auditTrail(page, m);
  keyOperations(page, m);
  databaseUse(page, m);
  edgeNodes(page, m, s.edgeNodes);
  federation(page, m, s.federationPartners);
  return page.toString();
}
