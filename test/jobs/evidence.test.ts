import type { PodTemplateSpec } from 'kubernetes-types/core/v1';
import { EVIDENCE_JOB } from '../../lib/backup/evidence';
import { make } from '../backup/made';
import { find } from '../support/synth';
import { type BackupWorld, backupWorld, nextSecond, repository, sovra } from './backup-world';
import { runPod } from './pods';

/** The pod that looks into the repository, as it is synthesized: what a Prometheus would read from it. */
let world: BackupWorld;
beforeAll(async () => {
  world = await backupWorld();
  await world.run('sovra-backup-postgres');
  await nextSecond();
  await world.run('sovra-backup-vault-edge-1');
  await world.run('sovra-backup-verify');
}, 400_000);
afterAll(() => world?.stop());

const scrape = async () => (await fetch('http://127.0.0.1:9091/metrics')).text();
/** A sample of the group, by the name of the series. */
const sample = (page: string, name: string) =>
  Number(new RegExp(`^${name}\\{(?=[^}]*job="${EVIDENCE_JOB}")[^}]*\\} (\\S+)$`, 'm').exec(page)?.[1]);

test('a gateway tells what is in the repository, and when it was last looked into', async () => {
  const { objects } = make({ sovra, repository });
  const template: PodTemplateSpec = find(objects, 'Deployment', 'sovra-backup-evidence').spec.template;
  // The runner probes nobody, and does not start again what ends.
  const containers = (template.spec?.containers ?? []).map(
    ({ livenessProbe: _, readinessProbe: __, ...container }) => container,
  );
  const configMaps = { 'sovra-backup-evidence': find(objects, 'ConfigMap', 'sovra-backup-evidence').data };
  let page = '';
  const deadline = Date.now() + 60_000;
  const look = async (pod: { evict(): void }) => {
    while (Date.now() < deadline && !page.includes('sovra_backup_snapshot_timestamp_seconds')) {
      page = await scrape().catch(() => '');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    pod.evict();
  };
  const done = await runPod(
    { metadata: template.metadata, spec: { ...template.spec, restartPolicy: 'Never', containers } } as never,
    { ...world.options, configMaps, faults: [{ when: { seconds: 1 }, action: look }] } as never,
  );
  expect(done.log).not.toContain('could not be looked into');
  const now = Date.now() / 1000;
  for (const series of ['sovra_backup_snapshot_timestamp_seconds', 'sovra_backup_verification_timestamp_seconds'])
    expect(now - sample(page, series)).toBeLessThan(400);
  expect(sample(page, 'sovra_backup_recovery_set_timestamp_seconds')).toBeGreaterThan(now - 400);
  expect(sample(page, 'sovra_backup_snapshot_bytes')).toBeGreaterThan(1000);
  expect(now - sample(page, 'push_time_seconds')).toBeLessThan(120);
}, 400_000);
