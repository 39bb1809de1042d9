import type { Behaviour } from '../endpoint';
import { CONTENT_TYPE, type Sample } from '../exposition';
import { NOT_FOUND } from '../listener';
import { demand, type Moment } from '../moment';
import type { SimulatedSovraSettings } from '../options';
import { Page } from '../page';

const MAX_CONNECTIONS = 100;
/** postgres_exporter calls the server that it asks by its address, in some of its metrics. */
const SERVER = 'postgres.sovra.svc.cluster.local:5432';
const DATABASES = { sovra: 512_000_000, postgres: 7_500_000 };

/** States that a connection may be in; the exporter shows each of them, with empty labels where there is none. */
const STATES = [
  'active',
  'disabled',
  'fastpath function call',
  'idle',
  'idle in transaction',
  'idle in transaction (aborted)',
];

/** What postgres_exporter 0.17 says about PostgreSQL. */
export function postgresExporter(s: SimulatedSovraSettings): Behaviour {
  return {
    refuses: (faults) => faults.active('database-exporter-down') !== undefined,
    answer: (request, moment) =>
      request.path === '/metrics' ? { status: 200, type: CONTENT_TYPE, body: metrics(moment, s) } : NOT_FOUND,
  };
}

function metrics(m: Moment, s: SimulatedSovraSettings): string {
  const down = m.faults.active('database-down') !== undefined;
  const page = new Page(s.dialect).value('pgUp', Number(!down));
  return (down ? page : database(page, m)).toString();
}

function database(page: Page, m: Moment): Page {
  return (
    page
      .series('pgConnections', connections(m))
      .series('pgMaxConnections', [{ labels: { server: SERVER }, value: MAX_CONNECTIONS }])
      .series(
        'pgDatabaseSize',
        Object.entries(DATABASES).map(([datname, value]) => ({ labels: { datname }, value })),
      )
      // Archived as if a piece of the log were stored once a minute.
      .series('pgArchived', [{ labels: { server: SERVER }, value: Math.floor(m.now / 60) }])
      .series('pgArchiveFailures', [{ labels: { server: SERVER }, value: 0 }])
      .series('pgArchiveAge', [{ labels: { server: SERVER }, value: m.now % 60 }])
  );
}

function connections(m: Moment): Sample[] {
  const used: Record<string, number> = { active: Math.round(6 * demand(m.now)), idle: 14, 'idle in transaction': 0 };
  const exhausted = m.faults.active('connections-exhausted');
  if (exhausted)
    used['idle in transaction'] = Math.round(MAX_CONNECTIONS * exhausted.value) - (used.active ?? 0) - (used.idle ?? 0);
  return STATES.map((state) => connection(state, used[state] ?? 0));
}

function connection(state: string, value: number): Sample {
  const waiting = value > 0 && state !== 'active';
  return {
    labels: {
      application_name: value > 0 ? 'sovra' : '',
      backend_type: value > 0 ? 'client backend' : '',
      datname: 'sovra',
      server: SERVER,
      state,
      usename: value > 0 ? 'sovra' : '',
      wait_event: waiting ? 'ClientRead' : '',
      wait_event_type: waiting ? 'Client' : '',
    },
    value,
  };
}
