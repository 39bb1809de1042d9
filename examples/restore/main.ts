// A restore, as docs/runbooks/disaster-recovery.md uses it when a cluster is gone: the objects of its namespaces, a Vault and
// the database, to one point in time. Leave out what is not lost, and delete it all afterwards. What it makes does nothing until a person lets each Job go: kubectl -n NAMESPACE patch job NAME -p '{"spec":{"suspend":false}}'
import { Chart } from 'cdk8s';
import { SovraApp, SovraInstallation, SovraRestore } from '../../lib';

const app = new SovraApp();
const chart = new Chart(app, 'restore');

new SovraRestore(chart, 'restore', {
  // Installation, repository and password as SovraBackupSchedule has them: a word that differs is another repository.
  sovra: new SovraInstallation({ edgeNodes: [{ id: 'edge-1', vault: {} }] }),
  repository: {
    s3: { endpoint: 'https://s3.example.org', bucket: 'sovra-backup', credentials: { secret: 'sovra-backup-s3' } },
  },
  password: { secret: 'sovra-backup', key: 'password' },
  at: '2026-11-24T10:00:00Z',
  namespaces: [{ namespace: 'sovra' }, { namespace: 'sovra-edge' }],
  vaults: [{ edgeNode: 'edge-1' }],
});
app.synth();
