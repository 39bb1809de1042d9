// Logs and traces beside the metrics: an agent on each node, Loki with a bucket and three replicas, two gateways to which
// Sovra sends its traces, Tempo on a volume, and a Grafana that leads from one to the other.
import { Chart } from 'cdk8s';
import { SovraApp, SovraInstallation, SovraLogging, SovraMonitoring, SovraTracing } from '../../lib';

const sovra = new SovraInstallation({ edgeNodes: [{ id: 'edge-1', vault: {} }] });
const app = new SovraApp();
const chart = new Chart(app, 'sovra');
const { prometheusRef: prometheus } = new SovraMonitoring(chart, 'monitoring', {
  sovra,
  prometheus: { remoteWriteReceiver: true },
  grafana: { logs: true, traces: true },
  // Tells of nodes without an agent.
  kubeStateMetrics: { daemonSets: ['sovra-logging'] },
});
new SovraLogging(chart, 'logging', {
  sovra,
  prometheus,
  loki: {
    replicas: 3,
    retention: '31d',
    auditRetention: '400d',
    storage: {
      s3: { endpoint: 'https://s3.example.org', bucket: 'sovra-logs', credentials: { secret: 'loki-s3' } },
    },
  },
});
new SovraTracing(chart, 'tracing', { sovra, prometheus, gateway: { replicas: 2 }, tempo: { retention: '14d' } });
app.synth();
