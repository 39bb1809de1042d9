import type { Chart } from 'cdk8s';
import { SovraAlerts } from '../../lib/alerts/sovra-alerts';
import { SovraSlos } from '../../lib/alerts/sovra-slos';
import { SovraBackupSchedule } from '../../lib/backup/sovra-backup-schedule';
import { SovraMonitoring } from '../../lib/monitoring/sovra-monitoring';
import { BACKUP_INHIBITIONS } from '../../lib/rules/backup-inhibitions';
import { INHIBITIONS } from '../../lib/rules/inhibitions';
import { SLO_INHIBITIONS } from '../../lib/rules/objectives/inhibitions';
import { SovraInstallation } from '../../lib/sovra/installation';
import { LEVELS } from '../../lib/sovra/levels';
import { find, objectsOf } from '../support/synth';

interface Matcher {
  readonly name: string;
  readonly value: string;
  readonly matchType: string;
}
interface InhibitRule {
  readonly sourceMatch: readonly Matcher[];
  readonly targetMatch: readonly Matcher[];
  readonly equal: readonly string[];
}

const objects = objectsOf((chart) => void new SovraMonitoring(chart, 'monitoring', { sovra: new SovraInstallation() }));
const rules: readonly InhibitRule[] = find(objects, 'AlertmanagerConfig', 'sovra').spec.inhibitRules;
const matchers = (list: readonly Matcher[]) => list.map((m) => `${m.name}${m.matchType}${m.value}`);

describe('the Alertmanager', () => {
  it('inhibits what the table says', () => {
    expect(rules).toHaveLength(INHIBITIONS.length + SLO_INHIBITIONS.length + BACKUP_INHIBITIONS.length);
    expect(rules.map((r) => [...matchers(r.sourceMatch), '>', ...matchers(r.targetMatch)].join(' '))).toEqual(
      expect.arrayContaining([
        'alertname=VaultLeaderless level=~P0 > alertname=~VaultSealed|VaultDown level=~P0|P1|P2|P3',
        'alertname=BlackboxExporterDown level=~P0|P1 > alertname=~MonitoringTargetDown job=~blackbox-exporter|vault-health|sovra-api-probe|edge-probe level=~P1|P2|P3',
      ]),
    );
  });

  it('inhibits nothing that is more urgent, whatever level a user gave either of the two', () => {
    const holds = (list: readonly Matcher[], level: string) =>
      list.filter((m) => m.name === 'level').every((m) => new RegExp(`^(?:${m.value})$`).test(level));
    for (const { sourceMatch, targetMatch } of rules) {
      const pairs = LEVELS.flatMap((s) => LEVELS.map((t) => [s, t] as const));
      const silenced = pairs.filter(([s, t]) => holds(sourceMatch, s) && holds(targetMatch, t));
      expect(silenced.filter(([s, t]) => s > t)).toEqual([]);
    }
  });

  it('inhibits at the levels of the alerts as they come', () => {
    const chart = (c: Chart) => {
      const sovra = new SovraInstallation({ edgeNodes: [{ id: 'edge-1', vault: {} }], volumes: {} });
      new SovraAlerts(c, 'alerts', { sovra });
      new SovraSlos(c, 'slos', { sovra });
      const repository = { s3: { endpoint: 'https://s3.example.com', bucket: 'sovra', credentials: { secret: 's3' } } };
      new SovraBackupSchedule(c, 'backup', { sovra, repository, password: { secret: 'p', key: 'k' } });
    };
    const groups = objectsOf(chart).flatMap((o) => (o.kind === 'PrometheusRule' ? o.spec.groups : []));
    const alerts: { alert?: string; labels: Record<string, string> }[] = groups.flatMap((g) => g.rules);
    const levelsOf = (name: string) => [
      ...new Set(alerts.flatMap((r) => (r.alert === name ? (r.labels.level ?? []) : []))),
    ];
    const told = (list: readonly Matcher[]) => {
      const levels = new RegExp(`^(?:${list.find((m) => m.name === 'level')?.value})$`);
      return (list[0]?.value.split('|') ?? []).flatMap((n) => levelsOf(n).map((l) => [n, l, levels.test(l)]));
    };
    for (const { sourceMatch, targetMatch } of rules) {
      expect(told(sourceMatch)).not.toEqual([]);
      expect([...told(sourceMatch), ...told(targetMatch)].filter(([, , holds]) => !holds)).toEqual([]);
    }
  });

  it('inhibits within one cluster only, and wherever an alert comes from', () => {
    const sources: readonly (string | undefined)[] = BACKUP_INHIBITIONS.map((i) => i.source);
    for (const rule of rules) {
      expect(rule.equal).toContain('cluster');
      // Claims are called the same in many namespaces, and a repository is told by that of its reader; nothing else is told
      // apart by its own.
      const own = rule.equal.includes('persistentvolumeclaim') || sources.includes(rule.sourceMatch[0]?.value);
      expect(rule.equal.includes('namespace')).toBe(own);
      const names = [...rule.sourceMatch, ...rule.targetMatch].map((m) => m.name);
      expect(names).not.toContain('namespace');
    }
    expect(find(objects, 'Prometheus', 'sovra').spec.externalLabels).toEqual({ cluster: 'sovra' });
    expect(find(objects, 'Alertmanager', 'sovra').spec.alertmanagerConfiguration).toEqual({ name: 'sovra' });
  });
});
