// Monitoring and alerts for as many edge nodes as the argument says.
const { Chart } = require('cdk8s');
const { SovraAlerts, SovraApp, SovraInstallation, SovraMonitoring } = require('../../build/lib');

const edgeNodes = Array.from({ length: Number(process.argv[2]) }, (_, i) => ({
  id: `edge-${i}`,
  healthUrls: [`https://edge-${i}.example.org:8200/v1/sys/health`],
}));
const sovra = new SovraInstallation({ edgeNodes });
const app = new SovraApp();
const chart = new Chart(app, 'sovra');
const { prometheusRef: prometheus } = new SovraMonitoring(chart, 'monitoring', { sovra });
new SovraAlerts(chart, 'alerts', { sovra, prometheus });
app.synth();
