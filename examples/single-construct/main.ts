// One construct in a chart of your own, made with cdk8s-plus: your team's service gets Sovra's backups beside it, and a
// plain cdk8s App writes them. The synth checks run all the same.
import { App, Chart, Size } from 'cdk8s';
import { Capability, Cpu, Deployment, SeccompProfileType, Secret } from 'cdk8s-plus-28';
import { SovraBackupSchedule, SovraInstallation } from '../../lib';

const app = new App();
const chart = new Chart(app, 'key-services', { namespace: 'sovra' });

// What the chart had before: a worker of your own, hardened by cdk8s-plus.
new Deployment(chart, 'worker', {
  metadata: { name: 'key-worker' },
  replicas: 1,
  isolate: true,
  securityContext: { user: 10001, group: 10001, fsGroup: 10001, ensureNonRoot: true },
  containers: [
    {
      image: 'registry.example.com/team/key-worker:1.4.2',
      portNumber: 8080,
      // What Pod Security `restricted` asks for beyond the defaults of cdk8s-plus.
      securityContext: {
        capabilities: { drop: [Capability.ALL] },
        seccompProfile: { type: SeccompProfileType.RUNTIME_DEFAULT },
      },
      resources: {
        cpu: { request: Cpu.millis(100), limit: Cpu.millis(500) },
        memory: { request: Size.mebibytes(128), limit: Size.mebibytes(256) },
        ephemeralStorage: { request: Size.gibibytes(1), limit: Size.gibibytes(1) },
      },
    },
  ],
});

// Secrets exist in the cluster; only their names pass through here.
const store = Secret.fromSecretName(chart, 'store', 'sovra-backup-s3');
const password = Secret.fromSecretName(chart, 'password', 'sovra-backup');

new SovraBackupSchedule(chart, 'backup', {
  sovra: new SovraInstallation(),
  repository: {
    s3: { endpoint: 'https://s3.example.org', bucket: 'sovra-backup', credentials: { secret: store.name } },
  },
  password: { secret: password.name, key: 'password' },
  timeZone: 'Europe/Zurich',
});
app.synth();
