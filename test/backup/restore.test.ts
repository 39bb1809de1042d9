import { SovraRestore, type SovraRestoreProps } from '../../lib/backup/sovra-restore';
import { SovraInstallation } from '../../lib/sovra/installation';
import { objectsOf, refusal } from '../support/synth';
import { password, s3, vaults } from './made';

const sovra = new SovraInstallation({ edgeNodes: vaults(1) });
const volume = { volume: { claimName: 'backup' } };
const restore = (more: Partial<SovraRestoreProps>) =>
  objectsOf((chart) => {
    const props = { sovra, repository: { s3 }, password, at: '2026-11-24T10:00:00Z', ...more };
    new SovraRestore(chart, 'restore', props);
  }).filter((o) => o.kind === 'Job');

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
