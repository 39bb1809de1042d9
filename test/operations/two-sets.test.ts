import { Chart } from 'cdk8s';
import { SovraApp } from '../../lib/app';
import { SovraBackupSchedule } from '../../lib/backup/sovra-backup-schedule';
import { SovraReviews } from '../../lib/operations/sovra-reviews';
import { SovraScheduledTasks } from '../../lib/operations/sovra-scheduled-tasks';
import { SovraInstallation } from '../../lib/sovra/installation';
import { password, s3, vaults } from '../backup/made';
import { refusedProperties } from '../support/synth';

const store = { endpoint: 'https://s3.example.com', bucket: 'archive' };
const archiving = {
  cloudNativePg: { cluster: 'sovra-db', repository: { ...store, credentials: { secret: 'archive-s3' } } },
};

/** Two installations that one Prometheus watches. */
function two(suffixes: readonly (string | undefined)[]): SovraApp {
  const app = new SovraApp();
  suffixes.forEach((suffix, i) => {
    const namespace = `sovra-${i}`;
    const chart = new Chart(app, namespace);
    const sovra = new SovraInstallation({ namespace, edgeNodes: vaults(1, `${namespace}-edge`) });
    const { tasks } = new SovraBackupSchedule(chart, 'backup', {
      ...{ sovra, repository: { s3 }, password, suffix },
      postgres: { archiving },
    });
    new SovraScheduledTasks(chart, 'tasks', { sovra, apartFrom: tasks, suffix });
    new SovraReviews(chart, 'reviews', { sovra, suffix });
  });
  return app;
}

test('sets of two installations lie beside one Prometheus', () => {
  const objects = two([undefined, 'second'])
    .manifests()
    .flatMap(([, all]) => all);
  // Names that end with the suffix, and the same ones without it.
  const beside: string[] = objects.filter((o) => o.metadata.namespace === 'monitoring').map((o) => o.metadata.name);
  expect(beside.filter((name) => name.endsWith('-second')).map((name) => name.replace(/-second$/, ''))).toEqual(
    beside.filter((name) => !name.endsWith('-second')),
  );
});

test('without a suffix the second would take the place of the first, which is told', () => {
  expect(refusedProperties(() => two([undefined, undefined]).manifests()).sort()).toEqual([
    'NetworkPolicy monitoring/prometheus-to-backup-evidence metadata.name',
    'PrometheusRule monitoring/sovra-archive metadata.name',
    'PrometheusRule monitoring/sovra-backup metadata.name',
    'PrometheusRule monitoring/sovra-backups metadata.name',
    'PrometheusRule monitoring/sovra-reviews metadata.name',
    'PrometheusRule monitoring/sovra-scheduled-tasks metadata.name',
    'ServiceMonitor monitoring/sovra-backup-evidence metadata.name',
  ]);
  expect(refusedProperties(() => two(['a b']))).toContain('suffix');
});
