import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { enableChecks } from '../checks/enable';
import { declareFacts, meantFor } from '../checks/facts';
import type { PrometheusRuleSpec } from '../kube/crds/prometheus-rule';
import { commonLabels } from '../kube/labels';
import { operatorObject } from '../kube/object';
import { ruleNamespace, SOVRA_PROMETHEUS } from '../kube/prometheus-ref';
import type { TaskDescription } from '../operations/task';
import { besidePrometheus } from '../operations/task-set';
import { type RecoveryComponent, recoveryTimes } from '../sovra/recovery';
import { type BackupPromises, backupRules } from './backup-alerts';
import { RESTORE_DRILL, VAULT_DRILL } from './drill';
import { EVIDENCE_LAG } from './evidence';
import { VERIFY } from './maintenance-tasks';
import type { BackupPlan } from './plan';
import type { SovraBackupScheduleProps } from './sovra-backup-schedule';

const RULES = 'sovra-backups';

/** What the repository is held to. Restore times are those of the component whose data it is. */
export function promisesOf(
  namespace: string,
  plan: BackupPlan,
  tasks: readonly TaskDescription[],
  recovery: SovraBackupScheduleProps['recovery'],
): BackupPromises {
  const times = recoveryTimes(recovery);
  const age = (name: string) => tasks.filter((t) => t.name === name).map((t) => t.maxAgeSeconds + EVIDENCE_LAG);
  const drill = (name: string, source: 'postgres' | 'vault', component: RecoveryComponent) =>
    age(name).map((maxAgeSeconds) => ({ source, maxAgeSeconds, rtoSeconds: times[component].rtoSeconds }));
  const [verificationSeconds] = age(VERIFY);
  return {
    namespace,
    copies: plan.copies,
    recoverySetSeconds: plan.recoverySetSeconds,
    verificationSeconds,
    drills: [...drill(RESTORE_DRILL, 'postgres', 'controlPlane'), ...drill(VAULT_DRILL, 'vault', 'edgeNode')],
  };
}

/** One PrometheusRule, where the Prometheus looks for rules; undefined where every alert was left out. */
export function evidenceRules(
  scope: Construct,
  props: SovraBackupScheduleProps,
  promises: BackupPromises,
): ApiObject | undefined {
  const prometheus = props.prometheus ?? SOVRA_PROMETHEUS;
  const options = { runbookBaseUrl: props.runbookBaseUrl, grafanaUrl: prometheus.grafanaUrl };
  const rules = backupRules(promises, { ...options, alerts: props.evidence ? props.evidence.alerts : undefined });
  declareFacts(scope, { ...meantFor(props.prometheus), proven: backupRules(promises).map((r) => String(r.expr)) });
  enableChecks(scope);
  if (rules.length === 0) return undefined;
  const labels = { ...commonLabels(RULES, 'backup'), ...prometheus.selectorLabels };
  const metadata = { name: besidePrometheus(RULES, props), namespace: ruleNamespace(prometheus), labels };
  return operatorObject<PrometheusRuleSpec>(scope, 'evidence-rules', 'PrometheusRule', metadata, {
    groups: [{ name: RULES, rules }],
  });
}
