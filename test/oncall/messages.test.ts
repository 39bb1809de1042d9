/** What notifications say, rendered by Alertmanager's own templates. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AFFECTED,
  BODY,
  OPSGENIE_PRIORITY,
  PAGERDUTY_SEVERITY,
  RUNBOOK,
  SLACK_COLOR,
  TITLE,
} from '../../lib/oncall/messages';
import { tool } from '../support/tools';

type Texts = Record<string, string>;
interface Alert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Texts;
  readonly annotations: Texts;
  readonly startsAt: string;
}

let dir: string;
let amtool: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'sovra-ops-messages-'));
  writeFileSync(join(dir, 'none.tmpl'), '');
  amtool = tool('amtool');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const common = (all: readonly Texts[]): Texts =>
  Object.fromEntries(Object.entries(all[0] ?? {}).filter(([k, v]) => all.every((t) => t[k] === v)));

function render(template: string, alerts: readonly Alert[]): string {
  const file = join(dir, 'data.json');
  const data = {
    status: alerts.some((a) => a.status === 'firing') ? 'firing' : 'resolved',
    alerts,
    groupLabels: {},
    commonLabels: common(alerts.map((a) => a.labels)),
    commonAnnotations: common(alerts.map((a) => a.annotations)),
  };
  writeFileSync(file, JSON.stringify(data));
  const args = [`--template.glob=${dir}/*.tmpl`, `--template.text=${template}`, `--template.data=${file}`];
  return execFileSync(amtool, ['template', 'render', ...args], { encoding: 'utf8' });
}

const sealed = (pod: string, more: Partial<Alert> = {}): Alert => ({
  status: 'firing',
  labels: {
    alertname: 'VaultSealed',
    level: 'P1',
    severity: 'critical',
    component: 'vault',
    cluster: 'sovra',
    edge_node: 'edge-1',
    pod,
    prometheus: 'monitoring/sovra',
  },
  annotations: {
    summary: `Vault ${pod} of edge node edge-1 is sealed`,
    description: 'A sealed Vault answers no request.',
    runbook_url: 'https://runbooks.example.com/VaultSealed.md',
  },
  startsAt: '2026-11-24T03:12:45+01:00',
  ...more,
});
const over = (pod: string) => sealed(pod, { status: 'resolved' });
const foreign: Alert = {
  status: 'firing',
  labels: { alertname: 'Other' },
  annotations: {},
  startsAt: '2026-11-24T03:12:45Z',
};

describe('the first line', () => {
  it.each<[string, string, Alert[]]>([
    ['one alert', '[P1] Vault vault-0 of edge node edge-1 is sealed', [sealed('vault-0')]],
    ['several', '[P1] Vault vault-0 of edge node edge-1 is sealed (2 in all)', [sealed('vault-0'), sealed('vault-1')]],
    ['what still fires', '[P1] Vault vault-1 of edge node edge-1 is sealed', [over('vault-0'), sealed('vault-1')]],
    ['the end', '[P1] Over: Vault vault-0 of edge node edge-1 is sealed', [over('vault-0')]],
    [
      'the end of several',
      '[P1] Over: Vault vault-0 of edge node edge-1 is sealed (2 in all)',
      [over('vault-0'), over('vault-1')],
    ],
    ['an alert of others', 'Other', [foreign]],
  ])('tells of %s', (_, expected, alerts) => {
    expect(render(TITLE, alerts)).toBe(expected);
  });
});

describe('the text', () => {
  it('says what it means, where to read on and what is affected, without what only routing needs', () => {
    expect(render(BODY, [sealed('vault-0'), sealed('vault-1')])).toBe(
      [
        'A sealed Vault answers no request.',
        '',
        'Runbook: https://runbooks.example.com/VaultSealed.md',
        '',
        'Affected:',
        '',
        '- cluster sovra, edge_node edge-1, pod vault-0, since 2026-11-24 02:12 UTC',
        '- cluster sovra, edge_node edge-1, pod vault-1, since 2026-11-24 02:12 UTC',
        '',
      ].join('\n'),
    );
  });

  it('says how soon to answer while it fires, and where the first one is seen', () => {
    const seen = (pod: string, status: 'firing' | 'resolved' = 'firing') => {
      const plain = sealed(pod, { status });
      const more = { response_time: '1 hour', dashboard_url: `https://grafana.example.com/d/sovra-vault?pod=${pod}` };
      return { ...plain, annotations: { ...plain.annotations, ...more } };
    };
    expect(
      render(BODY, [seen('vault-0'), seen('vault-1')])
        .split('\n')
        .slice(1, 8),
    ).toEqual([
      '',
      'Answer within: 1 hour',
      '',
      'Runbook: https://runbooks.example.com/VaultSealed.md',
      '',
      'Dashboard: https://grafana.example.com/d/sovra-vault?pod=vault-0',
      '',
    ]);
    const over = render(BODY, [seen('vault-0', 'resolved')]);
    expect(over).not.toContain('Answer within');
    expect(over).toContain('Dashboard: ');
  });

  it('names ten of many, and how many there are', () => {
    const many = Array.from({ length: 12 }, (_, i) => sealed(`vault-${i}`));
    const text = render(BODY, many);
    expect(text.split('\n').filter((line) => line.startsWith('- '))).toHaveLength(10);
    expect(text).toContain('Affected, the first 10 of 12:');
  });

  it('leaves out what there is not', () => {
    expect(render(BODY, [foreign])).toBe('Affected:\n\n- the installation as a whole, since 2026-11-24 03:12 UTC\n');
  });

  it('of the end names what is over', () => {
    expect(render(BODY, [over('vault-0')])).toContain('pod vault-0');
    expect(render(BODY, [over('vault-0'), sealed('vault-1')])).not.toContain('vault-0');
  });
});

describe('what pagers and chats sort by', () => {
  const at = (level: string) => [sealed('vault-0', { labels: { alertname: 'A', level } })];

  it.each([
    ['P0', 'critical', 'P1', 'danger'],
    ['P1', 'error', 'P2', 'danger'],
    ['P2', 'warning', 'P3', 'warning'],
    ['P3', 'info', 'P4', '#439FE0'],
  ])('follows the level %s', (level, severity, priority, color) => {
    const templates = [PAGERDUTY_SEVERITY, OPSGENIE_PRIORITY, SLACK_COLOR];
    expect(templates.map((t) => render(t, at(level)))).toEqual([severity, priority, color]);
  });

  it('is that of P2 for an alert without a level, and green at the end', () => {
    const templates = [PAGERDUTY_SEVERITY, OPSGENIE_PRIORITY, SLACK_COLOR];
    expect(templates.map((t) => render(t, [foreign]))).toEqual(['warning', 'P3', 'warning']);
    expect(render(SLACK_COLOR, [over('vault-0')])).toBe('good');
  });

  it('is the runbook and the thing that is broken, where all alerts agree', () => {
    expect(render(`${RUNBOOK} ${AFFECTED}`, [sealed('vault-0'), sealed('vault-1')])).toBe(
      'https://runbooks.example.com/VaultSealed.md edge-1',
    );
    expect(render(`${RUNBOOK} ${AFFECTED}`, [foreign])).toBe(' sovra');
  });
});
