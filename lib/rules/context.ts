import type { SovraInstallation } from '../sovra/installation';
import { type MetricId, metricName } from '../sovra/metrics';
import type { AlertDefinition, RuleContext } from './alert';
import type { AlertOptions } from './options';
import type { AlertOverride } from './overrides';
import { type AlertThresholds, thresholdsOf } from './thresholds';

/** What the catalogue's expressions are written with. */
export interface AlertContext extends RuleContext {
  readonly thresholds: AlertThresholds;
  /** Whether the user left out the alert of that name, or gave it another expression: nobody knows of whom that speaks. */
  leftOut(alert: string): boolean;
}

/** An entry of the catalogue before the names of other entries are known. */
export type CatalogueEntry = AlertDefinition<string, AlertContext>;

/** The context of one alert: it can name only the metrics that it declared. */
export function alertContext(
  sovra: SovraInstallation,
  metrics: readonly MetricId[],
  options: Pick<AlertOptions, 'alerts' | 'thresholds'>,
): AlertContext {
  const alerts: Readonly<Record<string, false | AlertOverride | undefined>> = options.alerts ?? {};
  return {
    sovra,
    thresholds: thresholdsOf(options.thresholds),
    leftOut: (name) => {
      const alert = alerts[name];
      return alert === false || alert?.expr !== undefined;
    },
    metric(id) {
      const name = metrics.includes(id) ? metricName(id, sovra.dialect) : null;
      if (name === null) throw new Error(`the metric "${id}" is not among those that the alert declares`);
      return name;
    },
  };
}

export const hasControlPlane = (sovra: SovraInstallation): boolean => sovra.controlPlane !== undefined;

export const hasDatabase = (sovra: SovraInstallation): boolean => sovra.database !== undefined;

/** Somebody scrapes the kubelets, and says so. */
export const hasVolumes = (sovra: SovraInstallation): boolean => sovra.volumes !== undefined;

/** Namespaces that an expression names one by one; beyond, it would be longer than anybody can read or etcd may hold. */
const NAMED_NAMESPACES = 50;

/** The matcher of the volumes that are watched, whatever the job is called that scrapes the kubelets. */
export function ofVolumes({ volumes }: SovraInstallation): string {
  const namespaces = volumes?.namespaces ?? [];
  return namespaces.length > NAMED_NAMESPACES ? 'namespace!=""' : `namespace=~"${anyOf(namespaces)}"`;
}

/** Probes of `/v1/sys/health`, of the Vault pods here and of edge nodes elsewhere. */
export const HEALTH_PROBES = 'job=~"vault-health|edge-probe"';

/** What tells one Vault from another: the pod here, the address elsewhere. */
export const ONE_VAULT = 'edge_node, namespace, pod, instance';

/** Some Vault runs in this cluster. */
export const hasLocalVault = (sovra: SovraInstallation): boolean => sovra.localEdgeNodes.length > 0;

/** The health of some Vault is probed, here or elsewhere. */
export const hasVaultProbe = (sovra: SovraInstallation): boolean =>
  sovra.edgeNodes.some((n) => n.vault !== undefined || n.healthUrls.length > 0);

export const hasPolicyAgent = (sovra: SovraInstallation): boolean =>
  sovra.edgeNodes.some((n) => n.policyAgent !== undefined);

/** The control plane should hear from edge nodes that are described. */
export const expectsEdgeNodes = (sovra: SovraInstallation): boolean =>
  hasControlPlane(sovra) && sovra.edgeNodes.length > 0;

export const expectsFederation = (sovra: SovraInstallation): boolean =>
  hasControlPlane(sovra) && sovra.federationPartners.length > 0;

/** A value for `=~` that matches exactly these words. Regular expressions in PromQL are anchored. */
export function anyOf(words: readonly string[]): string {
  return words.map((w) => w.replace(/[.*+?^${}()|[\]\\]/g, '\\\\$&')).join('|');
}

/**
 * One alert for each edge node, unless so many have the same trouble that the cause is shared. Thousands of pages help
 * nobody, and Prometheus could not render them in time: `speaker`, the alert on all of them together, then speaks for
 * each. Where the user left that one out, nothing is held back.
 *
 * @param count how many have the trouble, as an expression
 */
export function heldBackTogether(
  c: AlertContext,
  speaker: string,
  trouble: string,
  count = `count(${trouble})`,
): string {
  if (c.leftOut(speaker)) return trouble;
  return `${trouble}\nunless on () (${count} > ${c.thresholds.edgeNodesTogether})`;
}

/** The 95th percentile over five minutes, only while there is enough traffic to judge by. */
export function slowP95(c: AlertContext, histogram: MetricId, threshold: number): string {
  const name = c.metric(histogram);
  return (
    `histogram_quantile(0.95, sum by (le) (rate(${name}_bucket{job="sovra-api"}[5m]))) > ${threshold}\n` +
    `and sum(rate(${name}_count{job="sovra-api"}[5m])) > ${c.thresholds.minimumRate}`
  );
}
