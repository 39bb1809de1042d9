/** What Pulumi is told of each object: its type, name, parent, options, and what it depends on. */
import * as pulumi from '@pulumi/pulumi';
import { ApiObject, App, Chart } from 'cdk8s';
import { SovraApp, SovraInstallation } from '../../lib';
import {
  Cdk8sApp,
  carry,
  type ObjectDescription,
  SovraAlerts,
  SovraBackupSchedule,
  SovraMonitoring,
} from '../../lib/pulumi';
import { refusal } from '../support/synth';
import { type Registered, run } from './program';

const object = (scope: Chart, id: string, kind: string, more: Record<string, unknown> = {}) =>
  new ApiObject(scope, id, { apiVersion: 'v1', kind, metadata: { name: id }, ...more });
const inNamespace = (name: string, namespace: string) => ({ metadata: { name, namespace } });
const byName = (all: readonly Registered[], name: string, kind = '') =>
  all.find((r) => r.name === name && r.type.endsWith(kind)) as Registered;
/** Last parts of the URNs that a resource depends on. */
const dependencies = (all: readonly Registered[], name: string, kind = '') =>
  byName(all, name, kind)
    .dependencies.map((d) => d.split('::')[3] ?? d)
    .sort();

describe('an object', () => {
  it('has the type, name and parent that its URN is made of', async () => {
    const all = await run(() => {
      new Cdk8sApp('app', (app) => {
        const chart = new Chart(app, 'chart');
        object(chart, 'core', 'ConfigMap');
        object(chart, 'group', 'Deployment', { apiVersion: 'apps/v1' });
        object(chart, 'custom', 'PrometheusRule', { apiVersion: 'monitoring.coreos.com/v1' });
      });
    });
    const below = 'urn:pulumi:test::sovra::sovra-ops:index:Cdk8sApp';
    expect(all.map((r) => r.urn)).toEqual([
      `${below}::app`,
      `${below}$kubernetes:core/v1:ConfigMap::app/core`,
      `${below}$kubernetes:apps/v1:Deployment::app/group`,
      `${below}$kubernetes:monitoring.coreos.com/v1:PrometheusRule::app/custom`,
    ]);
    for (const r of all.slice(1)) expect(r.parent).toBe(`${below}::app`);
  });

  it('is sent as it was written, and nothing is added', async () => {
    const all = await run(() => {
      new Cdk8sApp('app', (app) => object(new Chart(app, 'chart'), 'c', 'ConfigMap', { data: { a: 'b' } }));
    });
    expect(byName(all, 'app/c').sent).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c' },
      data: { a: 'b' },
    });
  });

  it('can be found by the path of its construct', async () => {
    await run(() => {
      const { resources, construct } = new Cdk8sApp('app', (app) => object(new Chart(app, 'chart'), 'c', 'ConfigMap'));
      expect([...resources.keys()]).toEqual(['chart/c']);
      expect(construct.kind).toBe('ConfigMap');
    });
  });

  it('may hold Outputs in an app that was there already, which is no place for them afterwards', async () => {
    const app = new SovraApp();
    const chart = new Chart(app, 'chart');
    object(chart, 'c', 'ConfigMap', { data: { a: pulumi.secret('b') } });
    const all = await run(() => new Cdk8sApp('app', app));
    expect(byName(all, 'app/c').sent).toMatchObject({ data: { a: { value: 'b' } } });
    expect(refusal(() => carry(chart, pulumi.output('v'))).message).toContain('Cdk8sApp');
  });

  it('that an async function would make too late is not left out in silence', () => {
    const error = refusal(
      () =>
        new Cdk8sApp('app', async (app) => {
          const data = { a: await Promise.resolve('b') };
          object(new Chart(app, 'chart'), 'c', 'ConfigMap', { data });
        }),
    );
    expect(error.problems[0]).toMatchObject({ property: 'charts', given: 'an async function' });
  });

  it('are asked for where something else is given', () => {
    const chart = new Chart(new App(), 'chart');
    const error = refusal(() => new Cdk8sApp('app', chart as unknown as App));
    expect(error.problems[0]).toMatchObject({ property: 'charts', given: 'Chart' });
    expect(refusal(() => new Cdk8sApp('app', undefined as unknown as App)).message).toContain('charts: got nothing');
  });

  it('may belong to what another component, or somebody else, has made', async () => {
    const all = await run(() => {
      new Cdk8sApp('web', (app) => {
        const labels = { app: 'web' };
        object(new Chart(app, 'web'), 'web', 'Service', {
          metadata: { name: 'web', labels },
          spec: { selector: labels },
        });
      });
      new Cdk8sApp('watched', (app) => {
        object(new Chart(app, 'watched'), 'web', 'ServiceMonitor', {
          apiVersion: 'monitoring.coreos.com/v1',
          spec: { selector: { matchLabels: { app: 'web' } }, endpoints: [{ port: 'http' }] },
        });
      });
    });
    expect(all.map((r) => r.name)).toEqual(expect.arrayContaining(['web/web', 'watched/web']));
  });

  it('that is a list is refused: the API server knows no such object', () => {
    const items = [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }];
    const error = refusal(
      () => new Cdk8sApp('app', (app) => object(new Chart(app, 'chart'), 'all', 'List', { items })),
    );
    expect([error.construct, error.problems[0]?.property]).toEqual(['chart/all', 'kind']);
  });

  it('that does not fit to the others of its component is refused', () => {
    const error = refusal(
      () =>
        new Cdk8sApp('app', (app) => {
          const chart = new Chart(app, 'chart');
          object(chart, 'a', 'ConfigMap', { metadata: { name: 'same' } });
          object(chart, 'b', 'ConfigMap', { metadata: { name: 'same' } });
        }),
    );
    expect(error.problems[0]?.property).toBe('ConfigMap same metadata.name');
  });

  it('comes from an app that was there already', async () => {
    const app = new App();
    object(new Chart(app, 'chart'), 'c', 'ConfigMap');
    expect((await run(() => new Cdk8sApp('app', app))).map((r) => r.name)).toEqual(['app', 'app/c']);
  });
});

describe('dependencies', () => {
  it('are those of the constructs, and all comes behind what it depends on', async () => {
    const all = await run(() => {
      new Cdk8sApp('app', (app) => {
        const [last, first] = [new Chart(app, 'last'), new Chart(app, 'first')];
        object(last, 'a', 'ConfigMap');
        object(last, 'b', 'ConfigMap').addDependency(object(last, 'c', 'Service'));
        object(first, 'd', 'ConfigMap');
        last.addDependency(first);
      });
    });
    expect(all.map((r) => r.name)).toEqual(['app', 'app/d', 'app/a', 'app/c', 'app/b']);
    expect(dependencies(all, 'app/a')).toEqual(['app/d']);
    expect(dependencies(all, 'app/b')).toEqual(['app/c', 'app/d']);
    expect(dependencies(all, 'app/d')).toEqual([]);
  });

  it('begin with namespaces and definitions of custom resources', async () => {
    const all = await run(() => {
      new Cdk8sApp('app', (app) => {
        const chart = new Chart(app, 'chart');
        object(chart, 'in', 'ConfigMap', inNamespace('in', 'ns'));
        object(chart, 'elsewhere', 'ConfigMap', inNamespace('elsewhere', 'other'));
        object(chart, 'widget', 'Widget', { apiVersion: 'example.org/v1' });
        object(chart, 'ns', 'Namespace');
        object(chart, 'crd', 'CustomResourceDefinition', {
          apiVersion: 'apiextensions.k8s.io/v1',
          spec: { group: 'example.org', names: { kind: 'Widget' } },
        });
      });
    });
    expect(dependencies(all, 'app/ns/in')).toEqual(['app/ns']);
    expect(dependencies(all, 'app/widget')).toEqual(['app/crd']);
    expect(dependencies(all, 'app/other/elsewhere')).toEqual([]);
  });

  it('that the user says win over those that would be added', async () => {
    const all = await run(() => {
      new Cdk8sApp('app', (app) => {
        const chart = new Chart(app, 'chart');
        const inside = object(chart, 'in', 'ConfigMap', inNamespace('in', 'ns'));
        object(chart, 'ns', 'Namespace').addDependency(inside);
      });
    });
    expect(dependencies(all, 'app/ns/in')).toEqual([]);
    expect(dependencies(all, 'app/ns')).toEqual(['app/ns/in']);
  });

  it('in a circle are refused with the way round', () => {
    const error = refusal(
      () =>
        new Cdk8sApp('app', (app) => {
          const chart = new Chart(app, 'chart');
          const [a, b] = [object(chart, 'a', 'ConfigMap'), object(chart, 'b', 'ConfigMap')];
          a.addDependency(b);
          b.addDependency(a);
        }),
    );
    expect(error.problems[0]).toMatchObject({ property: 'dependencies', given: 'chart/a -> chart/b -> chart/a' });
  });

  it('of a component hold for each of its objects', async () => {
    const all = await run(() => {
      const first = new Cdk8sApp('first', (app) => object(new Chart(app, 'chart'), 'a', 'ConfigMap'));
      new Cdk8sApp('second', (app) => object(new Chart(app, 'chart'), 'b', 'ConfigMap'), { dependsOn: first });
    });
    expect(dependencies(all, 'second/b')).toContain('first/a');
  });
});

describe('options', () => {
  it('that Pulumi hands down reach the objects, and those of single objects are merged in', async () => {
    const seen: ObjectDescription[] = [];
    const all = await run(() => {
      const provider = new (class extends pulumi.ProviderResource {})('kubernetes', 'elsewhere', {});
      new Cdk8sApp(
        'app',
        (app) => {
          const chart = new Chart(app, 'chart');
          object(chart, 'a', 'ConfigMap', inNamespace('a', 'ns'));
          object(chart, 'b', 'PersistentVolumeClaim').addDependency(object(chart, 'c', 'ConfigMap'));
        },
        {
          provider,
          protect: true,
          ignoreChanges: ['metadata.annotations'],
          objectOptions: (o) => {
            seen.push(o);
            return o.kind === 'PersistentVolumeClaim'
              ? { ignoreChanges: ['spec'], aliases: [{ name: 'old' }], protect: false, dependsOn: provider }
              : undefined;
          },
        },
      );
    });
    const [a, b] = [byName(all, 'app/ns/a'), byName(all, 'app/b')];
    for (const r of [a, b]) expect(r.provider).toContain('pulumi:providers:kubernetes::elsewhere');
    expect([a.protect, b.protect]).toEqual([true, false]);
    expect([a.ignoreChanges, b.ignoreChanges]).toEqual([['metadata.annotations'], ['metadata.annotations', 'spec']]);
    expect(JSON.stringify(b.aliases)).toContain('old');
    // What the component itself says is still there.
    expect(b.parent).toContain('Cdk8sApp::app');
    expect(dependencies(all, 'app/b')).toEqual(['app/c', 'elsewhere']);
    expect(seen[0]).toEqual({ path: 'chart/a', apiVersion: 'v1', kind: 'ConfigMap', name: 'a', namespace: 'ns' });
  });
});

describe('the constructs of this library', () => {
  const sovra = { name: 'prod', edgeNodes: [{ id: 'edge-1', vault: {} }] };
  const backup = {
    repository: { s3: { endpoint: 'https://s3.example.org', bucket: 'backup', credentials: { secret: 's' } } },
    password: { secret: 'sovra-backup', key: 'password' },
  };

  it('are components of their names, with their objects below', async () => {
    const all = await run(() => {
      const monitoring = new SovraMonitoring('monitoring', { sovra });
      const prometheus = monitoring.prometheusRef;
      new SovraAlerts('alerts', { sovra: new SovraInstallation(sovra), prometheus }, { dependsOn: monitoring });
    });
    expect(byName(all, 'monitoring').type).toBe('sovra-ops:index:SovraMonitoring');
    expect(byName(all, 'monitoring/monitoring/grafana', ':Deployment').urn).toBe(
      'urn:pulumi:test::sovra::sovra-ops:index:SovraMonitoring$kubernetes:apps/v1:Deployment::monitoring/monitoring/grafana',
    );
    expect(dependencies(all, 'monitoring/monitoring/grafana', ':Deployment')).toEqual(['monitoring/monitoring']);
    expect(dependencies(all, 'alerts/monitoring/sovra-expected-targets-001')).toContain('monitoring/monitoring');
  });

  it('two of one kind live in one program, each with its own Outputs', async () => {
    const sizes = { a: pulumi.output('fast'), b: pulumi.secret('slow') };
    const all = await run(() => {
      for (const [name, storageClass] of Object.entries(sizes))
        new SovraMonitoring(name, { sovra, namespace: name, grafana: { storage: { storageClass } } });
    });
    const claim = (name: string) =>
      byName(all, `${name}/${name}/grafana`, ':PersistentVolumeClaim').sent as { spec: object };
    expect(claim('a').spec).toMatchObject({ storageClassName: 'fast' });
    expect(claim('b').spec).toMatchObject({ storageClassName: { value: 'slow' } });
    expect(new Set(all.map((r) => r.urn)).size).toBe(all.length);
  });

  it('hand Outputs on to each other', async () => {
    const all = await run(() => {
      const host = pulumi.output('db.example.org');
      const given = { ...sovra, database: { host } };
      const monitoring = new SovraMonitoring('monitoring', { sovra: given });
      const set = new SovraBackupSchedule('backup', { sovra: given, prometheus: monitoring.prometheusRef, ...backup });
      expect(set.tasks.map((t) => t.schedule)).toEqual([
        ...['*/5 * * * *', '*/2 * * * *', '7,37 * * * *', '7,37 * * * *'],
        ...['0 6 * * 3', '0 7 * * 4', '30 7 * * 4'],
      ]);
    });
    const sent = all.filter((r) => JSON.stringify(r.sent).includes('db.example.org')).map((r) => r.name);
    expect(sent).toEqual(['monitoring/sovra/postgres-exporter', 'backup/sovra/sovra-backup-postgres']);
  });

  it('register nothing when they are refused', async () => {
    const all = await run(() => {
      refusal(() => new SovraMonitoring('monitoring', { sovra, namespace: 'Not A Name' }));
    });
    expect(all).toEqual([]);
  });
});
