/** A namespace with an object of every kind that is backed up, most of them with what a restore can get wrong. */

export const SECRETS = {
  token: Buffer.from('s.9f2c1d7ab04e4d1b8a55'),
  /** Every byte that there is. */
  bytes: Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
  text: Buffer.from('first line\nsecond "line" with $HOME and ü\n'),
};
const base64 = (value: Buffer) => value.toString('base64');

const pod = (extra: object = {}) => ({
  metadata: { labels: { app: 'a' } },
  spec: { containers: [{ name: 'a', image: 'registry.example.com/a:1', ...extra }] },
});
const selector = { matchLabels: { app: 'a' } };
const core = (kind: string, name: string, body: object, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'sovra', ...metadata },
  ...body,
});
const of = (apiVersion: string, kind: string, name: string, body: object, metadata: object = {}) => ({
  ...core(kind, name, body, metadata),
  apiVersion,
});
const rbac = 'rbac.authorization.k8s.io';
const port = { name: 'http', port: 80, protocol: 'TCP', targetPort: 'http' };

export const CUSTOM_KIND = 'widgets.example.org';
export const DEFINITION = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: CUSTOM_KIND },
  spec: {
    group: 'example.org',
    names: { kind: 'Widget', plural: 'widgets', singular: 'widget', listKind: 'WidgetList' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};
export const CUSTOM = of('example.org/v1', 'Widget', 'one', { spec: { size: 3, parts: ['a', 'b'] } });

export const OBJECTS: readonly object[] = [
  core('ServiceAccount', 'default', {}),
  core('ServiceAccount', 'sovra', { imagePullSecrets: [{ name: 'registry' }], automountServiceAccountToken: false }),
  core('Secret', 'tokens', { type: 'Opaque', data: { token: base64(SECRETS.token), bytes: base64(SECRETS.bytes) } }),
  core('Secret', 'fixed', { type: 'Opaque', immutable: true, data: { text: base64(SECRETS.text) } }),
  core('Secret', 'registry', {
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': base64(Buffer.from('{"auths":{}}')) },
  }),
  core('ConfigMap', 'settings', { data: { 'a.yaml': 'a: 1\n', b: '' } }, { annotations: { team: 'keys' } }),
  core('ConfigMap', 'binary', { binaryData: { x: base64(SECRETS.bytes) }, immutable: true }),
  core(
    'PersistentVolumeClaim',
    'data',
    {
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'fast',
        volumeMode: 'Filesystem',
        volumeName: 'pv-7',
        resources: { requests: { storage: '5Gi' } },
      },
    },
    { annotations: { 'pv.kubernetes.io/bind-completed': 'yes', 'volume.kubernetes.io/selected-node': 'node-a' } },
  ),
  of(`${rbac}/v1`, 'Role', 'reader', {
    rules: [{ apiGroups: [''], resources: ['pods/log', 'nodes'], verbs: ['get', 'delete'] }],
  }),
  of(`${rbac}/v1`, 'RoleBinding', 'reader', {
    roleRef: { apiGroup: rbac, kind: 'Role', name: 'reader' },
    subjects: [{ kind: 'ServiceAccount', name: 'sovra', namespace: 'sovra' }],
  }),
  of(`${rbac}/v1`, 'RoleBinding', 'viewers', {
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'edit' },
    subjects: [{ apiGroup: rbac, kind: 'Group', name: 'people' }],
  }),
  of('networking.k8s.io/v1', 'NetworkPolicy', 'closed', { spec: { podSelector: {}, policyTypes: ['Ingress'] } }),
  core('LimitRange', 'limits', { spec: { limits: [{ type: 'Container', default: { memory: '1Gi' } }] } }),
  core('Service', 'sovra', { spec: { selector: { app: 'a' }, ports: [port] } }),
  core('Service', 'headless', { spec: { clusterIP: 'None', selector: { app: 'a' }, ports: [port] } }),
  core('Service', 'outside', {
    spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local', selector: { app: 'a' }, ports: [port] },
  }),
  core('Service', 'alias', { spec: { type: 'ExternalName', externalName: 'db.example.com' } }),
  of('policy/v1', 'PodDisruptionBudget', 'a', { spec: { minAvailable: '50%', selector } }),
  of(
    'apps/v1',
    'Deployment',
    'a',
    { spec: { replicas: 3, selector, template: pod({ env: [{ name: 'A', value: '1' }] }) } },
    {
      annotations: {
        'deployment.kubernetes.io/revision': '7',
        'kubectl.kubernetes.io/last-applied-configuration': '{}\n',
        team: 'keys',
      },
    },
  ),
  of('apps/v1', 'StatefulSet', 'a', {
    spec: {
      serviceName: 'headless',
      selector,
      template: pod({ volumeMounts: [{ name: 'data', mountPath: '/data' }] }),
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    },
  }),
  of('apps/v1', 'DaemonSet', 'a', { spec: { selector, template: pod() } }),
  of('autoscaling/v2', 'HorizontalPodAutoscaler', 'a', {
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a' },
      maxReplicas: 9,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
      ],
    },
  }),
  of('batch/v1', 'CronJob', 'a', {
    spec: {
      schedule: '0 3 * * *',
      timeZone: 'Europe/Zurich',
      jobTemplate: {
        spec: { template: { spec: { ...pod().spec, restartPolicy: 'Never' } } },
      },
    },
  }),
  of('networking.k8s.io/v1', 'Ingress', 'a', {
    spec: {
      rules: [
        {
          host: 'sovra.example.com',
          http: {
            paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'sovra', port: { name: 'http' } } } }],
          },
        },
      ],
    },
  }),
  core('ResourceQuota', 'quota', { spec: { hard: { pods: '50', 'requests.storage': '1Ti' } } }),
];

/** What is not declared: made by a controller, by the cluster, or on its way out. */
export const notDeclared = (deploymentUid: string): readonly object[] => [
  core('ConfigMap', 'kube-root-ca.crt', { data: { 'ca.crt': 'x' } }),
  core(
    'ConfigMap',
    'made-by-a-controller',
    { data: { a: 'b' } },
    {
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'a', uid: deploymentUid, controller: true }],
    },
  ),
  core('ConfigMap', 'being-deleted', { data: { a: 'b' } }, { finalizers: ['example.org/hold'] }),
];

/** Refers to an owner that does not control it: it comes back, without that. */
export const referring = (deploymentUid: string) =>
  core(
    'ConfigMap',
    'refers-to-an-owner',
    { data: { a: 'b' } },
    { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'a', uid: deploymentUid }] },
  );
