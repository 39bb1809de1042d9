import type { PolicyResource, StackValidationArgs } from '@pulumi/policy';
import { unknownCheckingProxy } from '@pulumi/policy';

// biome-ignore lint/suspicious/noExplicitAny: resources of tests are written by hand
export type Any = any;

/** What the engine sends for a text that is not known yet. */
export const UNKNOWN_TEXT = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

export const urn = (type: string, name: string) => `urn:pulumi:dev::shop::${type}::${name}`;

/** A resource as the SDK hands it to a policy. */
export function resource(type: string, name: string, props: Any, provider?: Any): PolicyResource {
  return {
    type,
    name,
    urn: urn(type, name),
    props: unknownCheckingProxy(props),
    opts: { protect: false, ignoreChanges: [], aliases: [], customTimeouts: {} as Any, additionalSecretOutputs: [] },
    dependencies: [],
    propertyDependencies: {},
    isType: () => false,
    asType: () => undefined,
    ...(provider && {
      provider: {
        type: 'pulumi:providers:kubernetes',
        name: provider.name,
        urn: urn('pulumi:providers:kubernetes', provider.name),
        props: unknownCheckingProxy(provider.props),
      },
    }),
  };
}

/** An object as a typed class of `@pulumi/kubernetes` registers it. */
export function object(manifest: Any, provider?: Any): PolicyResource {
  const version = manifest.apiVersion.includes('/') ? manifest.apiVersion : `core/${manifest.apiVersion}`;
  return resource(`kubernetes:${version}:${manifest.kind}`, manifest.metadata.name, manifest, provider);
}

export function stackArgs(resources: PolicyResource[], config: object = {}): StackValidationArgs {
  return {
    resources,
    stackTags: new Map(),
    getConfig: <T extends object>() => config as T,
    notApplicable: (reason?: string) => {
      throw new Error(reason);
    },
  };
}

export const monitor = (labels: Any = {}): Any => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'ServiceMonitor',
  metadata: { name: 'm', namespace: 'shop', labels },
  spec: { selector: { matchLabels: { app: 'shop' } }, endpoints: [{ port: 'http' }] },
});
export const prometheus = (): Any => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'Prometheus',
  metadata: { name: 'p', namespace: 'shop' },
  spec: { serviceMonitorSelector: { matchLabels: { release: 'x' } } },
});
export const configMap = (name: string, data: Any = {}): Any => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop' },
  data,
});
export const closedSet = (): Any[] => [
  prometheus(),
  monitor({ release: 'x' }),
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'shop', namespace: 'shop' },
    spec: {
      template: {
        metadata: { labels: { app: 'shop' } },
        spec: { containers: [{ image: UNKNOWN_TEXT, ports: [{ name: 'http', containerPort: 8080 }] }] },
      },
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'shop', namespace: 'shop', labels: { app: 'shop' } },
    spec: { selector: { app: 'shop' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'deny', namespace: 'shop' },
    spec: { podSelector: { matchLabels: { app: 'shop' } } },
  },
];
