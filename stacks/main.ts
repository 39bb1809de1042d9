import { Chart } from 'cdk8s';
import { SovraApp } from '../lib/app';
import { SovraMonitoring } from '../lib/monitoring/sovra-monitoring';
import { SovraInstallation } from '../lib/sovra/installation';

const sovra = new SovraInstallation({ edgeNodes: [{ id: 'edge-1', vault: {} }, { id: 'edge-2', healthUrls: ['https://edge-2.example.org:8200/v1/sys/health'] }] });
const app = new SovraApp();
const chart = new Chart(app, 'sovra-monitoring');
new SovraMonitoring(chart, 'monitoring', { sovra });
app.synth();
