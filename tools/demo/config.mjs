// What the operator would make of the stack's objects in a cluster, for servers on this machine.

/** Often enough to be lively; what alerts wait for (`for`) is as it is deployed. */
export const INTERVAL = '3s';

/** The rules of every construct of the stack, as files of Prometheus. */
export function ruleFiles(objects) {
  return objects.kind('PrometheusRule').map(({ metadata, spec }) => ({ name: metadata.name, content: spec }));
}

/** The modules of the stack's prober; the authority is where the simulation put it. */
export function blackboxConfig(objects, ca) {
  return objects.one('ConfigMap', 'blackbox-exporter').data['blackbox.yml'].replaceAll('/etc/vault-ca/ca.crt', ca);
}

/** `at` has the simulation's endpoints and the addresses of the servers. */
export function prometheusConfig(objects, at) {
  return {
    global: {
      scrape_interval: INTERVAL,
      scrape_timeout: INTERVAL,
      evaluation_interval: INTERVAL,
      external_labels: objects.one('Prometheus').spec.externalLabels,
    },
    rule_files: ['rules/*.yml'],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [at.alertmanager] }] }] },
    scrape_configs: scrapeConfigs(objects, at),
  };
}

const host = (url) => new URL(url).host;

function scrapeConfigs(objects, at) {
  const of = (part, node) => at.endpoints.filter((e) => e.part === part && (node === undefined || e.node === node));
  const plain = (job, targets, more = {}) => ({ job_name: job, static_configs: targets, ...more });
  const pods = (endpoints, name, labels) =>
    endpoints.map((e) => ({ targets: [host(e.url)], labels: { ...labels(e), pod: `${name}-${e.pod}` } }));
  const probe = (job, module, targets) =>
    plain(job, targets, {
      metrics_path: '/probe',
      params: { module: [module] },
      relabel_configs: [
        { source_labels: ['__address__'], target_label: '__param_target' },
        { source_labels: ['__param_target'], target_label: 'instance' },
        { target_label: '__address__', replacement: at.blackbox },
      ],
    });
  const health = (endpoints) => (labels) =>
    endpoints.map((e) => ({ targets: [`${e.url}/v1/sys/health`], labels: labels(e) }));

  const local = objects.one('PodMonitor', 'sovra-vault-edge-1').spec.podMetricsEndpoints[0];
  const localHealth = objects.one('PodMonitor', 'sovra-vault-health-edge-1').spec.podMetricsEndpoints[0];
  const vaultPod = (e) => ({ namespace: 'sovra-edge', edge_node: e.node });
  const named = (e) => ({ ...vaultPod(e), pod: `vault-${e.pod}` });
  return [
    plain(
      'sovra-api',
      pods(of('api'), 'sovra-api-gateway', () => ({ namespace: 'sovra' })),
    ),
    // The first replica stands in for the Service; faults of one replica strike the second.
    probe('sovra-api-probe', objects.one('Probe', 'sovra-api-probe').spec.module, [
      { targets: [`${of('api')[0].url}/health`] },
    ]),
    plain('vault', pods(of('vault', 'edge-1'), 'vault', vaultPod), {
      scheme: 'https',
      metrics_path: local.path,
      params: local.params,
      tls_config: { ca_file: at.ca, server_name: local.tlsConfig.serverName },
    }),
    probe('vault-health', localHealth.params.module[0], health(of('vault', 'edge-1'))(named)),
    probe(
      'edge-probe',
      objects.one('Probe', 'sovra-edge-edge-2').spec.module,
      health(of('vault', 'edge-2'))((e) => ({ edge_node: e.node })),
    ),
    plain('opa', pods(of('opa'), 'opa', vaultPod)),
    plain('postgres', [{ targets: of('postgres-exporter').map((e) => host(e.url)) }]),
    plain('grafana', [{ targets: of('grafana').map((e) => host(e.url)) }]),
    plain('kube-state-metrics', [{ targets: [at.kubeState] }], { honor_labels: true }),
    plain('blackbox-exporter', [{ targets: [at.blackbox] }]),
    plain('prometheus', [{ targets: [at.prometheus], labels: { pod: 'prometheus-0' } }]),
    plain('alertmanager', [{ targets: [at.alertmanager], labels: { pod: 'alertmanager-0' } }]),
  ];
}

/** The stack's routes, receivers and inhibitions, with `receiver` (an address) for each Secret that holds one. */
export function alertmanagerConfig(objects, receiver) {
  const { route, receivers, inhibitRules = [] } = objects.one('AlertmanagerConfig').spec;
  return {
    route: routeConfig(route),
    receivers: receivers.map(({ name, webhookConfigs = [], ...other }) => {
      none(other, 'a receiver');
      return {
        name,
        webhook_configs: webhookConfigs.map(({ sendResolved, urlSecret, ...more }) => {
          none(more, 'a webhook');
          return { url: `${receiver}/${urlSecret.name}`, send_resolved: sendResolved };
        }),
      };
    }),
    inhibit_rules: inhibitRules.map(({ sourceMatch, targetMatch, equal, ...more }) => {
      none(more, 'an inhibition');
      return { source_matchers: matchers(sourceMatch), target_matchers: matchers(targetMatch), equal };
    }),
  };
}

const ROUTE = {
  receiver: 'receiver',
  groupBy: 'group_by',
  groupWait: 'group_wait',
  groupInterval: 'group_interval',
  repeatInterval: 'repeat_interval',
  continue: 'continue',
};

function routeConfig({ matchers: own, routes = [], ...rest }) {
  none(Object.fromEntries(Object.entries(rest).filter(([key]) => !(key in ROUTE))), 'a route');
  return {
    ...Object.fromEntries(Object.entries(rest).map(([key, value]) => [ROUTE[key], value])),
    ...(own && { matchers: matchers(own) }),
    ...(routes.length > 0 && { routes: routes.map(routeConfig) }),
  };
}

function matchers(all) {
  return all.map(({ name, value, matchType = '=' }) => `${name}${matchType}${JSON.stringify(value)}`);
}

/** A property that is not carried over would make the demo page otherwise than a cluster does. */
function none(left, what) {
  const keys = Object.keys(left);
  if (keys.length > 0) throw new Error(`the demo does not know what to do with ${keys.join(', ')} of ${what}`);
}
