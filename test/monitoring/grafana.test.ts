import { type ApiObject, Chart, JsonPatch, Testing } from 'cdk8s';
import { parse } from 'yaml';
import { runChecks } from '../../lib/checks/enable';
import type { KubeObject } from '../../lib/checks/model';
import { ObjectSet } from '../../lib/checks/model';
import { blockedBy } from '../../lib/checks/reach';
import { kubePrometheusStack } from '../../lib/kube/prometheus-ref';
import { Grafana, type GrafanaProps, grafanaPods } from '../../lib/monitoring/grafana';
import { type Labels, SovraInstallation } from '../../lib/sovra/installation';
import { METRIC_DIALECTS } from '../../lib/sovra/metrics';
import { find, objectsOf, refusal } from '../support/synth';

const sovra = new SovraInstallation({
  edgeNodes: [{ id: 'one', vault: {} }],
  images: { registry: 'mirror.example.com', pullSecrets: ['pull'] },
});
const make = (props: Partial<GrafanaProps> = {}) =>
  objectsOf((chart) => void new Grafana(chart, 'grafana', { sovra, ...props }));

const podOf = (objects: readonly KubeObject[]) => find(objects, 'Deployment', 'grafana').spec.template;
const envOf = (objects: readonly KubeObject[]): Record<string, string> =>
  Object.fromEntries(
    podOf(objects).spec.containers[0].env.map((e: { name: string; value: string }) => [e.name, e.value]),
  );

describe('Grafana', () => {
  it('answers the port-forward of the guide', () => {
    const service = find(make(), 'Service', 'grafana');
    expect(service.metadata.namespace).toBe('monitoring');
    expect(service.spec.ports).toEqual([{ name: 'http', port: 3000, targetPort: 'http', protocol: 'TCP' }]);
    expect(podOf(make()).metadata.labels).toMatchObject(service.spec.selector);
    expect(podOf(make()).spec.containers[0].ports).toEqual([{ name: 'http', containerPort: 3000, protocol: 'TCP' }]);
  });

  it('is one pod that passes `restricted`, on a root file system that nobody can write to', () => {
    const { spec } = find(make(), 'Deployment', 'grafana');
    expect(spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
    const pod = spec.template.spec;
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      serviceAccountName: 'grafana',
      imagePullSecrets: [{ name: 'pull' }],
      securityContext: { runAsNonRoot: true, runAsUser: 472, fsGroup: 472, seccompProfile: { type: 'RuntimeDefault' } },
    });
    const [container] = pod.containers;
    expect(container.image).toBe('mirror.example.com/grafana/grafana:13.1.1');
    expect(container.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      capabilities: { drop: ['ALL'] },
    });
    const probed = ['startupProbe', 'livenessProbe', 'readinessProbe'].map((kind) => container[kind].httpGet.path);
    expect(probed).toEqual(['/api/health', '/healthz', '/api/health']);
    expect(container.resources).toEqual({
      requests: { cpu: '100m', memory: '256Mi', 'ephemeral-storage': '64Mi' },
      limits: { cpu: '1', memory: '1Gi', 'ephemeral-storage': '512Mi' },
    });
  });

  it('can write where Grafana writes: its data, which outlive the pod, and /tmp', () => {
    const objects = make({ storage: { size: '5Gi', storageClass: 'fast' } });
    const pod = podOf(objects).spec;
    const writable = pod.containers[0].volumeMounts.filter((m: { readOnly?: boolean }) => !m.readOnly);
    expect(writable.map((m: { mountPath: string }) => m.mountPath)).toEqual(['/var/lib/grafana', '/tmp']);
    expect(pod.volumes).toContainEqual({ name: 'data', persistentVolumeClaim: { claimName: 'grafana' } });
    expect(find(objects, 'PersistentVolumeClaim', 'grafana').spec).toEqual({
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'fast',
      resources: { requests: { storage: '5Gi' } },
    });
    expect(find(make(), 'PersistentVolumeClaim', 'grafana').spec.resources.requests.storage).toBe('10Gi');
  });

  it('mounts each volume that it has, and has each that it mounts', () => {
    for (const dashboards of [true, false]) {
      const pod = podOf(make({ dashboards })).spec;
      const names = (list: { name: string }[]) => list.map((v) => v.name).sort();
      expect(names(pod.containers[0].volumeMounts)).toEqual(names(pod.volumes));
    }
  });
});

describe('credentials', () => {
  it('come from a Secret that exists beforehand, as files', () => {
    const objects = make({ adminSecret: { secret: 'mine', userKey: 'u', passwordKey: 'p', secretKeyKey: 'k' } });
    expect(podOf(objects).spec.volumes).toContainEqual({
      name: 'admin',
      secret: {
        secretName: 'mine',
        defaultMode: 0o440,
        items: [
          { key: 'u', path: 'user' },
          { key: 'p', path: 'password' },
          { key: 'k', path: 'secret-key' },
        ],
      },
    });
    const env = envOf(objects);
    expect(env.GF_SECURITY_ADMIN_USER__FILE).toBe('/etc/grafana-admin/user');
    expect(env.GF_SECURITY_ADMIN_PASSWORD__FILE).toBe('/etc/grafana-admin/password');
    expect(env.GF_SECURITY_SECRET_KEY__FILE).toBe('/etc/grafana-admin/secret-key');
  });

  it('have no default: no object holds one, and no variable carries one', () => {
    const objects = make();
    expect(objects.map((o) => o.kind)).not.toContain('Secret');
    const env = envOf(objects);
    for (const name of Object.keys(env)) {
      if (/PASSWORD|SECRET|TOKEN/.test(name)) expect(name).toMatch(/__FILE$/);
    }
    expect(env).not.toHaveProperty('GF_SECURITY_ADMIN_PASSWORD');
    const secret = podOf(objects).spec.volumes.find((v: { name: string }) => v.name === 'admin').secret;
    expect(secret).toMatchObject({
      secretName: 'grafana-admin',
      items: [{ key: 'admin-user' }, { key: 'admin-password' }, { key: 'secret-key' }],
    });
    expect(secret.optional).toBeUndefined();
  });
});

describe('settings', () => {
  it('ask nothing of the internet', () => {
    expect(envOf(make())).toMatchObject({
      GF_ANALYTICS_REPORTING_ENABLED: 'false',
      GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
      GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
      GF_NEWS_NEWS_FEED_ENABLED: 'false',
      GF_PLUGINS_PREINSTALL_DISABLED: 'true',
      GF_PLUGINS_PREINSTALL_AUTO_UPDATE: 'false',
      GF_PLUGINS_PLUGIN_ADMIN_ENABLED: 'false',
      GF_PLUGINS_PUBLIC_KEY_RETRIEVAL_DISABLED: 'true',
      GF_SECURITY_DISABLE_GRAVATAR: 'true',
      GF_SNAPSHOTS_EXTERNAL_ENABLED: 'false',
    });
  });

  it('let nobody in without an account', () => {
    expect(envOf(make())).toMatchObject({
      GF_AUTH_ANONYMOUS_ENABLED: 'false',
      GF_USERS_ALLOW_SIGN_UP: 'false',
      GF_PUBLIC_DASHBOARDS_ENABLED: 'false',
    });
  });

  it('work by port-forward, and are stricter behind https', () => {
    expect(envOf(make())).not.toHaveProperty('GF_SECURITY_COOKIE_SECURE');
    expect(envOf(make({ rootUrl: 'http://grafana.internal' }))).not.toHaveProperty('GF_SECURITY_COOKIE_SECURE');
    expect(envOf(make({ rootUrl: 'https://grafana.example.com' }))).toMatchObject({
      GF_SERVER_ROOT_URL: 'https://grafana.example.com',
      GF_SECURITY_COOKIE_SECURE: 'true',
      GF_SECURITY_STRICT_TRANSPORT_SECURITY: 'true',
    });
  });

  it('can be added to and replaced, and stay sorted', () => {
    const objects = make({ settings: { GF_LOG_LEVEL: 'warn', GF_LOG_CONSOLE_FORMAT: 'text' } });
    expect(envOf(objects)).toMatchObject({ GF_LOG_LEVEL: 'warn', GF_LOG_CONSOLE_FORMAT: 'text' });
    const names = Object.keys(envOf(objects));
    expect(names).toEqual([...names].sort());
  });
});

describe('provisioning', () => {
  const files = (props: Partial<GrafanaProps> = {}) =>
    find(make(props), 'ConfigMap', 'grafana-provisioning').data as Record<string, string>;

  it('data sources: Prometheus by the uid of the dashboards, and Alertmanager', () => {
    const { datasources } = parse(files()['datasources.yaml'] ?? '');
    expect(datasources.map((d: KubeObject) => [d.uid, d.type, d.url, d.editable, d.isDefault ?? false])).toEqual([
      ['prometheus', 'prometheus', 'http://prometheus.monitoring.svc:9090', false, true],
      ['alertmanager', 'alertmanager', 'http://alertmanager.monitoring.svc:9093', false, false],
    ]);
    expect(datasources[0].jsonData).toEqual({
      httpMethod: 'POST',
      prometheusType: 'Prometheus',
      timeInterval: '15s',
      alertmanagerUid: 'alertmanager',
    });
  });

  it('data sources elsewhere', () => {
    const { datasources } = parse(
      files({ prometheus: kubePrometheusStack(), alertmanager: false, scrapeInterval: '30s' })['datasources.yaml'] ??
        '',
    );
    expect(datasources).toHaveLength(1);
    expect(datasources[0]).toMatchObject({
      url: 'http://kube-prometheus-stack-prometheus.monitoring.svc:9090',
      jsonData: { timeInterval: '30s' },
    });
    expect(datasources[0].jsonData).not.toHaveProperty('alertmanagerUid');
  });

  it('dashboards: the folder that they are mounted in', () => {
    const [provider] = parse(files()['dashboards.yaml'] ?? '').providers;
    expect(provider).toMatchObject({
      type: 'file',
      folder: 'Sovra',
      allowUiUpdates: false,
      options: { path: '/etc/grafana/dashboards' },
    });
    const objects = make();
    const mount = podOf(objects).spec.containers[0].volumeMounts.find(
      (m: { name: string }) => m.name === 'dashboard-files',
    );
    expect(mount).toMatchObject({ mountPath: provider.options.path, readOnly: true });
    const mounted = podOf(objects).spec.volumes.find((v: { name: string }) => v.name === 'dashboard-files').projected
      .sources;
    const maps = objects.filter((o) => o.metadata.name.startsWith('sovra-dashboard-'));
    expect(mounted.map((s: { configMap: { name: string } }) => s.configMap.name)).toEqual(
      maps.map((m) => m.metadata.name),
    );
    expect(maps.flatMap((m) => Object.keys(m.data))).toContain(
      envOf(objects).GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH?.split('/').at(-1),
    );
  });

  it('no dashboards where none are wanted', () => {
    const objects = make({ dashboards: false });
    expect(objects.filter((o) => o.kind === 'ConfigMap').map((o) => o.metadata.name)).toEqual(['grafana-provisioning']);
    expect(files({ dashboards: false })).not.toHaveProperty('dashboards.yaml');
    expect(envOf(objects)).not.toHaveProperty('GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH');
  });

  it('a new pod for other data sources, none for other dashboards', () => {
    const hash = (props: Partial<GrafanaProps> = {}) =>
      podOf(make(props)).metadata.annotations['sovra-ops/config-hash'];
    expect(hash({ thresholds: { auditLag: 60 } })).toBe(hash());
    expect(hash({ scrapeInterval: '30s' })).not.toBe(hash());
  });

  it('the same input gives the same objects', () => {
    expect(make()).toEqual(make());
  });
});

describe('its edges', () => {
  const prometheus = {
    namespace: 'monitoring',
    labels: { 'app.kubernetes.io/name': 'prometheus', 'operator.prometheus.io/name': 'sovra' },
  };
  const alertmanager = {
    namespace: 'monitoring',
    labels: { 'app.kubernetes.io/name': 'alertmanager', alertmanager: 'sovra' },
  };
  const dns = { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } };
  const ingress = { namespace: 'ingress', labels: { app: 'nginx' } };
  const setOf = (props: Partial<GrafanaProps> = {}) => {
    const objects = make(props);
    return {
      set: new ObjectSet(objects, []),
      grafana: { namespace: 'monitoring', labels: podOf(objects).metadata.labels },
    };
  };

  it('lead to name resolution, Prometheus and Alertmanager only', () => {
    const { set, grafana } = setOf();
    expect(blockedBy(set, grafana, prometheus, 9090)).toBeUndefined();
    expect(blockedBy(set, grafana, alertmanager, 9093)).toBeUndefined();
    expect(blockedBy(set, grafana, dns, 53)).toBeUndefined();
    expect(blockedBy(set, grafana, alertmanager, 9094)).toContain('egress');
    expect(blockedBy(set, grafana, ingress, 443)).toContain('egress');
    expect(JSON.stringify(set.objects)).not.toContain('0.0.0.0/0');
  });

  it('let in Prometheus, and whoever was named', () => {
    const closed = setOf();
    expect(blockedBy(closed.set, prometheus, closed.grafana, 3000)).toBeUndefined();
    expect(blockedBy(closed.set, ingress, closed.grafana, 3000)).toContain('ingress');
    const open = setOf({ ingressFrom: [{ namespace: 'ingress', podLabels: { app: 'nginx' } }] });
    expect(blockedBy(open.set, ingress, open.grafana, 3000)).toBeUndefined();
    expect(blockedBy(open.set, { ...ingress, labels: {} }, open.grafana, 3000)).toContain('ingress');
  });

  it('follow servers that are elsewhere', () => {
    const elsewhere = { url: 'https://prometheus.obs.svc', namespace: 'obs', podLabels: { app: 'prometheus' } };
    const to = { namespace: 'obs', labels: { app: 'prometheus' } };
    const byUrl = setOf({ prometheus: elsewhere, alertmanager: false });
    expect(blockedBy(byUrl.set, byUrl.grafana, to, 443)).toBeUndefined();
    expect(blockedBy(byUrl.set, byUrl.grafana, alertmanager, 9093)).toContain('egress');
    const byPod = setOf({ prometheus: { ...elsewhere, podPort: 9091 } });
    expect(blockedBy(byPod.set, byPod.grafana, to, 9091)).toBeUndefined();
  });

  it('are named for the policies of the other end', () => {
    expect(podOf(make()).metadata.labels).toMatchObject((grafanaPods('monitoring') as { podLabels: Labels }).podLabels);
  });
});

describe('the checks across objects', () => {
  it.each(METRIC_DIALECTS)('pass with Grafana alone in a chart, in the dialect %s', (dialect) => {
    const chart = new Chart(Testing.app(), 'theirs');
    new Grafana(chart, 'grafana', { sovra: new SovraInstallation({ dialect, edgeNodes: [{ id: 'a', vault: {} }] }) });
    expect(() => runChecks(chart)).not.toThrow();
  });

  it('see each panel', () => {
    const chart = new Chart(Testing.app(), 'theirs');
    const grafana = new Grafana(chart, 'grafana', { sovra });
    const overview = grafana.dashboardConfigMaps[0] as ApiObject;
    const text = overview.toJson().data['sovra-overview.json'] as string;
    const broken = text.replaceAll('sovra_api_requests_total', 'no_such_metric');
    overview.addJsonPatch(JsonPatch.replace('/data/sovra-overview.json', broken));
    expect(refusal(() => runChecks(chart)).message).toContain('no_such_metric');
  });
});
