import { burnRate as alertingRate } from '../rules/objectives/burn-rate';
import { BURN_RATE_WINDOWS, type BurnRateWindow, burnAlertName, SLO_SERIES } from '../rules/objectives/objective';
import { OBJECTIVE_WINDOW } from '../sovra/objectives';
import { firing } from './alerts';
import { dashboardLink, runbookLink } from './links';
import {
  above,
  below,
  type Color,
  countOf,
  countPanel,
  type DashboardContext,
  type DashboardSpec,
  type PanelSpec,
  type Step,
  type ValueText,
  type VariableSpec,
} from './model';
import { CLUSTER } from './promql';

const SLO = `${CLUSTER},slo=~"$slo"`;
const COLORS: Readonly<Record<BurnRateWindow['level'], Color>> = { P1: 'red', P2: 'orange', P3: 'yellow' };
const DATA: readonly ValueText[] = [
  { value: 1, text: 'there', color: 'green' },
  { value: 0, text: 'missing', color: 'red' },
];

/** Error budgets. Everything comes from recorded series by the label `slo`, so objectives of users are here too. */
export function objectives(c: DashboardContext): DashboardSpec {
  return {
    name: 'objectives',
    uid: 'sovra-objectives',
    title: 'Sovra / Objectives',
    description: `Service level objectives: what is left of each error budget of ${OBJECTIVE_WINDOW}, and how fast it is spent. Without rules that record them there is no data here.`,
    variables: [VARIABLE],
    sections: [
      { id: 100, title: 'Now', panels: now(c) },
      { id: 200, title: 'All objectives', panels: [table(c)] },
      { id: 300, title: 'Error budget of $slo', panels: budget(c) },
      { id: 400, title: 'How fast it is spent', panels: burning(c) },
    ],
  };
}

const VARIABLE: VariableSpec = {
  name: 'slo',
  label: 'Objective',
  description: 'Objectives that are shown as lines; the numbers and the table at the top are about all of them.',
  selector: `${SLO_SERIES.objective}{${CLUSTER}}`,
  values: 'slo',
  all: true,
};

/** The same objective in several clusters shows as the worst of them. */
const target = (matchers: string) => `max by (slo) (${SLO_SERIES.objective}{${matchers}})`;
const left = (matchers: string) => `min by (slo) (${SLO_SERIES.budgetLeft}{${matchers}})`;
const measured = (matchers: string) => `max by (slo) (${SLO_SERIES.all}{${matchers}})`;

/** Share of good events in the period, whatever the period is: the part of the budget that was spent, taken from 1. */
function good(matchers: string): string {
  return `1 - (1 - ${left(matchers)}) * on (slo) (1 - ${target(matchers)})`;
}

/** How many times faster than allowed the budget was spent in a window. */
function burnRate({ long }: BurnRateWindow, matchers: string): string {
  return `max by (slo) (${SLO_SERIES.errorRatio}:${long}{${matchers}}) / on (slo) (1 - ${target(matchers)})`;
}

const burnSteps = (w: BurnRateWindow): Step[] => above([alertingRate(w, OBJECTIVE_WINDOW), COLORS[w.level]]);
const EMPTY = below([0, 'red']);

function now(c: DashboardContext): PanelSpec[] {
  const objectives = target(CLUSTER);
  return [
    countPanel(101, 'Objectives', 'Objectives that are recorded.', `count(${objectives})`),
    {
      ...countPanel(
        102,
        'Budget spent',
        `Objectives that are broken: more than the error budget of ${OBJECTIVE_WINDOW} is spent.`,
        countOf(left(CLUSTER), '<', 0),
        above([1, 'red']),
      ),
      links: [runbookLink(c, 'ErrorBudgetBurnsSlowly')],
    },
    {
      ...countPanel(
        103,
        'Burn fast',
        'Alerts of objectives whose budget would be gone within days: a person is paged.',
        `count(${firing('ErrorBudgetBurnsFast')}) or vector(0)`,
        above([1, 'red']),
      ),
      links: [runbookLink(c, 'ErrorBudgetBurnsFast'), dashboardLink('overview')],
    },
    {
      ...countPanel(
        104,
        'Burn slowly',
        `Alerts of objectives whose budget would not last for ${OBJECTIVE_WINDOW}.`,
        `count(${firing('ErrorBudgetBurnsSlowly')}) or vector(0)`,
        above([1, 'orange']),
      ),
      links: [runbookLink(c, 'ErrorBudgetBurnsSlowly'), dashboardLink('overview')],
    },
    {
      ...countPanel(
        105,
        'Data missing',
        'Objectives that nothing is measured for: they look as if all were well, and no alert on them can fire.',
        `count(${objectives} unless on (slo) ${measured(CLUSTER)}) or 0 * count(${objectives})`,
        above([1, 'red']),
      ),
      links: [runbookLink(c, 'ObjectiveDataMissing')],
    },
  ];
}

function table(c: DashboardContext): PanelSpec {
  const windows = BURN_RATE_WINDOWS.map((w, i) => ({ w, field: `Value #${String.fromCharCode(69 + i)}` }));
  return {
    id: 201,
    kind: 'table',
    title: 'All objectives',
    description: `One row for each. "Burn" is how many times faster than allowed the budget was spent in the window; the colour is that of the alert, which also wants a shorter window to burn. An objective without a budget left in figures has no data.`,
    unit: 'none',
    queries: [
      { expr: `(0 * ${target(CLUSTER)} + 1) and on (slo) ${measured(CLUSTER)} or 0 * ${target(CLUSTER)}` },
      { expr: target(CLUSTER) },
      { expr: good(CLUSTER) },
      { expr: left(CLUSTER) },
      ...BURN_RATE_WINDOWS.map((w) => ({ expr: burnRate(w, CLUSTER) })),
    ],
    columns: [
      { field: 'slo', title: 'Objective' },
      { field: 'Value #A', title: 'Data', values: DATA },
      // 99.99 % must not read as 100 %.
      { field: 'Value #B', title: 'Target', unit: 'percentunit', decimals: 3 },
      { field: 'Value #C', title: `Good, ${OBJECTIVE_WINDOW}`, unit: 'percentunit', decimals: 3 },
      { field: 'Value #D', title: 'Budget left', unit: 'percentunit', steps: EMPTY },
      ...windows.map(({ w, field }) => ({ field, title: `Burn, ${w.long}`, steps: burnSteps(w) })),
    ],
    sortBy: { title: 'Budget left', descending: false },
    links: [
      runbookLink(c, 'ErrorBudgetBurnsFast'),
      runbookLink(c, 'ErrorBudgetBurnsSlowly'),
      runbookLink(c, 'ObjectiveDataMissing'),
    ],
  };
}

function budget(c: DashboardContext): PanelSpec[] {
  return [
    {
      id: 301,
      kind: 'graph',
      title: 'Budget left',
      description: `Share of the error budget of the last ${OBJECTIVE_WINDOW} that is left; below the dashed line the objective is broken. It comes back as old errors fall out of the period. A gap is data that is missing.`,
      unit: 'percentunit',
      softMax: 1,
      queries: [{ expr: left(SLO), legend: '{{slo}}' }],
      steps: EMPTY,
      links: [runbookLink(c, 'ErrorBudgetBurnsSlowly'), dashboardLink('overview')],
    },
    {
      id: 302,
      kind: 'graph',
      title: 'Good events against the target',
      description: `Share of the events of the last ${OBJECTIVE_WINDOW} that were good, and what it has to be at least. Choose one objective at the top to see its two lines alone.`,
      unit: 'percentunit',
      queries: [
        { expr: good(SLO), legend: '{{slo}}' },
        { expr: target(SLO), legend: 'target of {{slo}}' },
      ],
      links: [dashboardLink('overview')],
    },
  ];
}

function burning(c: DashboardContext): PanelSpec[] {
  return BURN_RATE_WINDOWS.map(
    (w, i): PanelSpec => ({
      id: 401 + i,
      kind: 'graph',
      title: `Burn over ${w.long}`,
      description: `How many times faster than allowed the budget was spent in ${w.long}; 1 would last for exactly ${OBJECTIVE_WINDOW}. At the dashed line ${w.budget * 100} % of it is gone in ${w.long}: an alert of level ${w.level} fires, if the last ${w.short} burn as well.`,
      unit: 'none',
      softMax: alertingRate(w, OBJECTIVE_WINDOW),
      queries: [{ expr: burnRate(w, SLO), legend: '{{slo}}' }],
      steps: burnSteps(w),
      links: [runbookLink(c, burnAlertName(w))],
    }),
  );
}
