import { SovraMonitoring } from '../../lib/monitoring/sovra-monitoring';
import { BACKUP_INHIBITIONS } from '../../lib/rules/backup-inhibitions';
import { INHIBITIONS } from '../../lib/rules/inhibitions';
import { SLO_INHIBITIONS } from '../../lib/rules/objectives/inhibitions';
import { SovraInstallation } from '../../lib/sovra/installation';
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
        'alertname=VaultLeaderless > alertname=~VaultSealed|VaultDown',
        'alertname=BlackboxExporterDown > alertname=~MonitoringTargetDown job=~blackbox-exporter|vault-health|sovra-api-probe|edge-probe',
      ]),
    );
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
