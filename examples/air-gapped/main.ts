// A site without a way out: one property moves every image to a mirror, the API server is at a known address, notifications
// go to a receiver inside, and backups to a disk there that speaks SFTP.
// `sovra-ops images dist --mirror registry.intern.example/sovra` is the shopping list.
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
  // A gateway is made before it, so that the backups cannot delete there.
  repository: {
    sftp: {
      host: 'nas.intern.example',
      user: 'sovra',
      path: 'backups/vault-site-a',
      hostKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKTU2Nh7xnnYxr5jzFFjMJGGt+K7RvCyEyEgKa4ZUqIt'],
      privateKey: { secret: 'sovra-backup-nas', key: 'id_ed25519' },
      peers: [{ cidrs: ['10.0.7.20/32'] }],
      credentials: { secret: 'sovra-backup-gateway' },
      tls: { secret: 'sovra-backup-gateway-tls' },
      certificateAuthority: { secret: 'sovra-backup-gateway-ca', key: 'ca.crt' },
    },
  },
  password: { secret: 'sovra-backup', key: 'password' },
  pruner: { credentials: { secret: 'sovra-backup-gateway-pruner' } },
});
app.synth();
