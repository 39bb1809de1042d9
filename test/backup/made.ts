import { SovraBackupSchedule, type SovraBackupScheduleProps } from '../../lib/backup/sovra-backup-schedule';
import { SovraInstallation } from '../../lib/sovra/installation';
import { find, objectsOf } from '../support/synth';

export const s3 = {
  endpoint: 'https://s3.example.com:9000',
  bucket: 'sovra-backup',
  prefix: 'prod/a',
  region: 'eu-1',
  credentials: { secret: 'backup-s3' },
};
export const password = { secret: 'backup', key: 'password' };
export const pruner = { credentials: { secret: 'pruner-s3' } };
export const vaults = (count: number, namespace = 'sovra-edge') =>
  Array.from({ length: count }, (_, i) => ({
    id: `edge-${i + 1}`,
    vault: { namespace, labels: { vault: `v${i + 1}` } },
  }));
export const sovra = new SovraInstallation({ edgeNodes: vaults(2) });

export const make = (more: Partial<SovraBackupScheduleProps> = {}) => {
  let backup: SovraBackupSchedule | undefined;
  const objects = objectsOf((chart) => {
    backup = new SovraBackupSchedule(chart, 'backup', { sovra, repository: { s3 }, password, ...more });
  });
  const cronJob = (name: string) => find(objects, 'CronJob', name);
  const schedules = Object.fromEntries(
    objects.filter((o) => o.kind === 'CronJob').map((o) => [o.metadata.name, o.spec.schedule]),
  );
  return { backup: backup as SovraBackupSchedule, objects, cronJob, schedules };
};
export const refuse = (more: object) => () => make(more as Partial<SovraBackupScheduleProps>);
export const schedulesOf = (more: Partial<SovraBackupScheduleProps>) => make(more).schedules;
