// The README's first stack: monitoring and alerts for a control plane and one edge node.
import { Chart } from 'cdk8s';
import { SovraAlerts, SovraApp, SovraInstallation, SovraMonitoring } from '../../lib';

const sovra = new SovraInstallation({ edgeNodes: [{ id: 'edge-1', vault: {} }] });
const app = new SovraApp();
const chart = new Chart(app, 'sovra-operations');
const { prometheusRef: prometheus } = new SovraMonitoring(chart, 'monitoring', { sovra });
new SovraAlerts(chart, 'alerts', { sovra, prometheus });
app.synth();
