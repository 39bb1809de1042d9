// Values of another Pulumi stack flow in: the host of a database, a bucket, and the keys and passwords for both. None of
// them stands in this program, in a manifest or, in clear, in the state.
//
// The other stack exports: databaseHost, backupBucket, backupAccessKeyId, backupSecretAccessKey, repositoryPassword.
import { Config, StackReference } from '@pulumi/pulumi';
import { ApiObject, Chart } from 'cdk8s';
import { Cdk8sApp, SovraAlerts, SovraBackupSchedule, SovraMonitoring } from '../../lib/pulumi';

const infrastructure = new StackReference(new Config().require('infrastructure'));
const value = (name: string) => infrastructure.requireOutput(name).apply(String);

const sovra = {
  name: 'sovra-prod',
  database: { host: value('databaseHost') },
  edgeNodes: [{ id: 'edge-1', vault: {} }],
};

// What the backups log in with. Outputs may stand in an object as they are; those that are secret stay so in the state.
const credentials = new Cdk8sApp('backup-credentials', (app) => {
  const chart = new Chart(app, 'secrets');
  // Each namespace in which backups run reads them.
  for (const namespace of ['sovra', 'sovra-edge'])
    new ApiObject(chart, namespace, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'sovra-backup', namespace },
      stringData: {
        'access-key-id': value('backupAccessKeyId'),
        'secret-access-key': value('backupSecretAccessKey'),
        password: value('repositoryPassword'),
      },
    });
});

const monitoring = new SovraMonitoring('monitoring', { sovra });
const prometheus = monitoring.prometheusRef;
new SovraAlerts('alerts', { sovra, prometheus }, { dependsOn: monitoring });
const backup = new SovraBackupSchedule(
  'backup',
  {
    sovra,
    prometheus,
    repository: {
      s3: {
        endpoint: 'https://s3.eu-central-1.amazonaws.com',
        bucket: value('backupBucket'),
        region: 'eu-central-1',
        credentials: {
          secret: 'sovra-backup',
          accessKeyIdKey: 'access-key-id',
          secretAccessKeyKey: 'secret-access-key',
        },
      },
    },
    password: { secret: 'sovra-backup', key: 'password' },
  },
  { dependsOn: [monitoring, credentials] },
);

export const prometheusUrl = prometheus.url;
export const backups = backup.tasks;
