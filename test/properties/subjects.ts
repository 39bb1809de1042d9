/** Every construct of the public API that takes props of a user. */
import { SovraAlerts } from '../../lib/alerts/sovra-alerts';
import { SovraBackupSchedule } from '../../lib/backup/sovra-backup-schedule';
import { GrafanaDashboards } from '../../lib/monitoring/grafana-dashboards';
import { SovraMonitoring } from '../../lib/monitoring/sovra-monitoring';
import { ScheduledTask } from '../../lib/operations/scheduled-task';
import { SovraScheduledTasks } from '../../lib/operations/sovra-scheduled-tasks';
import { ID, type Subject, subject } from './build';
import { alertsProps } from './props/alerts';
import { backupProps } from './props/backup';
import { dashboardsProps, monitoringProps } from './props/monitoring';
import { scheduledTaskProps, scheduledTasksProps } from './props/tasks';

export const SUBJECTS: readonly Subject[] = [
  subject({ name: 'SovraMonitoring', make: (scope, p) => new SovraMonitoring(scope, ID, p), props: monitoringProps }),
  subject({
    name: 'GrafanaDashboards',
    make: (scope, p) => new GrafanaDashboards(scope, ID, p),
    props: dashboardsProps,
  }),
  subject({ name: 'SovraAlerts', make: (scope, p) => new SovraAlerts(scope, ID, p), props: alertsProps }),
  subject({ name: 'ScheduledTask', make: (scope, p) => new ScheduledTask(scope, ID, p), props: scheduledTaskProps }),
  subject({
    name: 'SovraScheduledTasks',
    make: (scope, p) => new SovraScheduledTasks(scope, ID, p),
    props: scheduledTasksProps,
  }),
  subject({
    name: 'SovraBackupSchedule',
    make: (scope, p) => new SovraBackupSchedule(scope, ID, p),
    props: backupProps,
  }),
];
