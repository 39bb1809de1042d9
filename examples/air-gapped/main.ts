// A site without a way out: one property moves every image to a mirror, the API server is at a known address, and
// notifications go to a receiver inside. `sovra-ops images dist --mirror registry.intern.example/sovra` is the shopping list.
import { Chart } from 'cdk8s';
import { SovraAlerts, SovraApp, SovraBackupSchedule, SovraInstallation, SovraMonitoring } from '../../lib';

const sovra = new SovraInstallation({
  name: 'vault-site-a',
  images: { registry: 'registry.intern.example/sovra', pullSecrets: ['registry-intern'] },
  edgeNodes: [{ id: 'edge-a', vault: {} }],
});
const network = { apiServer: { cidrs: ['10.0.0.10/32'], ports: [6443] } };
const runbookBaseUrl = 'https://wiki.intern.example/sovra/runbooks';
const app = new SovraApp();
const chart = new Chart(app, 'sovra');
const { prometheusRef: prometheus } = new SovraMonitoring(chart, 'monitoring', {
  sovra,
  network,
  grafana: { runbookBaseUrl },
  alertmanager: { receivers: { peers: [{ namespace: 'paging', podLabels: { app: 'sms-gateway' } }], ports: [8080] } },
});
new SovraAlerts(chart, 'alerts', { sovra, prometheus, runbookBaseUrl });
new SovraBackupSchedule(chart, 'backup', {
  sovra,
  prometheus,
  network,
  runbookBaseUrl,
  repository: {
    rest: { url: 'https://backup.intern.example:8000/sovra', credentials: { secret: 'sovra-backup-rest' } },
  },
  password: { secret: 'sovra-backup', key: 'password' },
});
app.synth();
