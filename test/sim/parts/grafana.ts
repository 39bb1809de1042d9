import type { Behaviour } from '../endpoint';
import { CONTENT_TYPE } from '../exposition';
import { type Answer, json, NOT_FOUND, type Request } from '../listener';
import type { SimulatedSovraSettings } from '../options';
import { Page } from '../page';

const VERSION = '12.3.0';

export function grafana(s: SimulatedSovraSettings): Behaviour {
  return { answer: (request) => answer(request, s) };
}

function answer(request: Request, s: SimulatedSovraSettings): Answer {
  if (request.path === '/api/health') return json(200, { database: 'ok', version: VERSION, commit: 'simulated' });
  if (request.path !== '/metrics') return NOT_FOUND;
  const page = new Page(s.dialect)
    .other('grafana_build_info', 'gauge', "A metric with a constant '1' value labeled by the version of Grafana.", [
      { labels: { version: VERSION, edition: 'oss' }, value: 1 },
    ])
    .other('grafana_stat_totals_dashboard', 'gauge', 'total amount of dashboards', [{ labels: {}, value: 5 }]);
  return { status: 200, type: CONTENT_TYPE, body: page.toString() };
}
