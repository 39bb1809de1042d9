import { spawnSync } from 'node:child_process';
import { ALERT_NAMES, CATALOGUE } from '../../lib/rules/catalogue';
import { alertContext } from '../../lib/rules/context';
import { expressionProblems, knownMetrics } from '../../lib/rules/promql';
import { EDGE_NODE_EXPECTED, TARGETS_EXPECTED } from '../../lib/rules/recordings';
import { alertNames, renderAlerts } from '../../lib/rules/render';
import { TROUBLES, VAULT_NODES_IN_TROUBLE } from '../../lib/rules/troubles';
import { SovraInstallation, type SovraInstallationProps } from '../../lib/sovra/installation';
import { METRIC_DIALECTS, type MetricId } from '../../lib/sovra/metrics';
import { tool } from '../support/tools';
import { SUBJECT } from './cases/types';

const SHAPES: Readonly<Record<string, SovraInstallationProps>> = {
  everything: SUBJECT,
  'control plane only': {},
  'edge nodes only': { controlPlane: false, edgeNodes: [{ id: 'edge-1', vault: {} }] },
  'edge nodes elsewhere': { edgeNodes: [{ id: 'edge-1' }, { id: 'edge-2', healthUrls: ['https://v.example.com/x'] }] },
  'no policy agent': { edgeNodes: [{ id: 'edge-1', vault: {}, policyAgent: false }] },
};
const ALL = Object.entries(SHAPES).flatMap(([what, props]) =>
  METRIC_DIALECTS.map((dialect) => ({
    what: `${what}, ${dialect}`,
    sovra: new SovraInstallation({ ...props, dialect }),
  })),
);

describe.each(ALL)('$what', ({ sovra }) => {
  test('no expression asks for what nothing exports', () => {
    const known = knownMetrics([sovra]);
    for (const record of [EDGE_NODE_EXPECTED, TARGETS_EXPECTED, ...TROUBLES.map((t) => t.record)])
      known.set(record, 'recorded');
    const rules = renderAlerts(sovra).flatMap((g) => g.rules ?? []);
    const problems = rules.flatMap((r) =>
      expressionProblems(String(r.expr), known).map((p) => `${r.alert ?? r.record}: ${p}`),
    );
    expect(problems).toEqual([]);
  });

  test('what covers missing data is there too', () => {
    const names = alertNames(sovra);
    const uncovered = names.filter((name) => {
      const answer = CATALOGUE[name].missingData;
      return answer !== 'fires' && !names.includes(answer.coveredBy);
    });
    // Nobody can miss a node or a partner that is not described.
    const unknowable = ['EdgeHeartbeatLate', 'EdgeHeartbeatLost', 'FederationLinkDown', 'FederationErrors'];
    expect(uncovered.filter((n) => !unknowable.includes(n))).toEqual([]);
  });

  test('every alert names only recordings that are rendered', () => {
    const rules = renderAlerts(sovra).flatMap((g) => g.rules ?? []);
    const recorded = new Set(rules.flatMap((r) => r.record ?? []));
    const asked = rules.flatMap((r) => String(r.expr).match(/sovra_ops:\w+/g) ?? []);
    expect(asked.filter((name) => !recorded.has(name))).toEqual([]);
    expect([...recorded].filter((name) => !asked.includes(name))).toEqual([]);
  });

  test('a trouble is recorded in the group of every rule that asks for it, and before it', () => {
    for (const { record } of TROUBLES)
      for (const { name, rules = [] } of renderAlerts(sovra)) {
        const first = rules.findIndex((r) => String(r.expr).includes(record));
        const at = rules.findIndex((r) => r.record === record);
        if (first >= 0) expect([name, record, at >= 0 && at < first]).toEqual([name, record, true]);
      }
  });

  test('an alert declares the metrics of the troubles that it is about', () => {
    // What holds it back is not what it is about.
    const about = (r: { expr: unknown }) => String(r.expr).replaceAll(VAULT_NODES_IN_TROUBLE, '');
    const rules = renderAlerts(sovra).flatMap((g) => g.rules ?? []);
    const asks = (expr: string, { record, labels }: (typeof TROUBLES)[number]) =>
      new RegExp(`\\b${record}\\b${labels ? `({trouble="${labels.trouble}"}|(?!{))` : ''}`).test(expr);
    const behind = (expr: string): MetricId[] =>
      TROUBLES.filter((t) => asks(expr, t)).flatMap((t) => [
        ...t.metrics,
        ...rules
          .filter((r) => r.record === t.record && r.labels?.trouble === t.labels?.trouble)
          .flatMap((r) => behind(String(r.expr))),
      ]);
    for (const name of alertNames(sovra)) {
      const asked = rules.filter((r) => r.alert === name).flatMap((r) => behind(about(r)));
      expect([name, asked.filter((id) => !(CATALOGUE[name].metrics as readonly MetricId[]).includes(id))]).toEqual([
        name,
        [],
      ]);
    }
  });
});

describe('the catalogue', () => {
  test('what covers an alert answers for its own missing data', () => {
    for (const name of ALERT_NAMES) {
      const answer = CATALOGUE[name].missingData;
      if (answer === 'fires') continue;
      const cover = CATALOGUE[answer.coveredBy].missingData;
      // One step more is allowed where the cover itself needs somebody who looks.
      expect([name, cover === 'fires' ? 'fires' : CATALOGUE[cover.coveredBy].missingData]).toEqual([name, 'fires']);
    }
  });

  test.each(ALERT_NAMES)('%s says where it comes from and what it means', (name) => {
    const { summary, description, source } = CATALOGUE[name];
    expect(summary).not.toMatch(/\n|\.$/);
    expect(description).toMatch(/\.$/);
    expect(source.length).toBeGreaterThan(20);
  });

  test('an expression cannot name a metric that its alert does not declare', () => {
    const context = alertContext(new SovraInstallation(), ['up'], {});
    expect(context.metric('up')).toBe('up');
    expect(() => context.metric('pgUp')).toThrow('"pgUp"');
    expect(() => alertContext(new SovraInstallation(), ['auditQueue'], {}).metric('auditQueue')).toThrow();
  });

  test('promtool has nothing to say against the rules, of ten thousand edge nodes too', () => {
    const nodes = Array.from({ length: 10_000 }, (_, i) => ({ id: `edge-${i}` }));
    for (const { sovra } of [...ALL, { sovra: new SovraInstallation({ edgeNodes: nodes }) }]) {
      const input = JSON.stringify({ groups: renderAlerts(sovra) });
      const found = spawnSync(tool('promtool'), ['check', 'rules', '--lint=all', '--lint-fatal'], {
        input,
        encoding: 'utf8',
      });
      expect(found.stderr + (found.status === 0 ? '' : found.stdout)).toBe('');
    }
  });
});

describe('which alerts an installation has', () => {
  const names = (props: SovraInstallationProps) => alertNames(new SovraInstallation(props));

  test('a cluster of edge nodes has none of the control plane', () => {
    const found = names({ controlPlane: false, edgeNodes: [{ id: 'edge-1', vault: {} }] });
    expect(found).not.toContain('SovraApiDown');
    expect(found).not.toContain('DatabaseDown');
    expect(found).not.toContain('EdgeNodeMissing');
    expect(found).toContain('VaultSealed');
    expect(found).toContain('PolicyAgentDown');
    expect(found).toContain('BlackboxExporterDown');
  });

  test('a control plane whose edge nodes are not described still watches those that report', () => {
    const found = names({});
    expect(found).toContain('EdgeHeartbeatLost');
    expect(found).not.toContain('EdgeNodeMissing');
    expect(found.filter((n) => n.startsWith('Vault') || n.startsWith('ServerCertificate'))).toEqual([]);
    expect(found).not.toContain('PolicyAgentDown');
    expect(found).not.toContain('FederationLinkMissing');
  });

  test('a dialect without a metric has none of its alerts', () => {
    expect(names({ dialect: 'guide' })).not.toContain('AuditQueueGrowing');
    expect(names({ dialect: '2026.3' })).toContain('AuditQueueGrowing');
  });

  test('a Vault elsewhere is probed, its metrics are not read', () => {
    const found = names({ edgeNodes: [{ id: 'e', healthUrls: ['https://v.example.com/v1/sys/health'] }] });
    expect(found).toContain('VaultSealed');
    expect(found).not.toContain('VaultMemoryGrowing');
  });
});
