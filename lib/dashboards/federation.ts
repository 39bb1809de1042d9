import { anyOf } from '../rules/context';
import { firingOf } from './alerts';
import { runbookLink } from './links';
import {
  above,
  below,
  type Column,
  type DashboardContext,
  type DashboardSpec,
  type PanelSpec,
  using,
  type ValueText,
} from './model';
import { API, SCRAPE_LABELS } from './promql';

const STATES: readonly ValueText[] = [
  { value: 1, text: 'well', color: 'green' },
  { value: 0, text: 'not well', color: 'red' },
];

/** What the words mean that are known; a release may have others, which are shown as they are. */
const ERROR_TYPES =
  '"connection": the partner was not reached; "timeout": it answered too late; "tls": one of the two certificates was not accepted. Any other type is what the partner answered, or what was made of it here.';

/** Links to partner organisations. The guide's exporter tells partners apart; that of 2026.3 counts links by status. */
export function federation(c: DashboardContext): DashboardSpec {
  const panels = (make: (c: DashboardContext) => PanelSpec[]) => (c.sovra.controlPlane ? make(c) : []);
  return {
    name: 'federation',
    uid: 'sovra-federation',
    title: 'Sovra / Federation',
    description:
      'Links to partner organisations and their errors. No metric shows the certificates of a link: "sovra-cli cert list --expiring 30d" does.',
    variables: [],
    sections: [
      { id: 100, title: 'Now', panels: panels(now) },
      { id: 200, title: 'Links', panels: panels(links) },
      { id: 300, title: 'Errors', panels: panels(errors) },
    ],
  };
}

/** Each link once: every replica reports all of them. What is left are the exporter's labels, partner and status. */
function each(c: DashboardContext, metric: string, operator?: '=~' | '!~'): string {
  const status = operator ? `,status${operator}"${anyOf(c.thresholds.federationHealthyStatuses)}"` : '';
  return `max without (${SCRAPE_LABELS}) (${metric}{${API}${status}})`;
}

function now(c: DashboardContext): PanelSpec[] {
  const described = c.sovra.federationPartners.length;
  return [
    ...using(c, ['federationLinks', 'up'], ({ federationLinks, up }): PanelSpec[] => {
      // A status that no link has may have no series: that is a 0, while any link is reported.
      const count = (operator: '=~' | '!~') =>
        `sum(${each(c, federationLinks, operator)}) or 0 * sum(${federationLinks}{${API}})`;
      const missing = `clamp_min(${described} - (sum(${each(c, federationLinks, '=~')}) or vector(0)), 0)`;
      return [
        {
          id: 101,
          kind: 'stat',
          title: 'Healthy links',
          description: `Links whose status is one of ${c.thresholds.federationHealthyStatuses.join(', ')}; ${described} partner(s) are described for this installation.`,
          unit: 'none',
          queries: [{ expr: count('=~') }],
          ...(described > 0 && { steps: below([described, 'red']) }),
          links: [runbookLink(c, 'FederationLinkMissing')],
        },
        {
          id: 102,
          kind: 'stat',
          title: 'Links that are not well',
          description:
            'Links with any other status: keys that are shared with these partners cannot be used across the link. It has to be back within two hours.',
          unit: 'none',
          queries: [{ expr: count('!~') }],
          steps: above([1, 'red']),
          links: [runbookLink(c, 'FederationLinkDown')],
        },
        {
          id: 103,
          kind: 'stat',
          title: 'Partners missing',
          description:
            'How many healthy links there are too few for the partners that are described. A partner that the control plane no longer knows has no status; it is missing here.',
          unit: 'none',
          queries: [{ expr: `${missing} and on () (${up}{${API}} == 1)` }],
          steps: above([1, 'red']),
          links: [runbookLink(c, 'FederationLinkMissing')],
        },
      ];
    }).flat(),
    ...using(
      c,
      ['federationErrors', 'federationLinks'],
      ({ federationErrors, federationLinks }): PanelSpec => ({
        id: 104,
        kind: 'stat',
        title: 'Errors',
        description: `Errors per second of the most frequent type, over a quarter of an hour. The alert fires above ${c.thresholds.federationErrorRate}.`,
        unit: 'ops',
        queries: [{ expr: `max(${errorRate(federationErrors)}) or 0 * sum(${federationLinks}{${API}})` }],
        steps: above([c.thresholds.federationErrorRate, 'orange']),
        links: [runbookLink(c, 'FederationErrors')],
      }),
    ),
    firingOf('federation', 105),
  ];
}

function links(c: DashboardContext): PanelSpec[] {
  const byPartner = c.sovra.dialect === 'guide';
  const partner: Column[] = byPartner ? [{ field: 'partner', title: 'Partner' }] : [];
  return using(c, ['federationLinks'], ({ federationLinks }): PanelSpec[] => {
    const well = each(c, federationLinks, '=~');
    const ill = each(c, federationLinks, '!~');
    return [
      {
        id: 201,
        kind: 'table',
        title: 'Links',
        description: byPartner
          ? 'Every link with the status that it has now, those that are not well first.'
          : 'How many links have each status. This release does not export which partners they are: "sovra-cli federation status --all" tells.',
        unit: 'none',
        width: 12,
        queries: [
          { expr: `${each(c, federationLinks)} > 0` },
          { expr: `((${well} > 0) * 0 + 1) or ((${ill} > 0) * 0)` },
        ],
        columns: [
          ...partner,
          { field: 'status', title: 'Status' },
          { field: 'Value #A', title: 'Links' },
          { field: 'Value #B', title: 'State', values: STATES },
        ],
        sortBy: { title: 'State', descending: false },
        links: [runbookLink(c, 'FederationLinkDown')],
      },
      {
        id: 202,
        kind: 'graph',
        title: 'Links over time',
        description: 'Links by status. A status that appears for minutes and goes again is a link that is not stable.',
        unit: 'short',
        stacked: true,
        queries: [{ expr: `sum by (status) (${each(c, federationLinks)})`, legend: '{{status}}' }],
        links: [runbookLink(c, 'FederationLinkDown')],
      },
      ...(byPartner
        ? [
            {
              id: 203,
              kind: 'timeline' as const,
              title: 'Each partner',
              description:
                'Whether any link to the partner is well. A gap: the control plane told nothing of the partner.',
              unit: 'none' as const,
              queries: [
                {
                  expr: `max without (${SCRAPE_LABELS}, status) ((${well} > bool 0) or (0 * ${ill}))`,
                  legend: '{{partner}}',
                },
              ],
              values: STATES,
              links: [runbookLink(c, 'FederationLinkDown')],
            },
          ]
        : []),
    ];
  }).flat();
}

function errors(c: DashboardContext): PanelSpec[] {
  return using(c, ['federationErrors'], ({ federationErrors }): PanelSpec[] => [
    {
      id: 301,
      kind: 'graph',
      title: 'Errors by type',
      description: `Errors per second over a quarter of an hour, the ten most frequent types; the dashed line is the alert for one type. ${ERROR_TYPES}`,
      unit: 'ops',
      queries: [{ expr: `topk(10, ${errorRate(federationErrors)})`, legend: '{{type}}' }],
      steps: above([c.thresholds.federationErrorRate, 'orange']),
      links: [runbookLink(c, 'FederationErrors')],
    },
    {
      id: 302,
      kind: 'table',
      title: 'Errors of a day',
      description: `How many of each type in the last hour and in the last day, the twenty most frequent of the day. ${ERROR_TYPES}`,
      unit: 'short',
      width: 12,
      queries: [
        { expr: `topk(20, sum by (type) (increase(${federationErrors}{${API}}[1d])) > 0)` },
        {
          expr: `sum by (type) (increase(${federationErrors}{${API}}[1h])) and topk(20, sum by (type) (increase(${federationErrors}{${API}}[1d])) > 0)`,
        },
      ],
      columns: [
        { field: 'type', title: 'Type' },
        { field: 'Value #B', title: 'Last hour' },
        { field: 'Value #A', title: 'Last day' },
      ],
      sortBy: { title: 'Last day', descending: true },
      links: [runbookLink(c, 'FederationErrors')],
    },
  ]).flat();
}

/** As the alert has it. */
function errorRate(federationErrors: string): string {
  return `sum by (type) (rate(${federationErrors}{${API}}[15m]))`;
}
