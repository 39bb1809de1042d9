import { App, Chart } from 'cdk8s';
import { parse } from 'yaml';
import { SovraApp } from '../../lib/app';
import { kubePrometheusStack } from '../../lib/kube/prometheus-ref';
import { SovraMonitoring, type SovraMonitoringProps } from '../../lib/monitoring/sovra-monitoring';
import { SovraInstallation } from '../../lib/sovra/installation';
import fc from '../support/fast-check';
import { find, objectsOf, refusal, refusedProperties } from '../support/synth';

const sovra = new SovraInstallation({
  edgeNodes: [
    { id: 'edge-1', vault: {} },
    { id: 'Far.2', healthUrls: ['https://far.example.org:8200/v1/sys/health'] },
  ],
});
const make = (props: Partial<SovraMonitoringProps> = {}) =>
  objectsOf((chart) => void new SovraMonitoring(chart, 'monitoring', { sovra, ...props }));
const names = (objects: ReturnType<typeof make>) =>
  objects.map((o) => `${o.kind} ${o.metadata.namespace ?? ''}/${o.metadata.name}`);

describe('SovraMonitoring', () => {
  it('never renames an object, a selector or a volume claim by accident', () => {
    const objects = make();
    expect(names(objects)).toMatchSnapshot();
    expect(
      objects
        .filter((o) => o.spec?.selector)
        .map((o) => [o.kind, o.metadata.name, o.spec.selector.matchLabels ?? o.spec.selector]),
    ).toMatchSnapshot();
  });

  it('keeps series for longer than the objectives look back, and on a disk that cannot fill up', () => {
    const { spec } = find(
      make({ prometheus: { storage: { size: '100Gi', storageClass: 'fast' } } }),
      'Prometheus',
      'sovra',
    );
    expect(spec).toMatchObject({
      retention: '35d',
      retentionSize: '87040MB',
      scrapeInterval: '15s',
      evaluationInterval: '15s',
      externalLabels: { cluster: 'sovra' },
    });
    expect(spec.storage.volumeClaimTemplate.spec).toEqual({
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'fast',
      resources: { requests: { storage: '100Gi' } },
    });
  });

  it('answers at the names and ports that the guide prints', () => {
    const service = find(make(), 'Service', 'prometheus');
    expect(service.metadata.namespace).toBe('monitoring');
    expect(service.spec.ports).toEqual([{ name: 'http', port: 9090, targetPort: 'web', protocol: 'TCP' }]);
  });

  it('scrapes every Vault pod over verified TLS and never reads its private key', () => {
    const monitor = find(make(), 'PodMonitor', 'sovra-vault-edge-1');
    expect(monitor.metadata.namespace).toBe('sovra-edge');
    expect(monitor.spec.podMetricsEndpoints[0]).toMatchObject({
      scheme: 'https',
      path: '/v1/sys/metrics',
      params: { format: ['prometheus'] },
      portNumber: 8200,
      tlsConfig: { ca: { secret: { name: 'vault-tls', key: 'ca.crt' } }, serverName: 'vault.sovra-edge.svc' },
    });
    expect(JSON.stringify(make())).not.toMatch(/insecure|tls\.key/i);
  });

  it('probes Vault with the codes that mean well, verifying the certificate by its name', () => {
    const { modules } = parse(find(make(), 'ConfigMap', 'blackbox-exporter').data['blackbox.yml']);
    expect(Object.keys(modules)).toEqual(['sovra_api', 'vault_health_edge-1', 'vault_health']);
    expect(modules['vault_health_edge-1'].http).toMatchObject({
      valid_status_codes: [200, 429, 472, 473],
      fail_if_not_ssl: true,
      tls_config: { ca_file: '/etc/vault-ca/ca.crt', server_name: 'vault.sovra-edge.svc' },
    });
    expect(modules.vault_health.http.tls_config.server_name).toBeUndefined();
  });

  it('gives edge nodes of any name an object name that Kubernetes takes, and keeps the id as a label', () => {
    const probe = make().find((o) => o.kind === 'Probe' && o.metadata.name !== 'sovra-api-probe');
    expect(probe?.metadata.name).toMatch(/^sovra-edge-far-2-[0-9a-f]{6}$/);
    expect(probe?.spec.targets.staticConfig.labels).toEqual({ edge_node: 'Far.2' });
  });

  it('closes its namespace and lets the shipped policies of Vault and OPA recognise it', () => {
    const objects = make();
    expect(find(objects, 'Namespace', 'monitoring').metadata.labels).toMatchObject({
      name: 'monitoring',
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
    expect(find(objects, 'NetworkPolicy', 'default-deny').spec).toEqual({
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
    });
  });

  it('gives each workload a policy, limits, probes and a pod that passes `restricted`', () => {
    const objects = make();
    for (const d of objects.filter((o) => o.kind === 'Deployment')) {
      expect(find(objects, 'NetworkPolicy', d.metadata.name).spec.policyTypes).toEqual(['Ingress', 'Egress']);
      const pod = d.spec.template.spec;
      expect(pod).toMatchObject({
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
      for (const c of pod.containers) {
        expect(c).toMatchObject({
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            runAsNonRoot: true,
            capabilities: { drop: ['ALL'] },
          },
          livenessProbe: expect.anything(),
          readinessProbe: expect.anything(),
        });
        expect(Object.keys(c.resources).sort()).toEqual(['limits', 'requests']);
      }
      expect(pod.automountServiceAccountToken).toBe(d.metadata.name === 'kube-state-metrics');
      if (d.spec.replicas > 1) find(objects, 'PodDisruptionBudget', d.metadata.name);
    }
    for (const name of ['prometheus', 'alertmanager']) find(objects, 'PodDisruptionBudget', name);
  });

  it('has no right in the whole cluster, and none on Secrets', () => {
    const objects = make();
    expect(objects.filter((o) => /^Cluster/.test(o.kind))).toEqual([]);
    const resources = objects
      .filter((o) => o.kind === 'Role')
      .flatMap((r) => r.rules.flatMap((x: { resources: string[]; verbs: string[] }) => [...x.resources, ...x.verbs]));
    expect([...new Set(resources)].sort()).toEqual([
      'cronjobs',
      'endpointslices',
      'get',
      'jobs',
      'list',
      'pods',
      'services',
      'watch',
    ]);
  });

  it('moves every image with one property', () => {
    const mirrored = new SovraInstallation({
      images: { registry: 'r.example:5000/m', pullSecrets: ['pull'] },
      edgeNodes: sovra.edgeNodes,
    });
    const objects = make({ sovra: mirrored });
    const images = [...JSON.stringify(objects).matchAll(/"image":"([^"]+)"/g)].map(([, i]) => i);
    expect(images.length).toBeGreaterThan(4);
    expect(images.filter((i) => !i?.startsWith('r.example:5000/m/'))).toEqual([]);
    expect([...JSON.stringify(objects).matchAll(/"imagePullSecrets":\[{"name":"pull"}\]/g)]).toHaveLength(
      images.length,
    );
  });

  it('holds no credential: the exporter of PostgreSQL reads files from a Secret', () => {
    const { containers, volumes } = find(make(), 'Deployment', 'postgres-exporter').spec.template.spec;
    expect(containers[0].env).toEqual([
      { name: 'DATA_SOURCE_URI', value: 'postgres.sovra.svc.cluster.local:5432/sovra?sslmode=require' },
      { name: 'DATA_SOURCE_USER_FILE', value: '/etc/postgres-exporter/username' },
      { name: 'DATA_SOURCE_PASS_FILE', value: '/etc/postgres-exporter/password' },
    ]);
    expect(volumes[0].projected.sources.map((s: { secret: { name: string } }) => s.secret.name)).toEqual([
      'sovra-secrets',
      'sovra-secrets',
    ]);
  });

  it('routes each level of the guide, and the Watchdog past the people', () => {
    const { route, receivers } = find(
      make({ alertmanager: { heartbeat: { secret: 'h', key: 'url' } } }),
      'AlertmanagerConfig',
      'sovra',
    ).spec;
    expect(
      route.routes.map((r: { receiver: string; matchers: { value: string }[]; repeatInterval: string }) => [
        r.matchers[0]?.value,
        r.receiver,
        r.repeatInterval,
      ]),
    ).toEqual([
      ['Watchdog', 'heartbeat', '1m'],
      ['P0', 'oncall', '15m'],
      ['P1', 'oncall', '1h'],
      ['P2', 'oncall', '4h'],
      ['P3', 'oncall', '24h'],
    ]);
    expect(receivers.map((r: { webhookConfigs: { urlSecret: object }[] }) => r.webhookConfigs[0]?.urlSecret)).toEqual([
      { name: 'alertmanager-webhook', key: 'url' },
      { name: 'h', key: 'url' },
    ]);
  });

  describe('beside what is there already', () => {
    const existing = kubePrometheusStack({ release: 'prom', namespace: 'observability' });

    it('makes neither a Prometheus nor an Alertmanager nor a namespace, and labels everything for the one that exists', () => {
      const objects = make({ prometheus: { existing }, kubeStateMetrics: { existing: true } });
      expect(
        objects.filter((o) =>
          ['Prometheus', 'Alertmanager', 'AlertmanagerConfig', 'Namespace', 'Role'].includes(o.kind),
        ),
      ).toEqual([]);
      for (const o of objects.filter((x) => /Monitor$|^Probe$/.test(x.kind)))
        expect(o.metadata.labels).toMatchObject({ release: 'prom' });
      expect(find(objects, 'NetworkPolicy', 'blackbox-exporter').spec.ingress[0].from).toEqual([
        {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'observability' } },
          podSelector: { matchLabels: existing.podLabels },
        },
      ]);
    });

    it('watches what is there by the Services of the chart, so that alerts about it are answered', () => {
      const objects = make({ prometheus: { existing }, kubeStateMetrics: { existing: true } });
      for (const job of ['prometheus', 'alertmanager']) {
        expect(find(objects, 'ServiceMonitor', `sovra-${job}`).spec).toMatchObject({
          namespaceSelector: { matchNames: ['observability'] },
          selector: { matchLabels: { app: `kube-prometheus-stack-${job}`, release: 'prom' } },
          endpoints: [{ port: 'http-web' }],
        });
      }
    });

    it('makes no monitor for what the reference does not name', () => {
      const { watched: _, ...bare } = existing;
      const objects = make({ prometheus: { existing: bare }, kubeStateMetrics: { existing: true } });
      expect(objects.map((o) => o.metadata.name)).not.toContain('sovra-alertmanager');
    });

    it('passes its own checks', () => {
      const app = new SovraApp();
      new SovraMonitoring(new Chart(app, 'c'), 'm', {
        sovra,
        prometheus: { existing },
        kubeStateMetrics: { existing: true },
      });
      expect(app.manifests()[0]?.[1].length).toBeGreaterThan(10);
    });

    it('scrapes a kube-state-metrics that is there', () => {
      const monitor = find(
        make({
          kubeStateMetrics: { existing: { namespace: 'kube-system', labels: { app: 'ksm' }, portName: 'metrics' } },
        }),
        'ServiceMonitor',
        'sovra-kube-state-metrics',
      );
      expect(monitor.spec).toMatchObject({
        namespaceSelector: { matchNames: ['kube-system'] },
        selector: { matchLabels: { app: 'ksm' } },
        endpoints: [{ port: 'metrics', honorLabels: true }],
      });
    });

    it.each([
      ['kube-prometheus-stack', 'kube-prometheus-stack-prometheus'],
      ['prometheus', 'prometheus-kube-prometheus-prometheus'],
    ])('knows how the chart names the Prometheus of release %s', (release, name) => {
      expect(kubePrometheusStack({ release }).name).toBe(name);
    });
  });

  describe('refuses', () => {
    it.each<[Partial<Record<keyof SovraMonitoringProps, unknown>>, string]>([
      [{ namespace: 'A' }, 'namespace'],
      [{ prometheus: { retention: '30d' } }, 'prometheus.retention'],
      [{ prometheus: { retention: 'soon' } }, 'prometheus.retention'],
      [{ prometheus: { replicas: 0 } }, 'prometheus.replicas'],
      [{ prometheus: { storage: { size: '50GB' } } }, 'prometheus.storage.size'],
      [{ prometheus: { scrapeInterval: '15' } }, 'prometheus.scrapeInterval'],
      [
        { prometheus: { resources: { cpu: 'a', memory: '1Gi', cpuLimit: '1', memoryLimit: '1Gi' } } },
        'prometheus.resources.cpu',
      ],
      [{ prometheus: { namespaces: ['A b'] } }, 'prometheus.namespaces[0]'],
      [{ alertmanager: { webhook: { secret: 'A', key: 'b' } } }, 'alertmanager.webhook.secret'],
      [{ alertmanager: { receivers: { ports: [0] } } }, 'alertmanager.receivers.ports[0]'],
      [{ prometheus: { existing: kubePrometheusStack() }, alertmanager: {} }, 'alertmanager'],
      [{ blackboxExporter: { replicas: 1.5 } }, 'blackboxExporter.replicas'],
      [
        {
          postgresExporter: {
            credentials: { username: { secret: 'a', key: '' }, password: { secret: 'a', key: 'b' } },
          },
        },
        'postgresExporter.credentials.username.key',
      ],
      [
        { kubeStateMetrics: { resources: { cpu: '', memory: '1', cpuLimit: '1', memoryLimit: '1' } } },
        'kubeStateMetrics.resources.cpu',
      ],
    ])('%j', (props, property) => {
      expect(refusedProperties(() => make(props as Partial<SovraMonitoringProps>))).toContain(property);
    });

    it('with the path of the construct', () => {
      expect(refusal(() => make({ namespace: 'A' })).construct).toBe('test/monitoring');
    });

    it('random props with the typed error, or takes them and passes every check', () => {
      const size = fc.oneof(fc.constantFrom('10Gi', '1Ti', '500Mi'), fc.string({ maxLength: 6 }));
      const time = fc.oneof(fc.constantFrom('15s', '35d', '90d', '1m'), fc.string({ maxLength: 5 }));
      const props = fc.record(
        {
          namespace: fc.oneof(fc.constantFrom('monitoring', 'obs'), fc.string({ maxLength: 8 })),
          prometheus: fc.record(
            {
              replicas: fc.integer({ min: 0, max: 3 }),
              retention: time,
              scrapeInterval: time,
              storage: fc.record({ size }, { requiredKeys: [] }),
            },
            { requiredKeys: [] },
          ),
          alertmanager: fc.record(
            { replicas: fc.integer({ min: 0, max: 4 }), storage: fc.record({ size }, { requiredKeys: [] }) },
            { requiredKeys: [] },
          ),
          blackboxExporter: fc.record({ replicas: fc.integer({ min: 0, max: 3 }) }, { requiredKeys: [] }),
          postgresExporter: fc.constantFrom(false as const, {}),
        },
        { requiredKeys: [] },
      );
      const outcomes = { made: 0, refused: 0 };
      fc.assert(
        fc.property(props, (p) => {
          const app = new SovraApp();
          const build = () => new SovraMonitoring(new Chart(app, 'c'), 'm', { sovra, ...p });
          try {
            build();
          } catch (e) {
            expect(e).toMatchObject({ name: 'SovraOpsError', construct: 'c/m' });
            // Refused before the first object: a chart is never left half-built.
            expect(app.charts.flatMap((c) => c.toJson())).toEqual([]);
            outcomes.refused += 1;
            return;
          }
          expect(app.manifests().flatMap(([, o]) => o).length).toBeGreaterThan(20);
          outcomes.made += 1;
        }),
        { numRuns: 200 },
      );
      expect(Math.min(outcomes.made, outcomes.refused)).toBeGreaterThan(0);
    });
  });

  it.each([
    ['that of Prometheus', { prometheus: { scrapeInterval: '1m' } }, '1m'],
    ['its own', { prometheus: { scrapeInterval: '1m' }, grafana: { scrapeInterval: '30s' } }, '30s'],
  ] as const)('Grafana chooses windows of rates by a scrape interval: %s', (_, props, interval) => {
    const config = find(make(props), 'ConfigMap', 'grafana-provisioning');
    expect(parse(config.data['datasources.yaml']).datasources[0].jsonData.timeInterval).toBe(interval);
  });

  it("can be imported into somebody else's chart and checked by a plain App", () => {
    const app = new App();
    new SovraMonitoring(new Chart(app, 'theirs'), 'sovra', { sovra });
    expect(() => app.synthYaml()).not.toThrow();
  });
});
