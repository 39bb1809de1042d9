/** Where Outputs go in, and what comes out on the other side. */
import * as pulumi from '@pulumi/pulumi';
import { ApiObject, App, Chart } from 'cdk8s';
import { ConfigMap } from 'cdk8s-plus-28';
import {
  type KubeObject,
  SovraApp,
  SovraBackupSchedule,
  type SovraBackupScheduleProps,
  SovraInstallation,
} from '../../lib';
import { Cdk8sApp, carry, SovraMonitoring } from '../../lib/pulumi';
import { plan } from '../../lib/pulumi/plan';
import { toYaml } from '../../lib/yaml';
import { refusal } from '../support/synth';
import { inClear, isSecret, isUnknown, placesOf, type Registered, run } from './program';

/** One ConfigMap with whatever a function makes of an app. */
const configMap = (chart: Chart, data: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  new ApiObject(chart, 'config', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'config' }, data, ...more });

async function registered(build: (chart: Chart) => void, preview = false): Promise<Registered> {
  const all = await run(() => new Cdk8sApp('app', (app) => build(new Chart(app, 'chart'))), { preview });
  return all.find((r) => r.custom && r.name.startsWith('app/')) as Registered;
}
const dataOf = async (build: (chart: Chart) => void) =>
  (inClear((await registered(build)).sent) as { data: unknown }).data;

const summaryOf = (build: (chart: Chart) => void) => {
  const made = new Cdk8sApp('app', (app) => build(new Chart(app, 'chart')));
  return { summarize: made.summarize.bind(made) as Cdk8sApp['summarize'] };
};

class Database extends pulumi.CustomResource {
  declare readonly host: pulumi.Output<string>;
  constructor(name: string) {
    super('cloud:db:Database', name, { host: 'db.example.org' });
  }
}

/** A value that breaks whatever forgets to quote it. */
const NASTY = 'a "quoted"\nline: {{x}} \\ #no';

describe('an Output', () => {
  it('comes out whole, of any type', async () => {
    const sent = await registered((chart) =>
      configMap(chart, { text: pulumi.output('v') }, { n: pulumi.output(3), list: pulumi.output(['a', { b: true }]) }),
    );
    expect(sent.sent).toMatchObject({ data: { text: 'v' }, n: 3, list: ['a', { b: true }] });
  });

  it('is the same Output, with the resource that it came from', async () => {
    const all = await run(() => {
      const { host } = new Database('other');
      new Cdk8sApp('app', (app) => configMap(new Chart(app, 'chart'), { host, url: `https://${carry(app, host)}/x` }));
    });
    const [other, config] = ['other', 'app/config'].map((name) => all.find((r) => r.name === name));
    expect(config?.sent.data).toEqual({ host: 'db.example.org', url: 'https://db.example.org/x' });
    expect(config?.dependencies).toContain(other?.urn);
  });

  it('stands inside a text, several times and beside others', async () => {
    const data = await dataOf((chart) => {
      const [a, b] = [carry(chart, pulumi.output('x')), carry(chart, pulumi.output(5))];
      configMap(chart, { text: `${a}-${b}-${a}!`, edge: `${a}${b}` });
    });
    expect(data).toEqual({ text: 'x-5-x!', edge: 'x5' });
  });

  it.each([
    ['JSON', (v: unknown) => JSON.stringify(v)],
    ['indented JSON', (v: unknown) => JSON.stringify(v, null, 2)],
    ['indented JSON with a last line break', (v: unknown) => `${JSON.stringify(v, null, 2)}\n`],
    ['YAML', toYaml],
    ['JSON of the text alone', (v: unknown) => JSON.stringify((v as { text: string }).text)],
    ['JSON in YAML', (v: unknown) => toYaml({ inner: JSON.stringify(v), other: 1 })],
    ['JSON in JSON', (v: unknown) => JSON.stringify({ inner: JSON.stringify(v) })],
  ])('is written by the rules of %s', async (_, write) => {
    // Where it stands alone it keeps its type; what is composed around it is quoted as a whole.
    const value = (text: string, n: number) => ({ text, n, list: [text, `say ${text}`], plain: 'p' });
    const data = await dataOf((chart) => {
      const given = value(carry(chart, pulumi.output(NASTY)), carry(chart, pulumi.output(7)));
      configMap(chart, { blob: write(given) });
    });
    expect(data).toEqual({ blob: write(value(NASTY, 7)) });
  });

  it('stands in a text that was composed by hand as a template string would put it', async () => {
    const data = await dataOf((chart) => {
      const port = carry(chart, pulumi.output('8080'));
      configMap(chart, { 'a.yaml': `server:\n    port: ${port}\n`, 'b.sh': `nc -z localhost ${port} || exit 1` });
    });
    expect(data).toEqual({ 'a.yaml': 'server:\n    port: 8080\n', 'b.sh': 'nc -z localhost 8080 || exit 1' });
  });

  it('stands as it is before a last line break: a file that is one value is no YAML', async () => {
    const pem = '-----BEGIN CERTIFICATE-----\nMIIB: #\n-----END CERTIFICATE-----';
    const data = await dataOf((chart) => {
      const [a, b] = [carry(chart, pulumi.output(pem)), carry(chart, pulumi.output('two words'))];
      configMap(chart, { 'ca.crt': `${a}\n`, password: `${b}\n`, both: `${a}\n${b}\n`, encoded: btoa(`${b}\n`) });
    });
    const encoded = btoa('two words\n');
    expect(data).toEqual({ 'ca.crt': `${pem}\n`, password: 'two words\n', both: `${pem}\ntwo words\n`, encoded });
  });

  it('stands in base64', async () => {
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const data = await dataOf((chart) => {
      const v = carry(chart, pulumi.output('grüße'));
      configMap(chart, { whole: base64(v), inside: base64(`{"a":"${v}"}`), shifted: base64(`xy${v}`) });
    });
    expect(data).toEqual({ whole: base64('grüße'), inside: base64('{"a":"grüße"}'), shifted: base64('xygrüße') });
  });

  it('may be given as a promise', async () => {
    expect(await dataOf((chart) => configMap(chart, { v: Promise.resolve('later') }))).toEqual({ v: 'later' });
  });

  it('goes through the constructs of cdk8s-plus', async () => {
    const all = await run(
      () =>
        new Cdk8sApp('app', (app) => {
          const config = new ConfigMap(new Chart(app, 'chart'), 'config', { metadata: { name: 'c' } });
          config.addData('url', `https://${carry(app, pulumi.output('example.org'))}`);
          config.addData('raw', pulumi.output('raw') as never);
        }),
    );
    expect(all.find((r) => r.custom)?.sent).toMatchObject({ data: { url: 'https://example.org', raw: 'raw' } });
  });
});

describe('a summary of objects', () => {
  it('has the Outputs again, but none as a key', async () => {
    await run(() => {
      const { summarize } = summaryOf((c) => configMap(c, { host: pulumi.output('h') }));
      const host = (o: KubeObject) => o.data.host as string;
      expect(pulumi.Output.isInstance(summarize((all) => all.map(host))[0])).toBe(true);
      const error = refusal(() => summarize((all) => Object.fromEntries(all.map((o) => [host(o), o.kind]))));
      expect(error.problems[0]).toMatchObject({ property: 'a key', remedy: expect.stringContaining('.apply') });
    });
  });
});

describe('secrets', () => {
  it('stay secret at exactly the places where they are, and nowhere else', async () => {
    const { sent } = await registered((chart) => {
      const secret = pulumi.secret('s3cret');
      const v = carry(chart, secret);
      configMap(chart, { whole: secret, inside: `p=${v}`, blob: JSON.stringify({ v }), open: pulumi.output('open') });
    });
    expect(placesOf(sent, isSecret)).toEqual(['data.blob', 'data.inside', 'data.whole']);
    expect(inClear(sent)).toMatchObject({ data: { whole: 's3cret', inside: 'p=s3cret', blob: '{"v":"s3cret"}' } });
  });

  it('what is in a Secret is secret even where it was given in clear', async () => {
    const all = await run(
      () =>
        new Cdk8sApp('app', (app) => {
          const metadata = { name: 's' };
          new ApiObject(new Chart(app, 'chart'), 's', {
            apiVersion: 'v1',
            kind: 'Secret',
            metadata,
            stringData: { a: 'b' },
          });
        }),
    );
    const secret = all.find((r) => r.custom);
    expect(placesOf(secret?.sent, isSecret)).toEqual(['stringData']);
    expect(secret?.additionalSecretOutputs).toEqual(['data', 'stringData']);
  });
});

describe('a preview', () => {
  it('knows what is known, and leaves open what a resource does not tell yet', async () => {
    const unknown = pulumi.output(pulumi.unknown as unknown as string);
    const { sent } = await registered((chart) => {
      const v = carry(chart, unknown);
      configMap(chart, {
        whole: unknown,
        inside: `https://${v}/`,
        blob: toYaml({ v, w: 1 }),
        known: pulumi.output('k'),
      });
    }, true);
    expect(placesOf(sent, isUnknown)).toEqual(['data.blob', 'data.inside', 'data.whole']);
    expect(sent).toMatchObject({ data: { known: 'k' } });
  });
});

describe('the value of an Output', () => {
  const backup = (bucket: pulumi.Output<unknown>) => ({
    sovra: new SovraInstallation(),
    repository: { s3: { endpoint: 'https://s3.example.org', bucket, credentials: { secret: 's' } } },
    password: { secret: 'p', key: 'k' },
  });
  /** The inputs of all objects, as Pulumi waits for them. */
  async function inputs(bucket: pulumi.Output<unknown>): Promise<string> {
    const { objects, late } = plan((app) => {
      const props = carry(app, backup(bucket)) as SovraBackupScheduleProps;
      return new SovraBackupSchedule(new Chart(app, 'chart'), 'backup', props);
    });
    const all = pulumi.output(objects.map((o) => late.reveal(o.object)));
    return JSON.stringify(await (all as unknown as { promise(): Promise<unknown> }).promise());
  }

  it('is let through when it is right', async () => {
    expect(await inputs(pulumi.output('good-bucket'))).toContain('s3:https://s3.example.org/good-bucket');
  });
});

describe('where no Output can be', () => {
  const out = pulumi.output('v');
  const made = (build: (chart: Chart) => void) =>
    refusal(() => new Cdk8sApp('app', (app) => build(new Chart(app, 'chart'))));

  it.each<[string, string, (chart: Chart) => void]>([
    ['metadata.name', 'a name', (c) => configMap(c, {}, { metadata: { name: out } })],
    ['metadata', 'a name', (c) => configMap(c, {}, { metadata: pulumi.output({ name: 'a' }) })],
    ['metadata.namespace', 'a name', (c) => configMap(c, {}, { metadata: { name: 'a', namespace: out } })],
    ['kind', 'a kind', (c) => configMap(c, {}, { kind: out })],
    [
      'a key of metadata.labels',
      'a key',
      (c) => configMap(c, {}, { metadata: { name: 'a', labels: { [carry(c, out)]: 'x' } } }),
    ],
    ['a key of data', 'a key', (c) => configMap(c, { [`${carry(c, out)}.yaml`]: 'x' })],
    ['spec.selector.app', 'a selector', (c) => configMap(c, {}, { spec: { selector: { app: out } } })],
    [
      'spec.podSelector.matchLabels.app',
      'a selector',
      (c) => configMap(c, {}, { spec: { podSelector: { matchLabels: { app: out } } } }),
    ],
  ])('%s is refused as %s', (property, what, build) => {
    const error = made(build);
    expect(error.construct).toBe('chart/config');
    expect(error.problems).toHaveLength(1);
    expect(error.problems[0]).toMatchObject({ property, allowed: expect.stringContaining(what) });
    expect(error.message).not.toContain('latevalue');
  });

  it('a file or an annotation that is called like a selector is none', async () => {
    const metadata = { name: 'a', annotations: { 'example.org/selector': out } };
    const { sent } = await registered((c) => configMap(c, { selector: out, 'dkim.selector': out }, { metadata }));
    expect(sent).toMatchObject({ data: { selector: 'v', 'dkim.selector': 'v' } });
  });

  it('says which property it came from', () => {
    const error = refusal(
      () => new SovraMonitoring('m', { sovra: { name: 'x' }, namespace: pulumi.output('monitoring'), grafana: false }),
    );
    expect(error.message).toContain('an Output (namespace)');
  });

  it('a property that is computed with is refused by its own name', () => {
    const given = { sovra: {}, prometheus: { retention: pulumi.output('90d'), replicas: pulumi.output(2) } };
    expect(refusal(() => new SovraMonitoring('m', given)).problems.map((p) => p.property)).toEqual([
      'prometheus.replicas',
      'prometheus.retention',
    ]);
  });

  it.each<[string, (chart: Chart) => void]>([
    ['that was made a text by a template string', (c) => configMap(c, { url: `https://${out}/` })],
    ['that was made a text by JSON', (c) => configMap(c, { blob: JSON.stringify({ out }) })],
    ['that was made a text and then base64', (c) => configMap(c, { secret: btoa(`user:${out}`) })],
    ['that was calculated with', (c) => configMap(c, { n: (out as unknown as number) * 2 })],
    ['that was made a key', (c) => configMap(c, { [`${out}`]: 'x' })],
  ])('one %s is refused', (_, build) => {
    const error = made(build);
    expect(error.construct).toBe('chart/config');
    expect(error.message).toMatch(/pulumi\.interpolate|\.apply/);
    // The same without Pulumi: the text must not reach a file either.
    const app = new SovraApp();
    build(Object.assign(new Chart(app, 'chart')));
    expect(refusal(() => app.manifests()).construct).toBe('chart/config');
  });

  it.each<[string, (v: string) => string]>([
    ['cut', (v) => v.slice(0, -3)],
    ['cut at its start', (v) => v.slice(3)],
    ['cut beside a whole one', (v) => `${v} ${v.slice(-30)}`],
    ['in capitals', (v) => v.toUpperCase()],
    ['with a capital', (v) => `L${v.slice(1)}`],
    ['cut inside base64', (v) => Buffer.from(v.slice(0, 30)).toString('base64')],
  ])('a marker that was %s is refused', (_, change) => {
    expect(made((c) => configMap(c, { v: change(carry(c, out)) })).problems[0]?.property).toBe('data.v');
  });

  it('the Output of another component is refused', () => {
    let leaked = '';
    new Cdk8sApp('one', (app) => {
      leaked = carry(app, out);
    });
    expect(made((c) => configMap(c, { v: leaked })).problems[0]).toMatchObject({
      property: 'data.v',
      given: 'an Output of another component',
    });
  });

  it('a marker never reaches a file of cdk8s', () => {
    let leaked = '';
    new Cdk8sApp('one', (app) => {
      leaked = carry(app, out);
    });
    const app = new SovraApp();
    configMap(new Chart(app, 'chart'), { v: `x${leaked}` });
    const error = refusal(() => app.synth());
    expect(error.construct).toBe('chart/config');
    expect(error.problems[0]).toMatchObject({ property: 'data.v', given: 'the marker of an Output' });
  });

  it('an Output that is given to a construct of cdk8s is refused with the way out', () => {
    const error = refusal(() => new SovraInstallation({ database: { host: out as never } }));
    expect(error.message).toContain('database.host: got <Output>; allowed: a text. Outputs only work where Pulumi');
  });

  it.each<[string, object]>([
    ['grafana', { sovra: {}, grafana: pulumi.output({}) }],
    ['edgeNodes', { sovra: { edgeNodes: pulumi.output([]) } }],
    ['edgeNodes[0].vault', { sovra: { edgeNodes: [{ id: 'a', vault: pulumi.output({}) }] } }],
  ])('one in the place of all of %s is refused, with what to write instead', (property, props) => {
    const error = refusal(() => new SovraMonitoring('m', props as never));
    expect(error.problems).toEqual([
      expect.objectContaining({ property, remedy: expect.stringContaining('write it out') }),
    ]);
  });

  it('one that was made a text in the props is refused with the way out, not with the rule of the property', () => {
    const error = refusal(() => new SovraMonitoring('m', { sovra: { database: { host: `${out}` } } }));
    expect(error.problems[0]).toMatchObject({
      property: 'database.host',
      remedy: expect.stringContaining('pulumi.interpolate'),
    });
  });

  it('carry is refused where Pulumi creates nothing', () => {
    expect(refusal(() => carry(new Chart(new App(), 'chart'), out)).message).toContain('Cdk8sApp');
  });
});
