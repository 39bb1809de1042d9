/**
 * Every stack and every example, as its golden manifests have it, on a real API server: accepted under strict
 * validation, unchanged by a second apply, admitted under Pod Security `restricted`, ready, and with CronJobs whose Jobs
 * complete. The golden files are what the library writes; a unit test holds them equal.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { makeCertificates } from '../sim/certificates';
import { type Cluster, startCluster } from './cluster';
import { judge, score } from './kube-score';
import { EXCEPTIONS } from './kube-score-exceptions';
import { validate } from './kubeconform';
import { findPrograms } from './programs';
import { ensureSchemas } from './schemas';
import { monitoringNamespace, preconditions, sovraObjects } from './world';

const minute = 60_000;
const golden = join(__dirname, '..', 'examples', 'golden');
const COUNTED = ['CronJob', 'Deployment', 'Prometheus', 'Alertmanager'];
const sets = readdirSync(golden).sort();

interface Written {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

const objectsOf = (name: string): Written[] =>
  readdirSync(join(golden, name)).flatMap((file) =>
    parseAllDocuments(readFileSync(join(golden, name, file), 'utf8')).map((d) => d.toJS() as Written),
  );
const named = (name: string, ...kinds: string[]) =>
  objectsOf(name)
    .filter((o) => kinds.includes(o.kind))
    .map((o) => `${o.metadata.namespace}/${o.metadata.name}`);

describe('on the real API server', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster();
    const { ca, directory } = await makeCertificates({ names: ['vault.sovra-edge.svc'], addresses: [], days: 1 });
    await cluster.applyObjects([
      ...sovraObjects(),
      monitoringNamespace,
      ...preconditions(readFileSync(ca, 'utf8'), 'http://oncall.example.com'),
    ]);
    rmSync(directory, { recursive: true });
  }, 6 * minute);

  afterAll(() => cluster?.stop(), 2 * minute);

  describe.each(sets)('%s', (name) => {
    const path = join(golden, name);

    // What the tests count must be of this set. The rest is overwritten by the next one: deleting volumes takes minutes.
    afterAll(async () => {
      const file = join(cluster.dir, `${name}.json`);
      const items = objectsOf(name).filter((o) => COUNTED.includes(o.kind));
      writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
      await cluster.kubectl.run(['delete', '--wait=true', '--timeout=150s', '-f', file]);
    }, 4 * minute);

    test(
      'is accepted under strict validation, without a warning',
      async () => {
        expect(await cluster.apply(path)).toEqual({ warnings: [] });
      },
      3 * minute,
    );

    test(
      'has all its workloads admitted and ready',
      async () => {
        const ready = await cluster.waitForWorkloads({ timeout: 3 * minute });
        expect(ready).toEqual(expect.arrayContaining(named(name, 'Deployment').map((d) => `Deployment ${d}`)));
        for (const kind of ['Prometheus', 'Alertmanager']) {
          expect(ready).toEqual(
            expect.arrayContaining(
              named(name, kind).map((o) => `StatefulSet ${o.replace('/', `/${kind.toLowerCase()}-`)}`),
            ),
          );
        }
        expect(await cluster.refusals()).toEqual([]);
      },
      4 * minute,
    );

    test(
      'is not changed by a second apply',
      async () => {
        expect(await cluster.findRepeatedChanges(path)).toEqual([]);
      },
      3 * minute,
    );

    test(
      'completes a Job of every CronJob',
      async () => {
        expect([...(await cluster.triggerCronJobs())].sort()).toEqual(named(name, 'CronJob').sort());
      },
      3 * minute,
    );
  });
});

describe('checkers', () => {
  test(
    'kubeconform, strict, with the schemas of the real API server and of the operator',
    async () => {
      const programs = await findPrograms(['etcd', 'kube-apiserver', 'prometheus-operator', 'kubeconform']);
      const { invalid, valid } = await validate(programs, await ensureSchemas(programs), [golden]);
      expect(invalid).toEqual([]);
      expect(valid).toBe(sets.flatMap(objectsOf).length);
    },
    5 * minute,
  );

  test(
    'kube-score finds no error-level fault but those that are written down with a reason',
    async () => {
      const programs = await findPrograms(['kube-apiserver', 'kube-score']);
      const findings = (await Promise.all(sets.map((name) => score(programs, [join(golden, name)])))).flat();
      expect(judge(findings, EXCEPTIONS)).toEqual({ faults: [], unused: [] });
    },
    3 * minute,
  );
});
