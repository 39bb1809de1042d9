import type { PodTemplateSpec } from 'kubernetes-types/core/v1';
import { EVIDENCE_JOB } from '../../lib/backup/evidence';
import { make } from '../backup/made';
import { waitFor } from '../cluster/wait';
import { find } from '../support/synth';
import { type BackupWorld, backupWorld, nextSecond, repository, sovra } from './backup-world';
import { type Fault, type PodResult, type RunningContainers, runPod } from './pods';

/** The pod that looks into the repository, as it is synthesized: what a Prometheus would read from it. */
let world: BackupWorld;
let began: number;
beforeAll(async () => {
  began = seconds();
  world = await backupWorld();
  await world.run('sovra-backup-postgres');
  await nextSecond();
  await world.run('sovra-backup-vault-edge-1');
  await world.run('sovra-backup-verify');
});
afterAll(() => world?.stop());

const seconds = () => Math.floor(Date.now() / 1000);
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
  const podOf = (those: typeof containers, faults: readonly Fault[]) =>
    runPod(
      { metadata: template.metadata, spec: { ...template.spec, restartPolicy: 'Never', containers: those } } as never,
      { ...world.options, configMaps, faults },
    );
  let page = '';
  const look = async (reader: RunningContainers) => {
    const told = async () => {
      page = await scrape();
      return page.includes('sovra_backup_snapshot_timestamp_seconds');
    };
    await waitFor('the gateway to tell', told, { timeout: 300_000 }).finally(() => reader.evict());
  };
  // One after the other: a reader that comes first finds nobody to tell, and tries again after a minute.
  const [gateway, reader] = containers;
  expect(containers.map(({ name }) => name)).toEqual([gateway?.name, 'reader']);
  let read: Promise<PodResult> | undefined;
  const started = seconds();
  const between = async (first: RunningContainers) => {
    try {
      await waitFor('the gateway to answer', scrape);
      read = podOf([reader as (typeof containers)[0]], [{ when: { seconds: 0 }, action: look }]);
      await read;
    } finally {
      first.evict();
    }
  };
  await podOf([gateway as (typeof containers)[0]], [{ when: { seconds: 0 }, action: between }]);
  const done = (await read) as PodResult;
  expect(done.log).not.toContain('could not be looked into');
  const now = seconds();
  for (const [series, since] of [
    ['sovra_backup_snapshot_timestamp_seconds', began],
    ['sovra_backup_verification_timestamp_seconds', began],
    ['sovra_backup_recovery_set_timestamp_seconds', began],
    ['push_time_seconds', started],
  ] as const) {
    expect(sample(page, series)).toBeGreaterThanOrEqual(since);
    expect(Math.floor(sample(page, series))).toBeLessThanOrEqual(now);
  }
  expect(sample(page, 'sovra_backup_snapshot_bytes')).toBeGreaterThan(1000);
});
