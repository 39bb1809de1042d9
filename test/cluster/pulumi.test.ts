/**
 * Components of `sovra-ops/pulumi` under Pulumi's real engine and its real Kubernetes provider, on a real API server.
 * What the engine is told is tested without one, in test/pulumi.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Provider } from '@pulumi/kubernetes';
import { type ComponentResourceOptions, output, secret } from '@pulumi/pulumi';
import { ApiObject, Chart, JsonPatch } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { ConfigMap, Secret } from 'kubernetes-types/core/v1';
import { SovraApp } from '../../lib';
import { Cdk8sApp, carry } from '../../lib/pulumi';
import type { Settings } from '../../stacks/settings';
import { type Cluster, startCluster } from './cluster';
import { PulumiStack, type Run, type Step } from './pulumi';
import { preconditions, sovraObjects } from './world';

const minute = 60_000;

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
}, 6 * minute);
afterAll(() => cluster?.stop(), 2 * minute);

/** What a run changes, each resource by its name. */
const changes = ({ steps }: Run): string[] => steps.filter((s) => s.op !== 'same').map((s) => `${s.op} ${s.name}`);
const custom = ({ steps }: Run): Step[] => steps.filter((s) => s.type.startsWith('kubernetes:'));

describe('the whole stack of a control plane', () => {
  // At the time of the test: nothing else in this file needs the stacks.
  const stacks = () => ({
    ...(require('../../stacks/stacks') as typeof import('../../stacks/stacks')),
    ...(require('../../stacks/settings') as typeof import('../../stacks/settings')),
  });
  let stack: PulumiStack;
  let file: string;
  let objects: readonly { readonly kind: string }[];
  let program: (settings?: Partial<Settings>) => () => void;

  const onTheServer = async (): Promise<string[]> => {
    const { stdout } = await cluster.kubectl.run(['get', '--ignore-not-found', '-o', 'name', '-f', file]);
    return stdout.split('\n').filter((line) => line !== '');
  };

  const monitoring = (run: Run) => {
    const inside = custom(run).filter((s) => (s.inputs.metadata as { namespace?: string }).namespace === 'monitoring');
    expect(inside.length).toBeGreaterThan(10);
    const named = (s: { inputs: Record<string, unknown> }) => (s.inputs.metadata as { name?: string }).name;
    return {
      namespace: custom(run).find((s) => s.type.endsWith(':Namespace') && named(s) === 'monitoring'),
      inside,
    };
  };

  beforeAll(async () => {
    const { operationsStack, controlPlaneSettings } = stacks();
    program = (settings) => () => {
      new Cdk8sApp('operations', (app) => operationsStack(app, { ...controlPlaneSettings, ...settings }));
    };
    const app = new SovraApp();
    operationsStack(app, controlPlaneSettings);
    objects = app.manifests().flatMap(([, o]) => o);
    file = join(cluster.dir, 'objects.json');
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    // As the README asks: the namespace is there before, with Secrets of the user, and Pulumi takes it over.
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'monitoring' } };
    await cluster.applyObjects([...sovraObjects(), namespace, ...preconditions('', 'http://oncall.example.com')]);
    // Pulumi waits for what is its own; the test below looks at all.
    await cluster.waitForWorkloads();
    stack = await PulumiStack.create(cluster);
  }, 5 * minute);

  test(
    'is created, object by object, and ready when Pulumi says so',
    async () => {
      const run = await stack.up(program());
      expect(custom(run).map((s) => s.op)).toEqual(objects.map(() => 'create'));
      const deployments = await cluster.api.list<Deployment>('/apis/apps/v1/deployments');
      expect(deployments.map(({ status }) => status?.readyReplicas)).toEqual(deployments.map((d) => d.spec?.replicas));
      expect(await onTheServer()).toHaveLength(objects.length);

      const { namespace, inside } = monitoring(run);
      expect(inside.filter((s) => s.began < Number(namespace?.ended))).toEqual([]);
    },
    5 * minute,
  );

  test(
    'is not changed by a second run',
    async () => {
      expect(changes(await stack.up(program()))).toEqual([]);
    },
    3 * minute,
  );

  test(
    'is changed in one place where one property is',
    async () => {
      const { controlPlaneSettings } = stacks();
      const resources = { cpu: '20m', memory: '32Mi', cpuLimit: '200m', memoryLimit: '96Mi' };
      const run = await stack.up(
        program({ monitoring: { ...controlPlaneSettings.monitoring, postgresExporter: { resources } } }),
      );
      expect(changes(run)).toEqual(['update operations/sovra/postgres-exporter']);
      expect(custom(run).flatMap((s) => s.differs)).toEqual([
        'spec.template.spec.containers[0].resources.limits.memory',
      ]);
    },
    3 * minute,
  );

  test(
    'leaves nothing behind when it is destroyed',
    async () => {
      const run = await stack.destroy();
      expect(custom(run).map((s) => s.op)).toEqual(objects.map(() => 'delete'));
      expect(await onTheServer()).toEqual([]);
      const { namespace, inside } = monitoring(run);
      expect(inside.filter((s) => Number(s.ended) > Number(namespace?.began))).toEqual([]);
    },
    5 * minute,
  );
});

const configMap = (scope: Construct, id: string, data: Record<string, unknown>) =>
  new ApiObject(scope, id, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: id, namespace: 'default' }, data });
const readConfigMap = async (name: string) =>
  (await cluster.api.get<ConfigMap>(`/api/v1/namespaces/default/configmaps/${name}`)).data;

const base64 = (text: string) => Buffer.from(text).toString('base64');
/** What must never leave the program: a marker, or what Pulumi writes where an Output was made a text. */
const STRAY = /latevalue|Calling \[to/;
/** What the engine writes for a value that is not known yet. */
const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

describe('Outputs', () => {
  test(
    'that are secret reach the server, and stand nowhere else in clear',
    async () => {
      const values = ['first-value-of-a-secret', 'second-value-of-a-secret'];
      const program = (value: string) => () => {
        const hidden = secret(value);
        new Cdk8sApp('secrets', (app) => {
          const chart = new Chart(app, 'chart');
          const text = `password=${carry(chart, hidden)};`;
          configMap(chart, 'hidden', {
            whole: hidden,
            text,
            json: JSON.stringify({ password: carry(chart, hidden), user: 'in-clear-1' }),
            open: output('in-clear-2'),
          });
          const metadata = { name: 'hidden', namespace: 'default' };
          new ApiObject(chart, 'secret', {
            apiVersion: 'v1',
            kind: 'Secret',
            metadata,
            stringData: { whole: hidden, text },
          });
        });
      };
      const stack = await PulumiStack.create(cluster);
      const told: string[] = [];
      for (const value of values) {
        told.push((await stack.up(program(value))).told, stack.state());
        const text = `password=${value};`;
        expect(await readConfigMap('hidden')).toEqual({
          whole: value,
          text,
          json: JSON.stringify({ password: value, user: 'in-clear-1' }),
          open: 'in-clear-2',
        });
        const { data } = await cluster.api.get<Secret>('/api/v1/namespaces/default/secrets/hidden');
        expect(data).toEqual({ whole: base64(value), text: base64(text) });
      }
      const forms = values.flatMap((v) => [v, base64(v), base64(`password=${v};`)]);
      expect(told.flatMap((t) => forms.filter((f) => t.includes(f)))).toEqual([]);
      expect(told.filter((t) => !t.includes('in-clear-2') || STRAY.test(t))).toEqual([]);
      expect(changes(await stack.up(program(values[1] as string)))).toEqual([]);
    },
    6 * minute,
  );

  describe('of resources that do not exist yet', () => {
    const program = (value: string) => () => {
      const kubeconfig = readFileSync(cluster.kubeconfig, 'utf8');
      const provider = new Provider('cluster', { kubeconfig, enableConfigMapMutable: true });
      const source = new Cdk8sApp('source', (app) => configMap(new Chart(app, 'chart'), 'source', { value }), {
        provider,
      });
      // Not its uid: on a server that can be reached, a preview is a dry run, which makes up one of those.
      const id = source.resources.get('chart/source')?.id;
      new Cdk8sApp(
        'target',
        (app) => {
          const chart = new Chart(app, 'chart');
          const marked = carry(chart, id);
          configMap(chart, 'target', { whole: id, text: `id ${marked}`, json: JSON.stringify({ id: marked }) });
        },
        { provider },
      );
    };
    let stack: PulumiStack;

    beforeAll(async () => {
      stack = await PulumiStack.create(cluster, { environment: false });
    }, 3 * minute);

    test(
      'are unknown in a preview',
      async () => {
        const run = await stack.preview(program('one'));
        expect(custom(run).map((s) => `${s.op} ${s.name}`)).toEqual([
          'create source/default/source',
          'create target/default/target',
        ]);
        expect(custom(run)[1]?.inputs.data).toEqual({ whole: UNKNOWN, text: UNKNOWN, json: UNKNOWN });
        expect(run.told).not.toMatch(STRAY);
      },
      3 * minute,
    );

    test(
      'arrive with the provider that the component was given, and stay when their source is updated in place',
      async () => {
        const first = await stack.up(program('one'));
        const target = { whole: 'default/source', text: 'id default/source', json: '{"id":"default/source"}' };
        expect(await readConfigMap('target')).toEqual(target);
        expect(first.told + stack.state()).not.toMatch(STRAY);

        expect(changes(await stack.up(program('two')))).toEqual(['update source/default/source']);
        expect(await readConfigMap('source')).toEqual({ value: 'two' });
        expect(await readConfigMap('target')).toEqual(target);
      },
      3 * minute,
    );
  });
});

describe('a component with a namespace and a definition', () => {
  const widget = {
    group: 'tests.example.org',
    names: { kind: 'Widget', plural: 'widgets' },
    scope: 'Namespaced',
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  };
  const program = (name: string, options?: ComponentResourceOptions) => () => {
    new Cdk8sApp(
      name,
      (app) => {
        const chart = new Chart(app, 'chart', { namespace: 'renamed' });
        const object = (id: string, apiVersion: string, kind: string, more?: object, objectName = id) =>
          new ApiObject(chart, id, { apiVersion, kind, metadata: { name: objectName }, ...more });
        // Written in the wrong order: what they depend on comes last.
        object('widget', 'tests.example.org/v1', 'Widget');
        object('config', 'v1', 'ConfigMap', { data: { key: 'value' } });
        const crd = object('crd', 'apiextensions.k8s.io/v1', 'CustomResourceDefinition', { spec: widget }, CRD);
        crd.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
        const namespace = object('namespace', 'v1', 'Namespace', {}, 'renamed');
        namespace.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
      },
      options,
    );
  };
  const CRD = 'widgets.tests.example.org';
  const paths = [
    '/api/v1/namespaces/renamed',
    '/api/v1/namespaces/renamed/configmaps/config',
    `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${CRD}`,
    '/apis/tests.example.org/v1/namespaces/renamed/widgets/widget',
  ];
  const uids = () => Promise.all(paths.map(async (path) => (await cluster.api.get(path)).metadata?.uid));
  const names = ['renamed', 'renamed/config', 'renamed/widget', CRD];
  let stack: PulumiStack;

  beforeAll(async () => {
    stack = await PulumiStack.create(cluster);
  }, 3 * minute);

  test(
    'can be previewed where neither is there yet',
    async () => {
      const planned = custom(await stack.preview(program('old')));
      expect(planned.map((s) => `${s.op} ${s.name}`).sort()).toEqual(names.map((n) => `create old/${n}`));
    },
    3 * minute,
  );

  test(
    'waits for both before it makes what needs them',
    async () => {
      const run = await stack.up(program('old'));
      const step = (id: string) => custom(run).find((s) => s.name === `old/${id}`);
      for (const [first, then] of [
        ['renamed', 'renamed/config'],
        ['renamed', 'renamed/widget'],
        [CRD, 'renamed/widget'],
      ] as const)
        expect(step(first)?.ended).toBeLessThan(Number(step(then)?.began));
    },
    3 * minute,
  );

  test(
    'takes its objects along to a new name that has the old one as an alias',
    async () => {
      const before = await uids();
      const run = await stack.up(program('new', { aliases: [{ name: 'old' }] }));
      expect(changes(run)).toEqual([]);
      expect(custom(run).map((s) => s.name)).toHaveLength(names.length);
      expect(await uids()).toEqual(before);
    },
    3 * minute,
  );

  // Pulumi creates before it deletes, and to create an object that exists is to apply it once more: what it then
  // deletes under the old name is the same object.
  test(
    'would lose its objects under a new name without an alias',
    async () => {
      const planned = changes(await stack.preview(program('newest')));
      expect(planned).toEqual(expect.arrayContaining(names.map((n) => `create newest/${n}`)));
      expect(planned).toEqual(expect.arrayContaining(names.map((n) => `delete new/${n}`)));
    },
    3 * minute,
  );
});
