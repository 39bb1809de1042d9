import type { Behaviour } from '../endpoint';
import { CONTENT_TYPE } from '../exposition';
import { histogramSamples } from '../latency';
import { type Answer, json, NOT_FOUND, type Request } from '../listener';
import { lifetimeWork, type Moment } from '../moment';
import type { SimulatedSovraSettings } from '../options';
import { Page } from '../page';

const BOUNDS = [1e-6, 5e-6, 1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 0.01, 0.1, 1];
const RATE = 5;
const P95 = 0.0008;

/** One policy agent; it has a second listener for its diagnostics, and both serve the same. */
export function opa(s: SimulatedSovraSettings, node: string, pod: number): Behaviour {
  return {
    refuses: (faults) => faults.active('opa-down', { node, pod }) !== undefined,
    answer: (request, moment) => answer(request, moment, s),
  };
}

function answer(request: Request, m: Moment, s: SimulatedSovraSettings): Answer {
  if (request.path === '/health') return json(200, {});
  if (request.path !== '/metrics') return NOT_FOUND;
  const samples = histogramSamples(BOUNDS, {
    labels: { code: '200', handler: 'v1/data', method: 'post' },
    rate: RATE,
    phases: [{ work: lifetimeWork(m) }],
    p95: () => P95,
  });
  const page = new Page(s.dialect).other(
    'http_request_duration_seconds',
    'histogram',
    'A histogram of duration for requests.',
    samples,
  );
  return { status: 200, type: CONTENT_TYPE, body: page.toString() };
}
