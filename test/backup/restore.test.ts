import { execFileSync } from 'node:child_process';
import { SovraRestore, type SovraRestoreProps } from '../../lib/backup/sovra-restore';
import type { KubeObject } from '../../lib/checks/model';
import { SovraInstallation } from '../../lib/sovra/installation';
import { containersOf, environmentOf, podOf, shortcomings } from '../operations/pods';
import { objectsOf, refusal } from '../support/synth';
import { password, s3, vaults } from './made';

const sovra = new SovraInstallation({ edgeNodes: vaults(1) });
const volume = { volume: { claimName: 'backup' } };
const restore = (more: Partial<SovraRestoreProps>) =>
  objectsOf((chart) => {
    const props = { sovra, repository: { s3 }, password, at: '2026-11-24T10:00:00Z', ...more };
    new SovraRestore(chart, 'restore', props);
  }).filter((o) => o.kind === 'Job');

test('the database is looked at first, and loaded in the pod that has restic and the account of the database', () => {
  const job = { ...restore({})[0], spec: { jobTemplate: { spec: restore({})[0]?.spec } } } as unknown as KubeObject;
  const containers = containersOf(job);
  expect(containers.map((c) => c.name)).toEqual(['guard', 'fetch', 'restic-binary', 'restore']);
  const last = containers.at(-1) as (typeof containers)[number];
  expect(environmentOf(last)).toMatchObject({
    RESTIC_REPOSITORY: 's3:https://s3.example.com:9000/sovra-backup/prod/a',
    AWS_ACCESS_KEY_ID: 'backup-s3/AWS_ACCESS_KEY_ID',
    PGUSER: 'sovra-secrets/database.username',
    FILE: '/sovra.dump',
  });
  // What the guard says about an empty database is read by both steps after it.
  for (const name of ['guard', 'fetch', 'restore']) {
    const mounts = containers.find((c) => c.name === name)?.volumeMounts ?? [];
    expect(mounts.map((m) => m.name)).toContain('scratch');
  }
  expect(podOf(job).volumes?.find((v) => v.name === 'tools')?.emptyDir).toEqual({ sizeLimit: '128Mi' });
  expect(shortcomings(job)).toEqual([]);
});

describe('a repository on a volume', () => {
  test('is refused for Jobs in several namespaces, since none but one could mount it', () => {
    const refused = (more: Partial<SovraRestoreProps>) =>
      refusal(() => restore({ repository: volume, ...more })).problems;
    expect(refused({ vaults: [{ edgeNode: 'edge-1' }] })).toEqual([
      {
        property: 'repository.volume',
        given: ['sovra', 'sovra-edge'],
        allowed: 'Jobs in one namespace, since a volume belongs to one',
        remedy: expect.stringContaining('Make one SovraRestore for each namespace'),
      },
    ]);
    expect(refused({ namespaces: [{ namespace: 'monitoring' }] })[0]?.property).toBe('repository.volume');
    const two = [{ namespace: 'a' }, { namespace: 'b' }];
    expect(refused({ postgres: false, namespaces: two })[0]?.property).toBe('repository.volume');
  });

  test('serves Jobs in one', () => {
    const [job, ...more] = restore({ repository: volume, namespaces: [{ namespace: 'sovra' }] });
    expect([job?.metadata.namespace, ...more.map((o) => o.metadata.namespace)]).toEqual(['sovra', 'sovra']);
    expect(restore({ repository: volume, postgres: false, vaults: [{ edgeNode: 'edge-1' }] })).toHaveLength(1);
  });

  test('another destination serves several', () => {
    expect(restore({ vaults: [{ edgeNode: 'edge-1' }], namespaces: [{ namespace: 'monitoring' }] })).toHaveLength(3);
  });
});

describe('the point', () => {
  test.each(['2026-02-30T10:00:00Z', '2026-11-31T10:00:00+01:00', '2025-02-29T00:00:00Z', '2026-13-01T00:00:00Z'])(
    '%s is on no day, and no other one is taken for it',
    (at) => {
      expect(refusal(() => restore({ at })).problems).toMatchObject([{ property: 'at', given: at }]);
    },
  );

  test('may be on a leap day, in any zone', () => {
    expect(restore({ at: '2028-02-29T00:30:00+01:00' })[0]?.metadata.name).toBe(
      'sovra-restore-postgres-20280228t233000z',
    );
  });
});

describe('a database whose Vaults are not in the repository', () => {
  const dump = {
    ...{ id: 'dump', time: '2026-11-24T09:55:00Z', hostname: 'sovra', paths: ['/sovra.dump'] },
    ...{ tags: ['sovra-installation=sovra', 'postgres'], summary: { backup_end: '2026-11-24T09:56:00Z' } },
  };
  /** What the Job would restore of a repository that holds a dump only. */
  const chosen = (more: Partial<SovraRestoreProps>) => {
    const { command, env } = (restore(more)[0] as KubeObject).spec.template.spec.initContainers.find(
      (c: { name: string }) => c.name === 'fetch',
    ) as { command: string[]; env: { name: string; value: string }[] };
    const value = (name: string) => env.find((e) => e.name === name)?.value as string;
    const args = ['--raw-output', '--argjson', 'at', value('AT'), '--argjson', 'vaults', value('VAULTS')];
    return execFileSync(
      'jq',
      [...args, '--arg', 'want', value('WANT'), '--argjson', 'alone', value('ALONE'), command.at(-1) as string],
      { input: JSON.stringify([dump]), encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] },
    ).split('\n')[0];
  };

  test('is restored when that was said', () => {
    expect(() => chosen({ repository: volume })).toThrow('holds nothing that could be restored');
    expect(chosen({ repository: volume, postgres: { withoutVaults: true } })).toBe('dump');
  });

  test('has no Vaults restored beside it, to which it would not belong', () => {
    const both = { postgres: { withoutVaults: true }, vaults: [{ edgeNode: 'edge-1' }] };
    expect(refusal(() => restore(both)).problems).toMatchObject([{ property: 'postgres.withoutVaults' }]);
  });
});
