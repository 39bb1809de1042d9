/** Every construct of the public API that takes props of a user. */
import { SovraAlerts } from '../../lib/alerts/sovra-alerts';
import { SovraSlos } from '../../lib/alerts/sovra-slos';
import { SovraBackupSchedule } from '../../lib/backup/sovra-backup-schedule';
import { SovraRestore } from '../../lib/backup/sovra-restore';
import { GrafanaDashboards } from '../../lib/monitoring/grafana-dashboards';
import { SovraMonitoring } from '../../lib/monitoring/sovra-monitoring';
import { SovraOnCall } from '../../lib/oncall/sovra-on-call';
import { ScheduledTask } from '../../lib/operations/scheduled-task';
import { SovraReviews } from '../../lib/operations/sovra-reviews';
import { SovraScheduledTasks } from '../../lib/operations/sovra-scheduled-tasks';
import { SovraUpgradeGate } from '../../lib/operations/sovra-upgrade-gate';
import { SovraLogging } from '../../lib/telemetry/sovra-logging';
import { SovraTracing } from '../../lib/telemetry/sovra-tracing';
import { ID, type Subject, subject } from './build';
import { alertsProps } from './props/alerts';
import { backupProps } from './props/backup';
import { dashboardsProps, monitoringProps } from './props/monitoring';
import { onCallProps } from './props/oncall';
import { restoreProps } from './props/restore';
import { reviewsProps, upgradeGateProps } from './props/reviews';
import { slosProps } from './props/slos';
import { scheduledTaskProps, scheduledTasksProps } from './props/tasks';
import { loggingProps, tracingProps } from './props/telemetry';

export const SUBJECTS: readonly Subject[] = [
  subject({ name: 'SovraMonitoring', make: (scope, p) => new SovraMonitoring(scope, ID, p), props: monitoringProps }),
  subject({
    name: 'GrafanaDashboards',
    make: (scope, p) => new GrafanaDashboards(scope, ID, p),
    props: dashboardsProps,
  }),
  subject({ name: 'SovraAlerts', make: (scope, p) => new SovraAlerts(scope, ID, p), props: alertsProps }),
  subject({ name: 'SovraSlos', make: (scope, p) => new SovraSlos(scope, ID, p), props: slosProps }),
  subject({ name: 'SovraOnCall', make: (scope, p) => new SovraOnCall(scope, ID, p), props: onCallProps }),
  subject({ name: 'ScheduledTask', make: (scope, p) => new ScheduledTask(scope, ID, p), props: scheduledTaskProps }),
  subject({
    name: 'SovraScheduledTasks',
    make: (scope, p) => new SovraScheduledTasks(scope, ID, p),
    props: scheduledTasksProps,
  }),
  subject({ name: 'SovraReviews', make: (scope, p) => new SovraReviews(scope, ID, p), props: reviewsProps }),
  subject({
    name: 'SovraUpgradeGate',
    make: (scope, p) => new SovraUpgradeGate(scope, ID, p),
    props: upgradeGateProps,
  }),
  subject({
    name: 'SovraBackupSchedule',
    make: (scope, p) => new SovraBackupSchedule(scope, ID, p),
    props: backupProps,
  }),
  subject({ name: 'SovraRestore', make: (scope, p) => new SovraRestore(scope, ID, p), props: restoreProps }),
  subject({ name: 'SovraLogging', make: (scope, p) => new SovraLogging(scope, ID, p), props: loggingProps }),
  subject({ name: 'SovraTracing', make: (scope, p) => new SovraTracing(scope, ID, p), props: tracingProps }),
];
