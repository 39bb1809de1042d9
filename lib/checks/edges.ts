import { describe, type Finding, type KubeObject, type ObjectSet, selects } from './model';
import { blockedBy, type Endpoint } from './reach';

/** Where a scrape goes: pods, and the port on them. */
interface Target {
  readonly pods: Endpoint;
  readonly port: number;
}

type Resolved = { readonly targets: readonly Target[] } | { readonly missing: string };

/**
 * Each edge that a scrape needs exists and is open: a monitor finds a Service or pods, the port that it names is there,
 * and the policies of the set let Prometheus (and the prober) through.
 */
export function checkEdges(set: ObjectSet): Finding[] {
  const world = new World(set);
  const resolvers: readonly [string, (m: KubeObject) => Resolved[]][] = [
    ['ServiceMonitor', (m) => (m.spec.endpoints ?? []).map((e: Endpointish) => world.serviceMonitor(m, e))],
    ['PodMonitor', (m) => (m.spec.podMetricsEndpoints ?? []).map((e: Endpointish) => world.podMonitor(m, e))],
    ['Probe', (m) => [world.url(m.spec.prober?.url ?? '')]],
  ];
  return resolvers
    .flatMap(([kind, resolve]) =>
      set.kind(kind).flatMap((m) => resolve(m).flatMap((r) => monitorFindings(world, m, r))),
    )
    .concat(set.kind('Probe').flatMap((p) => probeFindings(world, p)));
}

interface Endpointish {
  readonly port?: string;
  readonly portNumber?: number;
  readonly targetPort?: string | number;
  readonly relabelings?: readonly {
    readonly targetLabel?: string;
    readonly replacement?: string;
    readonly sourceLabels?: readonly string[];
  }[];
}

function monitorFindings(world: World, monitor: KubeObject, resolved: Resolved): Finding[] {
  if ('missing' in resolved) {
    return [
      {
        object: describe(monitor),
        property: 'spec',
        given: resolved.missing,
        allowed: 'a target that is in the set or in the description of the installation',
        remedy: 'Correct the labels, the namespace or the port, or describe what is there.',
      },
    ];
  }
  return resolved.targets.flatMap(({ pods, port }) =>
    world.prometheusPods().flatMap((from) => closed(world, monitor, 'Prometheus', from, pods, port)),
  );
}

/** The second half of a probe: from the prober to what it asks. Only targets with an in-cluster name can be followed. */
function probeFindings(world: World, probe: KubeObject): Finding[] {
  const prober = world.url(probe.spec.prober?.url ?? '');
  if ('missing' in prober) return [];
  const asked: readonly string[] = probe.spec.targets?.staticConfig?.static ?? [];
  return asked.flatMap((url) => {
    const to = world.url(url);
    if ('missing' in to) return [];
    return to.targets.flatMap(({ pods, port }) =>
      prober.targets.flatMap((from) => closed(world, probe, 'the prober', from.pods, pods, port)),
    );
  });
}

function closed(world: World, monitor: KubeObject, who: string, from: Endpoint, to: Endpoint, port: number): Finding[] {
  const blocker = blockedBy(world.set, from, to, port);
  if (blocker === undefined) return [];
  return [
    {
      object: describe(monitor),
      property: 'NetworkPolicy',
      given: `${who} in ${from.namespace} to port ${port} of ${JSON.stringify(to.labels)} in ${to.namespace}`,
      allowed: `an edge that is open; ${blocker} closes it`,
      remedy: 'Open the port to that peer in the policy, or remove the monitor.',
    },
  ];
}

/** Names that resolve to pods: Services of the set and of the facts. */
class World {
  private readonly services: readonly {
    name: string;
    namespace: string;
    labels: Record<string, string>;
    ports: ReadonlyMap<string, number>;
    numbers: ReadonlyMap<number, number>;
    pods: Endpoint;
  }[];
  private readonly podSets: readonly {
    pods: Endpoint;
    ports: ReadonlyMap<string, number>;
    numbers: readonly number[];
  }[];

  constructor(readonly set: ObjectSet) {
    const known = set.facts.flatMap((f) => f.knownPods ?? []);
    const workloads = set.kind('Deployment', 'StatefulSet', 'DaemonSet').map((w) => {
      const containers: { ports?: { name?: string; containerPort: number }[] }[] = w.spec.template.spec.containers;
      const ports = containers.flatMap((c) => c.ports ?? []);
      return {
        pods: { namespace: w.metadata.namespace ?? 'default', labels: w.spec.template.metadata?.labels ?? {} },
        ports: new Map(ports.flatMap((p) => (p.name ? [[p.name, p.containerPort] as const] : []))),
        numbers: ports.map((p) => p.containerPort),
      };
    });
    const operatorPods = [
      ...set
        .kind('Prometheus')
        .map((p) =>
          operated(p, { 'app.kubernetes.io/name': 'prometheus', 'operator.prometheus.io/name': p.metadata.name }, 9090),
        ),
      ...set
        .kind('Alertmanager')
        .map((a) => operated(a, { 'app.kubernetes.io/name': 'alertmanager', alertmanager: a.metadata.name }, 9093)),
    ];
    this.podSets = [
      ...workloads,
      ...operatorPods,
      ...known.map((k) => ({
        pods: { namespace: k.namespace, labels: { ...k.labels } },
        ports: new Map<string, number>(),
        numbers: [...k.ports],
      })),
    ];
    this.services = [
      ...set.kind('Service').flatMap((s) => this.fromService(s)),
      ...known.flatMap((k) => {
        if (!k.service) return [];
        const ports = Object.entries(k.service.ports);
        return [
          {
            name: k.service.name,
            namespace: k.namespace,
            labels: { ...k.service.labels },
            ports: new Map(ports),
            numbers: new Map(ports.map(([, p]) => [p, p] as const)),
            pods: { namespace: k.namespace, labels: { ...k.labels } },
          },
        ];
      }),
    ];
  }

  /** Pods of every Prometheus in the set, or of those that exist already. */
  prometheusPods(): Endpoint[] {
    const own = this.set
      .kind('Prometheus')
      .map(
        (p) =>
          operated(p, { 'app.kubernetes.io/name': 'prometheus', 'operator.prometheus.io/name': p.metadata.name }, 9090)
            .pods,
      );
    const existing = this.set.facts.flatMap((f) =>
      f.existingPrometheus
        ? [{ namespace: f.existingPrometheus.namespace, labels: { ...f.existingPrometheus.podLabels } }]
        : [],
    );
    return own.length > 0 ? own : existing;
  }

  serviceMonitor(m: KubeObject, e: Endpointish): Resolved {
    const namespaces = selectedNamespaces(m);
    const found = this.services.filter(
      (s) => (namespaces === 'any' || namespaces.includes(s.namespace)) && selects(m.spec.selector, s.labels),
    );
    const where = `no Service with ${JSON.stringify(m.spec.selector?.matchLabels ?? {})} in ${namespaces === 'any' ? 'any namespace' : namespaces.join(', ')}`;
    if (found.length === 0) return { missing: where };
    const targets = found.flatMap((s) => {
      const port = e.port === undefined ? undefined : s.ports.get(e.port);
      return port === undefined ? [] : [{ pods: s.pods, port }];
    });
    return targets.length > 0 ? { targets } : { missing: `${where} has a port named ${JSON.stringify(e.port)}` };
  }

  podMonitor(m: KubeObject, e: Endpointish): Resolved {
    const prober = e.relabelings?.find((r) => r.targetLabel === '__address__' && !r.sourceLabels)?.replacement;
    if (prober !== undefined) return this.url(prober);
    const namespaces = selectedNamespaces(m);
    const found = this.podSets.filter(
      (p) => (namespaces === 'any' || namespaces.includes(p.pods.namespace)) && selects(m.spec.selector, p.pods.labels),
    );
    const targets = found.flatMap((p) => {
      const port = e.portNumber ?? (e.port === undefined ? undefined : p.ports.get(e.port));
      return port !== undefined && p.numbers.includes(port) ? [{ pods: p.pods, port }] : [];
    });
    return targets.length > 0
      ? { targets }
      : {
          missing: `no pods with ${JSON.stringify(m.spec.selector?.matchLabels ?? {})} and port ${e.portNumber ?? e.port} in ${namespaces === 'any' ? 'any namespace' : namespaces.join(', ')}`,
        };
  }

  /** `SERVICE.NAMESPACE.svc[:PORT]`, with or without scheme and path. */
  url(address: string): Resolved {
    const match = /^(?:(https?):\/\/)?([a-z0-9-]+)\.([a-z0-9-]+)\.svc(?:\.[a-z0-9.-]+)?(?::(\d+))?(?:\/.*)?$/.exec(
      address,
    );
    const service = match && this.services.find((s) => s.name === match[2] && s.namespace === match[3]);
    const asked = Number(match?.[4] ?? (match?.[1] === 'https' ? 443 : 80));
    const port = service?.numbers.get(asked);
    return service && port !== undefined
      ? { targets: [{ pods: service.pods, port }] }
      : { missing: `no Service answers at ${address}` };
  }

  private fromService(s: KubeObject) {
    const namespace = s.metadata.namespace ?? 'default';
    const pods = this.podSets.find(
      (p) => p.pods.namespace === namespace && selects({ matchLabels: s.spec.selector ?? {} }, p.pods.labels),
    );
    if (!pods) return [];
    const servicePorts: { name?: string; port: number; targetPort?: string | number }[] = s.spec.ports ?? [];
    const number = (p: { port: number; targetPort?: string | number }) =>
      typeof p.targetPort === 'string' ? (pods.ports.get(p.targetPort) ?? -1) : (p.targetPort ?? p.port);
    return [
      {
        name: s.metadata.name,
        namespace,
        labels: s.metadata.labels ?? {},
        ports: new Map(servicePorts.flatMap((p) => (p.name ? [[p.name, number(p)] as const] : []))),
        numbers: new Map(servicePorts.map((p) => [p.port, number(p)] as const)),
        pods: pods.pods,
      },
    ];
  }
}

/** Pods that the operator makes for one of its objects: it labels them itself, and calls their port `web`. */
function operated(o: KubeObject, labels: Record<string, string>, port: number) {
  return {
    pods: { namespace: o.metadata.namespace ?? 'default', labels: { ...o.spec.podMetadata?.labels, ...labels } },
    ports: new Map([['web', port]]),
    numbers: [port],
  };
}

function selectedNamespaces(m: KubeObject): 'any' | string[] {
  const selector = m.spec.namespaceSelector ?? {};
  return selector.any === true ? 'any' : (selector.matchNames ?? [m.metadata.namespace ?? 'default']);
}
