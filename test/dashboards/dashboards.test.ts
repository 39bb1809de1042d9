import type { Options as StatOptions } from '@grafana/grafana-foundation-sdk/stat';
import { dashboards, dashboardText } from '../../lib/dashboards';
import { EXPORT_TASK } from '../../lib/dashboards/audit';
import { above, below } from '../../lib/dashboards/model';
import type { GridPosition, Plain } from '../../lib/dashboards/plain';
import { AUDIT_EXPORT } from '../../lib/operations/audit-export';
import { TASK_ALERT_NAMES } from '../../lib/operations/task-alerts';
import { ALERT_NAMES } from '../../lib/rules/catalogue';
import { SLO_ALERT_NAMES } from '../../lib/rules/objectives/objective';
import { THRESHOLDS } from '../../lib/rules/thresholds';
import { METRIC_DIALECTS } from '../../lib/sovra/metrics';
import { refusedProperties } from '../support/synth';
import { allQueries, dashboardOf, full, isPanel, panelOf, panelsOf } from './installations';

const MIB = 1024 * 1024;

/** A panel with its thresholds in the open. */
function steps(uid: string, id: number, options = {}): (number | null)[] {
  const panel = panelOf(dashboards(full({ dialect: '2026.3' }), options), uid, id);
  return panel.fieldConfig?.defaults.thresholds?.steps.map((s) => s.value) ?? [];
}

describe('the contract', () => {
  it('names and uids', () => {
    expect(dashboards(full()).map((d) => [d.name, d.uid, d.title, d.json.uid, d.json.title])).toEqual([
      ['overview', 'sovra-overview', 'Sovra / Overview', 'sovra-overview', 'Sovra / Overview'],
      ['edge-nodes', 'sovra-edge-nodes', 'Sovra / Edge nodes', 'sovra-edge-nodes', 'Sovra / Edge nodes'],
      ['vault', 'sovra-vault', 'Sovra / Vault', 'sovra-vault', 'Sovra / Vault'],
      ['database', 'sovra-database', 'Sovra / Database', 'sovra-database', 'Sovra / Database'],
      ['tasks', 'sovra-tasks', 'Sovra / Scheduled tasks', 'sovra-tasks', 'Sovra / Scheduled tasks'],
      ['monitoring', 'sovra-monitoring', 'Sovra / Monitoring', 'sovra-monitoring', 'Sovra / Monitoring'],
      ['federation', 'sovra-federation', 'Sovra / Federation', 'sovra-federation', 'Sovra / Federation'],
      ['audit', 'sovra-audit', 'Sovra / Audit', 'sovra-audit', 'Sovra / Audit'],
      ['objectives', 'sovra-objectives', 'Sovra / Objectives', 'sovra-objectives', 'Sovra / Objectives'],
    ]);
  });

  it('ids of panels, which links carry', () => {
    const ids = dashboards(full({ dialect: '2026.3' })).map((d) => [
      d.uid,
      panelsOf(d)
        .map((p) => p.id)
        .sort((a, b) => a - b)
        .join(' '),
    ]);
    expect(Object.fromEntries(ids)).toEqual({
      'sovra-overview':
        '101 102 103 104 105 106 201 202 203 204 205 206 301 302 303 304 401 402 403 501 502 503 601 602 603 604 701 702 801 802 803 804',
      'sovra-edge-nodes': '101 102 103 104 105 106 201 202 203 204 301 302 303 304 401 402 501 502',
      'sovra-vault': '101 102 103 104 105 106 107 108 201 202 203 204 205',
      'sovra-database': '101 102 103 104 105 106 201 202 203 204 301 302',
      'sovra-tasks': '101 102 103 104 105 201 202 301 302 401 402 403 404 405 406 407',
      'sovra-monitoring': '101 102 103 104 105 106 201 202 301 302 303 401 402 501 502',
      'sovra-federation': '101 102 103 104 105 201 202 301 302',
      'sovra-audit': '101 102 103 104 105 106 201 202 301 302 303 401',
      'sovra-objectives': '101 102 103 104 105 201 301 302 401 402 403 404',
    });
  });

  it('a panel has the same id, title and place in its section in both dialects', () => {
    const titles = (dialect: 'guide' | '2026.3') =>
      new Map(
        dashboards(full({ dialect })).flatMap((d) => panelsOf(d).map((p) => [`${d.uid} ${p.id}`, p.title] as const)),
      );
    const release = titles('2026.3');
    const guide = titles('guide');
    // Only the guide's exporter tells partners apart.
    expect([...guide.keys()].filter((id) => !release.has(id))).toEqual(['sovra-federation 203']);
    for (const [id, title] of guide) expect([id, release.get(id) ?? title]).toEqual([id, title]);
  });

  it('the same input gives the same bytes', () => {
    const bytes = () => dashboards(full()).map((d) => dashboardText(d.json));
    expect(bytes()).toEqual(bytes());
  });
});

describe.each(METRIC_DIALECTS)('each dashboard in the dialect %s', (dialect) => {
  const all = dashboards(full({ dialect }));

  it.each(all.map((d) => [d.uid, d] as const))('%s is whole', (_, dashboard) => {
    const { json } = dashboard;
    const ids = json.panels.map((p) => p.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(json).toMatchObject({ editable: false, refresh: '30s', schemaVersion: 42 });
    for (const panel of panelsOf(dashboard)) {
      expect(['stat', 'timeseries', 'state-timeline', 'table']).toContain(panel.type);
      expect(panel.title).not.toBe('');
      expect(panel.description).toMatch(/\.$/);
      expect(panel.fieldConfig?.defaults.unit).toBeTruthy();
      expect(panel.fieldConfig?.defaults.noValue).toBe('no data');
      expect(panel.datasource).toEqual({ type: 'prometheus', uid: '${datasource}' });
      expect(panel.targets?.length).toBeGreaterThan(0);
    }
  });

  it.each(all.map((d) => [d.uid, d] as const))('%s has no two panels in one place and no hole', (_, { json }) => {
    const cells = new Set<string>();
    const places: GridPosition[] = json.panels.map((p) => p.gridPos);
    for (const { x, y, w, h } of places) {
      for (let i = x; i < x + w; i++)
        for (let j = y; j < y + h; j++) {
          expect(cells).not.toContain(`${i} ${j}`);
          cells.add(`${i} ${j}`);
        }
    }
    const bottom = Math.max(...places.map((p) => p.y + p.h));
    expect(cells.size).toBe(24 * bottom);
  });
});

describe('what a dialect or an installation lacks', () => {
  it('is left out, panel by panel', () => {
    const guide = dashboardOf(dashboards(full()), 'sovra-overview');
    const ids = panelsOf(guide).map((p) => p.id);
    expect(ids).not.toContain(402);
    expect(ids).not.toContain(601);
    expect(guide.json.panels.filter((p) => !isPanel(p)).map((p) => p.title)).not.toContain('Keys and sign-in');
  });

  it('is left out as a whole dashboard where nothing is left', () => {
    const uids = (props: Parameters<typeof full>[0]) => dashboards(full(props)).map((d) => d.uid);
    expect(uids({ edgeNodes: [] })).not.toContain('sovra-vault');
    for (const uid of ['sovra-database', 'sovra-federation', 'sovra-audit'])
      expect(uids({ controlPlane: false })).not.toContain(uid);
    // Objectives may be of the user: their rules are not known here.
    expect(uids({ controlPlane: false })).toContain('sovra-objectives');
    expect(uids({ controlPlane: false })).toContain('sovra-vault');
  });

  it('asks Vault itself only where it runs in this cluster', () => {
    const remote = dashboards(
      full({ edgeNodes: [{ id: 'far', healthUrls: ['https://vault.example.com/v1/sys/health'] }] }),
    );
    expect(panelsOf(dashboardOf(remote, 'sovra-vault')).map((p) => p.id)).not.toContain(204);
  });
});

describe('ten thousand edge nodes', () => {
  const many = full({
    edgeNodes: Array.from({ length: 10_000 }, (_, i) => ({ id: `edge-${i}`, vault: { namespace: `edge-${i}` } })),
  });

  it('make no dashboard bigger', () => {
    const size = (sovra: typeof many) => dashboards(sovra).map((d) => dashboardText(d.json).length);
    const few = size(full());
    size(many).forEach((bytes, i) => {
      expect(bytes).toBeLessThan((few[i] ?? 0) + 200);
      expect(bytes).toBeLessThan(MIB / 8);
    });
  });

  it('are never drawn or listed one by one, unless they were chosen', () => {
    const perNode = /by \([^)]*(node_id|edge_node)[^)]*\)/;
    const bounded = /^(sum|count|max|min|topk|bottomk|quantile)\b(?! by)|\$(node_id|edge_node)/;
    for (const d of dashboards(many)) {
      for (const p of panelsOf(d)) {
        for (const { expr } of (p.targets ?? []) as unknown as { expr: string }[]) {
          if (perNode.test(expr)) expect(expr).toMatch(bounded);
        }
      }
    }
  });

  it('"All" is never a list of their names', () => {
    for (const d of dashboards(many)) {
      for (const v of d.json.templating.list ?? []) {
        if (v.type === 'query') expect(v.includeAll ? v.allValue : '.*').toBe('.*');
      }
    }
  });
});

describe('the dashboards of one thing', () => {
  const one = ['sovra-federation', 'sovra-audit', 'sovra-objectives'];
  const all = dashboards(full());

  it.each(one)('%s is read at a glance and leads on', (uid) => {
    const panels = panelsOf(dashboardOf(all, uid));
    expect(panels.length).toBeLessThanOrEqual(12);
    const links = panels.flatMap((p) => p.links ?? []);
    expect(links.some((l) => l.targetBlank)).toBe(true);
    expect(links.some((l) => l.url?.startsWith('/d/'))).toBe(true);
  });

  it('the task that exports the audit log has the name that it is given', () => {
    expect(EXPORT_TASK).toBe(AUDIT_EXPORT);
  });
});

describe('thresholds', () => {
  it('are those of the alerts', () => {
    expect(steps('sovra-overview', 103)).toEqual([null, 0.001, THRESHOLDS.apiErrorRatio]);
    expect(steps('sovra-overview', 203)).toEqual([null, THRESHOLDS.apiLatencyP95]);
    expect(steps('sovra-overview', 302)).toEqual([null, THRESHOLDS.policyLatencyP95]);
    expect(steps('sovra-overview', 401)).toEqual([null, THRESHOLDS.auditLag]);
    expect(steps('sovra-overview', 402)).toEqual([null, THRESHOLDS.auditQueue]);
    expect(steps('sovra-overview', 503)).toEqual([null, THRESHOLDS.federationErrorRate]);
    expect(steps('sovra-edge-nodes', 201)).toEqual([null, THRESHOLDS.heartbeatLate, THRESHOLDS.heartbeatLost]);
    expect(steps('sovra-edge-nodes', 502)).toEqual([null, 1, 7, 30]);
    expect(steps('sovra-vault', 204)).toEqual([null, THRESHOLDS.vaultMemoryFloor]);
    const connections = [null, THRESHOLDS.databaseConnectionRatio, THRESHOLDS.databaseConnectionExhaustion];
    expect(steps('sovra-database', 102)).toEqual(connections);
    expect(steps('sovra-database', 104)).toEqual(connections);
    expect(steps('sovra-overview', 603)).toEqual([null, THRESHOLDS.authFailureRatio]);
    expect(steps('sovra-overview', 604)).toEqual([null, THRESHOLDS.authFailureFloor]);
    for (const id of [303, 304]) expect(steps('sovra-edge-nodes', id)).toEqual([null, THRESHOLDS.edgeNodesTogether]);
    expect(steps('sovra-monitoring', 501)).toEqual([null, THRESHOLDS.volumeShareAlmostFull, THRESHOLDS.volumeShareLow]);
    expect(steps('sovra-monitoring', 502)).toEqual([null, 0]);
    expect(steps('sovra-database', 201)).toEqual([null, THRESHOLDS.databaseLatencyP95]);
    expect(steps('sovra-monitoring', 402)).toEqual([null, THRESHOLDS.notificationFailureRatio]);
    expect(steps('sovra-overview', 304)).toEqual([null, THRESHOLDS.policyErrorRatio]);
    expect(steps('sovra-federation', 101)).toEqual([null, 1]);
    expect(steps('sovra-federation', 104)).toEqual([null, THRESHOLDS.federationErrorRate]);
    expect(steps('sovra-federation', 301)).toEqual([null, THRESHOLDS.federationErrorRate]);
    expect(steps('sovra-audit', 101)).toEqual([null, THRESHOLDS.auditLag]);
    expect(steps('sovra-audit', 201)).toEqual([null, THRESHOLDS.auditLag]);
    expect(steps('sovra-audit', 202)).toEqual([null, THRESHOLDS.auditQueue]);
    expect([401, 402, 403, 404].map((id) => steps('sovra-objectives', id))).toEqual([
      [null, 14.4],
      [null, 6],
      [null, 3],
      [null, 1],
    ]);
  });

  it('follow alerts that were changed, in colours and in queries', () => {
    const options = { thresholds: { heartbeatLate: 45, federationHealthyStatuses: ['fine'] } };
    expect(steps('sovra-edge-nodes', 201, options)).toEqual([null, 45, 300]);
    const all = JSON.stringify(dashboards(full(), options).map((d) => d.json));
    expect(all).toContain('> bool 45)');
    expect(all).not.toContain('> bool 60)');
    expect(all).toContain('status=~\\"fine\\"');
  });

  it('colour from the figure on, or below it', () => {
    expect(above([5, 'orange'], [9, 'red'])).toEqual([
      { from: null, color: 'green' },
      { from: 5, color: 'orange' },
      { from: 9, color: 'red' },
    ]);
    expect(below([1, 'red'], [3, 'orange'])).toEqual([
      { from: null, color: 'red' },
      { from: 1, color: 'orange' },
      { from: 3, color: 'green' },
    ]);
  });
});

describe('links and variables', () => {
  it('open with the data source "prometheus", or another one', () => {
    const current = (options = {}) => dashboards(full(), options)[0]?.json.templating.list?.[0]?.current;
    expect(current()).toEqual({ text: 'Prometheus', value: 'prometheus' });
    expect(current({ datasourceUid: 'mimir' })).toEqual({ text: 'Prometheus', value: 'mimir' });
  });

  it('lead from a firing alert to its runbook', () => {
    const text = JSON.stringify(
      panelOf(dashboards(full(), { runbookBaseUrl: 'https://wiki.example.com/runbooks' }), 'sovra-overview', 804),
    );
    expect(text).toContain('https://wiki.example.com/runbooks/${__value.raw}.md');
  });

  it('name only alerts that exist', () => {
    const text = dashboards(full())
      .map((d) => dashboardText(d.json))
      .join('');
    const named = [...text.matchAll(/alertname!?=\\"(\w+)\\"/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(0);
    for (const name of named) expect([...ALERT_NAMES, ...SLO_ALERT_NAMES]).toContain(name);
  });

  it('of panels lead to pages of alerts that exist, and to dashboards of the same installation', () => {
    const variants = [{}, { dialect: '2026.3' as const }, { controlPlane: false as const, edgeNodes: [] }];
    for (const props of variants) {
      const all = dashboards(full(props), { runbookBaseUrl: 'https://wiki.example.com' });
      const pages = [...ALERT_NAMES, ...SLO_ALERT_NAMES, ...TASK_ALERT_NAMES].map(
        (name) => `https://wiki.example.com/${name}.md`,
      );
      const others = all.map((d) => `/d/${d.uid}?\${__url_time_range}&\${__all_variables}`);
      for (const d of all)
        for (const link of panelsOf(d).flatMap((p) => p.links ?? []))
          expect(link.targetBlank ? pages : others).toContain(link.url);
    }
  });

  it('lead from the overview to the dashboards that tell more', () => {
    const overview = dashboardOf(dashboards(full({ dialect: '2026.3' })), 'sovra-overview');
    const to = panelsOf(overview).flatMap((p) =>
      (p.links ?? []).flatMap((l) => /^\/d\/([\w-]+)/.exec(l.url ?? '')?.[1] ?? []),
    );
    expect([...new Set(to)].sort()).toEqual([
      'sovra-audit',
      'sovra-edge-nodes',
      'sovra-federation',
      'sovra-objectives',
    ]);
  });

  it('carry what was chosen to the next dashboard', () => {
    for (const { json } of dashboards(full()))
      expect(json.links?.find((l) => l.type === 'dashboards')).toMatchObject({ includeVars: true, keepTime: true });
  });

  it('every dashboard begins with the cluster, and "All" of it', () => {
    for (const { json } of dashboards(full()))
      expect(json.templating.list?.[1]).toMatchObject({
        name: 'cluster',
        includeAll: true,
        allValue: '.*',
        current: { text: ['All'], value: ['$__all'] },
      });
  });

  it('every series is held against the cluster, but for those of Vault, which has such a label of its own', () => {
    for (const dialect of METRIC_DIALECTS) {
      for (const { raw, where } of allQueries(full({ dialect }))) {
        if (where === 'variable cluster') continue;
        const selectors = [...raw.matchAll(/\{([^}]*)\}/g)].map(([, matchers = '']) => matchers);
        for (const matchers of selectors)
          if (!matchers.includes('job="vault"')) expect(matchers).toContain('cluster=~"$cluster"');
          else expect(matchers).not.toContain('$cluster');
        // A name without a selector would escape all that.
        const bare = raw
          .replace(/\{[^}]*\}/g, '{}')
          .match(/\b(?:sovra_|probe_|pg_|kube_|vault_|prometheus_|alertmanager_|up\b|ALERTS)[\w:]*(?![\w:]|\{)/g);
        expect([raw, bare]).toEqual([raw, null]);
      }
    }
  });

  it('the text is JSON with one line for each panel', () => {
    for (const { json } of dashboards(full())) {
      const text = dashboardText(json);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(json)));
      expect(text.split('\n').filter((l) => l.startsWith('{"id":') || l.startsWith('{"type":"row"'))).toHaveLength(
        json.panels.length,
      );
    }
  });
});

describe('options', () => {
  it.each([
    [{ datasourceUid: 'not a uid' }, ['datasourceUid']],
    [{ runbookBaseUrl: 'wiki' }, ['runbookBaseUrl']],
    [{ thresholds: { apiErrorRatio: 5 } }, ['thresholds.apiErrorRatio']],
    [{ datasourceUid: '', thresholds: { auditLag: Number.NaN } }, ['thresholds.auditLag', 'datasourceUid']],
  ])('refuses %j', (options, properties) => {
    expect(refusedProperties(() => dashboards(full(), options))).toEqual(properties);
  });
});

describe('the types of the SDK', () => {
  it('hold although none of its code is there', () => {
    // @ts-expect-error Grafana knows no such mode; the type checker fails here if it would let it pass
    const mode: Plain<StatOptions>['graphMode'] = 'sparkle';
    expect(mode).toBeDefined();
  });
});
