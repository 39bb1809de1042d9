import { parse } from 'yaml';
import type { KubeObject } from '../../lib/checks/model';
import { kubePrometheusStack } from '../../lib/kube/prometheus-ref';
import { SovraMonitoring } from '../../lib/monitoring/sovra-monitoring';
import { SovraInstallation } from '../../lib/sovra/installation';
import { SovraTracing, type SovraTracingProps } from '../../lib/telemetry/sovra-tracing';
import { objectsOf, refusal } from '../support/synth';

const sovra = new SovraInstallation({ edgeNodes: [{ id: 'edge-1', vault: {} }] });

function synth(props: Partial<SovraTracingProps> = {}): KubeObject[] {
  return objectsOf((chart) => {
    const { prometheusRef: prometheus } = new SovraMonitoring(chart, 'monitoring', {
      sovra,
      prometheus: { remoteWriteReceiver: true },
      grafana: { traces: true },
    });
    new SovraTracing(chart, 'tracing', { sovra, prometheus, ...props });
  });
}

const find = (objects: readonly KubeObject[], kind: string, name: string): KubeObject =>
  objects.find((o) => o.kind === kind && o.metadata.name === name) as KubeObject;

describe('the gateway', () => {
  const objects = synth();

  it('is where Sovra sends its traces: otel-collector.monitoring.svc.cluster.local:4318', () => {
    const { metadata, spec } = find(objects, 'Service', 'otel-collector');
    expect(metadata.namespace).toBe('monitoring');
    expect(spec.ports).toContainEqual({ name: 'otlp-http', port: 4318, targetPort: 'otlp-http', protocol: 'TCP' });
    expect(spec.ports).toContainEqual({ name: 'otlp-grpc', port: 4317, targetPort: 'otlp-grpc', protocol: 'TCP' });
    const [container] = find(objects, 'StatefulSet', 'otel-collector').spec.template.spec.containers;
    expect(container.ports).toContainEqual({ name: 'otlp-http', containerPort: 4318, protocol: 'TCP' });
  });

  it('takes them from the namespaces of Sovra, and from nobody else', () => {
    const [traces] = find(objects, 'NetworkPolicy', 'otel-collector').spec.ingress;
    const from = traces.from.map((p: { namespaceSelector: { matchLabels: object } }) =>
      Object.values(p.namespaceSelector.matchLabels).join(),
    );
    expect(from).toEqual(['sovra', 'sovra-edge']);
  });

  it('is one replica, that listens to no other', () => {
    const { replicas, template } = find(objects, 'StatefulSet', 'otel-collector').spec;
    expect(replicas).toBe(1);
    expect(JSON.stringify(template)).not.toContain('4319');
    expect(find(objects, 'ConfigMap', 'otel-collector').data['config.yaml']).not.toContain('peers');
    const rules = find(objects, 'PrometheusRule', 'sovra-alerts-tracing').spec.groups[0].rules;
    expect(JSON.stringify(rules)).not.toContain('TraceGatewayDegraded');
  });

  it('hands them to Tempo, which lets only it write', () => {
    const config = parse(find(objects, 'ConfigMap', 'otel-collector').data['config.yaml']);
    expect(JSON.stringify(config.exporters)).toContain('http://tempo.monitoring.svc:4318');
    const { ingress } = find(objects, 'NetworkPolicy', 'tempo').spec;
    const writing = ingress.find((r: { ports: { port: number }[] }) => r.ports.some((p) => p.port === 4318));
    expect(JSON.stringify(writing.from)).toContain('otel-collector');
    expect(writing.from).toHaveLength(1);
  });
});

describe('several gateways', () => {
  const objects = synth({ gateway: { replicas: 3 } });
  const config = parse(find(objects, 'ConfigMap', 'otel-collector').data['config.yaml']);
  const peers = [0, 1, 2].map((i) => `otel-collector-${i}.otel-collector-peers.monitoring.svc:4319`);

  it('hand each span to the one that judges its trace, by names that a restart does not change', () => {
    expect(peers.map((_, i) => config.exporters[`otlp_http/replica-${i}`].endpoint)).toEqual(
      peers.map((p) => `http://${p}`),
    );
    const set = find(objects, 'StatefulSet', 'otel-collector').spec;
    expect(set.replicas).toBe(3);
    expect(set.serviceName).toBe('otel-collector-peers');
    expect(set.template.spec.containers[0].ports).toContainEqual({
      name: 'peers',
      containerPort: 4319,
      protocol: 'TCP',
    });
    find(objects, 'PodDisruptionBudget', 'otel-collector');
  });

  it('keep what is for a replica that is away on disk, for as long as it is away', () => {
    for (const i of [0, 1, 2])
      expect(config.exporters[`otlp_http/replica-${i}`]).toMatchObject({
        retry_on_failure: { max_elapsed_time: '0s' },
        sending_queue: { storage: 'file_storage', block_on_overflow: true, queue_size: 3334 },
      });
  });

  it('let each other in by that port, and nobody else', () => {
    const { ingress, egress } = find(objects, 'NetworkPolicy', 'otel-collector').spec;
    const among = (rules: { ports: { port: number }[] }[]) => rules.filter((r) => r.ports.some((p) => p.port === 4319));
    for (const [rules, side] of [
      [ingress, 'from'],
      [egress, 'to'],
    ] as const) {
      const [rule, ...more] = among(rules) as unknown as Record<string, object[]>[];
      expect(more).toEqual([]);
      expect(rule?.ports).toHaveLength(1);
      expect(rule?.[side]).toEqual([
        {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } },
          podSelector: { matchLabels: find(objects, 'StatefulSet', 'otel-collector').spec.selector.matchLabels },
        },
      ]);
    }
    expect(find(objects, 'Service', 'otel-collector').spec.ports.map((p: { port: number }) => p.port)).not.toContain(
      4319,
    );
  });

  it('are missed one by one', () => {
    const { rules } = find(objects, 'PrometheusRule', 'sovra-alerts-tracing').spec.groups[0];
    const rule = rules.find((r: { alert: string }) => r.alert === 'TraceGatewayDegraded');
    expect(rule.expr).toBe('count(up{job="otel-gateway"} == 1) < 3');
  });
});

describe('Tempo', () => {
  it('keeps traces for as long as was said, in both places that read it', () => {
    const config = parse(find(synth({ tempo: { retention: '3d' } }), 'ConfigMap', 'tempo').data['tempo.yaml']);
    expect(config.backend_worker.compaction.block_retention).toBe('72h');
    expect(config.backend_scheduler.provider.compaction.compaction.block_retention).toBe('72h');
    expect(config.usage_report).toEqual({ reporting_enabled: false });
    expect(config.storage.trace).toMatchObject({ backend: 'local', local: { path: '/var/tempo/blocks' } });
  });

  it('keeps them in a bucket, whose credentials come from a Secret', () => {
    const s3 = { endpoint: 'https://s3.example.org', bucket: 'traces', credentials: { secret: 'tempo-s3' } };
    const objects = synth({ tempo: { storage: { s3 } } });
    const config = parse(find(objects, 'ConfigMap', 'tempo').data['tempo.yaml']);
    expect(config.storage.trace.backend).toBe('s3');
    const set = find(objects, 'StatefulSet', 'tempo');
    // Without keys in its configuration, Tempo's client of S3 looks for them in its environment.
    expect(config.storage.trace.s3).toEqual({
      endpoint: 's3.example.org',
      bucket: 'traces',
      region: 'us-east-1',
      forcepathstyle: true,
    });
    expect(set.spec.template.spec.containers[0].env).toEqual(
      expect.arrayContaining([
        { name: 'AWS_ACCESS_KEY_ID', valueFrom: { secretKeyRef: { name: 'tempo-s3', key: 'AWS_ACCESS_KEY_ID' } } },
        {
          name: 'AWS_SECRET_ACCESS_KEY',
          valueFrom: { secretKeyRef: { name: 'tempo-s3', key: 'AWS_SECRET_ACCESS_KEY' } },
        },
      ]),
    );
    expect(set.spec.volumeClaimTemplates[0].spec.resources.requests.storage).toBe('10Gi');
  });
});

describe('beside another Prometheus', () => {
  it('makes no policy for pods that are not its own', () => {
    const objects = objectsOf(
      (chart) =>
        void new SovraTracing(chart, 'tracing', {
          sovra,
          prometheus: { ...kubePrometheusStack(), remoteWriteUrls: ['http://prom.monitoring.svc:9090/api/v1/write'] },
          queriedBy: [{ namespace: 'monitoring', podLabels: { app: 'grafana' } }],
        }),
    );
    const policies = objects.filter((o) => o.kind === 'NetworkPolicy').map((o) => o.metadata.name);
    expect(policies.sort()).toEqual(['otel-collector', 'tempo']);
    for (const kind of ['ServiceMonitor', 'PrometheusRule'])
      for (const o of objects.filter((x) => x.kind === kind))
        expect(o.metadata.labels).toMatchObject({ release: 'kube-prometheus-stack' });
  });
});

describe('series that are written elsewhere', () => {
  const to = (remoteWriteUrls?: string[]) => {
    const objects = objectsOf((chart) => {
      const { prometheusRef } = new SovraMonitoring(chart, 'monitoring', {
        sovra,
        prometheus: { remoteWriteReceiver: true },
      });
      new SovraTracing(chart, 'tracing', { sovra, prometheus: prometheusRef, remoteWriteUrls });
    });
    const { egress } = find(objects, 'NetworkPolicy', 'otel-collector').spec;
    const opened = objects.find((o) => o.metadata.name === 'prometheus-tracing')?.spec.ingress;
    return { opened, egress: JSON.stringify(egress) };
  };
  const namespaced = (name: string) =>
    `{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"${name}"}}}`;
  const port = (n: number) => `"ports":[{"port":${n},"protocol":"TCP"}]`;

  it('may go there, and nothing is opened that takes none', () => {
    const { egress, opened } = to(['http://receive.thanos.svc:19291/api/v1/receive', 'https://mimir.example.org/push']);
    expect(egress).toContain(`{${port(19291)},"to":[${namespaced('thanos')}]}`);
    expect(egress).toContain(`{${port(443)},"to":[{"ipBlock":{"cidr":"0.0.0.0/0"}},{"ipBlock":{"cidr":"::/0"}}]}`);
    expect(opened).toBeUndefined();
  });

  it('may go beside the Prometheus, by a name without ending too', () => {
    for (const host of ['other.monitoring.svc.cluster.local', 'other.monitoring']) {
      const { egress, opened } = to([`http://${host}:9201/write`]);
      expect(egress).toContain(namespaced('monitoring'));
      expect(JSON.stringify(opened)).toContain(port(9201));
    }
  });

  it('go to the Prometheus alone where nobody says otherwise', () => {
    const { egress, opened } = to();
    expect(egress).not.toContain('ipBlock');
    expect(egress).not.toContain(namespaced('monitoring'));
    expect(JSON.stringify(opened)).toContain(port(9090));
  });
});

describe('what cannot work', () => {
  it.each<[string, Partial<SovraTracingProps>, string]>([
    ['half a gateway', { gateway: { replicas: 1.5 } }, 'gateway.replicas'],
    ['a share beyond 1', { gateway: { keepRatio: 25 } }, 'gateway.keepRatio'],
    ['too short a retention', { tempo: { retention: '5m' } }, 'tempo.retention'],
    [
      'too little memory',
      { gateway: { resources: { cpu: '1m', memory: '1Mi', cpuLimit: '1', memoryLimit: '32Mi' } } },
      'gateway.resources.memoryLimit',
    ],
    [
      'nobody who sends',
      {
        sovra: new SovraInstallation({
          controlPlane: false,
          edgeNodes: [{ id: 'a', healthUrls: ['https://a.example.org/x'] }],
        }),
      },
      'gateway.receivesFrom',
    ],
  ])('%s', (_, props, property) => {
    expect(refusal(() => synth(props)).problems.map((p) => p.property)).toEqual([property]);
  });
});
