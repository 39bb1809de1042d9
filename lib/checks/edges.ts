import type { KnownPods } from './facts';
import { describe, type Finding, type KubeObject, type ObjectSet, selects } from './model';
import { operatedPods, type PodSet } from './operated';
import { blockedBy, type Endpoint } from './reach';
import { selectingPods } from './selection';

/** Where a scrape goes: pods, and the port on them. */
interface Target {
  readonly pods: Endpoint;
  readonly port: number;
}

interface Missing {
  readonly missing: string;
  /** True where it is sure although there may be more in the cluster than the set shows. */
  readonly sure: boolean;
}
type Resolved = { readonly targets: readonly Target[] } | Missing;

/**
 * Each edge that a scrape needs exists and is open: a monitor finds a Service or pods, the port that it names is there,
 * and the policies of the set let Prometheus (and the prober) through.
 */
export function checkEdges(set: ObjectSet): Finding[] {
  const world = new World(set);
  const resolvers: readonly [string, (m: KubeObject) => Resolved[]][] = [
    ['ServiceMonitor', (m) => (m.spec?.endpoints ?? []).map((e: Endpointish) => world.serviceMonitor(m, e))],
    ['PodMonitor', (m) => (m.spec?.podMetricsEndpoints ?? []).map((e: Endpointish) => world.podMonitor(m, e))],
    ['Probe', (m) => [world.url(m.spec?.prober?.url ?? '')]],
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
    if (world.set.partial && !resolved.sure) return [];
    return [
      {
        object: describe(monitor),
        subject: monitor,
        property: 'spec',
        given: resolved.missing,
        allowed: world.set.partial
          ? 'a port that a Service of the manifests has'
          : 'a target that is in the set or in the description of the installation',
        remedy: 'Correct the labels, the namespace or the port, or describe what is there.',
      },
    ];
  }
  return resolved.targets.flatMap(({ pods, port }) =>
    world.scrapersOf(monitor).flatMap((from) => closed(world, monitor, 'Prometheus', from, pods, port)),
  );
}

/** The second half of a probe: from the prober to what it asks. Only targets with an in-cluster name can be followed. */
function probeFindings(world: World, probe: KubeObject): Finding[] {
  const prober = world.url(probe.spec?.prober?.url ?? '');
  if ('missing' in prober) return [];
  const asked: readonly string[] = probe.spec?.targets?.staticConfig?.static ?? [];
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
      subject: monitor,
      property: 'NetworkPolicy',
      given: `${who} in ${from.namespace} to port ${port} of ${JSON.stringify(to.labels)} in ${to.namespace}`,
      allowed: `an edge that is open; ${blocker} closes it`,
      remedy: 'Open the port to that peer in the policy, or remove the monitor.',
    },
  ];
}

/** A Service, and the pods behind it where they are known. */
interface ServiceEntry {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Record<string, string>;
  /** Name, and number, of a port to the number on the pods. */
  readonly ports: ReadonlyMap<string, number>;
  readonly numbers: ReadonlyMap<number, number>;
  /** Names and numbers of all the ports that it has; empty where that is not shown. */
  readonly all: readonly (string | number)[];
  readonly podSet?: PodSet;
}

/** Names that resolve to pods: Services of the set and of the facts. */
class World {
  private readonly services: readonly ServiceEntry[];
  private readonly podSets: readonly PodSet[];

  constructor(readonly set: ObjectSet) {
    const known = set.facts.flatMap((f) => f.knownPods ?? []).map((k) => ({ ...k, podSet: podSetOf(k) }));
    this.podSets = [
      ...set.kind('Deployment', 'StatefulSet', 'DaemonSet').map(workloadPods),
      ...set.kind('Prometheus', 'Alertmanager').map(operatedPods),
      ...known.map((k) => k.podSet),
    ];
    this.services = [
      ...set.kind('Service').flatMap((s) => this.fromService(s)),
      ...known.flatMap((k) => (k.service ? [knownService(k.namespace, k.service, k.podSet)] : [])),
    ];
  }

  /** Pods of every Prometheus in the set, or of those that exist already; of others' only those that select a monitor. */
  scrapersOf(monitor: KubeObject): Endpoint[] {
    if (this.set.partial) return selectingPods(this.set, monitor);
    const own = this.set.kind('Prometheus').map((p) => operatedPods(p).pods);
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
      (s) => (namespaces === 'any' || namespaces.includes(s.namespace)) && selects(m.spec?.selector, s.labels),
    );
    const where = `no Service with ${JSON.stringify(m.spec?.selector?.matchLabels ?? {})} in ${namespaces === 'any' ? 'any namespace' : namespaces.join(', ')}`;
    if (found.length === 0) return { missing: where, sure: false };
    const targets = found.flatMap((s) => {
      const port = e.port === undefined ? podPort(s.podSet, e.targetPort) : s.ports.get(e.port);
      return port === undefined || !s.podSet ? [] : [{ pods: s.podSet.pods, port }];
    });
    if (targets.length > 0) return { targets };
    const { port } = e;
    return {
      missing: `${where} has a port named ${JSON.stringify(port)}`,
      sure: port !== undefined && found.every((s) => lacks(s, port)),
    };
  }

  podMonitor(m: KubeObject, e: Endpointish): Resolved {
    const prober = e.relabelings?.find((r) => r.targetLabel === '__address__' && !r.sourceLabels)?.replacement;
    if (prober !== undefined) return this.url(prober);
    const namespaces = selectedNamespaces(m);
    const found = this.podSets.filter(
      (p) =>
        (namespaces === 'any' || namespaces.includes(p.pods.namespace)) && selects(m.spec?.selector, p.pods.labels),
    );
    const targets = found.flatMap((p) => {
      const port = e.portNumber ?? (e.port === undefined ? undefined : p.ports.get(e.port));
      return port !== undefined && p.numbers.includes(port) ? [{ pods: p.pods, port }] : [];
    });
    return targets.length > 0
      ? { targets }
      : {
          missing: `no pods with ${JSON.stringify(m.spec?.selector?.matchLabels ?? {})} and port ${e.portNumber ?? e.port} in ${namespaces === 'any' ? 'any namespace' : namespaces.join(', ')}`,
          // Whatever puts sidecars into pods adds ports that no manifest shows.
          sure: false,
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
    if (service?.podSet && port !== undefined) return { targets: [{ pods: service.podSet.pods, port }] };
    return { missing: `no Service answers at ${address}`, sure: service ? lacks(service, asked) : false };
  }

  private fromService(s: KubeObject): ServiceEntry[] {
    const namespace = s.metadata.namespace ?? 'default';
    const selector: Record<string, string> = s.spec?.selector ?? {};
    // Without a selector, somebody else says where it leads.
    const podSet = Object.keys(selector).length
      ? this.podSets.find((p) => p.pods.namespace === namespace && selects({ matchLabels: selector }, p.pods.labels))
      : undefined;
    if (!podSet && !this.set.partial) return [];
    const servicePorts: { name?: string; port: number; targetPort?: string | number }[] = s.spec?.ports ?? [];
    // A named port that the pods of the set do not declare may be added to them later.
    const unresolved = this.set.partial ? undefined : -1;
    const number = (p: { port: number; targetPort?: string | number }) =>
      typeof p.targetPort === 'string' ? (podSet?.ports.get(p.targetPort) ?? unresolved) : (p.targetPort ?? p.port);
    const numbered = servicePorts.flatMap((p) => {
      const target = number(p);
      return target === undefined ? [] : [{ ...p, target }];
    });
    return [
      {
        name: s.metadata.name,
        namespace,
        labels: s.metadata.labels ?? {},
        ports: new Map(numbered.flatMap((p) => (p.name ? [[p.name, p.target] as const] : []))),
        numbers: new Map(numbered.map((p) => [p.port, p.target] as const)),
        all: servicePorts.flatMap((p) => [p.port, ...(p.name ? [p.name] : [])]),
        podSet,
      },
    ];
  }
}

function workloadPods(w: KubeObject): PodSet {
  const { metadata, spec } = w.spec?.template ?? {};
  const containers: { ports?: { name?: string; containerPort: number }[] }[] = spec?.containers ?? [];
  const ports = containers.flatMap((c) => c.ports ?? []);
  return {
    pods: {
      namespace: w.metadata.namespace ?? 'default',
      labels: metadata?.labels ?? {},
      hostNetwork: spec?.hostNetwork === true,
    },
    ports: new Map(ports.flatMap((p) => (p.name ? [[p.name, p.containerPort] as const] : []))),
    numbers: ports.map((p) => p.containerPort),
  };
}

function podSetOf(k: KnownPods): PodSet {
  return {
    pods: { namespace: k.namespace, labels: { ...k.labels } },
    ports: new Map<string, number>(),
    numbers: [...k.ports],
  };
}

function knownService(namespace: string, service: NonNullable<KnownPods['service']>, podSet: PodSet): ServiceEntry {
  const ports = Object.entries(service.ports);
  return {
    name: service.name,
    namespace,
    labels: { ...service.labels },
    ports: new Map(ports),
    numbers: new Map(ports.map(([, p]) => [p, p] as const)),
    // What people write down need not be everything.
    all: [],
    podSet,
  };
}

/** Whether it is sure that a Service has no such port. */
function lacks(s: ServiceEntry, port: string | number): boolean {
  return s.all.length > 0 && !s.all.includes(port);
}

function podPort(podSet: PodSet | undefined, port: string | number | undefined): number | undefined {
  return typeof port === 'string' ? podSet?.ports.get(port) : port;
}

function selectedNamespaces(m: KubeObject): 'any' | string[] {
  const selector = m.spec?.namespaceSelector ?? {};
  return selector.any === true ? 'any' : (selector.matchNames ?? [m.metadata.namespace ?? 'default']);
}
