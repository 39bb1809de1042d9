import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { checkManifests, factOf, judge, type ManifestFinding } from '../../lib/checks/foreign';
import { type ManifestOptions, resolveOptions } from '../../lib/checks/foreign-options';
import { UNKNOWN } from '../../lib/checks/foreign-shape';
import { SovraInstallation, type SovraInstallationProps } from '../../lib/sovra/installation';
import { controlPlaneSettings, edgeSettings } from '../../stacks/settings';
import { refusal } from '../support/synth';

const golden = join(__dirname, '..', 'examples', 'golden');
const documents = (...paths: readonly string[]): unknown[] =>
  paths.flatMap((path) => parseAllDocuments(readFileSync(path, 'utf8')).map((d) => d.toJS()));
const fixture = (name: string): unknown[] => documents(join(__dirname, 'foreign', `${name}.yaml`));
const lines = (found: readonly ManifestFinding[]): string[] =>
  found.map((f) => `${f.check} ${f.object} ${f.property}: ${factOf(f)}`);
const check = (name: string, options?: ManifestOptions): string[] => lines(checkManifests(fixture(name), options));
const sovra: SovraInstallationProps = { dialect: '2026.3', edgeNodes: [{ id: 'edge-1', vault: {} }] };

// biome-ignore lint/suspicious/noExplicitAny: objects of tests are written by hand
type Any = any;
const monitor = (change: Any = {}): Any => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'ServiceMonitor',
  metadata: { name: 'm', namespace: 'shop', labels: { release: 'x' } },
  spec: { selector: { matchLabels: { app: 'shop' } }, endpoints: [{ port: 'http' }] },
  ...change,
});
const prometheus = (spec: Any = {}): Any => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'Prometheus',
  metadata: { name: 'p', namespace: 'shop' },
  spec: { serviceMonitorSelector: { matchLabels: { release: 'x' } }, ...spec },
});

describe('manifests of other people', () => {
  it('are fine: a web application, whatever else is in its files', () => {
    expect(check('web')).toEqual([]);
    expect(check('web', { installation: sovra, existingPrometheus: { kubePrometheusStack: {} } })).toEqual([]);
  });

  it('are fine: the monitoring of a cluster, most of which no manifest shows', () => {
    expect(check('cluster-monitoring')).toEqual([]);
    expect(check('cluster-monitoring', { installation: sovra })).toEqual([]);
  });

  it.each(['web', 'cluster-monitoring', 'unselected', 'closed', 'expressions', 'duplicate', 'strays'])(
    'are read without an error, whatever part of %s is missing or of another type',
    (name) => {
      const options = { installation: sovra, existingPrometheus: { kubePrometheusStack: {} } };
      const all = fixture(name);
      // The two large sets one document at a time: there is time for that only.
      const around = all.length > 10 ? [] : all;
      for (const broken of all.length > 10 ? [null, [null]] : [null, 'text', [null], { a: [] }])
        all.forEach((document, i) => {
          for (const damaged of damages(document, broken))
            expect(() => checkManifests([...around.filter((_, n) => n !== i), damaged], options)).not.toThrow();
        });
    },
  );

  it('are the output of our own constructs too', () => {
    const existing = { kubePrometheusStack: { release: 'monitoring', namespace: 'monitoring' } };
    const facts: Record<string, ManifestOptions> = {
      'beside-kube-prometheus-stack': { installation: sovra, existingPrometheus: existing },
      'first-stack': { installation: { edgeNodes: [{ id: 'edge-1', vault: {} }] } },
      'air-gapped': { installation: { name: 'vault-site-a', edgeNodes: [{ id: 'edge-a', vault: {} }] } },
      'single-construct': { installation: { namespace: 'sovra' } },
      'stack-control-plane': { installation: controlPlaneSettings.installation },
      'stack-edge': { installation: edgeSettings.installation },
    };
    for (const name of readdirSync(golden)) {
      const set = documents(...readdirSync(join(golden, name)).map((f) => join(golden, name, f)));
      expect([name, lines(checkManifests(set, facts[name]))]).toEqual([name, []]);
      expect([name, lines(checkManifests(set))]).toEqual([name, []]);
      // Each file alone: what is in the others is not missed.
      for (const file of readdirSync(join(golden, name)))
        expect([file, lines(checkManifests(documents(join(golden, name, file)), facts[name]))]).toEqual([file, []]);
    }
  });
});

describe('duplicates', () => {
  it('are found, also in lists and where the namespace is left out', () => {
    expect(check('duplicate', { namespace: 'shop' }).map((l) => l.split(':')[0])).toEqual([
      'duplicates ConfigMap shop/settings metadata.name',
      'duplicates ConfigMap shop/settings metadata.name',
    ]);
    expect(check('duplicate')).toHaveLength(1);
    expect(checkManifests(fixture('duplicate')).map((f) => [f.index, f.name])).toEqual([[2, 'settings']]);
  });

  it('are not objects of other groups, or objects whose name the cluster gives', () => {
    const named = (apiVersion: string, kind: string, metadata: Any) => ({ apiVersion, kind, metadata });
    expect(
      checkManifests([
        named('v1', 'Service', { name: 'a', namespace: 'n' }),
        named('serving.knative.dev/v1', 'Service', { name: 'a', namespace: 'n' }),
        named('v1', 'Pod', { generateName: 'a-' }),
        named('v1', 'Pod', { generateName: 'a-' }),
        named('v1', 'Pod', undefined),
        named('v1', 'Pod', undefined),
        named('v1', 'Namespace', { name: 'a' }),
      ]),
    ).toEqual([]);
  });
});

describe('selection', () => {
  it('finds the monitor that no Prometheus selects', () => {
    expect(check('unselected')).toEqual([
      expect.stringMatching(
        /^selection ServiceMonitor team-c\/lost metadata\.labels: got .*"team":"c".*team-a\/a looks/,
      ),
    ]);
  });

  it('takes a Prometheus that exists elsewhere', () => {
    expect(checkManifests([monitor()], { existingPrometheus: { kubePrometheusStack: { release: 'x' } } })).toEqual([]);
    expect(
      lines(checkManifests([monitor()], { existingPrometheus: { kubePrometheusStack: { release: 'y' } } })),
    ).toEqual([expect.stringContaining('selection ServiceMonitor shop/m')]);
    const ref = { name: 'p', namespace: 'far', selectorLabels: { release: 'x' }, podLabels: { app: 'p' } };
    expect(checkManifests([monitor()], { existingPrometheus: ref })).toEqual([]);
    expect(checkManifests([monitor()], { existingPrometheus: { ...ref, namespaces: ['far'] } })).toHaveLength(1);
  });

  it('says nothing where no Prometheus is known, and asks no Prometheus for what Thanos or an agent takes', () => {
    expect(checkManifests([monitor()])).toEqual([]);
    const agent = { ...prometheus(), kind: 'PrometheusAgent', apiVersion: 'monitoring.coreos.com/v1alpha1' };
    const other = prometheus({ serviceMonitorSelector: { matchLabels: { release: 'y' } } });
    expect(checkManifests([monitor(), other])).toHaveLength(1);
    expect(checkManifests([monitor(), other, agent])).toEqual([]);
  });

  it('gives a namespace that is not shown the benefit of the doubt, and holds one that is to its labels', () => {
    const far = prometheus({ serviceMonitorNamespaceSelector: { matchLabels: { team: 'a' } } });
    const namespace = (labels: Any) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels } });
    expect(checkManifests([monitor(), far])).toEqual([]);
    expect(checkManifests([monitor(), far, namespace({ team: 'a' })])).toEqual([]);
    expect(checkManifests([monitor(), far, namespace({ team: 'b' })])).toHaveLength(1);
    const byName = { matchLabels: { 'kubernetes.io/metadata.name': 'elsewhere', team: 'a' } };
    expect(checkManifests([monitor(), prometheus({ serviceMonitorNamespaceSelector: byName })])).toHaveLength(1);
  });
});

describe('edges', () => {
  it('find the policy that closes a scrape, and the port that no Service has', () => {
    expect(check('closed')).toEqual([
      expect.stringMatching(
        /^edges ServiceMonitor shop\/shop NetworkPolicy: .*port 8080.*NetworkPolicy shop\/default-deny/,
      ),
      expect.stringMatching(
        /^edges ServiceMonitor shop\/shop-metrics spec: .*"metrics"; allowed: a port that a Service/,
      ),
    ]);
  });

  it('find nothing once the policy is open', () => {
    const open = fixture('closed').concat({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'scrape', namespace: 'shop' },
      spec: {
        podSelector: { matchLabels: { app: 'shop' } },
        ingress: [{ from: [{ namespaceSelector: { matchLabels: { unheard: 'of' } } }], ports: [{ port: 8080 }] }],
      },
    });
    expect(lines(checkManifests(open))).toEqual([expect.stringContaining('shop-metrics')]);
  });

  it('follow the address of a prober, where its Service is shown', () => {
    const probe = (url: string) => ({
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'Probe',
      metadata: { name: 'p', namespace: 'shop' },
      spec: { prober: { url }, targets: { staticConfig: { static: ['https://example.org'] } } },
    });
    const found = (url: string) => lines(checkManifests([...fixture('closed').slice(1, 3), probe(url)]));
    expect(found('shop.shop.svc:80')).toEqual([]);
    expect(found('shop.elsewhere.svc:81')).toEqual([]);
    expect(found('shop.shop.svc:81')).toEqual([
      expect.stringMatching(/^edges Probe shop\/p spec: got no Service answers at shop\.shop\.svc:81/),
    ]);
  });

  it('miss a port also where another one of the Service leads to what is not shown', () => {
    const [, , service] = fixture('closed') as Any[];
    service.spec.ports.push({ name: 'sidecar', port: 81, targetPort: 'added-later' });
    const found = (port: string) =>
      checkManifests([service, monitor({ spec: { ...monitor().spec, endpoints: [{ port }] } })]);
    expect(found('sidecar')).toEqual([]);
    expect(found('metrics').map((f) => f.check)).toEqual(['edges']);
  });

  it('say the same of two endpoints once', () => {
    const [p, d, s, m, , policy] = fixture('closed') as Any[];
    m.spec.endpoints.push({ port: 'http', path: '/other' });
    expect(lines(checkManifests([p, p, d, s, m, policy])).map((l) => l.split(' ')[0])).toEqual(['duplicates', 'edges']);
  });

  it('know the pods of the installation, and others that are named', () => {
    const objects = [
      prometheus(),
      monitor({
        metadata: { name: 'api', namespace: 'shop', labels: { release: 'x' } },
        spec: {
          namespaceSelector: { matchNames: ['sovra'] },
          selector: { matchLabels: { app: 'sovra' } },
          endpoints: [{ port: 'http' }],
        },
      }),
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'deny', namespace: 'sovra' },
        spec: { podSelector: {} },
      },
    ];
    expect(checkManifests(objects)).toEqual([]);
    const closed = [expect.stringMatching(/^edges ServiceMonitor shop\/api NetworkPolicy: .*port 8080/)];
    expect(lines(checkManifests(objects, { installation: sovra }))).toEqual(closed);
    expect(lines(checkManifests(objects, { installation: new SovraInstallation(sovra) }))).toEqual(closed);
    const labels = { app: 'sovra' };
    const service = { name: 'api', labels, ports: { http: 8080 } };
    expect(
      lines(checkManifests(objects, { knownPods: [{ namespace: 'sovra', labels, ports: [8080], service }] })),
    ).toEqual(closed);
  });
});

describe('expressions', () => {
  it('are held against the installation where they ask for metrics of Sovra, and else only to the grammar', () => {
    expect(check('expressions')).toEqual([expect.stringMatching(/broken\.Syntax\.expr: .*syntax breaks at/)]);
    expect(check('expressions', { installation: sovra })).toEqual([
      expect.stringMatching(/broken\.Syntax\.expr: .*syntax breaks at/),
      expect.stringMatching(/broken\.OldName\.expr: .*"sovra_api_errors_total" is not exported/),
      expect.stringMatching(/broken\.WrongFunction\.expr: .*is a gauge/),
    ]);
    const extra = [{ name: 'sovra_api_errors_total' }];
    expect(check('expressions', { installation: { ...sovra, extraMetrics: extra } })).toHaveLength(2);
  });

  it('of our own constructs are held to the whole catalogue', () => {
    const rule = (managedBy: string, expr: string) => ({
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: { name: 'r', labels: { 'app.kubernetes.io/managed-by': managedBy } },
      spec: { groups: [{ name: 'g', rules: [{ alert: 'A', expr }] }] },
    });
    const found = (managedBy: string, expr: string) =>
      lines(checkManifests([rule(managedBy, expr)], { installation: sovra }));
    expect(found('helm', 'foreign_metric > 1')).toEqual([]);
    expect(found('sovra-ops', 'foreign_metric > 1')).toEqual([expect.stringContaining('"foreign_metric"')]);
    expect(found('sovra-ops', 'sovra:recorded:elsewhere > 1')).toEqual([]);
  });
});

describe('strays', () => {
  it('are found in any document, and no value of a Secret is shown', () => {
    const found = checkManifests(fixture('strays'));
    expect(lines(found).map((l) => l.split(': ')[0])).toEqual([
      'strays ConfigMap shop/settings data.host',
      'strays Secret shop/login stringData.url',
      'strays document 3 notAnObject',
    ]);
    expect(JSON.stringify(found)).not.toContain('nobody-may-see');
  });

  it('are the markers of our own too', () => {
    const marker = `latevalue${'0123456789abcdef'.repeat(2)}n0z`;
    expect(lines(checkManifests([monitor({ metadata: { name: 'm', labels: { a: marker } } })]))).toEqual([
      expect.stringMatching(/^strays ServiceMonitor default\/m metadata\.labels\.a: got the marker/),
    ]);
  });
});

describe('exceptions', () => {
  const reason = 'Team C scrapes by itself.';

  it('excuse what they name', () => {
    for (const object of ['ServiceMonitor team-c/lost', 'ServiceMonitor team-c/*', '*'])
      expect(check('unselected', { ignore: [{ object, reason }] })).toEqual([]);
    expect(check('unselected', { ignore: [{ object: '*', check: 'selection', reason }] })).toEqual([]);
  });

  it('are findings themselves where they excuse nothing', () => {
    const stale = { object: 'ServiceMonitor team.c/lost', reason };
    expect(check('unselected', { ignore: [stale] })).toEqual([
      expect.stringContaining('selection ServiceMonitor team-c/lost'),
      expect.stringMatching(/^exceptions ServiceMonitor team\.c\/lost ignore: got Team C .*excuses something/),
    ]);
    const otherCheck = { object: '*', check: 'edges' as const, reason };
    expect(checkManifests(fixture('unselected'), { ignore: [otherCheck] }).map((f) => f.check)).toEqual([
      'selection',
      'exceptions',
    ]);
  });
});

describe('options', () => {
  it('with a typing error are refused, and the name that was meant is said', () => {
    const problems = refusal(() =>
      checkManifests([], {
        knownpods: [],
        namespace: 'Shop',
        existingPrometheus: { kubePrometheusStack: { realease: 'x' } },
        installation: { dialekt: 'guide' },
        knownPods: [{ namespace: 'a', labels: {}, ports: [0], serivce: {} }, { namespace: 'b' }],
        ignore: [{ object: 'x', check: 'edge' }],
      } as Any),
    ).problems;
    expect(problems.map((p) => p.property)).toEqual([
      'knownpods',
      'namespace',
      'existingPrometheus.kubePrometheusStack.realease',
      'installation.dialekt',
      'knownPods[0].serivce',
      'knownPods[0].labels',
      'knownPods[0].ports[0]',
      'knownPods[1].labels',
      'knownPods[1].ports',
      'ignore[0].reason',
      'ignore[0].check',
    ]);
    expect(problems[0]?.remedy).toContain('"knownPods"');
    expect(problems[10]?.remedy).toContain('"edges"');
  });

  it.each([
    [{ existingPrometheus: { name: 'p' } }, 'existingPrometheus.namespace'],
    [{ existingPrometheus: { kubePrometheusStack: {}, name: 'p' } }, 'existingPrometheus'],
    [{ installation: { edgeNodes: [{ id: '' }] } }, 'edgeNodes[0].id'],
    [{ ignore: 'all' }, 'ignore'],
    [{ installation: 'sovra' }, 'installation'],
    [null, 'props'],
  ])('%j is refused', (options, property) => {
    expect(refusal(() => checkManifests([], options as Any)).problems.map((p) => p.property)).toContain(property);
  });
});

describe('what is not known yet', () => {
  const options = resolveOptions({ existingPrometheus: { kubePrometheusStack: { release: 'y' } } });
  const verdict = (...objects: readonly unknown[]) => {
    const { findings, undecided } = judge(objects, options);
    return { found: findings.map((f) => f.check), open: [...new Set(undecided.map((u) => u.check))] };
  };

  it('leads to no finding, and to a word that something is left open', () => {
    expect(verdict(monitor())).toEqual({ found: ['selection'], open: [] });
    const unknownLabel = { name: 'm', namespace: 'shop', labels: { release: UNKNOWN } };
    expect(verdict(monitor({ metadata: unknownLabel }))).toEqual({ found: [], open: ['selection', 'edges'] });
    expect(verdict(monitor({ metadata: UNKNOWN })).found).toEqual([]);
    expect(verdict(monitor(), prometheus({ serviceMonitorSelector: UNKNOWN }))).toEqual({
      found: [],
      open: ['selection', 'edges'],
    });
  });

  it('matters only where a check reads it', () => {
    const deployment = fixture('closed')[1] as Any;
    deployment.spec.template.spec.containers[0].image = UNKNOWN;
    expect(verdict(monitor(), deployment)).toEqual({ found: ['selection'], open: [] });
    const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: UNKNOWN };
    expect(verdict(configMap)).toEqual({ found: [], open: [] });
  });

  it('does not hide what is wrong with the rest', () => {
    const [rule] = fixture('expressions') as Any[];
    rule.spec.groups[1].rules[1].expr = UNKNOWN;
    rule.metadata.labels = { release: 'y' };
    const named = { apiVersion: 'v1', kind: 'Pod', metadata: { name: UNKNOWN } };
    expect(verdict(rule, named, named)).toEqual({ found: ['expressions'], open: ['duplicates', 'expressions'] });
  });
});

/** Copies of a document, in each of which one place holds something else. */
function damages(document: unknown, broken: unknown): unknown[] {
  if (typeof document !== 'object' || document === null) return [broken];
  const entries = Object.entries(document);
  return [
    broken,
    ...entries.flatMap(([key, value]) =>
      damages(value, broken).map((v) =>
        Array.isArray(document) ? document.map((o, i) => (String(i) === key ? v : o)) : { ...document, [key]: v },
      ),
    ),
  ];
}
