import { SovraMonitoring } from '../../lib/monitoring/sovra-monitoring';
import { INHIBITIONS } from '../../lib/rules/inhibitions';
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
    expect(rules).toHaveLength(INHIBITIONS.length);
    expect(rules.map((r) => [...matchers(r.sourceMatch), '>', ...matchers(r.targetMatch)].join(' '))).toEqual(
      expect.arrayContaining([
        'alertname=VaultLeaderless > alertname=~VaultSealed|VaultDown',
        'alertname=BlackboxExporterDown > alertname=~MonitoringTargetDown job=~blackbox-exporter|vault-health|sovra-api-probe|edge-probe',
      ]),
    );
  });

  it('inhibits within one cluster only, and wherever an alert comes from', () => {
    for (const rule of rules) {
      expect(rule.equal).toContain('cluster');
      expect(rule.equal).not.toContain('namespace');
      const names = [...rule.sourceMatch, ...rule.targetMatch].map((m) => m.name);
      expect(names).not.toContain('namespace');
    }
    expect(find(objects, 'Prometheus', 'sovra').spec.externalLabels).toEqual({ cluster: 'sovra' });
    expect(find(objects, 'Alertmanager', 'sovra').spec.alertmanagerConfiguration).toEqual({ name: 'sovra' });
  });
});
