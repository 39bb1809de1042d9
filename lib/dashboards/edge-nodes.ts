import { CERTIFICATE_DAYS, DAY_SECONDS } from '../rules/thresholds';
import { NODE_MISSING } from './alerts';
import { runbookLink } from './links';
import {
  above,
  below,
  countOf,
  countPanel,
  type DashboardContext,
  type DashboardSpec,
  type PanelSpec,
  using,
  type VariableSpec,
} from './model';
import { API, HEALTH } from './promql';
import { VAULT_STATES } from './vault';

/** Colours of the days that a certificate still has, as the alerts have them. */
const DAYS_LEFT = below([CERTIFICATE_DAYS.P1, 'red'], [CERTIFICATE_DAYS.P2, 'orange'], [CERTIFICATE_DAYS.P3, 'yellow']);
const ID_COLUMN = { field: 'node_id', title: 'Edge node' };

/** Edge nodes as the control plane and the probes see them. Ten thousand are counted and ranked, never drawn one by one. */
export function edgeNodes(c: DashboardContext): DashboardSpec {
  const controlPlane = c.sovra.controlPlane !== undefined;
  const probed = c.sovra.edgeNodes.some((n) => n.vault !== undefined || n.healthUrls.length > 0);
  return {
    name: 'edge-nodes',
    uid: 'sovra-edge-nodes',
    title: 'Sovra / Edge nodes',
    description: 'Heartbeats, certificates and probes of the edge nodes.',
    variables: controlPlane ? nodeVariable(c) : [],
    sections: [
      { id: 100, title: 'Fleet', panels: controlPlane ? fleet(c) : [] },
      { id: 200, title: 'Heartbeats', panels: controlPlane ? heartbeats(c) : [] },
      {
        id: 300,
        title: 'Certificates',
        panels: [
          ...(controlPlane ? nodeCertificates(c) : []),
          ...(probed ? serverCertificates(c) : []),
          ...(controlPlane ? nodesTogether(c) : []),
          ...(probed ? serversTogether(c) : []),
        ],
      },
      { id: 400, title: 'Probes', panels: probed ? probes(c) : [] },
      { id: 500, title: 'Edge node $node_id', panels: controlPlane ? node(c) : [] },
    ],
  };
}

function nodeVariable(c: DashboardContext): VariableSpec[] {
  return using(c, ['edgeHeartbeat'], ({ edgeHeartbeat }) => ({
    name: 'node_id',
    label: 'Edge node',
    description: 'Edge nodes that are shown one by one at the bottom; the rest of the dashboard is about all of them.',
    selector: `${edgeHeartbeat}{${API}}`,
    values: 'node_id',
    all: false,
  }));
}

function fleet(c: DashboardContext): PanelSpec[] {
  const { heartbeatLate, heartbeatLost } = c.thresholds;
  const expected = c.sovra.edgeNodes.length;
  return [
    countPanel(101, 'Expected', 'Edge nodes in the description of this installation.', `vector(${expected})`),
    ...using(c, ['edgeHeartbeat'], ({ edgeHeartbeat }) => {
      const age = heartbeatAge(edgeHeartbeat);
      return [
        countPanel(
          102,
          'Seen',
          'Edge nodes for which the control plane exports a heartbeat.',
          `count(${age})`,
          expected > 0 ? below([expected, 'red']) : undefined,
        ),
        countPanel(
          103,
          'Late',
          `No heartbeat for ${heartbeatLate} s, the objective.`,
          countOf(age, '>', heartbeatLate),
          above([1, 'orange']),
        ),
        countPanel(
          104,
          'Lost',
          `No heartbeat for ${heartbeatLost} s.`,
          countOf(age, '>', heartbeatLost),
          above([1, 'red']),
        ),
      ];
    }).flat(),
    ...using(c, ['edgeCertExpiry'], ({ edgeCertExpiry }) => {
      const left = `min by (node_id) (${edgeCertExpiry}{${API}})`;
      const ending = (days: number) => countOf(left, '<', days * DAY_SECONDS);
      return [
        countPanel(
          105,
          `Certificates, ${CERTIFICATE_DAYS.P3} days`,
          `Certificates of edge nodes that end within ${CERTIFICATE_DAYS.P3} days.`,
          ending(CERTIFICATE_DAYS.P3),
          above([1, 'yellow']),
        ),
        countPanel(
          106,
          `Certificates, ${CERTIFICATE_DAYS.P2} days`,
          `Certificates of edge nodes that end within ${CERTIFICATE_DAYS.P2} days.`,
          ending(CERTIFICATE_DAYS.P2),
          above([1, 'red']),
        ),
      ];
    }).flat(),
  ];
}

function heartbeats(c: DashboardContext): PanelSpec[] {
  const { heartbeatLate, heartbeatLost } = c.thresholds;
  const lines = above([heartbeatLate, 'orange'], [heartbeatLost, 'red']);
  return [
    ...using(c, ['edgeHeartbeat'], ({ edgeHeartbeat }): PanelSpec[] => {
      const age = heartbeatAge(edgeHeartbeat);
      return [
        {
          id: 201,
          kind: 'graph',
          title: 'Heartbeat age',
          description:
            'Age of the last heartbeat over all edge nodes: the oldest, 99 % and half of them. The dashed lines are the alerts.',
          unit: 's',
          queries: [
            { expr: `max(${age})`, legend: 'oldest' },
            { expr: `quantile(0.99, ${age})`, legend: '99 %' },
            { expr: `quantile(0.5, ${age})`, legend: 'half' },
          ],
          steps: lines,
        },
        {
          id: 202,
          kind: 'graph',
          title: 'Expected and seen',
          description: 'Edge nodes that are described, that are known to the control plane, and that are late or lost.',
          unit: 'short',
          queries: [
            { expr: `vector(${c.sovra.edgeNodes.length})`, legend: 'expected' },
            { expr: `count(${age})`, legend: 'seen' },
            { expr: countOf(age, '>', heartbeatLate), legend: 'late' },
            { expr: countOf(age, '>', heartbeatLost), legend: 'lost' },
          ],
        },
        {
          id: 203,
          kind: 'table',
          title: 'Oldest heartbeats',
          description: 'The fifty edge nodes that were not heard from for the longest time.',
          unit: 's',
          width: 12,
          queries: [{ expr: `topk(50, ${age})` }],
          columns: [ID_COLUMN, { field: 'Value', title: 'Age', steps: lines }],
          sortBy: { title: 'Age', descending: true },
        },
      ];
    }).flat(),
    {
      id: 204,
      kind: 'table',
      title: 'Missing edge nodes',
      description:
        'Edge nodes that are described and of which the control plane knows nothing, fifty at most. The alerts of this installation find them.',
      unit: 'none',
      width: 12,
      queries: [{ expr: `topk(50, max by (node_id, level) (${NODE_MISSING}))` }],
      columns: [ID_COLUMN, { field: 'level', title: 'Level' }],
      sortBy: { title: ID_COLUMN.title, descending: false },
    },
  ];
}

function nodeCertificates(c: DashboardContext): PanelSpec[] {
  return using(c, ['edgeCertExpiry'], ({ edgeCertExpiry }) => ({
    id: 301,
    kind: 'table',
    title: 'Certificates that end first',
    description: 'Certificates with which edge nodes talk to the control plane, the fifty that end first.',
    unit: 'd',
    width: 12,
    queries: [{ expr: `bottomk(50, min by (node_id) (${edgeCertExpiry}{${API}}) / ${DAY_SECONDS})` }],
    columns: [ID_COLUMN, { field: 'Value', title: 'Days left', steps: DAYS_LEFT }],
    sortBy: { title: 'Days left', descending: false },
  }));
}

function serverCertificates(c: DashboardContext): PanelSpec[] {
  return using(c, ['probeCertExpiry'], ({ probeCertExpiry }) => ({
    id: 302,
    kind: 'table',
    title: 'Server certificates that end first',
    description: 'Certificates that the Vaults of edge nodes present, or their issuers, the fifty that end first.',
    unit: 'd',
    width: 12,
    queries: [
      {
        expr: `bottomk(50, (min by (edge_node, pod, instance) (${probeCertExpiry}{${HEALTH}}) - time()) / ${DAY_SECONDS})`,
      },
    ],
    columns: [
      { field: 'edge_node', title: 'Edge node' },
      { field: 'pod', title: 'Pod' },
      { field: 'instance', title: 'Address' },
      { field: 'Value', title: 'Days left', steps: DAYS_LEFT },
    ],
    sortBy: { title: 'Days left', descending: false },
  }));
}

const STAGES = [CERTIFICATE_DAYS.P3, CERTIFICATE_DAYS.P2, CERTIFICATE_DAYS.P1];
const TOGETHER = 'Beyond the dashed line one alert speaks for all of them.';

function nodesTogether(c: DashboardContext): PanelSpec[] {
  return using(c, ['edgeCertExpiry'], ({ edgeCertExpiry }) => ({
    id: 303,
    kind: 'graph',
    title: 'Certificates that end together',
    description: `How many edge nodes have a certificate that ends within ${STAGES.join(', ')} days. ${TOGETHER}`,
    unit: 'short',
    queries: STAGES.map((days) => ({
      expr: countOf(`min by (node_id) (${edgeCertExpiry}{${API}})`, '<', days * DAY_SECONDS),
      legend: `${days} d`,
    })),
    steps: above([c.thresholds.edgeNodesTogether, 'red']),
    links: [runbookLink(c, 'EdgeCertificatesExpireTogether7d')],
  }));
}

function serversTogether(c: DashboardContext): PanelSpec[] {
  return using(c, ['probeCertExpiry'], ({ probeCertExpiry }) => ({
    id: 304,
    kind: 'graph',
    title: 'Server certificates that end together',
    description: `How many edge nodes have a Vault whose certificate, or issuer, ends within ${STAGES.join(', ')} days. ${TOGETHER}`,
    unit: 'short',
    queries: STAGES.map((days) => ({
      expr: countOf(`(min by (edge_node) (${probeCertExpiry}{${HEALTH}}) - time())`, '<', days * DAY_SECONDS),
      legend: `${days} d`,
    })),
    steps: above([c.thresholds.edgeNodesTogether, 'red']),
    links: [runbookLink(c, 'ServerCertificatesExpireTogether7d')],
  }));
}

function probes(c: DashboardContext): PanelSpec[] {
  return [
    ...using(
      c,
      ['probeSuccess'],
      ({ probeSuccess }): PanelSpec => ({
        id: 401,
        kind: 'graph',
        title: 'Probes of health endpoints',
        description: 'Vault nodes that are unsealed and well, and those that are not, seen from outside.',
        unit: 'short',
        stacked: true,
        queries: [
          { expr: countOf(`${probeSuccess}{${HEALTH}}`, '==', 1), legend: 'well' },
          { expr: countOf(`${probeSuccess}{${HEALTH}}`, '==', 0), legend: 'not well' },
        ],
      }),
    ),
    ...using(
      c,
      ['probeSuccess', 'probeHttpStatus'],
      ({ probeSuccess, probeHttpStatus }): PanelSpec => ({
        id: 402,
        kind: 'table',
        title: 'Vault nodes that are not well',
        description: 'What the health endpoint answered where the probe failed, fifty at most.',
        unit: 'none',
        width: 12,
        queries: [
          {
            expr: `topk(50, max by (edge_node, pod, instance) (${probeHttpStatus}{${HEALTH}} and ${probeSuccess}{${HEALTH}} == 0))`,
          },
        ],
        columns: [
          { field: 'edge_node', title: 'Edge node' },
          { field: 'pod', title: 'Pod' },
          { field: 'instance', title: 'Address' },
          { field: 'Value', title: 'State', values: VAULT_STATES },
        ],
        sortBy: { title: 'Edge node', descending: false },
      }),
    ),
  ];
}

/** The edge nodes that were chosen, one line each. */
function node(c: DashboardContext): PanelSpec[] {
  const { heartbeatLate, heartbeatLost } = c.thresholds;
  const chosen = `{${API},node_id=~"$node_id"}`;
  return [
    ...using(
      c,
      ['edgeHeartbeat'],
      ({ edgeHeartbeat }): PanelSpec => ({
        id: 501,
        kind: 'graph',
        title: 'Heartbeat age of $node_id',
        description: 'Age of the last heartbeat. The dashed lines are the alerts.',
        unit: 's',
        queries: [{ expr: `min by (node_id) (${edgeHeartbeat}${chosen})`, legend: '{{node_id}}' }],
        steps: above([heartbeatLate, 'orange'], [heartbeatLost, 'red']),
      }),
    ),
    ...using(
      c,
      ['edgeCertExpiry'],
      ({ edgeCertExpiry }): PanelSpec => ({
        id: 502,
        kind: 'graph',
        title: 'Certificate of $node_id',
        description: 'Days until the certificate ends. It should jump up at each rotation.',
        unit: 'd',
        queries: [{ expr: `min by (node_id) (${edgeCertExpiry}${chosen}) / ${DAY_SECONDS}`, legend: '{{node_id}}' }],
        steps: DAYS_LEFT,
      }),
    ),
  ];
}

/** The freshest that any replica of the API knows, as the alerts have it. */
function heartbeatAge(metric: string): string {
  return `min by (node_id) (${metric}{${API}})`;
}
