// A cluster that has kube-prometheus-stack: its Prometheus, Alertmanager, Grafana and kube-state-metrics are kept.
import { Chart } from 'cdk8s';
import {
  kubePrometheusStack,
  SovraAlerts,
  SovraApp,
  SovraInstallation,
  SovraMonitoring,
  SovraScheduledTasks,
} from '../../lib';

const sovra = new SovraInstallation({ dialect: '2026.3', edgeNodes: [{ id: 'edge-1', vault: {} }] });
const existing = kubePrometheusStack({ release: 'monitoring', namespace: 'monitoring' });
const app = new SovraApp();
const chart = new Chart(app, 'sovra');
new SovraMonitoring(chart, 'monitoring', { sovra, prometheus: { existing }, kubeStateMetrics: { existing: true } });
new SovraAlerts(chart, 'alerts', {
  sovra,
  prometheus: existing,
  // Every field of every alert can be changed by its name; a name that does not exist does not compile.
  alerts: { EdgeHeartbeatLate: { for: '10m', labels: { team: 'edge' } }, PolicyEvaluationSlow: false },
});
new SovraScheduledTasks(chart, 'tasks', { sovra, prometheus: existing, timeZone: 'Europe/Zurich' });
app.synth();
