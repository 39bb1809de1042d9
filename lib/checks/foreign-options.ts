import {
  checkPrometheusRef,
  type KubePrometheusStackProps,
  kubePrometheusStack,
  type PrometheusRef,
} from '../kube/prometheus-ref';
import { unknownName } from '../rules/nearest';
import { SovraInstallation, type SovraInstallationProps } from '../sovra/installation';
import { Checker, dnsLabel, port } from '../validate';
import { checkExceptions, type ManifestException } from './exceptions';
import type { Facts, KnownPods } from './facts';
import { installationPods } from './known-pods';

/** A Prometheus that is there already: what it selects, and what its pods are called. */
export type ExistingPrometheus = Pick<PrometheusRef, 'name' | 'namespace' | 'selectorLabels' | 'podLabels'> &
  Partial<PrometheusRef>;

/** What manifests cannot show, for checks of objects that were not made by constructs of this library. */
export interface ManifestOptions {
  /** Namespace of objects that name none, as `kubectl apply --namespace` gives it. @default 'default' */
  readonly namespace?: string;
  /**
   * The Prometheus that exists outside of the manifests: what it selects, or the release of kube-prometheus-stack that it
   * is of. @default none; without one in the manifests either, neither selection nor edges can be judged
   */
  readonly existingPrometheus?: ExistingPrometheus | { readonly kubePrometheusStack: KubePrometheusStackProps };
  /**
   * The Sovra installation whose metrics rules ask for: metrics that begin with `sovra_` are held against those that it
   * exports, and its pods are known as targets. @default none; of expressions only the syntax is checked
   */
  readonly installation?: SovraInstallation | SovraInstallationProps;
  /** Pods that are scraped and not in the manifests, with all of their labels. @default those of `installation` */
  readonly knownPods?: readonly KnownPods[];
  /** Findings that are known and accepted, each with its reason. @default none */
  readonly ignore?: readonly ManifestException[];
}

/** The names of all fields of a type; one that is forgotten does not compile. */
const fieldsOf = <T>(fields: Readonly<Record<keyof T, true>>): readonly string[] => Object.keys(fields);

const FIELDS = {
  options: fieldsOf<ManifestOptions>({
    namespace: true,
    existingPrometheus: true,
    installation: true,
    knownPods: true,
    ignore: true,
  }),
  existingPrometheus: [
    'kubePrometheusStack',
    ...fieldsOf<PrometheusRef>({
      name: true,
      namespace: true,
      selectorLabels: true,
      namespaces: true,
      podLabels: true,
      serviceAccount: true,
      url: true,
      retention: true,
      grafanaUrl: true,
      remoteWriteUrls: true,
      watched: true,
    }),
  ],
  kubePrometheusStack: fieldsOf<KubePrometheusStackProps>({
    release: true,
    namespace: true,
    retention: true,
    grafanaUrl: true,
  }),
  installation: fieldsOf<SovraInstallationProps>({
    name: true,
    namespace: true,
    dialect: true,
    controlPlane: true,
    database: true,
    edgeNodes: true,
    federationPartners: true,
    volumes: true,
    cli: true,
    images: true,
    extraMetrics: true,
  }),
  knownPods: fieldsOf<KnownPods>({ namespace: true, labels: true, ports: true, service: true }),
  service: fieldsOf<NonNullable<KnownPods['service']>>({ name: true, labels: true, ports: true }),
  exception: fieldsOf<ManifestException>({ object: true, check: true, reason: true }),
};

/** Options as the checks take them. */
export interface ResolvedOptions {
  readonly namespace: string;
  readonly facts: readonly Facts[];
  readonly ignore: readonly ManifestException[];
}

/**
 * Holds options against what can work; they may come from a file, so that a name that does not exist is refused too.
 * @throws {SovraOpsError} listing every property that cannot work
 */
export function resolveOptions(options: ManifestOptions = {}): ResolvedOptions {
  const c = new Checker('options of the checks').props(options);
  known(c, '', options, 'options');
  c.value('namespace', options.namespace, dnsLabel);
  const existing = checkExisting(c, options.existingPrometheus);
  const installation = c.part('installation', options.installation);
  const made = isInstallation(installation);
  if (installation && !made) known(c, 'installation', installation, 'installation');
  checkKnownPods(c, options.knownPods);
  for (const { at, entry } of c.parts('ignore', options.ignore)) known(c, at, entry, 'exception');
  checkExceptions(c, 'ignore', options.ignore);
  c.done();
  const sovra = installation && (made ? installation : new SovraInstallation(installation as SovraInstallationProps));
  return {
    namespace: options.namespace ?? 'default',
    facts: [
      {
        ...(existing && { existingPrometheus: existing() }),
        ...(sovra && { sovra }),
        knownPods: [...(sovra ? installationPods(sovra) : []), ...(options.knownPods ?? [])],
      },
    ],
    ignore: options.ignore ?? [],
  };
}

/** Refuses fields that there are not. */
function known(c: Checker, at: string, given: object, of: keyof typeof FIELDS): void {
  const names = FIELDS[of];
  for (const name of Object.keys(given))
    if (!names.includes(name))
      unknownName(c, at === '' ? name : `${at}.${name}`, name, names, `one of ${names.join(', ')}`);
}

/** Not `instanceof`: two copies of this library may be installed side by side. */
function isInstallation(given: object | undefined): given is SovraInstallation {
  return typeof (given as SovraInstallation | undefined)?.image === 'function';
}

/** What makes the reference, once everything is known to be right. */
function checkExisting(c: Checker, given: ManifestOptions['existingPrometheus']): (() => PrometheusRef) | undefined {
  const existing = c.part('existingPrometheus', given);
  if (existing === undefined) return undefined;
  known(c, 'existingPrometheus', existing, 'existingPrometheus');
  if (!('kubePrometheusStack' in existing)) {
    // A reference that a construct takes is taken here as well; these two are of no use to the checks.
    const ref: PrometheusRef = { ...{ serviceAccount: 'prometheus', url: 'http://prometheus' }, ...existing };
    checkPrometheusRef(c, 'existingPrometheus', ref);
    return () => ref;
  }
  const others = Object.keys(existing).filter((k) => k !== 'kubePrometheusStack');
  c.require(others.length === 0, {
    property: 'existingPrometheus',
    given: others,
    allowed: '`kubePrometheusStack` on its own',
    remedy: 'Leave the others out, or describe the Prometheus without `kubePrometheusStack`.',
  });
  const stack = c.part('existingPrometheus.kubePrometheusStack', existing.kubePrometheusStack ?? {});
  if (stack) known(c, 'existingPrometheus.kubePrometheusStack', stack, 'kubePrometheusStack');
  return () => kubePrometheusStack(stack);
}

const labelsAreGiven = 'Say which labels its pods have.';

function checkKnownPods(c: Checker, given: ManifestOptions['knownPods']): void {
  for (const { at, entry } of c.parts('knownPods', given)) {
    known(c, at, entry, 'knownPods');
    c.item(`${at}.namespace`, entry.namespace, dnsLabel)
      .given(`${at}.labels`, entry.labels, labelsAreGiven)
      .selector(`${at}.labels`, entry.labels)
      .given(`${at}.ports`, entry.ports, 'Say which ports are scraped.')
      .each(`${at}.ports`, entry.ports, port);
    const service = c.part(`${at}.service`, entry.service);
    if (service === undefined) continue;
    known(c, `${at}.service`, service, 'service');
    c.item(`${at}.service.name`, service.name, dnsLabel)
      .given(`${at}.service.labels`, service.labels, 'Say which labels the Service has.')
      .labels(`${at}.service.labels`, service.labels)
      .given(`${at}.service.ports`, service.ports, 'Say which ports the Service has, by name.');
    for (const [name, number] of Object.entries(c.part(`${at}.service.ports`, service.ports) ?? {}))
      c.item(`${at}.service.ports.${name}`, number, port);
  }
}
