import { ALERT_NAMES } from '../../lib/rules/catalogue';
import { nearest } from '../../lib/rules/nearest';
import type { AlertOptions, AlertOverrides } from '../../lib/rules/options';
import { RECORDINGS_PER_GROUP } from '../../lib/rules/recordings';
import { alertNames, type Rule, renderAlerts } from '../../lib/rules/render';
import { HEARTBEAT_LATE } from '../../lib/rules/troubles';
import { SovraInstallation } from '../../lib/sovra/installation';
import { refusal, refusedProperties } from '../support/synth';
import { SUBJECT } from './cases/types';

const sovra = new SovraInstallation({ ...SUBJECT, dialect: '2026.3' });
const rules = (options: AlertOptions = {}, of = sovra) => renderAlerts(of, options).flatMap((g) => g.rules ?? []);
const rule = (name: string, options: AlertOptions = {}): Rule => {
  const found = rules(options).filter((r) => r.alert === name);
  expect(found).toHaveLength(1);
  return found[0] as Rule;
};

describe('the rule groups', () => {
  test('one for each component, then the recordings, in a stable order', () => {
    expect(renderAlerts(sovra).map((g) => g.name)).toEqual([
      'sovra-alerts-control-plane',
      'sovra-alerts-policy',
      'sovra-alerts-audit',
      'sovra-alerts-federation',
      'sovra-alerts-edge',
      'sovra-alerts-vault',
      'sovra-alerts-certificates',
      'sovra-alerts-database',
      'sovra-alerts-volumes',
      'sovra-alerts-monitoring',
      'sovra-expected-targets-001',
      'sovra-expected-edge-nodes-001',
    ]);
    expect(renderAlerts(sovra)).toEqual(renderAlerts(new SovraInstallation({ ...SUBJECT, dialect: '2026.3' })));
  });

  test('every alert of the catalogue is in exactly one of them', () => {
    expect(rules().flatMap((r) => r.alert ?? [])).toEqual(alertNames(sovra));
    expect([...alertNames(sovra)].sort()).toEqual([...ALERT_NAMES].sort());
  });

  test('an alert as it is rendered', () => {
    expect(rule('VaultSealed')).toEqual({
      alert: 'VaultSealed',
      expr: 'max by (edge_node, namespace, pod, instance) (sovra_ops:vault_inactive_status == 503\nunless on () (sovra_ops:vault_nodes_in_trouble > 25))',
      for: '1m',
      labels: { severity: 'critical', level: 'P1', component: 'vault' },
      annotations: {
        summary: 'Vault {{ or $labels.pod $labels.instance }} of edge node {{ $labels.edge_node }} is sealed',
        description: expect.stringContaining('503'),
        runbook_url: 'https://github.com/sovra-ops/sovra-ops/blob/main/docs/runbooks/VaultSealed.md',
        response_time: '1 hour',
      },
    });
    expect(rule('Watchdog')).not.toHaveProperty('for');
  });

  test('what is expected comes from the description', () => {
    const recorded = rules().filter((r) => /_expected$/.test(r.record ?? ''));
    expect(recorded.map((r) => [r.record, r.labels, r.expr])).toEqual([
      ['sovra_ops:targets_expected', { job: 'prometheus' }, 'vector(1)'],
      ['sovra_ops:targets_expected', { job: 'sovra-api-probe' }, 'vector(1)'],
      ['sovra_ops:targets_expected', { edge_node: 'edge-1', job: 'vault' }, 'vector(3)'],
      ['sovra_ops:targets_expected', { edge_node: 'edge-1', job: 'vault-health' }, 'vector(3)'],
      ['sovra_ops:targets_expected', { edge_node: 'edge-1', job: 'opa' }, 'vector(1)'],
      ['sovra_ops:targets_expected', { edge_node: 'edge-2', job: 'edge-probe' }, 'vector(2)'],
      ['sovra_ops:edge_node_expected', { node_id: 'edge-1' }, 'vector(1)'],
      ['sovra_ops:edge_node_expected', { node_id: 'edge-2' }, 'vector(1)'],
      ['sovra_ops:edge_node_expected', { node_id: 'edge-3' }, 'vector(1)'],
    ]);
  });

  test('ten thousand edge nodes stay in small groups that are recorded often enough not to go stale', () => {
    const nodes = Array.from({ length: 10_000 }, (_, i) => ({ id: `edge-${i}` }));
    const groups = renderAlerts(new SovraInstallation({ edgeNodes: nodes })).filter((g) =>
      g.name.includes('edge-nodes'),
    );
    expect(groups).toHaveLength(Math.ceil(10_000 / 300));
    expect(new Set(groups.map((g) => g.name)).size).toBe(groups.length);
    for (const g of groups) {
      expect(g.rules?.length).toBeLessThanOrEqual(RECORDINGS_PER_GROUP);
      expect(JSON.stringify(g).length).toBeLessThan(64 * 1024);
      expect(g.interval).toBe('1m');
    }
    expect(groups.flatMap((g) => g.rules ?? [])).toHaveLength(10_000);
  });
});

describe('overrides', () => {
  test('every field of an alert can be changed', () => {
    const options: AlertOptions = {
      alerts: {
        EdgeHeartbeatLate: {
          level: 'P0',
          for: '30s',
          keepFiringFor: '10m',
          expr: 'vector(2)',
          labels: { team: 'edge' },
          annotations: { dashboard: 'd' },
          summary: 's',
          description: 'd.',
          runbookUrl: 'https://wiki.example.com/late',
        },
      },
    };
    expect(rule('EdgeHeartbeatLate', options)).toEqual({
      alert: 'EdgeHeartbeatLate',
      expr: 'vector(2)',
      for: '30s',
      keep_firing_for: '10m',
      labels: { severity: 'critical', level: 'P0', component: 'edge', team: 'edge' },
      annotations: {
        summary: 's',
        description: 'd.',
        runbook_url: 'https://wiki.example.com/late',
        response_time: '15 minutes',
        dashboard: 'd',
      },
    });
    expect(rules(options).filter((r) => r.alert !== 'EdgeHeartbeatLate')).toEqual(
      rules().filter((r) => r.alert !== 'EdgeHeartbeatLate'),
    );
  });

  test('"0s" fires at once', () => {
    expect(rule('VaultSealed', { alerts: { VaultSealed: { for: '0s' } } })).not.toHaveProperty('for');
  });

  test('an alert that is left out takes the recordings with it that only it needs', () => {
    const groups = renderAlerts(sovra, { alerts: { EdgeNodeMissing: false, EdgeNodesSilentTogether: false } });
    expect(groups.flatMap((g) => g.rules ?? []).map((r) => r.alert ?? r.record)).not.toContain('EdgeNodeMissing');
    expect(groups.map((g) => g.name)).not.toContain('sovra-expected-edge-nodes-001');
    expect(groups.map((g) => g.name)).toContain('sovra-expected-targets-001');
  });

  test('nothing is held back where the alert that would speak for all is left out', () => {
    const speakers = ALERT_NAMES.filter((n) => n.includes('Together'));
    const without = Object.fromEntries(speakers.map((n) => [n, false]));
    const heldBack = (alerts: AlertOptions['alerts']) =>
      renderAlerts(new SovraInstallation(SUBJECT), { ...(alerts && { alerts }) })
        .flatMap((g) => g.rules ?? [])
        // EdgeCertificateUnknown speaks for all itself.
        .filter(
          (r) =>
            r.alert !== undefined &&
            r.alert !== 'EdgeCertificateUnknown' &&
            /unless on \(\) \(.* > 25\)/.test(String(r.expr)),
        )
        .map((r) => r.alert);
    expect(heldBack(undefined)).toHaveLength(15);
    expect(heldBack(without)).toEqual([]);
    expect(heldBack({ VaultsDownTogether: false })).toHaveLength(9);
    // Nobody knows of whom another expression speaks.
    expect(heldBack({ VaultsDownTogether: { expr: 'vector(1) > 2' } })).toHaveLength(9);
    expect(heldBack({ VaultsDownTogether: { for: '5m', level: 'P1' } })).toHaveLength(15);
  });

  test('where the alert that would speak for all is left out, the single ones are about all and not about the worst', () => {
    const limited = (alerts: AlertOptions['alerts'] = {}) =>
      renderAlerts(new SovraInstallation(SUBJECT), { alerts })
        .flatMap((g) => g.rules ?? [])
        .flatMap((r) => (/(top|bottom)k\(/.test(String(r.expr)) ? [r.record] : []));
    const [heartbeats, certificates] = [
      'sovra_ops:edge_heartbeat_late_longest_seconds',
      'sovra_ops:edge_certificate_ending_soonest_seconds',
    ];
    expect(limited()).toEqual([heartbeats, certificates]);
    expect(limited({ EdgeNodesSilentTogether: false })).toEqual([certificates]);
    expect(limited({ EdgeCertificatesExpireTogether7d: false })).toEqual([heartbeats]);
  });

  test('a component without alerts has no group', () => {
    const alerts: AlertOverrides = { AuditDeliveryLate: false, AuditQueueGrowing: false };
    expect(renderAlerts(sovra, { alerts }).map((g) => g.name)).not.toContain('sovra-alerts-audit');
  });

  test('labels of all alerts, runbooks of another place', () => {
    const options = { alertLabels: { team: 'keys' }, runbookBaseUrl: 'https://wiki.example.com/sovra' };
    expect(rule('VaultSealed', options).labels).toMatchObject({ team: 'keys', level: 'P1' });
    expect(rule('VaultSealed', options).annotations?.runbook_url).toBe('https://wiki.example.com/sovra/VaultSealed.md');
  });

  test('a link to the panel that shows it, where the address of Grafana is known', () => {
    const grafanaUrl = 'https://grafana.example.com/ops';
    const link = (name: string, options: AlertOptions = { grafanaUrl }) =>
      rule(name, options).annotations?.dashboard_url;
    expect(link('SovraApiDown')).toBe(`${grafanaUrl}/d/sovra-overview?viewPanel=101`);
    expect(link('EdgeHeartbeatLate')).toBe(
      `${grafanaUrl}/d/sovra-edge-nodes?viewPanel=501&var-node_id={{ $labels.node_id | urlquery }}`,
    );
    expect(link('SovraMetricsMissing')).toBe(`${grafanaUrl}/d/sovra-overview`);
    expect(link('SovraApiDown', {})).toBeUndefined();
    const own = { SovraApiDown: { annotations: { dashboard_url: 'https://boards.example.com/api' } } };
    expect(link('SovraApiDown', { grafanaUrl, alerts: own })).toBe('https://boards.example.com/api');
  });

  test('the response time follows the level', () => {
    const to = (level: 'P0' | 'P3') =>
      rule('VaultSealed', { alerts: { VaultSealed: { level } } }).annotations?.response_time;
    expect([to('P0'), to('P3')]).toEqual(['15 minutes', '1 business day']);
  });

  test('thresholds and words reach the expressions', () => {
    const thresholds = { heartbeatLate: 90, federationHealthyStatuses: ['ok', 'v1.2'], policyErrorResults: undefined };
    expect(rules({ thresholds }).find((r) => r.record === HEARTBEAT_LATE)?.expr).toContain('> 90');
    expect(rule('FederationLinkDown', { thresholds }).expr).toContain('status!~"ok|v1\\\\.2"');
    expect(rule('PolicyEvaluationErrors', { thresholds }).expr).toContain('result=~"error"');
  });

  test('an unknown name does not compile', () => {
    // @ts-expect-error: the catalogue has no alert of this name
    const alerts: AlertOverrides = { VaultSeald: false };
    const error = refusal(() => renderAlerts(sovra, { alerts }));
    expect(error.problems[0]).toMatchObject({ property: 'alerts.VaultSeald', given: 'VaultSeald' });
    expect(error.problems[0]?.remedy).toMatch(/^Did you mean "VaultSealed"/);
  });

  test('an unknown field is refused with the nearest', () => {
    const error = refusal(() => renderAlerts(sovra, { alerts: { VaultSealed: { sumary: 'x' } as object } }));
    expect(error.problems[0]).toMatchObject({ property: 'alerts.VaultSealed.sumary' });
    expect(error.problems[0]?.remedy).toContain('"summary"');
  });

  test.each<[string, AlertOptions, string]>([
    [
      'a level that the guide does not have',
      { alerts: { VaultSealed: { level: 'P7' as 'P1' } } },
      'alerts.VaultSealed.level',
    ],
    ['no duration', { alerts: { VaultSealed: { for: '5 minutes' } } }, 'alerts.VaultSealed.for'],
    ['no duration', { alerts: { VaultSealed: { keepFiringFor: '-1m' } } }, 'alerts.VaultSealed.keepFiringFor'],
    ['an empty expression', { alerts: { VaultSealed: { expr: ' ' } } }, 'alerts.VaultSealed.expr'],
    ['an empty summary', { alerts: { VaultSealed: { summary: '' } } }, 'alerts.VaultSealed.summary'],
    ['no URL', { alerts: { VaultSealed: { runbookUrl: 'wiki' } } }, 'alerts.VaultSealed.runbookUrl'],
    ['a bad label', { alerts: { VaultSealed: { labels: { 'my-team': 'x' } } } }, 'alerts.VaultSealed.labels.my-team'],
    ['a label of routing', { alerts: { VaultSealed: { labels: { level: 'P0' } } } }, 'alerts.VaultSealed.labels.level'],
    ['true', { alerts: { VaultSealed: true as unknown as false } }, 'alerts.VaultSealed'],
    ['null', { alerts: { VaultSealed: null as unknown as false } }, 'alerts.VaultSealed'],
    [
      'a bad annotation',
      { alerts: { VaultSealed: { annotations: { 'a b': 'x' } } } },
      'alerts.VaultSealed.annotations.a b',
    ],
    ['the name of all', { alertLabels: { alertname: 'x' } }, 'alertLabels.alertname'],
    ['a password in a URL', { runbookBaseUrl: 'https://a:b@wiki.example.com' }, 'runbookBaseUrl'],
    ['a slash at the end', { runbookBaseUrl: 'https://wiki.example.com/' }, 'runbookBaseUrl'],
    ['a Grafana with a slash at the end', { grafanaUrl: 'https://grafana.example.com/' }, 'grafanaUrl'],
    ['a Grafana without a scheme', { grafanaUrl: 'grafana.example.com' }, 'grafanaUrl'],
    [
      'exhausted before there are many',
      { thresholds: { databaseConnectionRatio: 0.96 } },
      'thresholds.databaseConnectionExhaustion',
    ],
    ['almost full before space is low', { thresholds: { volumeShareAlmostFull: 0.2 } }, 'thresholds.volumeShareLow'],
    ['a share above 1 of a volume', { thresholds: { volumeForecastShare: 1.2 } }, 'thresholds.volumeForecastShare'],
    ['a share above 1', { thresholds: { apiErrorRatio: 5 } }, 'thresholds.apiErrorRatio'],
    ['beyond the buckets', { thresholds: { apiLatencyP95: 10 } }, 'thresholds.apiLatencyP95'],
    ['zero', { thresholds: { auditLag: 0 } }, 'thresholds.auditLag'],
    ['not a number', { thresholds: { auditLag: Number.NaN } }, 'thresholds.auditLag'],
    ['late after lost', { thresholds: { heartbeatLate: 400 } }, 'thresholds.heartbeatLost'],
    ['no word', { thresholds: { federationHealthyStatuses: [] } }, 'thresholds.federationHealthyStatuses'],
    ['a quote', { thresholds: { policyErrorResults: ['a"b'] } }, 'thresholds.policyErrorResults'],
    [
      'late without an own figure of lost',
      { thresholds: { heartbeatLate: 400, heartbeatLost: undefined } },
      'thresholds.heartbeatLost',
    ],
    ['a name that every object has', { thresholds: { constructor: 3 } as object }, 'thresholds.constructor'],
    ['an unknown threshold', { thresholds: { heartbeat: 3 } as object }, 'thresholds.heartbeat'],
  ])('%s is refused', (_what, options, property) => {
    expect(refusedProperties(() => renderAlerts(sovra, options))).toEqual([property]);
  });

  test('all problems are told at once, with who asked', () => {
    const error = refusal(() =>
      renderAlerts(sovra, { alerts: { VaultDown: { for: 'x' } }, runbookBaseUrl: 'y' }, 'ops/alerts'),
    );
    expect(error.construct).toBe('ops/alerts');
    expect(error.problems).toHaveLength(2);
  });
});

describe('nearest', () => {
  test('finds what was meant, the nearest first', () => {
    expect(nearest('vaultsealed', ALERT_NAMES)[0]).toBe('VaultSealed');
    expect(nearest('EdgeHeartbeetLost', ALERT_NAMES)[0]).toBe('EdgeHeartbeatLost');
    expect(nearest('SovraAPIDown', ALERT_NAMES)[0]).toBe('SovraApiDown');
  });
  test('suggests nothing for what resembles nothing', () => {
    expect(nearest('zzz', ALERT_NAMES)).toEqual([]);
  });
});
