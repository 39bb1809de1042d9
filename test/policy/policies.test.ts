import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type PolicyResource, UnknownValueError } from '@pulumi/policy';
import { POLICY_NAMES, type SovraPolicyOptions, sovraPolicies } from '../../lib/policy';
import { refusal } from '../support/synth';
import {
  type Any,
  closedSet,
  configMap,
  monitor,
  object,
  prometheus,
  resource,
  stackArgs,
  UNKNOWN_TEXT,
} from './stack';

interface Said {
  readonly policy: string;
  readonly message: string;
  readonly urn?: string;
}
interface Verdict {
  readonly said: readonly Said[];
  /** What the SDK would tell as a note. */
  readonly open: readonly string[];
}

/** What every policy says, each with its own configuration. */
function run(
  resources: readonly PolicyResource[],
  options: SovraPolicyOptions = {},
  config: Record<string, object> = {},
): Verdict {
  const said: Said[] = [];
  const open: string[] = [];
  for (const policy of sovraPolicies(options)) {
    try {
      void policy.validateStack(stackArgs([...resources], config[policy.name]), (message, urn) =>
        said.push({ policy: policy.name, message, urn }),
      );
    } catch (e) {
      if (!(e instanceof UnknownValueError)) throw e;
      open.push(`${policy.name}: ${(e as Error).message}`);
    }
  }
  return { said, open };
}

const names = (v: Verdict) => v.said.map((s) => s.policy);

describe('the policies', () => {
  it('are one for each check, with a configuration of what that check can be told', () => {
    const policies = sovraPolicies({ enforcementLevel: 'advisory' });
    expect(policies.map((p) => p.name)).toEqual(Object.values(POLICY_NAMES));
    expect(policies.map((p) => p.enforcementLevel)).toEqual(policies.map(() => 'advisory'));
    expect(sovraPolicies().map((p) => p.enforcementLevel)).toEqual(policies.map(() => undefined));
    expect(policies.map((p) => Object.keys(p.configSchema?.properties ?? {}))).toEqual([
      ['namespace', 'ignore'],
      ['namespace', 'existingPrometheus', 'ignore'],
      ['namespace', 'existingPrometheus', 'installation', 'knownPods', 'ignore'],
      ['namespace', 'installation', 'ignore'],
      ['namespace', 'ignore'],
      ['namespace', 'existingPrometheus', 'installation', 'knownPods'],
    ]);
  });

  it('load nothing of Pulumi', () => {
    const script = `require(${JSON.stringify(join(__dirname, '../../lib/policy/index.ts'))});
      console.log(Object.keys(require.cache).filter((f) => f.includes('@pulumi')).length);`;
    const hook = join(__dirname, '../support/typescript.cjs');
    expect(execFileSync(process.execPath, ['-r', hook, '-e', script], { encoding: 'utf8' }).trim()).toBe('0');
  });

  it('refuse options that cannot work, of the program and of the configuration', () => {
    expect(refusal(() => sovraPolicies({ namespace: 'A' })).problems[0]?.property).toBe('namespace');
    const config = { 'sovra-edges': { knownPods: [{}] } };
    expect(refusal(() => run([], {}, config)).problems[0]?.property).toBe('knownPods[0].namespace');
  });

  it('say nothing of a stack without objects of Kubernetes, nor of one that is fine', () => {
    expect(run([])).toEqual({ said: [], open: [] });
    const bucket = resource('aws:s3/bucket:Bucket', 'b', { bucket: 'x', kind: 'ServiceMonitor' });
    const fine = [bucket, object(prometheus()), object(monitor({ release: 'x' })), object(configMap('c'))];
    expect(run(fine)).toEqual({ said: [], open: [] });
  });
});

describe('each policy', () => {
  it('sovra-duplicates', () => {
    const twice = [object(configMap('c')), resource('kubernetes:core/v1:ConfigMap', 'second', configMap('c'))];
    expect(run(twice).said).toEqual([
      {
        policy: 'sovra-duplicates',
        message: expect.stringMatching(/^ConfigMap shop\/c metadata\.name: got c; allowed: .*\. Remove one/),
        urn: twice[1]?.urn,
      },
    ]);
  });

  it('sovra-selection', () => {
    const lost = object(monitor({ release: 'y' }));
    expect(run([object(prometheus()), lost]).said).toEqual([
      { policy: 'sovra-selection', message: expect.stringContaining('shop/p looks for'), urn: lost.urn },
    ]);
    const existingPrometheus = { kubePrometheusStack: { release: 'y' } };
    expect(names(run([lost], { existingPrometheus }))).toEqual([]);
    expect(names(run([object(prometheus()), lost], {}, { 'sovra-selection': { existingPrometheus } }))).toEqual([]);
  });

  it('sovra-edges', () => {
    const closed = closedSet().map((o) => object(o));
    expect(run(closed)).toEqual({
      said: [
        { policy: 'sovra-edges', message: expect.stringContaining('NetworkPolicy shop/deny'), urn: closed[1]?.urn },
      ],
      open: [],
    });
    expect(names(run(closed.slice(0, 4)))).toEqual([]);
  });

  it('sovra-expressions', () => {
    const rule = (expr: string) =>
      object({
        apiVersion: 'monitoring.coreos.com/v1',
        kind: 'PrometheusRule',
        metadata: { name: 'r', namespace: 'shop' },
        spec: { groups: [{ name: 'g', rules: [{ alert: 'A', expr }] }] },
      });
    expect(names(run([rule('sum(')]))).toEqual(['sovra-expressions']);
    const config = { 'sovra-expressions': { installation: { dialect: '2026.3' } } };
    expect(names(run([rule('sovra_api_errors_total > 1')], {}, config))).toEqual(['sovra-expressions']);
    expect(names(run([rule('sovra_api_gateway_errors_total > 1')], {}, config))).toEqual([]);
  });

  it('sovra-strays, without a value of a Secret', () => {
    const text = 'hush-hush://Calling [toString] on an [Output<T>]';
    const secret = object({
      ...configMap('s'),
      kind: 'Secret',
      data: undefined,
      stringData: { url: text, a: 'hush-hush' },
    });
    const { said } = run([secret, object(configMap('c', { a: 'fine' }))]);
    expect(said).toEqual([
      { policy: 'sovra-strays', message: expect.stringContaining('Secret shop/s stringData.url'), urn: secret.urn },
    ]);
    expect(JSON.stringify(said)).not.toContain('hush');
    // The provider keeps the inputs a second time.
    expect(
      run([
        object(configMap('c', {})),
        resource('kubernetes:core/v1:ConfigMap', 'd', {
          ...configMap('d'),
          __inputs: { data: { a: text } },
          status: { a: text },
        }),
      ]).said,
    ).toEqual([]);
  });

  it('tells no value of a Secret in any other finding either', () => {
    const secret = (name: string) =>
      object({
        ...configMap('s'),
        kind: 'Secret',
        metadata: { name: 's', namespace: 'shop' },
        data: { [name]: 'aHVzaA==' },
      });
    const { said } = run([secret('a'), secret('b'), object(prometheus()), object(monitor())]);
    expect(names({ said, open: [] })).toEqual(['sovra-duplicates', 'sovra-selection']);
    expect(JSON.stringify(said)).not.toContain('aHVzaA==');
  });
});

describe('resources', () => {
  it('that patch or hold objects are none', () => {
    const patch = resource('kubernetes:core/v1:ConfigMapPatch', 'p', configMap('c'));
    const group = resource('kubernetes:yaml/v2:ConfigGroup', 'g', { ...configMap('c'), yaml: 'x' });
    const release = resource('kubernetes:helm.sh/v3:Release', 'r', configMap('c'));
    expect(run([object(configMap('c')), patch, group, release]).said).toEqual([]);
    // Somebody may have a kind of that name.
    const own = { ...configMap('c'), apiVersion: 'example.org/v1', kind: 'FilterPatch' };
    expect(names(run([object(own), object(own)]))).toEqual(['sovra-duplicates']);
  });

  it('of two clusters are looked at apart, those of two providers of one cluster together', () => {
    const at = (name: string, props: Any) => object(configMap('c'), { name, props });
    const twice = ['sovra-duplicates'];
    expect(names(run([at('a', { kubeconfig: 'A' }), at('b', { kubeconfig: 'B' })]))).toEqual([]);
    expect(names(run([at('a', { context: 'A' }), at('b', { context: 'B' })]))).toEqual([]);
    expect(names(run([at('a', { kubeconfig: 'A' }), at('b', { kubeconfig: 'A', namespace: 'x' })]))).toEqual(twice);
    expect(names(run([at('a', { kubeconfig: UNKNOWN_TEXT }), at('b', { kubeconfig: UNKNOWN_TEXT })]))).toEqual([]);
    expect(names(run([at('a', { kubeconfig: UNKNOWN_TEXT }), at('a', { kubeconfig: UNKNOWN_TEXT })]))).toEqual(twice);
  });
});

describe('what is not known before the update', () => {
  it('is left open, by the policies that would read it', () => {
    expect(run([object(prometheus()), object(monitor({ release: UNKNOWN_TEXT }))])).toEqual({
      said: [],
      open: ['selection', 'edges', 'exceptions'].map(
        (p) => `sovra-${p}: ServiceMonitor shop/m: what is judged of it is not known yet; the update decides`,
      ),
    });
  });

  it('does not keep a policy from what is known', () => {
    const [p, ...others] = closedSet().map((o) => object(o));
    const more = object({ ...monitor({ release: UNKNOWN_TEXT }), metadata: { name: UNKNOWN_TEXT, labels: {} } });
    const { said, open } = run([p as PolicyResource, ...others, more]);
    expect(said.map((s) => s.policy)).toEqual(['sovra-edges']);
    expect(open.map((o) => o.split(':')[0])).toEqual([
      'sovra-duplicates',
      'sovra-selection',
      'sovra-edges',
      'sovra-exceptions',
    ]);
    expect(open[0]).toContain('(not known yet)');
  });
});

describe('exceptions', () => {
  const lost = [object(prometheus()), object(monitor({ release: 'y' }))];
  const excuse = (object: string, check?: Any) => ({
    ignore: [{ object, reason: 'Scraped by hand.', ...(check && { check }) }],
  });

  it('of the program and of the configuration excuse', () => {
    expect(names(run(lost, excuse('ServiceMonitor shop/*')))).toEqual([]);
    expect(names(run(lost, excuse('*', 'selection')))).toEqual([]);
    expect(names(run(lost, {}, { 'sovra-selection': excuse('*') }))).toEqual([]);
  });

  it('that excuse nothing are violations: of the policy that they are for, else of their own', () => {
    expect(names(run(lost, excuse('Pod x')))).toEqual(['sovra-selection', 'sovra-exceptions']);
    expect(names(run(lost, excuse('*', 'edges')))).toEqual(['sovra-selection', 'sovra-edges']);
    expect(names(run(lost, {}, { 'sovra-duplicates': excuse('*') }))).toEqual(['sovra-duplicates', 'sovra-selection']);
  });

  it('are not called useless while something is open', () => {
    const open = [object(prometheus()), object(monitor({ release: UNKNOWN_TEXT }))];
    expect(names(run(open, excuse('ServiceMonitor shop/m')))).toEqual([]);
    expect(names(run(open, excuse('ServiceMonitor shop/m', 'selection')))).toEqual([]);
  });
});
