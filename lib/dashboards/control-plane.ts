import { anyOf } from '../rules/context';
import { dashboardLink, runbookLink } from './links';
import { above, below, type DashboardContext, type PanelSpec, using } from './model';
import { API, ERROR_BUDGET, errorRatio, quantiles, RATE } from './promql';

export function api(c: DashboardContext): PanelSpec[] {
  const t = c.thresholds;
  return [
    ...using(
      c,
      ['apiRequests'],
      ({ apiRequests }): PanelSpec => ({
        id: 201,
        kind: 'graph',
        title: 'Requests by status',
        description: 'Requests per second by HTTP status, all replicas together.',
        unit: 'reqps',
        stacked: true,
        queries: [{ expr: `sum by (status) (rate(${apiRequests}{${API}}[${RATE}]))`, legend: '{{status}}' }],
      }),
    ),
    ...using(
      c,
      ['apiRequests'],
      ({ apiRequests }): PanelSpec => ({
        id: 202,
        kind: 'graph',
        title: 'Failed requests',
        description:
          'Share of requests answered with a 5xx status. The dashed lines are the error budget of the objective and the alert.',
        unit: 'percentunit',
        links: [dashboardLink('objectives')],
        queries: [{ expr: errorRatio(apiRequests, RATE), legend: '5xx' }],
        steps: above([ERROR_BUDGET, 'yellow'], [t.apiErrorRatio, 'red']),
      }),
    ),
    ...using(
      c,
      ['apiLatency'],
      ({ apiLatency }): PanelSpec => ({
        id: 203,
        kind: 'graph',
        title: 'Latency',
        description:
          'Time within which half, 95 % and 99 % of the requests are answered. The dashed line is the objective for 95 %.',
        unit: 's',
        links: [dashboardLink('objectives')],
        queries: quantiles(apiLatency),
        steps: above([t.apiLatencyP95, 'orange']),
      }),
    ),
    ...using(
      c,
      ['apiInFlight'],
      ({ apiInFlight }): PanelSpec => ({
        id: 204,
        kind: 'graph',
        title: 'Requests in flight',
        description:
          'Requests that are being worked on. A rise without more requests means that something behind the API is slow.',
        unit: 'short',
        queries: [{ expr: `sum(${apiInFlight}{${API}})`, legend: 'in flight' }],
      }),
    ),
    ...using(
      c,
      ['apiErrors'],
      ({ apiErrors }): PanelSpec => ({
        id: 205,
        kind: 'graph',
        title: 'Errors by type',
        description: 'Errors per second that the API counted, the ten most frequent types.',
        unit: 'ops',
        queries: [{ expr: `topk(10, sum by (type) (rate(${apiErrors}{${API}}[${RATE}])))`, legend: '{{type}}' }],
      }),
    ),
    ...using(
      c,
      ['apiRequests'],
      ({ apiRequests }): PanelSpec => ({
        id: 206,
        kind: 'table',
        title: 'Where requests fail',
        description: 'The twenty routes with the most 5xx answers in a quarter of an hour.',
        unit: 'reqps',
        width: 12,
        queries: [
          { expr: `topk(20, sum by (method, path, status) (rate(${apiRequests}{${API},status=~"5.."}[15m])) > 0)` },
        ],
        columns: [
          { field: 'method', title: 'Method' },
          { field: 'path', title: 'Path' },
          { field: 'status', title: 'Status' },
          { field: 'Value', title: 'Per second' },
        ],
        sortBy: { title: 'Per second', descending: true },
      }),
    ),
  ];
}

export function policy(c: DashboardContext): PanelSpec[] {
  const t = c.thresholds;
  return [
    ...using(
      c,
      ['policyEvaluations'],
      ({ policyEvaluations }): PanelSpec => ({
        id: 301,
        kind: 'graph',
        title: 'Policy evaluations',
        description: `Evaluations per second by result. Those that end in an error refuse the request; the alert fires above a share of ${t.policyErrorRatio}.`,
        unit: 'ops',
        width: 6,
        stacked: true,
        queries: [{ expr: `sum by (result) (rate(${policyEvaluations}{${API}}[${RATE}]))`, legend: '{{result}}' }],
      }),
    ),
    ...using(
      c,
      ['policyLatency'],
      ({ policyLatency }): PanelSpec => ({
        id: 302,
        kind: 'graph',
        title: 'Policy latency',
        description: 'Every request waits for its evaluation. The dashed line is the alert for 95 % of them.',
        unit: 's',
        width: 6,
        queries: quantiles(policyLatency),
        steps: above([t.policyLatencyP95, 'orange']),
      }),
    ),
    ...using(
      c,
      ['policyCacheHits', 'policyCacheMisses'],
      ({ policyCacheHits, policyCacheMisses }): PanelSpec => ({
        id: 303,
        kind: 'graph',
        title: 'Policy cache',
        description:
          'Share of decisions that were in the cache. It falls after each change of a policy and should come back.',
        unit: 'percentunit',
        width: 6,
        softMax: 1,
        queries: [{ expr: cacheRatio(policyCacheHits, policyCacheMisses), legend: 'hits' }],
      }),
    ),
    ...using(
      c,
      ['policyEvaluations'],
      ({ policyEvaluations }): PanelSpec => ({
        id: 304,
        kind: 'graph',
        title: 'Failed evaluations',
        description:
          'Share of the evaluations of five minutes that neither allowed nor denied. The dashed line is the alert.',
        unit: 'percentunit',
        width: 6,
        queries: [{ expr: failedEvaluations(c, policyEvaluations), legend: 'failed' }],
        steps: above([t.policyErrorRatio, 'red']),
        links: [runbookLink(c, 'PolicyEvaluationErrors')],
      }),
    ),
  ];
}

/** The same ratio as that of the alert; 0 where there are evaluations and none fails. */
function failedEvaluations(c: DashboardContext, evaluations: string): string {
  const failed = `result=~"${anyOf(c.thresholds.policyErrorResults)}"`;
  const rate = (matchers: string) => `sum(rate(${evaluations}{${matchers}}[5m]))`;
  return `(${rate(`${API},${failed}`)} or vector(0)) / ${rate(API)}`;
}

function cacheRatio(hits: string, misses: string): string {
  const rate = (name: string) => `sum(rate(${name}{${API}}[${RATE}]))`;
  return `${rate(hits)} / (${rate(hits)} + ${rate(misses)})`;
}

export function audit(c: DashboardContext): PanelSpec[] {
  const t = c.thresholds;
  return [
    ...using(
      c,
      ['auditLag'],
      ({ auditLag }): PanelSpec => ({
        id: 401,
        kind: 'graph',
        title: 'Audit delivery lag',
        description:
          'Age of the oldest audit event that is not yet delivered, on the slowest replica. The dashed line is the objective.',
        unit: 's',
        width: 8,
        links: [dashboardLink('audit')],
        queries: [{ expr: `max(${auditLag}{${API}})`, legend: 'lag' }],
        steps: above([t.auditLag, 'orange']),
      }),
    ),
    ...using(
      c,
      ['auditQueue'],
      ({ auditQueue }): PanelSpec => ({
        id: 402,
        kind: 'graph',
        title: 'Audit queue',
        description:
          'Audit events that wait for delivery, on the fullest replica. It matters when it is above the line and grows.',
        unit: 'short',
        width: 8,
        links: [dashboardLink('audit')],
        queries: [{ expr: `max(${auditQueue}{${API}})`, legend: 'waiting' }],
        steps: above([t.auditQueue, 'yellow']),
      }),
    ),
    ...using(
      c,
      ['auditEvents'],
      ({ auditEvents }): PanelSpec => ({
        id: 403,
        kind: 'graph',
        title: 'Audit events',
        description:
          'Audit events per second, the ten most frequent types. None at all while requests are served is a fault.',
        unit: 'ops',
        width: 8,
        links: [dashboardLink('audit')],
        queries: [
          { expr: `topk(10, sum by (event_type) (rate(${auditEvents}{${API}}[${RATE}])))`, legend: '{{event_type}}' },
        ],
      }),
    ),
  ];
}

export function federation(c: DashboardContext): PanelSpec[] {
  const partners = c.sovra.federationPartners.length;
  const healthy = anyOf(c.thresholds.federationHealthyStatuses);
  return [
    ...using(
      c,
      ['federationLinks'],
      ({ federationLinks }): PanelSpec => ({
        id: 501,
        kind: 'stat',
        title: 'Healthy links',
        description: `Federation links that are well; ${partners} partner(s) are described for this installation.`,
        unit: 'none',
        width: 6,
        height: 8,
        // Each replica reports every link, so the replicas are not added up.
        links: [dashboardLink('federation')],
        queries: [
          {
            expr: `sum(max without (instance, pod) (${federationLinks}{${API},status=~"${healthy}"})) or 0 * sum(${federationLinks}{${API}})`,
          },
        ],
        ...(partners > 0 && { steps: below([partners, 'red']) }),
      }),
    ),
    ...using(
      c,
      ['federationLinks'],
      ({ federationLinks }): PanelSpec => ({
        id: 502,
        kind: 'graph',
        title: 'Federation links',
        description: 'Links to partner organisations by status.',
        unit: 'short',
        width: 9,
        stacked: true,
        links: [dashboardLink('federation')],
        queries: [
          { expr: `sum by (status) (max without (instance, pod) (${federationLinks}{${API}}))`, legend: '{{status}}' },
        ],
      }),
    ),
    ...using(
      c,
      ['federationErrors'],
      ({ federationErrors }): PanelSpec => ({
        id: 503,
        kind: 'graph',
        title: 'Federation errors',
        description: 'Errors per second by type. The dashed line is the alert for one type.',
        unit: 'ops',
        width: 9,
        links: [dashboardLink('federation')],
        queries: [{ expr: `topk(10, sum by (type) (rate(${federationErrors}{${API}}[${RATE}])))`, legend: '{{type}}' }],
        steps: above([c.thresholds.federationErrorRate, 'orange']),
      }),
    ),
  ];
}

export function keys(c: DashboardContext): PanelSpec[] {
  return [
    ...using(
      c,
      ['keyOperations'],
      ({ keyOperations }): PanelSpec => ({
        id: 601,
        kind: 'graph',
        title: 'Key operations',
        description: 'Operations on keys per second by kind and result.',
        unit: 'ops',
        queries: [
          {
            expr: `topk(20, sum by (operation, result) (rate(${keyOperations}{${API}}[${RATE}])))`,
            legend: '{{operation}} {{result}}',
          },
        ],
      }),
    ),
    ...using(
      c,
      ['authAttempts'],
      ({ authAttempts }): PanelSpec => ({
        id: 602,
        kind: 'graph',
        title: 'Authentication',
        description:
          'Attempts to sign in per second by method and result. Many failures at once are somebody guessing, or a certificate that ended.',
        unit: 'ops',
        queries: [
          {
            expr: `topk(20, sum by (method, result) (rate(${authAttempts}{${API}}[${RATE}])))`,
            legend: '{{method}} {{result}}',
          },
        ],
      }),
    ),
    ...using(c, ['authAttempts'], ({ authAttempts }): PanelSpec[] => signIn(c, authAttempts)).flat(),
  ];
}

/** Whether users get in, and whether somebody tries who should not. */
function signIn(c: DashboardContext, authAttempts: string): PanelSpec[] {
  const t = c.thresholds;
  const all = `sum(rate(${authAttempts}{${API}}[5m]))`;
  const failed = `sum(rate(${authAttempts}{${API},result!~"${anyOf(t.authSuccessResults)}"}[5m]))`;
  return [
    {
      id: 603,
      kind: 'graph',
      title: 'Failed sign-ins',
      description:
        'Share of the attempts to sign in of five minutes that failed; nothing where nobody tries. The dashed line is the alert.',
      unit: 'percentunit',
      queries: [{ expr: `(${failed} or 0 * ${all}) / ${all}`, legend: 'failed' }],
      steps: above([t.authFailureRatio, 'orange']),
      links: [runbookLink(c, 'AuthenticationFailing')],
    },
    {
      id: 604,
      kind: 'graph',
      title: 'Failed sign-ins per second',
      description: `Above the dashed line, and above ${t.authFailureGrowth} times the mean of the day before, the alert fires: that is how guessing looks.`,
      unit: 'ops',
      queries: [{ expr: failed, legend: 'failed' }],
      steps: above([t.authFailureFloor, 'orange']),
      links: [runbookLink(c, 'AuthenticationFailuresSpike')],
    },
  ];
}
