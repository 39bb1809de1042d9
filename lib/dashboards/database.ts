import { above, type DashboardContext, type DashboardSpec, type PanelSpec, type Step, using } from './model';
import { API, POSTGRES, quantiles, RATE } from './promql';

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
      { id: 300, title: 'Archive', panels: c.sovra.database ? archive(c) : [] },
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
        queries: [{ expr: `max(${pgUp}{${POSTGRES}})` }],
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
        description: `Share of the connections that PostgreSQL allows; alerts fire above ${c.thresholds.databaseConnectionRatio} and ${c.thresholds.databaseConnectionExhaustion}.`,
        unit: 'percentunit',
        width: 8,
        queries: [{ expr: connectionRatio(pgConnections, pgMaxConnections) }],
        steps: connectionSteps(c),
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
        queries: [{ expr: `max(${pgDatabaseSize}{${POSTGRES},datname=${JSON.stringify(c.sovra.database?.name)}})` }],
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
          'Share of the connections that PostgreSQL allows. When none is left the API fails, and so do backups. The dashed lines are the alerts.',
        unit: 'percentunit',
        width: 8,
        softMax: 1,
        queries: [{ expr: connectionRatio(pgConnections, pgMaxConnections), legend: 'in use' }],
        steps: connectionSteps(c),
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
        queries: [{ expr: `sum by (state) (${pgConnections}{${POSTGRES}})`, legend: '{{state}}' }],
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
        queries: [{ expr: `topk(10, max by (datname) (${pgDatabaseSize}{${POSTGRES}}))`, legend: '{{datname}}' }],
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

/** The log of the database on its way into a store; without archiving, PostgreSQL counts nothing. */
function archive(c: DashboardContext): PanelSpec[] {
  return [
    ...using(
      c,
      ['pgArchiveAge'],
      ({ pgArchiveAge }): PanelSpec => ({
        id: 301,
        kind: 'graph',
        title: 'Since the log was last stored',
        description: 'Seconds since a piece of the log was stored. What is newer is lost with the database.',
        unit: 's',
        queries: [{ expr: `max(${pgArchiveAge}{${POSTGRES}})`, legend: 'last piece' }],
      }),
    ),
    ...using(
      c,
      ['pgArchived', 'pgArchiveFailures'],
      ({ pgArchived, pgArchiveFailures }): PanelSpec => ({
        id: 302,
        kind: 'graph',
        title: 'Pieces of the log',
        description: 'How many a second were stored, and how many tries failed. Failures that go on fill the volume.',
        unit: 'ops',
        queries: [
          { expr: `sum(rate(${pgArchived}{${POSTGRES}}[${RATE}]))`, legend: 'stored' },
          { expr: `sum(rate(${pgArchiveFailures}{${POSTGRES}}[${RATE}]))`, legend: 'failed' },
        ],
      }),
    ),
  ];
}

function connectionSteps({ thresholds }: DashboardContext): Step[] {
  return above([thresholds.databaseConnectionRatio, 'orange'], [thresholds.databaseConnectionExhaustion, 'red']);
}

/** The same expression as that of the alerts. */
function connectionRatio(connections: string, limit: string): string {
  return `max(sum by (instance) (${connections}{${POSTGRES}}) / on (instance) max by (instance) (${limit}{${POSTGRES}}))`;
}
