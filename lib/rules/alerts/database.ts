import { type AlertContext, type CatalogueEntry, hasControlPlane, hasDatabase, slowP95 } from '../context';

/** Share of the connections that are taken, as the exporter sees it that sees the most. */
function connectionsTaken(c: AlertContext): string {
  return (
    `max(sum by (instance) (${c.metric('pgConnections')}{job="postgres"})\n` +
    `/ on (instance) max by (instance) (${c.metric('pgMaxConnections')}{job="postgres"}))`
  );
}

export const DATABASE_ALERTS = {
  DatabaseDown: {
    level: 'P0',
    component: 'database',
    metrics: ['pgUp'],
    appliesTo: hasDatabase,
    expr: (c) => `max(${c.metric('pgUp')}{job="postgres"}) == 0`,
    for: '1m',
    summary: 'PostgreSQL of the control plane does not answer',
    description:
      'The exporter runs but has not been able to query PostgreSQL for a minute. The API cannot serve without it. The control plane has to be back within one hour, with at most 15 minutes of data lost.',
    missingData: {
      coveredBy: 'DatabaseExporterDown',
      because: 'without the exporter nobody knows how the database is, which is a fault of its own',
    },
    source: 'Disaster recovery: database lost, RTO 1 h; guide, level P0, complete outage.',
  },
  // Apart from DatabaseDown, so that a broken exporter does not wake anybody with the word outage.
  DatabaseExporterDown: {
    level: 'P2',
    component: 'database',
    metrics: ['pgUp'],
    appliesTo: hasDatabase,
    expr: (c) => `absent(${c.metric('pgUp')}{job="postgres"})`,
    for: '5m',
    summary: 'Nobody watches PostgreSQL: its exporter is gone',
    description:
      'Prometheus gets no answer from the PostgreSQL exporter. The database may be well; if it is not, only the API would show it.',
    missingData: 'fires',
    source: 'A missing series looks healthy; DatabaseDown needs somebody who looks.',
  },
  DatabaseConnectionsHigh: {
    level: 'P2',
    component: 'database',
    metrics: ['pgConnections', 'pgMaxConnections'],
    appliesTo: hasDatabase,
    expr: (c) => `${connectionsTaken(c)} > ${c.thresholds.databaseConnectionRatio}`,
    for: '5m',
    summary: '{{ $value | humanizePercentage }} of the PostgreSQL connections are in use',
    description:
      '{{ $value | humanizePercentage }} of the connections that PostgreSQL allows are taken. When none is left, the API fails although the database is up, and so do backups.',
    missingData: { coveredBy: 'DatabaseExporterDown', because: 'both figures come from the same exporter' },
    source: 'Guide, Runbooks: database issues.',
  },
  DatabaseConnectionsExhausted: {
    level: 'P1',
    component: 'database',
    metrics: ['pgConnections', 'pgMaxConnections'],
    appliesTo: hasDatabase,
    expr: (c) => `${connectionsTaken(c)} > ${c.thresholds.databaseConnectionExhaustion}`,
    for: '2m',
    summary: '{{ $value | humanizePercentage }} of the PostgreSQL connections are in use: hardly any is left',
    description:
      '{{ $value | humanizePercentage }} of the connections that PostgreSQL allows are taken; what is left is mostly kept for its administrator. The API begins to fail although the database is up, and the next backup does too.',
    missingData: { coveredBy: 'DatabaseExporterDown', because: 'both figures come from the same exporter' },
    source: 'Guide, Runbooks: database issues; level P1, major degradation.',
  },
  DatabaseSlow: {
    level: 'P2',
    component: 'database',
    metrics: ['databaseLatency'],
    appliesTo: hasControlPlane,
    expr: (c) => slowP95(c, 'databaseLatency', c.thresholds.databaseLatencyP95),
    for: '10m',
    summary: 'The database is slow: p95 {{ $value | humanizeDuration }}',
    description:
      'One query in twenty takes {{ $value | humanizeDuration }} or longer, as the API measures it. A request that needs such a query cannot meet the latency objective.',
    missingData: {
      coveredBy: 'SovraMetricsMissing',
      because: 'the histogram of the queries is among the series that a running API always exports',
    },
    source: 'Guide, Service Level Objectives: API latency (p95) below 100 ms; Runbooks: database issues.',
  },
} as const satisfies Record<string, CatalogueEntry>;
