import {
  above,
  countOf,
  type DashboardContext,
  type DashboardSpec,
  type PanelSpec,
  type Step,
  using,
  type ValueText,
  type VariableSpec,
} from './model';
import { HEALTH, VAULT } from './promql';

/** Answers of Vault's health endpoint. */
export const VAULT_STATES: readonly ValueText[] = [
  { value: 200, text: 'active', color: 'green' },
  { value: 429, text: 'standby', color: 'blue' },
  { value: 472, text: 'replica', color: 'blue' },
  { value: 473, text: 'performance standby', color: 'blue' },
  { value: 501, text: 'not initialised', color: 'orange' },
  { value: 503, text: 'sealed', color: 'red' },
  { value: 0, text: 'no answer', color: 'red' },
];

const CHOSEN = 'edge_node=~"$edge_node"';

/** Vault as its health endpoint shows it from outside: a sealed Vault exports no metrics of its own. */
export function vault(c: DashboardContext): DashboardSpec {
  const local = c.sovra.localEdgeNodes.length > 0;
  const probed = local || c.sovra.edgeNodes.some((n) => n.healthUrls.length > 0);
  return {
    name: 'vault',
    uid: 'sovra-vault',
    title: 'Sovra / Vault',
    description: 'Seal state, leadership and memory of the Vault nodes.',
    variables: probed ? edgeNodeVariable(c) : [],
    sections: [
      { id: 100, title: 'All Vault nodes', panels: probed ? [...states(c), ...troubled(c)] : [] },
      {
        id: 200,
        title: 'Edge node $edge_node',
        panels: probed ? [...timeline(c), ...(local ? inside(c) : []), ...probe(c)] : [],
      },
    ],
  };
}

function edgeNodeVariable(c: DashboardContext): VariableSpec[] {
  return using(c, ['probeHttpStatus'], ({ probeHttpStatus }) => ({
    name: 'edge_node',
    label: 'Edge node',
    description: 'Edge nodes whose Vault nodes are shown one by one.',
    selector: `${probeHttpStatus}{${HEALTH}}`,
    values: 'edge_node',
    all: false,
  }));
}

/** Groups of answers: what they are called, which statuses they are, and from how many on they are bad. */
const GROUPS: readonly {
  readonly title: string;
  readonly description: string;
  readonly statuses: readonly number[];
  readonly steps?: readonly Step[];
}[] = [
  { title: 'Active', description: 'Vault nodes that lead their edge node.', statuses: [200] },
  { title: 'Standby', description: 'Vault nodes that are unsealed and follow.', statuses: [429, 472, 473] },
  {
    title: 'Sealed',
    description: 'Vault nodes that hold their data and cannot read it.',
    statuses: [503],
    steps: above([1, 'red']),
  },
  { title: 'Not initialised', description: 'Vault nodes without data.', statuses: [501], steps: above([1, 'orange']) },
  {
    title: 'No answer',
    description: 'Vault nodes that do not answer their probe at all.',
    statuses: [0],
    steps: above([1, 'red']),
  },
];

function states(c: DashboardContext): PanelSpec[] {
  return using(c, ['probeHttpStatus'], ({ probeHttpStatus }): PanelSpec[] => {
    const status = `${probeHttpStatus}{${HEALTH}}`;
    const count = (statuses: readonly number[]) => statuses.map((s) => countOf(status, '==', s)).join(' + ');
    return [
      ...GROUPS.map(
        ({ title, description, statuses, steps }, i): PanelSpec => ({
          id: 101 + i,
          kind: 'stat',
          title,
          description,
          unit: 'none',
          queries: [{ expr: count(statuses) }],
          steps,
        }),
      ),
      {
        id: 106,
        kind: 'stat',
        title: 'Without a leader',
        description: 'Edge nodes of which no Vault node is active: their users cannot use a single key.',
        unit: 'none',
        queries: [{ expr: countOf(`max by (edge_node) (${status} == bool 200)`, '==', 0) }],
        steps: above([1, 'red']),
      },
      {
        id: 107,
        kind: 'graph',
        title: 'Vault nodes by state',
        description: 'What the health endpoints of all Vault nodes answered.',
        unit: 'short',
        stacked: true,
        queries: GROUPS.map(({ title, statuses }) => ({ expr: count(statuses), legend: title.toLowerCase() })),
      },
    ];
  }).flat();
}

function troubled(c: DashboardContext): PanelSpec[] {
  return using(
    c,
    ['probeHttpStatus'],
    ({ probeHttpStatus }): PanelSpec => ({
      id: 108,
      kind: 'table',
      title: 'Neither active nor standby',
      description: 'Vault nodes that somebody should look at, fifty at most.',
      unit: 'none',
      width: 12,
      queries: [
        {
          expr: `topk(50, max by (edge_node, namespace, pod, instance) (${probeHttpStatus}{${HEALTH}} != 200 != 429 != 472 != 473))`,
        },
      ],
      columns: [
        { field: 'edge_node', title: 'Edge node' },
        { field: 'namespace', title: 'Namespace' },
        { field: 'pod', title: 'Pod' },
        { field: 'instance', title: 'Address' },
        { field: 'Value', title: 'State', values: VAULT_STATES },
      ],
      sortBy: { title: 'Edge node', descending: false },
    }),
  );
}

function timeline(c: DashboardContext): PanelSpec[] {
  return using(c, ['probeHttpStatus'], ({ probeHttpStatus }): PanelSpec[] => {
    const status = `max by (pod, instance) (${probeHttpStatus}{${HEALTH},${CHOSEN}})`;
    return [
      {
        id: 201,
        kind: 'stat',
        title: 'Leader',
        description: 'The Vault node that is active now.',
        unit: 'none',
        show: 'name',
        width: 6,
        height: 8,
        queries: [{ expr: `${status} == 200`, legend: '{{pod}} {{instance}}' }],
      },
      {
        id: 202,
        kind: 'timeline',
        title: 'State of each Vault node',
        description: 'What its health endpoint answered. A change of the leader shows as two lines that swap.',
        unit: 'none',
        width: 18,
        queries: [{ expr: status, legend: '{{pod}} {{instance}}' }],
        values: VAULT_STATES,
      },
    ];
  }).flat();
}

/** What Vault says of itself, while it is unsealed. */
function inside(c: DashboardContext): PanelSpec[] {
  return [
    ...using(
      c,
      ['vaultUnsealed'],
      ({ vaultUnsealed }): PanelSpec => ({
        id: 203,
        kind: 'timeline',
        title: 'Unsealed, by its own account',
        description:
          'Vault exports this gauge twice after unsealing, of which the higher one is right, and not at all half a minute after sealing: a gap here means sealed or gone. Trust the state above.',
        unit: 'none',
        width: 12,
        queries: [{ expr: `max by (edge_node, pod) (${vaultUnsealed}{${VAULT},${CHOSEN}})`, legend: '{{pod}}' }],
        values: [
          { value: 1, text: 'unsealed', color: 'green' },
          { value: 0, text: 'sealed', color: 'red' },
        ],
      }),
    ),
    ...using(
      c,
      ['vaultAllocBytes'],
      ({ vaultAllocBytes }): PanelSpec => ({
        id: 204,
        kind: 'graph',
        title: 'Memory',
        description: `Memory that Vault has allocated. The alert fires when it is ${c.thresholds.vaultMemoryGrowth} times that of a day before and above the dashed line.`,
        unit: 'bytes',
        queries: [{ expr: `max by (edge_node, pod) (${vaultAllocBytes}{${VAULT},${CHOSEN}})`, legend: '{{pod}}' }],
        steps: above([c.thresholds.vaultMemoryFloor, 'yellow']),
      }),
    ),
  ];
}

function probe(c: DashboardContext): PanelSpec[] {
  return using(
    c,
    ['probeDuration'],
    ({ probeDuration }): PanelSpec => ({
      id: 205,
      kind: 'graph',
      title: 'Time to answer',
      description: 'How long the health endpoint takes; the probe gives up after five seconds.',
      unit: 's',
      width: 24,
      queries: [
        { expr: `max by (pod, instance) (${probeDuration}{${HEALTH},${CHOSEN}})`, legend: '{{pod}} {{instance}}' },
      ],
    }),
  );
}
