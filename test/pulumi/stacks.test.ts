/** The stacks and the examples under Pulumi: what is registered is what a synth writes, value for value. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import * as cdk8s from 'cdk8s';
import { App } from 'cdk8s';
import { parse, parseAllDocuments } from 'yaml';
import * as lib from '../../lib';
import { SovraApp } from '../../lib';
import * as libPulumi from '../../lib/pulumi';
import { Cdk8sApp } from '../../lib/pulumi';
import { settingsOf } from '../../stacks/config';
import { changed, ENVIRONMENT_SETTINGS, ENVIRONMENTS, type Environment } from '../../stacks/environments';
import type { Settings } from '../../stacks/settings';
import { operationsStack, STACKS } from '../../stacks/stacks';
import { refusal } from '../support/synth';
import { inClear, isSecret, objectsOf, PROJECT, placesOf, type Registered, run } from './program';

const root = join(__dirname, '..', '..');

const golden = (name: string) => {
  const folder = join(root, 'test/examples/golden', name);
  return readdirSync(folder).flatMap((f) =>
    parseAllDocuments(readFileSync(join(folder, f), 'utf8')).map((d) => d.toJS() as unknown),
  );
};
const byName = (objects: readonly unknown[]) =>
  Object.fromEntries(
    (objects as { apiVersion: string; kind: string; metadata: { name: string; namespace?: string } }[]).map((o) => [
      `${o.apiVersion} ${o.kind} ${o.metadata.namespace}/${o.metadata.name}`,
      o,
    ]),
  );
/** Equal as sets: Pulumi creates in the order of dependencies, files are written in the order of charts. */
const expectSame = (registered: readonly unknown[], written: readonly unknown[]) => {
  expect(registered).toHaveLength(written.length);
  expect(byName(registered)).toEqual(byName(written));
};

/** The app that an example of cdk8s makes, caught where it would write its files. */
function appOfExample(name: string): App {
  let caught: App | undefined;
  const spies = [App.prototype, SovraApp.prototype].map((prototype) =>
    jest.spyOn(prototype, 'synth').mockImplementation(function (this: App) {
      caught = this;
    }),
  );
  require(join(root, 'examples', name, 'main'));
  for (const spy of spies) spy.mockRestore();
  if (!caught) throw new Error(`${name} makes no app`);
  return caught;
}

/** Runs a module that may have run before. What it imports from outside of its folder is the same again, not loaded anew. */
function runAgain(path: string): unknown {
  let exported: unknown;
  jest.isolateModules(() => {
    for (const [name, loaded] of Object.entries(LOADED)) jest.doMock(name, () => loaded);
    exported = require(path);
  });
  for (const name of Object.keys(LOADED)) jest.dontMock(name);
  return exported;
}
const LOADED: Readonly<Record<string, unknown>> = {
  '@pulumi/pulumi': pulumi,
  cdk8s,
  '../../lib': lib,
  '../../lib/pulumi': libPulumi,
};

/** Sets a value at a path, as `pulumi config set --path` does: a number is the place in a list. */
function put(target: Record<string, unknown>, [head = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length > 0) target[head] ??= /^\d+$/.test(rest[0] ?? '') ? [] : {};
  if (rest.length > 0) put(target[head] as Record<string, unknown>, rest, value);
  else target[head] = value;
}

const has = (file: string) => (name: string) => existsSync(join(root, 'examples', name, file));
const examples = readdirSync(join(root, 'examples')).sort();

describe('the same objects as a synth', () => {
  it.each(Object.entries(STACKS))('stack %s', async (name, stack) => {
    expectSame(objectsOf(await run(() => new Cdk8sApp('operations', (app) => stack(app)))), golden(`stack-${name}`));
  });

  it.each(examples.filter(has('main.ts')))('example %s', async (name) => {
    expectSame(objectsOf(await run(() => new Cdk8sApp('example', appOfExample(name)))), golden(name));
  });

  it('every example is of cdk8s or of Pulumi', () => {
    expect(examples.filter((name) => !has('main.ts')(name))).toEqual(examples.filter(has('Pulumi.yaml')));
  });
});

describe('the program of Pulumi.yaml', () => {
  /** Runs stacks/pulumi.ts as Pulumi would, with the configuration of a stack. */
  async function up(config: Record<string, unknown>) {
    let outputs: Record<string, unknown> = {};
    const text = (v: unknown) => (typeof v === 'string' ? v : JSON.stringify(v));
    pulumi.runtime.setAllConfig(
      Object.fromEntries(Object.entries(config).map(([k, v]) => [`${PROJECT}:${k}`, text(v)])),
    );
    const registered = await run(() => {
      outputs = runAgain('../../stacks/pulumi') as typeof outputs;
    });
    return { registered, outputs };
  }
  afterEach(() => pulumi.runtime.setAllConfig({}));

  it.each(ENVIRONMENTS)('registers the stack of %s', async (environment) => {
    const file = parse(readFileSync(join(root, `Pulumi.${environment}.yaml`), 'utf8')) as {
      config: Record<string, unknown>;
    };
    const config = Object.fromEntries(
      Object.entries(file.config).flatMap(([k, v]) => (k.startsWith('sovra-ops:') ? [[k.slice(10), v]] : [])),
    );
    expect(config.environment).toBe(environment);
    const app = new SovraApp();
    operationsStack(app, changed<Settings>(ENVIRONMENT_SETTINGS[environment], config as object));
    const { registered } = await up(config);
    expectSame(objectsOf(registered), JSON.parse(JSON.stringify(app.manifests().flatMap(([, o]) => o))));
  });

  it('tells what people look up', async () => {
    const { outputs } = await up({ environment: 'production', timeZone: 'Europe/Zurich' });
    expect(outputs).toMatchObject({
      urls: { prometheus: 'http://prometheus.monitoring.svc:9090', grafana: 'http://grafana.monitoring.svc:3000' },
      schedules: { 'sovra-backup-postgres': { schedule: '*/5 * * * *', timeZone: 'Europe/Zurich' } },
      promises: [
        { component: 'controlPlane', subject: 'sovra', rpoSeconds: 900 },
        { component: 'federation', subject: 'sovra', rpoSeconds: 3600 },
        { component: 'edgeNode', subject: 'edge-1', rpoSeconds: 300 },
        { component: 'configuration', subject: 'sovra', rpoSeconds: 3600 },
        { component: 'configuration', subject: 'sovra-edge', rpoSeconds: 3600 },
      ],
      objectives: { availability: { target: 0.999, period: '30d' }, 'api-latency': { target: 0.95, threshold: 0.1 } },
    });
    expect(outputs.images).toContain('docker.io/restic/restic:0.18.1');
  });

  it('tells the objectives that there are, as they were changed', async () => {
    const objectives = { period: '28d', objectives: { availability: { target: 0.99 }, 'api-latency': false } };
    const changedTo = (await up({ objectives })).outputs.objectives as Record<string, unknown>;
    expect(changedTo.availability).toEqual({ target: 0.99, period: '28d' });
    expect(changedTo).not.toHaveProperty('api-latency');
    expect((await up({ environment: 'edge' })).outputs.objectives).toEqual({});
  });

  it('takes every setting from the configuration', async () => {
    const { registered } = await up({
      environment: 'dev',
      installation: { images: { registry: 'mirror.example.org/x' } },
      monitoring: { prometheus: { retention: '90d' } },
    });
    const prometheus = registered.find((r) => r.type.endsWith(':Prometheus'))?.sent.spec;
    // What the environment says beside it stays.
    expect(prometheus).toMatchObject({
      retention: '90d',
      replicas: 1,
      image: expect.stringContaining('mirror.example.org/x/prometheus/prometheus:'),
    });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['an unknown environment', { environment: 'prod' }, 'environment'],
    ['a key that does not exist', { retention: '90d' }, 'retention'],
    ['a part that is no object', { monitoring: 'yes' }, 'monitoring'],
    ['a list for a part', { backup: [] }, 'backup'],
  ])('refuses %s', async (_, config, property) => {
    pulumi.runtime.setAllConfig(
      Object.fromEntries(
        Object.entries(config).map(([k, v]) => [`${PROJECT}:${k}`, typeof v === 'string' ? v : JSON.stringify(v)]),
      ),
    );
    const error = refusal(() => settingsOf(new pulumi.Config(PROJECT)));
    expect(error.problems.map((p) => p.property)).toEqual([property]);
  });

  // A list replaces the whole list: an edge node that is named without its Vault loses its backups.
  it.each<[string, Environment]>([
    ['docs/pulumi.md', 'production'],
    ['Pulumi.production.yaml', 'production'],
    ['Pulumi.edge.yaml', 'edge'],
  ])('backs up as much as before with the commands that %s shows', (file, environment) => {
    const config: Record<string, unknown> = {};
    const commands = readFileSync(join(root, file), 'utf8').matchAll(
      /pulumi config set (?:--path )?'?([^' ]+)'? (\S+)/g,
    );
    for (const [, path = '', value] of commands) put(config, path.split(/[.[\]]+/).filter(Boolean), value);
    expect(config.installation).toBeDefined();
    const cronJobs = (settings: Settings) => {
      const app = new SovraApp();
      operationsStack(app, settings);
      return app.manifests().flatMap(([, all]) => all.filter((o) => o.kind === 'CronJob').map((o) => o.metadata.name));
    };
    const settings = ENVIRONMENT_SETTINGS[environment];
    expect(cronJobs(changed<Settings>(settings, config as object))).toEqual(cronJobs(settings));
  });

  it('refuses a secret in the settings, without showing it', () => {
    pulumi.runtime.setAllConfig({ [`${PROJECT}:monitoring`]: '{"grafana":"hunter2"}' }, [`${PROJECT}:monitoring`]);
    const error = refusal(() => settingsOf(new pulumi.Config(PROJECT)));
    expect(error.problems[0]?.property).toBe('monitoring');
    expect(error.message).not.toContain('hunter2');
  });

  it('documents every key that it takes', () => {
    const { config } = parse(readFileSync(join(root, 'Pulumi.yaml'), 'utf8')) as {
      config: Record<string, { description?: string }>;
    };
    expect(Object.keys(config)).toEqual([
      'environment',
      'timeZone',
      'installation',
      'monitoring',
      'alerts',
      'objectives',
      'tasks',
      'reviews',
      'backup',
      'telemetry',
    ]);
    for (const { description } of Object.values(config)) expect(description).toMatch(/\w{4}/);
  });
});

describe('the example with values of another stack', () => {
  const values: Record<string, string> = {
    databaseHost: 'db.internal.example.org',
    backupBucket: 'bucket-of-infrastructure',
    backupAccessKeyId: 'AKIA-of-infrastructure',
    backupSecretAccessKey: 'secret-key-of-infrastructure',
    repositoryPassword: 'password-of-infrastructure',
  };
  const secrets = ['backupAccessKeyId', 'backupSecretAccessKey', 'repositoryPassword'];
  const SECRETS = ['sovra', 'sovra-edge'].map((namespace) => `backup-credentials/${namespace}/sovra-backup`);
  const read = { outputs: values, secretOutputNames: secrets };

  async function up(): Promise<Registered[]> {
    pulumi.runtime.setAllConfig({ [`${PROJECT}:infrastructure`]: 'org/infrastructure/prod' });
    return run(() => void runAgain('../../examples/values-from-another-stack/index'), {
      read: { 'pulumi:pulumi:StackReference': read },
    });
  }
  afterEach(() => pulumi.runtime.setAllConfig({}));

  it('puts each where it belongs, and only there', async () => {
    const registered = await up();
    const withValue = (name: string) =>
      registered.filter((r) => r.custom && JSON.stringify(r.sent).includes(values[name] as string)).map((r) => r.name);
    expect(withValue('databaseHost')).toEqual([
      'monitoring/sovra/postgres-exporter',
      'backup/sovra/sovra-backup-postgres',
    ]);
    expect(withValue('backupBucket').every((name) => name.startsWith('backup/'))).toBe(true);
    expect(withValue('backupBucket').length).toBeGreaterThan(2);
    for (const secret of secrets) expect(withValue(secret)).toEqual(SECRETS);
  });

  it('keeps what is secret out of the state', async () => {
    const registered = await up();
    const secret = registered.find((r) => r.name === SECRETS[0]);
    expect(placesOf(secret?.sent, isSecret)).toEqual(['stringData']);
    expect(inClear(secret?.sent)).toMatchObject({ stringData: { password: values.repositoryPassword } });
    const open = registered.filter((r) => !r.name.startsWith('backup-credentials/'));
    expect(open.flatMap((r) => placesOf(r.sent, isSecret))).toEqual([]);
  });
});
