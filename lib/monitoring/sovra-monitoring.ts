import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { enableChecks } from '../checks/enable';
import { declareFacts, type KnownPods } from '../checks/facts';
import { installationPods } from '../checks/known-pods';
import { checkNetwork } from '../kube/check-network';
import { closedNamespace } from '../kube/closed-namespace';
import { selectorLabels } from '../kube/labels';
import type { ClusterNetworkProps, Opening, Peer } from '../kube/network';
import { checkPrometheusRef, type PrometheusRef, SOVRA_PROMETHEUS } from '../kube/prometheus-ref';
import { WATCHERS } from '../rules/alert';
import { checkInstallation } from '../sovra/check-installation';
import type { Labels, SovraInstallation } from '../sovra/installation';
import { Checker, dnsLabel, flag, port } from '../validate';
import {
  ALERTMANAGER_POD_LABELS,
  ALERTMANAGER_PORT,
  type AlertmanagerProps,
  checkAlertmanager,
  SovraAlertmanager,
} from './alertmanager';
import {
  BLACKBOX_EXPORTER,
  BLACKBOX_PORT,
  type BlackboxExporterProps,
  checkBlackbox,
  SovraBlackboxExporter,
} from './blackbox-exporter';
import { checkGrafana, GRAFANA, GRAFANA_PORT, Grafana, type GrafanaOptions, grafanaPods, grafanaUrl } from './grafana';
import { checkGrafanaDashboards, GrafanaDashboards, type GrafanaDashboardsProps } from './grafana-dashboards';
import { type KubeStateMetricsService, kubeStateMetricsPods, watchedPods } from './known-pods';
import {
  checkKubeStateMetrics,
  KUBE_STATE_METRICS,
  KUBE_STATE_METRICS_PORT,
  type KubeStateMetricsProps,
  SovraKubeStateMetrics,
} from './kube-state-metrics';
import {
  apiMonitor,
  apiProbe,
  edgeProbe,
  policyAgentMonitor,
  serviceMonitor,
  vaultHealthMonitor,
  vaultMonitor,
} from './monitors';
import {
  checkPostgresExporter,
  POSTGRES_EXPORTER,
  POSTGRES_EXPORTER_PORT,
  type PostgresExporterProps,
  SovraPostgresExporter,
} from './postgres-exporter';
import { checkPrometheus, type PrometheusProps, SovraPrometheus, watchedNamespaces } from './prometheus';

/** A kube-state-metrics that is there already. */
export interface ExistingKubeStateMetrics {
  /** True: it is scraped already, under the job `kube-state-metrics`. Else where its Service is. */
  readonly existing: true | KubeStateMetricsService;
}

/** By which the shipped network policies of Vault and OPA let scrapes in. */
const SCRAPES = { name: 'monitoring' };

export interface SovraMonitoringProps {
  /** What is to be monitored. */
  readonly sovra: SovraInstallation;
  /** Namespace of the stack. @default 'monitoring' (guide: quick start), or that of an existing Prometheus */
  readonly namespace?: string;
  /** Make the namespace, closed by default and enforcing Pod Security `restricted`. @default true, unless a Prometheus exists already */
  readonly createNamespace?: boolean;
  /** The Prometheus of the stack, or one that is there already (`kubePrometheusStack()`). @default a new one, run by the operator of the cluster */
  readonly prometheus?: PrometheusProps | { readonly existing: PrometheusRef };
  /** Not made where a Prometheus exists already: it has an Alertmanager of its own. @default three replicas */
  readonly alertmanager?: AlertmanagerProps;
  /**
   * A Grafana of its own, the dashboards for one that is there, or false for neither.
   * @default a new one; where a Prometheus exists already, dashboards for the Grafana beside it
   */
  readonly grafana?: GrafanaOptions | { readonly existing: Omit<GrafanaDashboardsProps, 'sovra'> } | false;
  /** @default a new one that sees CronJobs and Jobs of the installation's namespaces */
  readonly kubeStateMetrics?: KubeStateMetricsProps | ExistingKubeStateMetrics;
  /** @default two replicas */
  readonly blackboxExporter?: BlackboxExporterProps;
  /** False where PostgreSQL is watched by other means. @default an exporter beside the control plane */
  readonly postgresExporter?: PostgresExporterProps | false;
  /** What network policies cannot know. @default CoreDNS in kube-system, the API server anywhere */
  readonly network?: ClusterNetworkProps;
}

/**
 * The guide's "Monitoring & Observability" for a cluster that has the Prometheus Operator: Prometheus, Alertmanager,
 * the exporters, and whatever scrapes and probes the installation.
 *
 * @throws {SovraOpsError} listing every property that cannot work
 */
export class SovraMonitoring extends Construct {
  /** The Prometheus that rules and monitors are meant for; hand it to `SovraAlerts` and the others. */
  readonly prometheusRef: PrometheusRef;
  readonly namespace: string;
  /** Set where the stack makes its namespace. Whatever goes into it has to come behind. */
  readonly namespaceObject?: ApiObject;
  readonly prometheus?: SovraPrometheus;
  readonly alertmanager?: SovraAlertmanager;
  readonly blackboxExporter: SovraBlackboxExporter;
  readonly kubeStateMetrics?: SovraKubeStateMetrics;
  readonly postgresExporter?: SovraPostgresExporter;
  /** Set where the stack has a Grafana of its own. */
  readonly grafana?: Grafana;
  /** Set where only the dashboards were made. */
  readonly grafanaDashboards?: GrafanaDashboards;
  /** Every ServiceMonitor, PodMonitor and Probe. */
  readonly monitors: readonly ApiObject[];

  constructor(scope: Construct, id: string, props: SovraMonitoringProps) {
    super(scope, id);
    check(this, props);
    const { sovra } = props;
    const existing = props.prometheus && 'existing' in props.prometheus ? props.prometheus.existing : undefined;
    this.namespace = props.namespace ?? existing?.namespace ?? SOVRA_PROMETHEUS.namespace;
    const network = props.network ?? {};
    const prometheusPods: Peer = {
      namespace: existing?.namespace ?? this.namespace,
      podLabels: existing?.podLabels ?? SOVRA_PROMETHEUS.podLabels,
    };
    const shared = { sovra, namespace: this.namespace, network, prometheus: prometheusPods };

    if (props.createNamespace ?? existing === undefined)
      this.namespaceObject = closedNamespace(this, { name: this.namespace, component: 'monitoring', labels: SCRAPES });
    this.blackboxExporter = new SovraBlackboxExporter(this, 'blackbox-exporter', {
      ...shared,
      ...props.blackboxExporter,
    });
    if (!isExisting(props.kubeStateMetrics)) {
      const watched = watchedNamespaces(sovra, this.namespace);
      this.kubeStateMetrics = new SovraKubeStateMetrics(this, 'kube-state-metrics', {
        ...shared,
        watched,
        ...props.kubeStateMetrics,
      });
    }
    if (sovra.database && props.postgresExporter !== false) {
      this.postgresExporter = new SovraPostgresExporter(this, 'postgres-exporter', {
        ...shared,
        database: sovra.database,
        ...props.postgresExporter,
      });
    }
    const grafana = props.grafana ?? (existing ? { existing: {} } : {});
    const ownGrafana = grafana !== false && !('existing' in grafana) ? grafanaUrl(grafana, this.namespace) : undefined;
    const queriedBy = grafana !== false && !('existing' in grafana) ? [grafanaPods(this.namespace)] : [];
    const elsewhere = existingService(props.kubeStateMetrics);
    const known = [...installationPods(sovra), ...(elsewhere ? [kubeStateMetricsPods(elsewhere)] : [])];
    if (existing) {
      this.prometheusRef =
        existing.grafanaUrl === undefined && ownGrafana !== undefined
          ? { ...existing, grafanaUrl: ownGrafana }
          : existing;
      declareFacts(this, { existingPrometheus: existing, knownPods: watchedPods(existing) });
    } else {
      const own = props.prometheus as PrometheusProps | undefined;
      this.alertmanager = new SovraAlertmanager(this, 'alertmanager', { ...shared, queriedBy, ...props.alertmanager });
      this.prometheus = new SovraPrometheus(this, 'prometheus', {
        ...shared,
        ...own,
        grafanaUrl: own?.grafanaUrl ?? ownGrafana,
        // What is scraped elsewhere has to be discovered there.
        namespaces: [...(own?.namespaces ?? []), ...(elsewhere ? [elsewhere.namespace] : [])],
        targets: this.targets(sovra, known, queriedBy),
        queriedBy: [...queriedBy, ...(own?.queriedBy ?? [])],
      });
      this.prometheusRef = this.prometheus.ref;
    }
    const scrapeInterval = existing ? undefined : (props.prometheus as PrometheusProps | undefined)?.scrapeInterval;
    if (grafana && 'existing' in grafana) {
      this.grafanaDashboards = new GrafanaDashboards(this, 'grafana-dashboards', {
        ...grafana.existing,
        namespace: grafana.existing.namespace ?? this.namespace,
        sovra,
      });
    } else if (grafana) {
      this.grafana = new Grafana(this, 'grafana', {
        ...grafana,
        scrapeInterval: grafana.scrapeInterval ?? scrapeInterval,
        sovra,
        network,
        namespace: this.namespace,
        prometheus: this.prometheusRef,
        alertmanager: existing ? false : undefined,
      });
    }
    this.monitors = [...this.installationMonitors(sovra), ...this.stackMonitors(props)];
    declareFacts(this, { sovra, knownPods: known });
    enableChecks(this);
  }

  /** Edges from Prometheus to what it scrapes. */
  private targets(sovra: SovraInstallation, known: readonly KnownPods[], grafana: readonly Peer[]): Opening[] {
    const own = (name: string, port: number, namespace = this.namespace): Opening => ({
      peers: [{ namespace, podLabels: selectorLabels(name) }],
      ports: [port],
    });
    return [
      ...known.map((p) => ({
        peers: [{ namespace: p.namespace, podLabels: p.labels }],
        ports: p.ports,
      })),
      own(BLACKBOX_EXPORTER, BLACKBOX_PORT),
      ...(this.kubeStateMetrics ? [own(KUBE_STATE_METRICS, KUBE_STATE_METRICS_PORT)] : []),
      ...(this.postgresExporter ? [own(POSTGRES_EXPORTER, POSTGRES_EXPORTER_PORT, sovra.namespace)] : []),
      { peers: [{ namespace: this.namespace, podLabels: ALERTMANAGER_POD_LABELS }], ports: [ALERTMANAGER_PORT] },
      ...(grafana.length > 0 ? [{ peers: grafana, ports: [GRAFANA_PORT] }] : []),
    ];
  }

  /** What watches the installation itself. */
  private installationMonitors(sovra: SovraInstallation): ApiObject[] {
    const ref = this.prometheusRef;
    const api = sovra.controlPlane;
    return [
      ...(api ? [apiMonitor(this, ref, api), apiProbe(this, ref, this.namespace, api)] : []),
      ...sovra.edgeNodes.flatMap((node) => [
        ...(node.vault
          ? [vaultMonitor(this, ref, node, node.vault), vaultHealthMonitor(this, ref, this.namespace, node, node.vault)]
          : []),
        ...(node.policyAgent ? [policyAgentMonitor(this, ref, node, node.policyAgent)] : []),
        ...(node.healthUrls.length > 0 ? [edgeProbe(this, ref, this.namespace, node)] : []),
      ]),
    ];
  }

  /** What watches the watchers. */
  private stackMonitors(props: SovraMonitoringProps): ApiObject[] {
    const ref = this.prometheusRef;
    const monitor = (
      job: Parameters<typeof serviceMonitor>[4]['job'],
      namespace: string,
      labels: Labels,
      portName = 'http',
      honorLabels = false,
    ) => serviceMonitor(this, `monitor-${job}`, `sovra-${job}`, ref, { job, namespace, labels, portName, honorLabels });
    const elsewhere = existingService(props.kubeStateMetrics);
    return [
      monitor('blackbox-exporter', this.namespace, selectorLabels(BLACKBOX_EXPORTER)),
      ...(this.kubeStateMetrics
        ? [monitor('kube-state-metrics', this.namespace, selectorLabels(KUBE_STATE_METRICS), 'http', true)]
        : []),
      ...(elsewhere
        ? [monitor('kube-state-metrics', elsewhere.namespace, elsewhere.labels, elsewhere.portName, true)]
        : []),
      ...(this.postgresExporter ? [monitor('postgres', props.sovra.namespace, selectorLabels(POSTGRES_EXPORTER))] : []),
      ...(this.grafana ? [monitor('grafana', this.namespace, selectorLabels(GRAFANA))] : []),
      ...WATCHERS.flatMap((job) => {
        const service = ref.watched?.[job];
        return service ? [monitor(job, ref.namespace, service.labels, service.portName)] : [];
      }),
    ];
  }
}

function isExisting(p: KubeStateMetricsProps | ExistingKubeStateMetrics | undefined): p is ExistingKubeStateMetrics {
  return p !== undefined && 'existing' in p;
}

/** Where a kube-state-metrics is that this stack scrapes but does not make. */
function existingService(p: SovraMonitoringProps['kubeStateMetrics']): KubeStateMetricsService | undefined {
  return isExisting(p) && p.existing !== true ? p.existing : undefined;
}

function check(construct: Construct, props: SovraMonitoringProps): void {
  const c = new Checker(construct.node.path).props(props);
  checkInstallation(c, props.sovra);
  c.value('namespace', props.namespace, dnsLabel).value('createNamespace', props.createNamespace, flag);
  checkPrometheusOrExisting(c, props);
  const alertmanager = c.part('alertmanager', props.alertmanager);
  if (alertmanager) checkAlertmanager(c, 'alertmanager.', alertmanager);
  const grafana = props.grafana === false ? undefined : c.part('grafana', props.grafana);
  if (grafana && 'existing' in grafana) {
    const existing = c.part('grafana.existing', grafana.existing ?? null);
    if (existing) checkGrafanaDashboards(c, 'grafana.existing.', existing);
  } else if (grafana) checkGrafana(c, 'grafana.', grafana);
  const metrics = c.part('kubeStateMetrics', props.kubeStateMetrics);
  if (isExisting(metrics)) checkExistingMetrics(c, 'kubeStateMetrics.existing', metrics.existing);
  else if (metrics) checkKubeStateMetrics(c, 'kubeStateMetrics.', metrics);
  const blackboxExporter = c.part('blackboxExporter', props.blackboxExporter);
  if (blackboxExporter) checkBlackbox(c, 'blackboxExporter.', blackboxExporter);
  const postgres = props.postgresExporter === false ? undefined : c.part('postgresExporter', props.postgresExporter);
  if (postgres) checkPostgresExporter(c, 'postgresExporter.', postgres);
  checkNetwork(c, 'network', props.network);
  c.done();
}

function checkPrometheusOrExisting(c: Checker, { prometheus: given, alertmanager }: SovraMonitoringProps): void {
  const prometheus = c.part('prometheus', given);
  const existing = prometheus !== undefined && 'existing' in prometheus;
  if (existing) checkPrometheusRef(c, 'prometheus.existing', prometheus.existing ?? null);
  else if (prometheus) checkPrometheus(c, 'prometheus.', prometheus);
  c.require(!existing || alertmanager === undefined, {
    property: 'alertmanager',
    given: alertmanager,
    allowed: 'nothing beside an existing Prometheus, which has an Alertmanager of its own',
    remedy: 'Leave `alertmanager` out and take `SovraOnCall`, or set the receivers where that stack is configured.',
  });
}

function checkExistingMetrics(c: Checker, at: string, given: ExistingKubeStateMetrics['existing']): void {
  const service = given === true ? undefined : c.part(at, given ?? null);
  if (service === undefined) return;
  c.item(`${at}.namespace`, service.namespace, dnsLabel)
    .selector(`${at}.labels`, service.labels ?? null)
    .item(`${at}.portName`, service.portName, dnsLabel)
    .value(`${at}.port`, service.port, port);
}
