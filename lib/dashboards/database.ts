import { above, type DashboardContext, type DashboardSpec, type PanelSpec, using } from './model';
import { API, quantiles, RATE } from './promql';

const PG = 'job="postgres"';

/** PostgreSQL of the control plane, as its exporter and as the API sees it. */
export function database(c: DashboardContext): DashboardSpec {
  return {
    name: 'database',
    uid: 'sovra-database',
    title: 'Sovra / Database',
    description: 'PostgreSQL of the control plane.',
    variables: [],
    sections: [
      { id: 100, title: 'PostgreSQL', panels: c.sovra.database ? [...health(c), ...load(c)] : [] },
      { id: 200, title: 'As the API sees it', panels: c.sovra.controlPlane ? client(c) : [] },
    ],
  };
}

function health(c: DashboardContext): PanelSpec[] {
  return [
    ...using(
      c,
      ['pgUp'],
      ({ pgUp }): PanelSpec => ({
        id: 101,
        kind: 'stat',
        title: 'PostgreSQL',
        description:
          'Whether the exporter can query PostgreSQL. "no data" means that nobody looks, not that it is well.',
        unit: 'none',
        width: 8,
        queries: [{ expr: `max(${pgUp}{${PG}})` }],
        values: [
          { value: 1, text: 'up', color: 'green' },
          { value: 0, text: 'down', color: 'red' },
        ],
      }),
    ),
    ...using(
      c,
      ['pgConnections', 'pgMaxConnections'],
      ({ pgConnections, pgMaxConnections }): PanelSpec => ({
        id: 102,
        kind: 'stat',
        title: 'Connections in use',
        description: `Share of the connections that PostgreSQL allows; the alert fires above ${c.thresholds.databaseConnectionRatio}.`,
        unit: 'percentunit',
        width: 8,
        queries: [{ expr: connectionRatio(pgConnections, pgMaxConnections) }],
        steps: above([c.thresholds.databaseConnectionRatio, 'orange']),
      }),
    ),
    ...using(
      c,
      ['pgDatabaseSize'],
      ({ pgDatabaseSize }): PanelSpec => ({
        id: 103,
        kind: 'stat',
        title: 'Size of the database',
        description: 'Bytes on disk of the database of the control plane.',
        unit: 'bytes',
        width: 8,
        queries: [{ expr: `max(${pgDatabaseSize}{${PG},datname=${JSON.stringify(c.sovra.database?.name)}})` }],
      }),
    ),
  ];
}

function load(c: DashboardContext): PanelSpec[] {
  return [
    ...using(
      c,
      ['pgConnections', 'pgMaxConnections'],
      ({ pgConnections, pgMaxConnections }): PanelSpec => ({
        id: 104,
        kind: 'graph',
        title: 'Connections in use',
        description:
          'Share of the connections that PostgreSQL allows. When none is left the API fails, and so do backups. The dashed line is the alert.',
        unit: 'percentunit',
        width: 8,
        softMax: 1,
        queries: [{ expr: connectionRatio(pgConnections, pgMaxConnections), legend: 'in use' }],
        steps: above([c.thresholds.databaseConnectionRatio, 'orange']),
      }),
    ),
    ...using(
      c,
      ['pgConnections'],
      ({ pgConnections }): PanelSpec => ({
        id: 105,
        kind: 'graph',
        title: 'Connections by state',
        description: 'Many that are "idle in transaction" hold locks that others wait for.',
        unit: 'short',
        width: 8,
        stacked: true,
        queries: [{ expr: `sum by (state) (${pgConnections}{${PG}})`, legend: '{{state}}' }],
      }),
    ),
    ...using(
      c,
      ['pgDatabaseSize'],
      ({ pgDatabaseSize }): PanelSpec => ({
        id: 106,
        kind: 'graph',
        title: 'Size of databases',
        description: 'Bytes on disk, the ten largest databases.',
        unit: 'bytes',
        width: 8,
        queries: [{ expr: `topk(10, max by (datname) (${pgDatabaseSize}{${PG}}))`, legend: '{{datname}}' }],
      }),
    ),
  ];
}

function client(c: DashboardContext): PanelSpec[] {
  return [
    ...using(c, ['databaseLatency'], ({ databaseLatency }): PanelSpec[] => [
      {
        id: 201,
        kind: 'graph',
        title: 'Query latency',
        description:
          'Time within which half, 95 % and 99 % of the queries are answered. The dashed line is the alert for 95 %.',
        unit: 's',
        queries: quantiles(databaseLatency),
        steps: above([c.thresholds.databaseLatencyP95, 'orange']),
      },
      {
        id: 202,
        kind: 'graph',
        title: 'Query latency by operation (p95)',
        description: 'The ten slowest kinds of queries.',
        unit: 's',
        queries: [
          {
            expr: `topk(10, histogram_quantile(0.95, sum by (le, operation) (rate(${databaseLatency}_bucket{${API}}[${RATE}]))))`,
            legend: '{{operation}}',
          },
        ],
      },
      {
        id: 203,
        kind: 'graph',
        title: 'Queries by operation',
        description: 'Queries per second, the ten most frequent kinds.',
        unit: 'ops',
        queries: [
          {
            expr: `topk(10, sum by (operation) (rate(${databaseLatency}_count{${API}}[${RATE}])))`,
            legend: '{{operation}}',
          },
        ],
      },
    ]).flat(),
    ...using(
      c,
      ['databaseConnectionsActive', 'databaseConnectionsIdle'],
      ({ databaseConnectionsActive, databaseConnectionsIdle }): PanelSpec => ({
        id: 204,
        kind: 'graph',
        title: 'Connection pool',
        description: 'Connections of all replicas of the API. Without idle ones, requests wait for a connection.',
        unit: 'short',
        stacked: true,
        queries: [
          { expr: `sum(${databaseConnectionsActive}{${API}})`, legend: 'active' },
          { expr: `sum(${databaseConnectionsIdle}{${API}})`, legend: 'idle' },
        ],
      }),
    ),
  ];
}

/** The same expression as that of the alert. */
function connectionRatio(connections: string, limit: string): string {
  return `max(sum by (instance) (${connections}{${PG}}) / on (instance) max by (instance) (${limit}{${PG}}))`;
}
