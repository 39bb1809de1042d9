import { WATCHERS, type Watcher } from '../rules/alert';
import { checkGrafanaUrl } from '../rules/overrides';
import type { Labels } from '../sovra/installation';
import { anyText, Checker, dnsLabel, duration, known, port, type Rule, url } from '../validate';
import { PART_OF, selectorLabels } from './labels';

/**
 * The Prometheus that rules and monitors are meant for. Whatever a construct emits carries `selectorLabels`, and the
 * synth checks prove that this Prometheus selects it.
 */
export interface PrometheusRef {
  /** Name of the `Prometheus` object. */
  readonly name: string;
  readonly namespace: string;
  /** Labels that a rule or monitor must carry to be selected. */
  readonly selectorLabels: Labels;
  /** Namespaces in which it looks for rules and monitors. @default all */
  readonly namespaces?: readonly string[];
  /** Labels of its pods, for network policies. */
  readonly podLabels: Labels;
  /** Its service account, which gets the right to discover targets. */
  readonly serviceAccount: string;
  /** Where it can be queried. */
  readonly url: string;
  /** How long it keeps series, as a Prometheus duration; no objective can look back further. @default not known */
  readonly retention?: string;
  /**
   * Address of the Grafana with the dashboards of this project, without a slash at its end: alerts link to it. One that
   * people can open from where they are is best; a Service of the cluster still says where to look.
   * @default not known: alerts have no link to a dashboard
   */
  readonly grafanaUrl?: string;
  /**
   * Where each of its replicas takes series that are written to it. A Service in front of several would give each series
   * to one of them only. @default it takes none
   */
  readonly remoteWriteUrls?: readonly string[];
  /**
   * Where its own metrics and those of its Alertmanager are, for the monitors that watch them. Alerts about one that is
   * not named here are left out, since nothing would answer them. @default none
   */
  readonly watched?: Partial<Readonly<Record<Watcher, WatchedService>>>;
}

/** A Service of the monitoring that is scraped, in the namespace of the Prometheus. */
export interface WatchedService {
  /** Labels of the Service. */
  readonly labels: Labels;
  /** Labels of its pods. */
  readonly podLabels: Labels;
  /** Name of the port on the Service. */
  readonly portName: string;
  /** Number of the port on the pods. */
  readonly port: number;
}

const PART_OF_LABEL = 'app.kubernetes.io/part-of';

const OWN_PODS = { 'app.kubernetes.io/name': 'prometheus', 'operator.prometheus.io/name': 'sovra' };

/** How long the Prometheus of the stack keeps series: five days more than the objectives look back. */
export const DEFAULT_RETENTION = '35d';

/** The Prometheus that `SovraMonitoring` makes by default. */
export const SOVRA_PROMETHEUS: PrometheusRef = {
  name: 'sovra',
  namespace: 'monitoring',
  selectorLabels: { 'app.kubernetes.io/part-of': PART_OF },
  podLabels: OWN_PODS,
  serviceAccount: 'prometheus',
  url: 'http://prometheus.monitoring.svc:9090',
  retention: DEFAULT_RETENTION,
  grafanaUrl: 'http://grafana.monitoring.svc:3000',
  watched: {
    prometheus: { labels: selectorLabels('prometheus'), podLabels: OWN_PODS, portName: 'http', port: 9090 },
    alertmanager: {
      labels: selectorLabels('alertmanager'),
      podLabels: { 'app.kubernetes.io/name': 'alertmanager', alertmanager: 'sovra' },
      portName: 'http',
      port: 9093,
    },
  },
};

/** Where rules for a Prometheus belong: its own namespace if it looks for rules there, else the first in which it does. */
export function ruleNamespace({ namespace, namespaces }: PrometheusRef): string {
  return namespaces === undefined || namespaces.includes(namespace) ? namespace : (namespaces[0] ?? namespace);
}

/** Holds the namespace of rules against those in which their Prometheus looks. */
export function checkRuleNamespace(c: Checker, namespace: string | undefined, prometheus: PrometheusRef): Checker {
  const { name, namespaces } = prometheus;
  return c.require(namespace === undefined || namespaces === undefined || namespaces.includes(namespace), {
    property: 'namespace',
    given: namespace,
    allowed: `a namespace in which Prometheus "${name}" looks for rules (${namespaces?.join(', ')})`,
    remedy: 'Put the rules there, or add this namespace to those of the Prometheus.',
  });
}

export interface KubePrometheusStackProps {
  /** Name of the Helm release. @default 'kube-prometheus-stack' */
  readonly release?: string;
  /** Namespace of the release. @default 'monitoring' */
  readonly namespace?: string;
  /** `prometheus.prometheusSpec.retention` of the release. @default '10d', the chart's */
  readonly retention?: string;
  /** Address of the Grafana with the dashboards of this project; see `PrometheusRef`. @default not known */
  readonly grafanaUrl?: string;
}

/** As Helm takes it; it becomes a label and a part of names, so without dots. */
const releaseName: Rule = (v) =>
  v.length <= 53
    ? dnsLabel(v)
    : {
        allowed: 'the name of a Helm release, at most 53 characters',
        remedy: 'Take it from `helm list --all-namespaces`.',
      };

/** Holds a reference to a Prometheus against what objects can be made for. */
export function checkPrometheusRef(c: Checker, at: string, given: PrometheusRef | null | undefined): void {
  const ref = c.part(at, given);
  if (ref === undefined) return;
  // By name and label the stack of this project is told from others, whose pods get no policy.
  c.item(`${at}.name`, ref.name, known(dnsLabel))
    // Where rules go is chosen among them.
    .item(`${at}.namespace`, ref.namespace, ref.namespaces === undefined ? dnsLabel : known(dnsLabel))
    .labels(`${at}.selectorLabels`, ref.selectorLabels ?? null)
    .value(`${at}.selectorLabels["${PART_OF_LABEL}"]`, ref.selectorLabels?.[PART_OF_LABEL], known(anyText))
    .each(`${at}.namespaces`, ref.namespaces, known(dnsLabel))
    .selector(`${at}.podLabels`, ref.podLabels ?? null)
    .item(`${at}.serviceAccount`, ref.serviceAccount, dnsLabel)
    .item(`${at}.url`, ref.url, url('http', 'https'))
    .value(`${at}.retention`, ref.retention, duration);
  checkGrafanaUrl(c, `${at}.grafanaUrl`, ref.grafanaUrl);
  c.each(`${at}.remoteWriteUrls`, ref.remoteWriteUrls, url('http', 'https'));
  c.require(ref.namespaces?.length !== 0, {
    property: `${at}.namespaces`,
    given: ref.namespaces,
    allowed: 'at least one namespace in which it looks',
    remedy: 'Leave it out where it looks in all of them.',
  });
  for (const [name, service] of Object.entries(c.part(`${at}.watched`, ref.watched) ?? {}))
    checkWatched(c, `${at}.watched.${name}`, name, service);
}

function checkWatched(c: Checker, at: string, name: string, given: WatchedService | undefined): void {
  c.require((WATCHERS as readonly string[]).includes(name), {
    property: at,
    given: name,
    allowed: WATCHERS.join(' or '),
    remedy: 'Only these are watched.',
  });
  const service = c.part(at, given);
  if (service === undefined) return;
  c.selector(`${at}.labels`, service.labels ?? null)
    .selector(`${at}.podLabels`, service.podLabels ?? null)
    .item(`${at}.portName`, service.portName, dnsLabel)
    .item(`${at}.port`, service.port, port);
}

/** The Prometheus of a kube-prometheus-stack release with its default values (it selects the label `release`). */
export function kubePrometheusStack(props: KubePrometheusStackProps = {}): PrometheusRef {
  const release = props.release ?? 'kube-prometheus-stack';
  const namespace = props.namespace ?? 'monitoring';
  const c = new Checker('kubePrometheusStack')
    .value('release', release, releaseName)
    .value('namespace', namespace, dnsLabel)
    .value('retention', props.retention, duration);
  checkGrafanaUrl(c, 'grafanaUrl', props.grafanaUrl);
  c.done();
  // The chart's full name: the release alone when it already contains the chart's name, cut to 26 characters.
  const fullName = (release.includes('kube-prometheus-stack') ? release : `${release}-kube-prometheus-stack`)
    .slice(0, 26)
    .replace(/-$/, '');
  const name = `${fullName}-prometheus`;
  const podLabels = { 'app.kubernetes.io/name': 'prometheus', 'operator.prometheus.io/name': name };
  const service = (part: Watcher) => ({ app: `kube-prometheus-stack-${part}`, release });
  return {
    name,
    namespace,
    selectorLabels: { release },
    podLabels,
    serviceAccount: name,
    url: `http://${name}.${namespace}.svc:9090`,
    retention: props.retention ?? '10d',
    ...(props.grafanaUrl !== undefined && { grafanaUrl: props.grafanaUrl }),
    watched: {
      prometheus: { labels: service('prometheus'), podLabels, portName: 'http-web', port: 9090 },
      alertmanager: {
        labels: service('alertmanager'),
        podLabels: { 'app.kubernetes.io/name': 'alertmanager', alertmanager: `${fullName}-alertmanager` },
        portName: 'http-web',
        port: 9093,
      },
    },
  };
}
