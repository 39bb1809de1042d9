import { SovraInstallation, type SovraInstallationProps } from '../../lib/sovra/installation';
import fc from '../support/fast-check';
import { refusal, refusedProperties } from '../support/synth';

const make = (props: unknown) => () => new SovraInstallation(props as SovraInstallationProps);

describe('SovraInstallation', () => {
  it('has the names of the shipped manifests by default', () => {
    const sovra = new SovraInstallation({ edgeNodes: [{ id: 'edge-1', vault: {} }] });
    expect(sovra).toMatchObject({
      name: 'sovra',
      namespace: 'sovra',
      dialect: 'guide',
      controlPlane: {
        service: 'sovra-api-gateway',
        port: 8080,
        portName: 'http',
        labels: { app: 'sovra', component: 'api-gateway' },
        url: 'http://sovra-api-gateway.sovra.svc:8080',
      },
      database: {
        host: 'postgres.sovra.svc.cluster.local',
        port: 5432,
        name: 'sovra',
        username: { secret: 'sovra-secrets', key: 'database.username' },
        password: { secret: 'sovra-secrets', key: 'database.password' },
      },
      edgeNodes: [
        {
          id: 'edge-1',
          vault: {
            namespace: 'sovra-edge',
            name: 'vault',
            replicas: 3,
            port: 8200,
            activeService: 'vault-active',
            labels: { 'app.kubernetes.io/name': 'vault' },
            tls: { secret: 'vault-tls', caKey: 'ca.crt', serverName: 'vault.sovra-edge.svc' },
          },
          policyAgent: { namespace: 'sovra-edge', service: 'opa', port: 8181 },
        },
      ],
    });
  });

  it('follows the namespace in every name that is made of it', () => {
    const sovra = new SovraInstallation({
      namespace: 'prod',
      edgeNodes: [{ id: 'a', vault: { namespace: 'edge-a', name: 'bao' } }],
    });
    expect(sovra.controlPlane?.url).toBe('http://sovra-api-gateway.prod.svc:8080');
    expect(sovra.database?.host).toBe('postgres.prod.svc.cluster.local');
    expect(sovra.edgeNodes[0]?.vault).toMatchObject({
      activeService: 'bao-active',
      tls: { serverName: 'bao.edge-a.svc' },
    });
  });

  it('knows an edge cluster without a control plane, and an edge node that is elsewhere', () => {
    const sovra = new SovraInstallation({
      controlPlane: false,
      edgeNodes: [{ id: 'here', vault: {}, policyAgent: false }, { id: 'there' }],
    });
    expect([sovra.controlPlane, sovra.database]).toEqual([undefined, undefined]);
    expect(sovra.localEdgeNodes.map((n) => n.id)).toEqual(['here']);
    expect(sovra.edgeNodes[0]?.policyAgent).toBeUndefined();
  });

  it.each([
    [{ namespace: 'Sovra' }, 'namespace'],
    [{ name: 'a b' }, 'name'],
    [{ dialect: 'v2' }, 'dialect'],
    [{ controlPlane: { port: 0 } }, 'controlPlane.port'],
    [{ controlPlane: { service: 'a.b' } }, 'controlPlane.service'],
    [{ controlPlane: { labels: {} } }, 'controlPlane.labels'],
    [{ controlPlane: { labels: { 'a b': 'x' } } }, 'controlPlane.labels["a b"]'],
    [{ database: { host: 'a_b' } }, 'database.host'],
    [{ database: { port: 70000 } }, 'database.port'],
    [{ database: { password: { secret: 'Bad', key: 'x' } } }, 'database.password.secret'],
    [{ database: { sslMode: 'verify-full' } }, 'database.caSecret'],
    [{ edgeNodes: [{ id: '' }] }, 'edgeNodes[0].id'],
    [{ edgeNodes: [{ id: 'a' }, { id: 'a' }] }, 'edgeNodes[1]'],
    [{ edgeNodes: [{ id: 'a', healthUrls: ['http://a:8200'] }] }, 'edgeNodes[0].healthUrls[0]'],
    [{ edgeNodes: [{ id: 'a', vault: { tls: false } }] }, 'edgeNodes[0].vault.tls'],
    [{ edgeNodes: [{ id: 'a', vault: { tls: null } }] }, 'edgeNodes[0].vault.tls'],
    [{ edgeNodes: [{ id: 'a', vault: { tls: { secret: '' } } }] }, 'edgeNodes[0].vault.tls'],
    [{ edgeNodes: [{ id: 'a', vault: { replicas: 0 } }] }, 'edgeNodes[0].vault.replicas'],
    [{ edgeNodes: [{ id: 'a', vault: { labels: {} } }] }, 'edgeNodes[0].vault.labels'],
    [
      {
        edgeNodes: [
          { id: 'a', vault: {} },
          { id: 'b', vault: {} },
        ],
      },
      'edgeNodes["b"].vault.labels',
    ],
    [{ federationPartners: [{ id: 'x' }, { id: 'x' }] }, 'federationPartners[1]'],
    [{ images: { registry: 'https://r' } }, 'images.registry'],
    [{ images: { overrides: { grafana: 'grafana/grafana:latest' } } }, 'images.overrides.grafana'],
    [{ images: { overrides: { nothing: 'a/b:1' } } }, 'images.overrides.nothing'],
    [{ extraMetrics: [{ name: 'a-b' }] }, 'extraMetrics[0].name'],
  ])('refuses %j', (props, property) => {
    expect(refusedProperties(make(props))).toContain(property);
  });

  it('refuses a Vault whose labels are among those of another one in its namespace', () => {
    const labels = { app: 'vault' };
    const more = { ...labels, site: 'b' };
    for (const [a, b] of [
      [labels, more],
      [more, labels],
    ]) {
      const edgeNodes = [
        { id: 'a', vault: { labels: a } },
        { id: 'b', vault: { labels: b } },
      ];
      expect(refusedProperties(make({ edgeNodes }))).toEqual(['edgeNodes["b"].vault.labels']);
    }
    const apart = [
      { id: 'a', vault: { labels: { ...labels, site: 'a' } } },
      { id: 'b', vault: { labels: more } },
    ];
    expect(make({ edgeNodes: apart })).not.toThrow();
  });

  it('lists every problem at once', () => {
    expect(refusal(make({ namespace: 'A', edgeNodes: [{ id: 'a b', vault: { port: -1 } }] })).problems).toHaveLength(3);
  });

  it('random props give a description or the typed error, never another one', () => {
    const word = fc.oneof(fc.constantFrom('sovra', 'edge-1', 'vault', 'a'), fc.string({ maxLength: 12 }));
    const props = fc.record(
      {
        name: word,
        namespace: word,
        dialect: fc.constantFrom('guide', '2026.3', 'x'),
        controlPlane: fc.oneof(
          fc.constant(false),
          fc.record(
            {
              service: word,
              port: fc.integer({ min: -1, max: 70000 }),
              labels: fc.dictionary(word, word, { maxKeys: 2 }),
            },
            { requiredKeys: [] },
          ),
        ),
        edgeNodes: fc.array(
          fc.record(
            {
              id: word,
              healthUrls: fc.array(fc.oneof(fc.webUrl(), word), { maxLength: 2 }),
              vault: fc.record(
                {
                  namespace: word,
                  replicas: fc.integer({ min: -1, max: 5 }),
                  tls: fc.oneof(fc.constant(null), fc.record({ secret: word }, { requiredKeys: [] })),
                },
                { requiredKeys: [] },
              ),
            },
            { requiredKeys: ['id'] },
          ),
          { maxLength: 3 },
        ),
        images: fc.record({ registry: word }, { requiredKeys: [] }),
      },
      { requiredKeys: [] },
    );
    const outcomes = { made: 0, refused: 0 };
    fc.assert(
      fc.property(props, (p) => {
        try {
          make(p)();
          outcomes.made += 1;
        } catch (e) {
          expect(e).toMatchObject({ name: 'SovraOpsError', construct: 'SovraInstallation' });
          outcomes.refused += 1;
        }
      }),
      { numRuns: 500 },
    );
    expect(Math.min(outcomes.made, outcomes.refused)).toBeGreaterThan(10);
  });
});
