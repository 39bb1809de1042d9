import type { LabelSet } from '../exposition';
import type { Episode } from '../fault-log';
import { meanLatency } from '../latency';
import { demand, events, lifetimeWork, type Moment, type Phase, phases } from '../moment';
import { counted, type Page } from '../page';

/** Requests a second of each replica at mean demand, by route. */
const ROUTES = [
  { method: 'GET', path: '/api/v1/keys', rate: 6 },
  { method: 'POST', path: '/api/v1/keys/{id}/encrypt', rate: 8 },
  { method: 'POST', path: '/api/v1/keys/{id}/decrypt', rate: 4 },
  { method: 'GET', path: '/api/v1/policies', rate: 2 },
] as const;
const REQUEST_RATE = ROUTES.reduce((sum, r) => sum + r.rate, 0);

/** Nothing is free of errors: one request in ten thousand fails on a good day, a tenth of what the objective allows. */
const HEALTHY_ERRORS = 0.0001;
const HEALTHY_API_P95 = 0.03;

/** The share of each status, and what the API calls it as an error. */
const STATUSES = [
  { status: '200', share: (errors: number) => 0.985 * (1 - errors) },
  { status: '401', error: 'unauthorized', share: (errors: number) => 0.005 * (1 - errors) },
  { status: '404', error: 'not_found', share: (errors: number) => 0.01 * (1 - errors) },
  { status: '500', error: 'internal', share: (errors: number) => 0.8 * errors },
  { status: '503', error: 'internal', share: (errors: number) => 0.2 * errors },
] as const;
const ERROR_TYPES = ['unauthorized', 'not_found', 'internal'] as const;

const errorShare = (fault?: Episode) => fault?.value ?? HEALTHY_ERRORS;
const apiP95 = (fault?: Episode) => fault?.value ?? HEALTHY_API_P95;

/** What users ask of the control plane, and what becomes of it. */
export function apiTraffic(page: Page, m: Moment): void {
  const erroring = phases(m, 'api-erroring');
  const slow = phases(m, 'api-slow');
  page
    .series(
      'apiRequests',
      ROUTES.flatMap((route) => requests(route, erroring)),
    )
    .histogram(
      'apiLatency',
      ROUTES.map(({ method, path, rate }) => ({ labels: { method, path }, rate, phases: slow, p95: apiP95 })),
    )
    .value('apiInFlight', Math.ceil(REQUEST_RATE * demand(m.now) * meanLatency(apiP95(m.faults.active('api-slow')))))
    .series(
      'apiErrors',
      ERROR_TYPES.flatMap((type) => counted({ type }, errors(type, erroring))),
    )
    .series(
      'authAttempts',
      AUTH.flatMap(({ share, ...labels }) => counted(labels, signIns(m, labels, share))),
    );
}

function requests(route: (typeof ROUTES)[number], all: readonly Phase[]) {
  const { method, path, rate } = route;
  return STATUSES.flatMap(({ status, share }) =>
    counted(
      { method, path, status },
      events(rate, all, (fault) => share(errorShare(fault))),
    ),
  );
}

function errors(type: string, all: readonly Phase[]): number {
  const statuses = STATUSES.filter((s) => 'error' in s && s.error === type);
  return events(REQUEST_RATE, all, (fault) => statuses.reduce((sum, s) => sum + s.share(errorShare(fault)), 0));
}

/** Of the attempts with a token; those with a certificate do not fail. */
const HEALTHY_AUTH_ERRORS = 0.00625;
const AUTH = [
  { method: 'jwt', result: 'success', share: (failed: number) => 0.8 * (1 - failed) },
  { method: 'jwt', result: 'failure', share: (failed: number) => 0.8 * failed },
  { method: 'mtls', result: 'success', share: () => 0.2 },
] as const;

function signIns(m: Moment, { result }: { result: string }, share: (failed: number) => number): number {
  const asked = events(REQUEST_RATE, phases(m, 'auth-failing'), (fault) => share(fault?.value ?? HEALTHY_AUTH_ERRORS));
  const guessed = result === 'failure' ? events(1, phases(m, 'auth-guessed'), (fault) => fault?.value ?? 0) : 0;
  return asked + guessed;
}

/** Events of which no fault changes the rate. */
function steady(m: Moment, rate: number): number {
  return Math.floor(rate * lifetimeWork(m));
}

const EVALUATION_RATE = 20;
const CACHE_HITS = 0.9;
const HEALTHY_POLICY_ERRORS = 0.0001;
const HEALTHY_POLICY_P95 = 0.004;

const RESULTS = [
  { result: 'allow', share: (failed: number) => 0.97 * (1 - failed) },
  { result: 'deny', share: (failed: number) => 0.03 * (1 - failed) },
  { result: 'error', share: (failed: number) => failed },
] as const;

/** What the policy engine decides, and how fast. */
export function policyDecisions(page: Page, m: Moment): void {
  const failing = phases(m, 'policy-errors');
  const scope: LabelSet = page.dialect === 'guide' ? { workspace: 'default' } : {};
  const decided = RESULTS.flatMap(({ result, share }) =>
    counted(
      { result, ...scope },
      events(EVALUATION_RATE, failing, (fault) => share(fault?.value ?? HEALTHY_POLICY_ERRORS)),
    ),
  );
  page
    .series('policyEvaluations', decided)
    .histogram('policyLatency', [
      {
        labels: {},
        rate: EVALUATION_RATE,
        phases: phases(m, 'policy-slow'),
        p95: (fault) => fault?.value ?? HEALTHY_POLICY_P95,
      },
    ])
    .value('policyCacheHits', steady(m, EVALUATION_RATE * CACHE_HITS))
    .value('policyCacheMisses', steady(m, EVALUATION_RATE * (1 - CACHE_HITS)));
}

const AUDIT_EVENTS = [
  { event_type: 'key.used', rate: 12 },
  { event_type: 'key.created', rate: 0.05 },
  { event_type: 'policy.changed', rate: 0.005 },
  { event_type: 'auth.failed', rate: 0.1 },
] as const;
const QUEUED = 12;
const LAG = 2;

/** What is written down, and how far its delivery lags behind. */
export function auditTrail(page: Page, m: Moment): void {
  const growing = m.faults.active('audit-queue-growing');
  const backlog = growing === undefined ? 0 : growing.value * (m.now - growing.from);
  page
    .series(
      'auditEvents',
      AUDIT_EVENTS.flatMap(({ rate, ...labels }) => counted(labels, steady(m, rate))),
    )
    .value('auditLag', m.faults.active('audit-late')?.value ?? LAG * demand(m.now))
    .value('auditQueue', Math.round(QUEUED * demand(m.now) + backlog));
}

const KEY_OPERATIONS = [
  { operation: 'encrypt', result: 'success', rate: 8 },
  { operation: 'decrypt', result: 'success', rate: 4 },
  { operation: 'create', result: 'success', rate: 0.05 },
  { operation: 'rotate', result: 'success', rate: 0.01 },
  { operation: 'decrypt', result: 'failure', rate: 0.001 },
] as const;

export function keyOperations(page: Page, m: Moment): void {
  page.series(
    'keyOperations',
    KEY_OPERATIONS.flatMap(({ rate, ...labels }) => counted(labels, steady(m, rate))),
  );
}

const QUERIES = [
  { operation: 'select', rate: 30 },
  { operation: 'insert', rate: 12 },
  { operation: 'update', rate: 3 },
  { operation: 'delete', rate: 0.1 },
] as const;
const QUERY_P95 = 0.02;
const POOL = 10;
const POOL_IN_USE = 3;

/** The database as the control plane sees it; what the exporter beside it says is another part. */
export function databaseUse(page: Page, m: Moment): void {
  const active = Math.round(POOL_IN_USE * demand(m.now));
  const slow = phases(m, 'database-slow');
  page
    .histogram(
      'databaseLatency',
      QUERIES.map(({ rate, ...labels }) => ({ labels, rate, phases: slow, p95: (fault) => fault?.value ?? QUERY_P95 })),
    )
    .value('databaseConnectionsActive', active)
    .value('databaseConnectionsIdle', POOL - active);
}
