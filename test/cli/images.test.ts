import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../lib/cli/main';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sovra-images-'));
  writeFileSync(
    join(folder, 'a.k8s.yaml'),
    [
      'kind: Deployment',
      'spec: {template: {spec: {containers: [{image: "quay.io/b/c:1"}], initContainers: [{image: "docker.io/a:2"}]}}}',
      '---',
      'kind: Prometheus',
      'spec: {image: "quay.io/b/c:1"}',
      '---',
      'kind: ConfigMap',
      'data: {image: not-an-image}',
      '',
    ].join('\n'),
  );
  writeFileSync(join(folder, 'notes.txt'), 'image: nothing');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('sovra-ops images', () => {
  it('lists each image once, sorted', async () => {
    expect(await run(['images', folder])).toEqual({ code: 0, out: 'docker.io/a:2\nquay.io/b/c:1\n', err: '' });
  });

  it('tells where each one goes on a mirror', async () => {
    expect((await run(['images', folder, '--mirror', 'r.example:5000/m'])).out).toBe(
      'docker.io/a:2 r.example:5000/m/a:2\nquay.io/b/c:1 r.example:5000/m/b/c:1\n',
    );
  });

  it.each([
    [['images', '/nowhere'], 1, /does not exist.*make synth/],
    [['images', '.', '--mirror', 'https://x'], 1, /--mirror: got "https:\/\/x"/],
    [['nothing'], 2, /unknown command: nothing/],
    [[], 2, /sovra-ops images/],
    [['images', '--what'], 2, /--what/],
  ])('%j exits with %d and says why', async (argv, code, message) => {
    const result = await run(argv);
    expect([result.code, result.out]).toEqual([code, '']);
    expect(result.err).toMatch(message);
  });

  it('prints its usage when asked', async () => {
    expect(await run(['--help'])).toMatchObject({ code: 0, err: '' });
  });
});
