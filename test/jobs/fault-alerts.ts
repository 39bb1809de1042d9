import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../../lib/checks/model';
import type { PrometheusRuleSpec } from '../../lib/kube/crds/prometheus-rule';
import { find } from '../support/synth';
import { tool } from '../support/tools';
import { workFolder } from './pods';

/**
 * What promtool says of the shipped rules on figures that were read out of a repository: no dump after the first, and a dump
 * that has shrunk after ten minutes. Both alerts are silent before, and fire after.
 */
export function alertsOfEvidence(
  objects: readonly KubeObject[],
  series: { readonly time: string; readonly size: string },
  bytes: { readonly good: number; readonly shrunk: number | undefined },
): string {
  const spec: PrometheusRuleSpec = find(objects, 'PrometheusRule', 'sovra-backups').spec;
  const rules = (spec.groups ?? [])
    .flatMap((group) => group.rules ?? [])
    .filter((r) => r.labels?.source === 'postgres' && (r.alert === 'BackupStale' || r.alert === 'BackupShrank'))
    .map(({ annotations: _, ...rule }) => rule);
  const labels = (name: string) => rules.find((r) => r.alert === name)?.labels;
  const allowed = Number(/> (\d+)$/.exec(String(rules.find((r) => r.alert === 'BackupStale')?.expr))?.[1]) / 60;
  expect(allowed).toBeGreaterThan(5);
  const exported = (name: string) => name.replace('{', '{job="sovra-backup",namespace="sovra",');
  const told = (at: number, name: string, fires: boolean) => ({
    eval_time: `${Math.ceil(at)}m`,
    alertname: name,
    exp_alerts: fires ? [{ exp_labels: labels(name) }] : [],
  });
  const tests = {
    rule_files: ['rules.yml'],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        // The clock of promtool begins with the last good dump.
        input_series: [
          { series: exported(series.time), values: '0x90' },
          { series: exported(series.size), values: `${bytes.good}x10 ${bytes.shrunk}x10` },
        ],
        alert_rule_test: [
          told(allowed - 1, 'BackupStale', false),
          told(allowed + 3, 'BackupStale', true),
          told(9, 'BackupShrank', false),
          told(14, 'BackupShrank', true),
        ],
      },
    ],
  };
  const folder = mkdtempSync(join(workFolder(), 'alerts-'));
  writeFileSync(join(folder, 'rules.yml'), JSON.stringify({ groups: [{ name: 'backups', rules }] }));
  writeFileSync(join(folder, 'tests.yml'), JSON.stringify(tests));
  return execFileSync(tool('promtool'), ['test', 'rules', 'tests.yml'], { cwd: folder, encoding: 'utf8' });
}
