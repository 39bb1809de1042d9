import { Chart } from 'cdk8s';
import {
  SovraAlerts,
  type SovraApp,
  SovraBackupSchedule,
  SovraInstallation,
  SovraMonitoring,
  SovraScheduledTasks,
} from '../lib';
import { controlPlaneSettings, edgeSettings, type Settings } from './settings';

/**
 * Everything that one cluster needs, as charts in the order of applying: monitoring (with its namespace), alerts, the
 * guide's scheduled tasks where the control plane is, backups.
 */
export function operationsStack(app: SovraApp, settings: Settings): void {
  const sovra = new SovraInstallation(settings.installation);
  const monitoring = new Chart(app, 'monitoring');
  const { prometheusRef: prometheus } = new SovraMonitoring(monitoring, 'monitoring', {
    ...settings.monitoring,
    sovra,
  });
  const shared = { sovra, prometheus, timeZone: settings.timeZone, network: settings.monitoring?.network };

  const chart = (id: string): Chart => {
    const made = new Chart(app, id);
    made.addDependency(monitoring);
    return made;
  };
  new SovraAlerts(chart('alerts'), 'alerts', { ...settings.alerts, sovra, prometheus });
  const backup = new SovraBackupSchedule(chart('backup'), 'backup', { ...settings.backup, ...shared });
  if (sovra.controlPlane)
    new SovraScheduledTasks(chart('tasks'), 'tasks', { ...settings.tasks, ...shared, apartFrom: backup.tasks });
}

/** The stacks by name, as `node build/stacks/main.js NAME` takes them; the first is the default. */
export const STACKS: Readonly<Record<string, (app: SovraApp) => void>> = {
  'control-plane': (app) => operationsStack(app, controlPlaneSettings),
  edge: (app) => operationsStack(app, edgeSettings),
};
