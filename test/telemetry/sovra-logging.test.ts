import { parse } from 'yaml';
import { SovraApp } from '../../lib/app';
import type { KubeObject } from '../../lib/checks/model';
import { SovraMonitoring, type SovraMonitoringProps } from '../../lib/monitoring/sovra-monitoring';
import { SovraInstallation } from '../../lib/sovra/installation';
import { SMALLEST_BURST_MB } from '../../lib/telemetry/agent-config';
import { SovraLogging, type SovraLoggingProps } from '../../lib/telemetry/sovra-logging';
import { controlPlaneSettings } from '../../stacks/settings';
import { operationsStack } from '../../stacks/stacks';
import { objectsOf, refusal } from '../support/synth';

const sovra = new SovraInstallation({ edgeNodes: [{ id: 'edge-1', vault: {} }] });
const RECEIVES: Partial<SovraMonitoringProps> = { prometheus: { remoteWriteReceiver: true } };

function synth(props: Partial<SovraLoggingProps> = {}, monitoring = RECEIVES): KubeObject[] {
  return objectsOf((chart) => {
    const { prometheusRef: prometheus } = new SovraMonitoring(chart, 'monitoring', { sovra, ...monitoring });
    new SovraLogging(chart, 'logging', { sovra, prometheus, ...props });
  });
}

function find(objects: readonly KubeObject[], kind: string, name: string): KubeObject {
  const found = objects.filter((o) => o.kind === kind && o.metadata.name === name);
  expect([kind, name, found.length]).toEqual([kind, name, 1]);
  return found[0] as KubeObject;
}

const lokiOf = (objects: readonly KubeObject[]) => parse(find(objects, 'ConfigMap', 'loki').data['loki.yaml']);
const bucket = { s3: { endpoint: 'https://s3.example.org:9000', bucket: 'logs', credentials: { secret: 'loki-s3' } } };

describe('the agent', () => {
  const objects = synth();
  const { spec } = find(objects, 'DaemonSet', 'otel-agent').spec.template;
  const [container] = spec.containers;

  it('is alone in a namespace that lets it mount folders of the node, closed but for what it needs', () => {
    const labels = find(objects, 'Namespace', 'sovra-logging').metadata.labels;
    expect(labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'privileged' });
    const there = objects.filter((o) => o.metadata.namespace === 'sovra-logging');
    expect(there.filter((o) => o.kind === 'DaemonSet' || o.kind === 'Deployment')).toHaveLength(1);
    const deny = find(there, 'NetworkPolicy', 'default-deny');
    expect(deny.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    const ports = find(there, 'NetworkPolicy', 'otel-agent').spec.egress.flatMap((e: { ports: { port: number }[] }) =>
      e.ports.map((p) => p.port),
    );
    expect(new Set(ports)).toEqual(new Set([53, 3100, 9090]));
  });

  it('reads files of the kubelet, writes only its state, and can do nothing else', () => {
    expect(spec.volumes.filter((v: { hostPath?: object }) => v.hostPath)).toEqual([
      { name: 'pod-logs', hostPath: { path: '/var/log/pods', type: 'Directory' } },
      { name: 'state', hostPath: { path: '/var/lib/sovra-otelcol', type: 'DirectoryOrCreate' } },
    ]);
    expect(container.volumeMounts).toContainEqual({ name: 'pod-logs', mountPath: '/var/log/pods', readOnly: true });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: false,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(spec.automountServiceAccountToken).toBe(false);
    expect([spec.hostNetwork, spec.hostPID, spec.hostIPC]).toEqual([undefined, undefined, undefined]);
  });

  it('has another type of SELinux where one is given', () => {
    const [other] = find(synth({ agent: { seLinuxType: 'spc_t' } }), 'DaemonSet', 'otel-agent').spec.template.spec
      .containers;
    expect(other.securityContext).toEqual({ ...container.securityContext, seLinuxOptions: { type: 'spc_t' } });
    expect(refusal(() => synth({ agent: { seLinuxType: 'spc t' } })).problems[0]?.property).toBe('agent.seLinuxType');
  });

  it('runs on every node', () => {
    expect(spec.tolerations).toEqual([{ operator: 'Exists' }]);
  });

  it('writes what it counts to each replica of Prometheus, which takes it', () => {
    const config = find(objects, 'ConfigMap', 'otel-agent').data['config.yaml'];
    const endpoints = [0, 1].map(
      (i) => `http://prometheus-sovra-${i}.prometheus-operated.monitoring.svc:9090/api/v1/write`,
    );
    const { exporters, service } = parse(config);
    const writers = Object.entries(exporters as Record<string, { endpoint: string }>).filter(([id]) =>
      id.startsWith('prometheus_remote_write'),
    );
    expect(writers.map(([, e]) => e.endpoint)).toEqual(endpoints);
    const used = Object.values(service.pipelines as Record<string, { exporters: string[] }>).flatMap(
      (p) => p.exporters,
    );
    for (const [id] of writers) expect(used).toContain(id);
    expect(used.filter((id) => !(id in exporters) && !(id in parse(config).connectors))).toEqual([]);
    expect(find(objects, 'Prometheus', 'sovra').spec).toMatchObject({
      enableRemoteWriteReceiver: true,
      enableFeatures: ['exemplar-storage'],
    });
    const policy = find(objects, 'NetworkPolicy', 'prometheus-logging');
    expect(JSON.stringify(policy.spec.ingress)).toContain('sovra-logging');
  });
});

describe('Loki', () => {
  it('is one replica with a volume by default, and keeps the audit log longer than the rest', () => {
    const objects = synth();
    const set = find(objects, 'StatefulSet', 'loki');
    expect(set.spec.replicas).toBe(1);
    expect(set.spec.volumeClaimTemplates[0].spec.resources.requests.storage).toBe('50Gi');
    const config = lokiOf(objects);
    expect(config.common).toMatchObject({ replication_factor: 1, storage: { filesystem: {} } });
    expect(config.limits_config).toMatchObject({
      retention_period: '744h',
      retention_stream: [{ selector: '{stream="audit"}', priority: 1, period: '9600h' }],
      deletion_mode: 'disabled',
    });
    expect(config.analytics).toEqual({ reporting_enabled: false });
    expect(objects.filter((o) => o.kind === 'PodDisruptionBudget' && o.metadata.name === 'loki')).toEqual([]);
  });

  it('takes whatever an agent sends at once, and reads again what it had not stored within its memory', () => {
    const objects = synth({ loki: { resources: { cpu: '1', memory: '1Gi', cpuLimit: '2', memoryLimit: '3Gi' } } });
    const { sending_queue } = parse(find(objects, 'ConfigMap', 'otel-agent').data['config.yaml']).exporters.otlp_http;
    const { server, limits_config, ingester } = lokiOf(objects);
    expect(sending_queue.batch.sizer).toBe('bytes');
    // In Loki a line has everything beside it that in OTLP is there once for many.
    const atOnce = 2 * sending_queue.batch.max_size;
    expect(atOnce).toBeLessThanOrEqual(limits_config.ingestion_burst_size_mb * 2 ** 20);
    expect(atOnce).toBeLessThanOrEqual(SMALLEST_BURST_MB * 2 ** 20);
    expect(atOnce).toBeLessThanOrEqual(server.grpc_server_max_recv_msg_size);
    expect(ingester.wal.replay_memory_ceiling).toBe('1536MB');
  });

  it('lets the Grafana of the stack in, wherever it is itself', () => {
    const namespaces = (objects: readonly KubeObject[]) =>
      find(objects, 'NetworkPolicy', 'loki')
        .spec.ingress.flatMap((rule: { from: { podSelector: object; namespaceSelector: object }[] }) => rule.from)
        .filter((peer: { podSelector: object }) => JSON.stringify(peer.podSelector).includes('"grafana"'))
        .map((peer: { namespaceSelector: { matchLabels: object } }) =>
          Object.values(peer.namespaceSelector.matchLabels),
        );
    expect(namespaces(synth())).toEqual([['monitoring']]);
    expect(namespaces(synth({ namespace: 'logs' }))).toEqual([['logs'], ['monitoring']]);
  });

  it('knows where its memory ends', () => {
    const limit = (objects: readonly KubeObject[]) =>
      find(objects, 'StatefulSet', 'loki').spec.template.spec.containers[0].env.filter(
        (e: { name: string }) => e.name === 'GOMEMLIMIT',
      );
    expect(limit(synth())).toEqual([{ name: 'GOMEMLIMIT', value: '1638MiB' }]);
    const resources = { cpu: '1', memory: '1Gi', cpuLimit: '1', memoryLimit: '4Gi' };
    expect(limit(synth({ loki: { resources } }))).toEqual([{ name: 'GOMEMLIMIT', value: '3276MiB' }]);
  });

  it('takes what waited on a node while others went on, as long as it would be kept', () => {
    const { limits_config } = lokiOf(synth({ loki: { retention: '60d' } }));
    // Replicas of a service are one stream, of which Loki refuses what is an hour older than its newest line.
    expect(limits_config.shard_streams).toEqual({ time_sharding_enabled: true });
    expect(limits_config.reject_old_samples_max_age).toBe('1440h');
  });

  it('is several with a bucket: they find and reach each other, one may go, and no credential is written down', () => {
    const objects = synth({ loki: { replicas: 3, storage: bucket } });
    const config = lokiOf(objects);
    expect(config.common).toMatchObject({ replication_factor: 3, ring: { kvstore: { store: 'memberlist' } } });
    expect(config.memberlist.join_members).toEqual(['loki-peers.monitoring.svc.cluster.local:7946']);
    // Without keys in its configuration, Loki's client of S3 looks for them in its environment.
    expect(config.common.storage.s3).toEqual({
      endpoint: 's3.example.org:9000',
      bucketnames: 'logs',
      region: 'us-east-1',
      s3forcepathstyle: true,
    });
    const [container] = find(objects, 'StatefulSet', 'loki').spec.template.spec.containers;
    expect(container.env).toEqual([
      { name: 'AWS_ACCESS_KEY_ID', valueFrom: { secretKeyRef: { name: 'loki-s3', key: 'AWS_ACCESS_KEY_ID' } } },
      { name: 'AWS_SECRET_ACCESS_KEY', valueFrom: { secretKeyRef: { name: 'loki-s3', key: 'AWS_SECRET_ACCESS_KEY' } } },
      { name: 'GOMEMLIMIT', value: '1638MiB' },
    ]);
    find(objects, 'PodDisruptionBudget', 'loki');
    expect(find(objects, 'Service', 'loki-peers').spec.publishNotReadyAddresses).toBe(true);
    const { ingress, egress } = find(objects, 'NetworkPolicy', 'loki').spec;
    for (const rules of [ingress, egress]) expect(JSON.stringify(rules)).toContain('7946');
    expect(JSON.stringify(egress)).toContain('9000');
  });

  it('tells every Alertmanager of the stack, which lets it in', () => {
    const objects = synth();
    expect(lokiOf(objects).ruler).toMatchObject({
      alertmanager_url: 'http://_web._tcp.alertmanager-operated.monitoring.svc.cluster.local',
      enable_alertmanager_discovery: true,
    });
    const policy = find(objects, 'NetworkPolicy', 'alertmanager-logging');
    expect(policy.spec.podSelector.matchLabels).toEqual({
      'app.kubernetes.io/name': 'alertmanager',
      alertmanager: 'sovra',
    });
    const { groups } = parse(find(objects, 'ConfigMap', 'loki').data['rules.yaml']);
    const names = groups[0].rules.map((r: { alert: string }) => r.alert);
    expect(names).toEqual(['LogErrorBurst', 'LogAuthenticationFailures', 'LogAuditGap']);
    for (const { labels, annotations } of groups[0].rules) {
      expect(Object.keys(labels)).toEqual(expect.arrayContaining(['severity', 'level', 'component']));
      expect(annotations.runbook_url).toMatch(/\/docs\/runbooks\/Log\w+\.md$/);
    }
  });

  it('evaluates nothing where its alerts go nowhere', () => {
    const objects = synth({ alertmanager: false });
    expect(lokiOf(objects).ruler).toBeUndefined();
    expect(find(objects, 'ConfigMap', 'loki').data['rules.yaml']).toBeUndefined();
    expect(objects.filter((o) => o.metadata.name === 'alertmanager-logging')).toEqual([]);
  });

  it('changes its alerts as those of metrics are changed', () => {
    const objects = synth({ alerts: { LogErrorBurst: false, LogAuditGap: { level: 'P1' }, LogsRejected: false } });
    const { groups } = parse(find(objects, 'ConfigMap', 'loki').data['rules.yaml']);
    expect(groups[0].rules.map((r: { alert: string; labels: { level: string } }) => [r.alert, r.labels.level])).toEqual(
      [
        ['LogAuthenticationFailures', 'P2'],
        ['LogAuditGap', 'P1'],
      ],
    );
    const rules = JSON.stringify(find(objects, 'PrometheusRule', 'sovra-alerts-logging'));
    expect(rules).not.toContain('LogsRejected');
    expect(rules).toContain('LogStoreDown');
  });
});

describe('what cannot work', () => {
  const refused = (props: Partial<SovraLoggingProps>) =>
    refusal(() => synth(props)).problems.map(({ property, allowed }) => `${property}: ${allowed}`);

  it.each<[string, Partial<SovraLoggingProps>, RegExp]>([
    ['less than a day', { loki: { retention: '1h' } }, /^loki\.retention: at least 1d/],
    [
      'the audit log shorter than the rest',
      { loki: { retention: '90d', auditRetention: '30d' } },
      /^loki\.auditRetention: at least/,
    ],
    [
      'the default of the audit log shorter than the rest',
      { loki: { retention: '500d' } },
      /^loki\.auditRetention: at least/,
    ],
    [
      'a burst that is smaller than what comes at once',
      { loki: { limits: { ingestionBurstMb: 4 } } },
      /^loki\.limits\.ingestionBurstMb: at least 8/,
    ],
    ['two replicas', { loki: { replicas: 2, storage: bucket } }, /^loki\.replicas: 1, or at least 3/],
    ['replicas without a bucket', { loki: { replicas: 3 } }, /^loki\.replicas: 1 without a bucket/],
    ['two storages', { loki: { storage: { ...bucket, filesystem: {} } as never } }, /^loki\.storage: exactly one/],
    [
      'a bucket without credentials',
      { loki: { storage: { s3: { endpoint: 'https://s3.example.org', bucket: 'abc' } } as never } },
      /^loki\.storage\.s3\.credentials: a value/,
    ],
    [
      'the agent beside Sovra',
      { agent: { namespace: 'sovra' } },
      /^agent\.namespace: a namespace that holds nothing but/,
    ],
    ['the agent beside Loki', { agent: { namespace: 'monitoring' } }, /^agent\.namespace: /],
    ['an alert that there is not', { alerts: { LogErrorBurts: false } as never }, /^alerts\.LogErrorBurts: /],
  ])('%s', (_, props, problem) => {
    expect(refused(props)).toEqual([expect.stringMatching(problem)]);
  });

  it('a Prometheus that takes no series', () => {
    const [problem] = refusal(() => synth({}, {})).problems;
    expect(problem).toMatchObject({ property: 'remoteWriteUrls' });
    expect(problem?.remedy).toContain('remoteWriteReceiver: true');
  });

  it('tells everything at once, before the first object is made', () => {
    expect(refused({ loki: { retention: 'x', replicas: 2 }, agent: { queueLines: 0 } })).toHaveLength(4);
  });
});

describe('a stack', () => {
  it('has neither logs nor traces unless it is asked for them', () => {
    const kinds = (settings: object) => {
      const app = new SovraApp();
      operationsStack(app, { ...controlPlaneSettings, ...settings });
      return app.manifests().flatMap(([, objects]) => objects);
    };
    const named = (objects: readonly KubeObject[]) => objects.map((o) => `${o.kind} ${o.metadata.name}`);
    const without = kinds({});
    expect(kinds({ telemetry: {} })).toEqual(without);
    expect(JSON.stringify(without)).not.toMatch(/"loki"|"tempo"|otel-agent/);
    expect(named(kinds({ telemetry: { logging: {}, tracing: {} } }))).toEqual(
      expect.arrayContaining([
        'DaemonSet otel-agent',
        'StatefulSet loki',
        'StatefulSet tempo',
        'Service otel-collector',
      ]),
    );
  });
});
